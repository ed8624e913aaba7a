# SPDX-License-Identifier: Apache-2.0
"""What a simulation is asked for, read from its files and refused with all their faults at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartulary.twin.policy import Policy
    from cartulary.twin.population import Population
    from cartulary.twin.simulate import Run


def read_files(
    policies: Sequence[Path], population_file: Path | None
) -> tuple[list[tuple[Path, Policy]], Population]:
    """The policies beside what was given for each, and the population.

    A policy may be a file or the name of a shipped one. Refuses every fault of every file
    together.
    """
    from cartulary.course.errors import CodebookError
    from cartulary.twin.policy_reader import read_policy
    from cartulary.twin.population_reader import default_population, read_population

    problems: list[str] = []
    read = []
    for given in policies:
        try:
            read.append((given, read_policy(_policy_file(given))))
        except CodebookError as error:
            problems += error.problems
    population = default_population()
    if population_file is not None:
        try:
            population = read_population(population_file)
        except CodebookError as error:
            problems += error.problems
    if problems:
        raise CodebookError(problems)
    return read, population


def run_of(policy: Path, population_file: Path | None, seed: int, years: float, engine: str) -> Run:
    """The run that the options ask for, its files read and checked, its engine there."""
    from cartulary.codebook.parameter_reader import parameters
    from cartulary.twin import engines
    from cartulary.twin.simulate import DAYS_PER_YEAR, Run

    [(_, read)], population = read_files([policy], population_file)
    engines.engine(engine)
    days = float(round(years * DAYS_PER_YEAR))
    return Run(population, read, parameters(), seed, days, engine)


def shipped_policies() -> dict[str, Path]:
    """The file of each policy that comes with the package, by the policy's own id."""
    from importlib.resources import files

    from cartulary.twin.policy_reader import read_policy

    folder = Path(str(files("cartulary.twin").joinpath("policies")))
    found = {read_policy(file).policy_id: file for file in folder.glob("*.toml")}
    return dict(sorted(found.items()))


def _policy_file(given: Path) -> Path:
    """The file itself, or that of the shipped policy of this name; a file there goes first.

    A shipped policy answers to its id, and to the name of its file, which is what a reader sees.
    """
    from cartulary.course.errors import CodebookError

    is_name = given.name == str(given) and not given.suffix
    if not is_name or given.exists():
        return given
    shipped = shipped_policies()
    named = {**{file.stem: file for file in shipped.values()}, **shipped}
    if given.name not in named:
        raise CodebookError(
            f"{given}: neither a file nor a shipped policy. A policy says what the programme does. "
            f"Give a path, or one of: {', '.join(shipped)}."
        )
    return named[given.name]

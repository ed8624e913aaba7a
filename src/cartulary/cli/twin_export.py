# SPDX-License-Identifier: Apache-2.0
"""`cartulary twin sbml` and `petab`: the model and its calibration for other programs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import click

from cartulary.cli.run_options import (
    children_option,
    policy_option,
    population_option,
    seed_option,
    years_option,
)

F = TypeVar("F", bound=Callable[..., None])


def _who(function: F) -> F:
    """Whose children are exported."""
    for option in (
        seed_option("children"),
        population_option(),
        policy_option(required=True),
    ):
        function = option(function)
    return function


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@_who
@click.option(
    "--child",
    type=click.IntRange(min=0),
    metavar="N",
    help="The child's number. Default: the first that is infused.",
)
def sbml(
    out: Path, policy: Path, population_file: Path | None, seed: int, child: int | None
) -> None:
    """Write the model of one virtual child as SBML.

    OUT is a new file, such as child.xml. The drugs of lymphodepletion and the infusion are events;
    time is in days from the decision.
    """
    _refuse_present(out)
    from cartulary.cli.run_files import run_of
    from cartulary.twin.petab_children import sbml_child
    from cartulary.twin.sbml import sbml_text

    made = sbml_child(run_of(policy, population_file, seed, 1.0, "reference"), child)
    text = sbml_text(made)
    _write_file(out, text)
    click.echo(f"{out}: {made.name}, infused on day {made.infusion_day:g}.")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@_who
@children_option(
    "How many infused virtual children the measurements are made from.",
    at_least=1,
    at_most=200,
    default=5,
)
@years_option(default=2.0, more=" from the decision")
def petab(
    folder: Path,
    policy: Path,
    population_file: Path | None,
    seed: int,
    children: int,
    years: float,
) -> None:
    """Write the problem of calibrating the model as PEtab 1, with simulated measurements.

    DIR is a new folder. Its README.md says what is estimated, measured, given and left out.
    """
    _refuse_present(folder)
    from cartulary.cli.report import working
    from cartulary.cli.run_files import run_of
    from cartulary.twin.petab import petab_files

    run = run_of(policy, population_file, seed, years, "lanes")
    with working("simulating the children"):
        files = petab_files(run, children)
    _write_folder(folder, files)
    click.echo(f"{folder / 'problem.yaml'}: {children} virtual children, simulated.")


def _refuse_present(place: Path) -> None:
    if place.exists() or place.is_symlink():
        raise click.ClickException(
            f"{place} exists already, and nothing was written: what is there may be somebody's "
            "work. Give another name, or remove it first."
        )


def _write_file(out: Path, text: str) -> None:
    """The whole file or none."""
    temporary = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(out)
    except OSError as error:
        raise _unwritten(out, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write_folder(folder: Path, files: dict[str, str]) -> None:
    """The whole folder or none."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        temporary.mkdir(parents=True)
        for name, text in files.items():
            (temporary / name).write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(folder)
    except OSError as error:
        raise _unwritten(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _unwritten(place: Path, error: OSError) -> click.ClickException:
    return click.ClickException(
        f"{place} cannot be written: {error.strerror or error}. Nothing there is half-written. "
        "Choose another place, or make room."
    )

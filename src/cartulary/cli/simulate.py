# SPDX-License-Identifier: Apache-2.0
"""`cartulary simulate`: virtual children under a policy, as a cohort that can be reported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cartulary.twin.dataset import Dataset
    from cartulary.twin.simulate import Run

ENGINE_OF_DEVICE = {"cpu": "lanes", "gpu": "cuda"}
INTERRUPTED = 130


@click.command(name="simulate")
@click.option(
    "--children",
    type=click.IntRange(min=1, max=100_000_000),
    required=True,
    metavar="N",
    help="How many virtual children.",
)
@click.option(
    "--years",
    type=click.FloatRange(min=0.25, max=30.0),
    default=5.0,
    show_default=True,
    metavar="Y",
    help="How long each child is followed from the decision.",
)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="What the programme does; examples/policies holds some.",
)
@click.option(
    "--population",
    "population_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Whom it is asked to treat. Default: real_world, everyday practice; examples/populations "
    "holds others.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=2**64 - 1),
    default=1,
    show_default=True,
    metavar="S",
    help="The same seed gives the same bytes.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="Where the cohort is written, a folder such as cohort.parquet.",
)
@click.option("--resume", is_flag=True, help="Go on with a simulation that stopped before its end.")
@click.option(
    "--device",
    type=click.Choice(tuple(ENGINE_OF_DEVICE)),
    default="cpu",
    show_default=True,
    help="Where the cells are solved.",
)
@click.option(
    "--dask", "dask_address", metavar="ADDRESS", help="Spread the work over this Dask scheduler."
)
@click.option(
    "--chunk",
    "chunk_children",
    type=click.IntRange(min=1),
    metavar="N",
    help="Children solved at once, rounded to blocks of 4096. Changes memory, never the result.",
)
@click.option(
    "--threads",
    type=click.IntRange(min=1, max=1024),
    metavar="N",
    help="Processor threads. Default: all. Changes the time, never the result.",
)
def command(
    children: int,
    years: float,
    policy_file: Path,
    population_file: Path | None,
    seed: int,
    out: Path,
    resume: bool,
    device: str,
    dask_address: str | None,
    chunk_children: int | None,
    threads: int | None,
) -> None:
    """Simulate children under a policy and write them as a cohort.

    The cohort goes through `cartulary report` like any other, and says on every page that it is
    simulated. The values are the starting ones, before calibration; `cartulary compare` uses
    the calibrated draws. Not a medical device, and not a forecast.
    """
    run = run_of(policy_file, population_file, seed, years, ENGINE_OF_DEVICE[device])
    from cartulary.twin.dataset import Dataset

    dataset = Dataset.begin(out, run.about(children), children, resume=resume)
    if dataset.is_whole:
        click.echo(f"{out} is whole already.")
        return
    try:
        _simulate(run, dataset, dask_address, chunk_children, threads)
    except KeyboardInterrupt:
        click.echo(
            f"cartulary: interrupted after {dataset.children_done} of {children} children. "
            "What is written is whole; give the same command again with --resume to go on.",
            err=True,
        )
        sys.exit(INTERRUPTED)
    dataset.finish(f"Simulated: {run.policy.name.en}", run.notes(children))
    failed = len(dataset.failures)
    click.echo(
        f"{out}: {children} children, simulated: population {run.population.population_id}, "
        f"policy {run.policy.policy_id}, seed {seed}."
    )
    if failed:
        click.echo(
            f"{failed} of {children} children could not be followed to the end; failures.csv in "
            "the folder says which, and why. Their courses end on that day.",
            err=True,
        )


def run_of(
    policy_file: Path, population_file: Path | None, seed: int, years: float, engine: str
) -> Run:
    """The run that the options ask for, its files read and checked, its engine there."""
    from cartulary.codebook.parameter_reader import parameters
    from cartulary.twin import engines
    from cartulary.twin.policy_reader import read_policy
    from cartulary.twin.population_reader import default_population, read_population
    from cartulary.twin.simulate import DAYS_PER_YEAR, Run

    policy = read_policy(policy_file)
    population = read_population(population_file) if population_file else default_population()
    engines.engine(engine)
    return Run(population, policy, parameters(), seed, float(round(years * DAYS_PER_YEAR)), engine)


def _simulate(
    run: Run,
    dataset: Dataset,
    dask: str | None,
    chunk_children: int | None,
    threads: int | None,
) -> None:
    from cartulary.twin.simulate import CHUNK_CHILDREN, simulate_all, simulate_on_dask

    chunk = chunk_children or CHUNK_CHILDREN
    with _progress(dataset.children, dataset.children_done) as told:
        if dask is None:
            simulate_all(run, dataset, chunk_children=chunk, threads=threads, progress=told)
        else:
            simulate_on_dask(run, dataset, dask, chunk_children=chunk, progress=told)


@contextmanager
def _progress(children: int, done: int) -> Iterator[Callable[[int], None]]:
    """Says on stderr how many are done: a bar on a terminal, a line a tenth in a pipe."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        with Progress(
            TextColumn("simulating"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("children"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        ) as bar:
            task = bar.add_task("children", total=children, completed=done)
            yield lambda now: bar.update(task, completed=now)
        return
    click.echo(f"simulating {children - done} children ...", err=True)
    said = done * 10 // children

    def tell(now: int) -> None:
        nonlocal said
        if now * 10 // children > said:
            said = now * 10 // children
            click.echo(f"{now} of {children} children", err=True)

    yield tell

# SPDX-License-Identifier: Apache-2.0
"""`cartulary simulate`: virtual children under a policy, as a cohort that can be reported."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cartulary.cli.interrupted import INTERRUPTED, heard_while_waiting
from cartulary.cli.run_options import (
    children_option,
    policy_option,
    population_option,
    seed_option,
    threads_option,
    years_option,
)

if TYPE_CHECKING:
    from cartulary.twin.dataset import Dataset
    from cartulary.twin.simulate import Run

ENGINE_OF_DEVICE = {"cpu": "lanes", "gpu": "cuda"}


@click.command(name="simulate")
@children_option("How many virtual children.", at_least=1, at_most=100_000_000, required=True)
@years_option(default=5.0, more=" from the decision")
@policy_option(required=True)
@population_option()
@seed_option("bytes")
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
@threads_option()
def command(
    children: int,
    years: float,
    policy: Path,
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
    from cartulary.cli.run_files import run_of
    from cartulary.twin.dataset import Dataset

    run = run_of(policy, population_file, seed, years, ENGINE_OF_DEVICE[device])
    dataset = Dataset.begin(out, run.about(children), children, resume=resume)
    if dataset.is_whole:
        click.echo(f"{out} is whole already.")
        return
    heard_while_waiting()
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


def _simulate(
    run: Run,
    dataset: Dataset,
    dask: str | None,
    chunk_children: int | None,
    threads: int | None,
) -> None:
    from cartulary.cli.progress import counting
    from cartulary.twin.simulate import CHUNK_CHILDREN, simulate_all, simulate_on_dask

    chunk = chunk_children or CHUNK_CHILDREN
    with counting("children", dataset.children, done=dataset.children_done) as told:
        if dask is None:
            simulate_all(run, dataset, chunk_children=chunk, threads=threads, progress=told)
        else:
            simulate_on_dask(run, dataset, dask, chunk_children=chunk, progress=told)

# SPDX-License-Identifier: Apache-2.0
"""`cartulary calibrate`: fit the twin to published figures, and say what they do not tell."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cartulary.cli.interrupted import INTERRUPTED, heard_while_waiting
from cartulary.cli.run_options import children_option, seed_option

if TYPE_CHECKING:
    from cartulary.studies.calibration.posterior_reader import About
    from cartulary.studies.calibration.run import Calibrated, Settings, Told
    from cartulary.studies.calibration.run_folder import RunFolder
    from cartulary.studies.calibration.run_points import Points, Problem
    from cartulary.studies.calibration.worker_processes import Spread

_TOLD_EVERY_SECONDS = 20.0


@click.command(name="calibrate")
@click.option(
    "--waves",
    type=click.IntRange(min=1, max=9),
    default=3,
    show_default=True,
    metavar="N",
    help="Rounds of simulating, each nearer to the posterior.",
)
@click.option(
    "--points",
    type=click.IntRange(min=60, max=50_000),
    default=500,
    show_default=True,
    metavar="N",
    help="Points of the parameters simulated in each wave; the last has twice as many.",
)
@children_option(
    "Virtual children a point in each scenario.", at_least=16, at_most=100_000, default=1024
)
@seed_option("draws", largest=2**63 - 1)
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=1024),
    metavar="N",
    help="Processes beside this one. Default: a process a core. Changes the time, not the result.",
)
@click.option(
    "--dask", "dask_address", metavar="ADDRESS", help="Spread the points over this Dask scheduler."
)
@click.option("--resume", is_flag=True, help="Go on with a calibration that stopped.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="Where every simulated figure is kept as soon as it is known, and the result.",
)
@click.option(
    "--check",
    "truths",
    is_flag=False,
    flag_value=100,
    type=click.IntRange(min=10, max=10_000),
    metavar="[TRUTHS]",
    help="Look for known parameters in simulated figures, 100 by default over the whole prior and "
    "as many where the draws are, and print their ranks. Takes longer than the calibration.",
)
@click.option("--install", is_flag=True, help="Write the draws into the package, for all to use.")
def command(
    waves: int,
    points: int,
    children: int,
    seed: int,
    workers: int | None,
    dask_address: str | None,
    resume: bool,
    out: Path,
    truths: int | None,
    install: bool,
) -> None:
    """Fit the twin to the published figures of the codebook, and write draws of its parameters.

    Simulated; research, not for decisions; not a medical device. Ctrl+C stops it, and the same
    command with --resume goes on; nothing is simulated twice.
    """
    from cartulary.studies.calibration.run import Settings, about_run
    from cartulary.studies.calibration.run_folder import RunFolder
    from cartulary.studies.calibration.run_points import in_processes, on_dask, shipped_problem
    from cartulary.studies.calibration.worker_processes import worker_processes

    problem = shipped_problem()
    settings = Settings(waves=waves, points=points, children=children, seed=seed)
    folder = RunFolder.begin(out, about_run(problem, settings), len(problem.targets), resume=resume)
    try:
        heard_while_waiting()
        with worker_processes(workers or os.cpu_count() or 1) as spread:
            points_of = on_dask(dask_address) if dask_address else in_processes(spread)
            _all_of_it(problem, settings, folder, points_of, spread, truths, install)
    except KeyboardInterrupt:
        click.echo(
            "cartulary: interrupted. Every point that was finished is kept; give the same command "
            "again with --resume to go on.",
            err=True,
        )
        sys.exit(INTERRUPTED)


def _all_of_it(
    problem: Problem,
    settings: Settings,
    folder: RunFolder,
    points: Points,
    spread: Spread,
    truths: int | None,
    install: bool,
) -> None:
    """Calibrates, prints, and does what else was asked for."""
    from cartulary.studies.calibration.identifiability import identify
    from cartulary.studies.calibration.posterior_reader import write_posterior
    from cartulary.studies.calibration.prior_reader import shipped_folder
    from cartulary.studies.calibration.run import calibrate
    from cartulary.studies.calibration.run_result import about_posterior, result_of
    from cartulary.studies.calibration.run_summary import summary

    made = calibrate(problem, settings, folder, points, _told())
    click.echo("what the figures say of each parameter", err=True)
    known = identify(
        problem.free,
        [one.id for one in problem.targets],
        made.last.likelihood,
        made.last.chains,
        seed=settings.seed,
        steps=settings.steps // 2,
    )
    result = result_of(made, known)
    folder.keep_result(result)
    about = about_posterior(made, known)
    names = [one.name for one in problem.free]
    write_posterior(folder.folder / "posterior", about, names, made.draws)
    click.echo(summary(result))
    if truths is not None:
        result["ranks"] = _check(made, folder, points, spread, truths)
        folder.keep_result(result)
    if install:
        _refuse_unconverged(made, about)
        shipped = Path(str(shipped_folder()))
        write_posterior(shipped, about, names, made.draws)
        click.echo(f"Installed: {len(made.draws)} draws, {about.posterior_id}.")


def _refuse_unconverged(made: Calibrated, about: About) -> None:
    from cartulary.course.errors import CartularyError

    if not made.last.chains.converged:
        raise CartularyError(
            f"The chains do not agree: the largest split R-hat is {about.largest_r_hat:.3f}, and "
            f"the draws are worth {about.smallest_effective_draws:.0f} independent ones. They are "
            "no posterior, so they are not installed. Run more waves or points."
        )


def _check(
    made: Calibrated, folder: RunFolder, points: Points, spread: Spread, truths: int
) -> dict[str, object]:
    """Ranks of known parameters at both places, printed."""
    from cartulary.studies.calibration.ranks_of_run import PLACES, ranks_at
    from cartulary.studies.calibration.ranks_text import ranks_text

    found: dict[str, object] = {}
    for place in PLACES:
        ranks = ranks_at(place, made, folder, points, spread, truths, _told())
        click.echo(f"\n{place.title}\n\n{ranks_text(ranks, place.posterior)}")
        found[place.key] = ranks.about()
    return found


def _told() -> Told:
    """What is told while it goes, on stderr."""
    from cartulary.studies.calibration.run import Told

    return Told(points=_clocked(), words=lambda words: click.echo(words, err=True))


def _clocked() -> Callable[[str, int, int], None]:
    """Says how far a stage is and how long it will still take, now and then."""
    began: dict[str, tuple[float, int]] = {}
    said = 0.0

    def tell(stage: str, done: int, of: int) -> None:
        nonlocal said
        now = time.monotonic()
        since, before = began.setdefault(stage, (now, done))
        if done < of and now - said < _TOLD_EVERY_SECONDS:
            return
        said = now
        left = ""
        if before < done < of:
            seconds = (now - since) / (done - before) * (of - done)
            left = f", about {seconds / 60:.0f} min left" if seconds >= 90 else ", a minute left"
        click.echo(f"{stage}: {done} of {of}{left}", err=True)

    return tell

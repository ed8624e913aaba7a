# SPDX-License-Identifier: Apache-2.0
"""`cartulary compare`: what changes with the policy, and how sure the model is of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cartulary.studies.policies_compared import Arm, Compared

INTERRUPTED = 130


@click.command(name="compare")
@click.argument(
    "policies",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="POLICY_A POLICY_B [MORE]",
)
@click.option(
    "--population",
    "population_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Whom the programme is asked to treat. Default: real_world, everyday practice; "
    "examples/populations holds others.",
)
@click.option(
    "--children",
    type=click.IntRange(min=10, max=1_000_000),
    default=1000,
    show_default=True,
    metavar="N",
    help="Virtual children at each draw of the parameters. More take out noise, not ignorance.",
)
@click.option(
    "--draws",
    type=click.IntRange(min=1, max=10_000),
    default=100,
    show_default=True,
    metavar="K",
    help="Draws of the parameters; below 50 their interval is rough.",
)
@click.option(
    "--years",
    type=click.FloatRange(min=0.5, max=15.0),
    default=3.0,
    show_default=True,
    metavar="Y",
    help="How long each child is followed.",
)
@click.option(
    "--programme",
    "programme_size",
    type=click.IntRange(min=1, max=10_000),
    default=20,
    show_default=True,
    metavar="N",
    help="Children under each policy in the year that chance is reckoned for.",
)
@click.option(
    "--outcome",
    "outcome_id",
    default="",
    metavar="ID",
    help="What the sentence and the figures are about. Default: event-free at the first month of "
    "survival; the table names every id.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=2**64 - 1),
    default=1,
    show_default=True,
    metavar="S",
    help="The same seed gives the same figures.",
)
@click.option(
    "--language",
    type=click.Choice(["nl", "en"]),
    default="en",
    show_default=True,
    help="Language of what is printed and of the page.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Writes comparison.html, comparison.pdf and comparison.json there.",
)
@click.option(
    "--shelf",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Puts the comparison there as well, for the app to answer from.",
)
@click.option(
    "--threads",
    type=click.IntRange(min=1, max=1024),
    metavar="N",
    help="Processor threads. Default: all. Changes the time, never the result.",
)
def command(
    policies: tuple[Path, ...],
    population_file: Path | None,
    children: int,
    draws: int,
    years: float,
    programme_size: int,
    outcome_id: str,
    seed: int,
    language: str,
    out: Path | None,
    shelf: Path | None,
    threads: int | None,
) -> None:
    """Hold policies against the first one, on the same virtual children.

    Two uncertainties are kept apart: what is not known about the parameters, and what chance does
    in a programme's year. Simulated; research, not for decisions; not a medical device.
    """
    if len(policies) < 2:
        raise click.UsageError("Give at least two policy files; examples/policies holds some.")
    began = time.perf_counter()
    arms = _arms(policies, population_file)
    compared, calibration = _compared(
        arms,
        children=children,
        draws=draws,
        years=years,
        programme_size=programme_size,
        seed=seed,
        threads=threads,
        language=language,
    )
    _say(compared, outcome_id, language)
    if out is not None:
        _write(compared, outcome_id, calibration, language, out)
    if shelf is not None:
        from cartulary.studies.policies_compared.shelf import put

        click.echo(str(put(compared, shelf)))
    seconds = time.perf_counter() - began
    took = {"nl": "Dit duurde {:.0f} s.", "en": "This took {:.0f} s."}[language]
    click.echo(took.format(seconds), err=True)


def _arms(policies: Sequence[Path], population_file: Path | None) -> tuple[Arm, ...]:
    """The arms that the files make, read and checked before anything is simulated."""
    from cartulary.codebook.files import CodebookError
    from cartulary.studies.policies_compared.arms_named import arms_of
    from cartulary.twin.policy_reader import read_policy
    from cartulary.twin.population_reader import default_population, read_population

    problems: list[str] = []
    read = []
    for file in policies:
        try:
            read.append((file, read_policy(file)))
        except CodebookError as error:
            problems += error.problems
    if problems:
        raise CodebookError(problems)
    population = read_population(population_file) if population_file else default_population()
    return arms_of(read, population)


def _compared(
    arms: Sequence[Arm],
    *,
    children: int,
    draws: int,
    years: float,
    programme_size: int,
    seed: int,
    threads: int | None,
    language: str,
) -> tuple[Compared, tuple[str, ...]]:
    """The comparison over draws of the posterior that is shipped, and what the draws rest on."""
    from cartulary.cli.progress import counting
    from cartulary.studies.calibration.posterior import posterior
    from cartulary.studies.policies_compared import compare
    from cartulary.studies.policies_compared.shelf import posterior_mark

    held = posterior()
    sets = held.parameter_sets(draws)
    with counting("draws", draws) as told:
        try:
            compared = compare(
                arms,
                sets,
                children=children,
                years=years,
                seed=seed,
                programme_size=programme_size,
                posterior_id=posterior_mark(held),
                threads=threads,
                progress=lambda done, of: told(done),
            )
        except KeyboardInterrupt:
            click.echo("cartulary: interrupted; nothing was written.", err=True)
            sys.exit(INTERRUPTED)
    return compared, calibration_said(held.about.provisional, held.about.notes, language)


def calibration_said(provisional: bool, notes: Sequence[str], language: str) -> tuple[str, ...]:
    """What the draws rest on, for a reader of the page."""
    if provisional:
        return (
            {
                "nl": "Voorlopige trekkingen: zij hebben geen enkel gepubliceerd cijfer gezien. "
                "De cijfers tonen hoe het model zich gedraagt, niet wat er zal gebeuren.",
                "en": "Provisional draws: they have seen no published figure. The figures show "
                "how the model behaves, not what will happen.",
            }[language],
        )
    first = {
        "nl": "Trekkingen van de parameters die bij de gepubliceerde cohorten passen; `cartulary "
        "validate` laat zien hoe goed.",
        "en": "Draws of the parameters that fit the published cohorts; `cartulary validate` shows "
        "how well.",
    }[language]
    return (first.replace("`", ""), *(notes if language == "en" else ()))


def _say(compared: Compared, outcome_id: str, language: str) -> None:
    """The sentence and the table of each arm, on the terminal."""
    from cartulary.reports.comparison_report.build import main_outcome
    from cartulary.reports.comparison_report.printed import printed_table
    from cartulary.reports.comparison_report.voice import lead, warnings

    about = main_outcome(compared, outcome_id)
    research = {
        "nl": "Gesimuleerd. Onderzoek, niet voor beslissingen; geen medisch hulpmiddel.",
        "en": "Simulated. Research, not for decisions; not a medical device.",
    }[language]
    click.echo(research)
    for arm in compared.arms[1:]:
        found = compared.difference(arm.id, compared.arms[0].id, about.id)
        click.echo()
        click.echo(" ".join(sentence.plain for sentence in lead(found, compared, language)))
        for warning in warnings(compared, found, language):
            click.echo(f"! {warning}")
        click.echo()
        click.echo(printed_table(compared, arm.id, language))


def _write(
    compared: Compared, outcome_id: str, calibration: Sequence[str], language: str, out: Path
) -> None:
    from cartulary.reports.comparison_report.build import build_page
    from cartulary.reports.comparison_report.page import comparison_html
    from cartulary.reports.comparison_report.pdf import comparison_pdf
    from cartulary.studies.policies_compared import to_json

    page = build_page(compared, language, outcome_id=outcome_id, calibration=calibration)
    out.mkdir(parents=True, exist_ok=True)
    (out / "comparison.html").write_text(comparison_html(page), encoding="utf-8")
    (out / "comparison.pdf").write_bytes(comparison_pdf(page))
    (out / "comparison.json").write_text(to_json(compared) + "\n", encoding="utf-8")
    for name in ("comparison.html", "comparison.pdf", "comparison.json"):
        click.echo(str(out / name))

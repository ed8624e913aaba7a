# SPDX-License-Identifier: Apache-2.0
"""`cartulary compare`: what changes with the policy, and how sure the model is of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cartulary.cli.run_options import (
    children_option,
    language_option,
    population_option,
    seed_option,
    threads_option,
    years_option,
)

if TYPE_CHECKING:
    from cartulary.studies.policies_compared import Arm, Compared


@click.command(name="compare")
@click.argument(
    "policies",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="POLICY_A POLICY_B [MORE]",
)
@population_option()
@children_option(
    "Virtual children at each draw of the parameters. More take out noise, not ignorance.",
    at_least=10,
    at_most=1_000_000,
    default=1000,
)
@click.option(
    "--draws",
    type=click.IntRange(min=1, max=10_000),
    default=100,
    show_default=True,
    metavar="K",
    help="Draws of the parameters; below 50 their interval is rough.",
)
@years_option(default=3.0, at_least=0.5, at_most=15.0)
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
@seed_option("figures")
@language_option("what is printed and of the page")
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
@threads_option()
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
        raise click.UsageError(
            "Give at least two policy files, or names of shipped policies: maxima next_day, say."
        )
    from cartulary.cli.run_files import read_files
    from cartulary.studies.policies_compared.arms_named import arms_of

    began = time.perf_counter()
    arms = arms_of(*read_files(policies, population_file))
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
    from cartulary.cli.interrupted import ends_at_once
    from cartulary.cli.progress import counting
    from cartulary.studies.calibration.posterior import posterior
    from cartulary.studies.policies_compared import compare
    from cartulary.studies.policies_compared.shelf import posterior_mark

    held = posterior()
    sets = held.parameter_sets(draws)
    with ends_at_once(), counting("draws", draws) as told:
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
    from cartulary.cli.report import written_whole
    from cartulary.reports.comparison_report.build import build_page
    from cartulary.reports.comparison_report.page import comparison_html
    from cartulary.reports.comparison_report.pdf import comparison_pdf
    from cartulary.studies.policies_compared import to_json

    page = build_page(compared, language, outcome_id=outcome_id, calibration=calibration)
    files = {
        "comparison.html": comparison_html(page).encode(),
        "comparison.pdf": comparison_pdf(page),
        "comparison.json": f"{to_json(compared)}\n".encode(),
    }
    written_whole(out, files)
    for name in files:
        click.echo(str(out / name))

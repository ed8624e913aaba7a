# SPDX-License-Identifier: Apache-2.0
"""`cartulary validate`: the model's predictions beside every published figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cartulary.cli.run_options import (
    children_option,
    languages_option,
    seed_option,
    threads_option,
)

if TYPE_CHECKING:
    from cartulary.studies.validation.validation import Validation

FORMS: Final = ("html", "pdf", "json")
FIGURES_FILE: Final = "validation.json"


@click.command(name="validate")
@click.option(
    "--draws",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Draws of the posterior.",
)
@children_option(
    "Virtual children a cohort and draw.", at_least=20, at_most=1_000_000, default=1000
)
@seed_option("figures")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write the report there, in every language asked for.",
)
@languages_option("the report")
@threads_option()
def command(
    draws: int,
    children: int,
    seed: int,
    out: Path | None,
    languages: tuple[str, ...],
    threads: int | None,
) -> None:
    """Hold the model against every published figure: those it was fitted to, and those kept aside.

    Each draw of the shipped posterior is simulated for each cohort. A figure is met when the
    published value lies within 95% of what a study of its size would print. All of it is
    simulated: research, not for decisions.
    """
    from cartulary.cli.interrupted import ends_at_once
    from cartulary.cli.progress import counting
    from cartulary.studies.calibration.posterior import posterior
    from cartulary.studies.calibration.target import targets
    from cartulary.studies.validation.validation import validate

    believed = posterior()
    draws = min(draws, len(believed.draws))
    with ends_at_once(), counting("draws", draws) as told:
        found = validate(
            believed,
            targets(),
            draws=draws,
            children=children,
            seed=seed,
            threads=threads,
            progress=told,
        )
    _print(found, languages[0] if len(languages) == 1 else "en")
    if out is not None:
        _write(found, out, languages)


def _write(found: Validation, out: Path, languages: tuple[str, ...]) -> None:
    """The report in every form and language, and the figures by themselves; all of it or none."""
    from cartulary.cli.report import rendered, working, written_whole
    from cartulary.reports.validation_report import build_validation_report

    made: dict[str, bytes] = {}
    for language in languages:
        with working(f"writing the words and tables ({language})"):
            report = build_validation_report(found, language)
        for form in FORMS:
            with working(f"setting report.{language}.{form}"):
                made[f"report.{language}.{form}"] = rendered(report, form)
    plain = json.dumps(found.plain(), ensure_ascii=False, indent=2, allow_nan=False)
    made[FIGURES_FILE] = (plain + "\n").encode()
    written_whole(out, made)
    for name in made:
        click.echo(str(out / name))


def _print(found: Validation, lang: str) -> None:
    """The verdicts as text: counts first, then every figure that was missed."""
    from cartulary.cli.table import print_table
    from cartulary.reports.validation_report.printed import closing, counts, missed_table
    from cartulary.reports.validation_report.voice import Voice

    voice = Voice(found, lang)
    for line in counts(voice):
        click.echo(line)
    header, rows = missed_table(voice)
    if rows:
        click.echo("")
        print_table(header, rows)
    click.echo("")
    for line in closing(voice):
        click.echo(line)

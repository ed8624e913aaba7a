# SPDX-License-Identifier: Apache-2.0
"""`cartulary forecast`: a child's forecast, the library it weighs, and how far it holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cartulary.cli.run_options import (
    children_option,
    language_option,
    languages_option,
    seed_option,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartulary.course.course import Course
    from cartulary.studies.child_forecast.forecast import Forecast


class ForecastCommands(click.Group):
    """A group whose first word may be a programme instead of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["child", *args]
        return super().parse_args(ctx, args)


@click.group(name="forecast", cls=ForecastCommands)
def command() -> None:
    """Forecast a child's coming two years: cartulary forecast PROGRAMME --child ID.

    Virtual children are weighed by what is recorded of the child so far. Simulated; research, not
    for decisions; not a medical device.
    """


@command.command()
@click.argument("programme", type=click.Path(path_type=Path))
@click.option("--child", "course_id", metavar="ID", help="The pseudonym; needed where there are "
              "more children than one.")  # fmt: skip
@click.option("--day", type=int, metavar="D", help="Study day (from the indication) up to which "
              "the record is read. Default: all of it.")  # fmt: skip
@click.option("--after", type=click.IntRange(min=0), metavar="D", help="The same, in days after "
              "the first infusion.")  # fmt: skip
@click.option("--library", "folder", type=click.Path(path_type=Path, file_okay=False),
              metavar="FOLDER", help="The library. Default: where CARTULARY_FORECAST_LIBRARY says, "
              "or the user's cache.")  # fmt: skip
@language_option("the words")
@click.option("--json", "as_json", is_flag=True, help="Print every month as JSON.")
def child(
    programme: Path,
    course_id: str | None,
    day: int | None,
    after: int | None,
    folder: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Forecast one child of PROGRAMME (a folder, workbook, or simulated cohort)."""
    from cartulary.cli.programme import programme_or_exit
    from cartulary.studies.child_forecast import forecast, library

    course = _course(programme_or_exit(programme).cohort.courses(), course_id)
    held = library.load(folder or library.default_folder())
    try:
        made = forecast.forecast(course, _day(course, day, after), held)
    except forecast.Refusal as refusal:
        none = "Geen voorspelling." if language == "nl" else "No forecast."
        click.echo(f"{none} {refusal.text(language)}", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(made.to_dict(), ensure_ascii=False, indent=2, allow_nan=False))
        return
    _print(made, language)


@command.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
              help="Where it is written. Default: where a forecast looks for it.")  # fmt: skip
@click.option("--draws", type=click.IntRange(2, 5000), metavar="N", help="Draws of the posterior. "
              "Default: 64.")  # fmt: skip
@children_option("Virtual children of each draw. Default: 1600.", at_least=20, at_most=1_000_000)
@click.option("--planned", type=click.IntRange(1), metavar="N",
              help="How many of those are simulated with a transplant or a second infusion too. "
              "Default: a quarter.")  # fmt: skip
@seed_option("bytes", default=None)
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True,
              metavar="N", help="Draws simulated at once.")  # fmt: skip
def library(
    out: Path | None,
    draws: int | None,
    children: int | None,
    planned: int | None,
    seed: int | None,
    threads: int,
) -> None:
    """Simulate the virtual children that forecasts weigh: minutes, once for each posterior."""
    from cartulary.cli.interrupted import ends_at_once
    from cartulary.cli.progress import counting
    from cartulary.studies.child_forecast import build
    from cartulary.studies.child_forecast import library as shelf
    from cartulary.studies.child_forecast.source import source

    folder = out or shelf.default_folder()
    shelf.refuse_other_folder(folder)
    made_from = source()
    count = draws or build.DRAWS
    each = children or build.CHILDREN_A_DRAW
    with ends_at_once(), counting("draws", count) as told:
        made = build.make(
            made_from,
            draws=count,
            children=each,
            planned=planned,
            seed=build.SEED if seed is None else seed,
            threads=threads,
            progress=told,
        )
    shelf.save(made, folder)
    click.echo(f"{folder}: {made.about.children} virtual children. {made.about.name}")


@command.command()
@click.option("--library", "folder", type=click.Path(path_type=Path, file_okay=False),
              metavar="FOLDER", help="The library to try.")  # fmt: skip
@click.option("--draws", type=click.IntRange(1, 5000), metavar="N", help="Draws of the posterior "
              "of which fresh children are simulated. Default: 50.")  # fmt: skip
@children_option("Fresh children of each. Default: 40.", at_least=2, at_most=100_000)
@seed_option("figures", default=None, more=" Another than the library's.")
@languages_option("the page")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True,
              metavar="FOLDER", help="For check.json, and a page and a picture in each "
              "language.")  # fmt: skip
def check(
    folder: Path | None,
    draws: int | None,
    children: int | None,
    seed: int | None,
    languages: tuple[str, ...],
    out: Path,
) -> None:
    """Try the forecast on fresh virtual children: reliability, and Brier beside the base rate."""
    from cartulary.cli.interrupted import ends_at_once
    from cartulary.cli.progress import counting
    from cartulary.cli.report import written_whole
    from cartulary.reports.forecast_report.page import (
        forecast_check_html,
        forecast_check_png,
        lead,
    )
    from cartulary.studies.child_forecast import check as trial
    from cartulary.studies.child_forecast import library as shelf
    from cartulary.studies.child_forecast.source import source

    held = shelf.load(folder or shelf.default_folder())
    count = draws or trial.DRAWS
    with ends_at_once(), counting("draws", count) as told:
        checked = trial.check(
            held,
            source(),
            draws=count,
            children=children or trial.CHILDREN_A_DRAW,
            seed=trial.SEED if seed is None else seed,
            progress=told,
        )
    text = json.dumps(checked.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    files = {"check.json": text.encode()}
    for language in sorted(languages):
        files[f"check.{language}.html"] = forecast_check_html(checked, language).encode()
        files[f"check.{language}.png"] = forecast_check_png(checked, language)
    written_whole(out, files)
    for name in files:
        click.echo(str(out / name))
    for language in sorted(languages):
        click.echo(lead(checked, language))


def _course(courses: Iterator[Course], course_id: str | None) -> Course:
    """The child that is asked for, or the only one."""
    held = {course.course_id: course for course in courses}
    if course_id is None and len(held) == 1:
        return next(iter(held.values()))
    if course_id is None:
        raise click.UsageError(f"The programme has {len(held)} children. Say which: --child ID.")
    if course_id not in held:
        raise click.UsageError(
            f"No child of the programme has the pseudonym {course_id!r}. Give one that it has."
        )
    return held[course_id]


def _day(course: Course, day: int | None, after: int | None) -> int:
    """The study day that is asked for; by default the last of the record."""
    if day is not None and after is not None:
        raise click.UsageError("Give --day or --after, not both: they say the same.")
    if day is not None:
        return day
    if after is not None and course.infusion_days:
        return course.infusion_days[0] + after
    return max((event.day for event in course if event.day is not None), default=0)


def _print(made: Forecast, lang: str) -> None:
    from cartulary.cli.table import print_table
    from cartulary.reports.forecast_report import words
    from cartulary.studies.child_forecast.result import RESEARCH

    click.echo(RESEARCH.text(lang))
    click.echo()
    click.echo(words.heading(made, lang))
    click.echo()
    print_table(*words.month_table(made, lang))
    if made.plans:
        click.echo()
        print_table(*words.plan_table(made, lang))
    if made.used:
        click.echo()
        print_table(*words.used_table(made, lang))
    click.echo()
    for sentence in words.basis(made, lang):
        click.echo(sentence)

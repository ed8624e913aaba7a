# SPDX-License-Identifier: Apache-2.0
"""`cartulary report`: a programme's report as HTML, PDF, XLSX and JSON, all of it or nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cartulary.reports.content import Report
    from cartulary.studies.programme import ProgrammeFigures

FORMS = ("html", "pdf", "xlsx", "json")


@click.command(name="report")
@click.argument("programme", type=click.Path(path_type=Path))
@click.option(
    "--lang",
    type=click.Choice(["nl", "en"]),
    help="Language of the report. Default: the programme's own, else English.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for report.html, report.pdf, report.xlsx and report.json.",
)
@click.option(
    "--only",
    "forms",
    type=click.Choice(FORMS),
    multiple=True,
    help="Write this form only; may be given more than once.",
)
@click.option(
    "--suppress",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Withhold counts from 1 to N-1 and all that would give them away.",
)
@click.option(
    "--good-courses",
    is_flag=True,
    help="When the programme has errors, use the courses without one and say what was left out.",
)
@click.option(
    "--compare", is_flag=True, help="Print the programme beside ELIANA and the CIBMTR as a table."
)
def command(
    programme: Path,
    lang: str | None,
    out: Path | None,
    forms: tuple[str, ...],
    suppress: int,
    good_courses: bool,
    compare: bool,
) -> None:
    """Write the report of PROGRAMME, a folder of CSV files or one XLSX workbook.

    With errors in the programme nothing is written and the status is 1.
    """
    if out is None and not compare:
        raise click.UsageError(
            "No folder was given for the report. Add --out DIR, or --compare for the table alone."
        )
    if compare and suppress > 1:
        raise click.UsageError(
            "--compare prints counts as they are, and --suppress asks to withhold small ones. "
            "Use one of them."
        )
    from cartulary.cli.programme import programme_or_exit

    with working("reading and checking the programme"):
        read = programme_or_exit(programme, good_courses=good_courses)
    chosen = lang or read.programme.language or "en"
    with working("reckoning the figures"):
        from cartulary.studies.programme import programme_figures

        silent = read.programme.not_reported
        figures = programme_figures(read.cohort, not_reported=silent)
    if compare:
        print_comparison(figures, chosen)
    if out is None:
        return
    with working("writing the words and tables"):
        from cartulary.course.checks import in_language
        from cartulary.reports.programme_report import build_report

        problems = tuple(in_language(problem, chosen) for problem in read.problems)
        source = replace(read.programme, problems=problems, left_out=read.left_out)
        report = build_report(figures, source, chosen, suppress)
    wanted = [form for form in FORMS if not forms or form in forms]
    made = {}
    for form in wanted:
        with working(f"setting report.{form}"):
            made[f"report.{form}"] = rendered(report, form)
    written_whole(out, made)
    for name in made:
        click.echo(str(out / name))


def rendered(report: Report, form: str) -> bytes:
    """The report in one form; each form's renderer is imported when it is asked for."""
    if form == "html":
        from cartulary.reports.html import render_html

        return render_html(report).encode()
    if form == "pdf":
        from cartulary.reports.typeset.pdf import render_pdf

        return render_pdf(report)
    if form == "xlsx":
        from cartulary.reports.workbook import render_workbook

        return render_workbook(report)
    from cartulary.reports.figures_json import render_json

    return render_json(report).encode()


def written_whole(folder: Path, files: dict[str, bytes]) -> None:
    """Writes all files beside their places and then renames them, so that none is half-written."""
    made: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            temporary = folder / f".{name}.{os.getpid()}.part"
            made.append((temporary, folder / name))
            temporary.write_bytes(content)
        for temporary, place in made:
            temporary.replace(place)
    except OSError as error:
        raise click.ClickException(
            f"The report cannot be written to {folder}: {error.strerror or error}. Nothing there "
            "is half-written. Choose another folder, or make room."
        ) from error
    finally:
        for temporary, _ in made:
            temporary.unlink(missing_ok=True)


def print_comparison(figures: ProgrammeFigures, lang: str) -> None:
    """The article's comparison C1 to C4: ruled on a terminal, plain in a pipe."""
    from cartulary.cli.table import print_table
    from cartulary.reports.comparison_table import comparison_table

    table = comparison_table(figures, lang)
    click.echo(table.title)
    print_table(table.header, table.rows)
    for note in table.notes:
        click.echo(note)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Says on stderr what is being done: in place on a terminal, a line a step in a pipe."""
    if not sys.stderr.isatty():
        click.echo(f"{what} ...", err=True)
        yield
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(what)):
        yield

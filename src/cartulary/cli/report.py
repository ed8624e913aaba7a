# SPDX-License-Identifier: Apache-2.0
"""`cartulary report`: a programme's report as HTML, PDF, XLSX and JSON, all of it or nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cartulary.course.events.treatment import Purpose
    from cartulary.reports.content import Report
    from cartulary.studies.checked_programme import CheckedProgramme
    from cartulary.studies.period import Period
    from cartulary.studies.programme import ProgrammeFigures

PURPOSES = ("treatment", "registry", "research", "biobank")
FORMS = ("html", "pdf", "xlsx", "json")


@click.command(name="report")
@click.argument("programme", type=click.Path(path_type=Path), required=False)
@click.option(
    "--registry",
    "home",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="HOME",
    help="Report from the ledger in this folder, instead of from files.",
)
@click.option("--centre", default="", help="With --registry: code of the centre.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="With --registry: as the ledger stood at the end of that day.",
)
@click.option(
    "--purpose",
    type=click.Choice(PURPOSES),
    help="With --registry: only children with consent for this. Default: the centre's own use.",
)
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Only children with an indication on or after this date.",
)
@click.option(
    "--to",
    "last",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Only children with an indication on or before this date.",
)
@click.option(
    "--lang",
    type=click.Choice(["nl", "en"]),
    help="Language of the report. Default: the programme's own, else English.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for report.html, report.pdf, report.xlsx and report.json. "
    "Default: PROGRAMME-report here (ledger-report of a ledger); with --compare none, and "
    "only the table is printed.",
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
    programme: Path | None,
    home: Path | None,
    centre: str,
    as_of: datetime | None,
    purpose: str | None,
    first: datetime | None,
    last: datetime | None,
    lang: str | None,
    out: Path | None,
    forms: tuple[str, ...],
    suppress: int,
    good_courses: bool,
    compare: bool,
) -> None:
    """Write the report of PROGRAMME, a folder of CSV files or one XLSX workbook.

    PROGRAMME may also be a cohort that was simulated, or saved as Parquet. With --registry the
    report is made from a ledger. With errors in the programme nothing is written and the status
    is 1.
    """
    if compare and suppress > 1:
        raise click.UsageError(
            "--compare prints counts as they are, and --suppress asks to withhold small ones. "
            "Use one of them."
        )
    source = _Source(programme, home, centre, _day(as_of), purpose, _day(first), _day(last))
    source.refuse_muddle()
    folder = None if compare and out is None else out or source.folder
    read = source.read(good_courses)
    chosen = lang or read.programme.language or "en"
    with working("reckoning the figures"):
        from cartulary.studies.programme import programme_figures

        silent = read.programme.not_reported
        figures = programme_figures(read.cohort, not_reported=silent)
    if compare:
        print_comparison(figures, chosen)
    if folder is None:
        return
    with working("writing the words and tables"):
        from cartulary.course.checks import in_language
        from cartulary.reports.programme_report import build_report

        problems = tuple(in_language(problem, chosen) for problem in read.problems)
        told = replace(
            read.programme,
            problems=problems,
            left_out=read.left_out,
            notes=(*read.programme.notes, *checked_in_part(read, chosen)),
        )
        report = source.narrowed(build_report(figures, told, chosen, suppress))
    wanted = [form for form in FORMS if not forms or form in forms]
    made = {}
    for form in wanted:
        with working(f"setting report.{form}"):
            made[f"report.{form}"] = rendered(report, form)
    written_whole(folder, made)
    for name in made:
        click.echo(str(folder / name))


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the courses come from, and which of them are reported."""

    programme: Path | None
    home: Path | None
    centre: str
    as_of: date | None
    purpose: str | None
    first: date | None
    last: date | None

    def refuse_muddle(self) -> None:
        """Refuses options that do not go together."""
        if (self.programme is None) == (self.home is None):
            raise click.UsageError(
                "A report is of files or of a ledger. Give PROGRAMME, or --registry HOME; one of "
                "them."
            )
        if self.home is None and (self.centre or self.as_of or self.purpose):
            raise click.UsageError(
                "--centre, --as-of and --purpose ask something of a ledger, and files were given. "
                "Add --registry HOME instead of PROGRAMME."
            )

    @property
    def folder(self) -> Path:
        """Where the report goes when nobody says where: here, under the programme's name."""
        name = "ledger" if self.programme is None else self.programme.resolve().stem
        return Path(f"{name}-report")

    @property
    def period(self) -> Period:
        """The period of the indications."""
        from cartulary.studies.period import Period

        return Period(self.first, self.last)

    def read(self, good_courses: bool) -> CheckedProgramme:
        """The courses of the period, read and checked; with errors they are listed, status 1."""
        from cartulary.cli.programme import programme_or_exit

        if self.home is None:
            assert self.programme is not None
            with working("reading and checking the programme"):
                read = programme_or_exit(self.programme, good_courses=good_courses)
        else:
            read = self._from_ledger(self.home, good_courses)
        return read if self.period.is_open else self._of_period(read)

    def _from_ledger(self, home: Path, good_courses: bool) -> CheckedProgramme:
        from cartulary.cli.ledger_programme import programme_of_ledger
        from cartulary.cli.programme import listed
        from cartulary.studies.checked_programme import CheckedProgramme, checked_programme

        with working("reading and checking the ledger"):
            found = programme_of_ledger(home, self.centre, self.as_of, self.consent)
            checked = checked_programme(found, good_courses=good_courses)
        if isinstance(checked, CheckedProgramme):
            return checked
        listed(checked, f"the ledger of {found.centre}")
        click.echo(
            "Mend them in the app (Home, findings), or add --good-courses to go on without the "
            "courses concerned.",
            err=True,
        )
        sys.exit(1)

    def _of_period(self, read: CheckedProgramme) -> CheckedProgramme:
        from cartulary.course.errors import EstimandError
        from cartulary.studies.period import in_period

        found = in_period(read.cohort.courses(), self.period)
        if not any(found.chosen):
            raise EstimandError(
                f"No child has an indication in that period; {found.without_date} have one "
                "without a calendar date. There is nothing to reckon. Take a longer period."
            )
        return replace(read, cohort=read.cohort.select(list(found.chosen)))

    @property
    def consent(self) -> Purpose | None:
        """The purpose for which every child must have consented; None for the centre's own."""
        from cartulary.course.events.treatment import Purpose

        return Purpose(self.purpose) if self.purpose else None

    def narrowed(self, report: Report) -> Report:
        """The report, saying of which children and which day it is."""
        from cartulary.reports.programme_report.narrowed import narrowed_to

        return narrowed_to(report, period=self.period, purpose=self.consent, as_of=self.as_of)


def checked_in_part(read: CheckedProgramme, lang: str) -> tuple[str, ...]:
    """That the checks were asked about some of the children only, where that is so."""
    children = len(read.cohort)
    if read.checked >= children:
        return ()
    if lang == "nl":
        told = (
            f"De plausibiliteitscontroles zijn gedaan bij {read.checked} van de {children} "
            "gesimuleerde kinderen, gelijkmatig gekozen; de kolommen van alle kinderen zijn "
            "gecontroleerd bij het lezen."
        )
    else:
        told = (
            f"The plausibility checks were asked about {read.checked} of the {children} simulated "
            "children, evenly spread; the columns of all of them were checked on reading."
        )
    return (told,)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


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

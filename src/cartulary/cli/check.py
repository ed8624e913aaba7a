# SPDX-License-Identifier: Apache-2.0
"""`cartulary check`: everything that is wrong, or unlikely, in a programme's tables."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cartulary.course import Course
    from cartulary.course.problem import Problem

# A person reads this many; the table in a file or a pipe holds all.
SHOWN_IN_A_TERMINAL = 200
# A hundred thousand courses at once would not fit a small machine's memory.
UNFOLDED_AT_ONCE = 2000

_PLACE = re.compile(r"(.+?),? row (\d+)")


@click.command(name="check")
@click.argument("programme", type=click.Path(path_type=Path))
@click.option(
    "--csv",
    "table_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write the problems to this file, as a table to work through.",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "nl"]),
    default="en",
    show_default=True,
    help="The language of that table's headers.",
)
def command(programme: Path, table_file: Path | None, lang: str) -> None:
    """List everything that is wrong with a programme.

    PROGRAMME is a folder of CSV files, one XLSX workbook, or a cohort saved as columns, such as
    `cartulary simulate` writes. Every problem is listed with its
    file, row, column, value, why it is one, and the remedy. Ends with status 1 when there are
    errors, with 0 when there are warnings only. Nothing is changed.
    """
    from cartulary.course.problem import has_errors
    from cartulary.course.tables import is_dataset, write_problems

    with _working(f"reading {programme.name}"):
        problems, held = _of_columns(programme) if is_dataset(programme) else _of_rows(programme)
    if table_file is not None:
        write_problems(problems, table_file, lang)
    _print_problems(problems)
    click.echo(_summary(held, problems))
    if table_file is not None:
        click.echo(f"The problems also stand in {_plain(str(table_file))}.")
    sys.exit(1 if has_errors(problems) else 0)


@contextmanager
def _working(what: str) -> Iterator[None]:
    """Says on a terminal that something is going on; says nothing in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(_plain(what))):
        yield


def _of_rows(programme: Path) -> tuple[list[Problem], str]:
    """The problems of tables, and what was read."""
    from cartulary.course.tables import read_courses

    readable = read_courses(programme)
    events = sum(len(course.events) for course in readable.courses)
    left = len(readable.left_out)
    held = f"{len(readable.courses)} courses with {events} events in {len(readable.files)} files"
    if left:
        held += f"; {left} more could not be read whole"
    return [*readable.problems, *_checked(readable.courses)], held


def _of_columns(programme: Path) -> tuple[list[Problem], str]:
    """The problems of a cohort in columns; so many courses are unfolded at a time."""
    from cartulary.course.tables import read_programme

    read = read_programme(programme)
    problems, cohort = list(read.problems), read.cohort
    if cohort is None:
        return problems, f"0 courses in {programme.name}"
    for first in range(0, len(cohort), UNFOLDED_AT_ONCE):
        some = [first <= place < first + UNFOLDED_AT_ONCE for place in range(len(cohort))]
        problems += _checked(cohort.select(some).courses())
    events = sum(frame.height for frame in cohort.events.values())
    return problems, f"{len(cohort)} courses with {events} events in {len(read.files)} tables"


def _checked(courses: tuple[Course, ...]) -> list[Problem]:
    """The findings of the plausibility rules, each at the row that its event was read from."""
    if not courses:
        return []
    from cartulary.course.checks import check_courses

    sources = {
        (course.course_id, event.event_id): event.source
        for course in courses
        for event in course.events
    }
    return [_located(problem, sources) for problem in check_courses(courses)]


def _located(problem: Problem, sources: dict[tuple[str, str], str]) -> Problem:
    if problem.file:
        return problem
    for event_id in problem.event_ids:
        match = _PLACE.fullmatch(sources.get((problem.course_id, event_id), ""))
        if match is not None:
            return replace(problem, file=match[1], row=int(match[2]))
    return problem


def _print_problems(problems: list[Problem]) -> None:
    from cartulary.cli.table import print_table
    from cartulary.course.problem import Severity

    order = {severity: position for position, severity in enumerate(Severity)}
    by_weight = sorted(problems, key=lambda problem: order[problem.severity])
    shown = by_weight[:SHOWN_IN_A_TERMINAL] if sys.stdout.isatty() else by_weight
    if shown:
        print_table(
            ("severity", "where", "value", "what and why", "remedy"), list(map(_row, shown))
        )
    if len(shown) < len(by_weight):
        click.echo(
            f"{len(by_weight) - len(shown)} more are not shown here; --csv FILE writes them all."
        )


def _row(problem: Problem) -> tuple[str, ...]:
    where = ", ".join(
        part
        for part in (
            problem.file,
            f"row {problem.row}" if problem.row is not None else "",
            f"column {problem.column}" if problem.column else "",
            f"child {problem.course_id}" if problem.course_id else "",
        )
        if part
    )
    return tuple(
        map(
            _plain,
            (
                problem.severity.en,
                where,
                problem.value,
                f"{problem.fact} {problem.why}",
                problem.remedy,
            ),
        )
    )


def _plain(text: str) -> str:
    """A text that cannot steer the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _summary(held: str, problems: Iterable[Problem]) -> str:
    counts = Counter(problem.severity.value for problem in problems)
    found = ", ".join(
        f"{counts[code]} {word if counts[code] == 1 else word + 's'}"
        for code, word in (("error", "error"), ("warning", "warning"), ("note", "note"))
    )
    return f"{held}.\n{found}."

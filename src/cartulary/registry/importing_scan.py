# SPDX-License-Identifier: Apache-2.0
"""What a course no longer knows of its rows: which row was the child's, which events had a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cartulary.course.course import Course
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.problem import Problem
from cartulary.course.tables.cells import Cell, is_empty, text_in
from cartulary.course.tables.children_table import CHILDREN_COLUMNS
from cartulary.course.tables.columns import Column, columns_of, header_of
from cartulary.course.tables.files import Table, TableRefusedError
from cartulary.course.tables.findings import Findings
from cartulary.course.tables.refusal import Refusal
from cartulary.course.tables.table_names import CHILDREN, PROGRAMME, tables_at
from cartulary.registry.importing_refusal import ImportRefused

MOST_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: its file (and sheet) and its number as the spreadsheet counts."""

    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Renamed:
    """What tables and their columns were called before somebody said what they hold.

    `labels` leads from a table as it is read to the table as it was uploaded, `headers` from each
    of its headers to the text that stood there.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def label(self, file: str) -> str:
        """The table as it was uploaded."""
        return self.labels.get(file, file)

    def problem(self, problem: Problem) -> Problem:
        """A problem placed in the file as it was uploaded."""
        if problem.file not in self.labels:
            return problem
        column = self.headers[problem.file].get(problem.column, problem.column)
        return replace(problem, file=self.label(problem.file), column=column)

    def source(self, source: str) -> str:
        """The source of an event, in the file as it was uploaded."""
        file, mark, row = source.rpartition(" row ")
        return f"{self.label(file)}{mark}{row}" if file in self.labels else source

    def course(self, course: Course) -> Course:
        """A course whose events name the files as they were uploaded."""
        if all(before == label for label, before in self.labels.items()):
            return course
        events = tuple(replace(e, source=self.source(e.source)) for e in course.events)
        return replace(course, events=events)


@dataclass(slots=True)
class Scan:
    """The rows of children, and the events to which the files themselves give a name."""

    children: dict[str, Place] = field(default_factory=dict)
    named: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    rows: int = 0


def scan(path: Path, renamed: Renamed) -> Scan:
    """Look through the tables once. What cannot be read is left to the reader to report.

    Refuses tables with more rows than are imported at once.
    """
    found = Scan()
    for kind, table in tables_at(path, Findings()).tables.items():
        table = replace(table, file=renamed.label(table.file))
        found.files[kind] = table.file
        if kind == PROGRAMME:
            continue
        try:
            if kind == CHILDREN:
                for place, child, _ in _rows(table, CHILDREN_COLUMNS, found):
                    found.children.setdefault(child, place)
            else:
                for place, child, event in _rows(
                    table, columns_of(EVENT_TYPE_OF_KIND[kind]), found
                ):
                    if event:
                        found.named[kind, child, event] = place
        except TableRefusedError:
            continue
    return found


def _rows(
    table: Table, columns: tuple[Column, ...], found: Scan
) -> Iterator[tuple[Place, str, str]]:
    """The place, the child and the name of every row that says something."""
    at: dict[str, int] | None = None
    for number, cells in table.rows:
        if says_nothing(cells):
            continue
        if at is None:
            at = places_of(cells, columns)
            continue
        found.rows += 1
        if found.rows > MOST_ROWS:
            raise ImportRefused(
                "The tables have more than %(most)s rows, the most that is imported at once. "
                "Check that these are tables of a programme; if so, divide them by children.",
                most=MOST_ROWS,
            )
        child = _text(cells, at.get("child"))
        if child:
            yield Place(table.file, number), child, _text(cells, at.get("event"))


def says_nothing(cells: Sequence[Cell]) -> bool:
    """True for a row that is blank or a comment."""
    first = cells[0] if cells else ""
    return (isinstance(first, str) and first.startswith("#")) or all(map(is_empty, cells))


def places_of(cells: Sequence[Cell], columns: tuple[Column, ...]) -> dict[str, int]:
    """The key of each column that a header names, and where it stands."""
    texts = ["" if isinstance(cell, Refusal) else str(cell) for cell in cells]
    at: dict[str, int] = {}
    for heading in header_of(texts, columns).known:
        if heading.column is not None:
            at.setdefault(heading.column.key, heading.index)
    return at


def _text(cells: Sequence[Cell], index: int | None) -> str:
    if index is None or index >= len(cells):
        return ""
    text = text_in(cells[index])
    return "" if isinstance(text, Refusal) else text

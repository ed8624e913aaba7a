# SPDX-License-Identifier: Apache-2.0
"""A table read row by row: its header understood, each cell parsed once for each way of writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cartulary.course.absence import NOT_RECORDED
from cartulary.course.tables.cells import (
    Cell,
    Notation,
    below_limit_in,
    day_in,
    is_empty,
    text_in,
    value_of,
    when_in,
)
from cartulary.course.tables.columns import Column, Header, Heading, Role, header_of
from cartulary.course.tables.files import WIDEST_TABLE, Table, TableRefusedError
from cartulary.course.tables.findings import Findings
from cartulary.course.tables.refusal import Refusal, shown
from cartulary.course.tables.words import folded, nearest

Reader = Callable[[Cell], Any]

# A programme's tables hold pseudonyms only; such a column is named, its contents never.
_IDENTIFYING = frozenset(
    map(
        folded,
        (
            "name",
            "naam",
            "first name",
            "voornaam",
            "last name",
            "surname",
            "achternaam",
            "initials",
            "initialen",
            "bsn",
            "mrn",
            "patient number",
            "patiëntnummer",
            "hospital number",
            "ziekenhuisnummer",
            "address",
            "adres",
            "postcode",
            "zip",
            "telefoon",
            "phone",
            "email",
            "e-mail",
        ),
    )
)

MOST_WAYS_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the spreadsheet, its child, what it says, whether a cell failed."""

    number: int
    child: str
    values: dict[str, Any]
    faulty: bool


class _Place:
    """One column at its place in the rows, with every cell it has already parsed."""

    __slots__ = ("column", "index", "key", "parsed", "reader", "text")

    def __init__(self, heading: Heading, column: Column, reader: Reader) -> None:
        self.index = heading.index
        self.text = heading.text
        self.column = column
        self.key = column.key
        self.reader = reader
        self.parsed: dict[Any, Any] = {}

    def read(self, cell: Cell) -> Any:
        """What the cell says; the same text is parsed once."""
        if isinstance(cell, Refusal):
            return cell
        key = cell if type(cell) is str else (type(cell), cell)
        found = self.parsed.get(key, self)
        if found is self:
            found = self.reader(cell)
            if len(self.parsed) < MOST_WAYS_KEPT:
                self.parsed[key] = found
        return found


def table_rows(
    table: Table, columns: tuple[Column, ...], notation: Notation, findings: Findings
) -> Iterator[Row]:
    """Every row that names a child, with all its problems reported on the way.

    A row is `faulty` when one of its cells was refused; the other cells are read all the same.
    """
    try:
        rows = iter(table.rows)
        head = _first_row(rows)
        if head is None:
            _empty_table(table, findings)
            return
        number, cells = head
        if len(cells) > WIDEST_TABLE:
            _too_wide(table, number, len(cells), findings)
            return
        header = header_of(["" if isinstance(c, Refusal) else str(c) for c in cells], columns)
        places = _places(header, table, number, columns, notation, findings)
        if places is None:
            return
        yield from _body(rows, header, places, table, findings)
    except TableRefusedError as unreadable:
        findings.refusal(unreadable.refusal, file=table.file, row=unreadable.row)


def _empty_table(table: Table, findings: Findings) -> None:
    findings.warning(
        "file.empty",
        "The table is empty, without even a header.",
        "It says neither that nothing happened nor what its columns would be.",
        "Remove it, or give it a header; `cartulary template` writes one.",
        file=table.file,
    )


def _too_wide(table: Table, number: int, width: int, findings: Findings) -> None:
    findings.error(
        "header.too_wide",
        f"The header has {width} cells.",
        f"No table of a programme has more than {WIDEST_TABLE} columns.",
        "Check that this is a table of a programme, and what divides its cells.",
        file=table.file,
        row=number,
    )


def _first_row(rows: Iterator[tuple[int, Sequence[Cell]]]) -> tuple[int, Sequence[Cell]] | None:
    return next(((n, cells) for n, cells in rows if not _blank_or_comment(cells)), None)


def _blank_or_comment(cells: Sequence[Cell]) -> bool:
    first = cells[0] if cells else ""
    return (isinstance(first, str) and first.startswith("#")) or all(map(is_empty, cells))


def _places(
    header: Header,
    table: Table,
    number: int,
    columns: tuple[Column, ...],
    notation: Notation,
    findings: Findings,
) -> list[_Place] | None:
    """The columns to read, the child's first; None when the table cannot be read at all."""
    seen: dict[str, Heading] = {}
    places: list[_Place] = []
    for heading in header.headings:
        column = heading.column
        if column is None:
            _unknown_heading(heading, header, table, number, columns, findings)
            continue
        place = {"file": table.file, "row": number, "column": heading.text}
        if heading.text in header.either:
            findings.error(
                "header.ambiguous",
                "The header means one thing in Dutch or by name, and another in English.",
                "The other columns do not show which is meant.",
                f"Write {column.en!r} if that is meant, or see `cartulary template`.",
                **place,
            )
        if column.role is not Role.REMARK and column.key in seen:
            findings.error(
                "header.twice",
                f"Two columns are the same: {seen[column.key].text!r} and {heading.text!r}.",
                "Which one to read is not for us to say.",
                "Remove one of them, or begin its header with #.",
                **place,
            )
            continue
        if heading.unknown_unit:
            findings.error(
                "header.unit",
                f"The header gives the unit {shown(heading.unknown_unit)!r}.",
                f"The column is kept in {column.fact.unit if column.fact else ''}, and no exact "
                "way there is known.",
                "Convert the column, and write our unit in the header.",
                **place,
            )
            continue
        seen[column.key] = heading
        if column.role is not Role.REMARK:
            places.append(_Place(heading, column, _reader_of(column, heading, columns, notation)))
    if "child" not in seen:
        findings.error(
            "header.no_child",
            "No column says which child a row is about.",
            "Its rows belong to nobody.",
            "Give it a column child (Dutch: kind) with the pseudonym.",
            file=table.file,
            row=number,
        )
        return None
    return sorted(places, key=lambda place: place.key != "child")


def _unknown_heading(
    heading: Heading,
    header: Header,
    table: Table,
    number: int,
    columns: tuple[Column, ...],
    findings: Findings,
) -> None:
    text = heading.text.strip()
    if not text or text.startswith("#"):
        return
    place = {"file": table.file, "row": number, "column": heading.text}
    if folded(text) in _IDENTIFYING:
        findings.warning(
            "header.identifying",
            "The column seems to hold what identifies a child. It was not read.",
            "A programme's tables hold pseudonyms only.",
            "Remove the column.",
            **place,
        )
        return
    present = {h.column.key for h in header.known if h.column is not None}
    free = [column for column in columns if column.key not in present]
    near = nearest(
        text.split("(")[0],
        [word for c in free for word in (c.label(header.dialect), c.en, c.nl, c.key)],
    )
    say = findings.error if near else findings.warning
    say(
        "header.unknown",
        "No column of this table has this name, so it was not read.",
        "What stands in it would be lost without a word.",
        f"Did you mean {near!r}? If not, begin the header with #."
        if near
        else "Begin the header with # if it is not meant to be read.",
        **place,
    )


def _reader_of(
    column: Column, heading: Heading, columns: tuple[Column, ...], notation: Notation
) -> Reader:
    if column.role in (Role.DATE, Role.FACT_DATE):
        return lambda cell: when_in(cell, notation)
    if column.fact is None:
        if column.role is Role.DAY:
            return lambda cell: day_in(cell, notation)
        return text_in
    fact, scale = column.fact, heading.scale
    if fact.name == "value" and any(c.key == "below_limit" for c in columns):
        return lambda cell: below_limit_in(cell, notation) or value_of(fact, cell, notation, scale)
    return lambda cell: value_of(fact, cell, notation, scale)


def _body(
    rows: Iterator[tuple[int, Sequence[Cell]]],
    header: Header,
    places: list[_Place],
    table: Table,
    findings: Findings,
) -> Iterator[Row]:
    width = len(header.headings)
    nameless = {h.index for h in header.headings if not h.text.strip()}
    child_place, others = places[0], places[1:]
    has_source = any(place.key == "source" for place in others)
    file = table.file
    for number, cells in rows:
        if _blank_or_comment(cells):
            continue
        child = text_in(cells[child_place.index]) if child_place.index < len(cells) else ""
        if isinstance(child, Refusal):
            findings.refusal(child, file=file, row=number, column=child_place.text)
            continue
        if not child:
            findings.error(
                "row.no_child",
                "The row names no child.",
                "It may belong to any of them.",
                "Write the pseudonym, or empty the row.",
                file=file,
                row=number,
                column=child_place.text,
            )
            continue
        faulty = False
        if len(cells) > width or nameless:
            faulty = _beyond_the_header(cells, width, nameless, number, child, table, findings)
        values: dict[str, Any] = {"source": ""} if has_source else {}
        for place in others:
            if place.index >= len(cells):
                continue
            cell = cells[place.index]
            if cell == "":
                continue
            value = place.read(cell)
            if value is NOT_RECORDED and is_empty(cell):
                continue
            if type(value) is Refusal:
                faulty = True
                findings.refusal(
                    value,
                    value="" if isinstance(cell, Refusal) else cell,
                    file=file,
                    row=number,
                    column=place.text,
                    course_id=child,
                )
                continue
            values[place.key] = value
        yield Row(number, child, values, faulty)


def _beyond_the_header(
    cells: Sequence[Cell],
    width: int,
    nameless: set[int],
    number: int,
    child: str,
    table: Table,
    findings: Findings,
) -> bool:
    beyond = [
        index
        for index, cell in enumerate(cells)
        if (index >= width or index in nameless) and not is_empty(cell)
    ]
    if not beyond:
        return False
    first = cells[beyond[0]]
    findings.error(
        "row.too_wide",
        f"Cell {beyond[0] + 1} of the row has a value but no header above it.",
        "A decimal comma or a loose delimiter may have divided one cell in two."
        if beyond[0] >= width
        else "A column without a header is not read.",
        "Put cells with commas between quotation marks, or give the column a header.",
        value="" if isinstance(first, Refusal) else first,
        file=table.file,
        row=number,
        course_id=child,
    )
    return True

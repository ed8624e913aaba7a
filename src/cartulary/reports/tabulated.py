# SPDX-License-Identifier: Apache-2.0
"""A table's cells as finished text, the same for print, page and workbook.

Footnotes are lettered in order of first use; absence becomes words; intervals follow the medium.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from string import ascii_lowercase

from cartulary.reports.content import (
    Absent,
    Cell,
    Column,
    Count,
    Interval,
    Number,
    Percent,
    Prose,
    Sentence,
    Share,
    Span,
    Table,
    Words,
)
from cartulary.reports.wording import interval, number, percent, word


@dataclass(frozen=True, slots=True)
class SetCell:
    """A cell ready to print: spans, the letter of its footnote, how many columns it fills.

    `tail` is printed lighter (the "/22" of "9/22").
    """

    spans: tuple[Span, ...]
    tail: str = ""
    mark: str = ""
    columns: int = 1
    align: str = "left"
    strong: bool = False
    quiet: bool = False
    first: bool = False

    @property
    def plain(self) -> str:
        """The cell as plain text, without its footnote's letter."""
        return "".join(span.text for span in self.spans) + self.tail


@dataclass(frozen=True, slots=True)
class SetRow:
    """A row ready to print."""

    cells: tuple[SetCell, ...]
    starts_group: bool
    heading: str


@dataclass(frozen=True, slots=True)
class SetTable:
    """A table ready to print; `groups` are (title, columns) above the headers, or empty."""

    table: Table
    groups: tuple[tuple[str, int], ...]
    rows: tuple[SetRow, ...]
    footnotes: tuple[tuple[str, Sentence], ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the table."""
        return self.table.columns

    @property
    def note(self) -> Prose:
        """The general remark before the footnotes."""
        return self.table.note


def letter(place: int) -> str:
    """The mark of a footnote: a to z, then aa, bb.

    >>> letter(0), letter(27)
    ('a', 'bb')
    """
    turn, place = divmod(place, len(ascii_lowercase))
    return ascii_lowercase[place] * (turn + 1)


def set_table(table: Table, lang: str, medium: str) -> SetTable:
    """The table with every cell as text.

    Arguments: the table; the language; medium "print" ("15–64") or "screen" ("15 to 64").
    """
    letters: dict[str, str] = {}
    rows = []
    for row in table.rows:
        cells, place = [], 0
        for cell in row.cells:
            name = getattr(cell, "footnote", "")
            if name and name not in letters:
                letters[name] = letter(len(letters))
            column = table.columns[place]
            spans, tail = cell_text(cell, lang, medium)
            wide = getattr(cell, "columns", 1)
            cells.append(
                SetCell(
                    spans,
                    tail,
                    letters.get(name, ""),
                    wide,
                    "centre" if wide > 1 else column.align,
                    column.strong and not isinstance(cell, Absent | Words),
                    column.quiet,
                    place == 0,
                )
            )
            place += wide
        rows.append(SetRow(tuple(cells), row.starts_group, row.heading))
    texts = dict(table.footnotes)
    groups = tuple(
        (title, len(list(run))) for title, run in groupby(c.group for c in table.columns)
    )
    return SetTable(
        table,
        groups if any(title for title, _ in groups) else (),
        tuple(rows),
        tuple((mark, texts[name]) for name, mark in letters.items()),
    )


def cell_text(cell: Cell, lang: str, medium: str) -> tuple[tuple[Span, ...], str]:
    """What a cell says, and its lighter tail."""
    if isinstance(cell, str):
        return (Span(cell),), ""
    if isinstance(cell, Sentence):
        return cell.spans, ""
    if isinstance(cell, Words):
        spans = (Span(cell.text),) if isinstance(cell.text, str) else cell.text.spans
        if cell.italic:
            spans = tuple(replace(span, italic=True) for span in spans)
        return spans, ""
    if isinstance(cell, Count):
        return (Span(number(cell.value, lang)),), ""
    if isinstance(cell, Share):
        return (Span(number(cell.events.value, lang)),), f"/{number(cell.n.value, lang)}"
    if isinstance(cell, Percent):
        return (Span(percent(cell.value, lang, cell.decimals, sign=False)),), ""
    if isinstance(cell, Number):
        return (Span(number(cell.value, lang, cell.decimals)),), ""
    if isinstance(cell, Interval):
        text = interval(
            cell.low,
            cell.high,
            lang,
            decimals=cell.decimals,
            as_percent=cell.percent,
            medium=medium,
        )
        return (Span(text),), ""
    return (Span(word(f"absent.{cell.why}", lang), italic=cell.why not in _UPRIGHT),), ""


#: a dash and an abbreviation are signs, not words
_UPRIGHT = ("not_applicable", "not_given")


def gaps(columns: Sequence[Column], within: float, between: float) -> list[float]:
    """The room after each column but the last: wider where a new group begins."""
    return [
        within if one.group == other.group and one.group else between
        for one, other in pairwise(columns)
    ]

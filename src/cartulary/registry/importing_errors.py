# SPDX-License-Identifier: Apache-2.0
"""The uploaded tables given back as a workbook, each row with its errors in a column beside it."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cartulary.course.dates import PartialDate
from cartulary.course.problem import Problem
from cartulary.course.tables.cells import Cell
from cartulary.course.tables.files import Table, TableRefusedError, csv_table
from cartulary.course.tables.refusal import Refusal
from cartulary.course.tables.saving import LONGEST_WORKBOOK_CELL, new_workbook
from cartulary.course.tables.table_names import TABLE_SUFFIXES, header_words, kind_of
from cartulary.course.tables.workbook import WORKBOOK_SUFFIXES, workbook_tables
from cartulary.registry.importing_scan import says_nothing
from cartulary.registry.refusal_words import in_language

# Begun with "#", so that the reader passes over the column when the workbook comes back.
HEADING = {"en": "# errors", "nl": "# fouten"}
_OTHER = {"en": ("place", "error"), "nl": ("plaats", "fout")}
_TITLES = {"en": "_errors", "nl": "_fouten"}

_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?|[+-]+")
_NOT_IN_A_CELL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\']")
_LONGEST_TITLE = 31
_MARGIN_WIDTH = 60


def error_workbook(tables: Path, problems: Iterable[Problem], lang: str) -> bytes:
    """The tables at a path as a workbook, each with a last column that says what is wrong.

    Rows keep their numbers. No cell is ever taken for a formula: a text that begins like one gets
    an apostrophe, which the reader takes off again. What belongs to no row of a table (a file
    that cannot be read) stands on a sheet of its own, which the reader passes over.
    """
    told = [in_language(one, lang) for one in problems]
    of_row: dict[tuple[str, int], list[str]] = defaultdict(list)
    for problem in told:
        if problem.row is not None:
            of_row[problem.file, problem.row].append(_said(problem))
    stream = io.BytesIO()
    book = new_workbook(stream)
    bold = book.add_format({"bold": True, "bottom": 1})
    red = book.add_format({"font_color": "#A1260D", "text_wrap": False})
    titles: set[str] = set()
    written: set[str] = set()
    for table in _tables(tables):
        page = book.add_worksheet(_title(table.name, titles))
        written.add(table.file)
        _write_table(page, table, of_row, HEADING[lang], bold, red)
    others = [p for p in told if p.row is None or p.file not in written]
    if others:
        page = book.add_worksheet(_title(_TITLES[lang], titles))
        page.write_row(0, 0, _OTHER[lang], bold)
        for number, problem in enumerate(others, start=1):
            _write(page, number, 0, problem.file)
            _write(page, number, 1, _said(problem))
        page.set_column(1, 1, _MARGIN_WIDTH)
    elif not titles:
        book.add_worksheet(_TITLES[lang])
    book.close()
    return stream.getvalue()


def _tables(path: Path) -> Iterable[Table]:
    """Every table that can be opened, whether or not its name is known."""
    if path.is_file() and path.suffix.casefold() in WORKBOOK_SUFFIXES:
        try:
            yield from workbook_tables(path)[0]
        except TableRefusedError:
            return
    elif path.is_dir():
        for entry in sorted(path.iterdir()):
            if entry.suffix.casefold() in TABLE_SUFFIXES:
                try:
                    yield csv_table(entry, header_words(kind_of(entry.stem)))[0]
                except TableRefusedError:
                    continue


def _write_table(
    page: Any,
    table: Table,
    of_row: dict[tuple[str, int], list[str]],
    heading: str,
    bold: Any,
    red: Any,
) -> None:
    beside: int | None = None
    try:
        for number, cells in table.rows:
            text = "\n".join(of_row.get((table.file, number), ()))
            if beside is None and not says_nothing(cells):
                beside = len(cells)
                page.set_column(beside, beside, _MARGIN_WIDTH)
                page.write_string(
                    number - 1, beside, _fit(f"{heading}: {text}" if text else heading), bold
                )
            elif text and beside is not None:
                page.write_string(number - 1, beside, _fit(text), red)
            for column, cell in enumerate(cells):
                # A cell beyond the header makes way for the column of errors.
                _write(page, number - 1, column + (beside is not None and column >= beside), cell)
    except TableRefusedError:
        return


def _write(page: Any, row: int, column: int, cell: Cell) -> None:
    """One cell as it was, whatever type the workbook gave it."""
    if isinstance(cell, Refusal) or cell == "":
        return
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell)
    elif isinstance(cell, (int, float)):
        page.write_number(row, column, cell)
    elif isinstance(cell, (PartialDate, date, datetime)):
        page.write_string(row, column, str(cell))
    else:
        page.write_string(row, column, _fit(_guarded(cell)))


def _guarded(text: str) -> str:
    """A text that a spreadsheet would run gets an apostrophe; a negative number stays one."""
    if text.startswith(_RUNS_AS_FORMULA) and not _PLAIN_NUMBER.fullmatch(text.strip()):
        return "'" + text
    return text


def _fit(text: str) -> str:
    return _NOT_IN_A_CELL.sub(" ", text)[:LONGEST_WORKBOOK_CELL]


def _said(problem: Problem) -> str:
    column = f"{problem.column}: " if problem.column else ""
    value = f" ({problem.value})" if problem.value else ""
    return _guarded(f"{column}{problem.fact}{value} {problem.why} {problem.remedy}")


def _title(name: str, taken: set[str]) -> str:
    plain = _NOT_IN_A_TITLE.sub("_", _fit(name)).strip() or "table"
    title, number = plain[:_LONGEST_TITLE], 1
    while title.casefold() in taken:
        number += 1
        title = f"{plain[: _LONGEST_TITLE - 4]} {number}"
    taken.add(title.casefold())
    return title

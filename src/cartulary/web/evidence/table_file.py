# SPDX-License-Identifier: Apache-2.0
"""A table as it is shown, as a file: CSV or a workbook of one sheet, with what it is of."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any, Final

FORMS: Final = ("csv", "xlsx")
_RUNS_AS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def tables_of(page: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every table of a view by its id."""
    found: dict[str, dict[str, Any]] = {}
    for section in page.get("sections", {}).values():
        for block in section["blocks"]:
            if "table" in block:
                found[block["table"]["id"]] = block["table"]
    return found


def rows_of(table: dict[str, Any]) -> list[list[str]]:
    """Header and rows as words; a cell that fills several columns leaves the others empty."""
    titles = [column["title"] for column in table["columns"]]
    groups = [one["title"] for one in table["groups"] for _ in range(one["columns"])]
    together = zip(groups or [""] * len(titles), titles, strict=True)
    rows = [[f"{group}: {title}" if group else title for group, title in together]]
    for row in table["rows"]:
        cells: list[str] = []
        for cell in row["cells"]:
            said = (
                _plain(cell["runs"]) + cell["tail"] + (f" ({cell['mark']})" if cell["mark"] else "")
            )
            cells += [said, *[""] * (cell["columns"] - 1)]
        rows.append(cells)
    return rows


def notes_of(table: dict[str, Any]) -> list[str]:
    """The remarks under a table."""
    notes = [_plain(runs) for runs in table["note"]]
    return notes + [f"{note['mark']}: {_plain(note['runs'])}" for note in table["footnotes"]]


def file_of(table: dict[str, Any], form: str, about: list[str]) -> bytes:
    """The table as a file.

    Arguments: a table of the page; "csv" or "xlsx"; lines that say of what it is. Text never
    becomes a formula.
    """
    caption = " ".join(_plain(runs) for runs in table["caption"])
    before = [[caption], *([line] for line in about), []]
    after = [[], *([note] for note in notes_of(table))]
    rows = [*before, *rows_of(table), *after]
    return _csv(rows) if form == "csv" else _workbook(rows, len(before))


def _csv(rows: list[list[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows([[_harmless(cell) for cell in row] for row in rows])
    # With its mark spreadsheets read the accents as they are.
    return text.getvalue().encode("utf-8-sig")


def _workbook(rows: list[list[str]], header: int) -> bytes:
    import xlsxwriter

    target = BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(place, column, cell, bold if place in (0, header) else None)
    sheet.set_column(0, 0, 28)
    book.close()
    return target.getvalue()


def _plain(runs: list[dict[str, Any]]) -> str:
    return "".join(run["text"] for run in runs)


def _harmless(cell: str) -> str:
    """Text that a spreadsheet cannot take for a formula.

    >>> _harmless("+3 (–2 to 8)"), _harmless("40")
    ("'+3 (–2 to 8)", '40')
    """
    return f"'{cell}" if cell.startswith(_RUNS_AS_FORMULA) else cell

# SPDX-License-Identifier: Apache-2.0
"""A report as an XLSX workbook: the findings, every table on its sheet, every figure in a row.

Text is always written as text, so that nothing a programme wrote can become a formula.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any

from cartulary.reports.content import (
    Cell,
    Chart,
    Count,
    Number,
    Percent,
    Report,
    Table,
    plain,
)
from cartulary.reports.disclosure import controlled
from cartulary.reports.figures_json import figure_record
from cartulary.reports.tabulated import set_table
from cartulary.reports.wording import grouped_hash, long_date, word

_KEYS = (
    "id", "endpoint", "definition", "unit", "n", "events", "at_days", "value", "low", "high",
    "method", "origin", "missing", "withheld",
)  # fmt: skip


def render_workbook(report: Report) -> bytes:
    """The report as XLSX.

    Arguments: a finished report; if it asks for it, small numbers are withheld first.
    Returns: the bytes, identical for an identical report: the workbook bears the date of the data
    cut, not of its making.
    """
    import xlsxwriter

    report = controlled(report)
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    # A file without a data cut gets a date that nobody can take for one.
    cut = report.data_cut or datetime(2000, 1, 1, tzinfo=UTC).date()
    book.set_properties(
        {
            "title": report.title,
            "author": report.programme,
            "comments": report.origin_label,
            "created": datetime.combine(cut, time(), tzinfo=UTC).replace(tzinfo=None),
        }
    )
    looks = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "bold": book.add_format({"bold": True}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "note": book.add_format({"font_color": "#44505C", "text_wrap": False}),
        "right": book.add_format({"align": "right"}),
    }
    taken: set[str] = set()
    _brief_sheet(book, report, looks, taken)
    for table, title in _tables(report):
        _table_sheet(book, table, title, report, looks, taken)
    _figures_sheet(book, report, looks, taken)
    book.close()
    return target.getvalue()


def _tables(report: Report) -> list[tuple[Table, str]]:
    """Every table in reading order with its caption's number."""
    lang, found, tables, charts = report.lang, [], 0, 0
    blocks = [block for s in (*report.sections, *report.appendix) for block in s.blocks]
    for block in ([report.brief_table] if report.brief_table else []) + blocks:
        if isinstance(block, Table):
            tables += 1
            found.append((block, f"{word('table', lang)} {tables}. {plain(block.caption)}"))
        elif isinstance(block, Chart):
            charts += 1
            found.append((block.table, f"{word('figure', lang)} {charts}. {plain(block.caption)}"))
    return found


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name Excel accepts and that no other sheet has."""
    name = re.sub(r"[\[\]:*?/\\']", " ", wanted).strip()[:28] or "sheet"
    unique, turn = name, 2
    while unique.lower() in taken:
        unique, turn = f"{name} {turn}", turn + 1
    taken.add(unique.lower())
    return unique


def _brief_sheet(book: Any, report: Report, looks: dict[str, Any], taken: set[str]) -> None:
    """Title, origin, facts and findings."""
    sheet = book.add_worksheet(_sheet_name(word("sheet.brief", report.lang), taken))
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 100)
    lines: list[tuple[str, str, str]] = [("title", report.title, ""), ("", report.subtitle, "")]
    if report.origin_label:
        lines.append(("bold", report.origin_label, ""))
    if report.data_cut:
        lines.append(("", word("data_to", report.lang), long_date(report.data_cut, report.lang)))
    lines += [
        ("", word("control", report.lang), grouped_hash(report.control_hash)),
        ("", word("not_a_device", report.lang), ""),
        ("", "", ""),
        *(("bold", fact.label, fact.text) for fact in report.facts),
        ("", "", ""),
        *(("", str(i), plain(f.sentences)) for i, f in enumerate(report.brief, start=1)),
    ]
    for place, (look, first, second) in enumerate(lines):
        sheet.write_string(place, 0, first, looks.get(look))
        if second:
            sheet.write_string(place, 1, second, looks["wrap"])


def _table_sheet(
    book: Any, table: Table, title: str, report: Report, looks: dict[str, Any], taken: set[str]
) -> None:
    """One table: origin, caption, headers with their groups, cells, notes."""
    sheet = book.add_worksheet(_sheet_name(table.id or title, taken))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, max(len(table.columns) - 1, 1), 16)
    sheet.write_string(0, 0, title, looks["bold"])
    sheet.write_string(1, 0, report.origin_label or report.programme, looks["note"])
    for place, column in enumerate(table.columns):
        name = " · ".join(part for part in (column.group, column.title) if part)
        sheet.write_string(2, place, name, looks["head"])
    ready, line = set_table(table, report.lang, "screen"), 3
    for row, shown in zip(table.rows, ready.rows, strict=True):
        if row.heading:
            sheet.write_string(line, 0, row.heading, looks["bold"])
            line += 1
        place = 0
        for cell, text in zip(row.cells, shown.cells, strict=True):
            value = _value(cell)
            if value is None:
                mark = f" ({text.mark})" if text.mark else ""
                align = looks["right"] if text.align == "right" else None
                sheet.write_string(line, place, text.plain + mark, align)
            else:
                sheet.write_number(line, place, value, _number_look(book, looks, cell))
            place += text.columns
        line += 1
    for text in (plain(ready.note), *(f"({m}) {t.plain}" for m, t in ready.footnotes)):
        if text:
            sheet.write_string(line + 1, 0, text, looks["note"])
            line += 1
    sheet.freeze_panes(3, 1)


def _value(cell: Cell) -> float | None:
    """The number of a cell that is one; a percentage in the unit of its header."""
    if isinstance(cell, Count):
        return cell.value
    if isinstance(cell, Percent):
        return round(cell.value * 100, 10)
    if isinstance(cell, Number):
        return cell.value
    return None


def _number_look(book: Any, looks: dict[str, Any], cell: Cell) -> Any:
    """A number format with the cell's decimals."""
    decimals = getattr(cell, "decimals", 0)
    name = f"number{decimals}"
    if name not in looks:
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        looks[name] = book.add_format({"num_format": pattern})
    return looks[name]


def _figures_sheet(book: Any, report: Report, looks: dict[str, Any], taken: set[str]) -> None:
    """The figures of report.json, one a row, shares between 0 and 1."""
    sheet = book.add_worksheet(_sheet_name(word("sheet.figures", report.lang), taken))
    sheet.set_column(0, 2, 34)
    sheet.set_column(3, len(_KEYS), 14)
    for place, key in enumerate(_KEYS):
        sheet.write_string(0, place, key, looks["head"])
    for line, figure in enumerate(report.figures, start=1):
        record = figure_record(figure)
        for place, key in enumerate(_KEYS):
            value = record[key]
            if isinstance(value, bool):
                sheet.write_boolean(line, place, value)
            elif isinstance(value, int | float):
                sheet.write_number(line, place, value)
            elif value is not None:
                sheet.write_string(line, place, str(value))
    sheet.freeze_panes(1, 1)

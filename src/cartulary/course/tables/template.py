# SPDX-License-Identifier: Apache-2.0
"""An empty programme: its tables with headers, units, drop-downs and a codebook."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cartulary.course.choice import Choice
from cartulary.course.course import DayZero, Origin
from cartulary.course.events import EVENT_TYPES
from cartulary.course.fact import Fact, FactKind
from cartulary.course.tables.children_table import CHILDREN_COLUMNS
from cartulary.course.tables.codebook_table import CODEBOOK_HEADERS, codebook_rows
from cartulary.course.tables.columns import Column, Role, columns_of
from cartulary.course.tables.programme_table import KEYS
from cartulary.course.tables.saving import (
    Sheet,
    new_workbook,
    refuse_existing,
    refuse_language,
    save_folder,
    write_one,
)
from cartulary.course.tables.workbook import WORKBOOK_SUFFIXES
from cartulary.course.tables.writer import about_header, file_stem, title

CODEBOOK_TITLE = {"en": "Codebook", "nl": "Codeboek"}
LISTS_TITLE = {"en": "Lists", "nl": "Lijsten"}
ROWS_WITH_HELP = 2000
LONGEST_HELP = 255


def write_template(path: Path | str, lang: str = "en") -> None:
    """An empty programme as a folder of CSV files, or as a workbook when the path ends in .xlsx.

    Every kind of event has a table; headers carry the unit; a codebook tells what each column
    means, its limits and its values in both languages. The workbook has drop-downs besides.
    Remove the tables that are not needed. Refuses a place where something stands already.
    """
    refuse_language(lang)
    place = Path(path)
    refuse_existing(place)
    if place.suffix.casefold() in WORKBOOK_SUFFIXES:
        write_one(_workbook(lang), place)
    else:
        save_folder(_sheets(lang), place, lang)


def _tables() -> Iterator[tuple[str, tuple[Column, ...]]]:
    yield "children", CHILDREN_COLUMNS
    for cls in EVENT_TYPES:
        yield cls.kind, columns_of(cls)


def _in_template(columns: tuple[Column, ...]) -> list[Column]:
    return [column for column in columns if column.in_template]


def _about_rows(lang: str) -> list[tuple[str, str, str]]:
    filled = {
        "origin": Origin.RECORDED.nl if lang == "nl" else Origin.RECORDED.en,
        "day0_is": DayZero.INDICATION.nl if lang == "nl" else DayZero.INDICATION.en,
        "language": lang,
    }
    return [
        (
            key.label(lang),
            filled.get(key.name, ""),
            key.says_nl if lang == "nl" else key.says_en,
        )
        for key in KEYS
    ]


def _sheets(lang: str) -> list[Sheet]:
    about = Sheet(
        file_stem("programme", lang),
        title("programme", lang),
        (*about_header(lang), "uitleg" if lang == "nl" else "explanation"),
        _about_rows(lang),
    )
    tables = [
        Sheet(
            file_stem(kind, lang),
            title(kind, lang),
            tuple(column.header(lang) for column in _in_template(columns)),
            (),
        )
        for kind, columns in _tables()
    ]
    codebook = Sheet(
        CODEBOOK_TITLE[lang].casefold(),
        CODEBOOK_TITLE[lang],
        CODEBOOK_HEADERS[lang],
        list(codebook_rows(lang)),
    )
    return [about, *tables, codebook]


@dataclass
class _Lists:
    """The sheet that holds the words of every drop-down, a column each."""

    page: Any
    title: str
    lang: str
    ranges: dict[type[Choice], str]

    def range_of(self, choices: type[Choice]) -> str:
        """Where the words of a closed list stand, written there on first use."""
        found = self.ranges.get(choices)
        if found is None:
            column = len(self.ranges)
            words = [member.nl if self.lang == "nl" else member.en for member in choices]
            self.page.write_string(0, column, choices.__name__)
            for row, word in enumerate(words, start=1):
                self.page.write_string(row, column, word)
            letters = _letters(column)
            found = f"='{self.title}'!${letters}$2:${letters}${len(words) + 1}"
            self.ranges[choices] = found
        return found


def _letters(column: int) -> str:
    """The letters by which Excel names a column, counted from 0."""
    higher, last = divmod(column, 26)
    return (_letters(higher - 1) if higher else "") + chr(ord("A") + last)


def _workbook(lang: str) -> bytes:
    stream = io.BytesIO()
    book = new_workbook(stream)
    head = book.add_format(
        {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "font_size": 10}
    )
    text = book.add_format({"num_format": "@"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "font_size": 10})
    about = book.add_worksheet(title("programme", lang))
    pages = [(columns, book.add_worksheet(title(kind, lang))) for kind, columns in _tables()]
    codebook = book.add_worksheet(CODEBOOK_TITLE[lang])
    lists = _Lists(book.add_worksheet(LISTS_TITLE[lang]), LISTS_TITLE[lang], lang, {})
    _fill_about(about, lists, lang, head, wrapped, text)
    for columns, page in pages:
        page.freeze_panes(1, 1)
        page.set_row(0, 45)
        for index, column in enumerate(_in_template(columns)):
            _fill_column(page, index, column, lists, lang, head, text)
    _fill_codebook(codebook, lang, head, wrapped)
    lists.page.hide()
    book.close()
    return stream.getvalue()


def _fill_about(page: Any, lists: _Lists, lang: str, head: Any, wrapped: Any, text: Any) -> None:
    page.freeze_panes(1, 1)
    page.set_column(0, 0, 18)
    page.set_column(1, 1, 32, text)
    page.set_column(2, 2, 80, wrapped)
    for column, word in enumerate(
        (*about_header(lang), "uitleg" if lang == "nl" else "explanation")
    ):
        page.write_string(0, column, word, head)
    for row, cells in enumerate(_about_rows(lang), start=1):
        for column, cell in enumerate(cells):
            page.write_string(row, column, cell, (None, text, wrapped)[column])
    of_key: dict[str, type[Choice]] = {"origin": Origin, "day0_is": DayZero}
    for row, key in enumerate(KEYS, start=1):
        if key.name in of_key:
            page.data_validation(
                row, 1, row, 1, {"validate": "list", "source": lists.range_of(of_key[key.name])}
            )


def _fill_column(
    page: Any, index: int, column: Column, lists: _Lists, lang: str, head: Any, text: Any
) -> None:
    header = column.header(lang)
    is_number = column.fact is not None and column.fact.kind in (FactKind.NUMBER, FactKind.INTEGER)
    # Excel makes 2020-03 the first of March, and 1-2 a date; a text cell keeps what is typed.
    keep_text = column.role is not Role.DAY and not (column.role is Role.FACT and is_number)
    page.set_column(index, index, max(12, min(28, len(header) + 2)), text if keep_text else None)
    page.write_string(0, index, header, head)
    rules = _validation(column, lists, lang)
    says = _help(column, lang)
    if says:
        rules = {
            **(rules or {"validate": "any"}),
            "input_title": column.label(lang)[:32],
            "input_message": says[:LONGEST_HELP],
        }
    if rules:
        page.data_validation(1, index, ROWS_WITH_HELP, index, rules)


def _validation(column: Column, lists: _Lists, lang: str) -> dict[str, Any] | None:
    fact = column.fact
    if fact is None or column.role is not Role.FACT:
        return None
    if fact.kind is FactKind.CHOICE and fact.choices is not None:
        # An absence is written in words, so another word is questioned and not refused.
        return {
            "validate": "list",
            "source": lists.range_of(fact.choices),
            "error_type": "warning",
        }
    if fact.kind is FactKind.YES_NO:
        words = ["ja", "nee"] if lang == "nl" else ["yes", "no"]
        return {"validate": "list", "source": words, "error_type": "warning"}
    if fact.kind in (FactKind.NUMBER, FactKind.INTEGER):
        return _limits(fact)
    return None


def _limits(fact: Fact) -> dict[str, Any] | None:
    kind = "integer" if fact.kind is FactKind.INTEGER else "decimal"
    if fact.low is None or fact.high is None:
        return None
    return {
        "validate": kind,
        "criteria": "between",
        "minimum": fact.low,
        "maximum": fact.high,
        "error_type": "warning",
    }


def _help(column: Column, lang: str) -> str:
    says = column.says_nl if lang == "nl" else column.says_en
    fact = column.fact
    if column.role is Role.FACT_DATE and not says:
        return (
            "2020-03-17; 2020-03 of 2020 als meer niet bekend is."
            if lang == "nl"
            else "2020-03-17; 2020-03 or 2020 when no more is known."
        )
    if fact is None or column.role is not Role.FACT:
        return says
    if fact.kind is FactKind.CHOICES:
        more = "meer dan een mag, met ; ertussen" if lang == "nl" else "several, divided by ;"
        return f"{says} {more}".strip()
    if fact.unit:
        return f"{says} {'eenheid' if lang == 'nl' else 'unit'}: {fact.unit}".strip()
    return says


def _fill_codebook(page: Any, lang: str, head: Any, wrapped: Any) -> None:
    page.freeze_panes(1, 2)
    widths = (18, 26, 24, 14, 10, 9, 9, 9, 9, 9, 40, 40, 44, 44)
    for column, (word, width) in enumerate(zip(CODEBOOK_HEADERS[lang], widths, strict=True)):
        page.set_column(column, column, width, wrapped)
        page.write_string(0, column, word, head)
    last = 0
    for row, cells in enumerate(codebook_rows(lang), start=1):
        last = row
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                page.write_string(row, column, cell, wrapped)
            else:
                page.write_number(row, column, cell, wrapped)
    page.autofilter(0, 0, last, len(CODEBOOK_HEADERS[lang]) - 1)

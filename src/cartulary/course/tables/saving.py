# SPDX-License-Identifier: Apache-2.0
"""Sheets saved as a folder of CSV files or as one workbook; nothing is ever overwritten."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from cartulary.course.errors import TableError
from cartulary.course.tables.numbers import number_text

Content: TypeAlias = str | int | float

# Excel of a Dutch computer reads a decimal comma, and divides cells by a semicolon.
DELIMITER_OF = {"en": ",", "nl": ";"}
DECIMAL_MARK_OF = {"en": ".", "nl": ","}
LANGUAGES = ("en", "nl")

LONGEST_WORKBOOK_CELL = 32_767
LAST_WORKBOOK_ROW = 1_048_576
_NOT_IN_A_WORKBOOK = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table to be saved: the file it becomes, the sheet it becomes, and its cells."""

    file_stem: str
    title: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Content]]


def refuse_language(lang: str) -> None:
    """Only Dutch and English tables are written."""
    if lang not in LANGUAGES:
        raise TableError(f"Tables are not written in {lang!r}. Write en or nl.")


def refuse_existing(path: Path) -> None:
    """A file, or a folder with something in it, is never overwritten."""
    if path.is_dir():
        if any(path.iterdir()):
            raise TableError(
                f"The folder {path.name!r} is not empty. Tables already there would be mixed with "
                "these. Give a new or an empty folder."
            )
    elif path.exists():
        raise TableError(
            f"The file {path.name!r} exists already. Records are never overwritten. "
            "Give another name, or remove it first."
        )


def csv_text(rows: Iterable[Sequence[Content]], lang: str) -> str:
    """Rows as CSV text in the manner of the language."""
    stream = io.StringIO(newline="")
    lines = list(rows)
    # One column shows no delimiter, so that a comma or semicolon in it would be taken for one.
    alone = bool(lines) and len(lines[0]) == 1
    writer = csv.writer(
        stream,
        delimiter=DELIMITER_OF[lang],
        lineterminator="\r\n",
        quoting=csv.QUOTE_ALL if alone else csv.QUOTE_MINIMAL,
    )
    mark = DECIMAL_MARK_OF[lang]
    for row in lines:
        writer.writerow(
            [cell if isinstance(cell, str) else number_text(cell, mark) for cell in row]
        )
    return stream.getvalue()


def save_folder(sheets: Iterable[Sheet], path: Path, lang: str) -> None:
    """Every sheet as a CSV file in UTF-8 with a byte-order mark, which Excel needs."""
    refuse_existing(path)
    contents: dict[str, bytes] = {}
    for sheet in sheets:
        try:
            text = csv_text((sheet.header, *sheet.rows), lang)
            contents[f"{sheet.file_stem}.csv"] = text.encode("utf-8-sig")
        except (UnicodeEncodeError, csv.Error) as error:
            raise TableError(
                f"{sheet.file_stem} holds a text that no file can hold ({error}). "
                "Remove the broken character."
            ) from error
    write_all(contents, path)


def write_all(contents: Mapping[str, bytes], path: Path) -> None:
    """Files in a folder, which is made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (path / name).write_bytes(content)
    except OSError as error:
        raise _not_writable(path, error) from error


def write_one(content: bytes, path: Path) -> None:
    """One file; its folder is made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise _not_writable(path, error) from error


def _not_writable(path: Path, error: OSError) -> TableError:
    return TableError(
        f"{path.name!r} cannot be written: {error.strerror or type(error).__name__}. "
        "Choose a place where you may write."
    )


def new_workbook(stream: io.BytesIO) -> Any:
    """A workbook in which no text ever becomes a formula, a number or a link."""
    import xlsxwriter  # type: ignore[import-untyped]

    return xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )


def save_workbook(sheets: Iterable[Sheet], path: Path, lang: str) -> None:
    """Every sheet in one workbook, the header fast at the top."""
    refuse_existing(path)
    stream = io.BytesIO()
    book = new_workbook(stream)
    bold = book.add_format({"bold": True, "bottom": 1})
    for sheet in sheets:
        page = book.add_worksheet(sheet.title)
        if len(sheet.rows) >= LAST_WORKBOOK_ROW:
            raise TableError(
                f"{sheet.title} has {len(sheet.rows)} rows, more than a workbook can hold. "
                "Write a folder of CSV files."
            )
        page.freeze_panes(1, 1)
        for column, text in enumerate(sheet.header):
            page.write_string(0, column, text, bold)
        for number, row in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(row):
                _write(page, number, column, cell, lang)
        page.autofit()
    book.close()
    write_one(stream.getvalue(), path)


def _write(page: Any, row: int, column: int, cell: Content, lang: str) -> None:
    if isinstance(cell, str):
        if cell:
            page.write_string(row, column, _fit_for_a_workbook(cell))
    elif isinstance(cell, int) or float(f"{cell:.16G}") == cell:
        page.write_number(row, column, cell)
    else:
        # A workbook would lose the last digit.
        page.write_string(row, column, number_text(cell, DECIMAL_MARK_OF[lang]))


def _fit_for_a_workbook(text: str) -> str:
    if len(text) > LONGEST_WORKBOOK_CELL or _NOT_IN_A_WORKBOOK.search(text):
        raise TableError(
            f"The text {text[:40]!r} cannot stand in a workbook: it is too long or has a "
            "character that Excel cannot hold. Write a folder of CSV files."
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise TableError(
            f"A text holds a character that no file can hold ({error}). Remove it."
        ) from error
    return text

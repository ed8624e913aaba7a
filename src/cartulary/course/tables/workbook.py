# SPDX-License-Identifier: Apache-2.0
"""An Excel workbook as tables. Formulas, error cells and merged cells are refused, not guessed."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from cartulary.course.dates import PartialDate
from cartulary.course.tables.cells import Cell, clock_dropped
from cartulary.course.tables.files import (
    WIDEST_TABLE,
    SourceFile,
    Table,
    TableRefusedError,
    content_of,
    fingerprint,
    looks_like,
)
from cartulary.course.tables.numbers import number_text
from cartulary.course.tables.refusal import Refusal, shown

# A workbook is a zip archive: what it unpacks to is bounded before anything is unpacked.
LARGEST_UNPACKED_BYTES = 256 * 1024 * 1024
MOST_PARTS = 5_000
LAST_ROW = 1_048_576

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")


def workbook_tables(path: Path) -> tuple[list[Table], SourceFile, bool]:
    """The sheets of a workbook as tables, the file, and whether it counts its days from 1904."""
    content = content_of(path)
    found = SourceFile(path.name, fingerprint(content), len(content), "xlsx")
    _refuse_what_is_no_workbook(content)
    book = _opened(content)
    tables = [
        Table(sheet.title, f"{path.name} sheet {shown(sheet.title)}", _rows(sheet, content))
        for sheet in book.worksheets
    ]
    return tables, found, book.epoch.year == 1904


def _refuse_what_is_no_workbook(content: bytes) -> None:
    if not content.startswith(b"PK"):
        what = looks_like(content) or "no workbook"
        raise TableRefusedError(
            Refusal(
                "file.not_workbook",
                f"The file is {what}, whatever its name says.",
                "A workbook is read in the .xlsx form, without a password.",
                "Open it in Excel and save it as an Excel workbook (.xlsx).",
            )
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _broken(error) from error
    if unpacked > LARGEST_UNPACKED_BYTES or len(parts) > MOST_PARTS:
        raise TableRefusedError(
            Refusal(
                "file.too_large",
                f"The workbook unpacks to {unpacked} bytes in {len(parts)} parts.",
                f"At most {LARGEST_UNPACKED_BYTES} bytes are unpacked.",
                "Check that this is a table of a programme; if so, give it as CSV files.",
            )
        )


def _broken(error: Exception) -> TableRefusedError:
    return TableRefusedError(
        Refusal(
            "file.broken",
            "The workbook cannot be read.",
            f"It is damaged, or is no Excel workbook ({type(error).__name__}).",
            "Open it in Excel, let it repair the file, and save it again as .xlsx.",
        )
    )


def _opened(content: bytes) -> Any:
    import openpyxl

    with warnings.catch_warnings():
        # openpyxl warns of drop-downs and styles that it leaves out; no value hangs on them.
        warnings.simplefilter("ignore")
        # On a damaged part openpyxl may raise anything at all.
        try:
            return openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=False, keep_links=False
            )
        except Exception as error:
            raise _broken(error) from error


def _rows(sheet: Any, content: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    merged = _merged_cells(sheet, content)
    if merged:
        raise TableRefusedError(
            Refusal(
                "sheet.merged_cells",
                f"Cells are merged: {', '.join(merged[:5])}{' and more' if merged[5:] else ''}.",
                "Of merged cells only the first holds the value; the others look empty.",
                "Unmerge them in Excel and write the value in every cell it belongs to.",
            )
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            sheet.reset_dimensions()
            far = 0
            for number, cells in enumerate(sheet.iter_rows(), start=1):
                if number > LAST_ROW:
                    return
                if len(cells) > WIDEST_TABLE:
                    far += _refuse_far_cells(cells[WIDEST_TABLE:], number, far)
                yield number, [_cell(cell) for cell in cells[:WIDEST_TABLE]] if cells else cells
        except (GeneratorExit, TableRefusedError):
            raise
        except Exception as error:
            raise _broken(error) from error


# Rows that are merely coloured to the far right are passed over, but not without end.
MOST_FAR_ROWS = 2_000


def _refuse_far_cells(cells: Sequence[Any], number: int, far: int) -> int:
    """Refuses a value to the right of every table; counts a row that has only looks there."""
    if far < MOST_FAR_ROWS and all(cell.value in (None, "", " ") for cell in cells):
        return 1
    raise TableRefusedError(
        Refusal(
            "sheet.too_wide",
            f"The row reaches beyond column {WIDEST_TABLE}.",
            "No table of a programme is so wide.",
            "Delete the columns to the right of the table.",
        ),
        number,
    )


_MERGED = re.compile(rb'mergeCell\s[^>]*?ref="([A-Za-z0-9:$]{1,40})"')
_CHUNK_BYTES = 1 << 20
_OVERLAP_BYTES = 200


def _merged_cells(sheet: Any, content: bytes) -> list[str]:
    """The merged ranges, which openpyxl keeps from us when it reads row by row."""
    part = str(getattr(sheet, "_worksheet_path", ""))
    found: dict[str, None] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part) as stream:
            tail = b""
            while chunk := stream.read(_CHUNK_BYTES):
                for match in _MERGED.finditer(tail + chunk):
                    found[match[1].decode("ascii")] = None
                tail = chunk[-_OVERLAP_BYTES:]
    except Exception as error:
        raise _broken(error) from error
    return list(found)


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Refusal(
            "cell.formula",
            "The cell holds a formula.",
            "Its result may be out of date and changes without a trace.",
            "Copy the column and paste it as values.",
        )
    if cell.data_type == "e":
        return Refusal(
            "cell.error",
            f"The cell holds the error {shown(value)}.",
            "A calculation failed in Excel.",
            "Write the value itself, or leave the cell empty.",
        )
    if isinstance(value, str):
        return value.replace("_x000D_", "")
    if isinstance(value, bool):
        return value
    number_format = str(cell.number_format or "")
    if isinstance(value, (int, float)):
        return f"{number_text(round(value * 100, 10))}%" if _is_percent(number_format) else value
    if isinstance(value, date):
        return _date(clock_dropped(value), number_format)
    if isinstance(value, (time, timedelta)):
        return Refusal(
            "cell.clock",
            f"The cell holds a time of day or a length of time ({value}).",
            "A course knows days, not hours.",
            "Write a date.",
        )
    return str(value)


_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


def _bare_format(number_format: str) -> str:
    return _QUOTED.sub("", number_format.split(";")[0]).casefold()


def _is_percent(number_format: str) -> bool:
    return "%" in _bare_format(number_format)


def _date(value: date, number_format: str) -> date | PartialDate:
    """A date that Excel shows as "mar-20" was typed without a day, and is so read."""
    shape = _bare_format(number_format)
    if "d" in shape or "y" not in shape:
        return value
    return PartialDate(value.year, value.month if "m" in shape else None)

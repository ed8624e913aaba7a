# SPDX-License-Identifier: Apache-2.0
"""Files opened as tables: which they are, how they are encoded, and what divides their cells."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from cartulary.course.tables.cells import Cell
from cartulary.course.tables.refusal import Refusal
from cartulary.course.tables.words import folded

LARGEST_FILE_BYTES = 256 * 1024 * 1024
WIDEST_TABLE = 400
DELIMITERS = (",", ";", "\t", "|")

# What a file is by its first bytes, whatever it is called.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a workbook or another zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook of the old .xls kind"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "a text document (RTF)"),
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that was read: its name, its fingerprint, and how it was understood."""

    name: str
    sha256: str
    size_bytes: int
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a programme: where it stands, and its rows with their spreadsheet numbers.

    `rows` may raise `TableRefusedError` on the way, when the file breaks off in the middle.
    """

    name: str
    file: str
    rows: Iterator[tuple[int, Sequence[Cell]]]


class TableRefusedError(Exception):
    """A file that cannot be read, with the refusal to report."""

    def __init__(self, refusal: Refusal, row: int | None = None) -> None:
        super().__init__(refusal.fact)
        self.refusal = refusal
        self.row = row


def content_of(path: Path) -> bytes:
    """The bytes of a file; refused when it cannot be opened or is too large for a table."""
    try:
        state = path.stat()
        if not S_ISREG(state.st_mode):
            raise OSError(0, "it is no ordinary file")
        size = state.st_size
        if size > LARGEST_FILE_BYTES:
            raise TableRefusedError(
                Refusal(
                    "file.too_large",
                    f"The file has {size} bytes.",
                    f"At most {LARGEST_FILE_BYTES} are read.",
                    "Check that this is a table of a programme; if so, divide it.",
                )
            )
        return path.read_bytes()
    except OSError as error:
        raise TableRefusedError(
            Refusal(
                "file.unreadable",
                "The file cannot be opened.",
                f"The system says: {error.strerror or type(error).__name__}.",
                "Check that it exists, that you may read it, and that no program has locked it.",
            )
        ) from error


def fingerprint(content: bytes) -> str:
    """The SHA-256 of a file, by which a report says what it was made from."""
    return hashlib.sha256(content).hexdigest()


def looks_like(content: bytes) -> str | None:
    """What a file is that is no text, judged by its first bytes, or None."""
    return next((what for magic, what in _MAGIC if content.startswith(magic)), None)


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a file and its encoding: UTF-8 or UTF-16 with or without BOM, else cp1252.

    >>> decoded("aferese".encode("utf-16"))[1], decoded("geïntubeerd".encode("cp1252"))
    ('utf-16', ('geïntubeerd', 'cp1252'))
    """
    what = looks_like(content)
    if what is not None:
        raise TableRefusedError(
            Refusal(
                "file.not_text",
                f"The file is {what}, whatever its name says.",
                "A table is a text file with one row a line.",
                "Save the table as CSV (UTF-8), or give the workbook itself.",
            )
        )
    for encoding in _candidates(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252" and _CONTROL.search(text):
            break
        return text.removeprefix("\ufeff"), encoding.removesuffix("-sig")
    raise TableRefusedError(
        Refusal(
            "file.encoding",
            "The file is not text in UTF-8, UTF-16 or Windows-1252.",
            "Its bytes make no sense as letters.",
            "Open it in the program that made it and save it as CSV (UTF-8).",
        )
    )


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _candidates(content: bytes) -> tuple[str, ...]:
    if content.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    start = content[:4096]
    if len(start) >= 4 and len(content) % 2 == 0:
        # Latin letters in UTF-16 have a zero byte each.
        if start[1::2].count(0) > len(start) // 4:
            return ("utf-16-le",)
        if start[0::2].count(0) > len(start) // 4:
            return ("utf-16-be",)
    return ("utf-8", "cp1252")


def csv_table(path: Path, known_words: frozenset[str]) -> tuple[Table, SourceFile]:
    """A CSV file as a table, and what was found out about it.

    `known_words` are folded headers: the delimiter is the one that yields most of them.
    """
    content = content_of(path)
    text, encoding = decoded(content)
    delimiter, skipped = _delimiter_of(text, known_words)
    found = SourceFile(path.name, fingerprint(content), len(content), encoding, delimiter)
    return Table(path.stem, path.name, _csv_rows(text[skipped:], delimiter)), found


_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?[^\S\r\n]*(?:\r\n|\r|\n|$)", re.IGNORECASE)


def _delimiter_of(text: str, known_words: frozenset[str]) -> tuple[str, int]:
    """The delimiter, and how many characters a line "sep=;" takes at the start."""
    declared = _SEP_LINE.match(text)
    if declared and declared[1] in DELIMITERS:
        return declared[1], declared.end()
    best, best_score = ",", (-1, -1)
    head = text[:65_536]
    for delimiter in DELIMITERS:
        try:
            first = next(_lines_with_something(head, delimiter), [])
        except csv.Error:
            continue
        known = sum(1 for cell in first if folded(cell.split("(")[0]) in known_words)
        score = (known, len(first))
        if score > best_score:
            best, best_score = delimiter, score
    return best, 0


def _lines_with_something(text: str, delimiter: str) -> Iterator[list[str]]:
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
            yield cells


def _csv_rows(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[Cell]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            yield number, cells
    except csv.Error as error:
        raise TableRefusedError(
            Refusal(
                "file.broken",
                "From this row on the file cannot be divided into cells.",
                f"A quotation mark is not closed or stands in the wrong place ({error}).",
                "Double each quotation mark inside a quoted cell, and close every quoted cell.",
            ),
            number + 1,
        ) from error

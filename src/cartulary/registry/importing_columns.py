# SPDX-License-Identifier: Apache-2.0
"""Which column of a file holds what: as its header says, as somebody said, and remembered."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.tables.cells import Cell, text_in
from cartulary.course.tables.children_table import CHILDREN_COLUMNS
from cartulary.course.tables.columns import Column, columns_of, header_of
from cartulary.course.tables.files import Table, TableRefusedError, csv_table
from cartulary.course.tables.refusal import Refusal, shown
from cartulary.course.tables.table_names import (
    CHILDREN,
    PROGRAMME,
    TABLE_SUFFIXES,
    header_words,
    kind_of,
)
from cartulary.course.tables.words import folded
from cartulary.course.tables.workbook import WORKBOOK_SUFFIXES, workbook_tables
from cartulary.registry.importing_refusal import UploadRefused
from cartulary.registry.importing_scan import Renamed, says_nothing
from cartulary.registry.importing_upload import Upload
from cartulary.registry.models import Centre, MappingMemory

NOT_READ = "#"
MAPPABLE = (CHILDREN, *EVENT_TYPE_OF_KIND)

_AS_UPLOADED = "uploaded"
_RENAMED = "columns.json"
_UNIT = re.compile(r"[(\[]([^()\[\]]*)[)\]]\s*$")


@dataclass(frozen=True, slots=True)
class Said:
    """What a table is and what its columns hold: a kind, and a column's key for each header."""

    kind: str
    columns: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return {"kind": self.kind, "columns": dict(self.columns)}


@dataclass(frozen=True, slots=True)
class Head:
    """The header of one uploaded table: its name, its kind if known, what its columns seem to be.

    `keys` has the column that each text of the header names by itself, "" for none. `example` is
    the first row under it.
    """

    name: str
    kind: str | None
    row: int
    texts: tuple[str, ...]
    keys: tuple[str, ...]
    example: tuple[str, ...]

    @property
    def signature(self) -> str:
        """The same for every file with this header, whatever day it was exported."""
        said = "\x1f".join((self.kind or "", *map(folded, self.texts)))
        return hashlib.sha256(said.encode()).hexdigest()


def columns_for(kind: str) -> tuple[Column, ...]:
    """The columns that a table of this kind may have."""
    return CHILDREN_COLUMNS if kind == CHILDREN else columns_of(EVENT_TYPE_OF_KIND[kind])


def heads_of(upload: Upload) -> list[Head]:
    """The header of every table of an upload, as it was uploaded."""
    found = (_head(name, table) for name, table in _tables(uploaded(upload)))
    return [head for head in found if head is not None and head.kind != PROGRAMME]


def keys_in(texts: Sequence[str], kind: str) -> tuple[str, ...]:
    """The column that each text of a header names by itself in a table of a kind."""
    headings = header_of(list(texts), columns_for(kind)).headings
    return tuple("" if h.column is None else h.column.key for h in headings)


def remembered(centre: Centre, heads: Iterable[Head]) -> dict[str, Said]:
    """What was said before of tables with these headers, by the name of the table."""
    by_signature = {head.signature: head.name for head in heads}
    rows = MappingMemory.objects.filter(centre=centre, header_signature__in=by_signature)
    return {
        by_signature[row.header_signature]: Said(row.mapping["kind"], row.mapping["columns"])
        for row in rows
    }


def remember(centre: Centre, head: Head, said: Said, now: datetime) -> None:
    """Remember it for the next file with this header."""
    MappingMemory.objects.update_or_create(
        centre=centre,
        header_signature=head.signature,
        defaults={"mapping": said.plain(), "used_at": now},
    )


def forget(centre: Centre, head: Head) -> None:
    """Forget what was said: the header speaks for itself."""
    MappingMemory.objects.filter(centre=centre, header_signature=head.signature).delete()


def says_more(head: Head, said: Said) -> bool:
    """True when something was said that the table does not say by itself."""
    return said.kind != head.kind or any(
        said.columns.get(text, own) != own
        for text, own in zip(head.texts, head.keys, strict=True)
        if text.strip() and not text.startswith(NOT_READ)
    )


def apply(upload: Upload, said: Mapping[str, Said]) -> None:
    """Write the tables of an upload anew, with the kinds and columns that somebody said.

    Only headers and names of tables are rewritten: rows keep their numbers and what they say.
    """
    heads = {head.name: head for head in heads_of(upload)}
    refuse_kinds_twice(heads.values(), said)
    labels: dict[str, str] = {}
    headers: dict[str, dict[str, str]] = {}
    anew = upload.folder / "anew"
    shutil.rmtree(anew, ignore_errors=True)
    anew.mkdir(mode=0o700)
    came = uploaded(upload)
    if came.is_file():
        _rewrite_workbook(came, anew / came.name, heads, said, labels, headers)
    else:
        for entry in sorted(came.iterdir()):
            _rewrite_csv(entry, anew, heads, said, labels, headers)
    tables = upload.folder / upload.tables.relative_to(upload.folder).parts[0]
    if came == upload.tables:
        tables.rename(upload.folder / _AS_UPLOADED)
    else:
        shutil.rmtree(tables)
    anew.rename(tables)
    text = json.dumps({"labels": labels, "headers": headers})
    (upload.folder / _RENAMED).write_text(text, encoding="utf-8")


def refuse_kinds_twice(heads: Iterable[Head], said: Mapping[str, Said]) -> None:
    """Refuse two tables that would hold the same kind."""
    kinds = [said[h.name].kind if h.name in said else h.kind for h in heads]
    twice = next((kind for kind in kinds if kind is not None and kinds.count(kind) > 1), None)
    if twice is not None:
        raise UploadRefused(
            "Two tables are said to hold the same kind (%(kind)s). What stands in both would "
            "count twice. Choose another kind for one of them.",
            kind=twice,
        )


def renamed(upload: Upload) -> Renamed:
    """How the tables of an upload were called before columns were said."""
    try:
        said = json.loads((upload.folder / _RENAMED).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Renamed()
    return Renamed(said["labels"], said["headers"])


def uploaded(upload: Upload) -> Path:
    """The tables as they came."""
    parts = upload.tables.relative_to(upload.folder).parts
    aside = upload.folder / _AS_UPLOADED
    return aside.joinpath(*parts[1:]) if aside.exists() else upload.tables


def _tables(path: Path) -> Iterator[tuple[str, Table]]:
    if path.is_file() and path.suffix.casefold() in WORKBOOK_SUFFIXES:
        with suppress(TableRefusedError):
            for table in workbook_tables(path)[0]:
                yield table.name, table
    elif path.is_dir():
        for entry in sorted(path.iterdir()):
            if entry.suffix.casefold() in TABLE_SUFFIXES:
                with suppress(TableRefusedError):
                    yield entry.name, csv_table(entry, header_words(kind_of(entry.stem)))[0]


def _head(name: str, table: Table) -> Head | None:
    """The header of a table, or None when there is none."""
    kind = kind_of(table.name)
    first: tuple[int, tuple[str, ...]] | None = None
    example: tuple[str, ...] = ()
    try:
        for number, cells in table.rows:
            if says_nothing(cells):
                continue
            texts = tuple(map(_text, cells))
            if first is not None:
                example = tuple(map(shown, texts))
                break
            first = number, texts
    except TableRefusedError:
        pass
    if first is None:
        return None
    row, texts = first
    known = kind is not None and kind != PROGRAMME
    keys = keys_in(texts, kind) if known and kind is not None else ("",) * len(texts)
    return Head(name, kind, row, texts, keys, example)


def _text(cell: Cell) -> str:
    text = text_in(cell)
    return "" if isinstance(text, Refusal) else text


def _new_header(head: Head, said: Said) -> list[str]:
    """The header in the names of fields, which mean the same in every language."""
    by_itself = keys_in(head.texts, said.kind)
    made = []
    for text, own in zip(head.texts, by_itself, strict=True):
        key = said.columns.get(text, own or NOT_READ)
        unit = _UNIT.search(text)
        if key == NOT_READ:
            made.append(text if not text.strip() else f"{NOT_READ} {text}")
        else:
            made.append(f"{key} ({unit[1]})" if unit and key == own else key)
    return made


def _note(
    head: Head,
    header: Sequence[str],
    label: str,
    before: str,
    labels: dict[str, str],
    headers: dict[str, dict[str, str]],
) -> None:
    labels[label] = before
    headers[label] = dict(zip(header, head.texts, strict=True))


def _rewrite_csv(
    entry: Path,
    into: Path,
    heads: Mapping[str, Head],
    said: Mapping[str, Said],
    labels: dict[str, str],
    headers: dict[str, dict[str, str]],
) -> None:
    head, one = heads.get(entry.name), said.get(entry.name)
    if head is None or one is None:
        shutil.copyfile(entry, into / entry.name)
        return
    table, source = csv_table(entry, header_words(head.kind))
    target = into / (entry.name if head.kind == one.kind else f"{one.kind}.csv")
    header = _new_header(head, one)
    try:
        with target.open("x", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=source.delimiter, lineterminator="\r\n")
            for number, cells in table.rows:
                writer.writerow(header if number == head.row else cells)
    except (TableRefusedError, csv.Error):
        # It breaks off in the middle: the reader says where, of the file as it came.
        shutil.copyfile(entry, target)
        return
    _note(head, header, target.name, entry.name, labels, headers)


def _rewrite_workbook(
    book_path: Path,
    target: Path,
    heads: Mapping[str, Head],
    said: Mapping[str, Said],
    labels: dict[str, str],
    headers: dict[str, dict[str, str]],
) -> None:
    import openpyxl

    try:
        book = openpyxl.load_workbook(book_path, keep_links=False)
        for sheet in book.worksheets:
            head, one = heads.get(sheet.title), said.get(sheet.title)
            if head is None or one is None:
                continue
            header = _new_header(head, one)
            for column, text in enumerate(header, start=1):
                if text:
                    sheet.cell(head.row, column).value = text
            before = f"{book_path.name} sheet {shown(sheet.title)}"
            if head.kind != one.kind:
                sheet.title = one.kind
            label = f"{book_path.name} sheet {shown(sheet.title)}"
            _note(head, header, label, before, labels, headers)
        book.save(target)
    except Exception as error:
        raise UploadRefused(
            "The columns of this workbook cannot be named here (%(error)s). Rename the headers in "
            "Excel, or save the sheets as CSV files, and upload these.",
            error=type(error).__name__,
        ) from error

# SPDX-License-Identifier: Apache-2.0
"""Finding the tables of a programme: which file or sheet holds which kind of event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.tables.children_table import CHILDREN_COLUMNS
from cartulary.course.tables.columns import CHILD, Column, columns_of
from cartulary.course.tables.files import SourceFile, Table, TableRefusedError, csv_table
from cartulary.course.tables.findings import Findings
from cartulary.course.tables.refusal import shown
from cartulary.course.tables.words import folded, nearest
from cartulary.course.tables.workbook import WORKBOOK_SUFFIXES, workbook_tables

PROGRAMME = "programme"
CHILDREN = "children"

TABLE_SUFFIXES = (".csv", ".tsv", ".tab")

_NAMES: Mapping[str, tuple[str, ...]] = {
    PROGRAMME: ("programme", "programma", "program"),
    CHILDREN: ("children", "kinderen", "child"),
    **{kind: (kind, cls.en, cls.nl) for kind, cls in EVENT_TYPE_OF_KIND.items()},
}
_KIND_OF_NAME = {folded(name): kind for kind, names in _NAMES.items() for name in names}
# Explanations that travel with the tables and hold no course.
_BESIDE = frozenset(map(folded, ("codebook", "codeboek", "lists", "lijsten", "readme", "leesmij")))


@dataclass
class Found:
    """The tables of a programme by kind, and the files they came from."""

    tables: dict[str, Table] = field(default_factory=dict)
    files: list[SourceFile] = field(default_factory=list)


def kind_of(name: str) -> str | None:
    """The kind of table that a file or sheet name stands for, in either language.

    >>> kind_of("Nieuwe behandeling"), kind_of("aferese"), kind_of("shoes")
    ('new_therapy', 'apheresis', None)
    """
    return _KIND_OF_NAME.get(folded(name))


def header_words(kind: str | None) -> frozenset[str]:
    """Every folded word that a header of this kind of table may use."""
    columns: tuple[Column, ...]
    if kind is None:
        columns = (CHILD,)
    elif kind == PROGRAMME:
        return frozenset(map(folded, ("key", "value", "sleutel", "waarde")))
    elif kind == CHILDREN:
        columns = CHILDREN_COLUMNS
    else:
        columns = columns_of(EVENT_TYPE_OF_KIND[kind])
    return frozenset(
        folded(word)
        for column in columns
        for word in (column.key, column.en, column.nl, *column.also)
    )


def tables_at(path: Path, findings: Findings) -> Found:
    """Every table of the programme at a path: a folder of CSV files, or one workbook."""
    found = Found()
    try:
        if path.is_dir():
            _folder(path, found, findings)
        elif path.suffix.casefold() in WORKBOOK_SUFFIXES:
            _workbook(path, found, findings)
        elif not path.exists():
            _not_a_programme(findings, path, "There is nothing of this name.")
        else:
            _not_a_programme(findings, path, "This is one file, and no .xlsx workbook.")
    except OSError as error:
        _not_a_programme(findings, path, f"It cannot be opened: {error.strerror}.")
    except ValueError:
        _not_a_programme(findings, path, "This is no path that a file can have.")
    return found


def _not_a_programme(findings: Findings, path: Path, fact: str) -> None:
    findings.error(
        "programme.missing",
        fact,
        "A programme is a folder of CSV files, or one workbook.",
        "Give the folder or the .xlsx file; `cartulary template` writes an empty one.",
        file=shown(path.name or path),
    )


def _folder(path: Path, found: Found, findings: Findings) -> None:
    entries = sorted(path.iterdir(), key=lambda entry: entry.name.casefold())
    for entry in entries:
        if entry.name.startswith((".", "~", "_", "#")) or entry.is_dir():
            continue
        suffix = entry.suffix.casefold()
        if suffix in TABLE_SUFFIXES:
            _csv_file(entry, found, findings)
        elif suffix in (*WORKBOOK_SUFFIXES, ".xls", ".ods"):
            findings.warning(
                "file.not_read",
                "A workbook lies in the folder and is not read.",
                "A programme is a folder of CSV files or one workbook, not both.",
                "Give the workbook itself if it holds the programme, or take it out.",
                file=entry.name,
            )
    if not found.files:
        _not_a_programme(findings, path, "The folder holds no CSV file.")


def _csv_file(entry: Path, found: Found, findings: Findings) -> None:
    if folded(entry.stem) in _BESIDE:
        return
    kind = kind_of(entry.stem)
    try:
        table, source = csv_table(entry, header_words(kind))
    except TableRefusedError as unreadable:
        findings.refusal(unreadable.refusal, file=entry.name)
        return
    found.files.append(source)
    _place(kind, table, found, findings)


def _workbook(path: Path, found: Found, findings: Findings) -> None:
    try:
        tables, source, from_1904 = workbook_tables(path)
    except TableRefusedError as unreadable:
        findings.refusal(unreadable.refusal, file=path.name)
        return
    found.files.append(source)
    if from_1904:
        findings.warning(
            "workbook.from_1904",
            "The workbook counts its days from 1904.",
            "Cells formatted as dates are read rightly, bare serial numbers are not.",
            "Format every date column as dates, or as text.",
            file=path.name,
        )
    for table in tables:
        if folded(table.name) in _BESIDE or table.name.startswith(("_", "#")):
            continue
        _place(kind_of(table.name), table, found, findings)


def _place(kind: str | None, table: Table, found: Found, findings: Findings) -> None:
    if kind is None:
        _unknown_table(table, findings)
    elif kind in found.tables:
        findings.error(
            "file.twice",
            f"Two tables hold {kind}: this one and {found.tables[kind].file}.",
            "Read both, what stands in both would count twice.",
            "Put the rows in one table and remove the other.",
            file=table.file,
        )
    else:
        found.tables[kind] = table


def _unknown_table(table: Table, findings: Findings) -> None:
    """A stranger with a column of children, or a name like ours, may hold events."""
    near = nearest(table.name, [name for names in _NAMES.values() for name in names])
    known = {folded(word) for word in (CHILD.en, CHILD.nl, *CHILD.also)}
    names_children = False
    try:
        for _, cells in table.rows:
            words = [folded(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
            if words:
                names_children = any(word in known for word in words)
                break
    except TableRefusedError:
        names_children = True
    say = findings.error if near or names_children else findings.warning
    say(
        "file.unknown_kind",
        f"No kind of event is called {shown(table.name)!r}, so this table was not read.",
        "A table is known by its name: children, programme, or a kind of event.",
        f"Did you mean {near!r}?" if near else "Rename it, or begin its name with an underscore.",
        file=table.file,
    )

# SPDX-License-Identifier: Apache-2.0
"""On which line of a TOML text a key stands, for messages that a person looks up in an editor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from cartulary.codebook.toml_page import Page
from cartulary.course.errors import CodebookError

_HEADER: Final = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY: Final = re.compile(r"""^\s*(?:"([^"]+)"|'([^']+)'|([\w.-]+))\s*=""")
_LONG_QUOTES: Final = ('"""', "'''")


def key_lines(text: str) -> Mapping[str, int]:
    """The line of every table and of every key that begins a line, by its place on a `Page`.

    >>> key_lines('id = "a"\\n[[rule]]\\nkind = "b"\\n')
    {'id': 1, 'rule': 2, 'rule 1': 2, 'rule 1.kind': 3}
    """
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table, open_quotes = "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if open_quotes:
            open_quotes = "" if open_quotes in line else open_quotes
            continue
        header = _HEADER.match(line)
        if header is not None:
            name = ".".join(part.strip().strip("\"'") for part in header[2].split("."))
            table = _placed(name, counts)
            if header[1] == "[[":
                lines.setdefault(table, number)
                counts[table] = counts.get(table, 0) + 1
                table = f"{table} {counts[table]}"
            lines.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key is not None:
            name = key[1] or key[2] or key[3]
            lines.setdefault(f"{table}.{name}" if table else name, number)
        for quotes in _LONG_QUOTES:
            if line.count(quotes) % 2:
                open_quotes = quotes
    return lines


def _placed(name: str, counts: Mapping[str, int]) -> str:
    """A table's name with the number of the list entry that it lies in, if it lies in one."""
    outer, dot, inner = name.rpartition(".")
    if not dot:
        return name
    placed = _placed(outer, counts)
    if placed in counts:
        placed = f"{placed} {counts[placed]}"
    return f"{placed}.{inner}"


def line_of(place: str, lines: Mapping[str, int]) -> int | None:
    """The line of a place, or of the nearest table around it; None where nothing is known.

    >>> line_of("rule 1.burden", key_lines('[[rule]]\\nkind = "b"\\n'))
    1
    """
    while place:
        if place in lines:
            return lines[place]
        cut = max(place.rfind("."), place.rfind(" "))
        place = place[:cut] if cut > 0 else ""
    return None


def refuse_with_lines(page: Page, text: str) -> None:
    """Raise everything that was noted on a page, each with its line, in order of the lines."""
    if not page.problems:
        return
    lines = key_lines(text)
    placed = [(line_of(problem.key, lines), problem) for problem in page.problems]
    placed.sort(key=lambda pair: pair[0] or 0)
    raise CodebookError(
        [
            str(problem).replace(problem.file, f"{problem.file}, line {line}", 1)
            if line
            else str(problem)
            for line, problem in placed
        ]
    )

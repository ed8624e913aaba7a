# SPDX-License-Identifier: Apache-2.0
"""One table of a definition file, read key by key; what is wrong is written down, not raised."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any


class Section:
    """One table of a TOML file and its place in it.

    Every question gives an answer of the right type; a wrong or missing value is put on the list
    of problems, so that one reading of a file finds them all.

    >>> problems: list[str] = []
    >>> Section({"days": "two"}, "a.toml", problems).number("days")
    0
    >>> problems
    ["a.toml: 'days' is 'two', which is not a whole number. Write one."]
    """

    def __init__(self, table: Mapping[str, Any], place: str, problems: list[str]) -> None:
        self.table = table
        self.place = place
        self.problems = problems

    def wrong(self, fact: str, remedy: str) -> None:
        """Put a problem on the list."""
        self.problems.append(f"{self.place}: {fact}. {remedy}.")

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.table

    def refuse_unknown(self, known: Sequence[str]) -> None:
        """Keys that mean nothing are problems: a misspelt key must not be passed over."""
        for key in self.table:
            if key in known:
                continue
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"Did you mean {near[0]!r}" if near else f"Known here: {', '.join(known)}"
            self.wrong(f"{key!r} means nothing here", hint)

    def text(self, key: str, default: str | None = None) -> str:
        """A text with something in it."""
        value = self.table.get(key, default)
        if value is None:
            self.wrong(f"{key!r} is missing", "Write it")
            return ""
        if not isinstance(value, str) or (not value.strip() and default is None):
            self.wrong(
                f"{key!r} is {value!r}, which is not a text with something in it", "Write one"
            )
            return ""
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; none when the key is not there."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.wrong(f"{key!r} is {value!r}, which is not a list of texts", "Write one")
            return ()
        return tuple(value)

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        value = self.table.get(key, default)
        if value is None:
            self.wrong(f"{key!r} is missing", "Write a whole number")
            return 0
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(f"{key!r} is {value!r}, which is not a whole number", "Write one")
            return 0
        return value

    def one_of(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        """One word of a closed list."""
        value = self.table.get(key, default)
        if value not in known:
            fact = f"{key!r} is missing" if value is None else f"{key!r} is {value!r}"
            self.wrong(fact, f"It is one of: {', '.join(known)}")
            return known[0]
        return str(value)

    def section(self, key: str) -> Section:
        """A table inside this one."""
        value = self.table.get(key)
        if not isinstance(value, dict):
            if value is not None:
                self.wrong(f"{key!r} is {value!r}, which is not a table", f"Write [{key}]")
                return Section({}, f"{self.place}, {key}", [])
            value = {}
        return Section(value, f"{self.place}, {key}", self.problems)

    def sections(self, key: str) -> list[Section]:
        """The tables of a list inside this one; none when the key is not there."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(f"{key!r} is not a list of tables", f"Write [[{key}]]")
            return []
        return [
            Section(item, f"{self.place}, {key} {number}", self.problems)
            for number, item in enumerate(value, start=1)
        ]

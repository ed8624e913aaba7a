# SPDX-License-Identifier: Apache-2.0
"""One TOML table of a definition file, read key by key; what is wrong is collected, not raised.

So a person who writes a file gets all of its problems at once, each with its place and remedy.
Every kind of definition is read this way.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from cartulary.codebook.words import NO_WORDS, Words
from cartulary.course.errors import CodebookError


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing wrong with one place of a definition file."""

    file: str
    key: str
    value: str
    why: str
    remedy: str

    def __str__(self) -> str:
        """The problem as a line for the person who edits the file."""
        return f"{self.file}: {self.key}: {self.value}. {self.why} {self.remedy}"


class Page:
    """One table of one file. Reading a key that must be there and is not notes a problem.

    >>> page = Page({"edition": 3}, "my_scale.toml")
    >>> page.text("edition"), [problem.key for problem in page.problems]
    ('', ['edition'])
    """

    def __init__(
        self,
        raw: Mapping[str, Any],
        file: str,
        at: str = "",
        problems: list[FileProblem] | None = None,
    ) -> None:
        self.raw = raw
        self.file = file
        self.at = at
        self.problems: list[FileProblem] = [] if problems is None else problems
        self._read: set[str] = set()

    def note(self, key: str, value: str, why: str, remedy: str) -> None:
        """Note a problem at one key of this table, and the value that is one."""
        place = f"{self.at}.{key}" if self.at and key else self.at or key or "the file"
        self.problems.append(FileProblem(self.file, place, value, why, remedy))

    def wrong(self, key: str, why: str, remedy: str) -> None:
        """Note that what stands under a key, or stands there not, is a problem."""
        value = self.raw.get(key)
        shown = str(value) if isinstance(value, Decimal) else repr(value)
        self.note(key, "missing" if value is None else shown, why, remedy)

    def refuse(self) -> None:
        """Raise everything that was noted in the whole file, if anything was."""
        if self.problems:
            raise CodebookError([str(problem) for problem in self.problems])

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.raw

    def any(self, key: str) -> Any:
        """The value as TOML gave it, or None."""
        self._read.add(key)
        return self.raw.get(key)

    def text(self, key: str, remedy: str = "", required: bool = True) -> str:
        """A text; empty, with a problem noted, when it must be there and is not."""
        value = self.any(key)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or not value.strip():
            why = "A definition without it cannot be traced or used."
            self.wrong(key, why, remedy or f'Write {key} = "...".')
            return ""
        return value

    def word(self, key: str, known: Iterable[str], default: str = "") -> str:
        """A text out of a closed list; `default` where the key may be left out."""
        value = self.any(key)
        if value is None and default:
            return default
        names = tuple(known)
        if isinstance(value, str) and value in names:
            return value
        near = difflib.get_close_matches(str(value), names, n=1)
        remedy = f'Did you mean "{near[0]}"?' if near else f"Write one of: {', '.join(names)}."
        self.wrong(key, "Only words that the programs know can be read.", remedy)
        return default or names[0]

    def words(self, key: str = "", required: bool = True) -> Words:
        """A text in English and Dutch: the table under `key`, or `en` and `nl` of this table."""
        why, remedy = (
            "Reports are written in English and Dutch.",
            'Write en = "..." and nl = "...".',
        )
        if key:
            if self.any(key) is None:
                if required:
                    self.wrong(key, why, remedy)
                return NO_WORDS
            inner = self.page(key)
            found = inner.words()
            inner.close()
            return found
        en, nl = self.any("en"), self.any("nl")
        if isinstance(en, str) and en.strip() and isinstance(nl, str) and nl.strip():
            return Words(en, nl)
        self.note("", "a language is missing", why, remedy)
        return NO_WORDS

    def whole(self, key: str, required: bool = True) -> int | None:
        """A whole number, or None."""
        value = self.any(key)
        if value is None and not required:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(key, "A whole number is needed here.", f"Write {key} = 1, say.")
            return None
        return value

    def whole_or(self, key: str, default: int) -> int:
        """A whole number; `default` where the key is left out."""
        value = self.whole(key, required=False)
        return default if value is None else value

    def number(self, key: str) -> float | None:
        """A number, or None where the key is left out."""
        value = self.any(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            self.wrong(key, "A number is needed here.", f"Write {key} = 1.5, say.")
            return None
        return float(value)

    def yes_no(self, key: str, default: bool) -> bool:
        """True or false; `default` where the key is left out."""
        value = self.any(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong(key, "Only true or false can stand here.", f"Write {key} = true.")
            return default
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where the key is left out."""
        value = self.any(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.wrong(key, "A list of texts is needed.", f'Write {key} = ["a", "b"].')
            return ()
        return tuple(value)

    def day(self, key: str, required: bool = True) -> date | None:
        """A calendar date, as TOML writes it: 2026-11-22; None where it may be left out."""
        value = self.any(key)
        if isinstance(value, date):
            return value
        if value is not None or required:
            why = "A source may change after it was read."
            self.wrong(key, why, f"Write YYYY-MM-DD, such as {key} = 2026-11-22.")
        return None

    def page(self, key: str) -> Page:
        """The table under a key; an empty one where it is left out.

        What is no table is said once: its missing keys go on no list.
        """
        value = self.any(key)
        at = f"{self.at}.{key}" if self.at else key
        if value is not None and not isinstance(value, Mapping):
            self.wrong(key, "A table is needed here.", f"Write a [{key}] table.")
            return Page({}, self.file, at)
        return Page(value or {}, self.file, at, self.problems)

    def named_pages(self, key: str) -> list[tuple[str, Page]]:
        """The tables under a key by name: [setting.a], [setting.b]."""
        outer = self.page(key)
        return [(name, outer.page(name)) for name in outer.raw]

    def pages(self, key: str) -> list[Page]:
        """The tables of a list such as [[grade]], numbered from 1."""
        value = self.any(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            self.note(key, "not a list of tables", "Several are read here.", f"Write [[{key}]].")
            return []
        at = f"{self.at}.{key}" if self.at else key
        return [
            Page(one, self.file, f"{at} {position}", self.problems)
            for position, one in enumerate(value, start=1)
        ]

    def close(self, known: Iterable[str] = ()) -> None:
        """Note every key that nothing has read: a misspelt key would be lost in silence.

        `known` are keys that are read elsewhere.
        """
        names = sorted(self._read.union(known))
        for key in self.raw:
            if key in names:
                continue
            near = difflib.get_close_matches(key, names, n=1)
            remedy = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(names)}."
            self.note(key, "unknown", "No such field is read.", remedy)


def page_of(
    file: Path | Traversable, parse_float: Callable[[str], float | Decimal] = float
) -> Page:
    """One TOML file as a page; refused where it is not text in UTF-8, or not TOML."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        why = "It must be UTF-8."
        problem = FileProblem(file.name, "the file", str(error.reason), why, "Save it as UTF-8.")
        raise CodebookError([str(problem)]) from error
    return page_of_text(text, file.name, parse_float)


def page_of_text(
    text: str, file: str, parse_float: Callable[[str], float | Decimal] = float
) -> Page:
    """A TOML text as a page; `file` is what messages call it.

    >>> page_of_text("id = 'os'", "os.toml").text("id")
    'os'
    """
    try:
        return Page(tomllib.loads(text, parse_float=parse_float), file)
    except tomllib.TOMLDecodeError as error:
        why = "It cannot be read as TOML."
        problem = FileProblem(file, "the file", str(error), why, "Mend that line.")
        raise CodebookError([str(problem)]) from error

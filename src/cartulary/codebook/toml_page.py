# SPDX-License-Identifier: Apache-2.0
"""One TOML table of a definition file, read key by key; what is wrong is collected, not raised.

So a person who writes a file gets all of its problems at once, each with its place and remedy.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from cartulary.codebook.benchmark_checks import FileProblem
from cartulary.codebook.published_cohort import Bilingual

_NO_WORDS = Bilingual("", "")


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
        """Note a problem at one key of this table."""
        place = f"{self.at}.{key}" if self.at and key else self.at or key or "the file"
        self.problems.append(FileProblem(self.file, place, value, why, remedy))

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
            found = "missing" if value is None else repr(value)
            why = "A definition without it cannot be traced or used."
            self.note(key, found, why, remedy or f'Write {key} = "...".')
            return ""
        return value

    def word(self, key: str, known: Mapping[str, Any] | tuple[str, ...], default: str = "") -> str:
        """A text out of a closed list; `default` where the key may be left out."""
        value = self.any(key)
        if value is None and default:
            return default
        names = tuple(known)
        if isinstance(value, str) and value in names:
            return value
        near = difflib.get_close_matches(str(value), names, n=1)
        remedy = f'Did you mean "{near[0]}"?' if near else f"Write one of: {', '.join(names)}."
        found = "missing" if value is None else repr(value)
        self.note(key, found, "Only words that the programs know can be read.", remedy)
        return default or names[0]

    def words(self, key: str = "", required: bool = True) -> Bilingual:
        """A text in English and Dutch: the table under `key`, or `en` and `nl` of this table."""
        value = self.any(key) if key else {"en": self.any("en"), "nl": self.any("nl")}
        if value is None and not required:
            return _NO_WORDS
        if isinstance(value, Mapping):
            en, nl = value.get("en"), value.get("nl")
            if isinstance(en, str) and en.strip() and isinstance(nl, str) and nl.strip():
                extra = set(value) - {"en", "nl"}
                if not extra:
                    return Bilingual(en, nl)
        found = "missing" if value is None else "a language is missing"
        self.note(
            key or "en, nl",
            found,
            "Reports are written in English and Dutch.",
            'Write both: en = "..." and nl = "...".',
        )
        return _NO_WORDS

    def whole(self, key: str, required: bool = True) -> int | None:
        """A whole number, or None."""
        value = self.any(key)
        if value is None and not required:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            found = "missing" if value is None else repr(value)
            self.note(key, found, "A whole number is needed here.", f"Write {key} = 1, say.")
            return None
        return value

    def number(self, key: str) -> float | None:
        """A number, or None where the key is left out."""
        value = self.any(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.note(key, repr(value), "A number is needed here.", f"Write {key} = 1.5, say.")
            return None
        return float(value)

    def yes_no(self, key: str, default: bool) -> bool:
        """True or false; `default` where the key is left out."""
        value = self.any(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.note(
                key, repr(value), "Only true or false can stand here.", f"Write {key} = true."
            )
            return default
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where the key is left out."""
        value = self.any(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.note(key, repr(value), "A list of texts is needed.", f'Write {key} = ["a", "b"].')
            return ()
        return tuple(value)

    def day(self, key: str, remedy: str) -> date:
        """A calendar date, as TOML writes it: 2026-11-22."""
        value = self.any(key)
        if isinstance(value, date):
            return value
        found = "missing" if value is None else repr(value)
        self.note(key, found, "A source may change after it was read.", remedy)
        return date.min

    def page(self, key: str) -> Page:
        """The table under a key; an empty one where it is left out."""
        value = self.any(key)
        if value is not None and not isinstance(value, Mapping):
            self.note(key, repr(value), "A table is needed here.", f"Write a [{key}] table.")
            value = None
        at = f"{self.at}.{key}" if self.at else key
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

    def close(self) -> None:
        """Note every key that nothing has read: a misspelt key would be lost in silence."""
        for key in self.raw:
            if key in self._read:
                continue
            near = difflib.get_close_matches(key, sorted(self._read), n=1)
            remedy = f'Did you mean "{near[0]}"?' if near else "Take it out, or spell it as known."
            self.note(key, "unknown", "No such field is read.", remedy)


def read_toml(path: Path | Traversable) -> tuple[Mapping[str, Any], list[FileProblem]]:
    """One TOML file, and what stops it from being read as TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig")), []
    except UnicodeDecodeError as error:
        problem = FileProblem(
            path.name, "the file", str(error.reason), "It must be UTF-8.", "Save it as UTF-8."
        )
    except tomllib.TOMLDecodeError as error:
        problem = FileProblem(
            path.name, "the file", str(error), "It cannot be read as TOML.", "Mend that line."
        )
    return {}, [problem]

# SPDX-License-Identifier: Apache-2.0
"""The prior of the calibration from its file, read whole and refused with all its faults."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from cartulary.codebook.toml_lines import refuse_with_lines
from cartulary.codebook.toml_page import Page, page_of_text
from cartulary.codebook.words import Words

FOLDER: Final = "parameters/posterior"
_MOVES: Final = ("value", "spread", "shift")


@dataclass(frozen=True, slots=True)
class FreeLine:
    """One free parameter as the file has it: what it moves, and its prior sd on its scale."""

    name: str
    of: str
    parameters: tuple[str, ...]
    sd: float
    words: Words
    why: Words


@dataclass(frozen=True)
class PriorFile:
    """The file, whole, and the fingerprint of what decides a calibration."""

    prior_id: str
    edition: str
    name: Words
    summary: Words
    lines: tuple[FreeLine, ...]

    @property
    def fingerprint(self) -> str:
        """Changes with what is free, what it moves and its sd; not with words."""
        decides = [(line.name, line.of, line.parameters, line.sd) for line in self.lines]
        return hashlib.sha256(repr(decides).encode()).hexdigest()


def shipped_folder() -> Traversable:
    """Where the prior and the posterior of the package lie."""
    return files("cartulary.codebook").joinpath(FOLDER)


@lru_cache(maxsize=1)
def prior_file() -> PriorFile:
    """The prior that the package ships.

    >>> prior_file().prior_id
    'twin_2026'
    """
    return read_prior(shipped_folder().joinpath("prior.toml"))


def read_prior(file: Traversable | Path) -> PriorFile:
    """The prior in one file; refused with every problem of it, each with its line."""
    return prior_from_text(file.read_text(encoding="utf-8-sig"), file.name)


def prior_from_text(text: str, file: str) -> PriorFile:
    """The prior that a TOML text holds; `file` is what messages call it."""
    page = page_of_text(text, file)
    made = PriorFile(
        prior_id=page.text("id"),
        edition=page.text("edition"),
        name=page.words("name"),
        summary=page.words("summary"),
        lines=tuple(_line(part) for part in page.pages("free")),
    )
    page.close()
    if not made.lines:
        page.note("free", "missing", "A calibration moves something.", "Write a [[free]].")
    _refuse_twice(page, [line.name for line in made.lines], "name")
    moved = [(name, line.of == "spread") for line in made.lines for name in line.parameters]
    _refuse_twice(page, [f"{name} (spread)" if of else name for name, of in moved], "parameters")
    refuse_with_lines(page, text)
    return made


def _line(page: Page) -> FreeLine:
    sd = page.number("sd")
    made = FreeLine(
        name=page.text("name"),
        of=page.word("of", _MOVES),
        parameters=page.texts("parameters"),
        sd=1.0 if sd is None else sd,
        words=page.words("words"),
        why=page.words("why"),
    )
    page.close()
    if sd is None or not 0 < sd < 1e6:
        page.wrong("sd", "A prior has a width above 0.", "Write sd = 0.3, say, on its scale.")
    if not made.parameters:
        page.wrong("parameters", "It moves nothing.", 'Write parameters = ["destiny"], say.')
    elif made.of != "shift" and len(made.parameters) > 1:
        page.wrong("parameters", "Several move together as a shift.", 'Write of = "shift".')
    return made


def _refuse_twice(page: Page, names: list[str], key: str) -> None:
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        page.note(f"free.{key}", repr(name), "It is moved or named twice.", "Keep one of them.")

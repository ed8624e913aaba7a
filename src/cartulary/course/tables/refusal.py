# SPDX-License-Identifier: Apache-2.0
"""A cell that could not be understood, and the guard on cells that a spreadsheet would run."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.course.tables.words import ABSENCE_OF_WORD, MARKS_OF_NOTHING, folded

LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the text of a cell is not taken: the rule that refused it, the fact, why, the remedy."""

    rule: str
    fact: str
    why: str
    remedy: str


def shown(value: object) -> str:
    """A value as a message shows it: on one line, without control characters, not too long."""
    text = "".join(c if c.isprintable() else " " for c in str(value)[: LONGEST_SHOWN + 1])
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


# A spreadsheet takes a cell that begins so for a formula; "#" begins a comment row of ours.
_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "#")


def needs_guard(text: str) -> bool:
    """True for a text that would not come back from a spreadsheet as it went in."""
    if text.startswith(_RUNS_AS_FORMULA) or text != text.strip():
        return True
    if text in MARKS_OF_NOTHING or folded(text) in ABSENCE_OF_WORD:
        return True
    return text.startswith("'") and needs_guard(text[1:])


def guarded(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run or lose it.

    >>> guarded("=1+1"), guarded("'s avonds"), guarded("unknown")
    ("'=1+1", "'s avonds", "'unknown")
    """
    return "'" + text if needs_guard(text) else text


def unguarded(text: str) -> str | None:
    """The text behind a guarding apostrophe, or None when there is no guard.

    >>> unguarded("'=1+1"), unguarded("'s avonds")
    ('=1+1', None)
    """
    return text[1:] if text.startswith("'") and needs_guard(text[1:]) else None

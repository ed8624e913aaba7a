# SPDX-License-Identifier: Apache-2.0
"""One key for each reason that a value is not there, and the words that mean the same."""

from __future__ import annotations

from types import MappingProxyType

from cartulary.course.absence import NOT_DONE, NOT_RECORDED, NOT_YET_DUE, REFUSED, Absence
from cartulary.course.tables.words import ABSENCE_OF_WORD, folded
from cartulary.web.entry.spoken import language

KEY_OF_ABSENCE = MappingProxyType(
    {NOT_RECORDED: "?", NOT_DONE: "-", NOT_YET_DUE: ">", REFUSED: "!"}
)
ABSENCE_OF_KEY = MappingProxyType({key: absence for absence, key in KEY_OF_ABSENCE.items()})
_DASHES = str.maketrans("‐‑‒–—―−", "-------")
# Before a text that would be taken for an absence; taken off again when it is read.
_GUARD = "'"


def absence_typed(text: str) -> Absence | None:
    """The absence that a key or a word names, or None.

    >>> absence_typed("-"), absence_typed("niet gedaan"), absence_typed("24,6") is None
    (Absence.NOT_DONE, Absence.NOT_DONE, True)
    """
    stripped = text.strip().translate(_DASHES)
    if stripped.startswith(_GUARD):
        return None
    return ABSENCE_OF_KEY.get(stripped) or ABSENCE_OF_WORD.get(folded(stripped))


def absence_with_reason(text: str) -> tuple[Absence, str] | None:
    """An absence key followed by why: "- no marker found at diagnosis".

    A number after the key is not a reason: "- 5" is a slip for minus five.
    """
    key, space, why = text.strip().translate(_DASHES).partition(" ")
    why = why.strip()
    if not space or key not in ABSENCE_OF_KEY or not why or any(c.isdigit() for c in why[:1]):
        return None
    return ABSENCE_OF_KEY[key], why


def absence_words(absence: Absence) -> str:
    """The words of an absence in the active language."""
    return absence.nl if language() == "nl" else absence.en


def with_guard(text: str) -> str:
    """A text as its field shows it, so that it is not read as an absence.

    >>> with_guard("-"), with_guard("lab"), with_guard("'-")
    ("'-", 'lab', "''-")
    """
    bare = text.lstrip(_GUARD)
    return _GUARD + text if absence_typed(bare) is not None else text


def without_guard(text: str) -> str:
    """The text that a field with a guard stands for.

    >>> without_guard("'-"), without_guard("'s avonds")
    ('-', "'s avonds")
    """
    if text.startswith(_GUARD) and absence_typed(text.lstrip(_GUARD)) is not None:
        return text[1:]
    return text

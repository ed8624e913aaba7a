# SPDX-License-Identifier: Apache-2.0
"""Words as people type them: folded so that case, accents and spaces do not matter."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from cartulary.course.absence import NOT_DONE, NOT_RECORDED, NOT_YET_DUE, REFUSED, Absence
from cartulary.course.choice import Choice

# Characters that people leave out or put in at will. A plus and a closing minus are kept:
# "CD19+" and "CD19-" are opposites.
_SILENT = dict.fromkeys(map(ord, " \t\r\n\v\f_-/.,;:()[]{}'\"·*`´‘’“”"), None)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")

LONGEST_WORD = 200


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """A word without case, accents, spaces, underscores and loose punctuation.

    >>> folded(" B-cel_aplasie "), folded("Geïntubeerd"), folded("CD19 -"), folded("10⁹/L")
    ('bcelaplasie', 'geintubeerd', 'cd19-', '109l')
    """
    plain = unicodedata.normalize("NFKD", text[:LONGEST_WORD].translate(_DASHES)).casefold()
    stripped = plain.strip()
    sign = "-" if len(stripped) > 1 and stripped.endswith("-") else ""
    kept = "".join(c for c in plain if not unicodedata.combining(c) and not c.isspace())
    return kept.translate(_SILENT) + sign


ABSENCE_WORDS: Mapping[Absence, tuple[str, ...]] = {
    NOT_DONE: (
        "nd",
        "n.d.",
        "not performed",
        "not tested",
        "not measured",
        "niet verricht",
        "niet bepaald",
        "niet gemeten",
        "niet getest",
    ),
    NOT_RECORDED: (
        "na",
        "n/a",
        "not available",
        "not applicable",
        "nvt",
        "n.v.t.",
        "niet van toepassing",
        "niet beschikbaar",
        "niet geregistreerd",
        "unknown",
        "unk",
        "onbekend",
        "missing",
        "ontbreekt",
        "?",
    ),
    NOT_YET_DUE: ("not yet", "nog niet", "ongoing", "loopt nog", "lopend", "pending", "volgt"),
    REFUSED: ("weigert", "refuses"),
}

ABSENCE_OF_WORD: Mapping[str, Absence] = MappingProxyType(
    {
        folded(word): absence
        for absence, words in ABSENCE_WORDS.items()
        for word in (absence.code, absence.en, absence.nl, *words)
    }
)

# Alone in a cell, a dash or a point is no value; beside choices a dash may mean negative.
MARKS_OF_NOTHING = frozenset(("-", "–", "—", ".", "--"))

# How an empty list of choices is written: an empty cell would say "not recorded".
EMPTY_LIST_WORDS = {"en": "empty list", "nl": "lege lijst"}

YES_NO_OF_WORD: Mapping[str, bool] = MappingProxyType(
    {
        **dict.fromkeys(("yes", "y", "ja", "j", "true", "waar", "1", "wel"), True),
        **dict.fromkeys(("no", "n", "nee", "neen", "false", "onwaar", "0", "geen", "niet"), False),
    }
)


@cache
def words_of(choices: type[Choice]) -> Mapping[str, tuple[Choice, ...]]:
    """Every folded word of a closed list with the values it may mean: one, unless ambiguous."""
    meant: dict[str, tuple[Choice, ...]] = {}
    for member in choices:
        for word in {folded(w) for w in (str(member.value), member.en, member.nl, *member.also)}:
            meant[word] = (*meant.get(word, ()), member)
    # The code of one value outweighs a spelling of another.
    for member in choices:
        code = folded(str(member.value))
        if len(meant[code]) > 1:
            meant[code] = (member,)
    return MappingProxyType(meant)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like this one, or None when none comes near.

    >>> nearest("apherese", ["apheresis", "relapse"]), nearest("shoe size", ["relapse"])
    ('apheresis', None)
    """
    by_folded = {folded(k): k for k in reversed(list(known))}
    found = difflib.get_close_matches(folded(word)[:60], by_folded, n=1, cutoff=0.7)
    return by_folded[found[0]] if found else None

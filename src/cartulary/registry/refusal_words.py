# SPDX-License-Identifier: Apache-2.0
"""Refusals in Dutch: the sentence that was said, found again among the sentences that there are.

A refusal is written where it arises, in English, often with a value in it. Each of these sentences
stands in the tables beside this file as `{places}` and words, with what it is in Dutch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, Final

from cartulary.course.absence import Absence
from cartulary.course.checks import RULES
from cartulary.course.checks import in_language as check_in_language
from cartulary.course.course import DayZero, Origin
from cartulary.course.dates import Precision
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.events.disease import Sex
from cartulary.course.fact import facts_of
from cartulary.course.problem import Problem
from cartulary.course.tables.programme_table import KEYS
from cartulary.registry.refusals_of_ledger import LEDGER
from cartulary.registry.refusals_of_tables import TABLES
from cartulary.registry.refusals_of_values import VALUES, WORDS

_PLACE: Final = re.compile(r"\{(\w+)\}")
#: Places that hold words of ours, which have their own Dutch.
_OF_OURS: Final = frozenset({"what", "kind", "absence", "precision", "was", "becomes"})
#: Places that hold several of them.
_LISTS: Final = frozenset({"known", "meanings"})


def in_language(problem: Problem, lang: str) -> Problem:
    """The same problem in Dutch ("nl") or English; a sentence that is not known stays as it is.

    >>> from cartulary.course.problem import Severity
    >>> said = Problem(Severity.ERROR, "x", "The year is 202.", "This is a date.", "Fill it in.")
    >>> in_language(said, "nl").fact
    'Het jaar is 202.'
    """
    if problem.rule in RULES:
        return check_in_language(problem, lang)
    if lang != "nl":
        return problem
    fact, why, remedy = map(in_dutch, (problem.fact, problem.why, problem.remedy))
    return replace(problem, fact=fact, why=why, remedy=remedy)


def sentence_in(text: str, lang: str) -> str:
    """One or more lines of refusals, each in Dutch ("nl") or English."""
    return "\n".join(map(in_dutch, text.split("\n"))) if lang == "nl" else text


@lru_cache(maxsize=4096)
def in_dutch(text: str) -> str:
    """The Dutch of a sentence of a refusal; the sentence itself where none is known.

    >>> in_dutch("There is no table called programme.")
    'Er is geen tabel programma.'
    """
    plain = _plain().get(text)
    if plain is not None:
        return plain
    # Some begin with the kind of event that they are about: "Infusion: ...".
    about, colon, rest = text.partition(": ")
    if colon and about in _kinds():
        return f"{_kinds()[about]}: {in_dutch(rest)}"
    for pattern, dutch in _with_places():
        match = pattern.fullmatch(text)
        if match is not None:
            return _filled(dutch, match.groupdict())
    return text


def _filled(dutch: str, said: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: _value(place[1], said[place[1]]), dutch)


def knows(text: str) -> bool:
    """True when a sentence has its Dutch, whatever stands in its places."""
    about, _colon, rest = text.partition(": ")
    text = rest if about in _kinds() else text
    if text in _plain():
        return True
    return any(pattern.fullmatch(text) for pattern, _dutch in _with_places())


def _all() -> Mapping[str, str]:
    keys = {one.says_en: one.says_nl for one in KEYS if one.says_en}
    return {**LEDGER, **VALUES, **TABLES, **keys}


@cache
def _plain() -> dict[str, str]:
    return {en: nl for en, nl in _all().items() if not _PLACE.search(en)}


@cache
def _with_places() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The sentences with places, those with the most words of their own first."""
    found = [(en, nl) for en, nl in _all().items() if _PLACE.search(en)]
    found.sort(key=lambda pair: -len(_PLACE.sub("", pair[0])))
    return tuple((_pattern(en), nl) for en, nl in found)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = _PLACE.split(sentence)
    return re.compile(
        "".join(
            f"(?P<{part}>.*?)" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        ),
        re.DOTALL,
    )


def _value(name: str, said: str) -> str:
    """What stands in a place: as it is, or in the Dutch of our own words."""
    if name in ("value", "limit", "unit"):
        return said.replace("cells", "cellen").replace("copies", "kopieën")
    if name == "first":
        return said.replace(", first in ", ", het eerst in ")
    if name == "codes":
        return said.replace(" or ", " of ")
    if name in _LISTS:
        parted = (" or ".join(map(_word, one.split(" or "))) for one in said.split(", "))
        return ", ".join(parted).replace(" or ", " of ")
    return _word(said) if name in _OF_OURS else said


def _word(said: str) -> str:
    bare = said.strip("'\"")
    known = _words().get(bare.casefold())
    if known is None:
        return said
    return known[:1].lower() + known[1:] if bare[:1].islower() and known[1:2].islower() else known


@cache
def _kinds() -> Mapping[str, str]:
    return {"Child": "Kind"} | {one.en: one.nl for one in EVENT_TYPE_OF_KIND.values()}


@cache
def _words() -> Mapping[str, str]:
    """Our own words: kinds of events, fields by name and label, reasons of absence."""
    found: dict[str, str] = {}

    def put(en: str, nl: str) -> None:
        found.setdefault(en.casefold(), nl)

    _each(put)
    return found


def _each(put: Callable[[str, str], Any]) -> None:
    for en, nl in WORDS.items():
        put(en, nl)
    for member in (*Absence, *Precision, *Sex, *Origin, *DayZero):
        put(member.en, member.nl)
    for kind, event_type in EVENT_TYPE_OF_KIND.items():
        put(event_type.en, event_type.nl)
        put(kind, event_type.nl)
        for name, fact in facts_of(event_type).items():
            put(name, fact.nl.lower() if fact.nl[1:2].islower() else fact.nl)
            put(fact.en, fact.nl)
            for choice in fact.choices or ():
                put(choice.en, choice.nl)

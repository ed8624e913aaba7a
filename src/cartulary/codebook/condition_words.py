# SPDX-License-Identifier: Apache-2.0
"""A condition in words, made from the labels of its facts and the words of their choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from cartulary.codebook.expression import (
    Both,
    Comparison,
    Condition,
    Either,
    Literal,
    Membership,
    Presence,
)
from cartulary.codebook.scale_parts import Input
from cartulary.codebook.words import Words, vocabulary
from cartulary.course.absence import Absence
from cartulary.course.choice import Choice
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.events.observation import Analyte
from cartulary.course.fact import Fact, FactKind
from cartulary.course.units import UNIT_OF_ANALYTE

#: A part that has a name of its own stands in a condition as `named.fever is known`.
NAMED: Final = "named."

#: From here on a number is written as 2.5 x 10⁸.
_LARGE: Final = 100_000
_SUPERSCRIPT: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_WORDS: Final = vocabulary(
    {
        "yes": ("yes", "ja"),
        "no": ("no", "nee"),
        "and": ("and", "en"),
        "or": ("or", "of"),
        "to": ("to", "tot en met"),
        "known": ("recorded", "vastgelegd"),
        "absent": ("not recorded", "niet vastgelegd"),
        "day": ("day", "dag"),
        "==": ("exactly", "precies"),
        "!=": ("other than", "anders dan"),
        ">=": ("at least", "minstens"),
        ">": ("more than", "meer dan"),
        "<=": ("at most", "hoogstens"),
        "<": ("less than", "minder dan"),
    }
)
_UNITS: Final = vocabulary(
    {
        "days": ("days", "dagen"),
        "years": ("years", "jaar"),
        "values": ("values", "waarden"),
        "cells": ("cells", "cellen"),
        "cells/kg": ("cells/kg", "cellen/kg"),
        "cells/µL": ("cells/µL", "cellen/µL"),
        "copies/µg": ("copies/µg", "kopieën/µg"),
    }
)


@dataclass(frozen=True, slots=True)
class FactWords:
    """What a fact of a condition is called, and how its values are said."""

    label: Words
    kind: FactKind
    unit: str = ""
    choices: Mapping[str, Words] = field(default_factory=dict)

    def unit_in(self, lang: str) -> str:
        """The unit in a language."""
        return _UNITS[self.unit].text(lang) if self.unit in _UNITS else self.unit


def words_of_event(kind: str, where: Condition | None = None) -> Mapping[str, FactWords]:
    """The facts of a kind of event by name, as a condition on such an event reads them.

    The value of a measurement has the unit of the analyte that the condition names.

    >>> words_of_event("relapse")["level"].choices["morphological"].nl
    'morfologisch'
    """
    found = {name: _fact_words(fact) for name, fact in EVENT_TYPE_OF_KIND[kind].facts().items()}
    if kind == "measurement" and (analyte := _analyte_in(where)):
        value = found["value"]
        found["value"] = FactWords(value.label, value.kind, UNIT_OF_ANALYTE[Analyte(analyte)])
    return found


def words_of_inputs(
    inputs: Iterable[Input], named: Mapping[str, Words] | None = None
) -> Mapping[str, FactWords]:
    """The inputs of a scale by name, and what it calls by a name of its own.

    >>> from cartulary.codebook.scale_reader import scales
    >>> words_of_inputs(scales()["astct_crs_2019"].inputs)["oxygen_support"].choices["cpap"].en
    'CPAP'
    """
    found = {one.name: _input_words(one) for one in inputs}
    for name, words in (named or {}).items():
        found[NAMED + name] = FactWords(words, FactKind.YES_NO)
    return found


def condition_words(condition: Condition, facts: Mapping[str, FactWords], lang: str) -> str:
    """A condition as a phrase.

    Arguments: the condition; what its facts are called; "en" or "nl".
    Returns: a phrase without a capital or a full stop. That a fact must be recorded goes unsaid
    where the condition asks for a value of it.
    Refuses nothing; a fact that is not in `facts` is called by its code.

    >>> from cartulary.codebook.expression import parse
    >>> asked = parse('level is absent or level == "morphological"')
    >>> condition_words(asked, words_of_event("relapse"), "nl")
    'niveau niet vastgelegd of morfologisch'
    """
    return _Speaker(facts, lang).phrase(condition)


def value_words(fact: FactWords, value: object, lang: str) -> str:
    """One value of a fact in words; a number keeps its unit.

    >>> value_words(words_of_event("assessment")["response"], "CR", "en")
    'complete remission (CR)'
    """
    if value is None:
        return _WORDS["absent"].text(lang)
    if isinstance(value, Absence):
        return value.nl if lang == "nl" else value.en
    if isinstance(value, bool):
        return _WORDS["yes" if value else "no"].text(lang)
    if isinstance(value, (tuple, list)):
        return ", ".join(value_words(fact, one, lang) for one in value)
    if isinstance(value, str):
        return _choice(fact, value, lang)
    if not isinstance(value, (int, float)):
        return str(value)
    if fact.kind is FactKind.DAY:
        return f"{_WORDS['day'].text(lang)} {value}"
    return _with_unit(_number(value, lang), fact, lang, float(value))


def _with_unit(shown: str, fact: FactWords, lang: str, value: float) -> str:
    """A number with its unit; the unit is left out where the label says it already."""
    unit = fact.unit_in(lang)
    if not unit or fact.label.text(lang).startswith(unit) or fact.unit == "values":
        return shown
    if fact.unit == "days" and value == 1:
        unit = _WORDS["day"].text(lang)
    if unit == "%":
        return f"{shown}%"
    return f"{shown} × {unit}" if unit.startswith("10") else f"{shown} {unit}"


def _fact_words(fact: Fact) -> FactWords:
    return FactWords(Words(fact.en, fact.nl), fact.kind, fact.unit, _choices(fact.choices))


def _input_words(one: Input) -> FactWords:
    event_type = EVENT_TYPE_OF_KIND.get(one.source.value)
    fact = event_type.facts().get(one.fact or one.name) if event_type is not None else None
    choices = _choices(fact.choices) if fact is not None else {}
    return FactWords(one.label, one.kind, one.unit, choices)


def _choices(choices: type[Choice] | None) -> Mapping[str, Words]:
    return {str(one): Words(one.en, one.nl) for one in choices or ()}


def _analyte_in(where: Condition | None) -> str:
    """The analyte that a condition on a measurement asks for; empty when it asks for none."""
    match where:
        case Both(parts):
            return next(filter(None, map(_analyte_in, parts)), "")
        case Comparison("analyte", "==", str() as analyte):
            return analyte
    return ""


def _choice(fact: FactWords, code: str, lang: str) -> str:
    """A choice in its own words; clinicians know some by their code, and see that too."""
    if code not in fact.choices:
        return code
    words = fact.choices[code].text(lang)
    if "," in words:
        words = f"“{words}”"
    known_by_code = any(letter.isupper() for letter in code) and code not in words
    return f"{words} ({code})" if known_by_code else words


def _number(value: float, lang: str) -> str:
    if abs(value) >= _LARGE:
        mantissa, exponent = f"{value:.3e}".split("e")
        shown = mantissa.rstrip("0").rstrip(".")
        power = str(int(exponent)).translate(_SUPERSCRIPT)
        shown = f"{shown} × 10{power}" if shown != "1" else f"10{power}"
    else:
        shown = f"{value:.12g}"
    return shown.replace(".", ",") if lang == "nl" else shown


_Simple = Comparison | Membership | Presence


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Says conditions on these facts in one language."""

    facts: Mapping[str, FactWords]
    lang: str

    def say(self, key: str) -> str:
        return _WORDS[key].text(self.lang)

    def fact(self, name: str) -> FactWords:
        plain = name.replace("_", " ")
        return self.facts.get(name) or FactWords(Words(plain, plain), FactKind.TEXT)

    def phrase(self, condition: Condition) -> str:
        if isinstance(condition, Both):
            return self.all_of(_flat(condition))
        if isinstance(condition, Either):
            return self.one_of(_flat(condition))
        return self.about(condition.name, [condition], "or")

    def all_of(self, parts: list[Condition]) -> str:
        """Parts that all hold; what is asked of one fact is said together."""
        asked = {p.name for p in parts if not isinstance(p, (Both, Either, Presence))}
        kept = [p for p in parts if not (isinstance(p, Presence) and p.known and p.name in asked)]
        return self.joined(kept, "and")

    def one_of(self, parts: list[Condition]) -> str:
        """Parts of which one holds."""
        return self.joined(parts, "or")

    def joined(self, parts: list[Condition], link: str) -> str:
        phrases: list[str] = []
        for name, together in groupby(parts, _name):
            found = list(together)
            if name:
                simple = [p for p in found if not isinstance(p, (Both, Either))]
                phrases.append(self.about(name, simple, link))
                continue
            inner = [self.phrase(part) for part in found]
            several = len(parts) > 1
            phrases += [
                f"({text})" if several and not _on_one_fact(part) else text
                for part, text in zip(found, inner, strict=True)
            ]
        return f", {self.say(link)} ".join(phrases)

    def about(self, name: str, parts: list[_Simple], link: str) -> str:
        """What is asked of one fact: its label, then each value that will do."""
        fact = self.fact(name)
        label = fact.label.text(self.lang)
        if name.startswith(NAMED):
            return label
        bounds = {p.operator: p.literal for p in parts if isinstance(p, Comparison)}
        if link == "and" and len(parts) == 2 and set(bounds) == {">=", "<="}:
            low = _number(float(bounds[">="]), self.lang)
            said = f"{low} {self.say('to')} {self.value(fact, bounds['<='])}"
        else:
            said = f" {self.say(link)} ".join(self.predicate(fact, part) for part in parts)
        asks_value = not all(isinstance(part, Presence) for part in parts)
        colon = asks_value and (fact.kind is FactKind.YES_NO or "," in label or _two_words(fact))
        return f"{label}{':' if colon else ''} {said}"

    def predicate(self, fact: FactWords, part: _Simple) -> str:
        """What is asked of a fact, without its label."""
        if isinstance(part, Presence):
            return self.say("known" if part.known else "absent")
        if isinstance(part, Membership):
            *others, last = [self.value(fact, literal) for literal in part.literals]
            return f"{', '.join(others)} {self.say('or')} {last}" if others else last
        said = self.value(fact, part.literal)
        is_number = fact.kind in (FactKind.NUMBER, FactKind.INTEGER, FactKind.DAY)
        if part.operator == "==" and not is_number:
            return said
        return f"{self.say(part.operator)} {said}"

    def value(self, fact: FactWords, literal: Literal) -> str:
        return value_words(fact, literal, self.lang)


def _two_words(fact: FactWords) -> bool:
    """Whether a choice has a label that would run on into its value."""
    return fact.kind is FactKind.CHOICE and " " in fact.label.nl


def _flat(condition: Both | Either) -> list[Condition]:
    """The parts of a condition, with those of a part of the same sort in its place."""
    found: list[Condition] = []
    for part in condition.parts:
        found += _flat(part) if isinstance(part, type(condition)) else [part]
    return found


def _name(part: Condition) -> str:
    """The fact that a simple part asks about; empty for a part that is made of others."""
    return "" if isinstance(part, (Both, Either)) else part.name


def _on_one_fact(part: Condition) -> bool:
    """Whether everything that is asked is asked of one fact."""
    if not isinstance(part, (Both, Either)):
        return True
    return len({_name(one) for one in _flat(part)}) == 1 and bool(_name(_flat(part)[0]))

# SPDX-License-Identifier: Apache-2.0
"""What each field of an event is: words, unit, limits. The one source of tables and forms."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.choice import Choice


class FactKind(Enum):
    """What sort of value a fact holds."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of an event.

    `low` and `high` are what is possible: outside them the event is refused.
    `usual_low` and `usual_high` are what is likely: outside them a reason is asked.
    """

    name: str
    kind: FactKind
    en: str
    nl: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    usual_low: float | None = None
    usual_high: float | None = None
    required: bool = False
    choices: type[Choice] | None = None
    also: tuple[str, ...] = ()
    says_en: str = ""
    says_nl: str = ""

    def label(self, lang: str) -> str:
        """The words for this fact in Dutch ("nl") or English."""
        return self.nl if lang == "nl" else self.en

    def problem_with(self, value: object) -> str | None:
        """Why this value cannot stand in this field, or None when it can."""
        if isinstance(value, Absence):
            if self.required:
                return f"{self.name} is {value.en}, but an event cannot be written without it."
            return None
        return _PROBLEM_OF_KIND[self.kind](self, value)


def _outside_limits(fact: Fact, value: float) -> str | None:
    if not math.isfinite(value):
        return f"{fact.name} is {value}, which is not a number that can be measured."
    if fact.low is not None and value < fact.low:
        return f"{fact.name} is {value:g}{_unit(fact)}, below the possible {fact.low:g}."
    if fact.high is not None and value > fact.high:
        return f"{fact.name} is {value:g}{_unit(fact)}, above the possible {fact.high:g}."
    return None


def _unit(fact: Fact) -> str:
    return f" {fact.unit}" if fact.unit else ""


def _number(fact: Fact, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return f"{fact.name} is {value!r}, which is not a number."
    return _outside_limits(fact, float(value))


def _integer(fact: Fact, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"{fact.name} is {value!r}, which is not a whole number."
    return _outside_limits(fact, value)


def _text(fact: Fact, value: object) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return f"{fact.name} is {value!r}, which is not a text with something in it."
    return None


def _yes_no(fact: Fact, value: object) -> str | None:
    return None if isinstance(value, bool) else f"{fact.name} is {value!r}, which is not yes or no."


def _choice(fact: Fact, value: object) -> str | None:
    assert fact.choices is not None
    if isinstance(value, fact.choices):
        return None
    known = ", ".join(str(member) for member in fact.choices)
    return f"{fact.name} is {value!r}, which is none of: {known}."


def _choices(fact: Fact, value: object) -> str | None:
    if not isinstance(value, tuple):
        return f"{fact.name} is {value!r}; several choices are given as a tuple."
    if len(set(value)) != len(value):
        return f"{fact.name} names a choice twice: {value!r}."
    return next((p for p in (_choice(fact, item) for item in value) if p), None)


_PROBLEM_OF_KIND = {
    FactKind.TEXT: _text,
    FactKind.NUMBER: _number,
    FactKind.INTEGER: _integer,
    FactKind.DAY: _integer,
    FactKind.YES_NO: _yes_no,
    FactKind.CHOICE: _choice,
    FactKind.CHOICES: _choices,
}


def fact(kind: FactKind, en: str, nl: str, **details: Any) -> Any:
    """A dataclass field that carries its `Fact`; absent means "not recorded" unless required."""
    made = Fact(name="", kind=kind, en=en, nl=nl, **details)
    if made.required:
        return dataclasses.field(kw_only=True, metadata={"fact": made})
    return dataclasses.field(default=NOT_RECORDED, kw_only=True, metadata={"fact": made})


_FACTS_OF: dict[type, Mapping[str, Fact]] = {}


def facts_of(event_type: type[Any]) -> Mapping[str, Fact]:
    """The facts of an event type by field name, in the order in which they are written down."""
    found = _FACTS_OF.get(event_type)
    if found is None:
        found = _FACTS_OF[event_type] = {
            field.name: dataclasses.replace(field.metadata["fact"], name=field.name)
            for field in dataclasses.fields(event_type)
            if "fact" in field.metadata
        }
    return found

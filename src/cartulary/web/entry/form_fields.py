# SPDX-License-Identifier: Apache-2.0
"""The fields of a form, made from the facts of a kind of event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

from cartulary.course.choice import Choice
from cartulary.course.dates import Precision
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.fact import Fact, FactKind, facts_of
from cartulary.course.tables.columns import precision_key
from cartulary.web.entry.conditions import CONDITIONS, Condition
from cartulary.web.entry.spoken import language
from cartulary.web.entry.typed_numbers import unit_beside


class Widget(Enum):
    """How a value is given: typed, or chosen from a list."""

    DATE = "date"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    UNIT = "unit"


_WIDGET_OF_KIND = {
    FactKind.TEXT: Widget.TEXT,
    FactKind.NUMBER: Widget.NUMBER,
    FactKind.INTEGER: Widget.NUMBER,
    FactKind.YES_NO: Widget.YES_NO,
    FactKind.CHOICE: Widget.CHOICE,
    FactKind.CHOICES: Widget.CHOICES,
    FactKind.DAY: Widget.DATE,
}

# How many characters the answer is expected to have: a field's width says it.
_SHORT, _MIDDLE, _LONG = "short", "middle", "long"
_IDENTIFIERS = frozenset(("product_id", "donation_id", "made_for", "version", "scale"))


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: its name as posted, how it is given, and the fact that it fills.

    `precision_name` is the fact that says how exactly a second day is known; it has no field of
    its own, because the date as typed says it.
    """

    name: str
    widget: Widget
    fact: Fact
    precision_name: str = ""
    condition: Condition | None = None

    @property
    def label(self) -> str:
        """The words of the fact in the active language, as a label begins."""
        words = self.fact.label(language())
        return words[:1].upper() + words[1:]

    @property
    def help(self) -> str:
        """What the fact means, where it needs saying."""
        return self.fact.says_nl if language() == "nl" else self.fact.says_en

    @property
    def unit(self) -> str:
        """The unit beside the field."""
        return unit_beside(self.fact) if self.fact.unit else ""

    @property
    def required(self) -> bool:
        """True when the event cannot be written without it."""
        return self.fact.required

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The values of its closed list."""
        return () if self.fact.choices is None else tuple(self.fact.choices)

    @property
    def width(self) -> str:
        """How long an answer is expected."""
        if self.widget in (Widget.NUMBER, Widget.UNIT):
            return _SHORT
        if self.widget is Widget.DATE or self.name in _IDENTIFIERS:
            return _MIDDLE
        return _LONG


@cache
def fields_of(kind: str) -> dict[str, FormField]:
    """The fields of a kind of event by name, in the order of its facts.

    >>> list(fields_of("bridging")), fields_of("bridging")["stop_day"].precision_name
    (['therapy', 'stop_day'], 'stop_precision')
    """
    facts = facts_of(EVENT_TYPE_OF_KIND[kind])
    made: dict[str, FormField] = {}
    for name, fact in facts.items():
        if fact.choices is Precision:
            continue
        widget = _WIDGET_OF_KIND[fact.kind]
        if kind == "measurement" and name == "unit":
            widget = Widget.UNIT
        key = precision_key(name) if fact.kind is FactKind.DAY else ""
        made[name] = FormField(
            name,
            widget,
            fact,
            key if key in facts else "",
            CONDITIONS.get((kind, name)),
        )
    return made

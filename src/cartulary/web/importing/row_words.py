# SPDX-License-Identifier: Apache-2.0
"""One row of a dry run in words: where it stands, whose it is, and what would become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartulary.course.course import DayZero, Origin
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.events.disease import Sex
from cartulary.course.problem import Problem
from cartulary.course.tables.table_names import CHILDREN
from cartulary.registry.child_payload import CHILD
from cartulary.registry.event_values import DATE, label_of, recorded_fields, shown
from cartulary.registry.importing_outcome import Outcome, RowOutcome
from cartulary.registry.refusal_words import in_language

MOST_FIELDS: Final = 6

_MARKS: Final = {
    Outcome.NEW: ("●", "beware"),
    Outcome.CHANGED: ("▲", "beware"),
    Outcome.SAME: ("✓", "quiet"),
    Outcome.ERROR: ("✕", "wrong"),
    Outcome.WITHDRAWN: ("–", "quiet"),
}
_CHILD_FIELDS: Final[Mapping[str, Promise]] = {
    "course_id": gettext_lazy("pseudonym"),
    "origin": gettext_lazy("origin"),
    "sex": gettext_lazy("sex"),
    "age_days_at_day0": gettext_lazy("age on day 0"),
    "day0": gettext_lazy("day 0"),
    "day0_is": gettext_lazy("what day 0 is"),
    "data_cut": gettext_lazy("data cut"),
    "data_cut_day": gettext_lazy("day of data cut"),
    "centre": gettext_lazy("centre"),
}
_CHOICES: Final = {"origin": Origin, "sex": Sex, "day0_is": DayZero}


@dataclass(frozen=True, slots=True)
class Said:
    """One field: its name, what it would say, and what it says now."""

    label: str
    after: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class RowWords:
    """A row as the page draws it."""

    outcome: str
    words: str
    glyph: str
    tone: str
    place: str
    row: int | None
    child: str
    kind: str
    event: str
    said: tuple[Said, ...]
    more: int
    refused: Problem | None


def row_words(row: RowOutcome, lang: str) -> RowWords:
    """The words of one row in Dutch ("nl") or English."""
    glyph, tone = _MARKS[row.outcome]
    said = _said(row, lang)
    return RowWords(
        row.outcome.value,
        row.outcome.nl if lang == "nl" else row.outcome.en,
        glyph,
        tone,
        row.file,
        row.row,
        row.child,
        kind_words(row.kind, lang),
        "" if row.kind == CHILD else row.event,
        tuple(said[:MOST_FIELDS]),
        max(0, len(said) - MOST_FIELDS),
        None if row.problem is None else in_language(row.problem, lang),
    )


def kind_words(kind: str, lang: str) -> str:
    """The words for a kind of row; a child's own row and a row without a kind included."""
    if kind == CHILD:
        return _("Child")
    event_type = EVENT_TYPE_OF_KIND.get(kind)
    return event_type.label(lang) if event_type is not None else kind


def table_words(kind: str, lang: str) -> str:
    """The words for a kind of table."""
    return _("Children") if kind == CHILDREN else kind_words(kind, lang)


def _said(row: RowOutcome, lang: str) -> list[Said]:
    if row.differences:
        return [
            Said(
                _label(row.kind, one.field, lang),
                _value(row.kind, one.field, one.after, lang),
                _value(row.kind, one.field, one.before, lang),
            )
            for one in row.differences
        ]
    if row.payload is None:
        return []
    if row.kind == CHILD:
        told = [(name, row.payload.get(name)) for name in ("day0", "sex", "age_days_at_day0")]
        fields = [(name, value) for name, value in told if value is not None]
    else:
        fields = list(recorded_fields(row.kind, row.payload))
    return [
        Said(_label(row.kind, name, lang), _value(row.kind, name, value, lang))
        for name, value in fields
    ]


def _label(kind: str, field: str, lang: str) -> str:
    if kind == CHILD:
        words = _CHILD_FIELDS.get(field)
        return field if words is None else str(words)
    if field == "source":
        return _("source")
    if field == "precision":
        return _("precision")
    return label_of(kind, field, lang)


def _value(kind: str, field: str, value: Any, lang: str) -> str:
    choices = _CHOICES.get(field) if kind == CHILD else None
    if choices is not None and isinstance(value, str):
        member = next((one for one in choices if one.value == value), None)
        return value if member is None else (member.nl if lang == "nl" else member.en)
    if kind == CHILD and field == "age_days_at_day0" and isinstance(value, int):
        return _("%(days)s days") % {"days": value}
    if field == DATE and isinstance(value, int):
        return _("day %(day)s") % {"day": value}
    return shown(kind, field, value, lang)

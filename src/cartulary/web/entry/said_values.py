# SPDX-License-Identifier: Apache-2.0
"""What an event says, fact by fact, in the words of a page; and what differs between two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.dates import Precision, calendar_date
from cartulary.course.events import Event
from cartulary.web.entry.absent_keys import absence_words
from cartulary.web.entry.anchors import Anchors
from cartulary.web.entry.form_fields import FormField, Widget, fields_of
from cartulary.web.entry.said_dates import said_study_day
from cartulary.web.entry.spoken import date_words, number_words, unit_words, weekday_word
from cartulary.web.entry.typed_choices import value_words

# Facts whose number is longer than anybody reads: they are said with their power of ten.
_BARE = (Widget.NUMBER,)


@dataclass(frozen=True, slots=True)
class SaidFact:
    """One fact in words. `absent` marks a reason of absence, which stands in italics."""

    name: str
    label: str
    words: str
    absent: bool = False
    why: str = ""


def said_facts(
    event: Event,
    anchors: Anchors,
    payload: Mapping[str, Any] | None = None,
    *,
    weekday: bool = True,
) -> list[SaidFact]:
    """The date and every fact of an event in words, in the order of its form."""
    payload = payload or {}
    time = str(payload.get("time") or "")
    said = [
        SaidFact(
            "date",
            _("Date"),
            day_words(event.day, event.precision, anchors, time=time, weekday=weekday),
            event.day is None,
        )
    ]
    for name, one in fields_of(event.kind).items():
        value = getattr(event, name)
        said.append(
            SaidFact(
                name,
                one.label,
                fact_words(one, event, anchors),
                isinstance(value, Absence),
                _why(payload, name),
            )
        )
    if event.source:
        said.append(SaidFact("source", _("Source"), event.source))
    return said


def _why(payload: Mapping[str, Any], name: str) -> str:
    for key in ("reasons", "absent_why"):
        whys = payload.get(key)
        if isinstance(whys, Mapping) and whys.get(name):
            return str(whys[name])
    return ""


def fact_words(one: FormField, event: Event, anchors: Anchors) -> str:
    """One fact in words, with its unit."""
    value = getattr(event, one.name)
    if isinstance(value, Absence):
        return absence_words(value)
    if one.widget is Widget.DATE:
        precision = getattr(event, one.precision_name) if one.precision_name else Precision.DAY
        known = precision if isinstance(precision, Precision) else Precision.DAY
        return day_words(value, known, anchors)
    if one.widget in _BARE:
        unit = unit_words(one.fact.unit) if one.fact.unit else ""
        return f"{number_words(value)} {unit}".rstrip()
    if one.widget is Widget.UNIT:
        return unit_words(str(value))
    return value_words(value)


def day_words(
    day: int | None,
    precision: Precision,
    anchors: Anchors,
    *,
    time: str = "",
    weekday: bool = False,
) -> str:
    """A study day as a date in words; as a study day where there is no calendar date."""
    if day is None or precision is Precision.UNKNOWN:
        return _("date unknown")
    when = None if anchors.day0 is None else calendar_date(day, precision, anchors.day0)
    if when is None:
        said = said_study_day(day, "", precision)
        return said.head + said.tail
    words = date_words(when)
    if weekday and precision is Precision.DAY:
        words = f"{weekday_word(when.earliest)} {words}"
    return f"{words}, {time}" if time else words


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact in two or three versions of an event; `differs` where the versions disagree."""

    name: str
    label: str
    words: tuple[str, ...]
    differs: bool


def differences(
    versions: list[tuple[Event, Mapping[str, Any] | None]], anchors: Anchors
) -> list[Difference]:
    """The versions of one event side by side; facts that none of them records are left out."""
    said = [
        {one.name: one for one in said_facts(event, anchors, payload, weekday=False)}
        for event, payload in versions
    ]
    names = list(dict.fromkeys(name for of_one in said for name in of_one))
    rows = []
    for name in names:
        words = tuple(of_one[name].words if name in of_one else "" for of_one in said)
        differs = len(set(words)) > 1
        if not differs and name != "date" and all(_unrecorded(e, name) for e, _p in versions):
            continue
        label = next(of_one[name].label for of_one in said if name in of_one)
        rows.append(Difference(name, label, words, differs))
    return rows


def _unrecorded(event: Event, name: str) -> bool:
    return getattr(event, name, NOT_RECORDED) is NOT_RECORDED

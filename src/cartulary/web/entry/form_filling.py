# SPDX-License-Identifier: Apache-2.0
"""An event as the texts of its form: what `read_form` reads back as the same event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cartulary.course.absence import Absence
from cartulary.course.choice import Choice
from cartulary.course.dates import PartialDate, Precision, calendar_date, study_day
from cartulary.course.events import Event
from cartulary.web.entry.absent_keys import KEY_OF_ABSENCE, with_guard
from cartulary.web.entry.anchors import Anchors
from cartulary.web.entry.form_fields import FormField, Widget, fields_of
from cartulary.web.entry.form_reading import DATE, SOURCE, WHY
from cartulary.web.entry.spoken import language
from cartulary.web.entry.typed_choices import EMPTY_LIST, NO, YES
from cartulary.web.entry.typed_numbers import typed_number

Texts = dict[str, list[str]]


def texts_of(event: Event, anchors: Anchors, payload: Mapping[str, Any] | None = None) -> Texts:
    """What stands in each field of the form when an event is changed.

    `payload` holds what an event does not: the time of day, and why values stand or are absent.
    """
    payload = payload or {}
    texts: Texts = {
        DATE: [_moment_text(event.day, event.precision, anchors, str(payload.get("time") or ""))],
        SOURCE: [event.source],
    }
    for name, one in fields_of(event.kind).items():
        texts[name] = _texts(one, event, anchors)
    for key in ("reasons", "absent_why"):
        whys = payload.get(key)
        if isinstance(whys, Mapping):
            for name, why in whys.items():
                texts[WHY + str(name)] = [str(why)]
    return texts


def _texts(one: FormField, event: Event, anchors: Anchors) -> list[str]:
    value = getattr(event, one.name)
    if isinstance(value, Absence):
        return [KEY_OF_ABSENCE[value]]
    if one.widget is Widget.DATE:
        precision = getattr(event, one.precision_name) if one.precision_name else Precision.DAY
        known = precision if isinstance(precision, Precision) else Precision.DAY
        return [_moment_text(value, known, anchors, "")]
    if one.widget is Widget.YES_NO:
        return [YES if value else NO]
    if isinstance(value, Choice):
        return [str(value)]
    if isinstance(value, tuple):
        return [str(member) for member in value] or [EMPTY_LIST]
    if one.widget is Widget.NUMBER:
        return [typed_number(one.fact, value)]
    return [with_guard(str(value))]


def _moment_text(day: int | None, precision: Precision, anchors: Anchors, time: str) -> str:
    if day is None or precision is Precision.UNKNOWN:
        return "?"
    text = _calendar_text(day, precision, anchors) or _study_day_text(day, precision)
    return f"{text} {time}" if time else text


def _calendar_text(day: int, precision: Precision, anchors: Anchors) -> str:
    """The date of a study day; empty where there is none that reads back as that day."""
    if anchors.day0 is None:
        return ""
    when = calendar_date(day, precision, anchors.day0)
    if when is None or study_day(when, anchors.day0) != day:
        return ""
    return date_text(when)


def _study_day_text(day: int, precision: Precision) -> str:
    words = _STUDY_DAY_WORDS[language()]
    about = {Precision.MONTH: f" ({words[1]})", Precision.YEAR: f" ({words[2]})"}
    return f"{words[0]} {day}{about.get(precision, '')}"


_STUDY_DAY_WORDS = {"nl": ("dag", "maand", "jaar"), "en": ("day", "month", "year")}


def date_text(when: PartialDate) -> str:
    """A date as a field shows it: 17-3-2020 in Dutch, 17 Mar 2020 in English; 2020-03 in part."""
    if when.precision is not Precision.DAY:
        return str(when)
    if language() == "nl":
        return f"{when.day}-{when.month}-{when.year}"
    return str(when)

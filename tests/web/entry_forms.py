# SPDX-License-Identifier: Apache-2.0
"""How the tests type an event into its form, independent of how the form fills itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from cartulary.course import NOT_RECORDED, Absence, Precision
from cartulary.course.dates import MIDDLE_OF_MONTH, MIDDLE_OF_YEAR
from cartulary.course.events import Event, Measurement
from cartulary.course.fact import FactKind, facts_of
from cartulary.course.tables.numbers import number_text
from cartulary.course.units import UNIT_OF_ANALYTE

KEYS = {"not_recorded": "?", "not_done": "-", "not_yet_due": ">", "refused": "!"}
MIDDLES = {Precision.MONTH: lambda when: when.day == MIDDLE_OF_MONTH,
           Precision.YEAR: lambda when: (when.month, when.day) == MIDDLE_OF_YEAR}  # fmt: skip


def on_one_line(text: str) -> str:
    """A text as a one-line field gives it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def typed_day(day: int | None, precision: Any, day0: date) -> str:
    """A study day as somebody types it: a date, a month, a year, or the day itself."""
    if day is None:
        return "?"
    when = day0 + timedelta(days=day)
    if precision in MIDDLES:
        if not MIDDLES[precision](when):
            return f"day {day} ({'month' if precision is Precision.MONTH else 'year'})"
        return f"{when:%Y-%m}" if precision is Precision.MONTH else f"{when:%Y}"
    return f"{when.day}-{when.month}-{when.year}" if day % 2 else f"day {day}"


def typed(event: Event, day0: date) -> dict[str, Any]:
    """What is posted to write this event down."""
    texts: dict[str, Any] = {
        "date": typed_day(event.day, event.precision, day0),
        "source": event.source,
        "rest": "?",
        "act": "save",
    }
    for name, fact in facts_of(type(event)).items():
        value = getattr(event, name)
        if name.endswith("_precision"):
            continue
        if isinstance(value, Absence):
            texts[name] = KEYS[value.code]
        elif fact.kind is FactKind.DAY:
            precision = getattr(event, name.removesuffix("_day") + "_precision", Precision.DAY)
            texts[name] = typed_day(value, precision, day0)
        elif fact.kind is FactKind.YES_NO:
            texts[name] = "yes" if value else "no"
        elif fact.kind is FactKind.CHOICES:
            texts[name] = [str(one) for one in value] or "[]"
        elif fact.kind is FactKind.CHOICE:
            texts[name] = str(value)
        elif fact.kind is FactKind.TEXT:
            # An apostrophe keeps a text that looks like a reason for absence.
            texts[name] = f"'{value}" if looks_absent(value) else value
        elif name in ("dose_cells_per_kg", "dose_cells"):
            texts[name] = f"{number_text(value)} {fact.unit}"
        else:
            texts[name] = number_text(value, "," if event.day and event.day % 3 else ".")
    return texts


def looks_absent(text: str) -> bool:
    """True for a text that a field would take for a reason for absence."""
    from cartulary.course.tables.words import ABSENCE_OF_WORD, folded

    bare = text.lstrip("'").strip()
    return bare in (*KEYS.values(), "–", "—", "−") or folded(bare) in ABSENCE_OF_WORD


def as_kept(event: Event, event_id: str) -> Event:
    """The event that a form can say: no precision without a day, texts on one line."""
    values = event.values()
    for name, fact in facts_of(type(event)).items():
        value = values[name]
        if fact.kind is FactKind.TEXT and isinstance(value, str):
            values[name] = on_one_line(value)
        if fact.kind is FactKind.DAY:
            own = name.removesuffix("_day") + "_precision"
            if isinstance(value, Absence):
                values[own] = NOT_RECORDED
            elif not isinstance(values[own], Precision) or values[own] is Precision.UNKNOWN:
                values[own] = Precision.DAY
    if isinstance(event, Measurement) and not isinstance(values["unit"], Absence):
        values["unit"] = UNIT_OF_ANALYTE[event.analyte]  # type: ignore[index]
    return type(event)(event.day, event.precision, event_id, event.source, **values)


def with_sound_unit(event: Event) -> Event:
    """A measurement with the unit that its analyte is kept in."""
    if isinstance(event, Measurement):
        return replace(event, unit=UNIT_OF_ANALYTE[event.analyte])  # type: ignore[index]
    return event


def saved(client: Client, url: str, texts: dict[str, Any]) -> HttpResponse:
    """Post a form; where reasons are asked, give them and post again, as a person would."""
    response = client.post(url, texts)
    for _again in range(2):
        if response.status_code != 200:
            break
        form = response.context["form"]
        asked = {one.target for one in form.wrong}
        reasons = {f"why_{target[2:]}": "seen twice" for target in asked if target[:2] == "w-"}
        reasons |= {f"because_{target[2:]}": "checked" for target in asked if target[:2] == "b-"}
        if not reasons:
            break
        texts = {**texts, **reasons}
        response = client.post(url, texts)
    return response

# SPDX-License-Identifier: Apache-2.0
"""What an entry says of an event: an event as a payload of plain JSON, and back unchanged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.choice import Choice
from cartulary.course.dates import PartialDate, Precision, calendar_date, study_day
from cartulary.course.errors import CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event
from cartulary.course.fact import Fact, FactKind, facts_of

# What a payload may hold beside its facts.
KEYS = frozenset(("date", "time", "day", "precision", "source", "facts", "reasons", "absent_why"))

# What few payloads have.
_BESIDE = frozenset(("time", "reasons", "absent_why"))

_FULL_DATE = 10
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_ABSENCES = {absence.code: absence for absence in Absence}


def payload_of(event: Event, day0: date | None) -> dict[str, Any]:
    """An event as the ledger keeps it: with calendar dates where the child's day 0 is known.

    A day that a (partial) date would not give back is kept as a study day with its precision.
    A fact that is not recorded is left out.

    >>> from cartulary.course.events import Infusion
    >>> payload_of(Infusion(35, number=1), date(2020, 1, 1))
    {'date': '2020-02-05', 'facts': {'number': 1}}
    """
    payload: dict[str, Any] = {}
    if event.day is None:
        payload["date"] = None
    elif (text := _date_text(event.day, event.precision, day0)) is not None:
        payload["date"] = text
    else:
        payload["day"] = event.day
        if event.precision is not Precision.DAY:
            payload["precision"] = event.precision.value
    if event.source:
        payload["source"] = event.source
    facts: dict[str, Any] = {}
    dated: set[str] = set()
    for name, fact in facts_of(type(event)).items():
        value = getattr(event, name)
        if value is NOT_RECORDED or name in dated:
            continue
        if fact.kind is FactKind.DAY and not isinstance(value, Absence):
            own = precision_name(type(event), name)
            precision = getattr(event, own) if own else Precision.DAY
            if isinstance(precision, Precision):
                text = _date_text(value, precision, day0)
                if text is not None:
                    facts[name] = text
                    dated.add(own or name)
                    continue
        facts[name] = _plain(value)
    payload["facts"] = facts
    return payload


def event_of(
    kind: str,
    event_id: str,
    payload: Mapping[str, Any],
    day0: date | None,
    source: str | None = None,
) -> Event:
    """The event that a payload describes; `source` replaces the payload's own when given.

    Refuses, with a `CourseError` that lists every problem: an unknown kind, key or fact, a value
    that its fact cannot hold, and a calendar date for a child whose day 0 has none.

    >>> event_of("infusion", "infusion-1", {"date": "2020-02-05", "facts": {}}, date(2020, 1, 1))
    Infusion(day=35, precision=Precision.DAY, event_id='infusion-1', source='', \
number=Absence.NOT_RECORDED, product_id=Absence.NOT_RECORDED, \
dose_cells_per_kg=Absence.NOT_RECORDED, dose_cells=Absence.NOT_RECORDED, \
weight_kg=Absence.NOT_RECORDED)
    """
    problems: list[str] = []
    event_type, day, precision, values = _read(kind, payload, day0, problems)
    own_source = payload.get("source", "") if source is None else source
    if problems:
        raise CourseError(problems)
    # A fact without which the event cannot be is named as such, not as a missing argument.
    for name in _required(event_type):
        values.setdefault(name, NOT_RECORDED)
    return event_type(day, precision, event_id, own_source, **values)


def written_event(kind: str, event_id: str, payload: Mapping[str, Any], day0: date | None) -> Event:
    """The event of a payload that was checked when it was written, without a second look.

    That look is what makes an event slow to build; and a limit that is drawn tighter later must
    not make what was written before unreadable.
    """
    problems: list[str] = []
    event_type, day, precision, values = _read(kind, payload, day0, problems)
    if problems:
        raise CourseError(problems)
    event: Event = object.__new__(event_type)
    put = object.__setattr__
    put(event, "day", day)
    put(event, "precision", precision)
    put(event, "event_id", event_id)
    put(event, "source", payload.get("source", ""))
    for name in facts_of(event_type):
        put(event, name, values.get(name, NOT_RECORDED))
    return event


def date_of(payload: Mapping[str, Any] | None) -> str:
    """The (partial) date of a payload as text for sorting; empty when it has none."""
    text = payload.get("date") if payload else None
    return text if isinstance(text, str) else ""


def _read(
    kind: str, payload: Mapping[str, Any], day0: date | None, problems: list[str]
) -> tuple[type[Event], int | None, Precision, dict[str, Any]]:
    """The parts of the event that a payload describes; what cannot be read adds a problem."""
    event_type = EVENT_TYPE_OF_KIND.get(kind)
    if event_type is None:
        raise CourseError(
            f"No kind of event is called {kind!r}. Known: {', '.join(EVENT_TYPE_OF_KIND)}."
        )
    if not payload.keys() <= KEYS:
        problems += [
            f"{event_type.en}: the payload has an unknown part {key!r}. "
            f"Known: {', '.join(sorted(KEYS))}."
            for key in payload
            if key not in KEYS
        ]
    if not _BESIDE.isdisjoint(payload):
        _check_beside(event_type, payload, problems)
    if not isinstance(payload.get("source", ""), str):
        problems.append(
            f"{event_type.en}: the source is {payload['source']!r}, which is not a text."
        )
    day, precision = _when(payload, day0, event_type.en, problems)
    values = _facts(event_type, payload.get("facts") or {}, day0, problems)
    return event_type, day, precision, values


@cache
def _required(event_type: type[Event]) -> frozenset[str]:
    return frozenset(name for name, fact in facts_of(event_type).items() if fact.required)


def _check_beside(event_type: type[Event], payload: Mapping[str, Any], problems: list[str]) -> None:
    """The parts that are no facts: the time of day, and what was said about single facts."""
    time = payload.get("time")
    if time is not None and not (isinstance(time, str) and _TIME.fullmatch(time)):
        problems.append(
            f"{event_type.en}: the time is {time!r}, which is not a time of day. Write 07:40."
        )
    for part in ("reasons", "absent_why"):
        said = payload.get(part, {})
        known = facts_of(event_type)
        if not isinstance(said, Mapping) or not all(
            (name in known or name == "date") and isinstance(text, str)
            for name, text in said.items()
        ):
            problems.append(
                f"{event_type.en}: {part} is {said!r}. It holds a text for each fact it is about."
            )


def date_in(text: str) -> tuple[date | None, PartialDate | None]:
    """The full or the partial date that a text is, written as the ledger writes it; else neither.

    >>> date_in("2020-03-17")[0], str(date_in("2020-03")[1]), date_in("2020-3")
    (datetime.date(2020, 3, 17), '2020-03', (None, None))
    """
    try:
        if len(text) == _FULL_DATE:
            full = date.fromisoformat(text)
            return (full, None) if full.isoformat() == text else (None, None)
        when = PartialDate.from_iso(text)
    except ValueError:
        return None, None
    return (None, when) if str(when) == text else (None, None)


def _plain(value: Any) -> Any:
    if isinstance(value, Absence):
        return {"absent": value.code}
    if isinstance(value, Choice):
        return value.value
    return [item.value for item in value] if isinstance(value, tuple) else value


def _date_text(day: int, precision: Precision, day0: date | None) -> str | None:
    """The date of a study day, or None when it would not read back as that day."""
    if day0 is None or precision is Precision.UNKNOWN:
        return None
    try:
        when = calendar_date(day, precision, day0)
    except OverflowError:
        return None
    return str(when) if when is not None and study_day(when, day0) == day else None


@cache
def precision_name(event_type: type[Event], name: str) -> str | None:
    """The fact that says how exactly this study day is known: stop_day has stop_precision."""
    own = name.removesuffix("_day") + "_precision"
    return own if own in facts_of(event_type) else None


def _when(
    payload: Mapping[str, Any], day0: date | None, kind: str, problems: list[str]
) -> tuple[int | None, Precision]:
    if "day" in payload:
        if payload.get("date") is not None:
            problems.append(f"{kind}: both a date and a study day are given. Keep one of them.")
        code = payload.get("precision", Precision.DAY.value)
        try:
            return payload["day"], Precision(code)
        except ValueError:
            problems.append(f"{kind}: precision is {code!r}. Write {', '.join(Precision)}.")
            return None, Precision.UNKNOWN
    if "date" not in payload:
        problems.append(f"{kind}: there is no date. Give one, or say that it is not known.")
        return None, Precision.UNKNOWN
    text = payload["date"]
    if text is None:
        return None, Precision.UNKNOWN
    found = _day_of(text, day0, kind, "the date", problems)
    return (None, Precision.UNKNOWN) if found is None else found


def _day_of(
    text: Any, day0: date | None, kind: str, what: str, problems: list[str]
) -> tuple[int, Precision] | None:
    if not isinstance(text, str):
        problems.append(f"{kind}: {what} is {text!r}. Write 2020-03-17, 2020-03 or 2020.")
        return None
    full, when = date_in(text)
    if full is None and when is None:
        problems.append(
            f"{kind}: {what} is {text!r}, which is not a date. Write 2020-03-17, 2020-03 or 2020."
        )
        return None
    if day0 is None:
        problems.append(
            f"{kind}: {what} is {text}, but the child's day 0 has no date, so that no study day "
            "can be reckoned. Give the date of day 0 first, or a study day."
        )
        return None
    if full is not None:
        return (full - day0).days, Precision.DAY
    assert when is not None
    return study_day(when, day0), when.precision


def _facts(
    event_type: type[Event], written: Any, day0: date | None, problems: list[str]
) -> dict[str, Any]:
    if not isinstance(written, Mapping):
        problems.append(f"{event_type.en}: the facts are {written!r}, not values by name.")
        return {}
    readers = _readers(event_type)
    values: dict[str, Any] = {}
    for name, plain in written.items():
        reader = readers.get(name)
        if reader is None:
            problems.append(
                f"{event_type.en}: there is no fact {name!r}. Known: {', '.join(readers)}."
            )
        elif isinstance(plain, dict):
            absence = _ABSENCES.get(plain.get("absent", ""))
            if absence is None or len(plain) != 1:
                problems.append(
                    f"{event_type.en}: {name} is {plain!r}. An absence is written "
                    f"{{'absent': ...}} with one of: {', '.join(_ABSENCES)}."
                )
            else:
                values[name] = absence
        elif reader is _DATED and isinstance(plain, str):
            found = _day_of(plain, day0, event_type.en, name, problems)
            if found is not None:
                values[name] = found[0]
                own = precision_name(event_type, name)
                if own is not None:
                    values[own] = found[1]
                elif found[1] is not Precision.DAY:
                    problems.append(f"{event_type.en}: {name} must be known to the day.")
        elif reader is _AS_IT_IS or reader is _DATED:
            values[name] = plain
        elif isinstance(plain, list | tuple):
            values[name] = tuple(
                reader.get(item, item) if isinstance(item, str) else item for item in plain
            )
        else:
            values[name] = reader.get(plain, plain) if isinstance(plain, str) else plain
    return values


# How a written fact is read: as it is, as a date, or by the codes of its choices.
_AS_IT_IS: dict[str, Any] = {}
_DATED: dict[str, Any] = {}


@cache
def _readers(event_type: type[Event]) -> dict[str, dict[str, Any]]:
    return {name: _reader(fact) for name, fact in facts_of(event_type).items()}


def _reader(fact: Fact) -> dict[str, Any]:
    if fact.kind is FactKind.DAY:
        return _DATED
    if fact.choices is None:
        return _AS_IT_IS
    return {member.value: member for member in fact.choices}

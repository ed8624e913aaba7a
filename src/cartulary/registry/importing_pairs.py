# SPDX-License-Identifier: Apache-2.0
"""Which row is about which event of the ledger, where the files give their events no names."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cartulary.course.events import EVENT_TYPE_OF_KIND, Death, Diagnosis
from cartulary.course.fact import facts_of

# What a course has once: another date of it is a correction, never a second one.
_ONCE = frozenset((Death.kind, Diagnosis.kind))

Payload = Mapping[str, Any]
Key = Callable[[Payload], str | None]


def paired(kind: str, rows: Sequence[Payload], standing: Mapping[str, Payload]) -> list[str | None]:
    """For each row the event that it is about, or None for a new one; no event is used twice.

    In this order: the event that says the same; one of that date that says the same and more; the
    only one of that date and of that what (the analyte, the drug), if the row is the only such
    too; the only one of a kind that a course has once. Otherwise a row is never taken for an
    event of another date: it is a new one.

    >>> stands = {"infusion-1": {"date": "2020-02-05", "facts": {"number": 1}}}
    >>> rows = [{"date": "2020-05-01", "facts": {}}, {"date": "2020-02-05", "facts": {"number": 2}}]
    >>> paired("infusion", rows, stands)
    [None, 'infusion-1']
    """
    found: list[str | None] = [None] * len(rows)
    free = dict(standing)
    _exactly(rows, free, found)
    _and_more(rows, free, found)
    required = [name for name, fact in facts_of(EVENT_TYPE_OF_KIND[kind]).items() if fact.required]
    keys: list[Key] = [lambda payload: _when_and_what(payload, required)]
    if kind in _ONCE:
        keys.append(lambda payload: "")
    for key in keys:
        _the_only_one(rows, free, found, key)
    return found


def _exactly(rows: Sequence[Payload], free: dict[str, Payload], found: list[str | None]) -> None:
    alike: dict[str, list[str]] = defaultdict(list)
    for event, payload in reversed(free.items()):
        alike[_said(payload)].append(event)
    for position, payload in enumerate(rows):
        events = alike.get(_said(payload))
        if events:
            found[position] = event = events.pop()
            del free[event]


def _and_more(rows: Sequence[Payload], free: dict[str, Payload], found: list[str | None]) -> None:
    there: dict[str, list[str]] = defaultdict(list)
    for event, payload in free.items():
        if (when := _when_and_what(payload, ())) is not None:
            there[when].append(event)
    for position, payload in enumerate(rows):
        when = _when_and_what(payload, ()) if found[position] is None else None
        facts = (payload.get("facts") or {}).items()
        for event in there.get(when, ()) if when is not None else ():
            if event in free and facts <= (free[event].get("facts") or {}).items():
                found[position] = event
                del free[event]
                break


def _the_only_one(
    rows: Sequence[Payload], free: dict[str, Payload], found: list[str | None], key: Key
) -> None:
    here: dict[str, list[int]] = defaultdict(list)
    there: dict[str, list[str]] = defaultdict(list)
    for position, payload in enumerate(rows):
        if found[position] is None and (of_row := key(payload)) is not None:
            here[of_row].append(position)
    for event, payload in free.items():
        if (of_event := key(payload)) is not None:
            there[of_event].append(event)
    for of_both, positions in here.items():
        events = there.get(of_both, [])
        if len(positions) == 1 and len(events) == 1:
            found[positions[0]] = events[0]
            del free[events[0]]


def _said(payload: Payload) -> str:
    return json.dumps(
        [payload.get("date"), payload.get("day"), payload.get("precision"), payload.get("facts")],
        sort_keys=True,
    )


def _when_and_what(payload: Payload, required: Sequence[str]) -> str | None:
    """The date and what the event is about; None without a date."""
    when = payload.get("day", payload.get("date"))
    if when is None:
        return None
    facts = payload.get("facts") or {}
    return json.dumps([when, [facts.get(name) for name in required]])

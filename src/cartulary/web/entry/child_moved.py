# SPDX-License-Identifier: Apache-2.0
"""Second days of events that move along with day 0, so that the date they mean stays the same.

A date is kept as a date and needs nothing. But where it was never said how exactly a day is known,
such as the last day of a treatment, the ledger keeps it as a study day beside the event's own date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.fact import FactKind, facts_of
from cartulary.registry.change import Change
from cartulary.registry.child_payload import ChildFacts
from cartulary.registry.models import Act, Child, Current


@dataclass(frozen=True, slots=True)
class Standing:
    """One event as it stands."""

    event: str
    kind: str
    version: int
    payload: dict[str, Any]


def shift_of(before: ChildFacts, after: ChildFacts) -> int:
    """How many study days later a date falls."""
    if before.day0 is None or after.day0 is None:
        return 0
    return (before.day0 - after.day0).days


def moved_along(one: Standing, shift: int) -> dict[str, Any] | None:
    """The payload in which second study days mean the same dates as before; None if it has none.

    >>> said = {"date": "2020-03-10", "facts": {"stop_day": 40}}
    >>> moved_along(Standing("treatment-1", "treatment", 1, said), 10)["facts"]
    {'stop_day': 50}
    """
    if not shift or not isinstance(one.payload.get("date"), str):
        return None
    facts: Mapping[str, Any] = one.payload.get("facts") or {}
    days = {
        name: facts[name] + shift
        for name, fact in facts_of(EVENT_TYPE_OF_KIND[one.kind]).items()
        if fact.kind is FactKind.DAY and isinstance(facts.get(name), int)
    }
    return {**one.payload, "facts": {**facts, **days}} if days else None


def changes_along(child: Child, standing: list[Standing], shift: int, reason: str) -> list[Change]:
    """The amendments that go with the child's own."""
    made = ((one, moved_along(one, shift)) for one in standing)
    return [
        Change(child.key, one.event, one.kind, Act.AMEND.value, payload, one.version, reason)
        for one, payload in made
        if payload is not None
    ]


def standing_of(child: Child) -> list[Standing]:
    """Every event of a child that stands, by date."""
    rows = Current.objects.filter(child=child, withdrawn=False, kind__in=EVENT_TYPE_OF_KIND)
    fields = rows.order_by("date", "event").values_list("event", "kind", "version", "payload")
    return [
        Standing(event, kind, version, json.loads(text)) for event, kind, version, text in fields
    ]

# SPDX-License-Identifier: Apache-2.0
"""A child with an infusion so many days ago, to be looked at on the worklists."""

from __future__ import annotations

from datetime import date, timedelta

from cartulary.course import Origin
from cartulary.registry import clock
from cartulary.registry.models import Child
from cartulary.registry.writing import Change, Hand, append, register


def infused_child(hand: Hand, course_id: str, days_ago: int, *, age_days: int = 2700) -> Child:
    """Registered, indicated 35 days before the infusion, and infused so many days before today."""
    given = clock.today() - timedelta(days=days_ago)
    day0 = given - timedelta(days=35)
    child = register(
        hand,
        course_id=course_id,
        origin=Origin.RECORDED,
        age_days_at_day0=age_days,
        day0=day0,
        now=clock.now(),
    )
    append(
        hand,
        [
            _event(child, "indication", day0, {"reason": "first_relapse"}),
            _event(child, "infusion", given, {"number": 1, "weight_kg": 24.6}),
        ],
        now=clock.now(),
    )
    return Child.objects.get(key=child.key)


def add(hand: Hand, child: Child, kind: str, on: date, facts: dict[str, object]) -> None:
    """One more event of a child."""
    append(hand, [_event(child, kind, on, facts)], now=clock.now())


def _event(child: Child, kind: str, on: date, facts: dict[str, object]) -> Change:
    return Change(child.key, "", kind, "write", {"date": on.isoformat(), "facts": facts}, 0)

# SPDX-License-Identifier: Apache-2.0
"""The door through which everything is written: one transaction, all of it or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.course import DayZero, Origin
from cartulary.course.events.disease import Sex
from cartulary.registry import after_write
from cartulary.registry.change import KINDS, REGISTRY_KINDS, Change, Conflict, Hand, Refused
from cartulary.registry.child_payload import CHILD, ChildFacts
from cartulary.registry.desk import Desk
from cartulary.registry.faults import StorageError, told_plainly
from cartulary.registry.models import Child, Entry

__all__ = [
    "KINDS",
    "REGISTRY_KINDS",
    "Change",
    "Conflict",
    "Hand",
    "Refused",
    "StorageError",
    "append",
    "register",
]


def append(
    hand: Hand, changes: Sequence[Change], *, now: datetime, batch: UUID | None = None
) -> list[Entry]:
    """Write these changes in order, in one transaction, and return the entry of each.

    Refuses with `Refused`, listing every problem: an impossible value, an amendment without a
    reason, an event of an unknown or withdrawn child. Raises `Conflict` when an event has moved
    on since it was seen, and `StorageError` when the disk or the server fails. Either way nothing
    is written. The moment recorded never goes back behind the last entry.
    """
    with told_plainly(), transaction.atomic():
        desk = Desk(hand, now, batch)
        numbers = desk.put(changes)
        children = desk.close()
        if len(children) <= after_write.MOST_CHILDREN:
            after_write.tell(children)
        found = Entry.objects.filter(centre=hand.centre, number__in=set(numbers))
        by_number = {entry.number: entry for entry in found}
    return [by_number[number] for number in numbers]


def register(
    hand: Hand,
    *,
    course_id: str,
    origin: Origin = Origin.RECORDED,
    sex: Sex | Absence = NOT_RECORDED,
    age_days_at_day0: int | Absence = NOT_RECORDED,
    day0: date | None = None,
    day0_is: DayZero = DayZero.INDICATION,
    data_cut: date | None = None,
    now: datetime,
) -> Child:
    """Register a child under a pseudonym that no other child of the centre has."""
    facts = ChildFacts(course_id, origin, sex, age_days_at_day0, day0, day0_is, data_cut)
    key = uuid.uuid4()
    append(hand, [Change(key, CHILD, CHILD, "write", facts.payload(), 0)], now=now)
    return Child.objects.get(key=key)

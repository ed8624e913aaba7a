# SPDX-License-Identifier: Apache-2.0
"""The head of a centre's chain, held by one writer at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from cartulary.registry.canonical import BEFORE_THE_FIRST
from cartulary.registry.models import Centre, ChainHead
from cartulary.registry.within import refuse_outside


def held_head(centre: Centre) -> ChainHead:
    """The head of the chain, locked until the transaction ends.

    SQLite holds the whole file from BEGIN IMMEDIATE on; PostgreSQL holds this row.
    """
    refuse_outside(centre)
    held = ChainHead.objects.select_for_update().filter(centre=centre)
    head = held.first()
    if head is not None:
        return head
    ChainHead.objects.get_or_create(centre=centre, defaults={"number": 0, "hash": BEFORE_THE_FIRST})
    return held.get()


def never_back(head: ChainHead, now: datetime) -> datetime:
    """The moment to record: now, or the head's own when the clock runs behind it."""
    if head.recorded_at is not None and head.recorded_at > now:
        return head.recorded_at
    return now


def clock_behind(centre: Centre, now: datetime) -> timedelta | None:
    """How far the clock runs behind the last entry; None when it does not."""
    last = ChainHead.objects.filter(centre=centre).values_list("recorded_at", flat=True).first()
    return last - now if last is not None and last > now else None

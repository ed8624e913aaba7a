# SPDX-License-Identifier: Apache-2.0
"""The projections worked out anew from the entries alone: what `Current` and `Child` must say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cartulary.registry.chain import held_head
from cartulary.registry.child_payload import CHILD, child_facts
from cartulary.registry.desk import fill
from cartulary.registry.faults import told_plainly
from cartulary.registry.models import Act, Centre, Child, Current, Entry
from cartulary.registry.payload import date_of
from cartulary.registry.rows import put_current, stored_key
from cartulary.registry.snapshot import one_moment
from cartulary.registry.within import refuse_outside

# Called with how many children were done, of how many.
Progress = Callable[[int, int], object]

_PART = 200
_CHILD_FIELDS = (
    *("centre_id", "course_id", "origin", "sex", "age_days_at_day0", "day0", "day0_is"),
    *("data_cut", "entries", "touched_at", "touched_by", "position", "withdrawn"),
)
_ENTRY_FIELDS = (
    *("number", "event", "kind", "act", "version", "payload", "author", "recorded_at"),
)
_CURRENT_FIELDS = ("kind", "version", "entry", "payload", "date", "withdrawn")


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of a projection that does not say what the entries say.

    `event` is empty for the child's own row; `what` names the fields that differ, or says that
    the row is missing or has no entry.
    """

    child: UUID
    event: str
    what: str


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild looked at, and what it had to mend."""

    children: int = 0
    events: int = 0
    mended: list[Difference] = field(default_factory=list)


def rebuild(centre: Centre, progress: Progress | None = None) -> Rebuilt:
    """Work `Current` and `Child` out anew from the entries, and mend what differs.

    Holds the centre's chain meanwhile, so that nothing is written in between. Rows that were
    right are left alone; the tables then say, to the byte, what they would say had every entry
    been written again.
    """
    with told_plainly(), transaction.atomic():
        held_head(centre)
        return _compared(centre, progress, mend=True)


def differences(centre: Centre, progress: Progress | None = None) -> tuple[Difference, ...]:
    """Where the projections do not say what the entries say; mends nothing."""
    with one_moment():
        return tuple(_compared(centre, progress, mend=False).mended)


def _compared(centre: Centre, progress: Progress | None, *, mend: bool) -> Rebuilt:
    refuse_outside(centre)
    done = Rebuilt()
    written = Entry.objects.filter(centre=centre).order_by().values_list("child", flat=True)
    held = Child.objects.filter(centre=centre).order_by().values_list("key", flat=True)
    keys = sorted({*written.distinct(), *held}, key=str)
    for start in range(0, len(keys), _PART):
        part = keys[start : start + _PART]
        _part_compared(centre, part, done, mend=mend)
        done.children += len(part)
        if progress is not None:
            progress(done.children, len(keys))
    return done


def _part_compared(centre: Centre, keys: list[UUID], done: Rebuilt, *, mend: bool) -> None:
    entries = Entry.objects.filter(centre=centre, child__in=keys).order_by("number")
    should = {key: _Folded(Child(key=key, centre=centre, entries=0)) for key in keys}
    for child, *said in entries.values_list("child", *_ENTRY_FIELDS).iterator(chunk_size=2000):
        should[child].take(*said)
    rows = {row.key: row for row in Child.objects.filter(centre=centre, key__in=keys)}
    events: dict[UUID, dict[str, tuple[Any, ...]]] = {key: {} for key in keys}
    standing = Current.objects.filter(child__in=keys)
    for child, event, *rest in standing.values_list("child_id", "event", *_CURRENT_FIELDS):
        events[child][event] = tuple(rest)
    wrong_rows: list[Child] = []
    put: list[tuple[Any, ...]] = []
    for key, folded in should.items():
        found = list(_child_difference(folded, rows.get(key)))
        if found and folded.row.entries:
            wrong_rows.append(folded.row)
        elif found and mend:
            Child.objects.filter(key=key).delete()
        of_events = list(_event_differences(key, folded.events, events[key]))
        for difference in of_events:
            said = folded.events.get(difference.event)
            if said is not None:
                put.append((centre.pk, stored_key(key), difference.event, *said))
            elif mend:
                Current.objects.filter(child=key, event=difference.event).delete()
        done.mended += [*found, *of_events]
        done.events += len(folded.events)
    if mend:
        _put_children(wrong_rows)
        put_current(put)


def _put_children(rows: list[Child]) -> None:
    # In the order of registration a pseudonym that was given up is free before it is taken.
    Child.objects.bulk_create(
        sorted(rows, key=lambda row: row.position),
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=[name.removesuffix("_id") for name in _CHILD_FIELDS if name != "course_id"]
        + ["course_id"],
    )


class _Folded:
    """What a child's entries, taken one after another, come to."""

    def __init__(self, row: Child) -> None:
        self.row = row
        self.events: dict[str, tuple[Any, ...]] = {}

    def take(
        self,
        number: int,
        event: str,
        kind: str,
        act: str,
        version: int,
        text: str,
        author: str,
        recorded_at: datetime,
    ) -> None:
        """One entry more."""
        row = self.row
        row.entries += 1
        row.touched_at = recorded_at
        row.touched_by = author
        withdrawn = act == Act.WITHDRAW
        payload = json.loads(text)
        before = self.events.get(event)
        if withdrawn and before is not None:
            text, when = before[3], before[4]
        else:
            when = date_of(payload)
        self.events[event] = (kind, version, number, text, when, withdrawn)
        if kind == CHILD:
            if version == 1:
                row.position = number
            row.withdrawn = withdrawn
            if not withdrawn:
                fill(row, child_facts(payload))


def _child_difference(folded: _Folded, row: Child | None) -> Iterable[Difference]:
    key = folded.row.key
    if not folded.row.entries:
        return [Difference(key, "", "has no entry")] if row is not None else []
    if row is None:
        return [Difference(key, "", "is missing")]
    names = [name for name in _CHILD_FIELDS if getattr(row, name) != getattr(folded.row, name)]
    return [Difference(key, "", f"differs in {', '.join(names)}")] if names else []


def _event_differences(
    key: UUID, should: dict[str, tuple[Any, ...]], rows: dict[str, tuple[Any, ...]]
) -> Iterator[Difference]:
    for event in sorted(should.keys() | rows.keys()):
        said, row = should.get(event), rows.get(event)
        if said is None:
            yield Difference(key, event, "has no entry")
        elif row is None:
            yield Difference(key, event, "is missing")
        elif said != row:
            names = [
                name
                for name, one, other in zip(_CURRENT_FIELDS, said, row, strict=True)
                if one != other
            ]
            yield Difference(key, event, f"differs in {', '.join(names)}")

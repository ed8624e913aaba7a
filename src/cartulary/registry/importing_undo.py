# SPDX-License-Identifier: Apache-2.0
"""An import taken back: what it wrote is withdrawn, what it amended says again what it said."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cartulary.registry.bulk import append_many
from cartulary.registry.change import Change, Hand
from cartulary.registry.child_payload import CHILD
from cartulary.registry.importing_refusal import ImportingRefusal
from cartulary.registry.models import Act, Batch, Child, Current, Entry
from cartulary.registry.worklists import refresh_all

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that was written after the import and rests on it."""

    child: UUID
    course_id: str
    event: str
    kind: str
    entry: int
    author: str
    recorded_at: datetime


class UndoRefused(ImportingRefusal):
    """An import that cannot be taken back, with what stands in the way."""

    def __init__(self, text: str, obstacles: tuple[Obstacle, ...] = (), **values: Any) -> None:
        self.obstacles = obstacles
        super().__init__(text, **values)


def obstacles(batch: Batch) -> tuple[Obstacle, ...]:
    """What was written later about the events, or the new children, of an import."""
    return tuple(_obstacles(batch, _entries(batch)))


def undo(
    hand: Hand,
    batch: Batch,
    now: datetime,
    reason: str,
    progress: Callable[[int], object] | None = None,
) -> Batch:
    """Take an import back in one transaction: a batch of withdrawals, with a reason.

    An event that the import amended is amended back. Refuses an import of another centre, one
    that was undone, one without a reason, and one on which something written later rests, saying
    which: whoever wrote that decides first.
    """
    if not reason.strip():
        raise UndoRefused(
            "There is no reason. Whoever reads the history must be able to see why the import was "
            "taken back. Say in a few words why."
        )
    children = append_many(
        hand, _withdrawals(hand, batch, now, reason.strip()), now, batch.key, progress
    )
    refresh_all([child for child in children if not child.withdrawn])
    batch.refresh_from_db()
    return batch


def _withdrawals(hand: Hand, batch: Batch, now: datetime, reason: str) -> Iterator[Change]:
    """The changes that take it back; made while the ledger is held."""
    held = Batch.objects.filter(key=batch.key, centre=hand.centre).first()
    if held is None:
        raise UndoRefused("There is no such import at this centre. Look it up again.")
    if held.undone_at is not None:
        raise UndoRefused(
            "The import of %(file)r was undone already. There is nothing left to undo.",
            file=held.file_name,
        )
    entries = _entries(held)
    in_the_way = tuple(_obstacles(held, entries))
    if in_the_way:
        raise _in_the_way(held, in_the_way)
    gone = _gone(entries)
    # What was written last goes first, so that a child goes after its events.
    for entry in reversed(entries):
        if (entry.child, entry.event) not in gone and (entry.child, CHILD) not in gone:
            yield _undone(entry, reason)
    held.undone_at = now
    held.counts = {**held.counts, "undone_by": hand.username, "undone_because": reason}
    held.save(update_fields=["undone_at", "counts"])


def _entries(batch: Batch) -> list[Entry]:
    found = Entry.objects.filter(centre=batch.centre, batch=batch.key)
    return list(found.exclude(act=Act.WITHDRAW).order_by("number"))


def _undone(entry: Entry, reason: str) -> Change:
    if entry.act == Act.WRITE:
        return Change(entry.child, entry.event, entry.kind, "withdraw", None, entry.version, reason)
    before = Entry.objects.get(
        centre_id=entry.centre_id, child=entry.child, event=entry.event, version=entry.version - 1
    )
    payload = json.loads(before.payload)
    return Change(entry.child, entry.event, entry.kind, "amend", payload, entry.version, reason)


def _obstacles(batch: Batch, entries: list[Entry]) -> Iterator[Obstacle]:
    last = {(entry.child, entry.event): entry.number for entry in entries}
    registered = {e.child for e in entries if e.event == CHILD and e.act == Act.WRITE}
    touched = {entry.child for entry in entries}
    later: dict[int, tuple[UUID, str, str]] = {}
    fields = ("child_id", "event", "kind", "entry", "withdrawn")
    for part in _parts(sorted(touched)):
        rows = Current.objects.filter(child__in=part).values_list(*fields)
        for child, event, kind, entry, withdrawn in rows:
            ours = last.get((child, event))
            rests_on_it = child in registered if ours is None else entry != ours
            if rests_on_it and not withdrawn:
                later[entry] = (child, event, kind)
    names = dict(
        Child.objects.filter(key__in=[c for c, _, _ in later.values()]).values_list(
            "key", "course_id"
        )
    )
    found = Entry.objects.filter(centre=batch.centre, number__in=later).order_by("number")
    for entry_row in found:
        child, event, kind = later[entry_row.number]
        yield Obstacle(
            child,
            names.get(child, ""),
            event,
            kind,
            entry_row.number,
            entry_row.author,
            entry_row.recorded_at,
        )


def _gone(entries: list[Entry]) -> set[tuple[UUID, str]]:
    """The events that somebody withdrew since: of them nothing is left to undo."""
    gone: set[tuple[UUID, str]] = set()
    for part in _parts(sorted({entry.child for entry in entries})):
        rows = Current.objects.filter(child__in=part, withdrawn=True)
        gone.update(rows.values_list("child_id", "event"))
    return gone


def _parts(keys: list[UUID], size: int = 500) -> Iterator[list[UUID]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def _in_the_way(batch: Batch, in_the_way: tuple[Obstacle, ...]) -> UndoRefused:
    named = "; ".join(
        f"{one.course_id} {one.event} (entry {one.entry}, {one.author})"
        for one in in_the_way[:_MOST_NAMED]
    )
    return UndoRefused(
        "The import of %(file)r cannot be undone: events that were changed later, or rest on it: "
        "%(count)s. What somebody wrote since would be lost. Withdraw or amend these first, or "
        "leave the import: %(named)s",
        in_the_way,
        file=batch.file_name,
        count=len(in_the_way),
        named=named + ("; ..." if len(in_the_way) > _MOST_NAMED else ""),
    )

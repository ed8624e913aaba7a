# SPDX-License-Identifier: Apache-2.0
"""The one way in which entries come to be: checked, chained, sealed, and projected, in one go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.problem import Problem, Severity
from cartulary.registry.canonical import Line, hash_of, moment_text, seal_of
from cartulary.registry.chain import held_head, never_back
from cartulary.registry.change import Change, Conflict, Hand, Refused
from cartulary.registry.change_checks import (
    day0_problems,
    pseudonym_taken,
    same_as,
    written,
)
from cartulary.registry.child_payload import CHILD, ChildFacts, child_facts
from cartulary.registry.keys import seal_key
from cartulary.registry.models import Child, Current, Entry
from cartulary.registry.payload import date_of
from cartulary.registry.rows import find_current, insert_entries, put_current, stored_key
from cartulary.registry.standing import AtHand, Standing


class Desk:
    """A centre's ledger, held for writing inside one transaction.

    `put` checks and writes some changes, as often as wanted; `close` writes the children and the
    head. Either raises `Conflict` or `Refused`, upon which the transaction must be given up.
    """

    def __init__(self, hand: Hand, now: datetime, batch: UUID | None) -> None:
        self.hand = hand
        self.centre = hand.centre
        self.head = held_head(hand.centre)
        self._began_at = self.head.number
        self.recorded_at = never_back(self.head, now)
        self.clock_was_behind = self.recorded_at != now
        self._moment = moment_text(self.recorded_at)
        self._batch = None if batch is None else str(batch)
        self._key = seal_key()
        self._children: dict[UUID, AtHand] = {}
        self._pseudonyms: dict[str, UUID] = {}

    def put(self, changes: Sequence[Change]) -> list[int]:
        """Write these changes in order; returns the number of the entry of each.

        A change whose `entry_id` was written before gives the number of that entry.
        """
        known = self._fetch(changes)
        problems: list[Problem] = []
        sealed: list[tuple[Line, str, str]] = []
        numbers: list[int] = []
        stand: dict[tuple[str, str], AtHand] = {}
        for change in changes:
            earlier = known.get(change.entry_id) if change.entry_id else None
            if earlier is not None:
                if not same_as(change, earlier):
                    problems.append(_name_used(change, earlier))
                numbers.append(earlier.number)
                continue
            before = len(problems)
            made = self._line(change, problems)
            if made is None or len(problems) > before:
                continue
            line, at = made
            hash_text = hash_of(line)
            sealed.append((line, hash_text, seal_of(hash_text, self._key)))
            self.head.number, self.head.hash = line.number, hash_text
            numbers.append(line.number)
            stand[line.child, line.event] = at
            if change.entry_id:
                known[change.entry_id] = Entry(
                    number=line.number,
                    child=change.child,
                    event=line.event,
                    kind=line.kind,
                    act=line.act,
                    payload=line.payload,
                )
        if problems:
            raise Refused(problems)
        insert_entries(self.centre.pk, self.recorded_at, sealed)
        put_current([self._current_row(at, event) for (_, event), at in stand.items()])
        for at in stand.values():
            at.forget_events()
        return numbers

    def close(self) -> list[Child]:
        """Write the children that were touched, and the head; returns those children."""
        if self.head.number == self._began_at:
            return []
        self.head.recorded_at = self.recorded_at
        self.head.save()
        # A pseudonym that one child gives up is free before another child takes it.
        touched = sorted(self._children.values(), key=lambda at: (at.is_new, at.row.position))
        children = [at.row for at in touched if at.touched]
        Child.objects.bulk_create(
            children,
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=[
                *("course_id", "origin", "sex", "age_days_at_day0", "day0", "day0_is"),
                *("data_cut", "entries", "touched_at", "touched_by", "position", "withdrawn"),
            ],
            batch_size=500,
        )
        return children

    def _fetch(self, changes: Sequence[Change]) -> dict[str, Entry]:
        """Look up what these changes are about, in a query of each kind."""
        ids = [change.entry_id for change in changes if change.entry_id]
        known: dict[str, Entry] = {}
        if ids:
            found = Entry.objects.filter(centre=self.centre, client_id__in=ids)
            known = {entry.client_id: entry for entry in found}
        wanted = {change.child for change in changes} - self._children.keys()
        for row in Child.objects.filter(centre=self.centre, key__in=wanted):
            key = str(row.key)
            self._children[row.key] = AtHand(row, False, key, stored_key(key), row.day0)
        self._fetch_events(changes)
        pseudonyms = {
            change.payload.get("course_id")
            for change in changes
            if change.kind == CHILD and change.payload
        }
        texts = [name for name in pseudonyms if isinstance(name, str)]
        taken = Child.objects.filter(centre=self.centre, course_id__in=texts, withdrawn=False)
        for name, owner in taken.values_list("course_id", "key"):
            self._pseudonyms.setdefault(name, owner)
        return known

    def _fetch_events(self, changes: Sequence[Change]) -> None:
        pairs: dict[tuple[Any, str], AtHand] = {}
        unnamed: set[UUID] = set()
        for change in changes:
            at = self._children.get(change.child)
            if at is None or at.unwritten:
                continue
            event = CHILD if change.kind == CHILD else change.event
            if not event:
                unnamed.add(change.child)
            elif event not in at.events:
                at.events[event] = None
                pairs[at.stored, event] = at
        for stored, event, *rest, withdrawn in find_current(list(pairs)):
            pairs[stored, event].events[event] = Standing(*rest, bool(withdrawn))
        names = Current.objects.filter(child__in=unnamed).values_list("child_id", "event")
        for child, event in names:
            self._children[child].names.setdefault(event, 0)

    def _line(self, change: Change, problems: list[Problem]) -> tuple[Line, AtHand] | None:
        """The line of a change and its child, with the projection moved on; None when refused."""
        at = self._children.get(change.child)
        event = change.event or self._name(at, change.kind)
        standing = at.events.get(event) if at is not None else None
        if standing is not None and standing.version != change.expected_version:
            raise Conflict(self._as_current(change.child, event, standing), change)
        text, payload = written(change, event, standing, at, self.centre, problems)
        if text is None:
            return None
        if change.kind == CHILD:
            at = self._child(change, payload, standing, problems)
        assert at is not None
        number = self.head.number + 1
        version = (standing.version if standing else 0) + 1
        withdrawn = change.act == "withdraw"
        if withdrawn and standing is not None:
            kept, when = standing.payload, standing.date
        else:
            kept, when = text, date_of(payload)
        at.events[event] = Standing(change.kind, version, number, kept, when, withdrawn)
        at.names.setdefault(event, 0)
        at.touched = True
        row = at.row
        row.entries += 1
        row.touched_at = self.recorded_at
        row.touched_by = self.hand.username
        if change.kind == CHILD and version == 1:
            row.position = number
        line = Line(
            self.centre.code,
            number,
            at.key,
            event,
            change.kind,
            str.__str__(change.act),
            version,
            text,
            change.reason.strip(),
            self._batch,
            str.__str__(self.hand.via),
            self.hand.username,
            change.entry_id,
            self._moment,
            self.head.hash,
        )
        return line, at

    def _name(self, at: AtHand | None, kind: str) -> str:
        """The next free `<kind>-<n>` of the child."""
        if kind == CHILD:
            return CHILD
        if at is None:
            return f"{kind}-1"
        number = at.names.get("\x00" + kind, 0) + 1
        while f"{kind}-{number}" in at.names:
            number += 1
        at.names["\x00" + kind] = number
        return f"{kind}-{number}"

    def _child(
        self,
        change: Change,
        payload: dict[str, Any] | None,
        standing: Standing | None,
        problems: list[Problem],
    ) -> AtHand:
        """The child of an entry of kind "child", registered or changed as the entry says."""
        at = self._children.get(change.child)
        if payload is None:
            assert at is not None
            assert standing is not None
            at.row.withdrawn = True
            if self._pseudonyms.get(at.row.course_id) == at.row.key:
                del self._pseudonyms[at.row.course_id]
            return at
        facts = child_facts(payload)
        owner = self._pseudonyms.get(facts.course_id)
        other = self._children.get(owner) if owner is not None else None
        still = other is None or (
            other.row.course_id == facts.course_id and not other.row.withdrawn
        )
        if owner is not None and owner != change.child and still:
            problems.append(pseudonym_taken(facts.course_id))
        if at is None:
            row = Child(key=change.child, centre=self.centre, entries=0, position=0)
            key = str(change.child)
            at = AtHand(row, True, key, stored_key(key), facts.day0, unwritten=True)
            self._children[change.child] = at
        elif facts.day0 != at.day0:
            problems += self._after_other_day0(at, facts)
        self._pseudonyms[facts.course_id] = change.child
        at.day0 = facts.day0
        fill(at.row, facts)
        at.row.withdrawn = False
        return at

    def _after_other_day0(self, at: AtHand, facts: ChildFacts) -> list[Problem]:
        """What of the child's events cannot be with another day 0."""
        stored = Current.objects.filter(child=at.row, withdrawn=False)
        texts = {
            event: (kind, payload)
            for event, kind, payload in stored.values_list("event", "kind", "payload")
            if kind in EVENT_TYPE_OF_KIND
        }
        for event, known in at.events.items():
            if known is not None and known.kind in EVENT_TYPE_OF_KIND:
                texts[event] = (known.kind, known.payload)
                if known.withdrawn:
                    del texts[event]
        return day0_problems(
            facts, [(event, kind, json.loads(text)) for event, (kind, text) in texts.items()]
        )

    def _current_row(self, at: AtHand, event: str) -> tuple[Any, ...]:
        standing = at.events[event]
        assert standing is not None
        return (
            self.centre.pk,
            at.stored,
            event,
            standing.kind,
            standing.version,
            standing.entry,
            standing.payload,
            standing.date,
            standing.withdrawn,
        )

    def _as_current(self, child: UUID, event: str, standing: Standing) -> Current:
        found = Current.objects.filter(child=child, event=event).first()
        return found or Current(
            centre=self.centre,
            child_id=child,
            event=event,
            kind=standing.kind,
            version=standing.version,
            entry=standing.entry,
            payload=standing.payload,
            date=standing.date,
            withdrawn=standing.withdrawn,
        )


def fill(row: Child, facts: ChildFacts) -> None:
    """Write what an entry says of a child into its row."""
    row.course_id = facts.course_id
    row.origin = facts.origin.value
    row.sex = facts.sex.value if isinstance(facts.sex, str) else ""
    age = facts.age_days_at_day0
    row.age_days_at_day0 = age if isinstance(age, int) else None
    row.day0 = facts.day0
    row.day0_is = facts.day0_is.value
    row.data_cut = facts.data_cut


def _name_used(change: Change, earlier: Entry) -> Problem:
    """A change bears the name of an earlier one that was something else."""
    return Problem(
        Severity.ERROR,
        "entry.name_used",
        f"Another change was sent under this name before, as entry {earlier.number}.",
        "A name stands for one change, so that it can be sent twice and written once.",
        "Send this change under a name of its own.",
        value=change.entry_id,
    )

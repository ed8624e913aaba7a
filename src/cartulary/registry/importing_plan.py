# SPDX-License-Identifier: Apache-2.0
"""What an import would change in a ledger: each row laid beside what stands there."""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import UUID

from cartulary.course.course import Course
from cartulary.course.errors import CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event
from cartulary.course.problem import Problem, Severity
from cartulary.course.tables.words import folded
from cartulary.registry.canonical import canonical_json
from cartulary.registry.change import Change
from cartulary.registry.child_payload import CHILD, ChildFacts, child_facts
from cartulary.registry.importing_merge import dated, merged, place_in
from cartulary.registry.importing_outcome import (
    Outcome,
    RowOutcome,
    child_differences,
    differences,
)
from cartulary.registry.importing_pairs import paired
from cartulary.registry.importing_scan import Scan
from cartulary.registry.models import Centre, Child, Current, Entry
from cartulary.registry.models.ledger import EVENT_LENGTH
from cartulary.registry.payload import payload_of

# So many courses are looked up in the ledger together.
_PART = 200


@dataclass(slots=True)
class _Stands:
    """One event of the ledger."""

    kind: str
    version: int
    payload: dict[str, Any]
    withdrawn: bool
    by_hand: bool


@dataclass(slots=True)
class _Known:
    """A child of the ledger, or a new one, with its events."""

    key: UUID
    row: Child | None
    events: dict[str, _Stands] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """What would become of one child's rows; `changes` is empty when one of them is refused."""

    course_id: str
    rows: tuple[RowOutcome, ...]
    changes: tuple[Change, ...]


class Planner:
    """Lays courses beside a centre's ledger, and remembers what it found.

    `fingerprint` is of every change that was planned: the same twice when neither the files nor
    the ledger moved in between.
    """

    def __init__(self, centre: Centre, scan: Scan, reason: str = "") -> None:
        self.centre = centre
        self.scan = scan
        self.reason = reason
        self.counts: Counter[str] = Counter()
        self.children: Counter[str] = Counter()
        self._hash = sha256()
        self._ours = {folded(centre.name), folded(centre.code)}

    @property
    def fingerprint(self) -> str:
        """What was planned so far, in 64 characters."""
        return self._hash.hexdigest()

    def plans(self, courses: Iterable[Course]) -> Iterator[CoursePlan]:
        """The plan of each course, in the order given."""
        coming = iter(courses)
        while part := list(islice(coming, _PART)):
            known = self._known([course.course_id for course in part])
            for course in part:
                plan = self._plan(course, known[course.course_id])
                self._remember(plan)
                yield plan

    def _remember(self, plan: CoursePlan) -> None:
        for row in plan.rows:
            self.counts[row.outcome.value] += 1
        if plan.changes:
            new = any(c.event == CHILD and c.act == "write" for c in plan.changes)
            self.children["new" if new else "changed"] += 1
        for change in plan.changes:
            said = [plan.course_id, change.event, change.act, change.expected_version]
            self._hash.update(json.dumps(said).encode())
            self._hash.update(canonical_json(change.payload).encode())

    # --- what the ledger holds -----------------------------------------------------------------

    def _known(self, course_ids: Sequence[str]) -> dict[str, _Known]:
        rows = Child.objects.filter(centre=self.centre, withdrawn=False, course_id__in=course_ids)
        found = {row.course_id: _Known(row.key, row) for row in rows}
        by_key = {known.key: known for known in found.values()}
        fields = ("child_id", "event", "kind", "version", "entry", "payload", "withdrawn")
        stored = list(Current.objects.filter(child__in=list(by_key)).values_list(*fields))
        by_import = self._written_by_import([row[4] for row in stored if row[6]])
        for key, event, kind, version, entry, payload, withdrawn in stored:
            by_key[key].events[event] = _Stands(
                kind,
                version,
                json.loads(payload),
                withdrawn,
                withdrawn and entry not in by_import,
            )
        return {name: found.get(name) or _Known(uuid.uuid4(), None) for name in course_ids}

    def _written_by_import(self, numbers: list[int]) -> frozenset[int]:
        """Which of these entries belong to a batch: an undone import may come again."""
        found = Entry.objects.filter(centre=self.centre, number__in=numbers, batch__isnull=False)
        return frozenset(found.values_list("number", flat=True))

    # --- one course ----------------------------------------------------------------------------

    def _plan(self, course: Course, known: _Known) -> CoursePlan:
        rows: list[RowOutcome] = []
        changes: list[Change] = []
        if course.centre and folded(course.centre) not in self._ours:
            rows.append(self._refused(course, CHILD, CHILD, "", _other_centre(self.centre)))
            return CoursePlan(course.course_id, tuple(rows), ())
        day0 = self._child(course, known, rows, changes)
        by_kind: dict[str, list[Event]] = defaultdict(list)
        for event in course.events:
            by_kind[event.kind].append(event)
        named = {
            event.event_id
            for event in course.events
            if (event.kind, course.course_id, event.event_id) in self.scan.named
        }
        taken = known.events.keys() | named
        for kind, events in by_kind.items():
            self._events(course, known, kind, events, day0, taken, rows, changes)
        if any(row.outcome is Outcome.ERROR for row in rows):
            # A course goes in whole or not at all.
            rows = [row for row in rows if row.outcome is Outcome.ERROR]
            changes = []
        return CoursePlan(course.course_id, tuple(rows), tuple(changes))

    def _child(
        self, course: Course, known: _Known, rows: list[RowOutcome], changes: list[Change]
    ) -> date | None:
        """Plan the child's own entry; returns the day 0 by which its events are dated."""
        facts = ChildFacts.of_course(replace(course, centre=self.centre.name), self.centre.name)
        stands = known.events.get(CHILD)
        payload = facts.payload()
        if stands is not None:
            payload = _child_laid_over(stands.payload, payload)
        try:
            day0 = child_facts(payload).day0
        except CourseError as error:
            problem = _problem("child.impossible", error.problems[0], "Correct the row.")
            rows.append(self._refused(course, CHILD, CHILD, "", problem))
            return course.day0
        place = self.scan.children.get(course.course_id)
        at: dict[str, Any] = {
            "file": place.file if place else "",
            "row": place.row if place else None,
        }
        if stands is None:
            rows.append(
                RowOutcome(Outcome.NEW, CHILD, course.course_id, CHILD, payload=payload, **at)
            )
            changes.append(Change(known.key, CHILD, CHILD, "write", payload, 0, self.reason))
        elif payload == stands.payload:
            rows.append(RowOutcome(Outcome.SAME, CHILD, course.course_id, CHILD, **at))
        else:
            differ = child_differences(stands.payload, payload)
            rows.append(
                RowOutcome(
                    Outcome.CHANGED, CHILD, course.course_id, CHILD, differences=differ, **at
                )
            )
            changes.append(
                Change(known.key, CHILD, CHILD, "amend", payload, stands.version, self.reason)
            )
        return day0

    def _events(
        self,
        course: Course,
        known: _Known,
        kind: str,
        events: Sequence[Event],
        day0: date | None,
        taken: set[str],
        rows: list[RowOutcome],
        changes: list[Change],
    ) -> None:
        by_day0 = course.day0 or day0
        payloads = [payload_of(event, by_day0) for event in events]
        about: list[str | None] = [None] * len(events)
        nameless = []
        for position, event in enumerate(events):
            if (kind, course.course_id, event.event_id) in self.scan.named:
                about[position] = event.event_id
            else:
                nameless.append(position)
        claimed = {name for name in about if name}
        free = {
            name: dated(kind, stands.payload, day0)
            for name, stands in known.events.items()
            if stands.kind == kind and name not in claimed
        }
        found = (
            paired(kind, [payloads[position] for position in nameless], free)
            if free
            else [None] * len(nameless)
        )
        for position, name in zip(nameless, found, strict=True):
            about[position] = name or _new_name(events[position], taken)
        for event, name, payload in zip(events, about, payloads, strict=True):
            assert name is not None
            self._event(course, known, event, name, payload, day0, rows, changes)

    def _event(
        self,
        course: Course,
        known: _Known,
        event: Event,
        name: str,
        payload: dict[str, Any],
        day0: date | None,
        rows: list[RowOutcome],
        changes: list[Change],
    ) -> None:
        kind = event.kind
        problem = _name_problem(name)
        stands = known.events.get(name)
        if problem is None and stands is not None and stands.kind != kind:
            problem = _problem(
                "event.kind",
                f"The ledger has an event {name!r} of another kind ({_kind_words(stands.kind)}).",
                "Give the event of the file another name.",
            )
        if problem is not None:
            rows.append(self._refused(course, kind, name, event.source, problem))
            return
        file, row = self._place(kind, course.course_id, name, event.source)

        def told(outcome: Outcome, **more: Any) -> None:
            rows.append(RowOutcome(outcome, kind, course.course_id, name, file, row, **more))

        if stands is None:
            told(Outcome.NEW, payload=payload)
            changes.append(Change(known.key, name, kind, "write", payload, 0, self.reason))
            return
        if stands.withdrawn:
            if stands.by_hand:
                told(Outcome.WITHDRAWN, payload=payload)
                return
            told(Outcome.NEW, payload=payload)
            changes.append(
                Change(known.key, name, kind, "write", payload, stands.version, self.reason)
            )
            return
        after = merged(kind, stands.payload, payload, day0)
        if after == stands.payload:
            told(Outcome.SAME)
            return
        told(Outcome.CHANGED, differences=differences(dated(kind, stands.payload, day0), after))
        changes.append(Change(known.key, name, kind, "amend", after, stands.version, self.reason))

    def _place(self, kind: str, course_id: str, name: str, source: str) -> tuple[str, int | None]:
        named = self.scan.named.get((kind, course_id, name))
        if named is not None:
            return named.file, named.row
        file, row = place_in(source)
        return file or self.scan.files.get(kind, ""), row

    def _refused(
        self, course: Course, kind: str, name: str, source: str, problem: Problem
    ) -> RowOutcome:
        file, row = self._place(kind, course.course_id, name, source)
        if kind == CHILD and (place := self.scan.children.get(course.course_id)) is not None:
            file, row = place.file, place.row
        whole = replace(problem, file=file, row=row, course_id=course.course_id, event_ids=(name,))
        return RowOutcome(Outcome.ERROR, kind, course.course_id, name, file, row, problem=whole)


def _new_name(event: Event, taken: set[str]) -> str:
    """The name that the course gave the event if that is free, else the next free one."""
    name, number = event.event_id, 1
    while name in taken:
        name, number = f"{event.kind}-{number}", number + 1
    taken.add(name)
    return name


def _child_laid_over(before: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """The child's own entry after the import; what the file leaves open is kept."""
    after = {**before, **{key: value for key, value in row.items() if value is not None}}
    if row.get("data_cut") is not None:
        after.pop("data_cut_day", None)
    if row.get("day0") is None and before.get("day0") is not None:
        # What day 0 is goes with its date.
        after["day0_is"] = before["day0_is"]
        if before.get("data_cut") is not None:
            after.pop("data_cut_day", None)
    return after


def _name_problem(name: str) -> Problem | None:
    if name == CHILD or len(name) > EVENT_LENGTH or not name.isprintable():
        return _problem(
            "event.name",
            "The name of the event cannot be kept.",
            f"Use 1 to {EVENT_LENGTH} characters that can be printed, and not {CHILD!r}.",
        )
    return None


def _other_centre(centre: Centre) -> Problem:
    return _problem(
        "child.other_centre",
        f"The file says that the child is of another centre than {centre.name}.",
        "Import it at its own centre. If the name is only written otherwise, empty the cell.",
    )


def _problem(rule: str, fact: str, remedy: str) -> Problem:
    why = "The ledger would refuse it, and with it the whole course."
    return Problem(Severity.ERROR, rule, fact, why, remedy)


def _kind_words(kind: str) -> str:
    event_type = EVENT_TYPE_OF_KIND.get(kind)
    return event_type.en if event_type is not None else kind

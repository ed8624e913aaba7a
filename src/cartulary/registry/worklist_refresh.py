# SPDX-License-Identifier: Apache-2.0
"""Working out the worklists of children anew: a few statements for many children at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import transaction

from cartulary.course.course import Course
from cartulary.course.errors import CourseError
from cartulary.registry import clock
from cartulary.registry.child_payload import CHILD
from cartulary.registry.courses import course_of, courses_of
from cartulary.registry.models import Child, Current, Due, Entry, Finding
from cartulary.registry.worklist_due import SNOOZE, DueDates, answers_in, dates_of
from cartulary.registry.worklist_findings import (
    RESOLUTION,
    FindingRows,
    compare_findings,
    resolutions_in,
)

_CHUNK: Final = 200
Row = TypeVar("Row", Due, Finding)


def refresh_all(children: Iterable[Child], progress: Callable[[int], object] | None = None) -> int:
    """Refresh many children, a transaction for every two hundred; returns how many.

    `progress` is called with the number done so far.
    """
    done = 0
    now = clock.now()
    chunk: list[Child] = []

    def write() -> None:
        nonlocal done
        with transaction.atomic():
            refresh_children(chunk, now)
        done += len(chunk)
        chunk.clear()
        if progress is not None:
            progress(done)

    for child in children:
        chunk.append(child)
        if len(chunk) == _CHUNK:
            write()
    if chunk:
        write()
    return done


def refresh_children(children: list[Child], now: datetime) -> None:
    """Bring the rows of these children to what their courses say now."""
    keys = [child.key for child in children]
    said = _said(keys)
    owners = _registrars(keys)
    due_rows = _by_child(Due.objects.filter(child__in=keys).order_by("pk"))
    finding_rows = _by_child(Finding.objects.filter(child__in=keys).order_by("pk"))
    due, found = _DueRows(), FindingRows()
    courses = _courses(children)
    for child in children:
        course = courses.get(child.key)
        rows = said.get(child.key, [])
        answers = answers_in((event, text) for kind, event, _, text in rows if kind == SNOOZE)
        resolutions = resolutions_in(
            (event, entry, text) for kind, event, entry, text in rows if kind == RESOLUTION
        )
        owner = owners.get(child.key, "")
        wanted = [] if course is None else dates_of(course, answers, owner)
        due.compare(child, due_rows.get(child.key, []), wanted)
        compare_findings(child, course, finding_rows.get(child.key, []), resolutions, now, found)
    due.write()
    found.write()


def _said(keys: list[UUID]) -> dict[UUID, list[tuple[str, str, int, str]]]:
    """Answers and resolutions by child: kind, event, entry and payload."""
    found: dict[UUID, list[tuple[str, str, int, str]]] = {}
    rows = Current.objects.filter(child__in=keys, kind__in=(SNOOZE, RESOLUTION), withdrawn=False)
    for child, *row in rows.values_list("child_id", "kind", "event", "entry", "payload"):
        found.setdefault(child, []).append((row[0], row[1], row[2], row[3]))
    return found


def _registrars(keys: list[UUID]) -> dict[UUID, str]:
    """Who registered each child: its owner until another is named."""
    first = Entry.objects.filter(child__in=keys, event=CHILD, version=1)
    return dict(first.values_list("child", "author"))


def _by_child(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row.child_id, []).append(row)
    return found


def _courses(children: list[Child]) -> dict[UUID, Course]:
    """The courses by child, without those that were withdrawn or cannot be read."""
    living = [child for child in children if not child.withdrawn]
    try:
        return {child.key: course for child, course in courses_of(living)}
    except CourseError:
        # One of them cannot be read; the others still can.
        each = ((child, _course(child)) for child in living)
        return {child.key: course for child, course in each if course is not None}


def _course(child: Child) -> Course | None:
    try:
        return course_of(child)
    except CourseError:
        return None


@dataclass(slots=True)
class _DueRows:
    """What must happen to the rows of what is due."""

    fresh: list[Due] = field(default_factory=list)
    changed: list[Due] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def compare(self, child: Child, rows: Iterable[Due], wanted: list[DueDates]) -> None:
        """Set the child's rows beside what they should be; what agrees is left alone."""
        standing = {row.item: row for row in rows}
        for dates in wanted:
            row = standing.pop(dates.item, None)
            fields = _fields(dates)
            if row is None:
                self.fresh.append(Due(centre_id=child.centre_id, child=child, **fields))
            elif any(getattr(row, name) != value for name, value in fields.items()):
                for name, value in fields.items():
                    setattr(row, name, value)
                self.changed.append(row)
        self.gone += [row.pk for row in standing.values()]

    def write(self) -> None:
        """Delete, change and add, each in one statement."""
        if self.gone:
            Due.objects.filter(pk__in=self.gone).delete()
        if self.changed:
            Due.objects.bulk_update(
                self.changed, ["opens", "target", "closes", "done_on", "owner"], batch_size=500
            )
        if self.fresh:
            Due.objects.bulk_create(self.fresh, batch_size=500)


def _fields(dates: DueDates) -> dict[str, Any]:
    return {name: getattr(dates, name) for name in DueDates.__slots__}

# SPDX-License-Identifier: Apache-2.0
"""Courses written into a ledger as they stand: each child, then its events by their own names."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from cartulary.course.course import Course
from cartulary.course.tables import Programme
from cartulary.registry.bulk import append_many
from cartulary.registry.change import Change, Hand
from cartulary.registry.child_payload import CHILD, ChildFacts
from cartulary.registry.models import Centre, Child
from cartulary.registry.payload import payload_of


def load_courses(
    hand: Hand,
    courses: Iterable[Course],
    now: datetime,
    batch: UUID | None = None,
    progress: Callable[[int], object] | None = None,
) -> list[Child]:
    """Register the child of each course and write its events: all of them or none.

    Read back, a course is equal to the one that was given. `progress` is called with how many
    entries were written so far. The worklists are not refreshed. Refuses, with `Refused`, a
    pseudonym that the centre already has and whatever `writing.append` refuses.
    """
    changes = _changes(courses, hand.centre.name)
    return append_many(hand, changes, now, batch, progress)


def describe_centre(centre: Centre, programme: Programme) -> None:
    """Let a centre say of itself what a programme's own table says in files, and save it."""
    centre.name = programme.centre or centre.name
    centre.programme = programme.name
    centre.language = programme.language
    centre.notes = list(programme.notes)
    centre.not_reported = list(programme.not_reported)
    centre.data_cut = programme.data_cut
    centre.day0_is = programme.day0_is.value
    if programme.origin is not None:
        centre.origin = programme.origin.value
    centre.save()


def _changes(courses: Iterable[Course], centre_name: str) -> Iterator[Change]:
    for course in courses:
        key = uuid.uuid4()
        facts = ChildFacts.of_course(course, centre_name)
        yield Change(key, CHILD, CHILD, "write", facts.payload(), 0)
        for event in course.events:
            payload = payload_of(event, course.day0)
            yield Change(key, event.event_id, event.kind, "write", payload, 0)

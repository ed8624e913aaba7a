# SPDX-License-Identifier: Apache-2.0
"""The ledger read as courses, now or as of any past moment."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from cartulary.course.course import Course, DayZero, Origin
from cartulary.course.errors import CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.tables import Programme
from cartulary.course.tables.files import SourceFile
from cartulary.registry.child_payload import CHILD, child_facts
from cartulary.registry.clock import end_of
from cartulary.registry.models import Act, Centre, Child, Current, Entry
from cartulary.registry.payload import written_event
from cartulary.registry.rows import text_of
from cartulary.registry.snapshot import one_moment
from cartulary.registry.within import refuse_outside

if TYPE_CHECKING:
    from cartulary.course.cohort import Cohort
    from cartulary.registry.cohort_reading import Row

# From so many children on, their payloads are read as columns; below it that costs more.
_MANY = 40
_PART = 500

# A date means the end of that day here; None means now.
AsOf = datetime | date | None


@dataclass(frozen=True, slots=True)
class CurrentEvent:
    """One event as it stands, or stood at the moment asked for.

    `entry` is the number of the entry that says so. A withdrawn event keeps what it last said.
    """

    event: str
    kind: str
    version: int
    entry: int
    author: str
    recorded_at: datetime
    payload: dict[str, Any]
    withdrawn: bool


def moment_of(as_of: AsOf) -> datetime | None:
    """The last moment that counts; None for now."""
    if as_of is None or isinstance(as_of, datetime):
        return as_of
    return end_of(as_of)


def history_of(child: Child, event: str) -> list[Entry]:
    """Every entry of one event, first to last."""
    return list(Entry.objects.filter(child=child.key, event=event).order_by("version"))


def entries_of(child: Child, as_of: AsOf = None) -> QuerySet[Entry]:
    """Every entry of a child until the moment asked for, in the order of writing."""
    found = Entry.objects.filter(child=child.key, centre_id=child.centre_id).order_by("number")
    moment = moment_of(as_of)
    return found if moment is None else found.filter(recorded_at__lte=moment)


def current_events(child: Child, as_of: AsOf = None) -> list[CurrentEvent]:
    """Every event of a child as it stands or stood, withdrawn ones included.

    They are in the order in which they were first written.
    """
    standing: dict[str, CurrentEvent] = {}
    for entry in entries_of(child, as_of):
        withdrawn = entry.act == Act.WITHDRAW
        before = standing.get(entry.event)
        payload = before.payload if withdrawn and before else json.loads(entry.payload)
        standing[entry.event] = CurrentEvent(
            entry.event,
            entry.kind,
            entry.version,
            entry.number,
            entry.author,
            entry.recorded_at,
            payload or {},
            withdrawn,
        )
    return list(standing.values())


def course_of(child: Child, as_of: AsOf = None) -> Course:
    """The child's course, now or as of a past moment.

    Refuses a child that is withdrawn, or that was not yet registered at that moment.
    """
    courses = [course for _, course in courses_of([child], as_of)]
    if not courses:
        raise CourseError(
            f"Course {child.course_id!r} is not in the ledger at that moment: the child was not "
            "yet registered, or was withdrawn. Choose another moment."
        )
    return courses[0]


def courses_of(
    children: Iterable[Child], as_of: AsOf = None, *, kinds: Collection[str] = ()
) -> Iterator[tuple[Child, Course]]:
    """Each of these children with its course, now or as of a past moment, a few statements in all.

    Children that were not yet registered, or are withdrawn, are left out. `kinds`: with events of
    these kinds alone, which makes a list of many children quick; such a course is not the whole.
    """
    for child, course, events in _bare_courses(list(children), as_of, kinds):
        yield (
            child,
            replace(
                course,
                events=tuple(
                    written_event(kind, event, json.loads(text), course.day0)
                    for event, (kind, text) in events.items()
                ),
            ),
        )


def cohort_of(
    children: Iterable[Child],
    as_of: AsOf = None,
    *,
    name: str = "",
    data_cut: date | None = None,
    notes: tuple[str, ...] = (),
) -> Cohort:
    """The courses of these children in the order given, now or as of a past moment.

    Children that were not yet registered, or are withdrawn, are left out.
    """
    # Columns are for cohorts alone: a server that shows children does without their memory.
    from cartulary.course.cohort import Cohort
    from cartulary.registry.cohort_reading import cohort_of_rows

    asked = list(children)
    if len(asked) < _MANY:
        courses = (course for _, course in courses_of(asked, as_of))
        return Cohort.from_courses(courses, name, data_cut, notes)
    bare: list[Course] = []
    rows: dict[str, list[Row]] = {kind: [] for kind in EVENT_TYPE_OF_KIND}
    for _, course, events in _bare_courses(asked, as_of):
        number = len(bare)
        bare.append(course)
        for event, (kind, text) in events.items():
            rows[kind].append((number, event, text))
    return cohort_of_rows(bare, rows, name=name, data_cut=data_cut, notes=notes)


def programme_of(centre: Centre, as_of: AsOf = None, language: str = "") -> Programme:
    """A centre's programme as reports take it: the same as read from files."""
    refuse_outside(centre)
    with one_moment():
        children = Child.objects.filter(centre=centre).order_by("position")
        cohort = cohort_of(
            children,
            as_of,
            name=centre.programme or centre.name,
            data_cut=centre.data_cut,
            notes=tuple(centre.notes),
        )
        files = _read_from(centre, as_of)
    return Programme(
        cohort if len(cohort) else None,
        (),
        (),
        centre.programme or centre.name,
        centre.name,
        Origin(centre.origin),
        centre.data_cut,
        files,
        DayZero(centre.day0_is),
        language or centre.language,
        tuple(centre.notes),
        tuple(centre.not_reported),
    )


def _read_from(centre: Centre, as_of: AsOf) -> tuple[SourceFile, ...]:
    """What a report names as its source: the last entry that counts, by number and hash."""
    entries = Entry.objects.filter(centre=centre)
    moment = moment_of(as_of)
    if moment is not None:
        entries = entries.filter(recorded_at__lte=moment)
    last = entries.order_by("-number").first()
    if last is None:
        return ()
    return (SourceFile(f"ledger of {centre.code}, entry {last.number}", last.hash, 0),)


def _bare_courses(
    children: list[Child], as_of: AsOf, kinds: Collection[str] = ()
) -> Iterator[tuple[Child, Course, dict[str, tuple[str, str]]]]:
    """Each child as a course without events, and the kind and payload of its events by name."""
    names = dict(Centre.objects.values_list("pk", "name"))
    said = _standing(children, as_of, kinds or tuple(EVENT_TYPE_OF_KIND))
    for child in children:
        events = said.pop(text_of(child.key), {})
        facts_text = events.pop(CHILD, None)
        if facts_text is None:
            continue
        facts = child_facts(json.loads(facts_text[1]))
        course = Course(
            facts.course_id,
            facts.origin,
            (),
            centre=facts.centre_name(names[child.centre_id]),
            sex=facts.sex,
            age_days_at_day0=facts.age_days_at_day0,
            day0=facts.day0,
            day0_is=facts.day0_is,
            data_cut_day=facts.cut_day(),
        )
        yield child, course, events


def _standing(
    children: list[Child], as_of: AsOf, of_kinds: Collection[str]
) -> dict[str, dict[str, tuple[str, str]]]:
    """Kind and payload of every event that stands, by the child's key as text and by name.

    A key read as text costs a tenth of one read as a UUID, which counts for a million rows.
    """
    kinds = (CHILD, *of_kinds)
    moment = moment_of(as_of)
    said: dict[str, dict[str, tuple[str, str]]] = {text_of(child.key): {} for child in children}
    for start in range(0, len(children), _PART):
        part = [child.key for child in children[start : start + _PART]]
        if moment is None:
            rows = Current.objects.filter(child__in=part, kind__in=kinds, withdrawn=False)
            rows = rows.annotate(key=Cast("child_id", TextField()))
            for child, event, kind, text in rows.values_list("key", "event", "kind", "payload"):
                said[child][event] = (kind, text)
            continue
        entries = Entry.objects.filter(child__in=part, kind__in=kinds, recorded_at__lte=moment)
        entries = entries.annotate(key=Cast("child", TextField())).order_by("number")
        for child, event, kind, act, text in entries.values_list(
            "key", "event", "kind", "act", "payload"
        ):
            if act == Act.WITHDRAW:
                said[child].pop(event, None)
            else:
                said[child][event] = (kind, text)
    return said

# SPDX-License-Identifier: Apache-2.0
"""Reading the record as the ward keeps it: children, courses, and the entries behind them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.http import Http404
from ninja import Query, Router

from cartulary.course.absence import is_known
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry import scope
from cartulary.registry.child_payload import CHILD, ChildFacts, child_facts
from cartulary.registry.courses import current_events, entries_of
from cartulary.registry.models import Act, Child, Current, Entry
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.registry.snapshot import one_moment
from cartulary.web.api.door import Needs, ServiceRequest
from cartulary.web.api.moments import AS_OF, moment_asked
from cartulary.web.api.shapes import (
    MOST_A_PAGE,
    CourseOut,
    CoursesOut,
    EntriesOut,
    EntryOut,
    EventOut,
    SearchIn,
    WholeCourseOut,
)

router = Router(tags=["courses"])
SEES = Needs(Permission.USE_API_READ, Permission.SEE_CHILDREN, own_record=True)
AFTER = Query(0, ge=0, le=2**62, description="`next` of the page before.")
LIMIT = Query(50, ge=1, le=MOST_A_PAGE, description="How many at most.")


@router.get("/courses", response=CoursesOut, auth=SEES, summary="The children of the centre")
def courses(
    request: ServiceRequest, after: int = AFTER, limit: int = LIMIT, as_of: str | None = AS_OF
) -> CoursesOut:
    """In the order of registration. With as_of: those registered by then, as they were written."""
    moment = moment_asked(as_of)
    seat = request.seat
    read(seat.account, seat.centre, None, "api courses", moment)
    with one_moment():
        found = list(scope.children(seat).filter(position__gt=after)[: limit + 1])
        said = _facts_of(found[:limit], moment)
    shown = [_course(child, said[child.key]) for child in found[:limit] if child.key in said]
    return CoursesOut(courses=shown, next=found[limit - 1].position if found[limit:] else None)


@router.post("/courses/search", response=CoursesOut, auth=SEES, summary="Look a child up")
def search(request: ServiceRequest, sought: SearchIn) -> CoursesOut:
    """By the beginning of the pseudonym, which is in the body and so in no address."""
    seat = request.seat
    read(seat.account, seat.centre, None, "api search")
    found = list(scope.children(seat).filter(course_id__startswith=sought.course_id)[:MOST_A_PAGE])
    said = _facts_of(found, None)
    return CoursesOut(courses=[_course(child, said[child.key]) for child in found], next=None)


@router.get("/courses/{key}", response=WholeCourseOut, auth=SEES, summary="One course")
def course(request: ServiceRequest, key: UUID, as_of: str | None = AS_OF) -> WholeCourseOut:
    """The child and every event as it stands, or stood; withdrawn events are marked."""
    moment = moment_asked(as_of)
    child = child_or_404(request, key)
    read(request.seat.account, request.seat.centre, child, "api course", moment)
    with one_moment():
        facts = _facts_of([child], moment).get(child.key)
        events = current_events(child, moment)
    if facts is None:
        raise Http404
    shown = _course(child, facts).model_dump()
    told = [
        EventOut(
            event=one.event,
            kind=one.kind,
            version=one.version,
            entry=one.entry,
            author=one.author,
            recorded_at=one.recorded_at,
            withdrawn=one.withdrawn,
            payload=one.payload,
        )
        for one in events
        if one.kind in EVENT_TYPE_OF_KIND
    ]
    return WholeCourseOut(**shown, as_of=moment, events=told)


@router.get("/courses/{key}/entries", response=EntriesOut, auth=SEES, summary="Its history")
def entries(
    request: ServiceRequest,
    key: UUID,
    after: int = AFTER,
    limit: int = LIMIT,
    as_of: str | None = AS_OF,
) -> EntriesOut:
    """Every entry about the child in the order of writing, with the hash that chains it."""
    moment = moment_asked(as_of)
    child = child_or_404(request, key)
    read(request.seat.account, request.seat.centre, child, "api entries", moment)
    found = list(entries_of(child, moment).filter(number__gt=after)[: limit + 1])
    shown = [entry_out(entry) for entry in found[:limit]]
    return EntriesOut(entries=shown, next=shown[-1].number if found[limit:] else None)


def child_or_404(request: ServiceRequest, key: UUID) -> Child:
    """A child of the token's centre; any other is not there."""
    try:
        return scope.child_of(request.seat, key)
    except Child.DoesNotExist:
        raise Http404 from None


def entry_out(entry: Entry) -> EntryOut:
    """An entry as the service shows it."""
    return EntryOut(
        number=entry.number,
        course=entry.child,
        event=entry.event,
        kind=entry.kind,
        act=entry.act,
        version=entry.version,
        payload=json.loads(entry.payload),
        reason=entry.reason,
        via=entry.via,
        author=entry.author,
        entry_id=entry.client_id,
        recorded_at=entry.recorded_at,
        previous_hash=entry.previous_hash,
        hash=entry.hash,
    )


def _facts_of(children: Iterable[Child], moment: datetime | None) -> dict[UUID, ChildFacts]:
    """What stood written of each child itself; those not yet there at the moment are left out."""
    keys = [child.key for child in children]
    if moment is None:
        rows = Current.objects.filter(child__in=keys, event=CHILD, withdrawn=False)
        pairs = rows.values_list("child_id", "payload")
        return {key: child_facts(json.loads(text)) for key, text in pairs}
    found: dict[UUID, ChildFacts] = {}
    written = Entry.objects.filter(child__in=keys, event=CHILD, recorded_at__lte=moment)
    for key, act, text in written.order_by("number").values_list("child", "act", "payload"):
        if act == Act.WITHDRAW:
            found.pop(key, None)
        else:
            found[key] = child_facts(json.loads(text))
    return found


def _course(child: Child, facts: ChildFacts) -> CourseOut:
    day0: date | None = facts.day0
    age = facts.age_days_at_day0
    return CourseOut(
        key=child.key,
        position=child.position,
        course_id=facts.course_id,
        origin=facts.origin.value,
        sex=str(facts.sex.value) if is_known(facts.sex) else None,
        age_days_at_day0=age if isinstance(age, int) else None,
        day0=day0,
        day0_is=facts.day0_is.value,
        data_cut=facts.data_cut,
    )

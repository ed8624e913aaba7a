# SPDX-License-Identifier: Apache-2.0
"""The value behind a mark: what it says, who wrote it and when, and what it said before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest

from cartulary.course.errors import CourseError
from cartulary.registry.courses import course_of, current_events, moment_of
from cartulary.registry.models import Child
from cartulary.registry.payload import event_of
from cartulary.registry.permissions import Permission
from cartulary.web.entry.history import versions_of
from cartulary.web.entry.place import Place, may_write, place_of_event, seat_of
from cartulary.web.entry.said_values import day_words, said_facts
from cartulary.web.entry.spoken import language
from cartulary.web.event_address import verify_url


def chosen_value(
    request: HttpRequest, child: Child, event: str, as_of: date | None
) -> dict[str, Any]:
    """What the margin shows of an event; nothing for one that is not there."""
    try:
        place = place_of_event(request, child.key, event)
        place = place if as_of is None else _as_of(place, as_of)
    except (Http404, CourseError):
        return {"value": None}
    assert place.original is not None
    seat = seat_of(request)
    writes = may_write(request, place.kind) and as_of is None and not place.withdrawn
    facts = [
        fact
        for fact in said_facts(place.original, place.anchors, place.payload)[1:]
        if not fact.absent
    ]
    return {
        "value": {
            "event": event,
            "kind": place.event_type.label(language()),
            "when": day_words(
                place.original.day, place.original.precision, place.anchors, weekday=True
            ),
            "facts": facts,
            "withdrawn": place.withdrawn,
            "versions": [one for one in versions_of(place) if one.version <= place.version],
            "may_amend": writes and seat.may(Permission.AMEND),
            "may_ask": seat.may(Permission.ASK_QUERY),
            "may_verify": seat.may(Permission.VERIFY_SOURCE) and not place.withdrawn,
            "verify_url": verify_url(child.key, event),
            "as_of": moment_of(as_of),
        },
        "child": child,
    }


def _as_of(place: Place, as_of: date) -> Place:
    """What the event said at the end of that day, counted from the day 0 of then."""
    course = course_of(place.child, as_of)
    then = next(
        (one for one in current_events(place.child, as_of) if one.event == place.event), None
    )
    if then is None:
        raise Http404
    return replace(
        place,
        course=course,
        anchors=replace(place.anchors, day0=course.day0, day0_is=course.day0_is),
        version=then.version,
        original=event_of(then.kind, then.event, then.payload, course.day0),
        payload=then.payload,
        withdrawn=then.withdrawn,
    )

# SPDX-License-Identifier: Apache-2.0
"""The value behind a mark: what it says, who wrote it and when, and what it said before."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest

from cartulary.registry.courses import moment_of
from cartulary.registry.models import Child
from cartulary.registry.permissions import Permission
from cartulary.web.entry.history import versions_of
from cartulary.web.entry.place import may_write, place_of_event, seat_of
from cartulary.web.entry.said_values import day_words, said_facts
from cartulary.web.entry.spoken import language


def chosen_value(
    request: HttpRequest, child: Child, event: str, as_of: date | None
) -> dict[str, Any]:
    """What the margin shows of an event; nothing for one that is not there."""
    try:
        place = place_of_event(request, child.key, event)
    except Http404:
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
            "versions": versions_of(place),
            "may_amend": writes and seat.may(Permission.AMEND),
            "may_ask": seat.may(Permission.ASK_QUERY),
            "as_of": moment_of(as_of),
        },
        "child": child,
    }

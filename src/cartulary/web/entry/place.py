# SPDX-License-Identifier: Apache-2.0
"""Where somebody stands: which child, which course, which event, and what dates count from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from cartulary.course.absence import is_known
from cartulary.course.course import Course, DayZero
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event, Product
from cartulary.registry import clock, scope
from cartulary.registry.courses import course_of
from cartulary.registry.models import Child, Current
from cartulary.registry.payload import event_of
from cartulary.registry.permissions import Permission
from cartulary.web.access import Seat
from cartulary.web.entry.anchors import Anchors, infusions_of

# Who may write what: the cells are the laboratory's, the bedside is the clinician's. A collection
# is written down where it was done, on the ward or in the laboratory.
_PERMISSIONS_OF_KIND = {
    "apheresis": (Permission.WRITE_EVENTS, Permission.WRITE_PRODUCT),
    "product": (Permission.WRITE_PRODUCT,),
    "custody": (Permission.WRITE_PRODUCT,),
    "finding": (Permission.WRITE_TOXICITY,),
    "toxicity": (Permission.WRITE_TOXICITY,),
}


def may_write(request: HttpRequest, kind: str) -> bool:
    """True when this seat may write this kind of event."""
    seat = seat_of(request)
    any_of = _PERMISSIONS_OF_KIND.get(kind, (Permission.WRITE_EVENTS,))
    return any(seat.may(permission) for permission in any_of)


def require(request: HttpRequest, kind: str, *permissions: Permission) -> None:
    """Refuse a seat that may not write this kind of event, or lacks one of these permissions."""
    seat = seat_of(request)
    if not may_write(request, kind) or not all(seat.may(one) for one in permissions):
        raise PermissionDenied


def seat_of(request: HttpRequest) -> Seat:
    """Who sits here, at which centre; the access middleware has put them there."""
    seat: Seat = request.seat
    return seat


def posted_texts(request: HttpRequest) -> dict[str, list[str]]:
    """What a form posted, every field with all its texts."""
    return {name: [str(text) for text in request.POST.getlist(name)] for name in request.POST}


def child_or_404(request: HttpRequest, key: UUID) -> Child:
    """The child, if it is one of this seat's centre."""
    child = scope.children(seat_of(request)).filter(key=key).first()
    if child is None:
        raise Http404
    return child


@dataclass(frozen=True, slots=True)
class Place:
    """One child and, where one is meant, one of its events.

    `event` is "" for an event that is new; `original` is the event as it stands.
    """

    child: Child
    course: Course
    anchors: Anchors
    kind: str
    event: str = ""
    version: int = 0
    original: Event | None = None
    payload: dict[str, Any] | None = None
    withdrawn: bool = False

    @property
    def event_type(self) -> type[Event]:
        """The kind of event, as a type."""
        return EVENT_TYPE_OF_KIND[self.kind]

    @property
    def amending(self) -> bool:
        """True when an event that stands is changed."""
        return self.original is not None

    @property
    def product_ids(self) -> tuple[str, ...]:
        """The identifiers of the child's products, for the forms that name one."""
        return tuple(one.product_id for one in self.course.all(Product) if is_known(one.product_id))


def anchors_of(child: Child, course: Course, without: str = "") -> Anchors:
    """What a date typed for this child counts from."""
    return Anchors(
        clock.today(), child.day0, DayZero(child.day0_is), infusions_of(course.events, without)
    )


def place_of_new(request: HttpRequest, key: UUID, kind: str) -> Place:
    """The place of a new event; refused for kinds that this seat may not write."""
    if kind not in EVENT_TYPE_OF_KIND:
        raise Http404
    child = child_or_404(request, key)
    require(request, kind)
    course = course_of(child)
    return Place(child, course, anchors_of(child, course), kind)


def place_of_event(request: HttpRequest, key: UUID, event: str) -> Place:
    """The place of an event that is there, withdrawn or not."""
    child = child_or_404(request, key)
    row = Current.objects.filter(child=child, event=event, kind__in=EVENT_TYPE_OF_KIND).first()
    if row is None:
        raise Http404
    course = course_of(child)
    payload = json.loads(row.payload)
    return Place(
        child,
        course,
        anchors_of(child, course, without=event),
        row.kind,
        event,
        row.version,
        event_of(row.kind, event, payload, child.day0),
        payload,
        row.withdrawn,
    )

# SPDX-License-Identifier: Apache-2.0
"""Writing: one change at a time, under a name of the sender's, so that a repeat writes nothing."""

from __future__ import annotations

from django.utils.translation import gettext as _
from ninja import Router
from ninja.responses import Status

from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry import clock
from cartulary.registry.child_payload import CHILD
from cartulary.registry.models import Entry
from cartulary.registry.permissions import Permission
from cartulary.registry.writing import Change, append
from cartulary.web.api.course_routes import entry_out
from cartulary.web.api.door import Needs, ServiceRequest
from cartulary.web.api.problems import NAME_USED, ApiRefusal
from cartulary.web.api.shapes import EntryAct, EntryIn, EntryOut
from cartulary.web.entry.place import may_write

router = Router(tags=["entries"])
WRITES = Needs(Permission.USE_API_WRITE)
KINDS = frozenset((CHILD, *EVENT_TYPE_OF_KIND))
_ALSO_NEEDED = {EntryAct.AMEND: Permission.AMEND, EntryAct.WITHDRAW: Permission.WITHDRAW}


@router.post(
    "/entries",
    response={201: EntryOut, 200: EntryOut},
    auth=WRITES,
    summary="Write, amend or withdraw",
)
def write(request: ServiceRequest, sent: EntryIn) -> Status[EntryOut]:
    """201 with the entry; 200 with the entry of then for a change that was sent before.

    Another change under the same entry_id, or a version that has moved on, is a conflict (409).
    """
    _require(request, sent)
    seat = request.seat
    change = Change(
        sent.course,
        sent.event,
        sent.kind,
        sent.act.value,
        sent.payload,
        sent.expected_version,
        sent.reason,
        sent.entry_id,
    )
    earlier = Entry.objects.filter(centre=seat.centre, client_id=sent.entry_id).first()
    if earlier is not None and earlier.reason != sent.reason.strip():
        raise _used(sent.entry_id, earlier.number)
    (entry,) = append(seat.hand(), [change], now=clock.now())
    return Status(201 if earlier is None else 200, entry_out(entry))


def _require(request: ServiceRequest, sent: EntryIn) -> None:
    """Refuses a kind that is not written here, and one that this token may not write."""
    if sent.kind not in KINDS:
        raise ApiRefusal(
            422,
            "kind",
            _("There is no such kind of event here."),
            _("Programs write what a course is made of; the rest is done on its own page."),
            _("Use one of: %(kinds)s.") % {"kinds": ", ".join(sorted(KINDS))},
            value=sent.kind,
        )
    also = _ALSO_NEEDED.get(sent.act)
    if not may_write(request, sent.kind) or (also is not None and not request.seat.may(also)):
        raise ApiRefusal(
            403,
            "not-permitted",
            _("This token may not do that."),
            _("It was not given the permission, or its owner's roles no longer carry it."),
            _("Make a token with the permission to write this kind of event."),
            value=f"{sent.act.value} {sent.kind}",
        )


def _used(name: str, number: int) -> ApiRefusal:
    return ApiRefusal(
        409,
        NAME_USED,
        _("Another change was sent under this entry_id before."),
        _("A name stands for one change, so that it can be sent twice and written once."),
        _("It is entry %(number)s. Send this change under a name of its own.") % {"number": number},
        value=name,
    )

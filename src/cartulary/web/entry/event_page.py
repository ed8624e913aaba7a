# SPDX-License-Identifier: Apache-2.0
"""What was written of a child: the list of its events, one event with its history, withdrawal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cartulary.course.absence import Absence
from cartulary.course.dates import Precision
from cartulary.course.errors import CartularyError, CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event, Measurement
from cartulary.registry import clock, reading_log
from cartulary.registry.change import Change, Conflict, Refused
from cartulary.registry.courses import CurrentEvent, course_of, current_events
from cartulary.registry.models import Act, Child
from cartulary.registry.payload import event_of
from cartulary.registry.permissions import Permission
from cartulary.registry.writing import append
from cartulary.web.access import page
from cartulary.web.entry import drafts
from cartulary.web.entry.anchors import Anchors
from cartulary.web.entry.choose_page import findings_of_event
from cartulary.web.entry.form_context import saved_words
from cartulary.web.entry.form_fields import Widget, fields_of
from cartulary.web.entry.history import names_of, versions_of
from cartulary.web.entry.place import (
    anchors_of,
    child_or_404,
    may_write,
    place_of_event,
    require,
    seat_of,
)
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.entry.said_dates import d_plus
from cartulary.web.entry.said_values import day_words, fact_words, said_facts
from cartulary.web.entry.sections import GROUPS
from cartulary.web.entry.spoken import (
    date_words,
    language,
    number_words,
    study_day_text,
    unit_words,
)
from cartulary.web.entry.typed_choices import clean_text
from cartulary.web.event_address import verify_url

LONGEST_LINE = 160
_ORDER = {kind: n for n, kind in enumerate(k for _title, kinds in GROUPS for k in kinds)}


@page(Permission.SEE_CHILDREN)
def events(request: HttpRequest, key: UUID) -> HttpResponse:
    """Every event of a child, in the order of a course."""
    child = child_or_404(request, key)
    seat = seat_of(request)
    reading_log.read(seat.account, seat.centre, child, "events")
    course = course_of(child)
    anchors = anchors_of(child, course)
    standing = [one for one in current_events(child) if one.kind in _ORDER]
    names = names_of({one.author for one in standing})
    rows = [_row(one, child, anchors, names) for one in standing]
    rows.sort(key=lambda row: (_ORDER[row["kind"]], row["day"] is None, row["day"] or 0))
    groups = [(_(title), [row for row in rows if row["kind"] in kinds]) for title, kinds in GROUPS]
    return render(
        request,
        "entry/events.html",
        {
            "title": _("Events"),
            "child": child,
            "count": sum(not row["withdrawn"] for row in rows),
            "groups": [(title, of) for title, of in groups if of],
            "may_write": any(may_write(request, kind) for kind in EVENT_TYPE_OF_KIND),
        },
    )


def _row(
    one: CurrentEvent, child: Child, anchors: Anchors, names: dict[str, str]
) -> dict[str, Any]:
    event = _event(one, child)
    local = timezone.localtime(one.recorded_at)
    return {
        "event": one.event,
        "kind": one.kind,
        "words": EVENT_TYPE_OF_KIND[one.kind].label(language()),
        "day": event.day if event else None,
        "date": day_words(event.day, event.precision, anchors) if event else "",
        "clock": _clock(event, anchors),
        "says": _brief(event, anchors),
        "withdrawn": one.withdrawn,
        "version": one.version,
        "entry": number_words(one.entry),
        "author": names.get(one.author, one.author),
        "written": f"{date_words(local.date())}, {local:%H:%M}",
    }


def _event(one: CurrentEvent, child: Child) -> Event | None:
    try:
        return event_of(one.kind, one.event, one.payload, child.day0)
    except CourseError:
        return None


def _clock(event: Event | None, anchors: Anchors) -> str:
    """Days from the last infusion, or from day 0; only for a day that is known."""
    if event is None or event.day is None or event.precision is not Precision.DAY:
        return ""
    last = anchors.last_infusion
    return d_plus(event.day - last.day) if last else study_day_text(event.day)


def _brief(event: Event | None, anchors: Anchors) -> str:
    """The first facts that say something, on one line."""
    if event is None:
        return ""
    said = []
    for name, one in fields_of(event.kind).items():
        value = getattr(event, name)
        if isinstance(value, Absence) or one.widget is Widget.UNIT:
            continue
        words = fact_words(one, event, anchors)
        if one.widget is Widget.CHOICE or one.widget is Widget.CHOICES:
            said.append(words)
        elif isinstance(event, Measurement) and name in ("value", "limit"):
            unit = "" if isinstance(event.unit, Absence) else f" {unit_words(event.unit)}"
            said.append(f"{one.fact.label(language())} {words}{unit}")
        else:
            said.append(f"{one.fact.label(language())} {words}")
    line = " · ".join(said)
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 2]} …"


@page(Permission.SEE_CHILDREN)
def event_detail(request: HttpRequest, key: UUID, event: str) -> HttpResponse:
    """One event: what it says, who wrote it, and what it said before."""
    place = place_of_event(request, key, event)
    seat = seat_of(request)
    reading_log.read(seat.account, seat.centre, place.child, "event")
    assert place.original is not None
    writes = may_write(request, place.kind)
    return render(
        request,
        "entry/event.html",
        {
            "title": place.event_type.label(language()),
            "child": place.child,
            "place": place,
            "date": day_words(
                place.original.day, place.original.precision, place.anchors, weekday=True
            ),
            "facts": said_facts(place.original, place.anchors, place.payload)[1:],
            "versions": versions_of(place),
            "findings": [] if place.withdrawn else findings_of_event(place.child, event),
            "may_ask": seat.may(Permission.ASK_QUERY) and not place.withdrawn,
            "may_verify": seat.may(Permission.VERIFY_SOURCE) and not place.withdrawn,
            "verify_url": verify_url(place.child.key, event),
            "may_amend": writes and seat.may(Permission.AMEND) and not place.withdrawn,
            "may_withdraw": writes and seat.may(Permission.WITHDRAW) and not place.withdrawn,
        },
    )


@page(Permission.WITHDRAW, methods=("GET", "POST"))
def withdraw_event(request: HttpRequest, key: UUID, event: str) -> HttpResponse:
    """Withdraw an event, with a reason; what it said stays in the ledger."""
    place = place_of_event(request, key, event)
    require(request, place.kind)
    if place.withdrawn:
        raise Http404
    assert place.original is not None
    wrong, reason = "", clean_text(request.POST.get("reason", ""))
    if request.method == "POST":
        seen = request.POST.get("base_version", "")
        version = int(seen) if seen.isdecimal() and len(seen) < 9 else place.version
        change = Change(
            place.child.key, event, place.kind, Act.WITHDRAW.value, None, version, reason
        )
        try:
            if not reason:
                raise Refused([])
            entry = append(seat_of(request).hand(), [change], now=clock.now())[0]
        except Refused:
            wrong = _("Say in a few words why; whoever reads the history must be able to see it.")
        except Conflict:
            wrong = _("Somebody changed this event since you opened the page. Look at it again.")
        except CartularyError as fault:
            wrong = fault_words(fault)
        else:
            drafts.discard(seat_of(request).account, place.child, place.kind, event)
            messages.success(request, saved_words(entry))
            return redirect("entry:event", key=place.child.key, event=event)
    seat = seat_of(request)
    reading_log.read(seat.account, seat.centre, place.child, "event")
    return render(
        request,
        "entry/withdraw.html",
        {
            "title": _("Withdraw: %(kind)s") % {"kind": place.event_type.label(language()).lower()},
            "child": place.child,
            "place": place,
            "facts": said_facts(place.original, place.anchors, place.payload),
            "reason": reason,
            "wrong": wrong,
            "version": place.version,
        },
    )

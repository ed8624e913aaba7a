# SPDX-License-Identifier: Apache-2.0
"""A treatment is added from the grid, on the day it was given."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import pgettext

from cartulary.course.errors import CourseError
from cartulary.course.events import Event
from cartulary.course.problem import Problem
from cartulary.registry import clock
from cartulary.registry.change import Change, Conflict, Refused
from cartulary.registry.faults import StorageError
from cartulary.registry.models import Entry
from cartulary.registry.permissions import Permission
from cartulary.web.access import page
from cartulary.web.entry import drafts, form_context
from cartulary.web.entry.form_page import PROVISIONAL
from cartulary.web.entry.form_reading import DATE, FormRead, event_read
from cartulary.web.entry.form_view import Wrong
from cartulary.web.entry.place import Place, posted_texts, require, seat_of
from cartulary.web.entry.plausible import doubts
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.entry.saving import payload_with_reasons, save, written_before
from cartulary.web.entry.spoken import language
from cartulary.web.toxicity.grid_page import back_to, no_such_day, shown
from cartulary.web.toxicity.place import GridPlace, day_asked, grid_place
from cartulary.web.toxicity.row_form import said_doubt
from cartulary.web.toxicity.treatments import FIELDS, KIND, read_treatment, treatment_form


@page(Permission.WRITE_EVENTS, methods=("GET", "POST"))
def treat(request: HttpRequest, key: UUID) -> HttpResponse:
    """Write down a drug that was given."""
    place = grid_place(request, key)
    if request.method == "GET" or place.infusion is None:
        return redirect("toxicity:grid", key=key)
    require(request, KIND)
    after = day_asked(request.POST.get("day", ""))
    if after is None or after < 0 or not place.may_hold(after):
        messages.error(request, no_such_day())
        return back_to(place)
    once = form_context.sound_once(request.POST.get("once", ""))
    spot = Place(place.child, place.course, place.anchors, KIND)
    if written_before(spot, once) is not None:
        return back_to(place, day=after)
    read = read_treatment(place, after, posted_texts(request))
    wrong: tuple[Wrong, ...] = ()
    asked: tuple[Problem, ...] = ()
    if not read.wrong:
        try:
            asked = doubts(place.course, event_of(place, read), language()).asked
            unexplained = [one for one in asked if not read.because.get(one.rule)]
            wrong = form_context.unexplained(unexplained)
            if not wrong:
                entry = _written(request, place, read, asked, once)
                messages.success(request, form_context.saved_words(entry))
                return back_to(place, day=after)
        except (CourseError, Conflict, Refused, StorageError) as refused:
            wrong = (Wrong("f-drug", pgettext("toxicity", "Not saved"), fault_words(refused)),)
    said = tuple(said_doubt(one, read, checked=True) for one in asked)
    given = treatment_form(request, place, after, read=read, wrong=wrong, doubts=said)
    return shown(request, place, None, given=given, wrong=list(given.wrong))


def keep_expired(request: HttpRequest, key: UUID) -> None:
    """Keep a treatment that was posted into a session that has just ended, as one that was begun.

    It is gone on with in its own form, in which the day can be changed too.
    """
    place = grid_place(request, key)
    after = day_asked(request.POST.get("day", ""))
    require(request, KIND)
    if place.infusion is None or after is None or not place.may_hold(after):
        raise Http404
    typed = drafts.typed_in(
        {name: texts for name, texts in posted_texts(request).items() if name in FIELDS}
    )
    if typed:
        seat, child = seat_of(request), place.child
        typed[DATE] = [place.date_typed(after)]
        drafts.keep(seat.account, seat.centre, child, KIND, "", 0, typed, clock.now())


treat.when_expired = keep_expired  # type: ignore[attr-defined]


def event_of(place: GridPlace, read: FormRead) -> Event:
    """The treatment that the form describes, under a name that it has until it is written."""
    return event_read(read, place.anchors, PROVISIONAL)


def _written(
    request: HttpRequest, place: GridPlace, read: FormRead, asked: tuple[Problem, ...], once: str
) -> Entry:
    payload = payload_with_reasons(event_of(place, read), read, place.child)
    change = Change(place.child.key, "", KIND, "write", payload, 0, "", once)
    because = {one.rule: read.because[one.rule] for one in asked}
    return save(seat_of(request).hand(), place.child, change, because, clock.now())

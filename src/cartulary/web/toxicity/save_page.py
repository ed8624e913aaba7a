# SPDX-License-Identifier: Apache-2.0
"""The findings of a day are saved, kept as a draft, or taken over from the day before."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cartulary.course.errors import CourseError
from cartulary.course.events import Event
from cartulary.course.problem import Problem
from cartulary.registry import clock
from cartulary.registry.change import Change, Conflict, Refused
from cartulary.registry.faults import StorageError
from cartulary.registry.models import Current, Draft
from cartulary.registry.permissions import Permission
from cartulary.web.access import page
from cartulary.web.entry import drafts, form_context
from cartulary.web.entry.conflict_page import conflict_page
from cartulary.web.entry.form_reading import FormRead, event_read
from cartulary.web.entry.form_view import Wrong
from cartulary.web.entry.place import place_of_event, posted_texts, require, seat_of
from cartulary.web.entry.plausible import doubts
from cartulary.web.entry.refused_words import course_words, fault_words, refused_words
from cartulary.web.entry.saving import payload_with_reasons, save, written_before
from cartulary.web.entry.spoken import language
from cartulary.web.toxicity import row_form as rows
from cartulary.web.toxicity.days import why_of
from cartulary.web.toxicity.grid_page import asked_day, back_to, grid_url, no_such_day, shown
from cartulary.web.toxicity.place import grid_place
from cartulary.web.toxicity.preview import graded_as_typed
from cartulary.web.toxicity.row_form import DayPlace, Texts, read_row

# What the form says beside the findings themselves.
_OWN = frozenset(("infusion", "day"))


@page(Permission.WRITE_TOXICITY, methods=("GET", "POST"))
def save_day(request: HttpRequest, key: UUID) -> HttpResponse:
    """Save the findings of a day; an address that was reloaded leads back to the grid."""
    place = grid_place(request, key)
    if request.method == "GET" or place.infusion is None:
        return redirect("toxicity:grid", key=key)
    day = asked_day(request, place)
    if day is None:
        messages.error(request, no_such_day())
        return redirect(grid_url(place))
    require(request, rows.KIND, *((Permission.AMEND,) if day.amending else ()))
    typed = _typed(request)
    act = request.POST.get("act", "")
    if act in ("anew", "theirs"):
        drafts.discard(seat_of(request).account, place.child, rows.KIND, day.place.event)
        return back_to(place, edit=day.after) if act == "anew" else back_to(place, day=day.after)
    if act == "copy":
        return _copied(request, day, typed)
    if "take" in typed:
        name, mark, text = typed.pop("take")[0].partition("=")
        if mark:
            typed[name] = [text]
        return _again(request, day, typed)
    if act == "draft":
        _keep(request, day, typed)
        messages.info(request, _("Kept as a draft; it is not in the ledger yet."))
        return redirect(grid_url(place))
    if act in ("save", "next"):
        return _saved(request, day, typed, go_on=act == "next")
    return _again(request, day, typed, checked=False)


@page(Permission.WRITE_TOXICITY, methods=("POST",))
def draft_day(request: HttpRequest, key: UUID) -> HttpResponse:
    """Keep what is typed, and say what grade it would make."""
    place = grid_place(request, key)
    day = asked_day(request, place)
    if day is None:
        raise Http404
    require(request, rows.KIND, *((Permission.AMEND,) if day.amending else ()))
    typed = _typed(request)
    kept = _keep(request, day, typed)
    said = form_context.draft_words(kept) if kept is not None else _("Too long to keep as a draft.")
    grades = graded_as_typed(day, read_row(day, typed))
    response = render(
        request, "toxicity/now.html", {"said": said, "now": grades, "now_why": why_of(grades)}
    )
    return form_context.as_part(response)


def _keep_expired(request: HttpRequest, key: UUID) -> None:
    """Keep what was posted into a session that has just ended, before signing in again."""
    place = grid_place(request, key)
    day = asked_day(request, place)
    if day is None:
        raise Http404
    require(request, rows.KIND, *((Permission.AMEND,) if day.amending else ()))
    _keep(request, day, _typed(request))


for _view in (save_day, draft_day):
    _view.when_expired = _keep_expired  # type: ignore[attr-defined]


def _typed(request: HttpRequest) -> dict[str, list[str]]:
    return {name: texts for name, texts in posted_texts(request).items() if name not in _OWN}


def _version(request: HttpRequest, day: DayPlace) -> int:
    text = request.POST.get("base_version", "")
    return int(text) if text.isdigit() and len(text) < 9 else day.version


def _keep(request: HttpRequest, day: DayPlace, typed: Texts) -> Draft | None:
    child = day.grid.child
    return drafts.keep(
        seat_of(request).account,
        child.centre,
        child,
        rows.KIND,
        day.place.event,
        _version(request, day),
        drafts.typed_in(typed),
        clock.now(),
    )


def _copied(request: HttpRequest, day: DayPlace, typed: dict[str, list[str]]) -> HttpResponse:
    """The day before is taken over as a draft: nothing is written until somebody confirms it."""
    texts, earlier = rows.copied_texts(day, typed)
    if earlier is None:
        messages.warning(request, _("There is no earlier day with findings to take over."))
    _keep(request, day, texts)
    return back_to(day.grid, edit=day.after)


def _again(
    request: HttpRequest,
    day: DayPlace,
    typed: Texts,
    *,
    checked: bool = False,
    extra: tuple[Wrong, ...] = (),
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    """The page once more, with what was typed and what stands in the way."""
    read = read_row(day, typed)
    row = rows.row_form(
        day,
        read,
        checked=checked,
        once=form_context.sound_once(request.POST.get("once", "")) or str(uuid.uuid4()),
        version=_version(request, day),
        extra=extra,
        problems=problems,
    )
    return shown(request, day.grid, row)


def _saved(
    request: HttpRequest, day: DayPlace, typed: dict[str, list[str]], *, go_on: bool
) -> HttpResponse:
    once = form_context.sound_once(request.POST.get("once", ""))
    if written_before(day.place, once) is not None:
        return _done(request, day, go_on=go_on)
    read = read_row(day, typed)
    version = _version(request, day)
    if rows.is_empty(read):
        empty = Wrong(
            "f-temperature_c", pgettext("toxicity", "This day"), _("Nothing is filled in yet.")
        )
        return _again(request, day, typed, checked=True, extra=(empty,))
    # Somebody wrote this day while this person began it: the reason is asked beside both versions.
    if day.amending and version == 0:
        return _conflict(request, day, typed, read)
    extra = form_context.missing(read, amending=day.amending)
    if read.wrong or extra:
        return _again(request, day, typed, checked=True, extra=extra)
    try:
        event = event_read(read, day.grid.anchors, day.place.event)
    except CourseError as error:
        wrong = tuple(
            Wrong("f-temperature_c", pgettext("toxicity", "This day"), one)
            for one in course_words(error)
        )
        return _again(request, day, typed, checked=True, extra=wrong)
    odd = doubts(day.grid.course, event, language(), replaced=day.place.event)
    unexplained = [one for one in odd.asked if not read.because.get(one.rule)]
    if unexplained:
        extra = form_context.unexplained(unexplained)
        return _again(request, day, typed, checked=True, extra=extra, problems=odd.asked)
    change = _change(request, day, event, read, version)
    because = {one.rule: read.because[one.rule] for one in odd.asked}
    try:
        entry = save(seat_of(request).hand(), day.grid.child, change, because, clock.now())
    except Conflict:
        return _conflict(request, day, typed, read)
    except Refused as refused:
        wrong = tuple(Wrong("f-temperature_c", *refused_words(one)) for one in refused.problems)
        return _again(request, day, typed, checked=True, extra=wrong)
    except StorageError as fault:
        _keep(request, day, typed)
        wrong = (Wrong("f-temperature_c", _("The ledger"), fault_words(fault)),)
        return _again(request, day, typed, checked=True, extra=wrong)
    messages.success(request, form_context.saved_words(entry))
    return _done(request, day, go_on=go_on)


def _change(
    request: HttpRequest, day: DayPlace, event: Event, read: FormRead, version: int
) -> Change:
    return Change(
        day.grid.child.key,
        day.place.event,
        rows.KIND,
        "amend" if day.amending else "write",
        payload_with_reasons(event, read, day.grid.child),
        version,
        read.reason if day.amending else "",
        form_context.sound_once(request.POST.get("once", "")),
    )


def _conflict(
    request: HttpRequest, day: DayPlace, typed: dict[str, list[str]], read: FormRead
) -> HttpResponse:
    """Both versions side by side: theirs, which stands, and this one, which does not yet."""
    _keep(request, day, typed)
    child, name = day.grid.child, day.place.event
    event = event_read(read, day.grid.anchors, name)
    mine = _change(request, day, event, read, _version(request, day))
    theirs = Current.objects.get(child=child, event=name)
    there = place_of_event(request, child.key, name)
    # The choice comes back here, so that whoever made it is on the grid again afterwards.
    back = {"infusion": [request.POST.get("infusion", "")], "day": [str(day.after)]}
    at = reverse("toxicity:save", kwargs={"key": child.key})
    return conflict_page(request, there, {**typed, **back}, Conflict(theirs, mine), event, at)


def _done(request: HttpRequest, day: DayPlace, *, go_on: bool) -> HttpResponse:
    """On to the next day, while there is one on which something can have been found."""
    drafts.discard(seat_of(request).account, day.grid.child, rows.KIND, day.place.event)
    if go_on and day.grid.may_hold(day.after + 1):
        return back_to(day.grid, edit=day.after + 1)
    return back_to(day.grid, day=day.after)

# SPDX-License-Identifier: Apache-2.0
"""The page on which an event is written or changed, its read-back, and its drafts."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cartulary.course.errors import CourseError
from cartulary.registry import clock, reading_log
from cartulary.registry.change import Change, Conflict, Refused
from cartulary.registry.faults import StorageError
from cartulary.registry.models import Entry
from cartulary.registry.permissions import Permission
from cartulary.web.access import page
from cartulary.web.entry import drafts, form_context
from cartulary.web.entry.conflict_page import conflict_page
from cartulary.web.entry.form_filling import texts_of
from cartulary.web.entry.form_initial import initial_texts
from cartulary.web.entry.form_reading import FormRead, event_read, read_form, read_one
from cartulary.web.entry.form_view import Wrong, note_of
from cartulary.web.entry.place import (
    Place,
    place_of_event,
    place_of_new,
    posted_texts,
    require,
    seat_of,
)
from cartulary.web.entry.plausible import doubts
from cartulary.web.entry.refused_words import course_words, fault_words, refused_words
from cartulary.web.entry.saving import payload_with_reasons, save, written_before
from cartulary.web.entry.spoken import language

# The name of an event that has none yet, while the rules look at it.
PROVISIONAL = "\N{HORIZONTAL ELLIPSIS}"
Texts = Mapping[str, Sequence[str]]

_WRITING = (Permission.WRITE_EVENTS, Permission.WRITE_TOXICITY, Permission.WRITE_PRODUCT)
_BOTH = ("GET", "POST")


@page(*_WRITING, methods=_BOTH)
def new_event(request: HttpRequest, key: UUID, kind: str) -> HttpResponse:
    """Write a new event."""
    return _form(request, place_of_new(request, key, kind))


@page(Permission.AMEND, methods=_BOTH)
def amend_event(request: HttpRequest, key: UUID, event: str) -> HttpResponse:
    """Change an event, with a reason."""
    return _form(request, _to_amend(request, key, event))


def _to_amend(request: HttpRequest, key: UUID, event: str) -> Place:
    place = place_of_event(request, key, event)
    require(request, place.kind, Permission.AMEND)
    if place.withdrawn:
        raise Http404
    return place


@page(*_WRITING, methods=("POST",))
def read_back_new(request: HttpRequest, key: UUID, kind: str, field: str) -> HttpResponse:
    """What a field of a new event was understood as."""
    return _read_back(request, place_of_new(request, key, kind), field)


@page(Permission.AMEND, methods=("POST",))
def read_back_event(request: HttpRequest, key: UUID, field: str, event: str) -> HttpResponse:
    """What a field of a changed event was understood as."""
    return _read_back(request, _to_amend(request, key, event), field)


@page(*_WRITING, methods=("POST",))
def draft_new(request: HttpRequest, key: UUID, kind: str) -> HttpResponse:
    """Keep what was typed of a new event."""
    return _keep_draft(request, place_of_new(request, key, kind))


@page(Permission.AMEND, methods=("POST",))
def draft_event(request: HttpRequest, key: UUID, event: str) -> HttpResponse:
    """Keep what was typed of a change."""
    return _keep_draft(request, _to_amend(request, key, event))


def _read_back(request: HttpRequest, place: Place, field: str) -> HttpResponse:
    state = read_one(place.kind, field, posted_texts(request), place.anchors)
    if state is None:
        raise Http404
    response = render(request, "entry/note.html", {"note": note_of(state, checked=False)})
    return form_context.as_part(response)


def _keep_draft(request: HttpRequest, place: Place) -> HttpResponse:
    kept = _keep(request, place)
    said = form_context.draft_words(kept) if kept is not None else _("Too long to keep as a draft.")
    response = render(request, "entry/draft.html", {"said": said})
    return form_context.as_part(response)


def _keep(request: HttpRequest, place: Place) -> Any:
    typed = drafts.typed_in(posted_texts(request))
    return drafts.keep(
        seat_of(request).account,
        place.child.centre,
        place.child,
        place.kind,
        place.event,
        _version(request, place),
        typed,
        clock.now(),
    )


def _keep_expired(place_of: Callable[..., Place], request: HttpRequest, **named: Any) -> None:
    """Keep what was posted into a session that has just ended, before signing in again."""
    _keep(request, place_of(request, **named))


for _view, _place_of in (
    (new_event, place_of_new),
    (draft_new, place_of_new),
    (amend_event, _to_amend),
    (draft_event, _to_amend),
):
    _view.when_expired = partial(_keep_expired, _place_of)  # type: ignore[attr-defined]


def _version(request: HttpRequest, place: Place) -> int:
    text = request.POST.get("base_version", "")
    return int(text) if text.isdigit() and len(text) < 9 else place.version


def _form(request: HttpRequest, place: Place) -> HttpResponse:
    if request.method == "GET":
        return _opened(request, place)
    act = request.POST.get("act", "")
    if act == "anew":
        drafts.discard(seat_of(request).account, place.child, place.kind, place.event)
        return redirect(request.path)
    if act == "theirs" and place.amending:
        drafts.discard(seat_of(request).account, place.child, place.kind, place.event)
        return redirect("entry:event", key=place.child.key, event=place.event)
    posted = posted_texts(request)
    if "take" in posted:
        name, mark, text = posted["take"][0].partition("=")
        if mark:
            posted[name] = [text]
        return _shown(request, place, posted, checked=False)
    if act == "draft":
        kept = _keep(request, place)
        if kept is not None:
            messages.info(request, form_context.draft_words(kept))
            return redirect("entry:choose", key=place.child.key)
    if act in ("save", "next"):
        return _saved(request, place, posted, go_on=act == "next")
    return _shown(request, place, posted, checked=False)


def _opened(request: HttpRequest, place: Place) -> HttpResponse:
    account = seat_of(request).account
    reading_log.read(account, place.child.centre, place.child, "entry form")
    draft = drafts.draft_of(account, place.child, place.kind, place.event)
    if draft is not None:
        return _shown(request, place, draft.data, draft=draft, version=draft.base_version)
    return _shown(request, place, _first_texts(place))


def _first_texts(place: Place) -> Texts:
    if place.original is not None:
        return texts_of(place.original, place.anchors, place.payload)
    return initial_texts(place)


def read_of(place: Place, texts: Texts) -> FormRead:
    """The form read at this place."""
    shown = texts_of(place.original, place.anchors, place.payload) if place.original else None
    return read_form(place.kind, texts, place.anchors, place.original, shown)


def _shown(
    request: HttpRequest,
    place: Place,
    texts: Texts,
    *,
    checked: bool = False,
    extra: tuple[Wrong, ...] = (),
    problems: Sequence[Any] = (),
    draft: Any = None,
    version: int | None = None,
) -> HttpResponse:
    read = read_of(place, texts)
    if version is None:
        version = _version(request, place) if request.method == "POST" else place.version
    context = form_context.of_form(
        place, read, checked=checked, extra=extra, problems=problems, draft=draft
    )
    context["version"] = version
    context["once"] = request.POST.get("once") or str(uuid.uuid4())
    return render(request, "entry/form.html", context)


def _saved(
    request: HttpRequest, place: Place, posted: dict[str, list[str]], *, go_on: bool
) -> HttpResponse:
    once = form_context.sound_once(request.POST.get("once", ""))
    earlier = written_before(place, once)
    if earlier is not None:
        return _done(request, place, earlier, go_on=go_on)
    read = read_of(place, posted)
    extra = form_context.missing(read, amending=place.amending)
    if read.wrong or extra:
        return _shown(request, place, posted, checked=True, extra=extra)
    event_id = place.event or PROVISIONAL
    try:
        event = event_read(read, place.anchors, event_id)
    except CourseError as error:
        wrong = tuple(Wrong("f-date", _("The event"), one) for one in course_words(error))
        return _shown(request, place, posted, checked=True, extra=wrong)
    odd = doubts(place.course, event, language(), replaced=place.event)
    unexplained = [one for one in odd.asked if not read.because.get(one.rule)]
    if unexplained:
        extra = form_context.unexplained(unexplained)
        return _shown(request, place, posted, checked=True, extra=extra, problems=odd.asked)
    change = Change(
        place.child.key,
        place.event,
        place.kind,
        "amend" if place.amending else "write",
        payload_with_reasons(event, read, place.child),
        _version(request, place) if place.amending else 0,
        read.reason if place.amending else "",
        once,
    )
    asked = {one.rule for one in odd.asked}
    because = {rule: why for rule, why in read.because.items() if rule in asked and why}
    now = clock.now()
    try:
        entry = save(seat_of(request).hand(), place.child, change, because, now)
    except Conflict as conflict:
        _keep(request, place)
        return conflict_page(request, place, posted, conflict, event)
    except Refused as refused:
        wrong = tuple(Wrong("f-date", *refused_words(one)) for one in refused.problems)
        return _shown(request, place, posted, checked=True, extra=wrong)
    except StorageError as fault:
        _keep(request, place)
        wrong = (Wrong("f-date", _("The ledger"), fault_words(fault)),)
        return _shown(request, place, posted, checked=True, extra=wrong)
    return _done(request, place, entry, go_on=go_on)


def _done(request: HttpRequest, place: Place, entry: Entry, *, go_on: bool) -> HttpResponse:
    """Say as which entry it is saved, and go on."""
    drafts.discard(seat_of(request).account, place.child, place.kind, place.event)
    messages.success(request, form_context.saved_words(entry))
    if go_on:
        url = reverse("entry:choose", kwargs={"key": place.child.key})
        return redirect(f"{url}?entry={entry.number}")
    return redirect("entry:event", key=place.child.key, event=entry.event)

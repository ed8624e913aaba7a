# SPDX-License-Identifier: Apache-2.0
"""The page on which a child is registered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cartulary.course.course import DayZero, Origin
from cartulary.course.errors import CartularyError
from cartulary.registry import clock
from cartulary.registry.child_payload import CHILD
from cartulary.registry.identity import IdentityError, set_identity
from cartulary.registry.models import Child, Entry
from cartulary.registry.permissions import Permission
from cartulary.registry.writing import Refused, register
from cartulary.web.access import Seat, page
from cartulary.web.entry import drafts
from cartulary.web.entry.form_context import (
    as_part,
    draft_found_words,
    draft_words,
    saved_words,
)
from cartulary.web.entry.form_view import Wrong
from cartulary.web.entry.place import posted_texts, seat_of
from cartulary.web.entry.pseudonyms import next_pseudonym
from cartulary.web.entry.refused_words import fault_words, refused_words
from cartulary.web.entry.register_form import (
    IDENTITY_NAMES,
    Registration,
    field_views,
    read_registration,
)
from cartulary.web.entry.spoken import language

_BOTH = ("GET", "POST")


@page(Permission.WRITE_EVENTS, methods=_BOTH)
def register_child(request: HttpRequest) -> HttpResponse:
    """Register a child under a pseudonym, with day 0, age and sex."""
    seat = seat_of(request)
    taken = _taken(seat)
    if request.method == "GET":
        draft = drafts.draft_of(seat.account, None, CHILD, "")
        texts: dict[str, list[str]] = {
            "course_id": [next_pseudonym(taken)],
            "day0_is": [DayZero.INDICATION.value],
        }
        if draft is not None:
            texts.update(draft.data)
        found = read_registration(texts, clock.today(), taken)
        said = draft_found_words(draft) if draft is not None else ""
        return _shown(request, found, checked=False, draft_said=said)
    act = request.POST.get("act", "")
    if act == "anew":
        drafts.discard(seat.account, None, CHILD, "")
        return redirect("entry:register")
    posted = posted_texts(request)
    if "take" in posted:
        name, _mark, text = posted["take"][0].partition("=")
        posted[name] = [text]
    found = read_registration(posted, clock.today(), taken)
    if act == "draft":
        _keep(request)
        messages.info(request, _("Kept as a draft. Who the child is is never kept in a draft."))
        return redirect("entry:register")
    if act != "save":
        return _shown(request, found, checked=False)
    wrong = found.wrong()
    if wrong:
        return _shown(request, found, checked=True, wrong=wrong)
    try:
        child, entry = _write(seat, found)
    except Refused as refused:
        wrong = [Wrong("f-course_id", *refused_words(one)) for one in refused.problems]
        return _shown(request, found, checked=True, wrong=wrong)
    except IdentityError as error:
        wrong = [Wrong("f-hospital_number", _("Who the child is"), fault_words(error))]
        return _shown(request, found, checked=True, wrong=wrong)
    except CartularyError as error:
        wrong = [Wrong("f-course_id", _("The ledger"), fault_words(error))]
        return _shown(request, found, checked=True, wrong=wrong)
    drafts.discard(seat.account, None, CHILD, "")
    messages.success(request, saved_words(entry))
    if found.day0_is is DayZero.INDICATION:
        return redirect("entry:new", key=child.key, kind="indication")
    return redirect("entry:choose", key=child.key)


def _taken(seat: Seat) -> list[str]:
    children = Child.objects.filter(centre=seat.centre, withdrawn=False).order_by("position")
    return list(children.values_list("course_id", flat=True))


def _write(seat: Seat, found: Registration) -> tuple[Child, Entry]:
    """The child, and who it is where that was given; both or neither."""
    with transaction.atomic():
        child = register(
            seat.hand(),
            course_id=found.texts["course_id"],
            origin=Origin.RECORDED,
            sex=found.known("sex"),
            age_days_at_day0=found.known("age"),
            day0=found.day0,
            day0_is=found.day0_is,
            now=clock.now(),
        )
        person = found.person
        given = person.name or person.hospital_number or person.birth_date
        if given and seat.may(Permission.WRITE_IDENTITY):
            set_identity(child, person, account=seat.account)
    entry = Entry.objects.get(centre=seat.centre, child=child.key, event=CHILD, version=1)
    return child, entry


def _shown(
    request: HttpRequest,
    found: Registration,
    *,
    checked: bool,
    wrong: list[Wrong] | None = None,
    draft_said: str = "",
) -> HttpResponse:
    identity = seat_of(request).may(Permission.WRITE_IDENTITY)
    views = field_views(found, checked=checked, identity=identity)
    context: dict[str, Any] = {
        "title": _("Register a child"),
        "fields": [view for name, view in views.items() if name not in IDENTITY_NAMES],
        "identity_fields": [view for name, view in views.items() if name in IDENTITY_NAMES],
        "origin": Origin.RECORDED.nl if language() == "nl" else Origin.RECORDED.en,
        "wrong": wrong or [],
        "draft_said": draft_said,
        "read_url": reverse("entry:register") + "read/",
        "draft_url": reverse("entry:register_draft"),
    }
    return render(request, "entry/register.html", context)


@page(Permission.WRITE_EVENTS, methods=("POST",))
def read_back(request: HttpRequest, field: str) -> HttpResponse:
    """What a field of the registration was understood as."""
    seat = seat_of(request)
    found = read_registration(posted_texts(request), clock.today(), _taken(seat))
    identity = seat.may(Permission.WRITE_IDENTITY)
    view = field_views(found, checked=False, identity=identity).get(field)
    if view is None:
        raise Http404
    return as_part(render(request, "entry/note.html", {"note": view.note}))


@page(Permission.WRITE_EVENTS, methods=("POST",))
def keep_draft(request: HttpRequest) -> HttpResponse:
    """Keep what was typed; who the child is is left out."""
    kept = _keep(request)
    said = draft_words(kept) if kept is not None else _("Too long to keep as a draft.")
    return as_part(render(request, "entry/draft.html", {"said": said}))


def _keep(request: HttpRequest) -> Any:
    seat = seat_of(request)
    typed = drafts.typed_in(posted_texts(request))
    return drafts.keep(seat.account, seat.centre, None, CHILD, "", 0, typed, clock.now())


def _keep_expired(request: HttpRequest) -> None:
    """Keep what was posted into a session that has just ended; who the child is is left out."""
    _keep(request)


for _view in (register_child, keep_draft):
    _view.when_expired = _keep_expired  # type: ignore[attr-defined]

# SPDX-License-Identifier: Apache-2.0
"""Asking a query about one field of one event."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cartulary.course.errors import CartularyError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry import clock, queries, scope
from cartulary.registry.event_values import DATE, fields_of, label_of, plain, shown, value_in
from cartulary.registry.models import Account, Child, Current
from cartulary.registry.permissions import MAY, Permission
from cartulary.registry.reading_log import read
from cartulary.registry.roles import Role
from cartulary.web.access import Seat, SeatedRequest, page
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.entry.spoken import language
from cartulary.web.home.places import child_url, event_url


@page(Permission.ASK_QUERY, methods=("GET", "POST"))
def ask(request: SeatedRequest, key: UUID, event: str) -> HttpResponse:
    """The form on which a question is asked, and its sending."""
    seat = request.seat
    try:
        child = scope.child_of(seat, key)
    except Child.DoesNotExist as error:
        raise Http404 from error
    row = Current.objects.filter(child=child, event=event, withdrawn=False).first()
    if row is None or row.kind not in EVENT_TYPE_OF_KIND:
        raise Http404
    known = fields_of(row.kind)
    wrong: dict[str, str] = {}
    said = {"field": request.GET.get("field", ""), "text": "", "to": Role.DATA_MANAGER.value}
    people = _people(seat)
    if request.method == "POST":
        said = {name: request.POST.get(name, "")[:2000].strip() for name in ("field", "text", "to")}
        if said["field"] not in known:
            wrong["field"] = _("Choose a field.")
        if not said["text"]:
            wrong["text"] = _("Write the question.")
        if said["to"] not in dict(people):
            wrong["to"] = _("Choose who is to answer.")
        if not wrong:
            try:
                number = queries.ask(
                    seat.hand(),
                    child,
                    event,
                    said["field"],
                    said["text"],
                    to=said["to"],
                    now=clock.now(),
                )
            except CartularyError as error:
                wrong["text"] = fault_words(error)
            else:
                return redirect("queries:query", number=number)
    if said["field"] not in known:
        said["field"] = DATE
    read(seat.account, seat.centre, child, "ask")
    lang = language()
    payload = plain(row.payload)
    context: dict[str, Any] = {
        "child": child,
        "child_url": child_url(child.key),
        "event": event,
        "event_url": event_url(child.key, event),
        "label": EVENT_TYPE_OF_KIND[row.kind].label(lang),
        "fields": [
            (
                name,
                label_of(row.kind, name, lang),
                shown(row.kind, name, value_in(payload, name), lang),
            )
            for name in known
        ],
        "people": people,
        "said": said,
        "wrong": wrong,
    }
    return render(request, "queries/ask.html", context, status=422 if wrong else 200)


def _people(seat: Seat) -> list[tuple[str, str]]:
    """Who can answer: a role of the centre, or somebody in one of them."""
    lang = language()
    able = MAY[Permission.ANSWER_QUERY]
    roles = [(role.value, role.nl if lang == "nl" else role.en) for role in Role if role in able]
    accounts = Account.objects.filter(
        memberships__centre=seat.centre,
        memberships__role__in=[role.value for role in able],
        memberships__until__isnull=True,
        is_active=True,
    ).distinct()
    named = [(one.username, one.get_full_name() or one.username) for one in accounts]
    return roles + sorted(named, key=lambda pair: pair[1].casefold())

# SPDX-License-Identifier: Apache-2.0
"""One import that was written: what it brought, and taking it back."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cartulary.course.errors import CartularyError
from cartulary.registry import clock
from cartulary.registry.importing_undo import Obstacle, UndoRefused, obstacles, undo
from cartulary.registry.models import Batch, Entry
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.spoken import language
from cartulary.web.home.lines import local, names_of
from cartulary.web.home.places import child_url, event_url
from cartulary.web.importing.dry_run_page import LONGEST_REASON
from cartulary.web.importing.refusal_words import refusal_words
from cartulary.web.importing.row_words import kind_words

MOST_SHOWN: Final = 50


@page(Permission.IMPORT_TABLES)
def batch(request: SeatedRequest, key: UUID) -> HttpResponse:
    """One import: its file, its counts, and what stands in the way of undoing it."""
    found = _batch(request, key)
    read(request.seat.account, request.seat.centre, None, "import")
    return _page(request, found, () if found.undone_at else obstacles(found))


@page(Permission.UNDO_IMPORT, methods=("POST",))
def take_back(request: SeatedRequest, key: UUID) -> HttpResponse:
    """Undo an import, with a reason."""
    found = _batch(request, key)
    reason = request.POST.get("reason", "")[:LONGEST_REASON].strip()
    if not reason:
        return _page(request, found, obstacles(found), no_reason=True)
    try:
        undo(request.seat.hand("import"), found, clock.now(), reason)
    except UndoRefused as error:
        return _page(request, found, error.obstacles, reason=reason, wrong=refusal_words(error))
    except CartularyError as error:
        return _page(request, found, (), reason=reason, wrong=refusal_words(error))
    messages.success(request, _("The import was undone."))
    return redirect("importing:batch", key=key)


def _batch(request: SeatedRequest, key: UUID) -> Batch:
    found = Batch.objects.filter(key=key, centre=request.seat.centre).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: SeatedRequest,
    found: Batch,
    in_the_way: tuple[Obstacle, ...],
    *,
    reason: str = "",
    wrong: str = "",
    no_reason: bool = False,
) -> HttpResponse:
    lang = language()
    who = [one.author for one in in_the_way]
    if found.account is not None:
        who.append(found.account.get_username())
    names = names_of(who)
    counts = found.counts
    written = counts.get("rows", {})
    entries = Entry.objects.filter(centre=found.centre, batch=found.key)
    first = entries.order_by("number").first()
    context: dict[str, Any] = {
        "batch": found,
        "at": local(found.at),
        "by": _by(found, names),
        "undone": local(found.undone_at) if found.undone_at else None,
        "undone_by": counts.get("undone_by", ""),
        "undone_because": counts.get("undone_because", ""),
        "why": counts.get("reason", ""),
        "new": written.get("new", 0),
        "changed": written.get("changed", 0),
        "same": written.get("same", 0),
        "left_out": counts.get("left_out", 0),
        "children": counts.get("children", {}).get("new", 0),
        "entries": entries.count(),
        "first": first.number if first else None,
        "in_the_way": [
            {
                "one": one,
                "by": names.get(one.author, one.author),
                "at": local(one.recorded_at),
                "kind": kind_words(one.kind, lang),
                "url": event_url(one.child, one.event)
                if one.kind != "child"
                else child_url(one.child),
            }
            for one in in_the_way[:MOST_SHOWN]
        ],
        "in_the_way_count": len(in_the_way),
        "may_undo": request.seat.may(Permission.UNDO_IMPORT) and not found.undone_at,
        "reason": reason,
        "wrong": "" if in_the_way else wrong,
        "no_reason": no_reason,
    }
    status = 422 if no_reason else 409 if wrong else 200
    return render(request, "importing/batch.html", context, status=status)


def _by(found: Batch, names: dict[str, str]) -> str:
    if found.account is None:
        return str(found.counts.get("by", ""))
    name = found.account.get_username()
    return names.get(name, name)

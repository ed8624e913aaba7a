# SPDX-License-Identifier: Apache-2.0
"""Who wrote what: the log of entries, one entry with its hashes, and a child's own log."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry import scope
from cartulary.registry.canonical import BEFORE_THE_FIRST, Line, hash_of, moment_text, seal_of
from cartulary.registry.keys import seal_key
from cartulary.registry.last_verification import last_verification
from cartulary.registry.models import ChainHead, Child, Entry
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.web.access import Seat, SeatedRequest, page
from cartulary.web.audit.filters import Narrowed, asked_for, narrowed, people
from cartulary.web.audit.words import act_words, kind_label, kinds, via_words
from cartulary.web.entry.spoken import number_words
from cartulary.web.home.lines import local, names_of
from cartulary.web.home.places import child_url, event_url

ON_A_PAGE: Final = 50


@page(Permission.SEE_AUDIT, methods=("GET", "POST"))
def log(request: SeatedRequest) -> HttpResponse:
    """The entries of the centre, the last first, narrowed as the form or the address asks."""
    seat = request.seat
    if request.method == "POST":
        wanted = asked_for(request, seat)
        if not wanted.problems:
            return redirect(f"{reverse('audit:log')}?{wanted.query}".removesuffix("?"))
        status = 422
    else:
        wanted, status = narrowed(request, seat), 200
    before = request.GET.get("before", "")
    found = _narrow(Entry.objects.filter(centre=seat.centre), wanted).order_by("-number")
    if before.isdigit() and len(before) < 18:
        found = found.filter(number__lt=int(before))
    rows = list(found[: ON_A_PAGE + 1])
    read(seat.account, seat.centre, wanted.child, "audit")
    head = ChainHead.objects.filter(centre=seat.centre).first()
    context: dict[str, Any] = {
        "rows": _lines(rows[:ON_A_PAGE], seat),
        "total": number_words(head.number if head is not None else 0),
        "more": rows[ON_A_PAGE - 1].number if len(rows) > ON_A_PAGE else None,
        "wanted": wanted,
        "is_narrowed": bool(wanted.query),
        "people": people(seat),
        "kinds": kinds(),
        "may_read": seat.may(Permission.SEE_READINGS),
        "may_verify": seat.may(Permission.VERIFY_LEDGER),
        "seen": last_verification(seat.centre),
    }
    return render(request, "audit/log.html", context, status=status)


@page(Permission.SEE_AUDIT)
def of_child(request: SeatedRequest, key: UUID) -> HttpResponse:
    """Everything that was written about one child, the last first."""
    seat = request.seat
    child = _child(seat, key)
    found = Entry.objects.filter(centre=seat.centre, child=child.key).order_by("-number")
    before = request.GET.get("before", "")
    if before.isdigit() and len(before) < 18:
        found = found.filter(number__lt=int(before))
    rows = list(found[: ON_A_PAGE + 1])
    read(seat.account, seat.centre, child, "audit of child")
    authors = set(
        Entry.objects.filter(centre=seat.centre, child=child.key).values_list("author", flat=True)
    )
    context: dict[str, Any] = {
        "child": child,
        "child_url": child_url(child.key),
        "rows": _lines(rows[:ON_A_PAGE], seat),
        "more": rows[ON_A_PAGE - 1].number if len(rows) > ON_A_PAGE else None,
        "people_count": len(authors),
        "may_read": seat.may(Permission.SEE_READINGS),
    }
    return render(request, "audit/child.html", context)


@page(Permission.SEE_AUDIT)
def entry(request: SeatedRequest, number: int) -> HttpResponse:
    """One entry whole: what it says, what it said before, its hashes, and whether they agree."""
    seat = request.seat
    found = Entry.objects.filter(centre=seat.centre, number=number).first()
    if found is None:
        raise Http404
    child = Child.objects.filter(key=found.child, centre=seat.centre).first()
    if child is not None:
        read(seat.account, seat.centre, child, "audit entry")
    before = Entry.objects.filter(centre=seat.centre, number=number - 1).first()
    versions = Entry.objects.filter(
        centre=seat.centre, child=found.child, event=found.event
    ).order_by("version")
    earlier = versions.filter(version=found.version - 1).first()
    names = names_of([found.author, *(one.author for one in versions)])
    is_event = found.kind in EVENT_TYPE_OF_KIND and child is not None
    context: dict[str, Any] = {
        "entry": found,
        "number": number_words(found.number),
        "child": child,
        "child_url": child_url(found.child),
        "event_url": event_url(found.child, found.event) if is_event else "",
        "act": act_words(found.act),
        "kind": kind_label(found.kind),
        "via": via_words(found.via),
        "who": names.get(found.author, found.author),
        "at": local(found.recorded_at),
        "utc": moment_text(found.recorded_at),
        "changes": _changes(earlier, found),
        "payload": _pretty(found.payload),
        "versions": [
            (one, names.get(one.author, one.author), act_words(one.act), local(one.recorded_at))
            for one in versions
        ],
        "checks": _checks(found, before, seat),
        "after": Entry.objects.filter(centre=seat.centre, number=number + 1).exists(),
        "before": before is not None,
    }
    return render(request, "audit/entry.html", context)


def _narrow(found: QuerySet[Entry], wanted: Narrowed) -> QuerySet[Entry]:
    if wanted.child is not None:
        found = found.filter(child=wanted.child.key)
    if wanted.user:
        found = found.filter(author=wanted.user)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.first is not None:
        found = found.filter(recorded_at__gte=wanted.first)
    if wanted.end is not None:
        found = found.filter(recorded_at__lt=wanted.end)
    return found


def _lines(rows: Iterable[Entry], seat: Seat) -> list[dict[str, Any]]:
    """Entries as lines of a log."""
    listed = list(rows)
    names = names_of(row.author for row in listed)
    children = dict(
        Child.objects.filter(centre=seat.centre, key__in={row.child for row in listed}).values_list(
            "key", "course_id"
        )
    )
    return [
        {
            "number": row.number,
            "shown": number_words(row.number),
            "at": local(row.recorded_at),
            "who": names.get(row.author, row.author),
            "act": act_words(row.act),
            "kind": kind_label(row.kind),
            "event": row.event,
            "course_id": children.get(row.child, ""),
            "reason": row.reason,
            "via": via_words(row.via),
            "hash": row.hash,
        }
        for row in listed
    ]


def _child(seat: Seat, key: UUID) -> Child:
    try:
        return scope.child_of(seat, key)
    except Child.DoesNotExist as error:
        raise Http404 from error


def _pretty(text: str) -> str:
    """A payload with one value a line."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def _changes(earlier: Entry | None, found: Entry) -> list[tuple[str, str, str]]:
    """The parts of a payload that differ from the version before: name, then, now."""
    if earlier is None or found.act == "withdraw":
        return []
    then, now = _flat(json.loads(earlier.payload)), _flat(json.loads(found.payload))
    return [
        (name, then.get(name, ""), now.get(name, ""))
        for name in sorted(then.keys() | now.keys())
        if then.get(name) != now.get(name)
    ]


def _flat(value: Any, under: str = "") -> dict[str, str]:
    """Nested values by a name with dots."""
    if not isinstance(value, dict):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return {under: text} if under else {}
    found: dict[str, str] = {}
    for name, inner in value.items():
        found |= _flat(inner, f"{under}.{name}" if under else name)
    return found


def _checks(found: Entry, before: Entry | None, seat: Seat) -> dict[str, bool]:
    """Whether the entry's hash, its seal and its link to the entry before it agree."""
    line = Line(
        seat.centre.code,
        found.number,
        str(found.child),
        found.event,
        found.kind,
        found.act,
        found.version,
        found.payload,
        found.reason,
        None if found.batch is None else str(found.batch),
        found.via,
        found.author,
        found.client_id,
        moment_text(found.recorded_at),
        found.previous_hash,
    )
    follows = BEFORE_THE_FIRST if before is None and found.number == 1 else ""
    return {
        "hash": hash_of(line) == found.hash,
        "seal": hmac.compare_digest(seal_of(found.hash, seal_key()), found.seal),
        "follows": found.previous_hash == (before.hash if before is not None else follows),
    }

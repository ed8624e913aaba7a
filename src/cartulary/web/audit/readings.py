# SPDX-License-Identifier: Apache-2.0
"""Who read what: the log of readings, and the report on one child for whoever asks who looked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cartulary.registry import clock, scope
from cartulary.registry.models import Account, Child, Entry, Membership, Reading
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.web.access import Seat, SeatedRequest, page
from cartulary.web.audit.filters import Narrowed, asked_for, narrowed, people
from cartulary.web.audit.words import page_words
from cartulary.web.entry.spoken import number_words
from cartulary.web.home.lines import local, role_words
from cartulary.web.home.places import child_url

ON_A_PAGE: Final = 50
#: A report holds so many readings; the period is to be shortened beyond it.
MOST_IN_REPORT: Final = 5000


@page(Permission.SEE_READINGS, methods=("GET", "POST"))
def listed(request: SeatedRequest) -> HttpResponse:
    """Who looked at which page of which child, the last first."""
    seat = request.seat
    if request.method == "POST":
        wanted = asked_for(request, seat)
        if not wanted.problems:
            return redirect(f"{reverse('audit:readings')}?{wanted.query}".removesuffix("?"))
        status = 422
    else:
        wanted, status = narrowed(request, seat), 200
    found = _narrow(Reading.objects.filter(centre=seat.centre), wanted)
    before = request.GET.get("before", "")
    if before.isdigit() and len(before) < 18:
        found = found.filter(pk__lt=int(before))
    rows = list(found.select_related("account").order_by("-pk")[: ON_A_PAGE + 1])
    read(seat.account, seat.centre, wanted.child, "readings")
    context: dict[str, Any] = {
        "rows": _lines(rows[:ON_A_PAGE], seat),
        "more": rows[ON_A_PAGE - 1].pk if len(rows) > ON_A_PAGE else None,
        "wanted": wanted,
        "is_narrowed": bool(wanted.query),
        "people": people(seat),
    }
    return render(request, "audit/readings.html", context, status=status)


@page(Permission.SEE_READINGS)
def access(request: SeatedRequest, key: UUID) -> HttpResponse:
    """Who looked at and who wrote about one child: what a parent may ask for (NEN 7513)."""
    seat = request.seat
    try:
        child = scope.child_of(seat, key)
    except Child.DoesNotExist as error:
        raise Http404 from error
    wanted = narrowed(request, seat)
    readings = _narrow(Reading.objects.filter(centre=seat.centre, child=child.key), wanted)
    size = readings.count()
    rows = list(readings.select_related("account").order_by("at", "pk")[:MOST_IN_REPORT])
    written = Entry.objects.filter(centre=seat.centre, child=child.key)
    if wanted.first is not None:
        written = written.filter(recorded_at__gte=wanted.first)
    if wanted.end is not None:
        written = written.filter(recorded_at__lt=wanted.end)
    lines = _lines(rows, seat)
    authors = sorted(set(written.values_list("author", flat=True)))
    names = {account.username: account for account in Account.objects.filter(username__in=authors)}
    read(seat.account, seat.centre, child, "access report")
    context: dict[str, Any] = {
        "child": child,
        "child_url": child_url(child.key),
        "lines": lines,
        "size": number_words(size),
        "cut": size > MOST_IN_REPORT,
        "readers": len({row.account_id for row in rows}),
        "writers": [
            (
                names[author].get_full_name() or author if author in names else author,
                written.filter(author=author).count(),
            )
            for author in authors
        ],
        "wanted": wanted,
        "made_on": clock.today(),
        "made_by": seat.account.get_full_name() or seat.account.get_username(),
    }
    return render(request, "audit/access.html", context)


def _narrow(found: QuerySet[Reading], wanted: Narrowed) -> QuerySet[Reading]:
    if wanted.child is not None:
        found = found.filter(child=wanted.child.key)
    if wanted.user:
        found = found.filter(account__username=wanted.user)
    if wanted.first is not None:
        found = found.filter(at__gte=wanted.first)
    if wanted.end is not None:
        found = found.filter(at__lt=wanted.end)
    return found


def _lines(rows: Iterable[Reading], seat: Seat) -> list[dict[str, Any]]:
    """Readings as lines, each with the role that its reader had on that day."""
    listed_rows = list(rows)
    children = dict(
        Child.objects.filter(
            centre=seat.centre, key__in={row.child for row in listed_rows if row.child}
        ).values_list("key", "course_id")
    )
    roles = _roles(seat, {row.account_id for row in listed_rows})
    return [
        {
            "at": local(row.at),
            "who": row.account.get_full_name() or row.account.username,
            "role": _role_on(roles.get(row.account_id, []), local(row.at).date()),
            "page": page_words(row.page),
            "course_id": children.get(row.child, "") if row.child else "",
            "key": row.child,
            "as_of": local(row.as_of) if row.as_of else None,
            "purpose": row.purpose,
        }
        for row in listed_rows
    ]


def _roles(seat: Seat, accounts: set[Any]) -> dict[Any, list[Membership]]:
    found: dict[Any, list[Membership]] = {}
    for row in Membership.objects.filter(centre=seat.centre, account__in=accounts):
        found.setdefault(row.account_id, []).append(row)
    return found


def _role_on(held: list[Membership], day: date) -> str:
    """The roles that somebody had on a day, in words."""
    codes = [m.role for m in held if m.since <= day and (m.until is None or m.until >= day)]
    return ", ".join(role_words(code) for code in codes)

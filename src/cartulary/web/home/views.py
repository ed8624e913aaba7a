# SPDX-License-Identifier: Apache-2.0
"""The first page: three worklists, each with its count, its age and its owner."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS

from cartulary.course.dates import PartialDate
from cartulary.registry import clock, queries, worklists
from cartulary.registry.models import Current, Due
from cartulary.registry.permissions import Permission
from cartulary.registry.queries import QueryState
from cartulary.registry.reading_log import read
from cartulary.registry.worklist_due import followed
from cartulary.web.access import Seat, SeatedRequest, page
from cartulary.web.entry.spoken import date_words, day_and_month, language
from cartulary.web.home.lines import (
    WaitingLine,
    due_line,
    finding_line,
    local,
    names_of,
    query_line,
)
from cartulary.web.home.number_words import at_the_start
from cartulary.web.home.places import REGISTER_URL
from cartulary.web.home.sentence import sentence
from cartulary.web.home.told import touched_lines
from cartulary.web.home.windows import HEIGHT, Axis

DUE_ON_A_PAGE: Final = 20
WAITING_ON_A_PAGE: Final = 6
TOUCHED_ON_A_PAGE: Final = 6


@page(Permission.SEE_CHILDREN)
def home(request: SeatedRequest) -> HttpResponse:
    """What is late, what waits, and what was touched, for oneself or for the whole centre."""
    seat, today = request.seat, clock.today()
    me = seat.account.get_username()
    hidden = worklists.hidden_items(seat.centre, today)
    mine, everybody = (worklists.due_counts(seat.centre, today, who, hidden) for who in (me, ""))
    waiting, my_queries, findings = _waiting(seat, today)
    whose = request.GET.get("whose", "")
    if whose not in ("mine", "all"):
        whose = "mine" if mine.total else "all"
    owner, counts = (me, mine) if whose == "mine" else ("", everybody)
    offset = _offset(request)
    rows = worklists.due_page(
        seat.centre,
        today,
        owner=owner,
        offset=offset,
        limit=DUE_ON_A_PAGE + 1,
        hidden=hidden,
    )
    axis = Axis(today)
    shown = rows[:DUE_ON_A_PAGE]
    chosen = _chosen(request, shown)
    names = names_of(row.owner for row in shown)
    may_write = seat.may(Permission.WRITE_EVENTS)
    read(seat.account, seat.centre, None, "home")
    context: dict[str, Any] = {
        "today_words": at_the_start(f"{WEEKDAYS[today.weekday()]} {day_and_month(today)}"),
        "today_short": day_and_month(today),
        "sentence": sentence(counts, findings.total + my_queries, findings.errors),
        "counts": counts,
        "mine": mine.total,
        "everybody": everybody.total,
        "whose": whose,
        "lines": [
            due_line(row, axis, names, may_write=may_write, chosen=row.pk == chosen)
            for row in shown
        ],
        "chosen": next((row for row in shown if row.pk == chosen), None),
        "chosen_contact": _last_contact(next((r for r in shown if r.pk == chosen), None)),
        "axis": axis,
        "height": HEIGHT,
        "months": list(axis.months()),
        "schedules": [one.short.text(language()) for one in followed()],
        "as_table": request.GET.get("as") == "table",
        "offset": offset,
        "before": max(0, offset - DUE_ON_A_PAGE) if offset else None,
        "after": offset + DUE_ON_A_PAGE if len(rows) > DUE_ON_A_PAGE else None,
        "waiting": waiting,
        "findings": findings,
        "queries": my_queries,
        "waiting_more": findings.total + my_queries - len(waiting),
        "touched": touched_lines(
            worklists.recently_touched(seat.centre, limit=TOUCHED_ON_A_PAGE), today
        ),
        "touched_since": worklists.touched_since(seat.centre, _yesterday(today)),
        "may_write": may_write,
        "register_url": REGISTER_URL,
        "snoozed": len(hidden),
    }
    return render(request, "home/home.html", context)


def _waiting(seat: Seat, today: date) -> tuple[list[WaitingLine], int, worklists.FindingCounts]:
    """The first errors, then queries that wait for this person, then other findings."""
    me = seat.account.get_username()
    addressed = (me, *(role.value for role in seat.roles))
    findings = worklists.finding_counts(seat.centre)
    asked = queries.rows(seat.centre, states=(QueryState.OPEN, QueryState.REOPENED), to=addressed)
    answered = queries.rows(seat.centre, states=(QueryState.ANSWERED,))
    mine = queries.page(asked, limit=WAITING_ON_A_PAGE)
    to_close = [
        query
        for query in queries.page(answered, limit=WAITING_ON_A_PAGE)
        if seat.may(Permission.CLOSE_QUERY)
    ]
    names = names_of(
        name
        for query in (*mine, *to_close)
        for name in (query.last.author, query.asked_by, query.to)
    )
    listed = [
        finding_line(row, today)
        for row in worklists.findings_page(seat.centre, limit=WAITING_ON_A_PAGE)
    ]
    lines = [line for line in listed if line.blocks]
    lines += [query_line(query, me, today, names) for query in (*mine, *to_close)]
    lines += [line for line in listed if not line.blocks]
    total = asked.count() + (answered.count() if to_close else 0)
    return lines[:WAITING_ON_A_PAGE], total, findings


def _offset(request: HttpRequest) -> int:
    """From which line on; 0 for what is no number."""
    text = request.GET.get("from", "")
    return int(text) if text.isdigit() and len(text) < 8 else 0


def _chosen(request: HttpRequest, shown: list[Due]) -> int | None:
    """The line that keys act on: the one asked for, else the first."""
    asked = request.GET.get("line", "")
    if asked.isdigit() and any(row.pk == int(asked) for row in shown):
        return int(asked)
    return shown[0].pk if shown else None


def _last_contact(due: Due | None) -> str:
    """When the child of a line was last seen, in words; "" when that is not known."""
    if due is None:
        return ""
    seen_by = {kind for one in followed() for kind in one.seen_by}
    dates = (
        Current.objects.filter(child=due.child_id, kind__in=seen_by, withdrawn=False)
        .exclude(date="")
        .order_by("-date")
        .values_list("date", flat=True)
    )
    text = dates.first()
    if not text:
        return ""
    return date_words(PartialDate.from_iso(text))


def _yesterday(today: date) -> datetime:
    """The beginning of yesterday here."""
    return datetime.combine(today - timedelta(days=1), time.min, tzinfo=local(clock.now()).tzinfo)

# SPDX-License-Identifier: Apache-2.0
"""Findings of the rules: the list of a centre, and one finding with its answer."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cartulary.course.errors import CartularyError
from cartulary.course.problem import Severity
from cartulary.registry import clock, worklists
from cartulary.registry.models import Entry, Finding
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.registry.worklist_findings import an_error_after_all, not_an_error, words_of
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.entry.spoken import language, number_words
from cartulary.web.home.lines import finding_line, local, names_of
from cartulary.web.home.places import child_url, event_url

ON_A_PAGE: Final = 50


@page(Permission.SEE_CHILDREN)
def listed(request: SeatedRequest) -> HttpResponse:
    """Every finding of the centre, the errors first; or those that were answered."""
    seat, today = request.seat, clock.today()
    text = request.GET.get("from", "")
    offset = int(text) if text.isdigit() and len(text) < 8 else 0
    resolved = request.GET.get("state") == "resolved"
    if resolved:
        found = worklists.findings(seat.centre, resolved=True).select_related("child")
        rows = list(found[offset : offset + ON_A_PAGE + 1])
    else:
        rows = worklists.findings_page(seat.centre, offset=offset, limit=ON_A_PAGE + 1)
    read(seat.account, seat.centre, None, "findings")
    context = {
        "lines": [finding_line(row, today) for row in rows[:ON_A_PAGE]],
        "counts": worklists.finding_counts(seat.centre),
        "resolved": resolved,
        "before": max(0, offset - ON_A_PAGE) if offset else None,
        "after": offset + ON_A_PAGE if len(rows) > ON_A_PAGE else None,
    }
    return render(request, "home/findings.html", context)


@page(Permission.SEE_CHILDREN, methods=("GET", "POST"))
def finding(request: SeatedRequest, pk: int) -> HttpResponse:
    """One finding: what, where, why, what to do; and the reason for which it is no error."""
    seat, today = request.seat, clock.today()
    row = (
        Finding.objects.filter(pk=pk, centre=seat.centre, child__withdrawn=False)
        .select_related("child")
        .first()
    )
    if row is None:
        raise Http404
    may_answer = seat.may(Permission.AMEND)
    wrong = ""
    if request.method == "POST":
        if not may_answer:
            raise PermissionDenied
        because = request.POST.get("because", "")[:2000].strip()
        wrong = _answered(request, row, because)
        if not wrong:
            return redirect("home:home")
    read(seat.account, seat.centre, row.child, "finding")
    words = words_of(row.rule, row.problem, language())
    severity = Severity(row.severity)
    resolution = _resolution(row)
    context: dict[str, Any] = {
        "row": row,
        "line": finding_line(row, today),
        "words": words,
        "severity": severity.nl if language() == "nl" else severity.en,
        "value": row.problem.get("value", ""),
        "events": [(name, event_url(row.child_id, name)) for name in row.events],
        "child_url": child_url(row.child_id),
        "resolution": resolution,
        "wrong": wrong,
        "may_answer": may_answer,
        "found_on": local(row.found_at),
    }
    return render(request, "home/finding.html", context, status=422 if wrong else 200)


def _answered(request: SeatedRequest, row: Finding, because: str) -> str:
    """Write the answer; what is wrong with it, or ""."""
    if not because:
        return _("Say in a few words why; whoever reads the history must see it.")
    hand = request.seat.hand()
    try:
        if request.POST.get("act") == "reopen":
            entry = an_error_after_all(hand, row, because, now=clock.now())
        else:
            entry = not_an_error(hand, row, because, now=clock.now())
    except CartularyError as error:
        return fault_words(error)
    if entry is not None:
        messages.success(
            request,
            _("Saved %(time)s as entry %(number)s.")
            % {
                "time": f"{local(entry.recorded_at):%H:%M}",
                "number": number_words(entry.number),
            },
        )
    return ""


def _resolution(row: Finding) -> dict[str, Any] | None:
    """Why the finding is no error, who said so and when; None while it stands."""
    if row.resolution is None:
        return None
    entry = Entry.objects.filter(centre_id=row.centre_id, number=row.resolution).first()
    if entry is None:
        return None
    names = names_of([entry.author])
    return {
        "because": entry.reason,
        "who": names.get(entry.author, entry.author),
        "when": local(entry.recorded_at),
        "number": entry.number,
    }

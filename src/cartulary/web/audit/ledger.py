# SPDX-License-Identifier: Apache-2.0
"""Whether the ledger is intact: the last verification, its faults, and a new one on request."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render

from cartulary.registry import clock
from cartulary.registry.last_verification import last_verification, remember
from cartulary.registry.models import ChainHead
from cartulary.registry.permissions import Permission
from cartulary.registry.verifying import verify
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.spoken import number_words
from cartulary.web.home.lines import local, names_of

#: Beyond so many entries the page sends to the command, which shows how far it is.
MOST_ENTRIES: Final = 300_000


@page(Permission.VERIFY_LEDGER, methods=("GET", "POST"))
def ledger(request: SeatedRequest) -> HttpResponse:
    """The chain's head and last verification; by POST it is read from end to end."""
    seat = request.seat
    head = ChainHead.objects.filter(centre=seat.centre).first()
    number = head.number if head is not None else 0
    if request.method == "POST" and number <= MOST_ENTRIES:
        verdict = verify(seat.centre)
        remember(seat.centre, verdict, seat.account.get_username(), clock.now())
        return redirect("audit:ledger")
    seen = last_verification(seat.centre)
    names = names_of([seen.by]) if seen is not None else {}
    context: dict[str, Any] = {
        "head": head,
        "entries": number_words(number),
        "last_at": local(head.recorded_at) if head is not None and head.recorded_at else None,
        "seen": seen,
        "seen_at": local(seen.at) if seen is not None else None,
        "seen_entries": number_words(seen.entries) if seen is not None else "",
        "who": names.get(seen.by, seen.by) if seen is not None else "",
        "since": number_words(number - seen.entries) if seen and number > seen.entries else "",
        "too_many": number > MOST_ENTRIES,
        "anchored": seat.centre if seat.centre.anchored_number else None,
        "anchored_at": local(seat.centre.anchored_at) if seat.centre.anchored_at else None,
        "can_see_entries": seat.may(Permission.SEE_AUDIT),
        "may_read": seat.may(Permission.SEE_READINGS),
    }
    return render(request, "audit/ledger.html", context)

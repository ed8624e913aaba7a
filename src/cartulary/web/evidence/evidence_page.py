# SPDX-License-Identifier: Apache-2.0
"""The outcomes of the centre: a sentence that chooses, a finding, figures, and what is behind."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.spoken import language
from cartulary.web.evidence import reckoned_pages
from cartulary.web.evidence.chooser import sentence_of
from cartulary.web.evidence.drawn_parts import drawn_parts
from cartulary.web.evidence.evidence_wanted import wanted_of
from cartulary.web.evidence.reckoned_pages import ReckonedPage
from cartulary.web.evidence.refusal_words import refusal_of

#: After so long it is said what is being reckoned.
PATIENCE_SECONDS: Final = 2.0
STEPS: Final = {
    "reading and checking the ledger": gettext_lazy("reading and checking the ledger"),
    "reckoning the figures": gettext_lazy("reckoning the figures"),
    "writing the words and tables": gettext_lazy("writing the words and tables"),
    "drawing the figures": gettext_lazy("drawing the figures"),
}


@page(Permission.SEE_EVIDENCE)
def outcomes(request: SeatedRequest) -> HttpResponse:
    """One view of the outcomes; while it is being reckoned, what is being done."""
    seat = request.seat
    wanted = wanted_of(request.GET, seat.centre, language())
    found = reckoned_pages.asked(wanted, seat.centre)
    shown = found.shown
    ready = shown.state == "done"
    htmx = getattr(request, "htmx", None)
    polls = bool(htmx) and not htmx.boosted
    if polls and found.state == "working":
        return _still_working(request, found)
    if ready:
        read(seat.account, seat.centre, None, "evidence", wanted.as_of)
    context: dict[str, Any] = {
        "wanted": wanted,
        "found": found,
        "chooser": sentence_of(wanted, shown.page, seat.centre.name),
        "refusal": refusal_of(shown.page) if ready else "",
        "parts": drawn_parts(
            shown, seat.may(Permission.SEE_CHILDREN_BEHIND), seat.may(Permission.EXPORT_REPORT)
        ),
        "steps": _steps(found),
        "is_being_recomputed": shown is not found,
    }
    return render(request, "evidence/evidence.html", context)


def _still_working(request: SeatedRequest, found: ReckonedPage) -> HttpResponse:
    """What is being reckoned, put in its own place; the rest of the page stays."""
    answer = render(request, "evidence/reckoning.html", {"steps": _steps(found)})
    answer.headers["HX-Retarget"] = answer.headers["HX-Reselect"] = "#reckoning-said"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def _steps(found: ReckonedPage) -> list[dict[str, Any]]:
    """What was done and is being done, once whoever waits may wonder."""
    if found.state != "working" or found.seconds < PATIENCE_SECONDS:
        return []
    # Before it says a step of its own it is on the way to the first.
    reached = [step for step in found.steps if step in STEPS] or [next(iter(STEPS))]
    return [{"words": STEPS[step], "is_done": step != reached[-1]} for step in reached]

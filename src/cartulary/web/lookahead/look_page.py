# SPDX-License-Identifier: Apache-2.0
"""Look ahead: two policies compared at once where they were before, else computed when asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cartulary.registry.permissions import Permission
from cartulary.web.access import SeatedRequest, page
from cartulary.web.beside import work
from cartulary.web.beside.work_files import DONE, WORKING
from cartulary.web.entry.spoken import language
from cartulary.web.lookahead import comparisons, doing, runs
from cartulary.web.lookahead.look_wanted import LookWanted, wanted_of
from cartulary.web.lookahead.offered import Offered, offered
from cartulary.web.lookahead.sentence import sentence_of
from cartulary.web.lookahead.shown import calibration_words, judged_by, shown


@page(Permission.SEE_LOOK_AHEAD)
def look(request: SeatedRequest) -> HttpResponse:
    """The comparison that the address asks for, or how far its computing is."""
    known = offered()
    wanted = comparisons.completed(wanted_of(request.GET), known)
    compared = comparisons.found(wanted, known)
    judged = judged_by(compared)
    if wanted.outcome not in {one.id for one in judged}:
        wanted = replace(wanted, outcome=judged[0].id)
    running = None if compared is not None else run_of(wanted, known)
    if _polls(request):
        return _state(request, wanted, running, is_there=compared is not None)
    lang = language()
    context: dict[str, Any] = {
        "wanted": wanted,
        "chooser": sentence_of(wanted, known, judged, lang),
        "found": shown(compared, wanted, lang) if compared is not None else None,
        "work": running,
        "lacks": running.ended.get("lacks", "") if running is not None else "",
        "may_run": request.seat.may(Permission.RUN_LOOK_AHEAD),
        "may_build": request.seat.may(Permission.BUILD_FORECASTS),
        "refused_files": known.refused if request.seat.may(Permission.RUN_LOOK_AHEAD) else (),
        "calibration": calibration_words(lang),
        "draws": doing.DRAWS,
        "children": doing.CHILDREN,
        "courses": 2 * doing.DRAWS * doing.CHILDREN,
    }
    return render(request, "lookahead/look.html", context)


@page(Permission.RUN_LOOK_AHEAD, methods=("POST",))
def run(request: SeatedRequest) -> HttpResponse:
    """Have the comparison computed in a process of its own."""
    known = offered()
    wanted = comparisons.completed(wanted_of(request.POST), known)
    if comparisons.found(wanted, known) is None:
        said = {
            "act": doing.COMPARE,
            "policy": wanted.policy,
            "against": wanted.against,
            "population": wanted.population,
            "draws": doing.DRAWS,
            "children": doing.CHILDREN,
            "years": doing.YEARS,
            "seed": doing.SEED,
        }
        runs.begin(_folder(wanted, known), said)
    return _back(wanted)


@page(Permission.RUN_LOOK_AHEAD, methods=("POST",))
def stop(request: SeatedRequest) -> HttpResponse:
    """Stop computing the comparison; nothing of it is kept."""
    known = offered()
    wanted = comparisons.completed(wanted_of(request.POST), known)
    work.stop(_folder(wanted, known))
    return _back(wanted)


def run_of(wanted: LookWanted, known: Offered) -> work.Work | None:
    """What is being done, or went wrong, with a comparison; None when it was never asked for.

    One that was done, and is not on the shelf, was for files or draws that have changed since.
    """
    found = work.work_in(_folder(wanted, known))
    return None if found is not None and found.state == DONE else found


def _state(
    request: SeatedRequest, wanted: LookWanted, running: work.Work | None, *, is_there: bool
) -> HttpResponse:
    """How far it is, put in its own place; when it has ended the page opens whole."""
    if is_there or running is None or running.state != WORKING:
        return HttpResponse(headers={"HX-Redirect": _address(wanted)})
    context = {
        "work": running,
        "wanted": wanted,
        "may_run": request.seat.may(Permission.RUN_LOOK_AHEAD),
    }
    return render(request, "lookahead/state.html", context)


def _polls(request: SeatedRequest) -> bool:
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted


def _folder(wanted: LookWanted, known: Offered) -> Path:
    return runs.run_folder(comparisons.run_key(wanted, known))


def _address(wanted: LookWanted) -> str:
    return f"{reverse('lookahead:look')}?{wanted.query}"


def _back(wanted: LookWanted) -> HttpResponse:
    return redirect(_address(wanted))

# SPDX-License-Identifier: Apache-2.0
"""The page of the library behind the forecasts: what it holds, and having it built."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cartulary.registry.permissions import Permission
from cartulary.web.access import SeatedRequest, page
from cartulary.web.beside.work_files import WORKING
from cartulary.web.entry.spoken import number_words
from cartulary.web.lookahead import forecast_library


@page(Permission.BUILD_FORECASTS)
def library(request: SeatedRequest) -> HttpResponse:
    """What is there; while it is being built, how far it is."""
    running = forecast_library.building()
    htmx = getattr(request, "htmx", None)
    if htmx and not htmx.boosted:
        if running is None or running.state != WORKING:
            return HttpResponse(headers={"HX-Redirect": reverse("lookahead:library")})
        return render(request, "lookahead/library_state.html", {"work": running})
    found = forecast_library.held()
    context: dict[str, Any] = {
        "about": found.about,
        "children": number_words(found.about.children) if found.about else "",
        "lacking": found.lacking.value if found.lacking else "",
        "work": running,
        "folder": forecast_library.library_folder(),
        "command": forecast_library.command(),
    }
    return render(request, "lookahead/library.html", context)


@page(Permission.SEE_FORECAST)
def progress(request: SeatedRequest) -> HttpResponse:
    """How far the building is, for a page that waits for it; when it ends that page opens anew."""
    running = forecast_library.building()
    if running is None or running.state != WORKING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "lookahead/library_waits.html", {"work": running})


@page(Permission.BUILD_FORECASTS, methods=("POST",))
def build(request: SeatedRequest) -> HttpResponse:
    """Have the library built in a process of its own."""
    forecast_library.begin_building()
    return redirect("lookahead:library")


@page(Permission.BUILD_FORECASTS, methods=("POST",))
def stop(request: SeatedRequest) -> HttpResponse:
    """Stop building it."""
    forecast_library.stop_building()
    return redirect("lookahead:library")

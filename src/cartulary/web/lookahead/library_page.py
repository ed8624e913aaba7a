# SPDX-License-Identifier: Apache-2.0
"""The library behind the forecasts: whether it is there, what it holds, and having it built."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cartulary.course.errors import CartularyError
from cartulary.registry import keys
from cartulary.registry.permissions import Permission
from cartulary.web.access import SeatedRequest, page
from cartulary.web.importing.work_files import WORKING
from cartulary.web.lookahead import doing, work
from cartulary.web.lookahead.look_page import RUNS

_RUN: Final = "forecast-library"


@page(Permission.BUILD_FORECASTS)
def library(request: SeatedRequest) -> HttpResponse:
    """What is there; while it is being built, how far it is."""
    running = building()
    htmx = getattr(request, "htmx", None)
    if htmx and not htmx.boosted:
        if running is None or running.state != WORKING:
            return HttpResponse(headers={"HX-Redirect": reverse("lookahead:library")})
        return render(request, "lookahead/library_state.html", {"work": running})
    about, refused = held()
    context: dict[str, Any] = {"about": about, "refused": refused, "work": running}
    return render(request, "lookahead/library.html", context)


@page(Permission.BUILD_FORECASTS, methods=("POST",))
def build(request: SeatedRequest) -> HttpResponse:
    """Have the library built in a process of its own; the one there serves until it is whole."""
    from cartulary.studies.child_forecast.build import CHILDREN_A_DRAW, DRAWS

    said = {"act": doing.LIBRARY, "draws": DRAWS, "children": CHILDREN_A_DRAW}
    work.begin(_folder(), said)
    return redirect("lookahead:library")


@page(Permission.BUILD_FORECASTS, methods=("POST",))
def stop(request: SeatedRequest) -> HttpResponse:
    """Stop building; the library that was there stays."""
    work.stop(_folder())
    return redirect("lookahead:library")


def building() -> work.Work | None:
    """The building of the library, being done or done last; None when it was never asked for."""
    return work.work_in(_folder())


def held() -> tuple[Any, str]:
    """What the library in use was made from, or why the one there cannot be used.

    Both are empty where none was ever made: the page says so in its own words.
    """
    from cartulary.studies.child_forecast.library import ABOUT_FILE, default_folder, load

    folder = default_folder(keys.home())
    if not (folder / ABOUT_FILE).exists():
        return None, ""
    try:
        return load(folder).about, ""
    except CartularyError as error:
        return None, str(error)


def _folder() -> Path:
    return keys.home() / RUNS / _RUN

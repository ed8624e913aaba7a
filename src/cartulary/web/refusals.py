# SPDX-License-Identifier: Apache-2.0
"""The pages of a refusal: what, why, and where to go; never a value of a child."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, why: str, remedy: str) -> HttpResponse:
    return render(
        request, "refusal.html", {"title": title, "why": why, "remedy": remedy}, status=status
    )


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    return _page(
        request,
        400,
        _("This request cannot be read."),
        _("Part of it is missing or malformed."),
        _("Go back, reload the page and try again."),
    )


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403."""
    if request.user.is_authenticated and getattr(request, "seat", None) is None:
        return _page(
            request,
            403,
            _("You have no role today."),
            _("Your account has no role at any centre, or it has ended or not begun yet."),
            _("Ask the administrator of your centre."),
        )
    return _page(
        request,
        403,
        _("This is not for your role."),
        _("Your role at this centre does not carry the permission for it."),
        _("If you need it, ask the administrator of your centre for the role."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, for a form whose token no longer fits."""
    return _page(
        request,
        403,
        _("This form was not accepted."),
        _("Its token does not belong to your session; you may have signed in again since."),
        _("Reload the page; drafts are kept."),
    )


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404."""
    return _page(
        request,
        404,
        _("There is nothing here."),
        _("The page does not exist, or it belongs to another centre."),
        _("Go to the start page, or search."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500: plain, because what draws pages may be what broke."""
    return HttpResponse(
        "<!doctype html><html lang=en><title>Cartulary</title><h1>Something broke here.</h1>"
        "<p>It is our fault, not yours. Nothing was half-written. Try again; if it stays, tell "
        "whoever runs this server at what time it happened.</p>"
        '<p lang="nl">Er ging hier iets stuk. Er is niets half opgeslagen.</p></html>',
        status=500,
    )

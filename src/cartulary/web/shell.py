# SPDX-License-Identifier: Apache-2.0
"""The few views that belong to no area: language, centre, health, keys."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from cartulary.web.access import CENTRE_IN_SESSION, open_page, signed_in_page


def _back(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = "/"
    return redirect(wanted)


@open_page
def health(request: HttpRequest) -> HttpResponse:
    """Says that the server and its database answer, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@open_page
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Dutch or English, kept in the session and with the account."""
    chosen = "en" if request.POST.get("language") == "en" else "nl"
    request.session["language"] = chosen
    if request.user.is_authenticated and request.user.language != chosen:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return _back(request)


@signed_in_page
@require_POST
def choose_centre(request: HttpRequest) -> HttpResponse:
    """Sit down at another centre; a centre without a role there is passed over by the seat."""
    value = request.POST.get("centre", "")
    if value.isdecimal() and len(value) < 10:
        request.session[CENTRE_IN_SESSION] = int(value)
    return redirect("/")


@signed_in_page
def keys_help(request: HttpRequest) -> HttpResponse:
    """The keys, and the switch that turns single keys off."""
    if request.method == "POST":
        request.user.single_keys = request.POST.get("single_keys") == "on"
        request.user.save(update_fields=["single_keys"])
        return redirect("keys_help")
    return render(request, "keys.html")

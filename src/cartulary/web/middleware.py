# SPDX-License-Identifier: Apache-2.0
"""What every request passes: language, limits of a session, and access, which is denied first."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation

from cartulary.registry import clock, scope
from cartulary.web import refusals
from cartulary.web.access import (
    CENTRE_IN_SESSION,
    OPEN,
    SIGNED_IN,
    memberships_of,
    needs_of,
    seat_of,
)
from cartulary.web.accounts import enrolment
from cartulary.web.areas import AREAS, first_page, written

log = logging.getLogger("cartulary.security")

Answer = Callable[[HttpRequest], HttpResponse]

BEGAN = "cartulary_began"
SEEN = "cartulary_seen"
ENDED = "ended"
# How often a session that is used says so to the database.
NOTED_EVERY_SECONDS = 60


class LanguageMiddleware:
    """The language chosen in this session, which begins as the account's; else the browser's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.session.get("language") or translation.get_language_from_request(request)
        translation.activate("en" if str(chosen).startswith("en") else "nl")
        request.LANGUAGE_CODE = translation.get_language() or "nl"
        response = self.get_response(request)
        response.headers["Content-Language"] = request.LANGUAGE_CODE
        return response


class SessionLimitMiddleware:
    """Ends a session that was idle too long or has lasted too long.

    What was posted into it is not lost: a view with `when_expired` keeps it as a draft first.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Decides before access does, and after the form's token was checked."""
        if not request.user.is_authenticated:
            return None
        now = time.time()
        began = request.session.setdefault(BEGAN, now)
        seen = request.session.get(SEEN, now)
        idle = now - seen > settings.SESSION_IDLE_SECONDS
        if idle or now - began > settings.SESSION_ABSOLUTE_SECONDS:
            kept = self._end(request, view, args, kwargs, "idle" if idle else "absolute")
            return to_sign_in(request, kept=kept)
        if SEEN not in request.session or now - seen > NOTED_EVERY_SECONDS:
            request.session[SEEN] = now
            UserSession.objects.create_from_request(request)
        return None

    def _end(self, request: HttpRequest, view: Any, args: Any, kwargs: Any, limit: str) -> bool:
        """Ends the session; says whether what was posted into it is kept."""
        keep = getattr(view, "when_expired", None)
        seat = getattr(request, "seat", None)
        may_write = _carries(seat, needs_of(view)) and enrolment.lacking(request) is None
        kept = False
        if keep is not None and request.method == "POST" and may_write:
            # What is not there any more, or not for them, cannot be kept; the session ends anyway.
            with suppress(Http404, PermissionDenied):
                keep(request, *args, **kwargs)
                kept = True
        log.info("session of %s ended: %s limit", request.user.get_username(), limit)
        logout(request)
        request.session[ENDED] = limit
        return kept


class AccessMiddleware:
    """Refuses every view that does not declare what it needs, and everybody who lacks it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seat, held = None, []
        if request.user.is_authenticated:
            held = memberships_of(request.user, clock.today())
            seat = seat_of(request.user, held, request.session.get(CENTRE_IN_SESSION))
        request.seat = seat  # type: ignore[attr-defined]
        request.memberships = held  # type: ignore[attr-defined]
        with scope.within([seat.centre.pk] if seat else []):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Decides before the view runs."""
        match = request.resolver_match
        name = (match.url_name or "") if match else ""
        needs = needs_of(view)
        if needs is None and enrolment.is_of_accounts(view):
            if name not in enrolment.OFFERED:
                raise Http404
            needs = OPEN
        if needs != OPEN and not request.user.is_authenticated:
            return to_sign_in(request)
        lacking = enrolment.lacking(request)
        if lacking is not None and name not in enrolment.OPEN_TO_ALL | enrolment.STEPS[lacking]:
            return _leave(request, reverse(lacking))
        if needs in (OPEN, SIGNED_IN):
            return None
        if needs is None:
            log.error("refused: the view of %r declares no permission", name)
            return refusals.forbidden(request)
        seat = getattr(request, "seat", None)
        if not _carries(seat, needs):
            elsewhere = _first_page_of(seat) if request.path == "/" else None
            if elsewhere is not None:
                return redirect(elsewhere)
            log.warning("refused: %s for %s", request.user.get_username(), name)
            return refusals.forbidden(request)
        methods = getattr(view, "methods", ("GET",))
        if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
            return HttpResponseNotAllowed(methods)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A provider of single sign-on that does not answer is no fault of this app."""
        match = request.resolver_match
        if match is None or not enrolment.is_of_accounts(match.func):
            return None
        from requests import RequestException

        if not isinstance(exception, RequestException):
            return None
        log.warning("single sign-on: the provider did not answer (%s)", type(exception).__name__)
        return render(request, "socialaccount/authentication_error.html", status=503)


class NoStoreMiddleware:
    """Nothing of a page stays in a cache, and leaving clears what the browser holds."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if request.path == reverse("account_logout") and request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


# What no page asks of the browser. The camera is left for scanning; passkeys need their two.
PERMISSIONS_POLICY = (
    "accelerometer=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), "
    "usb=(), camera=(self), publickey-credentials-create=(self), publickey-credentials-get=(self)"
)


def to_sign_in(request: HttpRequest, *, kept: bool = False) -> HttpResponse:
    """To signing in, and after it back to the page.

    A part of a page takes the whole page there; unless something typed would be lost by it, which
    then stays on the screen.
    """
    back = request.get_full_path() if request.method == "GET" else request.path
    if getattr(request, "htmx", False):
        if request.method != "GET" and not kept:
            return HttpResponse(status=401)
        back = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
    return _leave(request, f"{reverse('account_login')}?{urlencode({'next': back})}")


def _leave(request: HttpRequest, url: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponse(status=401, headers={"HX-Redirect": url})
    return redirect(url)


def _first_page_of(seat: Any) -> str | None:
    """Where somebody begins whose role has no home: the first that the menu offers them."""
    for area in AREAS if seat is not None else ():
        if area.word and written(area) and any(seat.may(need) for need in area.needs):
            return first_page(area)
    return None


def _carries(seat: Any, needs: Any) -> bool:
    if seat is None or not isinstance(needs, frozenset):
        return False
    return any(seat.may(permission) for permission in needs)

# SPDX-License-Identifier: Apache-2.0
"""The door of the service: whose token it is, within which centre, and how often."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja.security import HttpBearer

from cartulary.registry import clock, scope
from cartulary.registry.permissions import Permission
from cartulary.web.access import open_page
from cartulary.web.api.problems import ApiRefusal, problem, too_many, wrong_method
from cartulary.web.api.tokens import TokenSeat, seat_of_secret

#: How many requests a token may make in a minute, and an address without a good token.
CALLS_PER_MINUTE: Final = 600
STRANGERS_PER_MINUTE: Final = 60
_MINUTE_SECONDS = 60
_SCHEME = "bearer "

Route = Callable[..., HttpResponse]


class ServiceRequest(HttpRequest):
    """A request that passed the door with a good token; for type hints only."""

    seat: TokenSeat


class Needs(HttpBearer):
    """What a route asks of a token: all of these permissions.

    `own_record` routes show the record as the ward keeps it, calendar dates and all, and are for
    tokens of the centre's own care: what leaves for another purpose leaves by /cohort.
    """

    def __init__(self, *permissions: Permission, own_record: bool = False) -> None:
        self.permissions = frozenset(permissions)
        self.own_record = own_record
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> TokenSeat | None:
        """The seat that the door put there; refuses one that lacks a permission."""
        seat: TokenSeat | None = getattr(request, "seat", None)
        if seat is None:
            return None
        if not self.permissions or not all(seat.may(one) for one in self.permissions):
            raise ApiRefusal(
                403,
                "not-permitted",
                _("This token may not do that."),
                _("It was not given the permission, or its owner's roles no longer carry it."),
                _("Make a token with: %(needs)s.")
                % {"needs": ", ".join(sorted(self.permissions)) or "-"},
            )
        if self.own_record and seat.purpose is not None:
            raise ApiRefusal(
                403,
                "other-purpose",
                _("This token is for another purpose than the centre's own care."),
                _("For that purpose only the children whose consent stands are shown, undated."),
                _("Read /api/v1/cohort, or make a token for the centre's own care."),
            )
        return seat


def door(route: Route) -> Route:
    """Wraps a route: the token decides, never a session; the rest of it sees one centre alone."""

    @csrf_exempt
    @open_page
    @wraps(route)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        secret = _secret_of(request)
        seat = seat_of_secret(secret, now=clock.now(), today=clock.today()) if secret else None
        who = str(seat.token.key) if seat else f"stranger-{request.META.get('REMOTE_ADDR', '')}"
        wait = seconds_to_wait(who, CALLS_PER_MINUTE if seat else STRANGERS_PER_MINUTE)
        if wait:
            return too_many(wait)
        request.seat = seat  # type: ignore[attr-defined]
        with scope.within([seat.centre.pk] if seat else []):
            answer = route(request, *args, **kwargs)
        return wrong_method(answer["Allow"]) if answer.status_code == 405 else answer

    return opened


def seconds_to_wait(who: str, at_most: int) -> int:
    """0, or how long to wait, for somebody who came more than so often in this minute.

    Two workers may count one request of two; a limit against haste needs no more.
    """
    now = time.time()
    minute = int(now // _MINUTE_SECONDS)
    key = f"api-{minute}-{who}"
    times = cache.get(key, 0) + 1
    cache.set(key, times, _MINUTE_SECONDS)
    return 0 if times <= at_most else max(1, int((minute + 1) * _MINUTE_SECONDS - now))


@csrf_exempt
@open_page
def nowhere(request: HttpRequest) -> HttpResponse:
    """Any other address of the service."""
    return problem(
        404,
        "no-address",
        _("There is no such address."),
        _("The service has only the addresses of its description."),
        _("Read /api/v1/openapi.json."),
    )


def _secret_of(request: HttpRequest) -> str:
    header = request.headers.get("Authorization", "")
    return header[len(_SCHEME) :].strip() if header.lower().startswith(_SCHEME) else ""

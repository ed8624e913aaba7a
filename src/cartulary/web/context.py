# SPDX-License-Identifier: Apache-2.0
"""What every page's frame needs: menu, seat, demo banner."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from cartulary.registry import clock
from cartulary.registry.permissions import Permission
from cartulary.web.access import memberships_of
from cartulary.web.accounts import enrolment
from cartulary.web.areas import AREAS, first_page, written


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame's variables."""
    seat = getattr(request, "seat", None)
    is_bare = hasattr(request, "user") and enrolment.lacking(request) is not None
    match = getattr(request, "resolver_match", None)
    here = (match.namespaces[0] if match and match.namespaces else "") if match else ""
    # Pages about one child belong under its word, whichever area draws them.
    here = {"entry": "children", "toxicity": "children", "forecast": "children"}.get(here, here)
    return {
        "seat": seat,
        "menu": [
            {"word": area.word, "url": first_page(area), "here": area.name == here}
            for area in AREAS
            if seat and not is_bare and area.word and written(area)
            if any(map(seat.may, area.needs))
        ],
        "may_tokens": bool(seat)
        and not is_bare
        and (seat.may(Permission.USE_API_READ) or seat.may(Permission.USE_API_WRITE)),
        "may_search": bool(seat) and not is_bare and seat.may(Permission.SEE_CHILDREN),
        "may_amend_child": bool(seat)
        and not is_bare
        and seat.may(Permission.WRITE_EVENTS)
        and seat.may(Permission.AMEND),
        "may_forecast": bool(seat)
        and not is_bare
        and seat.may(Permission.SEE_FORECAST)
        and seat.may(Permission.SEE_CHILDREN),
        "seat_role": _role(seat, request) if seat else "",
        "printed_at": clock.now(),
        "is_demo": settings.CARTULARY_DEMO,
        "sso_name": settings.CARTULARY_SSO.name if settings.CARTULARY_SSO else "",
        "centres": _centres(request) if seat else [],
        "single_keys": getattr(request.user, "single_keys", True)
        if hasattr(request, "user")
        else True,
    }


def _role(seat: Any, request: HttpRequest) -> str:
    return seat.role.en if getattr(request, "LANGUAGE_CODE", "nl") == "en" else seat.role.nl


def _centres(request: HttpRequest) -> list[Any]:
    held = getattr(request, "memberships", None)
    if held is None:
        held = memberships_of(request.user, clock.today())  # type: ignore[arg-type]
    return list({row.centre_id: row.centre for row in held}.values())

# SPDX-License-Identifier: Apache-2.0
"""The page on which somebody makes and ends the tokens of their own programs."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from cartulary.registry import clock
from cartulary.registry.models import Token
from cartulary.registry.permissions import Permission
from cartulary.web.access import SeatedRequest, page, proven_anew
from cartulary.web.api.token_form import TokenForm
from cartulary.web.api.token_words import TokenLine, line_of
from cartulary.web.api.tokens import end_token, make_token

_USERS = (Permission.USE_API_READ, Permission.USE_API_WRITE)


@page(*_USERS)
def tokens(request: SeatedRequest) -> HttpResponse:
    """The tokens of this person at this centre: those that open something, and those of before."""
    lines = _lines(request)
    context = {
        "working": [line for line in lines if line.works],
        "past": [line for line in lines if not line.works],
    }
    return render(request, "api/tokens.html", context)


@page(*_USERS, methods=("GET", "POST"))
@proven_anew
def new(request: SeatedRequest) -> HttpResponse:
    """Makes a token; its secret is shown once, here."""
    form = TokenForm(request.seat, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "api/new_token.html", {"form": form}, status=status)
    now = clock.now()
    given = form.cleaned_data
    token, secret = make_token(
        request.seat,
        name=given["name"],
        purpose=given["purpose"],
        permissions=given["permissions"],
        expires=form.expires(now),
        now=now,
    )
    return render(request, "api/secret.html", {"token": token, "secret": secret})


@page(*_USERS, methods=("POST",))
def end(request: SeatedRequest, token: UUID) -> HttpResponse:
    """Ends one of this person's tokens at once."""
    found = Token.objects.filter(
        key=token, account=request.seat.account, centre=request.seat.centre
    ).first()
    if found is None:
        raise Http404
    end_token(found, now=clock.now())
    return redirect("api:tokens")


def _lines(request: SeatedRequest) -> list[TokenLine]:
    seat = request.seat
    held = Token.objects.filter(account=seat.account, centre=seat.centre).order_by("-made_at")
    return [line_of(token, clock.now(), request.LANGUAGE_CODE or "nl") for token in held]

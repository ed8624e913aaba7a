# SPDX-License-Identifier: Apache-2.0
"""One account: its roles with their dates, and what an administrator may do with it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartulary.registry import clock
from cartulary.registry.accounts import (
    AccountError,
    end_role,
    end_sessions,
    give_role,
    new_password,
    reopen,
    reset_second_factor,
    shut,
)
from cartulary.registry.models import Account
from cartulary.registry.permissions import Permission
from cartulary.web.access import SeatedRequest, page, proven_anew
from cartulary.web.administration.forms import RoleForm
from cartulary.web.administration.people import of_centre, person, sessions_of, why_not
from cartulary.web.entry.refused_words import fault_words


@page(Permission.ADMINISTER)
def account(request: SeatedRequest, pk: int) -> HttpResponse:
    """The account with its roles, second factors and sessions."""
    return _shown(request, _found(request, pk), RoleForm(initial={"since": clock.today()}))


@page(Permission.ADMINISTER, methods=("POST",))
@proven_anew
def role(request: SeatedRequest, pk: int) -> HttpResponse:
    """Gives a role at this centre."""
    found = _found(request, pk)
    form = RoleForm(request.POST)
    if form.is_valid() and found.pk == request.seat.account.pk:
        form.add_error(None, _("Nobody gives a role to themselves. Ask another administrator."))
    elif form.is_valid():
        given = form.cleaned_data
        try:
            give_role(
                found,
                request.seat.centre,
                given["role"],
                since=given["since"],
                until=given["until"],
                by=request.seat.account.get_username(),
            )
        except AccountError as error:
            form.add_error(None, fault_words(error))
    if not form.is_valid():
        return _shown(request, found, form, status=422)
    return redirect("administration:account", pk=pk)


@page(Permission.ADMINISTER, methods=("POST",))
@proven_anew
def end(request: SeatedRequest, pk: int) -> HttpResponse:
    """Ends a role at this centre from today."""
    found = _found(request, pk)
    if found.pk == request.seat.account.pk:
        messages.error(request, _("Nobody ends their own role. Ask another administrator."))
        return redirect("administration:account", pk=pk)
    wanted = request.POST.get("membership", "")
    held = found.memberships.filter(
        centre=request.seat.centre, pk=int(wanted) if wanted.isdecimal() else 0
    ).first()
    if held is None:
        raise Http404
    end_role(held, on=clock.today(), by=request.seat.account.get_username())
    return redirect("administration:account", pk=pk)


@page(Permission.ADMINISTER, methods=("POST",))
@proven_anew
def act(request: SeatedRequest, pk: int, act: str) -> HttpResponse:
    """A new password, no second factor, no sessions, shut, or open again."""
    found = _found(request, pk)
    if act != "password" and act not in _ACTS:
        raise Http404
    refused = why_not(request.seat, found, clock.today())
    if refused:
        messages.error(request, refused)
        return redirect("administration:account", pk=pk)
    by = request.seat.account.get_username()
    if act == "password":
        password = new_password(found, by=by)
        return render(request, "administration/password.html", {"of": found, "password": password})
    messages.info(request, _ACTS[act](found, by))
    return redirect("administration:account", pk=pk)


def _reset(account: Account, by: str) -> str:
    reset_second_factor(account, by=by)
    return _("The second factor is gone; the next sign-in sets up a new one.")


def _sessions(account: Account, by: str) -> str:
    ended = end_sessions(account)
    return ngettext("%(n)s session ended.", "%(n)s sessions ended.", ended) % {"n": ended}


def _shut(account: Account, by: str) -> str:
    shut(account, by=by)
    return _("The account is closed and its sessions have ended; what it wrote stays.")


def _reopen(account: Account, by: str) -> str:
    reopen(account, by=by)
    return _("The account may sign in again.")


_ACTS: dict[str, Callable[[Account, str], str]] = {
    "factor": _reset,
    "sessions": _sessions,
    "close": _shut,
    "open": _reopen,
}


def _found(request: SeatedRequest, pk: int) -> Account:
    """The account, if it ever had a role at this centre; else there is nothing here."""
    found = of_centre(request.seat.centre).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _shown(
    request: SeatedRequest, found: Account, form: RoleForm, status: int = 200
) -> HttpResponse:
    context = {
        "person": person(found, clock.today()),
        "sessions": sessions_of(found),
        "form": form,
        "refused": why_not(request.seat, found, clock.today()),
        "is_self": found.pk == request.seat.account.pk,
    }
    return render(request, "administration/account.html", context, status=status)

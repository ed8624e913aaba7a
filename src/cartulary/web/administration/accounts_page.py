# SPDX-License-Identifier: Apache-2.0
"""The list of accounts of the centre, and the page on which a new one is made."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from cartulary.registry import clock
from cartulary.registry.accounts import give_role, make_account
from cartulary.registry.models import Account
from cartulary.registry.permissions import Permission
from cartulary.web.access import SeatedRequest, page, proven_anew
from cartulary.web.administration.forms import AccountForm
from cartulary.web.administration.people import of_centre, persons, truth_table


@page(Permission.ADMINISTER)
def accounts(request: SeatedRequest) -> HttpResponse:
    """Everybody with a role at this centre, and those who once had one."""
    everybody = persons(of_centre(request.seat.centre), clock.today())
    working = [one for one in everybody if one.roles_now or one.roles_later]
    past = [one for one in everybody if one not in working]
    context = {
        "working": working,
        "past": past,
        "bare": [one for one in working if one.standing in ("bare", "fresh")],
        "shut": [one for one in working if one.standing == "shut"],
    }
    return render(request, "administration/accounts.html", context)


@page(Permission.ADMINISTER, methods=("GET", "POST"))
@proven_anew
def new(request: SeatedRequest) -> HttpResponse:
    """Makes an account with its first role; its password for one time is shown once, here."""
    if request.method != "POST":
        return _asked(request, AccountForm(initial={"since": clock.today(), "language": "nl"}))
    form = AccountForm(request.POST)
    if not form.is_valid():
        return _asked(request, form)
    given = form.cleaned_data
    known = Account.objects.filter(username__iexact=given["username"]).first()
    if known is not None:
        return _asked(request, form, known)
    by = request.seat.account.get_username()
    account, password = make_account(
        given["username"],
        first_name=given["first_name"],
        last_name=given["last_name"],
        language=given["language"],
        by=by,
    )
    give_role(
        account,
        request.seat.centre,
        given["role"],
        since=given["since"],
        until=given["until"],
        by=by,
    )
    return render(request, "administration/password.html", {"of": account, "password": password})


def _asked(request: SeatedRequest, form: AccountForm, known: Account | None = None) -> HttpResponse:
    context = {"form": form, "known": known, "table": truth_table()}
    return render(request, "administration/new.html", context, status=422 if form.is_bound else 200)

# SPDX-License-Identifier: Apache-2.0
"""Administration: accounts, roles with dates and settings; its limits, and no child in sight."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from cartulary.registry import clock
from cartulary.registry.accounts import AccountError, give_role
from cartulary.registry.models import Account, Centre, Child, Membership, Token
from cartulary.registry.roles import Role
from tests.web.conftest import PASSWORD, proven

HERE = "/administration/"


@pytest.fixture
def administrator(client_of: Callable[..., Client]) -> Client:
    """An administrator who has just signed in."""
    return proven(client_of(Role.ADMINISTRATOR))


def asked(**more: str) -> dict[str, str]:
    return {
        "username": "j.dewit",
        "first_name": "J.",
        "last_name": "de Wit",
        "language": "nl",
        "role": "data_manager",
        "since": clock.today().isoformat(),
        "until": "",
        **more,
    }


def test_an_account_is_made_with_a_role_and_a_password_shown_once(
    administrator: Client, centre: Centre
) -> None:
    answer = administrator.post(f"{HERE}new/", asked())
    assert answer.status_code == 200
    password = re.search(r"<code[^>]*>([^<]+)</code>", answer.content.decode())[1]
    made = Account.objects.get(username="j.dewit")
    assert made.check_password(password)
    assert made.password_is_one_time
    held = Membership.objects.get(account=made)
    assert (held.centre, held.role, held.until) == (centre, "data_manager", None)
    assert password not in administrator.get(f"{HERE}accounts/{made.pk}/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "two words"},
        {"username": ""},
        {"role": "owner"},
        {"since": "soon"},
        {"until": "2001-01-01"},
        {"username": "DATA_MANAGER-ours"},
    ],
)
def test_what_is_typed_wrong_makes_no_account(
    wrong: dict[str, str], administrator: Client, account_of: Callable[..., Account]
) -> None:
    account_of(Role.DATA_MANAGER)
    before = Account.objects.count()
    assert administrator.post(f"{HERE}new/", asked(**wrong)).status_code == 422
    assert Account.objects.count() == before


def test_a_change_asks_for_the_password_again_and_then_goes_on(
    client_of: Callable[..., Client],
) -> None:
    client = client_of(Role.ADMINISTRATOR)
    suspended = client.post(f"{HERE}new/", asked())
    assert suspended["Location"].startswith("/account/reauthenticate/")
    assert not Account.objects.filter(username="j.dewit").exists()
    client.post(suspended["Location"], {"password": PASSWORD, "next": f"{HERE}new/"})
    assert Account.objects.filter(username="j.dewit").exists()


def test_a_role_is_given_and_ended_with_dates(
    administrator: Client, account_of: Callable[..., Account], client_of: Callable[..., Client]
) -> None:
    person = account_of(Role.AUDITOR)
    page = f"{HERE}accounts/{person.pk}/"
    theirs = client_of(Role.AUDITOR)
    given = {"role": "clinician", "since": clock.today().isoformat(), "until": ""}
    assert administrator.post(f"{page}role/", given).status_code == 302
    assert administrator.post(f"{page}role/", given).status_code == 422
    assert set(theirs.get("/search/").wsgi_request.seat.roles) == {Role.AUDITOR, Role.CLINICIAN}
    held = person.memberships.get(role="clinician")
    administrator.post(f"{page}end-role/", {"membership": held.pk})
    held.refresh_from_db()
    assert held.until == clock.today() - timedelta(days=1)
    assert administrator.post(f"{page}role/", given).status_code == 302


def test_two_periods_of_one_role_may_not_overlap(
    account_of: Callable[..., Account], centre: Centre
) -> None:
    person = account_of(Role.AUDITOR)
    held = person.memberships.get()
    held.since, held.until = date(2020, 1, 1), date(2020, 6, 30)
    held.save()
    for since, until in ((date(2020, 6, 30), None), (date(2019, 1, 1), date(2020, 1, 1))):
        with pytest.raises(AccountError, match="overlap"):
            give_role(person, centre, Role.AUDITOR, since=since, until=until, by="a test")
    with pytest.raises(AccountError, match="before it begins"):
        give_role(
            person, centre, Role.CLINICIAN, since=date(2021, 1, 2), until=date(2021, 1, 1), by="a"
        )
    give_role(person, centre, Role.AUDITOR, since=date(2020, 7, 1), by="a test")


def test_a_second_factor_is_reset_sessions_end_and_an_account_closes(
    administrator: Client, account_of: Callable[..., Account], client_of: Callable[..., Client]
) -> None:
    person = account_of(Role.CLINICIAN)
    page = f"{HERE}accounts/{person.pk}/"
    Token.objects.create(
        account=person,
        centre=person.memberships.get().centre,
        purpose="registry",
        secret_hash="0" * 64,
        made_at=clock.now(),
        expires=clock.now() + timedelta(days=1),
    )
    theirs = client_of(Role.CLINICIAN)
    theirs.get("/help/keys/")
    administrator.post(f"{page}sessions/")
    assert "/account/login/" in theirs.get("/help/keys/")["Location"]
    administrator.post(f"{page}factor/")
    assert not Authenticator.objects.filter(user=person).exists()
    administrator.post(f"{page}close/")
    person.refresh_from_db()
    assert not person.is_active
    assert person.tokens.get().revoked_at is not None
    administrator.post(f"{page}open/")
    person.refresh_from_db()
    assert person.is_active
    assert administrator.post(f"{page}anything/").status_code == 404


def test_nobody_administers_themselves(
    administrator: Client, account_of: Callable[..., Account]
) -> None:
    myself = account_of(Role.ADMINISTRATOR)
    page = f"{HERE}accounts/{myself.pk}/"
    given = {"role": "data_manager", "since": clock.today().isoformat(), "until": ""}
    assert administrator.post(f"{page}role/", given).status_code == 422
    administrator.post(f"{page}end-role/", {"membership": myself.memberships.get().pk})
    for act in ("password", "factor", "close", "sessions"):
        assert administrator.post(f"{page}{act}/").status_code == 302
    myself.refresh_from_db()
    assert myself.is_active
    assert myself.check_password(PASSWORD)
    assert [row.role for row in myself.memberships.all()] == ["administrator"]
    assert Authenticator.objects.filter(user=myself).exists()


def test_nobody_takes_over_a_person_of_another_centre_by_giving_them_a_role_here(
    administrator: Client, account_of: Callable[..., Account], centre: Centre, other_centre: Centre
) -> None:
    person = account_of(Role.CLINICIAN, other_centre)
    page = f"{HERE}accounts/{person.pk}/"
    assert administrator.get(page).status_code == 404
    assert administrator.post(f"{page}password/").status_code == 404
    give_role(person, centre, Role.AUDITOR, since=clock.today(), by="the command line")
    assert administrator.get(page).status_code == 200
    for act in ("password", "factor", "close"):
        administrator.post(f"{page}{act}/")
    person.refresh_from_db()
    assert person.is_active
    assert person.check_password(PASSWORD)
    assert Authenticator.objects.filter(user=person).exists()
    theirs = person.memberships.get(centre=other_centre)
    assert administrator.post(f"{page}end-role/", {"membership": theirs.pk}).status_code == 404


def test_the_pages_of_administration_name_no_child(
    administrator: Client, account_of: Callable[..., Account], a_child: Child
) -> None:
    person = account_of(Role.CLINICIAN)
    for page in ("", "new/", f"accounts/{person.pk}/", "centre/"):
        answer = administrator.get(f"{HERE}{page}")
        assert answer.status_code == 200
        assert b"M-001" not in answer.content


def test_the_limit_for_small_counts_is_set(administrator: Client, centre: Centre) -> None:
    given = {"programme": "Ours", "language": "nl", "suppress_below": "5"}
    assert administrator.post(f"{HERE}centre/", given).status_code == 302
    centre.refresh_from_db()
    assert (centre.suppress_below, centre.programme, centre.code) == (5, "Ours", "ours")
    for wrong in ("-1", "21", "five"):
        again = {**given, "suppress_below": wrong}
        assert administrator.post(f"{HERE}centre/", again).status_code == 422
    centre.refresh_from_db()
    assert centre.suppress_below == 5

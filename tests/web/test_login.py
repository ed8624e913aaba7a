# SPDX-License-Identifier: Apache-2.0
"""Signing in through the real pages: password, second factor, limits, and nobody past them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cartulary.registry.accounts import give_role, make_account, new_password, shut
from cartulary.registry.models import Account, Centre, Child
from cartulary.registry.roles import Role
from cartulary.web.accounts.adapter import SealedFactors

OWN = "drie paarse kranen 4"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def fresh(centre: Centre) -> tuple[Account, str]:
    """An account as an administrator makes it, with the password for one time."""
    account, password = make_account("j.dewit", first_name="J.", last_name="de Wit", by="a test")
    give_role(account, centre, Role.DATA_MANAGER, since=date(2015, 1, 1), by="a test")
    return account, password


@pytest.fixture
def enrolled(fresh: tuple[Account, str]) -> Account:
    """The same account with a password of its own and an authenticator app."""
    account, _ = fresh
    account.set_password(OWN)
    account.password_is_one_time = False
    account.save()
    TOTP.activate(account, SECRET)
    return account


def code(secret: str = SECRET, at: float | None = None) -> str:
    """The six figures that an authenticator app shows."""
    counter = int((time.time() if at is None else at) // 30)
    return format_hotp_value(hotp_value(secret, counter))


def sign_in(client: Client, password: str, name: str = "j.dewit", **more: str) -> HttpResponse:
    return client.post("/account/login/", {"login": name, "password": password, **more})


def signed_in(client: Client, account: Account) -> HttpResponse:
    """Through both factors."""
    sign_in(client, OWN)
    return client.post("/account/2fa/authenticate/", {"code": code()})


# --- the way in --------------------------------------------------------------------------------


def test_a_fresh_account_gets_a_password_then_a_factor_then_codes_and_nothing_before(
    client: Client, fresh: tuple[Account, str], a_child: Child
) -> None:
    account, password = fresh
    assert sign_in(client, password).status_code == 302
    for page in ("/", f"/children/{a_child.key}/", "/search/", "/account/2fa/", "/help/keys/"):
        answer = client.get(page)
        assert answer.status_code == 302, page
        assert answer["Location"] == "/account/password/change/", page
    change = {"oldpassword": password, "password1": OWN, "password2": OWN}
    assert client.post("/account/password/change/", change).status_code == 302
    for page in ("/", f"/children/{a_child.key}/", "/account/sessions/", "/account/2fa/"):
        assert client.get(page)["Location"] == "/account/2fa/totp/activate/", page
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    wrong = client.post("/account/2fa/totp/activate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert not Authenticator.objects.filter(user=account).exists()
    right = client.post("/account/2fa/totp/activate/", {"code": code(secret)})
    assert right["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(right["Location"]).context["unused_codes"]
    assert client.get("/help/keys/").status_code == 200


def test_a_password_alone_does_not_open_an_account_with_a_second_factor(
    client: Client, enrolled: Account
) -> None:
    assert sign_in(client, OWN)["Location"] == "/account/2fa/authenticate/"
    assert "/account/login/" in client.get("/help/keys/")["Location"]
    refused = client.post("/account/2fa/authenticate/", {"code": "123456"})
    assert refused.status_code == 200
    assert "/account/login/" in client.get("/help/keys/")["Location"]
    assert client.post("/account/2fa/authenticate/", {"code": code()}).status_code == 302
    assert client.get("/help/keys/").status_code == 200


@pytest.mark.parametrize("later", [0, 35])
def test_a_code_is_good_once(
    later: float, client: Client, enrolled: Account, clock_ahead: Callable[[float], None]
) -> None:
    used = code()
    sign_in(client, OWN)
    assert client.post("/account/2fa/authenticate/", {"code": used}).status_code == 302
    clock_ahead(later)
    other = Client()
    sign_in(other, OWN)
    assert other.post("/account/2fa/authenticate/", {"code": used}).status_code == 200
    assert "/account/login/" in other.get("/help/keys/")["Location"]


def test_a_recovery_code_opens_once(client: Client, enrolled: Account) -> None:
    codes = RecoveryCodes.activate(enrolled).get_unused_codes()
    sign_in(client, OWN)
    assert client.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    other = Client()
    sign_in(other, OWN)
    assert other.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == 200


def test_after_signing_in_the_page_that_was_asked_for_opens(
    client: Client, enrolled: Account, a_child: Child
) -> None:
    asked = client.get(f"/children/{a_child.key}/events/?kind=infusion")
    login = asked["Location"]
    assert (
        login == f"/account/login/?next=%2Fchildren%2F{a_child.key}%2Fevents%2F%3Fkind%3Dinfusion"
    )
    there = f"/children/{a_child.key}/events/?kind=infusion"
    sign_in(client, OWN, next=there)
    assert client.post("/account/2fa/authenticate/", {"code": code()})["Location"] == there


def test_a_foreign_page_is_no_way_on(client: Client, enrolled: Account) -> None:
    sign_in(client, OWN, next="https://elsewhere.example/")
    answer = client.post("/account/2fa/authenticate/", {"code": code()})
    assert "elsewhere" not in answer["Location"]


def test_an_unknown_name_and_a_wrong_password_are_told_alike(
    client: Client, enrolled: Account
) -> None:
    wrong = sign_in(client, "not this one 12")
    unknown = sign_in(client, "not this one 12", name="nobody.at.all")
    said = [list(answer.context["form"].non_field_errors()) for answer in (wrong, unknown)]
    assert said[0] == said[1]
    assert said[0]


def test_a_closed_account_stays_out_and_its_sessions_end(client: Client, enrolled: Account) -> None:
    signed_in(client, enrolled)
    assert client.get("/help/keys/").status_code == 200
    shut(enrolled, by="a test")
    assert "/account/login/" in client.get("/help/keys/")["Location"]
    sign_in(client, OWN)
    assert "/account/login/" in client.get("/help/keys/")["Location"]


def test_a_new_password_for_one_time_ends_sessions_and_is_replaced(
    client: Client, enrolled: Account
) -> None:
    signed_in(client, enrolled)
    given = new_password(enrolled, by="a test")
    assert "/account/login/" in client.get("/help/keys/")["Location"]
    sign_in(client, given)
    client.post("/account/2fa/authenticate/", {"code": code(at=time.time() + 30)})
    assert client.get("/help/keys/")["Location"] == "/account/password/change/"


# --- what is not offered -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        *("signup/", "email/", "password/reset/", "password/set/", "confirm-email/"),
        *("password/reset/done/", "login/code/confirm/", "3rdparty/signup/"),
    ],
)
def test_nobody_signs_up_and_nothing_goes_by_mail(
    page: str, client: Client, client_of: Callable[..., Client]
) -> None:
    for browser in (client, client_of(Role.DATA_MANAGER)):
        assert browser.get(f"/account/{page}").status_code == 404
        assert browser.post(f"/account/{page}", {"username": "x"}).status_code == 404


def test_a_short_or_common_password_is_refused(client: Client, fresh: tuple[Account, str]) -> None:
    account, password = fresh
    sign_in(client, password)
    for weak in ("kort", "password1234", "123456789012", "j.dewit.2020"):
        change = {"oldpassword": password, "password1": weak, "password2": weak}
        assert client.post("/account/password/change/", change).status_code == 200, weak
    account.refresh_from_db()
    assert account.check_password(password)
    assert account.password_is_one_time


def test_the_secret_of_an_app_is_not_in_the_database(enrolled: Account) -> None:
    held = Authenticator.objects.get(user=enrolled).data["secret"]
    assert SECRET not in held
    assert SealedFactors().decrypt(held) == SECRET


# --- limits ------------------------------------------------------------------------------------


def test_the_sixth_wrong_password_waits_even_when_it_is_right(
    client: Client, enrolled: Account
) -> None:
    for _ in range(5):
        sign_in(client, "not this one 12")
    blocked = sign_in(client, OWN)
    assert blocked.status_code in (200, 429)
    assert (
        b"five minutes"
        in Client(headers={"accept-language": "en"})
        .post("/account/login/", {"login": "j.dewit", "password": OWN})
        .content
    )
    assert "/account/login/" in client.get("/help/keys/")["Location"]


def test_the_limit_is_one_for_all_workers(client: Client, enrolled: Account) -> None:
    assert settings.CACHES["default"]["BACKEND"].endswith("FileBasedCache")
    assert str(settings.CACHES["default"]["LOCATION"]).startswith(str(settings.CARTULARY_HOME))


def test_codes_are_not_guessed(client: Client, enrolled: Account) -> None:
    sign_in(client, OWN)
    for guess in range(5):
        client.post("/account/2fa/authenticate/", {"code": f"{guess:06d}"})
    assert client.post("/account/2fa/authenticate/", {"code": code()}).status_code != 302
    assert "/account/login/" in client.get("/help/keys/")["Location"]


# --- proof anew, sessions, the log --------------------------------------------------------------


def test_a_sensitive_change_asks_again_and_then_goes_on(
    client: Client, enrolled: Account, clock_ahead: Callable[[float], None]
) -> None:
    signed_in(client, enrolled)
    generate = reverse("mfa_generate_recovery_codes")
    assert client.get(generate).status_code == 200
    clock_ahead(6 * 60)
    asked = client.get(generate)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post(asked["Location"], {"password": "not this one 12"}).status_code == 200
    client.post(asked["Location"], {"password": OWN, "next": generate})
    assert client.get(generate).status_code == 200


def test_other_sessions_are_listed_and_ended(client: Client, enrolled: Account) -> None:
    other = Client()
    sign_in(other, OWN)
    other.post("/account/2fa/authenticate/", {"code": code(at=time.time() - 30)})
    assert other.get("/help/keys/").status_code == 200
    signed_in(client, enrolled)
    assert client.get("/account/sessions/").context["session_count"] == 2
    client.post("/account/sessions/")
    assert client.get("/account/sessions/").context["session_count"] == 1
    assert "/account/login/" in other.get("/help/keys/")["Location"]


def test_signing_out_clears_the_browser(client: Client, enrolled: Account) -> None:
    signed_in(client, enrolled)
    answer = client.post("/account/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "/account/login/" in client.get("/help/keys/")["Location"]


def test_the_security_log_says_who_and_where_and_no_password(
    client: Client,
    enrolled: Account,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logger = logging.getLogger("cartulary.security")
    monkeypatch.setattr(logger, "propagate", True)
    caplog.set_level(logging.INFO, logger="cartulary.security")
    sign_in(client, "wrong pass phrase")
    sign_in(client, OWN, name="my own pass phrase\nforged line")
    signed_in(client, enrolled)
    client.post("/account/logout/")
    written = [record.getMessage() for record in caplog.records]
    assert "sign-in refused for j.dewit from 127.0.0.1" in written
    assert "sign-in refused for an unknown name from 127.0.0.1" in written
    assert "j.dewit signed in from 127.0.0.1" in written
    assert "j.dewit signed out" in written
    whole = "\n".join(written)
    assert not [typed for typed in (OWN, "pass phrase", "forged", SECRET) if typed in whole]

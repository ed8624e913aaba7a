# SPDX-License-Identifier: Apache-2.0
"""Single sign-on against a provider that runs beside the test: it opens accounts and makes none."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client, override_settings

from cartulary.registry.models import Account
from cartulary.registry.roles import Role
from cartulary.web.accounts.single_sign_on import SingleSignOnError, single_sign_on
from tests.web.conftest import proven

LOGIN = "/account/oidc/sso/login/"
# A client's secret of this test alone; the provider beside it does not look at it.
SECRET = "a secret of thirty-two letters and more"


class Provider(ThreadingHTTPServer):
    """The hospital's provider: it answers with the claims that the test chose."""

    claims: dict[str, Any]

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        issuer = self.server.issuer
        if self.path == "/.well-known/openid-configuration":
            self._say(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "userinfo_endpoint": f"{issuer}/userinfo",
                    "jwks_uri": f"{issuer}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        else:
            self._say(self.server.claims)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        told = {"iss": self.server.issuer, "aud": "cartulary", "exp": 4_000_000_000}
        token = jwt.encode(told | self.server.claims, SECRET, "HS256", headers={"kid": "1"})
        self._say({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _say(self, told: dict[str, Any]) -> None:
        text = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    server = Provider(("localhost", 0), Answer)
    server.claims = {"sub": "17", "preferred_username": "clinician-ours"}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def set_up(provider: Provider, tmp_path: Path) -> Iterator[Callable[..., Provider]]:
    """Sets single sign-on up as the environment would."""
    secret = tmp_path / "oidc.secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    held: list[override_settings] = []

    def made(**more: str) -> Provider:
        sso = single_sign_on(
            {
                "CARTULARY_OIDC_ISSUER": provider.issuer,
                "CARTULARY_OIDC_CLIENT_ID": "cartulary",
                "CARTULARY_OIDC_SECRET_FILE": str(secret),
                **more,
            }
        )
        assert sso is not None
        chosen = override_settings(CARTULARY_SSO=sso, SOCIALACCOUNT_PROVIDERS=sso.providers())
        chosen.enable()
        held.append(chosen)
        return provider

    yield made
    for chosen in held:
        chosen.disable()


def through(client: Client, query: str = "") -> HttpResponse:
    """To the provider and back, as a browser goes."""
    sent = client.post(f"{LOGIN}{query}")
    assert sent.status_code == 302, sent.content
    asked = parse_qs(urlsplit(sent["Location"]).query)
    assert asked["redirect_uri"] == [f"http://testserver{LOGIN}callback/"]
    assert asked["code_challenge_method"] == ["S256"]
    return client.get(f"{LOGIN}callback/", {"code": "x", "state": asked["state"][0]})


def is_in(client: Client) -> bool:
    return client.get("/help/keys/").status_code == 200


def test_without_a_claim_nobody_is_found_and_nobody_is_made(
    set_up: Callable[..., Provider], client: Client, account_of: Callable[..., Account]
) -> None:
    set_up()
    account_of(Role.CLINICIAN)
    before = Account.objects.count()
    assert through(client)["Location"] == "/account/login/"
    assert "u hebt hier geen account" in client.get("/account/login/").content.decode()
    assert Account.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_the_claim_finds_the_account_and_its_own_factor_is_still_asked(
    set_up: Callable[..., Provider], client: Client, account_of: Callable[..., Account]
) -> None:
    provider = set_up(CARTULARY_OIDC_USERNAME_CLAIM="preferred_username")
    account_of(Role.CLINICIAN)
    assert through(client)["Location"] == "/account/2fa/authenticate/"
    assert not is_in(client)
    provider.claims = {"sub": "18", "preferred_username": "somebody.else"}
    assert through(Client())["Location"] == "/account/login/"


def test_a_provider_that_vouches_for_a_second_factor_is_believed_for_that_account_alone(
    set_up: Callable[..., Provider], client: Client, account_of: Callable[..., Account]
) -> None:
    provider = set_up(
        CARTULARY_OIDC_USERNAME_CLAIM="preferred_username", CARTULARY_OIDC_FACTOR_CLAIM="amr=mfa"
    )
    account = account_of(Role.CLINICIAN)
    Authenticator.objects.filter(user=account).delete()
    provider.claims |= {"amr": ["pwd"]}
    through(client)
    assert client.get("/help/keys/")["Location"] == "/account/2fa/totp/activate/"
    provider.claims |= {"amr": ["pwd", "mfa"]}
    vouched = Client()
    through(vouched)
    assert is_in(vouched)
    other = account_of(Role.AUDITOR)
    Authenticator.objects.filter(user=other).delete()
    vouched.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert not is_in(vouched)


def test_somebody_links_their_account_while_signed_in_and_comes_in_by_it(
    set_up: Callable[..., Provider], client_of: Callable[..., Client]
) -> None:
    set_up(CARTULARY_OIDC_FACTOR_CLAIM="amr=mfa").claims |= {"amr": ["mfa"]}
    client = proven(client_of(Role.CLINICIAN))
    through(client, "?process=connect")
    linked = SocialAccount.objects.get()
    assert (linked.user.username, linked.uid) == ("clinician-ours", "17")
    assert b"You can sign in with" in client.get("/account/3rdparty/").content
    Authenticator.objects.filter(user=linked.user).delete()
    newly = Client()
    through(newly)
    assert is_in(newly)


def test_a_closed_account_stays_closed(
    set_up: Callable[..., Provider], client: Client, account_of: Callable[..., Account]
) -> None:
    set_up(CARTULARY_OIDC_USERNAME_CLAIM="preferred_username")
    Account.objects.filter(pk=account_of(Role.CLINICIAN).pk).update(is_active=False)
    through(client)
    assert not is_in(client)


def test_a_provider_that_does_not_answer_is_said_in_words(
    set_up: Callable[..., Provider], client: Client
) -> None:
    set_up(CARTULARY_OIDC_ISSUER="http://localhost:9")
    answer = client.post(LOGIN)
    assert answer.status_code == 503
    assert "Met uw account is niets gebeurd." in answer.content.decode()


def test_without_settings_there_is_no_button_and_no_way(client: Client) -> None:
    assert b"oidc" not in client.get("/account/login/").content
    assert client.post(LOGIN).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"CARTULARY_OIDC_CLIENT_ID": ""}, "needs the three"),
        ({"CARTULARY_OIDC_ISSUER": "http://sso.hospital.example"}, "https address"),
    ],
)
def test_half_or_unsafe_settings_are_refused(wrong: dict[str, str], said: str) -> None:
    whole = {
        "CARTULARY_OIDC_ISSUER": "https://sso.hospital.example",
        "CARTULARY_OIDC_CLIENT_ID": "cartulary",
        "CARTULARY_OIDC_SECRET_FILE": "secret",
    }
    with pytest.raises(SingleSignOnError, match=said):
        single_sign_on(whole | wrong)

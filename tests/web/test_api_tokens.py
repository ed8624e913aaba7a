# SPDX-License-Identifier: Apache-2.0
"""The page of tokens: made by whoever may, shown once, ended at once; and the description."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from cartulary.registry.models import Token
from cartulary.registry.permissions import Permission
from cartulary.registry.roles import Role
from cartulary.web.access import Seat
from cartulary.web.api.tokens import hash_of
from tests.web.api_client import program
from tests.web.conftest import proven

ASKED = {"name": "lims", "purpose": "care", "permissions": ["see_children"], "days": "30"}


@pytest.fixture
def manager(client_of: Callable[..., Client]) -> Client:
    return proven(client_of(Role.DATA_MANAGER))


def test_a_secret_is_shown_once_and_opens_what_was_asked(manager: Client) -> None:
    shown = manager.post("/api/tokens/new/", ASKED).content.decode()
    secret = re.search(r"cartulary_[\w-]{40,}", shown)
    assert secret is not None
    token = Token.objects.get()
    assert token.secret_hash == hash_of(secret[0])
    assert sorted(token.permissions) == ["see_children", "use_api_read"]
    listed = manager.get("/api/tokens/").content.decode()
    assert "lims" in listed
    assert "cartulary_" not in re.sub(r"cartulary_(form|session)", "", listed)
    headers = {"Authorization": f"Bearer {secret[0]}"}
    assert Client().get("/api/v1/courses", headers=headers).status_code == 200
    assert manager.post(f"/api/tokens/{token.key}/end/").status_code == 302
    assert Client().get("/api/v1/courses", headers=headers).status_code == 401


def test_a_token_is_made_by_who_has_just_shown_who_they_are(
    client_of: Callable[..., Client],
) -> None:
    answer = client_of(Role.DATA_MANAGER).post("/api/tokens/new/", ASKED)
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    ("role", "given"),
    [(Role.LABORATORY, "see_children"), (Role.DIRECTOR, "write_events"), (Role.CLINICIAN, "amend")],
)
def test_nobody_gives_a_token_what_they_have_not(
    role: Role, given: str, client_of: Callable[..., Client]
) -> None:
    client = proven(client_of(role))
    answer = client.post("/api/tokens/new/", ASKED | {"permissions": [given]})
    assert answer.status_code == 422
    assert not Token.objects.exists()


def test_nobody_ends_the_token_of_another(
    manager: Client, client_of: Callable[..., Client], seat: Callable[..., Seat]
) -> None:
    held = program(seat(Role.DIRECTOR), permissions=[Permission.SEE_EVIDENCE])
    assert manager.post(f"/api/tokens/{held.token.key}/end/").status_code == 404
    assert str(held.token.key) not in manager.get("/api/tokens/").content.decode()
    assert Token.objects.get(key=held.token.key).revoked_at is None


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_description_is_a_page_of_our_own(client_of: Callable[..., Client], lang: str) -> None:
    page = client_of(Role.DATA_MANAGER, lang=lang).get("/api/v1/").content.decode()
    made = Client().get("/api/v1/openapi.json").json()
    assert made["openapi"].startswith("3.1")
    for path in made["paths"]:
        assert path in page
    assert "expected_version" in page
    assert not re.search(r'(src|href)="(https?:)?//', page)


def test_every_token_page_speaks_dutch(client_of: Callable[..., Client]) -> None:
    client = proven(client_of(Role.DATA_MANAGER, lang="nl"))
    for path in ("/api/tokens/", "/api/tokens/new/", "/api/v1/"):
        page = client.get(path).content.decode()
        assert "token" in page.lower()
        for english in ("New token", "What it", "The service", "Ends after", "Meaning"):
            assert english not in page

# SPDX-License-Identifier: Apache-2.0
"""A session ends without use and after a working day, and what was typed into it is kept."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from cartulary.registry.models import Child, Draft, Entry
from cartulary.registry.roles import Role
from cartulary.web import middleware


def test_a_session_without_use_ends_after_twenty_minutes(
    client_of: Callable[..., Client], clock_ahead: Callable[[float], None]
) -> None:
    client = client_of(Role.DATA_MANAGER)
    assert client.get("/help/keys/").status_code == 200
    clock_ahead(19 * 60)
    assert client.get("/help/keys/").status_code == 200
    clock_ahead(38 * 60)
    assert client.get("/help/keys/").status_code == 200
    clock_ahead(59 * 60)
    assert client.get("/help/keys/")["Location"] == "/account/login/?next=%2Fhelp%2Fkeys%2F"
    told = client.get("/account/login/", headers={"accept-language": "nl"}).content
    assert b"twintig minuten" in told


def test_a_session_ends_after_twelve_hours_however_busy(
    client_of: Callable[..., Client], clock_ahead: Callable[[float], None]
) -> None:
    client = client_of(Role.DATA_MANAGER)
    for minutes in range(0, 12 * 60, 15):
        clock_ahead(minutes * 60)
        assert client.get("/help/keys/").status_code == 200, minutes
    clock_ahead(12 * 60 * 60 + 5)
    assert "/account/login/" in client.get("/help/keys/")["Location"]


def test_what_was_posted_into_an_ended_session_is_handed_on(
    client_of: Callable[..., Client],
    clock_ahead: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from cartulary.web.search import search

    kept: list[str] = []

    def keep(request: HttpRequest) -> None:
        kept.append(f"{request.user.get_username()}: {request.POST['q']}")

    monkeypatch.setattr(search, "when_expired", keep, raising=False)
    for role, expected in (
        (Role.DATA_MANAGER, ["data_manager-ours: half typed"]),
        (Role.ADMINISTRATOR, ["data_manager-ours: half typed"]),
    ):
        client = client_of(role)
        clock_ahead(0)
        client.get("/help/keys/")
        clock_ahead(3600)
        answer = client.post("/search/", {"q": "half typed"})
        assert answer["Location"] == "/account/login/?next=%2Fsearch%2F"
        assert kept == expected


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client: Client, a_child: Child) -> None:
    shown = f"http://testserver/children/{a_child.key}/"
    asked = {"hx-request": "true", "hx-current-url": shown}
    answer = client.get(f"/children/{a_child.key}/events/", headers=asked)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"/account/login/?next=%2Fchildren%2F{a_child.key}%2F"
    # A page on which somebody is typing stays, because what they typed would go with it.
    answer = client.post(f"/children/{a_child.key}/events/", headers=asked)
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer


@pytest.mark.parametrize("part", [False, True])
def test_an_event_typed_into_an_ended_session_is_a_draft_afterwards(
    part: bool,
    client_of: Callable[..., Client],
    a_child: Child,
    clock_ahead: Callable[[float], None],
) -> None:
    there = reverse("entry:new", kwargs={"key": a_child.key, "kind": "infusion"})
    posted = reverse(
        "entry:draft_new" if part else "entry:new", kwargs={"key": a_child.key, "kind": "infusion"}
    )
    client = client_of(Role.CLINICIAN)
    client.get(there)
    clock_ahead(3600)
    asked = {"hx-request": "true", "hx-current-url": f"http://testserver{there}"} if part else {}
    answer = client.post(posted, {"act": "save", "number": "7"}, headers=asked)
    place = answer["HX-Redirect"] if part else answer["Location"]
    assert place == f"/account/login/?{urlencode({'next': there})}"
    draft = Draft.objects.get(account__username="clinician-ours", child=a_child)
    assert (draft.kind, draft.data["number"]) == ("infusion", ["7"])
    assert not Entry.objects.filter(child=a_child.key, kind="infusion").exists()


def test_the_session_limits_are_what_the_pages_say() -> None:
    assert settings.SESSION_IDLE_SECONDS == 20 * 60
    assert settings.SESSION_ABSOLUTE_SECONDS == 12 * 60 * 60
    assert middleware.NOTED_EVERY_SECONDS < settings.SESSION_IDLE_SECONDS

# SPDX-License-Identifier: Apache-2.0
"""The pages of data queries: asked on a field, answered, closed; by whom, and by whom not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from cartulary.registry import clock, queries
from cartulary.registry.models import Account, Centre, Child, Entry
from cartulary.registry.queries import QueryState
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append
from tests.web.worklist_child import infused_child

ClientOf = Callable[..., Client]


@pytest.fixture
def child(hand: Hand) -> Child:
    return infused_child(hand, "M-014", 40)


@pytest.fixture
def number(hand: Hand, child: Child, account_of: Callable[..., Account]) -> int:
    """A query about the weight, to the clinicians."""
    account_of(Role.CLINICIAN)
    return queries.ask(
        hand, child, "infusion-1", "weight_kg", "Weighed?", to="clinician", now=clock.now()
    )


def said(client: Client, number: int, act: str, text: str, version: int = 1) -> int:
    got = client.post(f"/queries/{number}/", {"act": act, "text": text, "version": version})
    return got.status_code


def state(centre: Centre, number: int) -> QueryState:
    found = queries.query_numbered(centre, number)
    assert found is not None
    return found.state


def test_a_query_is_asked_from_an_event_about_a_field(
    client_of: ClientOf, centre: Centre, child: Child
) -> None:
    client = client_of(Role.DIRECTOR)
    address = f"/queries/ask/{child.key}/infusion-1/"
    html = client.get(address + "?field=weight_kg").content.decode()
    assert re.search(r'value="weight_kg" checked', html)
    assert "24.6 kg" in html
    got = client.post(address, {"field": "weight_kg", "text": "Which scale?", "to": "data_manager"})
    assert got.status_code == 302
    found = queries.query_numbered(centre, int(got.url.rstrip("/").rpartition("/")[2]))  # type: ignore[attr-defined]
    assert found is not None
    assert (found.field, found.text, found.to) == ("weight_kg", "Which scale?", "data_manager")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"field": "colour"}, "Choose a field."),
        ({"text": "  "}, "Write the question."),
        ({"to": "the pope"}, "Choose who is to answer."),
    ],
)
def test_half_a_question_is_told_and_not_asked(
    client_of: ClientOf, child: Child, change: dict[str, str], told: str
) -> None:
    whole = {"field": "weight_kg", "text": "Which scale?", "to": "clinician"}
    got = client_of(Role.DATA_MANAGER).post(f"/queries/ask/{child.key}/infusion-1/", whole | change)
    assert got.status_code == 422
    assert told in got.content.decode()
    assert not Entry.objects.filter(kind="query").exists()


def test_it_goes_from_question_to_answer_to_closed_and_back(
    client_of: ClientOf, centre: Centre, number: int
) -> None:
    doctor, manager = client_of(Role.CLINICIAN), client_of(Role.DATA_MANAGER)
    assert said(doctor, number, "answer", "Yes, at 8.") == 302
    assert state(centre, number) is QueryState.ANSWERED
    assert said(manager, number, "close", "Thank you.", 2) == 302
    assert state(centre, number) is QueryState.CLOSED
    assert said(manager, number, "reopen", "Which scale?", 3) == 302
    assert state(centre, number) is QueryState.REOPENED
    html = doctor.get(f"/queries/{number}/").content.decode()
    words = ("Weighed?", "Yes, at 8.", "Thank you.", "Which scale?")
    places = [html.rindex(word) for word in words]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("role", "act"),
    [
        (Role.DIRECTOR, "answer"),
        (Role.AUDITOR, "answer"),
        (Role.CLINICIAN, "close"),
        (Role.LABORATORY, "close"),
    ],
)
def test_who_may_not_is_refused_and_is_shown_no_button(
    client_of: ClientOf, centre: Centre, number: int, role: Role, act: str
) -> None:
    client = client_of(role)
    assert f'value="{act}"' not in client.get(f"/queries/{number}/").content.decode()
    assert said(client, number, act, "words") == 403
    assert state(centre, number) is QueryState.OPEN


def test_a_step_without_words_or_out_of_turn_is_told(
    client_of: ClientOf, centre: Centre, number: int
) -> None:
    manager = client_of(Role.DATA_MANAGER)
    assert said(manager, number, "close", " ") == 422
    assert said(manager, number, "reopen", "words") == 422
    assert said(manager, number, "burn", "words") == 404
    assert state(centre, number) is QueryState.OPEN


def test_who_comes_second_sees_what_the_first_said(
    client_of: ClientOf, centre: Centre, number: int
) -> None:
    manager = client_of(Role.DATA_MANAGER)
    assert said(client_of(Role.CLINICIAN), number, "answer", "Yes, at 8.") == 302
    got = manager.post(
        f"/queries/{number}/", {"act": "close", "text": "No answer came.", "version": 1}
    )
    html = got.content.decode()
    assert got.status_code == 422
    assert "Somebody else went on with this query" in html
    assert "Yes, at 8." in html
    assert "No answer came." in html
    assert state(centre, number) is QueryState.ANSWERED


def test_a_field_that_changed_is_shown_as_it_was_and_is(
    client_of: ClientOf, hand: Hand, child: Child, number: int
) -> None:
    row = child.current.get(event="infusion-1")
    payload = {
        "date": row.date,
        "facts": {"number": 1, "weight_kg": 24.8},
    }
    change = Change(child.key, "infusion-1", "infusion", "amend", payload, 1, "weighed again")
    append(hand, [change], now=clock.now())
    html = client_of(Role.DATA_MANAGER).get(f"/queries/{number}/").content.decode()
    assert '<span class="struck">24.6 kg</span>' in html
    assert "<b>24.8 kg</b>" in html
    assert "has changed since" in html


def test_lists_show_each_query_under_its_state(client_of: ClientOf, number: int) -> None:
    doctor = client_of(Role.CLINICIAN)
    assert "Weighed?" in doctor.get("/queries/").content.decode()
    assert "Weighed?" in doctor.get("/queries/?state=open").content.decode()
    for other in ("answered", "closed"):
        assert "Weighed?" not in doctor.get(f"/queries/?state={other}").content.decode()
    in_dutch = client_of(Role.CLINICIAN, lang="nl").get("/queries/").content.decode()
    assert "vraag wacht op antwoord" in in_dutch


def test_another_centre_finds_no_query_and_asks_none(
    client_of: ClientOf, other_centre: Centre, child: Child, number: int
) -> None:
    stranger = client_of(Role.DATA_MANAGER, other_centre)
    assert stranger.get(f"/queries/{number}/").status_code == 404
    assert said(stranger, number, "close", "mine") == 404
    assert "Weighed?" not in stranger.get("/queries/?state=open").content.decode()
    whole = {"field": "date", "text": "Which day?", "to": "clinician"}
    address = f"/queries/ask/{child.key}/infusion-1/"
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, whole).status_code == 404


def test_what_was_asked_stands_in_no_address(client_of: ClientOf, number: int) -> None:
    for address in ("/queries/", f"/queries/{number}/"):
        html = client_of(Role.DATA_MANAGER).get(address).content.decode()
        links = re.findall(r'(?:href|action)="([^"]*)"', html)
        assert not [link for link in links if "M-014" in link or "24" in link.partition("?")[2]]

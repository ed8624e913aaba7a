# SPDX-License-Identifier: Apache-2.0
"""What was typed into a session that ended is there after signing in: toxicity, a new child."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from cartulary.registry import clock
from cartulary.registry.change import Change, Hand
from cartulary.registry.models import Child, Draft, Entry
from cartulary.registry.roles import Role
from cartulary.registry.writing import append

Clients = Callable[..., Client]
Ahead = Callable[[float], None]


@pytest.fixture
def infused(hand: Hand, a_child: Child) -> Child:
    facts = {"temperature_c": 38.6, "hypotension": False, "vasopressors": 0}
    changes = [
        Change(a_child.key, event, kind, "write", {"date": date, "facts": said}, 0)
        for event, kind, date, said in (
            ("infusion-1", "infusion", "2020-03-17", {"number": 1}),
            ("finding-1", "finding", "2020-03-19", {**facts, "oxygen_support": "none"}),
        )
    ]
    append(hand, changes, now=clock.now())
    return a_child


def url(name: str, child: Child) -> str:
    return reverse(f"toxicity:{name}", kwargs={"key": child.key})


def posted_late(client: Client, ahead: Ahead, address: str, typed: dict[str, str]) -> None:
    """A form that was open for an hour, sent; the session has ended by then."""
    before = Entry.objects.count()
    ahead(0)
    client.get("/help/keys/")
    ahead(3600)
    answer = client.post(address, typed)
    assert "/account/login/" in answer["Location"]
    assert Entry.objects.count() == before
    ahead(0)


def test_findings_of_a_day(infused: Child, client_of: Clients, clock_ahead: Ahead) -> None:
    typed = {"infusion": "1", "day": "3", "act": "save", "temperature_c": "39,4"}
    posted_late(client_of(Role.CLINICIAN), clock_ahead, url("save", infused), typed)
    page = client_of(Role.CLINICIAN).get(url("grid", infused) + "?edit=3").content.decode()
    assert 'value="39,4"' in page
    other = client_of(Role.DATA_MANAGER).get(url("grid", infused) + "?edit=3").content.decode()
    assert "39,4" not in other


def test_a_decided_grade(infused: Child, client_of: Clients, clock_ahead: Ahead) -> None:
    typed = {"infusion": "1", "day": "2", "toxicity": "crs", "act": "decide", "grade": "0"}
    typed["override_reason"] = "line infection"
    posted_late(client_of(Role.CLINICIAN), clock_ahead, url("decide", infused), typed)
    page = client_of(Role.CLINICIAN).get(url("grid", infused)).content.decode()
    assert ">line infection</textarea>" in page
    assert '<option value="0" selected>0</option>' in page
    client_of(Role.CLINICIAN).post(url("decide", infused), typed)
    assert Entry.objects.filter(kind="toxicity").count() == 1
    assert not Draft.objects.exists()


def test_a_refused_decision_keeps_what_was_typed(infused: Child, client_of: Clients) -> None:
    typed = {"infusion": "1", "day": "2", "toxicity": "crs", "act": "decide", "grade": "1"}
    typed["override_reason"] = "line infection"
    answer = client_of(Role.CLINICIAN).post(url("decide", infused), typed)
    assert "nothing is overridden" in answer.content.decode()
    assert ">line infection</textarea>" in answer.content.decode()


def test_a_treatment(infused: Child, client_of: Clients, clock_ahead: Ahead) -> None:
    typed = {"infusion": "1", "day": "2", "drug": "tocilizumab", "dose_mg_per_kg": "8"}
    posted_late(client_of(Role.CLINICIAN), clock_ahead, url("treat", infused), typed)
    there = reverse("entry:new", kwargs={"key": infused.key, "kind": "treatment"})
    client = client_of(Role.CLINICIAN)
    assert f'href="{there}"' in client.get(url("grid", infused)).content.decode()
    begun = client.get(there).content.decode()
    assert '<option value="tocilizumab" selected' in begun
    assert "19 March 2020" in begun


def test_a_new_child_without_who_it_is(client_of: Clients, clock_ahead: Ahead) -> None:
    typed = {"act": "save", "course_id": "M-777", "name": "Anna", "hospital_number": "1234567"}
    there = reverse("entry:register")
    posted_late(client_of(Role.DATA_MANAGER), clock_ahead, there, typed)
    draft = Draft.objects.get()
    assert draft.data == {"course_id": ["M-777"]}
    assert "M-777" in client_of(Role.DATA_MANAGER).get(there).content.decode()

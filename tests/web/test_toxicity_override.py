# SPDX-License-Identifier: Apache-2.0
"""A computed grade is overridden with a reason: both are kept, and either can be had back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cartulary.course.events import Toxicity
from cartulary.course.events.observation import GradeBasis, ToxicityKind
from cartulary.registry import clock
from cartulary.registry.courses import course_of
from cartulary.registry.models import Child, Entry
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append

INFECTION = "line infection, S. epidermidis in two cultures"


@pytest.fixture
def feverish(hand: Hand, a_child: Child) -> Child:
    """Fever on the second and third day after infusion, on the third with oxygen."""
    days = {
        "2020-03-18": {"temperature_c": 37.0, "hypotension": False, "vasopressors": 0},
        "2020-03-19": {"temperature_c": 38.6, "hypotension": False, "vasopressors": 0},
        "2020-03-20": {"temperature_c": 38.6, "hypotension": False, "vasopressors": 0},
    }
    changes = [
        Change(a_child.key, "infusion-1", "infusion", "write",
               {"date": "2020-03-17", "facts": {"number": 1}}, 0),
        *(
            Change(a_child.key, "", "finding", "write",
                   {"date": when, "facts": {**facts, "oxygen_support":
                    "low_flow" if when == "2020-03-20" else "none"}}, 0)
            for when, facts in days.items()
        ),
    ]  # fmt: skip
    append(hand, changes, now=clock.now())
    return a_child


def url(name: str, child: Child) -> str:
    return reverse(f"toxicity:{name}", kwargs={"key": child.key})


def decide(client: Client, child: Child, **posted: str) -> HttpResponse:
    whole = {"infusion": "1", "day": "2", "toxicity": "crs", "act": "decide", **posted}
    return client.post(url("decide", child), whole)


def cell(response: HttpResponse, day: int) -> Any:
    rows = (one["row"] for one in response.context["lines"])
    return next(one for one in rows if one.after == day).grades[0]


def test_both_grades_are_kept_and_shown(client_of: Callable[..., Client], feverish: Child) -> None:
    client = client_of(Role.CLINICIAN)
    assert decide(client, feverish, grade="0", override_reason=INFECTION).status_code == 302
    said = course_of(feverish).all(Toxicity)[0]
    assert (said.toxicity, said.grade, said.basis) == (
        ToxicityKind.CRS, 0, GradeBasis.OVERRIDDEN,
    )  # fmt: skip
    assert (said.day, said.end_day, said.infusion_number) == (45, 45, 1)
    assert said.override_reason == INFECTION
    assert said.source == "computed grade 1 (astct_crs_2019)"
    response = client.get(url("grid", feverish) + "?day=2")
    one = cell(response, 2)
    assert (one.computed, one.grade) == (1, 0)
    page = response.content.decode()
    assert re.search(
        r"<s class=\"struck computed-grade\">.*?1</s>\s*<span class=\"grade g0\">", page
    )
    assert "Overridden: D+2, CRS" in page
    assert INFECTION in page
    assert "clinician" in page


def test_what_is_counted_so_far_uses_the_decided_grade(
    client_of: Callable[..., Client], feverish: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    decide(client, feverish, day="3", grade="0", override_reason=INFECTION)
    so_far = client.get(url("grid", feverish)).context["beside"].so_far[0]
    assert (so_far.episode.highest, so_far.first, so_far.last) == (1, "D+2", "D+2")
    decide(client, feverish, day="3", grade="4", override_reason="ventilated at night")
    so_far = client.get(url("grid", feverish)).context["beside"].so_far[0]
    assert so_far.episode.highest == 4


def test_an_override_without_a_reason_writes_nothing(
    client_of: Callable[..., Client], feverish: Child
) -> None:
    before = Entry.objects.count()
    answer = decide(client_of(Role.CLINICIAN), feverish, grade="0", override_reason="  ")
    assert answer.status_code == 200
    assert "A decided grade needs its reason." in answer.content.decode()
    assert Entry.objects.count() == before


@pytest.mark.parametrize("grade", ["", "1", "6", "x"])
def test_no_grade_or_the_computed_one_is_refused(
    grade: str, client_of: Callable[..., Client], feverish: Child
) -> None:
    before = Entry.objects.count()
    answer = decide(client_of(Role.CLINICIAN), feverish, grade=grade, override_reason=INFECTION)
    assert answer.status_code == 200
    assert [one.target for one in answer.context["grid_wrong"]] == ["f-grade"]
    assert Entry.objects.count() == before


def test_an_override_is_taken_back_and_made_anew(
    client_of: Callable[..., Client], feverish: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    decide(client, feverish, grade="0", override_reason=INFECTION)
    back = decide(client, feverish, act="take_back", override_reason="cultures negative")
    assert back.status_code == 302
    assert cell(client.get(url("grid", feverish)), 2).grade == 1
    assert not course_of(feverish).all(Toxicity)
    decide(client, feverish, grade="2", override_reason="oxygen at night")
    assert cell(client.get(url("grid", feverish)), 2).grade == 2
    acts = Entry.objects.filter(event="toxicity-crs-day-45").order_by("version")
    assert [one.act for one in acts] == ["write", "withdraw", "write"]


def test_an_unknown_grade_can_be_decided_and_stays_unknown_as_computed(
    client_of: Callable[..., Client], feverish: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    assert cell(client.get(url("grid", feverish)), 2).kind is ToxicityKind.CRS
    decide(client, feverish, toxicity="icans", grade="1", override_reason="drowsy, seen by me")
    icans = next(
        one["row"].grades[1]
        for one in client.get(url("grid", feverish)).context["lines"]
        if one["row"].after == 2
    )
    assert (icans.computed, icans.grade) == (None, 1)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CLINICIAN])
def test_only_who_may_override_does(
    role: Role, client_of: Callable[..., Client], feverish: Child
) -> None:
    answer = decide(client_of(role), feverish, grade="0", override_reason=INFECTION)
    assert answer.status_code == 403
    assert not course_of(feverish).all(Toxicity)

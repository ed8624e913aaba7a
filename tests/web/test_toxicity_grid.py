# SPDX-License-Identifier: Apache-2.0
"""The grid of toxicity: days written one after another, unknown stays unknown, drafts, conflict."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cartulary.course.absence import NOT_DONE, NOT_RECORDED
from cartulary.course.events import Finding, Treatment
from cartulary.course.events.observation import OxygenSupport
from cartulary.course.events.treatment import Drug
from cartulary.registry import clock
from cartulary.registry.courses import course_of
from cartulary.registry.models import Child, Current, Draft, Entry
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append, register

INFUSION_DAY = 43
WELL = {
    "temperature_c": "37,2",
    "anticytokine_given": "no",
    "hypotension": "no",
    "vasopressors": "0",
    "oxygen_support": "none",
    "capd_score": "0",
    "consciousness": "awake",
    "seizure": "none",
}


@pytest.fixture
def infused(hand: Hand, a_child: Child) -> Child:
    """A girl of seven, infused on 17 March 2020."""
    infusion = {"date": "2020-03-17", "facts": {"number": 1, "weight_kg": 24.6}}
    change = Change(a_child.key, "infusion-1", "infusion", "write", infusion, 0)
    append(hand, [change], now=clock.now())
    return a_child


def url(name: str, child: Child) -> str:
    return reverse(f"toxicity:{name}", kwargs={"key": child.key})


def save(client: Client, child: Child, day: int, act: str = "next", **typed: str) -> HttpResponse:
    posted = {"infusion": "1", "day": str(day), "base_version": "0", "act": act, **typed}
    return client.post(url("save", child), posted)


def row(response: HttpResponse, day: int) -> Any:
    return next(one["row"] for one in response.context["lines"] if one["row"].after == day)


def grades(response: HttpResponse, day: int) -> list[int | None]:
    return [one.grade for one in row(response, day).grades]


def finding(child: Child, day: int) -> Finding:
    return next(f for f in course_of(child).all(Finding) if f.day == INFUSION_DAY + day)


def test_five_days_are_written_one_after_another(
    client_of: Callable[..., Client], infused: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    days = [
        WELL,
        {**WELL, "temperature_c": "38,7"},
        {**WELL, "temperature_c": "39.4", "hypotension": "yes", "fluid_boluses": "1"},
        {**WELL, "temperature_c": "39,6", "hypotension": "yes", "oxygen_support": "low_flow",
         "oxygen_l_per_min": "2", "anticytokine_given": "yes"},
        {**WELL, "temperature_c": "38,4", "vasopressors": "1", "hypotension": "yes",
         "consciousness": "voice", "capd_score": "8"},
    ]  # fmt: skip
    for day, typed in enumerate(days):
        answer = save(client, infused, day, **typed)
        assert answer.status_code == 302, answer.context["grid_wrong"]
        assert f"edit={day + 1}" in answer["Location"]
    response = client.get(url("grid", infused) + "?day=3")
    assert [grades(response, day) for day in range(5)] == [[0, 0], [1, 0], [2, 0], [2, 0], [3, 2]]
    assert "hypotension 2, hypoxia 2" in row(response, 3).why
    assert row(response, 3).author == "clinician"
    assert finding(infused, 3).oxygen_support is OxygenSupport.LOW_FLOW
    said = response.content.decode()
    assert "Becomes grade 3" in said
    assert "one vasopressor with or without vasopressin" in said
    assert "On the Penn scale: grade 3." in said


def test_what_is_left_blank_is_unknown_and_never_a_zero(
    client_of: Callable[..., Client], infused: Child
) -> None:
    client = client_of(Role.DATA_MANAGER)
    typed = {**WELL, "capd_score": "", "consciousness": "-"}
    assert save(client, infused, 2, **typed).status_code == 302
    kept = finding(infused, 2)
    assert kept.capd_score is NOT_RECORDED
    assert kept.consciousness is NOT_DONE
    response = client.get(url("grid", infused) + "?day=2")
    assert grades(response, 2) == [0, None]
    assert "ICANS of D+2 is unknown, not 0." in response.content.decode()
    assert "not done" in [cell.words for cell in row(response, 2).cells]
    assert row(response, 3).state == "blank"
    assert not row(response, 3).shown


def test_an_empty_day_is_not_saved(client_of: Callable[..., Client], infused: Child) -> None:
    answer = save(client_of(Role.CLINICIAN), infused, 1)
    assert answer.status_code == 200
    assert "Nothing is filled in yet." in answer.content.decode()
    assert not course_of(infused).all(Finding)


def test_an_unlikely_temperature_asks_why(client_of: Callable[..., Client], infused: Child) -> None:
    client = client_of(Role.CLINICIAN)
    answer = save(client, infused, 1, **{**WELL, "temperature_c": "43"})
    assert answer.status_code == 200
    assert [one.target for one in answer.context["grid_wrong"]] == ["w-temperature_c"]
    assert 'name="why_temperature_c"' in answer.content.decode()
    answer = save(client, infused, 1, **{**WELL, "temperature_c": "43"}, why_temperature_c="twice")
    assert answer.status_code == 302
    payload = json.loads(Current.objects.get(child=infused, kind="finding").payload)
    assert payload["reasons"] == {"temperature_c": "twice"}


def test_yesterday_is_taken_over_as_a_draft_without_what_is_measured(
    client_of: Callable[..., Client], infused: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    ill = {**WELL, "temperature_c": "39,6", "oxygen_support": "low_flow", "oxygen_l_per_min": "2"}
    save(client, infused, 3, **ill)
    before = Entry.objects.count()
    answer = save(client, infused, 4, act="copy", temperature_c="38,1")
    assert answer.status_code == 302
    assert Entry.objects.count() == before
    response = client.get(answer["Location"])
    texts = {
        field.name: field.text for column in response.context["row"].columns for field in column
    }
    assert texts["temperature_c"] == "38,1"
    assert texts["oxygen_support"] == "low_flow"
    assert (texts["capd_score"], texts["seizure"]) == ("", "")
    assert "Taken over from D+3, not confirmed." in response.content.decode()
    assert [one.grade for one in response.context["now"]] == [2, None]
    assert save(client, infused, 4, **{**ill, "temperature_c": "38,1"}).status_code == 302
    assert not Draft.objects.exists()


def test_a_draft_is_kept_while_typing_and_says_the_grade(
    client_of: Callable[..., Client], infused: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    typed = {**WELL, "temperature_c": "38,0", "oxygen_support": "facemask"}
    answer = client.post(
        url("draft", infused), {"infusion": "1", "day": "5", "base_version": "0", **typed}
    )
    assert answer.status_code == 200
    assert answer["X-Cartulary-Part"] == "1"
    said = answer.content.decode()
    assert re.search(r'id="now-crs"[^>]*>\s*<span class="grade g3">', said)
    assert Draft.objects.get().event == f"finding-day-{INFUSION_DAY + 5}"
    assert not course_of(infused).all(Finding)
    opened = client.get(url("grid", infused) + "?edit=5")
    assert 'value="38,0"' in opened.content.decode()
    other = client_of(Role.DATA_MANAGER).get(url("grid", infused) + "?edit=5")
    assert 'value="38,0"' not in other.content.decode()


def test_a_day_is_changed_with_a_reason_and_keeps_what_the_row_does_not_show(
    client_of: Callable[..., Client], infused: Child, hand: Hand
) -> None:
    facts = {"temperature_c": 38.6, "iec_hs_suspected": True, "fatal": False}
    written = {"date": "2020-03-19", "time": "08:30", "facts": facts}
    append(hand, [Change(infused.key, "bedside-9", "finding", "write", written, 0)],
           now=clock.now())  # fmt: skip
    client = client_of(Role.CLINICIAN)
    change = {"base_version": "1", "temperature_c": "38,9"}
    answer = save(client, infused, 2, **change)
    assert [one.target for one in answer.context["grid_wrong"]] == ["f-change_reason"]
    answer = save(client, infused, 2, **change, change_reason="misread")
    assert answer.status_code == 302
    kept = finding(infused, 2)
    assert (kept.event_id, kept.temperature_c, kept.iec_hs_suspected) == ("bedside-9", 38.9, True)
    assert json.loads(Current.objects.get(event="bedside-9").payload)["time"] == "08:30"


def test_two_people_on_one_new_day_see_both_versions(
    client_of: Callable[..., Client], infused: Child
) -> None:
    save(client_of(Role.DATA_MANAGER), infused, 2, **WELL)
    answer = save(client_of(Role.CLINICIAN), infused, 2, **{**WELL, "temperature_c": "38,5"})
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "38.5 °C" in said
    assert "37.2 °C" in said
    assert finding(infused, 2).temperature_c == 37.2


def choices(said: str) -> list[tuple[str, dict[str, str]]]:
    """Where each form of the page of both versions leads, and what it would send."""
    forms = re.findall(r'<form method="post"[^>]*action="([^"]*)"[^>]*>(.*?)</form>', said, re.S)
    return [
        (to, dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body)))
        for to, body in forms
        if to.endswith("/toxicity/save/")
    ]


def test_the_choice_between_two_versions_of_a_day_leads_back_to_the_grid(
    client_of: Callable[..., Client], infused: Child
) -> None:
    save(client_of(Role.DATA_MANAGER), infused, 2, **WELL)
    client = client_of(Role.CLINICIAN)
    mine = {**WELL, "temperature_c": "38,5", "seizure": ""}
    both = save(client, infused, 2, **mine).content.decode()
    (theirs_at, theirs), (mine_at, posted) = choices(both)
    posted.pop("csrfmiddlewaretoken", None)
    assert Draft.objects.filter(child=infused, kind="finding").exists()
    chosen = client.post(mine_at, {**posted, "act": "save", "change_reason": "measured again"})
    assert chosen.status_code == 302
    assert chosen["Location"] == f"{url('grid', infused)}?day=2"
    assert finding(infused, 2).temperature_c == 38.5
    # Without a reason it is asked for on the grid, and nothing is written.
    again = save(client_of(Role.DATA_MANAGER), infused, 2, **{**WELL, "temperature_c": "39,9"})
    assert again.status_code == 409
    (theirs_at, theirs), _mine = choices(again.content.decode())
    kept = client_of(Role.DATA_MANAGER).post(theirs_at, theirs)
    assert kept["Location"] == f"{url('grid', infused)}?day=2"
    assert finding(infused, 2).temperature_c == 38.5
    assert not Draft.objects.filter(child=infused, kind="finding").exists()


def test_a_day_is_not_taken_for_another_after_day_0_has_moved(
    client_of: Callable[..., Client], infused: Child, hand: Hand
) -> None:
    client = client_of(Role.CLINICIAN)
    save(client, infused, 2, **WELL)
    payload = json.loads(Current.objects.get(child=infused, event="child").payload)
    moved = {**payload, "day0": "2020-02-04"}
    append(
        hand, [Change(infused.key, "child", "child", "amend", moved, 1, "letter")], now=clock.now()
    )
    # What was day 45 is day 44 now, and keeps its name; day 45 is the next day.
    assert save(client, infused, 3, **{**WELL, "temperature_c": "38,4"}).status_code == 302
    found = {f.day: f.temperature_c for f in course_of(infused).all(Finding)}
    assert found == {44: 37.2, 45: 38.4}


def test_an_old_version_of_a_day_is_not_written_over(
    client_of: Callable[..., Client], infused: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    save(client, infused, 2, **WELL)
    reason = {"change_reason": "misread"}
    save(client, infused, 2, **{**WELL, "temperature_c": "38,1", "base_version": "1"}, **reason)
    answer = save(
        client, infused, 2, **{**WELL, "temperature_c": "38,9", "base_version": "1"}, **reason
    )
    assert answer.status_code == 409
    assert finding(infused, 2).temperature_c == 38.1


def test_a_form_sent_twice_is_written_once(
    client_of: Callable[..., Client], infused: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    once = {"once": "5f0c2d3e-0000-4000-8000-000000000001"}
    assert save(client, infused, 2, **WELL, **once).status_code == 302
    before = Entry.objects.count()
    assert save(client, infused, 2, **WELL, **once).status_code == 302
    assert Entry.objects.count() == before


def test_a_treatment_is_added_and_carries_to_the_grade(
    client_of: Callable[..., Client], infused: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    save(client, infused, 3, **{**WELL, "temperature_c": "39,0"})
    given = {"infusion": "1", "day": "3", "drug": "tocilizumab", "given_for": "crs",
             "dose_mg_per_kg": "8"}  # fmt: skip
    assert client.post(url("treat", infused), given).status_code == 302
    dose = course_of(infused).all(Treatment)[0]
    assert (dose.day, dose.drug, dose.dose_mg_per_kg) == (46, Drug.TOCILIZUMAB, 8)
    low = {**WELL, "temperature_c": "36,8", "hypotension": "yes", "anticytokine_given": ""}
    save(client, infused, 4, **low)
    response = client.get(url("grid", infused))
    assert grades(response, 4)[0] == 2
    assert "1 × tocilizumab" in response.content.decode()


def test_a_treatment_without_a_drug_is_refused_in_words(
    client_of: Callable[..., Client], infused: Child
) -> None:
    posted = {"infusion": "1", "day": "3", "dose_mg_per_kg": "8"}
    answer = client_of(Role.CLINICIAN).post(url("treat", infused), posted)
    assert answer.status_code == 200
    assert [one.target for one in answer.context["grid_wrong"]] == ["f-drug"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DIRECTOR, Role.LABORATORY])
def test_who_may_not_write_sees_no_row_to_fill_in(
    role: Role, client_of: Callable[..., Client], infused: Child
) -> None:
    client = client_of(role)
    response = client.get(url("grid", infused) + "?edit=2")
    assert response.status_code == 200
    assert response.context["row"] is None
    assert 'name="temperature_c"' not in response.content.decode()
    assert save(client, infused, 2, **WELL).status_code == 403
    for name in ("draft", "treat", "decide"):
        assert client.post(url(name, infused), {"day": "2"}).status_code == 403
    assert not course_of(infused).all(Finding)


def test_a_child_of_another_centre_is_not_there(
    client_of: Callable[..., Client], their_child: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    assert client.get(url("grid", their_child)).status_code == 404
    assert save(client, their_child, 2, **WELL).status_code == 404
    assert client.post(url("decide", their_child), {"day": "2"}).status_code == 404


def test_without_an_infusion_the_page_says_what_comes_first(
    client_of: Callable[..., Client], a_child: Child
) -> None:
    response = client_of(Role.CLINICIAN).get(url("grid", a_child))
    assert "There is no infusion with a date yet." in response.content.decode()
    assert reverse("entry:new", kwargs={"key": a_child.key, "kind": "infusion"}) in (
        response.content.decode()
    )


def test_a_day_still_to_come_cannot_be_written(
    client_of: Callable[..., Client], a_child: Child, hand: Hand
) -> None:
    today = {"date": clock.today().isoformat(), "facts": {"number": 1}}
    append(hand, [Change(a_child.key, "infusion-1", "infusion", "write", today, 0)],
           now=clock.now())  # fmt: skip
    client = client_of(Role.CLINICIAN)
    response = client.get(url("grid", a_child))
    assert response.context["editing"] == 0
    assert [one["row"].state for one in response.context["lines"]][1:] == ["to_come"] * 3
    assert save(client, a_child, 1, **WELL).status_code == 302
    assert not course_of(a_child).all(Finding)


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_form_works_without_a_script_and_names_its_fields(
    lang: str, client_of: Callable[..., Client], infused: Child
) -> None:
    client = client_of(Role.CLINICIAN, lang=lang)
    save(client, infused, 1, **WELL)
    said = client.get(url("grid", infused) + "?edit=2&day=1").content.decode()
    fields = set(re.findall(r'<(?:input type="text"|select|textarea) id="([^"]+)"', said))
    labels = set(re.findall(r'<label[^>]* for="([^"]+)"', said))
    assert fields <= labels
    assert 'data-key="Ctrl+Enter"' in said
    assert 'data-key="Ctrl+D"' in said


def test_days_belong_to_the_infusion_that_was_chosen(
    client_of: Callable[..., Client], infused: Child, hand: Hand
) -> None:
    again = {"date": "2020-06-15", "facts": {"number": 2}}
    append(hand, [Change(infused.key, "infusion-2", "infusion", "write", again, 0)],
           now=clock.now())  # fmt: skip
    client = client_of(Role.CLINICIAN)
    save(client, infused, 2, **{**WELL, "temperature_c": "38,5"})
    save(client, infused, 2, **{**WELL, "temperature_c": "39,0"}, infusion="2")
    last = client.get(url("grid", infused))
    first = client.get(url("grid", infused) + "?infusion=1")
    assert (last.context["number"], first.context["number"]) == (2, 1)
    assert row(first, 2).cells[0].words == "38.5"
    assert row(last, 2).cells[0].words == "39.0"
    assert row(first, 2).date.isoformat() == "2020-03-19"
    assert "?infusion=1&amp;day=2" in first.content.decode()


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_child_without_a_calendar_has_days_and_no_dates(
    lang: str, client_of: Callable[..., Client], hand: Hand
) -> None:
    child = register(hand, course_id="M-008", age_days_at_day0=2700, now=clock.now())
    infusion = {"day": INFUSION_DAY, "facts": {"number": 1}}
    append(hand, [Change(child.key, "infusion-1", "infusion", "write", infusion, 0)],
           now=clock.now())  # fmt: skip
    client = client_of(Role.CLINICIAN, lang=lang)
    assert save(client, child, 4, **{**WELL, "temperature_c": "38,5"}).status_code == 302
    response = client.get(url("grid", child) + "?day=4")
    assert (grades(response, 4), row(response, 4).date) == ([1, 0], None)
    assert finding(child, 4).temperature_c == 38.5

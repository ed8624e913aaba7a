# SPDX-License-Identifier: Apache-2.0
"""The child itself changed: what follows is shown first; stale edits show both versions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from cartulary.registry import clock
from cartulary.registry.child_payload import ChildFacts
from cartulary.registry.courses import course_of
from cartulary.registry.models import Child, Draft, Entry
from cartulary.registry.writing import Change, Hand, append

Clients = Callable[..., Client]


@pytest.fixture
def infused(a_child: Child, hand: Hand) -> Child:
    """Infused on study day 43; one finding is known by its study day alone."""
    changes = [
        Change(a_child.key, "indication-1", "indication", "write", {"date": "2020-02-03"}, 0),
        Change(a_child.key, "infusion-1", "infusion", "write",
               {"date": "2020-03-17", "facts": {"number": 1}}, 0),
        Change(a_child.key, "finding-1", "finding", "write",
               {"day": 45, "facts": {"temperature_c": 38.6}}, 0),
    ]  # fmt: skip
    append(hand, changes, now=clock.now())
    return a_child


def address(child: Child) -> str:
    return f"/children/{child.key}/itself/"


def fields(page: str) -> dict[str, str]:
    """What stands in the form, as a browser would send it."""
    found = dict(re.findall(r'<input[^>]* name="([a-z0-9_]+)" value="([^"]*)"', page))
    for name, body in re.findall(
        r'<select[^>]* name="([a-z0-9_]+)"[^>]*>(.*?)</select>', page, re.S
    ):
        chosen = re.search(r'<option[^>]*value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


def post(client: Client, child: Child, act: str, **changed: str) -> Any:
    return client.post(address(child), {**fields(text(client.get(address(child)))), **changed,
                                        "act": act})  # fmt: skip


def text(answer: Any) -> str:
    return str(answer.content.decode())


def saved(client: Client, child: Child, **changed: str) -> Any:
    """Look at what follows, and save it."""
    looked = post(client, child, "look", **changed)
    assert looked.status_code == 200, text(looked)
    return client.post(address(child), {**fields(text(looked)), "act": "save"})


def test_what_follows_is_shown_before_anything_is_written(
    infused: Child, client_of: Clients
) -> None:
    client = client_of("data_manager")
    before = Entry.objects.count()
    page = text(post(client, infused, "look", day0="2020-02-13", change_reason="letter"))
    assert "2 events will be 10 study days earlier." in page
    assert "1 event was written by its study day: it keeps that, and its date moves." in page
    assert "day 43, 17 March 2020" in page
    assert "<b>day 33, 17 March 2020</b>" in page
    assert "At infusion the child will be" not in page or "not 7 years" in page
    assert Entry.objects.count() == before
    # A save that did not see this is only looked at.
    assert "2 events will be" in text(post(client, infused, "save", day0="2020-02-13"))
    assert Entry.objects.count() == before


def test_a_change_is_an_amendment_with_a_reason(infused: Child, client_of: Clients) -> None:
    client = client_of("clinician")
    refused = saved(client, infused, day0="2020-02-10")
    assert refused.status_code == 422
    assert "Why it is changed" in text(refused)
    done = saved(client, infused, day0="2020-02-10", change_reason="the letter says so")
    assert done.status_code == 302
    entry = Entry.objects.get(child=infused.key, event="child", version=2)
    assert (entry.act, entry.reason, entry.kind) == ("amend", "the letter says so", "child")
    infused.refresh_from_db()
    assert infused.day0 == date(2020, 2, 10)
    assert [e.day for e in course_of(infused) if e.kind == "infusion"] == [36]
    page = text(client.get(address(infused)))
    assert "the letter says so" in page
    assert "<s>3 February 2020</s>" in page


def test_every_field_can_be_changed(infused: Child, client_of: Clients) -> None:
    client = client_of("data_manager")
    done = saved(
        client, infused, day0="2020-02-03", day0_is="referral", age="8 years", sex="female",
        origin="simulated", data_cut="2020-09-01", change_reason="all of it",
    )  # fmt: skip
    assert done.status_code == 302, text(done)
    course = course_of(infused)
    assert (course.day0_is.value, course.sex.value, course.origin.value) == (
        "referral",
        "female",
        "simulated",
    )
    assert course.age_days_at_day0 == 2922
    assert course.data_cut_day == (date(2020, 9, 1) - date(2020, 2, 3)).days


def test_an_age_that_was_given_for_another_day_0_is_asked_about(
    infused: Child, client_of: Clients
) -> None:
    client = client_of("data_manager")
    looked = post(client, infused, "look", day0="2020-01-04")
    assert 'value="age=2670 d"' in text(looked)
    taken = client.post(address(infused), {**fields(text(looked)), "take": "age=2670 d"})
    assert fields(text(taken))["age"] == "2670 d"


def test_day_0_stays_while_an_event_rests_on_it(infused: Child, client_of: Clients) -> None:
    client = client_of("data_manager", lang="nl")
    page = text(post(client, infused, "look", day0="?", change_reason="weg"))
    assert "2 gebeurtenissen kunnen niet zonder de datum van dag 0." in page
    assert "Wijziging opslaan" not in page
    assert saved(client, infused, day0="?", change_reason="weg").status_code == 200
    assert Entry.objects.filter(child=infused.key, event="child").count() == 1


def test_two_people_see_both_versions(infused: Child, client_of: Clients) -> None:
    mine, theirs = client_of("data_manager"), client_of("clinician")
    looked = post(mine, infused, "look", day0="2020-02-10", change_reason="mine")
    saved(theirs, infused, day0="2020-02-05", change_reason="theirs")
    both = mine.post(address(infused), {**fields(text(looked)), "act": "save"})
    assert both.status_code == 409
    page = text(both)
    assert "<strong>10 February 2020</strong>" in page
    assert "<strong>5 February 2020</strong>" in page
    # Mine after all: looked at once more, beside what stands now.
    again = mine.post(address(infused), {**_mine(page), "act": "save"})
    assert "2 events will be 5 study days earlier." in text(again)
    done = mine.post(address(infused), {**fields(text(again)), "act": "save"})
    assert done.status_code == 302
    assert Entry.objects.filter(child=infused.key, event="child").count() == 3


def _mine(page: str) -> dict[str, str]:
    form = page[page.index('class="mine"') :]
    return dict(re.findall(r'name="([a-z0-9_]+)" value="([^"]*)"', form))


def test_theirs_kept_forgets_the_draft(infused: Child, client_of: Clients) -> None:
    mine, theirs = client_of("data_manager"), client_of("clinician")
    looked = post(mine, infused, "look", day0="2020-02-10", change_reason="mine")
    saved(theirs, infused, day0="2020-02-05", change_reason="theirs")
    mine.post(address(infused), {**fields(text(looked)), "act": "save"})
    assert Draft.objects.filter(child=infused, event="child").exists()
    mine.post(address(infused), {"act": "theirs"})
    assert not Draft.objects.filter(child=infused, event="child").exists()
    infused.refresh_from_db()
    assert infused.day0 == date(2020, 2, 5)


def test_an_earlier_day_keeps_the_day_0_of_then(hand: Hand, client_of: Clients) -> None:
    from cartulary.registry.writing import register

    then = clock.now() - timedelta(days=30)
    child = register(hand, course_id="M-002", day0=date(2020, 2, 3), now=then)
    said = {"date": "2020-03-17", "facts": {"number": 1}}
    append(hand, [Change(child.key, "infusion-1", "infusion", "write", said, 0)], now=then)
    facts = ChildFacts("M-002", course_of(child).origin, day0=date(2020, 2, 13)).payload()
    change = Change(child.key, "child", "child", "amend", facts, 1, "letter")
    append(hand, [change], now=clock.now())
    child.refresh_from_db()
    as_of = (then + timedelta(days=1)).date()
    assert course_of(child, as_of).infusion_days == (43,)
    assert course_of(child).infusion_days == (33,)
    client = client_of("clinician")
    page = text(client.get(f"/children/{child.key}/?as_of={as_of.isoformat()}&event=infusion-1"))
    assert "43 days after the indication" in page
    assert "33 days after the indication" in text(client.get(f"/children/{child.key}/"))


@pytest.mark.parametrize(("role", "status"), [("director", 403), ("laboratory", 403)])
def test_only_who_may_register_may_change(
    infused: Child, client_of: Clients, role: str, status: int
) -> None:
    client = client_of(role)
    assert client.get(address(infused)).status_code == status
    assert "itself/" not in text(client.get(f"/children/{infused.key}/events/"))


def test_a_change_that_changes_nothing_is_said(infused: Child, client_of: Clients) -> None:
    answer = post(client_of("data_manager"), infused, "look", change_reason="none")
    assert answer.status_code == 422
    assert "All of it stands so already." in text(answer)


def test_a_second_day_means_the_same_date_afterwards(
    infused: Child, hand: Hand, client_of: Clients
) -> None:
    said = {"date": "2020-03-21", "facts": {"drug": "tocilizumab", "stop_day": 49}}
    append(hand, [Change(infused.key, "treatment-1", "treatment", "write", said, 0)],
           now=clock.now())  # fmt: skip
    client = client_of("data_manager")
    looked = text(post(client, infused, "look", day0="2020-01-24"))
    assert "1 of them holds a second day" in looked
    assert "stopped before it began" not in looked
    assert saved(client, infused, day0="2020-01-24", change_reason="letter").status_code == 302
    infused.refresh_from_db()
    given = next(e for e in course_of(infused) if e.kind == "treatment")
    assert (given.day, given.stop_day) == (57, 59)
    assert Entry.objects.get(event="treatment-1", version=2).reason == "letter"

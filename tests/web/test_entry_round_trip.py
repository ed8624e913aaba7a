# SPDX-License-Identifier: Apache-2.0
"""Every kind of event is written through its form and read back as the same event."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cartulary.course.events import EVENT_TYPES, Event
from cartulary.course.fact import FactKind, facts_of
from cartulary.registry import clock
from cartulary.registry.courses import course_of
from cartulary.registry.models import Account, Child, Membership
from cartulary.registry.payload import payload_of
from cartulary.registry.writing import Change, Hand, append, register
from cartulary.web.entry.anchors import Anchors
from cartulary.web.entry.form_filling import texts_of
from cartulary.web.entry.form_reading import event_read, read_form
from cartulary.web.entry.place import anchors_of
from tests.strategies.arbitrary import events
from tests.web.entry_forms import as_kept, on_one_line, saved, typed, with_sound_unit

DAY0 = date(2005, 1, 1)
ANCHORS = Anchors(date(2020, 10, 1), DAY0)
KINDS = [cls.kind for cls in EVENT_TYPES]
# The database is slow beside the forms, which the tests without one try far more often.
IN_DATABASE = settings(
    max_examples=3,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def as_posted(texts: dict[str, Any]) -> dict[str, list[str]]:
    return {name: text if isinstance(text, list) else [text] for name, text in texts.items()}


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_what_is_typed_is_read_as_the_event(kind, lang, data) -> None:
    event = with_sound_unit(data.draw(events(kind)))
    assume(sayable(event))
    with override(lang):
        read = read_form(kind, as_posted(typed(event, DAY0)), ANCHORS)
        without_reason = [one for one in read.wrong if not one.wants_reason]
        assert without_reason == []
        assert event_read(read, ANCHORS, f"{kind}-1") == as_kept(event, f"{kind}-1")


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_form_that_is_left_as_it_was_says_the_same(kind, lang, data) -> None:
    event = data.draw(events(kind))
    with override(lang):
        texts = texts_of(event, ANCHORS)
        read = read_form(kind, texts, ANCHORS, event, texts)
        assert read.wrong == []
        assert read.blank == []
        assert event_read(read, ANCHORS, "").values() == event.values()
        assert event_read(read, ANCHORS, "").day == event.day


def a_new_child(hand: Hand) -> Child:
    number = Child.objects.count() + 1
    return register(
        hand, course_id=f"R-{number}", day0=DAY0, age_days_at_day0=2000, now=clock.now()
    )


@pytest.fixture
def everywhere(client_of, account_of, centre):
    """A browser of somebody who may write every kind of event."""
    client = client_of("data_manager")
    Membership.objects.create(
        account=account_of("data_manager"), centre=centre, role="laboratory", since=date(2015, 1, 1)
    )
    assert Account.objects.count() == 1
    return client


def sayable(event: Event) -> bool:
    """True when every text of the event has something that can be seen in it."""
    return all(
        on_one_line(str(getattr(event, name))) != ""
        for name, fact in facts_of(type(event)).items()
        if fact.kind is FactKind.TEXT
    )


@pytest.mark.parametrize("kind", KINDS)
@IN_DATABASE
@given(data=st.data())
def test_an_event_typed_into_its_form_is_the_event_of_the_course(
    kind, data, everywhere, hand
) -> None:
    event = with_sound_unit(data.draw(events(kind)))
    assume(sayable(event))
    child = a_new_child(hand)

    response = saved(everywhere, f"/children/{child.key}/events/new/{kind}/", typed(event, DAY0))

    assert response.status_code == 302, response.context["form"].wrong
    assert course_of(child).events == (as_kept(event, f"{kind}-1"),)


@pytest.mark.parametrize("kind", KINDS)
@IN_DATABASE
@given(data=st.data())
def test_an_amendment_that_changes_only_the_source_keeps_everything_else(
    kind, data, everywhere, hand
) -> None:
    event = data.draw(events(kind))
    child = a_new_child(hand)
    written = payload_of(event, DAY0)
    append(hand, [Change(child.key, "", kind, "write", written, 0)], now=clock.now())
    course = course_of(child)
    before = course.events[0]
    texts = texts_of(before, anchors_of(child, course, f"{kind}-1"))
    texts |= {"source": ["the other page"], "change_reason": ["a second look"], "act": ["save"]}

    response = saved(
        everywhere, f"/children/{child.key}/events/{kind}-1/amend/", {**texts, "base_version": "1"}
    )

    assert response.status_code == 302, response.context["form"].wrong
    after = course_of(child).events[0]
    assert after.values() == before.values()
    assert (after.day, after.precision, after.source) == (
        before.day,
        before.precision,
        "the other page",
    )

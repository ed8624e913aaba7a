# SPDX-License-Identifier: Apache-2.0
"""Every event goes into the ledger's payload and comes back unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartulary.course import NOT_DONE, REFUSED, Course, CourseError, Origin, Precision
from cartulary.course.events import (
    EVENT_TYPE_OF_KIND,
    Infusion,
    LastContact,
    Product,
    Relapse,
)
from cartulary.course.events.disease import Sex
from cartulary.course.fact import facts_of
from cartulary.registry.canonical import canonical_json
from cartulary.registry.child_payload import ChildFacts, child_facts
from cartulary.registry.payload import event_of, payload_of, written_event
from cartulary.registry.payload_check import check
from tests.strategies.courses import courses, events

DAY0 = date(2020, 3, 10)
DAY_ZEROS = st.sampled_from((None, DAY0, date(2023, 12, 31)))


@pytest.mark.parametrize("kind", EVENT_TYPE_OF_KIND)
@settings(max_examples=25)
@given(data=st.data(), day0=DAY_ZEROS)
def test_every_kind_of_event_goes_out_and_back(
    kind: str, data: st.DataObject, day0: date | None
) -> None:
    event = data.draw(events(kind))
    stored = canonical_json(payload_of(event, day0))
    payload = json.loads(stored)
    check(kind, payload, day0)
    assert event_of(kind, event.event_id, payload, day0) == event
    assert written_event(kind, event.event_id, payload, day0) == event
    assert canonical_json(payload) == stored


PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-200, 200),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(("crs", "none", "2020-04-01", "2020-04", "male", " ", "not_done")),
    st.builds(lambda code: {"absent": code}, st.sampled_from(("not_done", "refused", "lost"))),
    st.lists(st.sampled_from(("cd19", "cd22", "x")), max_size=2),
)
WHENS = st.one_of(PLAIN, st.sampled_from(("2020-04-01", "2020-02-30", "2020-04", "20200401")))


@pytest.mark.parametrize("kind", EVENT_TYPE_OF_KIND)
@settings(max_examples=30)
@given(data=st.data(), day0=st.sampled_from((None, DAY0, DAY0)))
def test_the_check_at_a_glance_lets_through_what_an_event_does(
    kind: str, data: st.DataObject, day0: date | None
) -> None:
    facts = facts_of(EVENT_TYPE_OF_KIND[kind])
    names = st.sampled_from((*facts, "colour"))
    written = dict(payload_of(data.draw(events(kind)), day0)["facts"])
    written |= data.draw(st.dictionaries(names, PLAIN, max_size=2))
    payload: dict[str, Any] = {"facts": written, "date": "2020-04-01"}
    payload |= data.draw(st.dictionaries(st.sampled_from(("date", "source")), WHENS, max_size=1))
    assert refusals_of(check, kind, payload, day0) == refusals_of(
        lambda *given: event_of(given[0], "", *given[1:]), kind, payload, day0
    )


def refusals_of(reads: Callable[..., object], *given: Any) -> tuple[str, ...]:
    """Why this is refused, or nothing."""
    try:
        reads(*given)
    except CourseError as error:
        return error.problems
    return ()


@given(courses(), st.sampled_from(("", "Our centre")))
def test_what_is_known_of_any_child_goes_out_and_back(course: Course, centre: str) -> None:
    facts = ChildFacts.of_course(course, centre)
    back = child_facts(json.loads(canonical_json(facts.payload())))
    assert back == facts
    assert (back.course_id, back.origin, back.sex, back.age_days_at_day0) == (
        course.course_id,
        course.origin,
        course.sex,
        course.age_days_at_day0,
    )
    assert (back.day0, back.day0_is) == (course.day0, course.day0_is)
    assert back.cut_day() == course.data_cut_day
    assert back.centre_name(centre) == course.centre


def test_with_a_day_0_the_ledger_keeps_calendar_dates() -> None:
    event = Product(
        7,
        product_id="a",
        started_day=15,
        started_precision=Precision.DAY,
        decided_day=36,
        decided_precision=Precision.MONTH,
    )
    assert payload_of(event, DAY0) == {
        "date": "2020-03-17",
        "facts": {"product_id": "a", "started_day": "2020-03-25", "decided_day": "2020-04"},
    }
    assert payload_of(event, None)["day"] == 7
    assert event_of("product", "", payload_of(event, DAY0), DAY0) == event


def test_a_partial_date_keeps_its_precision() -> None:
    event = event_of("relapse", "relapse-1", {"date": "2020-09", "facts": {}}, DAY0)
    assert isinstance(event, Relapse)
    assert (event.day, event.precision) == (189, Precision.MONTH)


def test_a_day_that_its_month_would_not_give_back_is_kept_as_a_day() -> None:
    event = LastContact(190, Precision.MONTH)
    payload = payload_of(event, DAY0)
    assert payload == {"day": 190, "precision": "month", "facts": {}}
    assert event_of("last_contact", "", payload, DAY0) == event


def test_absences_have_names_and_what_is_not_recorded_is_left_out() -> None:
    payload = payload_of(Infusion(35, dose_cells=NOT_DONE, weight_kg=REFUSED), DAY0)
    assert payload["facts"] == {
        "dose_cells": {"absent": "not_done"},
        "weight_kg": {"absent": "refused"},
    }


def test_the_child_keeps_why_a_value_is_absent() -> None:
    facts = ChildFacts("P-001", Origin.RECORDED, Sex.MALE, REFUSED)
    assert facts.payload()["age_days_at_day0"] == {"absent": "refused"}
    assert child_facts(facts.payload()).age_days_at_day0 is REFUSED


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"facts": {}}, "there is no date"),
        ({"date": "17-03-2020", "facts": {}}, "is not a date"),
        ({"date": 20200317, "facts": {}}, "Write 2020-03-17"),
        ({"date": "2020-02-30", "facts": {}}, "is not a date"),
        ({"date": "2020-W12-2", "facts": {}}, "is not a date"),
        ({"date": "2020-3", "facts": {}}, "is not a date"),
        ({"date": "2020-03-17 ", "facts": {}}, "is not a date"),
        ({"date": "2020-03-17", "day": 7, "facts": {}}, "Keep one"),
        ({"day": 7.5, "facts": {}}, "not a whole number"),
        ({"day": 7, "precision": "week", "facts": {}}, "precision is 'week'"),
        ({"date": "2020-03-17", "time": "25:00", "facts": {}}, "not a time of day"),
        ({"date": "2020-03-17", "colour": "red", "facts": {}}, "unknown part 'colour'"),
        ({"date": "2020-03-17", "source": 3, "facts": {}}, "not a text"),
        ({"date": "2020-03-17", "facts": [1]}, "not values by name"),
        ({"date": "2020-03-17", "facts": {"colour": 1}}, "no fact 'colour'"),
        ({"date": "2020-03-17", "facts": {"number": 21}}, "above the possible 20"),
        ({"date": "2020-03-17", "facts": {"number": "1"}}, "not a whole number"),
        ({"date": "2020-03-17", "facts": {"number": {"absent": "lost"}}}, "An absence is written"),
        ({"date": "2020-03-17", "facts": {"weight_kg": float("nan")}}, "not a number that can"),
        ({"date": "2020-03-17", "facts": {}, "reasons": {"number": 4}}, "reasons is"),
    ],
)
def test_what_cannot_be_is_refused_with_the_remedy(payload: dict[str, Any], says: str) -> None:
    with pytest.raises(CourseError, match=says) as of_event:
        event_of("infusion", "", payload, DAY0)
    with pytest.raises(CourseError) as of_check:
        check("infusion", payload, DAY0)
    assert of_check.value.problems == of_event.value.problems


def test_every_problem_is_named_at_once() -> None:
    payload = {"date": "2020-13-01", "facts": {"colour": 1, "number": {"absent": "lost"}}}
    with pytest.raises(CourseError) as refused:
        event_of("infusion", "", payload, DAY0)
    assert len(refused.value.problems) == 3


def test_a_required_fact_that_is_missing_is_named() -> None:
    with pytest.raises(CourseError, match="product_id is not recorded"):
        check("product", {"date": "2020-03-17", "facts": {}}, DAY0)


def test_a_calendar_date_needs_a_day_0() -> None:
    with pytest.raises(CourseError, match="day 0 has no date"):
        event_of("infusion", "", {"date": "2020-03-17", "facts": {}}, None)


def test_a_child_that_cannot_be_is_refused_with_every_problem() -> None:
    with pytest.raises(CourseError) as refused:
        child_facts({"origin": "made up", "day0": "2020-03", "age_days_at_day0": -1, "sex": "x"})
    assert len(refused.value.problems) == 6


def test_equal_payloads_are_equal_text() -> None:
    one = canonical_json({"b": 1, "a": [1.5, None, True], "é": "ü"})
    other = canonical_json({"é": "ü", "a": [1.5, None, True], "b": 1})
    assert one == other == '{"a":[1.5,null,true],"b":1,"é":"ü"}'


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "\ud800", {1, 2}])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical_json({"a": value})

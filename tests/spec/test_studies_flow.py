# SPDX-License-Identifier: Apache-2.0
"""The flow from the indication to one year: a drawn child, and the place where it ends."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartulary.codebook.drawn import course_from_drawing
from cartulary.course import Course
from cartulary.course.events import Infusion
from cartulary.studies.child_summary import summaries
from cartulary.studies.flow import PLACES, STAGES, Flow, programme_flow
from tests.strategies.courses import courses, plausible_courses

STEPS = tuple(itertools.pairwise(STAGES[:4]))


def flow_of(*drawings: str) -> Flow:
    return programme_flow(summaries(course_from_drawing(text) for text in drawings))


@pytest.mark.parametrize(
    ("drawing", "stage", "place"),
    [
        ("0 | indication | decision: declined", "indication", "declined"),
        ("0 | indication |\n20 | death |", "indication", "died"),
        ("0 | indication |\n? | death |", "indication", "died"),
        ("0 | indication |\n20 | last_contact |", "indication", "under_way"),
        ("0 | indication |\n5 | apheresis |\n30 | death |", "apheresis", "died"),
        ("0 | indication |\n5 | apheresis |", "apheresis", "under_way"),
        (
            "0 | indication |\n5 | apheresis |\n40 | indication | decision: declined",
            "apheresis",
            "declined",
        ),
        (
            "0 | indication |\n6 | product | product_id: a, status: failed, decided_day: 40",
            "apheresis",
            "product_failed",
        ),
        (
            "0 | indication |\n6 | product | product_id: a, status: failed, decided_day: 40\n"
            "50 | product | product_id: b, status: started",
            "apheresis",
            "under_way",
        ),
        (
            "data cut on day 30\n0 | indication |\n"
            "6 | product | product_id: a, status: failed, decided_day: 40",
            "apheresis",
            "under_way",
        ),
        (
            "0 | indication |\n6 | product | product_id: a, status: released, decided_day: 30\n"
            "35 | death |",
            "product",
            "died",
        ),
        ("0 | indication |\n6 | product | product_id: a, status: released", "product", "under_way"),
        (
            "0 | indication |\n6 | product | product_id: a, status: released, decided_day: 30\n"
            "50 | indication | decision: declined",
            "product",
            "declined",
        ),
        ("data cut on day 39\n0 | indication |\n5 | apheresis |\n40 | infusion |", "apheresis",
         "under_way"),
    ],
)  # fmt: skip
def test_a_child_that_is_never_treated_stops_in_a_named_place(
    drawing: str, stage: str, place: str
) -> None:
    flow = flow_of(drawing)
    assert flow.left == {stage: {place: 1}}
    assert flow.one_year == {}


@pytest.mark.parametrize(
    ("drawing", "found", "ended"),
    [
        ("28 | assessment | response: CR\n400 | last_contact |", "remission", "event_free"),
        ("28 | assessment | response: CR\n365 | last_contact |", "remission", "event_free"),
        (
            "28 | assessment | response: CR\n364 | last_contact |",
            "remission",
            "not_followed_a_year",
        ),
        ("28 | assessment | response: CR\n365 | relapse |", "remission", "event"),
        ("28 | assessment | response: CR\n366 | relapse |", "remission", "event_free"),
        (
            "28 | assessment | response: CR\n90 | transplant |\n200 | last_contact |",
            "remission",
            "transplant_in_remission",
        ),
        (
            "28 | assessment | response: CR\n90 | infusion |\n200 | last_contact |",
            "remission",
            "other_therapy_in_remission",
        ),
        (
            "28 | assessment | response: CR\n90 | new_therapy |\n200 | last_contact |",
            "remission",
            "other_therapy_in_remission",
        ),
        ("28 | assessment | response: NR\n60 | last_contact |", "no_remission", "event"),
        ("20 | relapse |\n60 | last_contact |", "no_remission", "event"),
        ("9 | death |", "died", "event"),
        ("20 | last_contact |", "not_yet_there", "not_followed_a_year"),
        ("400 | last_contact |", "not_assessed", "event_free"),
        ("", "not_assessed", "not_judged"),
        ("? | relapse |\n400 | last_contact |", "not_assessed", "not_judged"),
        (
            "28 | assessment | response: CR\n? | relapse |\n400 | last_contact |",
            "remission",
            "not_judged",
        ),
        ("28 | assessment | response: CR\n? | death |", "remission", "not_judged"),
    ],
)
def test_a_treated_child_has_a_place_at_day_28_and_at_one_year(
    drawing: str, found: str, ended: str
) -> None:
    flow = flow_of(f"day 0 is infusion\n0 | infusion |\n{drawing}")
    assert flow.one_year == {(found, ended): 1}
    assert flow.at_one_year == {ended: 1}


def test_nobody_is_a_flow_of_nobody() -> None:
    flow = flow_of()
    assert set(flow.reached.values()) == {0}
    assert (flow.left, flow.one_year, flow.aphereses, flow.infusions) == ({}, {}, 0, 0)


def test_aphereses_and_infusions_are_counted_beside_the_children() -> None:
    flow = flow_of(
        "0 | indication |\n5 | apheresis |\n12 | apheresis |\n40 | infusion |\n90 | infusion |",
        "0 | indication |\n5 | apheresis |",
    )
    assert (flow.aphereses, flow.infusions, flow.reinfused) == (3, 2, 1)
    assert flow.reached["apheresis"] == 2


def _adds_up(flow: Flow, held: list[Course]) -> None:
    for here, after in STEPS:
        gone = sum(flow.left.get(here, {}).values())
        assert flow.reached[here] == flow.reached[after] + gone
    assert flow.reached["indication"] == len(held)
    assert flow.reached["infusion"] == flow.reached["one_year"] == sum(flow.one_year.values())
    found = Counter[str]()
    for (place, _), number in flow.one_year.items():
        found[place] += number
    assert found.pop("remission", 0) == flow.reached["day_28"]
    assert dict(found) == flow.left.get("infusion", {})
    for stage, places in flow.left.items():
        assert set(places) <= {place for place, _ in PLACES[stage]}
    assert set(flow.at_one_year) <= {place for place, _ in PLACES["one_year"]}


@given(st.lists(plausible_courses(), max_size=6))
def test_nobody_is_lost_and_nobody_is_counted_twice(held: list[Course]) -> None:
    flow = programme_flow(summaries(held))
    _adds_up(flow, held)
    seen = [
        sum(c.data_cut_day is None or e.day is None or e.day <= c.data_cut_day for e in
            c.all(Infusion))
        for c in held
    ]  # fmt: skip
    assert flow.infusions == sum(seen)
    assert flow.reached["infusion"] == sum(number > 0 for number in seen)


@given(st.lists(courses(), max_size=4))
def test_whatever_a_course_holds_it_has_one_place(held: list[Course]) -> None:
    _adds_up(programme_flow(summaries(held)), held)

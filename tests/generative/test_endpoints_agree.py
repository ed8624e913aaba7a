# SPDX-License-Identifier: Apache-2.0
"""The columnar interpreter says what the plain one says, for every endpoint, clock and child."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartulary.codebook.drawn import course_from_drawing, drawing_of
from cartulary.codebook.endpoint import DOUBT_RESPONSE_NOT_ASSESSED, Endpoint
from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.endpoint_course import outcome
from cartulary.codebook.endpoint_reader import definition_from_text, endpoints
from cartulary.course import NOT_RECORDED, Course, DayZero, Origin, Precision
from cartulary.course.cohort import Cohort
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event
from cartulary.course.events.cells import ProductStatus
from cartulary.course.events.disease import RelapseLevel, Response
from cartulary.course.events.observation import Analyte
from cartulary.course.fact import FactKind, facts_of
from tests.strategies.courses import courses

# Few distinct days, so that ties and both sides of every window come up all the time.
DAYS = (-3, 0, 1, 6, 30, 31, 50, 51, 58, 71, 72, 73, 80, 95, 129, 130, 131, 180, 200, 230, 400)
EARLY_DAYS = DAYS[:7]
# What makes a story longer than one event: remissions, and relapses that are seen in the cells.
USUAL: dict[str, dict[str, Any]] = {
    "assessment": {"response": Response.CR},
    "measurement": {"analyte": Analyte.B_CELLS_OF_LYMPHOCYTES},
    "relapse": {"level": RelapseLevel.MORPHOLOGICAL},
    "product": {"status": ProductStatus.FAILED},
}
KINDS = (
    ("indication", 0.5),
    ("apheresis", 0.7),
    ("product", 0.5),
    ("infusion", 1.1),
    ("assessment", 1.8),
    ("measurement", 0.4),
    ("relapse", 0.8),
    ("transplant", 0.2),
    ("new_therapy", 0.2),
    ("second_malignancy", 0.15),
    ("death", 0.3),
    ("last_contact", 0.9),
)
SEEDED_COURSES = 2500


def any_value(rng: Random, fact: Any) -> Any:
    """A value that this fact can hold."""
    if fact.kind is FactKind.CHOICE:
        return rng.choice(tuple(fact.choices))
    if fact.kind is FactKind.CHOICES:
        return (rng.choice(tuple(fact.choices)),)
    if fact.kind is FactKind.YES_NO:
        return rng.random() < 0.5
    if fact.kind is FactKind.DAY:
        return rng.choice(DAYS)
    if fact.kind is FactKind.INTEGER:
        return rng.randint(int(fact.low or 0), int(fact.high if fact.high is not None else 3))
    if fact.kind is FactKind.NUMBER:
        return float(rng.choice([n for n in (0, 1, 3, 4, 25, 50) if _may_be(fact, n)]))
    return "p1"


def _may_be(fact: Any, number: float) -> bool:
    return (fact.low is None or number >= fact.low) and (fact.high is None or number <= fact.high)


def any_event(rng: Random, kind: str) -> Event:
    """An event of one kind on one of the few days; now and then its date is partial or unknown."""
    event_type = EVENT_TYPE_OF_KIND[kind]
    values = {
        name: any_value(rng, fact)
        for name, fact in facts_of(event_type).items()
        if fact.required or rng.random() < 0.6
    }
    for name, value in USUAL.get(kind, {}).items():
        if rng.random() < 0.6:
            values[name] = value
    luck = rng.random()
    if luck < 0.04:
        return event_type(None, Precision.UNKNOWN, **values)
    precision = Precision.DAY
    if luck < 0.14:
        precision = Precision.MONTH if luck < 0.1 else Precision.YEAR
    days = EARLY_DAYS if kind in ("apheresis", "infusion") and rng.random() < 0.7 else DAYS
    return event_type(rng.choice(days), precision, **values)


def any_course(rng: Random, number: int) -> Course:
    """A course of events that endpoints read, in any order and of any sense."""
    held = [
        any_event(rng, kind)
        for kind, often in KINDS
        for _ in range(sum(rng.random() < often / 3 for _ in range(3)))
    ]
    is_real = rng.random() < 0.75
    return Course(
        f"c{number}",
        Origin.SIMULATED,
        tuple(held),
        day0_is=DayZero.INDICATION if is_real else rng.choice(tuple(DayZero)),
        data_cut_day=None if rng.random() < 0.7 else rng.choice(DAYS),
    )


@cache
def seeded_courses() -> tuple[Course, ...]:
    rng = Random(20260)
    return tuple(any_course(rng, number) for number in range(SEEDED_COURSES))


@cache
def seeded_cohort() -> Cohort:
    return Cohort.from_courses(seeded_courses())


def plain_row(course: Course, endpoint: Endpoint) -> tuple[Any, ...]:
    found = outcome(course, endpoint)
    return (
        found.in_population,
        found.why_not,
        found.entry,
        found.exit,
        found.status,
        found.start_day,
        found.doubt,
    )


def assert_agree(held: tuple[Course, ...], cohort: Cohort, endpoint: Endpoint) -> None:
    rows = outcomes(cohort, endpoint).rows()
    assert [row[0] for row in rows] == list(range(len(held)))
    for course, row in zip(held, rows, strict=True):
        said = plain_row(course, endpoint)
        assert row[1:] == said, f"{endpoint.endpoint_id}\n{drawing_of(course)}"


@pytest.mark.parametrize("full_id", sorted(endpoints()))
def test_both_interpreters_agree_on_seeded_courses(full_id: str) -> None:
    assert_agree(seeded_courses(), seeded_cohort(), endpoints()[full_id])


@settings(max_examples=40)
@given(st.lists(st.one_of(courses(), st.randoms().map(lambda rng: any_course(rng, 0))), max_size=8))
def test_both_interpreters_agree_on_any_course(drawn: list[Course]) -> None:
    held = tuple(replace(course, course_id=f"c{n}") for n, course in enumerate(drawn))
    cohort = Cohort.from_courses(held)
    for endpoint in endpoints().values():
        assert_agree(held, cohort, endpoint)


ODD_RULES = """
id = "odd.rules"
edition = "1"
kind = "competing"
unit = "child"
name = {{ en = "odd", nl = "vreemd" }}
abbreviation = {{ en = "odd", nl = "vreemd" }}
summary = {{ en = "odd", nl = "vreemd" }}
source = {{ citation = "made up", url = "none", support = "ours" }}
[[clock]]
start = "indication"
[[clock]]
start = "apheresis"
[[clock]]
start = "infusion"
[[event]]
name = "failure"
words = {{ en = "failure", nl = "falen" }}
no_remission = {{ from_day = 21, to_day = 100, dated = "{dated}" }}
[[event]]
name = "late_relapse"
words = {{ en = "relapse", nl = "recidief" }}
moment = "relapse"
since = "{since}"
from_day = 50
to_day = 200
take = "last"
[[event]]
name = "not_bridged"
words = {{ en = "started", nl = "gestart" }}
moment = "product"
day = "started_day"
unless = ["bridging", "death where cause is known"]
[[intercurrent]]
name = "death"
words = {{ en = "death", nl = "overlijden" }}
moment = "death"
strategy = "competing"
[[intercurrent]]
name = "transplant"
words = {{ en = "transplant", nl = "transplantatie" }}
moment = "transplant"
since = "remission"
strategy = "censor"
[[example]]
says = {{ en = "one", nl = "een" }}
course = "0 | infusion |"
expect = [{{ clock = "infusion" }}]
[[example]]
says = {{ en = "two", nl = "twee" }}
course = "0 | infusion |"
expect = [{{ clock = "infusion" }}]
"""


@pytest.mark.parametrize("dated", ["assessment", "deadline", "day_1"])
@pytest.mark.parametrize("since", ["clock", "apheresis", "infusion", "remission"])
def test_both_interpreters_agree_on_rules_no_file_uses_yet(dated: str, since: str) -> None:
    definition = definition_from_text(ODD_RULES.format(dated=dated, since=since), "odd.toml")
    reached = set()
    for clock in definition.clocks:
        endpoint = definition.endpoint(clock.start)
        assert_agree(seeded_courses(), seeded_cohort(), endpoint)
        reached |= set(outcomes(seeded_cohort(), endpoint)["status"])
    assert {"failure", "late_relapse", "not_bridged", "death", "censored"} <= reached


@pytest.mark.parametrize("full_id", sorted(endpoints()))
def test_generated_courses_reach_every_status(full_id: str) -> None:
    # A status that no course reaches is a rule that the two tests above never compared.
    endpoint = endpoints()[full_id]
    found = outcomes(seeded_cohort(), endpoint)
    counts: dict[str, int] = defaultdict(int)
    for status in found["status"]:
        counts[status] += 1
    unreached = [status for status in (*endpoint.statuses, "") if not counts[status]]
    if endpoint.clock.start == "indication":
        assert found["why_not"].is_in(["declined"]).any()
    assert unreached == []


def test_generated_courses_reach_every_reason() -> None:
    reasons = set()
    doubts = set()
    for endpoint in endpoints().values():
        found = outcomes(seeded_cohort(), endpoint)
        reasons |= set(found["why_not"])
        doubts |= set(found["doubt"])
    expected = {
        "declined",
        "not_apheresed",
        "not_infused",
        "no_remission",
        "no_indication_day",
        "no_last_contact",
        "left_before_entry",
        "not_assessed",
        "followed_too_short",
        "undated:apheresis",
        "undated:infusion",
        "undated:remission",
        "undated:assessment",
        "undated:death",
        "undated:manufacture_failed",
    }
    assert expected <= reasons
    assert doubts == {"", DOUBT_RESPONSE_NOT_ASSESSED}


def test_a_cohort_of_nobody_has_no_outcomes() -> None:
    for endpoint in endpoints().values():
        assert outcomes(Cohort.from_courses(()), endpoint).height == 0


@settings(max_examples=100)
@given(st.randoms().map(lambda rng: any_course(rng, 1)))
def test_a_drawn_course_is_read_back(course: Course) -> None:
    read = course_from_drawing(drawing_of(course))
    assert read == course


@settings(max_examples=60)
@given(st.randoms().map(lambda rng: any_course(rng, 1)), st.integers(1, 2000))
def test_moving_the_whole_record_moves_nothing(course: Course, days: int) -> None:
    # Counted from the infusion, the study day of the infusion does not matter.
    moved = Course(
        course.course_id,
        course.origin,
        tuple(_moved(event, days) for event in course),
        day0_is=course.day0_is,
        data_cut_day=None if course.data_cut_day is None else course.data_cut_day + days,
    )
    for full_id in ("efs.hypothetical.infusion", "rfs.hypothetical.remission", "os.infusion"):
        endpoint = endpoints()[full_id]
        before, after = outcome(course, endpoint), outcome(moved, endpoint)
        if before.start_day is not None and before.start_day < 0:
            continue  # a clock before day 0 is entered late, and moving it changes that
        assert (before.status, before.exit, before.why_not) == (
            after.status,
            after.exit,
            after.why_not,
        )


def _moved(event: Event, days: int) -> Event:
    """The same event a number of days later, the days in its facts included."""
    if event.day is None:
        return event
    facts = facts_of(type(event))
    held = {
        name: value + days
        for name, value in event.values().items()
        if facts[name].kind is FactKind.DAY and value is not NOT_RECORDED
    }
    return replace(event, day=event.day + days, **held)

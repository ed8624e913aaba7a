# SPDX-License-Identifier: Apache-2.0
"""What a course and its events are: what is refused, how they are ordered, what absence means."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cartulary.course import (
    NOT_DONE,
    NOT_RECORDED,
    Absence,
    Course,
    CourseError,
    Origin,
    PartialDate,
    Precision,
    calendar_date,
    is_known,
    study_day,
)
from cartulary.course.events import (
    EVENT_TYPE_OF_KIND,
    EVENT_TYPES,
    Assessment,
    Death,
    Event,
    Indication,
    Infusion,
    LastContact,
    Measurement,
    Relapse,
    field_names,
)
from cartulary.course.events.disease import Response
from cartulary.course.fact import FactKind, facts_of
from tests.strategies.courses import any_event, courses


def _course(*events: Event) -> Course:
    return Course("P-001", Origin.RECORDED, events)


def test_events_stand_in_order_of_day_and_kind_with_the_undated_last() -> None:
    undated = Relapse(None, Precision.UNKNOWN)
    course = _course(undated, Death(90), Relapse(90), Infusion(35), Indication(0))
    kinds = [(event.kind, event.day) for event in course]
    assert kinds == [
        ("indication", 0),
        ("infusion", 35),
        ("relapse", 90),
        ("death", 90),
        ("relapse", None),
    ]


def test_nameless_events_are_named_and_a_taken_name_is_passed_over() -> None:
    course = _course(Infusion(90), Infusion(35), Relapse(100, event_id="infusion-1"))
    assert [e.event_id for e in course] == ["infusion-2", "infusion-3", "infusion-1"]


def test_two_events_with_one_id_are_refused() -> None:
    with pytest.raises(CourseError, match="two events have the id 'x'"):
        _course(Infusion(35, event_id="x"), Death(90, event_id="x"))


@pytest.mark.parametrize("course_id", ["", "  "])
def test_a_course_without_a_pseudonym_is_refused(course_id: str) -> None:
    with pytest.raises(CourseError, match="no pseudonym"):
        Course(course_id, Origin.RECORDED, ())


def test_an_origin_is_never_left_open() -> None:
    with pytest.raises(CourseError, match="origin is None"):
        Course("P-001", None, ())  # type: ignore[arg-type]


def test_every_problem_of_an_event_is_told_at_once() -> None:
    with pytest.raises(CourseError) as refusal:
        Infusion(None, number=0, weight_kg=float("nan"), product_id=" ")
    assert len(refusal.value.problems) == 4
    assert all(problem.startswith("Infusion: ") for problem in refusal.value.problems)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Infusion(None), "There is no day".lower()),
        (lambda: Infusion(3, Precision.UNKNOWN), "marked unknown, but day 3"),
        (lambda: Infusion(3.0), "not a whole number"),  # type: ignore[arg-type]
        (lambda: Infusion(True), "not a whole number"),
        (lambda: Infusion(3, number=2.5), "not a whole number"),  # type: ignore[arg-type]
        (lambda: Infusion(3, weight_kg=0.5), "below the possible 1"),
        (lambda: Infusion(3, weight_kg=400), "above the possible 300"),
        (lambda: Infusion(3, weight_kg=float("inf")), "not a number that can be measured"),
        (lambda: Assessment(3, response="CR!"), "none of: CR"),  # type: ignore[arg-type]
        (lambda: Assessment(3, extramedullary="yes"), "not yes or no"),  # type: ignore[arg-type]
        (lambda: Measurement(3, analyte=NOT_DONE), "cannot be written without it"),
    ],
)
def test_an_impossible_event_is_refused(make: object, says: str) -> None:
    with pytest.raises(CourseError) as refusal:
        make()  # type: ignore[operator]
    assert says in str(refusal.value)


def test_absence_has_a_name_and_is_never_a_value() -> None:
    assert Assessment(3).response is NOT_RECORDED
    assert not is_known(NOT_DONE)
    assert is_known(0)
    assert is_known(False)
    assert [Absence.from_code(absence.code) for absence in Absence] == list(Absence)
    with pytest.raises(ValueError, match="No absence has the code 'lost'"):
        Absence.from_code("lost")


def test_a_course_and_its_events_are_frozen() -> None:
    course = _course(Infusion(35))
    with pytest.raises(dataclasses.FrozenInstanceError):
        course.centre = "elsewhere"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        course.events[0].day = 36  # type: ignore[misc]


def test_first_and_last_pass_over_the_undated() -> None:
    course = _course(Relapse(None, Precision.UNKNOWN), Relapse(90), Relapse(200))
    first, last = course.first(Relapse), course.last(Relapse)
    assert first is not None
    assert last is not None
    assert (first.day, last.day, len(course.all(Relapse))) == (90, 200, 3)
    assert course.first(Death) is None


def test_the_calendar_can_be_dropped() -> None:
    course = dataclasses.replace(_course(Infusion(35)), day0=date(2020, 3, 1))
    assert course.without_calendar().day0 is None
    assert course.without_calendar().events == course.events


def test_age_is_counted_from_day_0() -> None:
    course = dataclasses.replace(_course(), age_days_at_day0=3652)
    assert course.age_years_on(0) == pytest.approx(3652 / 365.25, rel=1e-15)
    assert _course().age_years_on(0) is None


@pytest.mark.parametrize(
    ("text", "precision", "middle", "earliest", "latest"),
    [
        ("2020-02-29", Precision.DAY, date(2020, 2, 29), date(2020, 2, 29), date(2020, 2, 29)),
        ("2020-02", Precision.MONTH, date(2020, 2, 15), date(2020, 2, 1), date(2020, 2, 29)),
        ("2020", Precision.YEAR, date(2020, 7, 1), date(2020, 1, 1), date(2020, 12, 31)),
    ],
)
def test_a_partial_date_has_a_middle_and_bounds(
    text: str, precision: Precision, middle: date, earliest: date, latest: date
) -> None:
    when = PartialDate.from_iso(text)
    assert (when.precision, when.middle) == (precision, middle)
    assert (when.earliest, when.latest, str(when)) == (earliest, latest, text)


@pytest.mark.parametrize("text", ["", "2020-13", "2020-02-30", "17-03-2020", "20", "2020-3-4-5"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PartialDate.from_iso(text)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-5000, 5000))
def test_a_study_day_and_its_date_lead_to_each_other(day0: date, day: int) -> None:
    assert calendar_date(day, Precision.DAY, day0) == PartialDate.of(day0 + timedelta(days=day))
    assert study_day(day0 + timedelta(days=day), day0) == day


@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.integers(1990, 2090),
    st.one_of(st.none(), st.integers(1, 12)),
)
def test_a_partial_date_comes_back_from_its_study_day(
    day0: date, year: int, month: int | None
) -> None:
    when = PartialDate(year, month)
    assert calendar_date(study_day(when, day0), when.precision, day0) == when


@given(courses())
def test_a_course_is_the_same_in_whatever_order_it_is_given(course: Course) -> None:
    again = dataclasses.replace(course, events=tuple(reversed(course.events)))
    assert again == course


@given(any_event())
def test_an_event_is_made_again_from_its_own_values(event: Event) -> None:
    fields = {name: getattr(event, name) for name in field_names(type(event))}
    assert type(event)(**fields) == event


@given(any_event(), any_event())
def test_different_events_are_not_equal(one: Event, other: Event) -> None:
    assume(type(one) is not type(other))
    assert one != other


@pytest.mark.parametrize("cls", EVENT_TYPES)
def test_every_kind_says_what_it_is_in_both_languages(cls: type[Event]) -> None:
    assert EVENT_TYPE_OF_KIND[cls.kind] is cls
    assert cls.__doc__
    assert cls.label("en")
    assert cls.label("nl")
    for name, fact in facts_of(cls).items():
        assert fact.name == name
        assert fact.en
        assert fact.nl
        assert (fact.choices is not None) == (fact.kind in (FactKind.CHOICE, FactKind.CHOICES))


@pytest.mark.parametrize("cls", EVENT_TYPES)
def test_limits_are_in_order(cls: type[Event]) -> None:
    for fact in facts_of(cls).values():
        limits = [fact.low, fact.usual_low, fact.usual_high, fact.high]
        known = [limit for limit in limits if limit is not None]
        assert known == sorted(known), fact.name


def test_a_last_contact_is_no_death() -> None:
    course = _course(LastContact(400))
    assert course.last(LastContact) is not None
    assert course.all(Death) == ()
    assert Response("CR") is Response.CR

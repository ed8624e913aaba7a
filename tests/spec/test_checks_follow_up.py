# SPDX-License-Identifier: Apache-2.0
"""Rules on follow-up, dates, values and whole programmes: courses that break and keep them."""

from __future__ import annotations

from datetime import date

import pytest

from cartulary.course import Course, DayZero, Origin, Precision
from cartulary.course.checks import check_course, check_courses
from cartulary.course.events import (
    Apheresis,
    Assessment,
    Consent,
    Death,
    Diagnosis,
    Finding,
    Indication,
    Infusion,
    LastContact,
    Lymphodepletion,
    PriorTherapy,
    Relapse,
    Transplant,
)
from cartulary.course.events.disease import PriorKind, Sex
from cartulary.course.events.ending import Cause
from cartulary.course.events.treatment import ConsentStatus, Purpose
from tests.spec.checked_courses import INFUSED, Spec, drawn, ordinary


def _consent(status: ConsentStatus, day: int = 1, purpose: Purpose = Purpose.REGISTRY) -> Consent:
    return Consent(day, purpose=purpose, status=status)


SPECS: dict[str, Spec] = {
    "event_after_death": Spec(
        (drawn(Death(50), Relapse(51)), drawn(Death(50), Assessment(80))),
        (
            drawn(Death(50), Relapse(50)),
            drawn(Death(50), Relapse(60, Precision.MONTH)),
            drawn(Death(None, Precision.UNKNOWN), Relapse(80)),
            drawn(Death(50), _consent(ConsentStatus.GIVEN, day=60)),
        ),
    ),
    "last_contact_after_death": Spec(
        (drawn(Death(50), LastContact(51)),), (drawn(Death(50), LastContact(50)),)
    ),
    "two_deaths": Spec((drawn(Death(50), Death(60)),), (drawn(Death(50)),)),
    "death_without_date": Spec(
        (drawn(Death(None, Precision.UNKNOWN)),), (drawn(Death(50, Precision.YEAR)),)
    ),
    "cause_of_death_missing": Spec((drawn(Death(50)),), (drawn(Death(50, cause=Cause.UNKNOWN)),)),
    "died_of_cells_never_given": Spec(
        (drawn(Death(50, cause=Cause.CAR_T)),),
        (drawn(INFUSED, Death(50, cause=Cause.CAR_T)), drawn(Death(50, cause=Cause.INFECTION))),
    ),
    "last_contact_missing": Spec(
        (drawn(INFUSED), drawn(LastContact(None, Precision.UNKNOWN))),
        (ordinary(), drawn(Death(50)), drawn(Death(None, Precision.UNKNOWN))),
    ),
    "event_after_last_contact": Spec(
        (drawn(LastContact(100), Relapse(101)),),
        (drawn(LastContact(100), Relapse(100)), drawn(LastContact(100), Death(120))),
    ),
    "event_after_data_cut": Spec(
        (ordinary(data_cut_day=999),),
        (
            ordinary(data_cut_day=1000),
            ordinary(),
            drawn(Relapse(100, Precision.MONTH), data_cut_day=90),
        ),
    ),
    "consent_for_registry_missing": Spec(
        (
            drawn(origin=Origin.RECORDED),
            drawn(_consent(ConsentStatus.GIVEN, purpose=Purpose.TREATMENT), origin=Origin.RECORDED),
        ),
        (
            drawn(_consent(ConsentStatus.GIVEN), origin=Origin.RECORDED),
            drawn(origin=Origin.RECONSTRUCTED),
            drawn(origin=Origin.SIMULATED),
        ),
    ),
    "consent_refused_or_withdrawn": Spec(
        (
            drawn(_consent(ConsentStatus.REFUSED)),
            drawn(_consent(ConsentStatus.GIVEN), _consent(ConsentStatus.WITHDRAWN, day=90)),
        ),
        (
            drawn(_consent(ConsentStatus.GIVEN)),
            drawn(_consent(ConsentStatus.REFUSED), _consent(ConsentStatus.GIVEN, day=90)),
            drawn(_consent(ConsentStatus.REFUSED, purpose=Purpose.BIOBANK)),
        ),
    ),
    "age_above_25": Spec((drawn(age_days_at_day0=9497),), (drawn(age_days_at_day0=9496), drawn())),
    "infant_at_indication": Spec(
        (drawn(age_days_at_day0=200), drawn(age_days_at_day0=365)),
        (drawn(age_days_at_day0=366), drawn()),
    ),
    "event_before_birth": Spec(
        (drawn(Diagnosis(-401), age_days_at_day0=400),),
        (
            drawn(Diagnosis(-400), age_days_at_day0=400),
            drawn(Diagnosis(-401)),
            drawn(Diagnosis(-410, Precision.MONTH), age_days_at_day0=400),
        ),
    ),
    "indication_missing": Spec(
        (drawn(INFUSED),),
        (drawn(Indication(0), INFUSED), drawn(INFUSED, day0_is=DayZero.APHERESIS)),
    ),
    "indication_not_on_day_0": Spec(
        (drawn(Indication(3)),),
        (
            drawn(Indication(0), Indication(30)),
            drawn(Indication(-9), day0_is=DayZero.APHERESIS),
        ),
    ),
    "event_before_diagnosis": Spec(
        (
            drawn(Diagnosis(1), Indication(0)),
            drawn(Diagnosis(-100), PriorTherapy(-101, therapy=PriorKind.CHEMOTHERAPY)),
        ),
        (
            drawn(Diagnosis(-100), PriorTherapy(-100, therapy=PriorKind.CHEMOTHERAPY)),
            drawn(Diagnosis(10, Precision.YEAR), Indication(0)),
        ),
    ),
    "milestone_without_date": Spec(
        (
            drawn(Infusion(None, Precision.UNKNOWN)),
            drawn(Relapse(None, Precision.UNKNOWN)),
        ),
        (drawn(Infusion(40, Precision.YEAR)), drawn(Finding(None, Precision.UNKNOWN))),
    ),
    "order_undecidable": Spec(
        (
            drawn(Relapse(200), Transplant(205, Precision.MONTH)),
            drawn(INFUSED, Relapse(100, Precision.YEAR)),
        ),
        (
            drawn(Relapse(200), Transplant(260, Precision.MONTH)),
            drawn(Relapse(200), Transplant(200)),
            drawn(Relapse(200), Transplant(None, Precision.UNKNOWN)),
        ),
    ),
    "unusual_value": Spec(
        (
            drawn(Finding(3, temperature_c=42.5)),
            drawn(Apheresis(3, cd3_yield_e9=0.1)),
            drawn(Lymphodepletion(3, fludarabine_auc_mg_h_per_l=60.0)),
        ),
        (drawn(Finding(3, temperature_c=42.0)), drawn(Apheresis(3, cd3_yield_e9=0.6))),
    ),
}


def _child(course_id: str, **about: object) -> Course:
    events = about.pop("events", ())
    return drawn(*events, course_id=course_id, **about)  # type: ignore[misc]


GIRL = {"sex": Sex.FEMALE, "age_days_at_day0": 2000}

AMONG: dict[str, tuple[tuple[tuple[Course, ...], ...], tuple[tuple[Course, ...], ...]]] = {
    "same_child_twice": (
        (
            (
                _child("a", day0=date(2020, 1, 1), sex=Sex.MALE, age_days_at_day0=2000),
                _child("b", day0=date(2020, 1, 11), sex=Sex.MALE, age_days_at_day0=2010),
            ),
            (
                _child("a", events=(Infusion(40),), **GIRL),
                _child("b", events=(Infusion(40),), **GIRL),
            ),
        ),
        (
            (
                _child("a", day0=date(2020, 1, 1), sex=Sex.MALE, age_days_at_day0=2000),
                _child("b", day0=date(2020, 1, 1), sex=Sex.FEMALE, age_days_at_day0=2000),
            ),
            (
                _child("a", events=(Infusion(40),), **GIRL),
                _child("b", events=(Infusion(41),), **GIRL),
            ),
            (_child("a", **GIRL), _child("b", **GIRL)),
        ),
    ),
    "product_in_two_children": (
        (
            (
                _child("a", events=(Infusion(40, product_id="x"),)),
                _child("b", events=(Infusion(60, product_id="x"),)),
            ),
        ),
        (
            (
                _child("a", events=(Infusion(40, product_id="x"),)),
                _child("b", events=(Infusion(60, product_id="y"),)),
            ),
            (_child("a", events=(Infusion(40, product_id="x"), Infusion(60, product_id="x"))),),
            (_child("a", events=(Infusion(40),)), _child("b", events=(Infusion(60),))),
        ),
    ),
    "donation_in_two_children": (
        (
            (
                _child("a", events=(Apheresis(4, donation_id="d"),)),
                _child("b", events=(Apheresis(4, donation_id="d"),)),
            ),
        ),
        (
            (
                _child("a", events=(Apheresis(4, donation_id="d"),)),
                _child("b", events=(Apheresis(4, donation_id="e"),)),
            ),
        ),
    ),
}


@pytest.mark.parametrize("rule_id", SPECS)
def test_the_rule_finds_what_breaks_it(rule_id: str) -> None:
    for course in SPECS[rule_id].broken:
        assert rule_id in {problem.rule for problem in check_course(course)}, course


@pytest.mark.parametrize("rule_id", SPECS)
def test_the_rule_is_silent_where_it_is_kept(rule_id: str) -> None:
    for course in SPECS[rule_id].kept:
        assert rule_id not in {problem.rule for problem in check_course(course)}, course


@pytest.mark.parametrize("rule_id", AMONG)
def test_a_rule_among_courses_names_each_course_concerned(rule_id: str) -> None:
    for courses in AMONG[rule_id][0]:
        hits = [problem for problem in check_courses(courses) if problem.rule == rule_id]
        assert {problem.course_id for problem in hits} == {course.course_id for course in courses}


@pytest.mark.parametrize("rule_id", AMONG)
def test_a_rule_among_courses_is_silent_where_it_is_kept(rule_id: str) -> None:
    for courses in AMONG[rule_id][1]:
        assert rule_id not in {problem.rule for problem in check_courses(courses)}

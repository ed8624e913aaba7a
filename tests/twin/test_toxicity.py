# SPDX-License-Identifier: Apache-2.0
"""Bedside signs: graded as the codebook grades them, treated by rule, apart by burden."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.codebook.grading import grade_days
from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.scale_reader import scale_named
from cartulary.course import Course, Origin
from cartulary.course.course import DAYS_PER_YEAR
from cartulary.course.events import Finding, Infusion
from cartulary.twin.afterwards_histories import Segment
from cartulary.twin.toxicity import ICE_FROM_YEARS, Patients, bedside
from cartulary.twin.toxicity_infections import infections
from cartulary.twin.toxicity_signs import CONSCIOUSNESS, LAST_DAY_OF_SIGNS, OXYGEN, Toxicity
from tests.twin.followed_children import followed, walked

DAYS = LAST_DAY_OF_SIGNS + 1
QUIET = np.full((400, 61), 3.0)


@pytest.fixture(scope="module")
def segment() -> Segment:
    return followed(1500).segments[0]


def _course(toxicity: Toxicity, child: int) -> Course:
    findings = tuple(
        Finding(
            day,
            temperature_c=float(toxicity.temperature_c[child, day]),
            fever_other_cause=bool(toxicity.fever_other_cause[child, day]),
            hypotension=bool(toxicity.hypotension[child, day]),
            vasopressors=int(toxicity.vasopressors[child, day]),
            oxygen_support=OXYGEN[toxicity.oxygen_support[child, day]],
            anticytokine_given=bool(toxicity.anticytokine_given[child, day]),
        )
        for day in range(DAYS)
    )
    return Course("P-1", Origin.SIMULATED, (Infusion(0), *findings))


def test_crs_by_day_is_what_the_codebook_makes_of_the_signs(segment: Segment) -> None:
    toxicity = segment.toxicity
    assert toxicity is not None
    scale = scale_named("astct_crs_2019")
    # Some of each grade, so that every rule is met.
    worst = toxicity.crs_grade.max(axis=1)
    chosen = np.concatenate([np.flatnonzero(worst == grade)[:12] for grade in range(5)])
    assert {int(worst[child]) for child in chosen} == {0, 1, 2, 3, 4}
    for child in chosen:
        graded = grade_days(scale, _course(toxicity, child), 1)
        assert [int(one.graded.grade) for one in graded] == toxicity.crs_grade[child].tolist()


def test_icans_by_day_is_what_the_codebook_makes_of_the_signs(segment: Segment) -> None:
    toxicity = segment.toxicity
    assert toxicity is not None
    scale = scale_named("astct_icans_2019")
    children, pathway = walked(np.arange(1500))
    days_old = children.age_days[segment.places] + pathway.infusion_day[segment.places]
    ages = days_old / DAYS_PER_YEAR
    # A birthday within these days has a test of its own.
    same = (ages >= ICE_FROM_YEARS) == ((days_old + DAYS) / DAYS_PER_YEAR >= ICE_FROM_YEARS)
    worst = toxicity.icans_grade.max(axis=1)
    for older in (False, True):
        of_age = ((ages >= ICE_FROM_YEARS) == older) & same
        chosen = np.concatenate(
            [np.flatnonzero((worst == grade) & of_age)[:6] for grade in range(5)]
        )
        assert {int(worst[child]) for child in chosen} >= {0, 1, 2, 3}
        for child in chosen:
            for day in range(DAYS):
                score = "ice_score" if older else "capd_score"
                facts = {
                    "age_years": float(ages[child]),
                    score: int(getattr(toxicity, score)[child, day]),
                    "consciousness": CONSCIOUSNESS[toxicity.consciousness[child, day]],
                    "seizure": "none",
                    "motor_deficit": False,
                    "oedema": "none",
                }
                assert scale.grade(facts).grade == toxicity.icans_grade[child, day]
        assert (getattr(toxicity, score)[of_age] >= 0).all()


def test_a_child_is_scored_by_ice_from_its_twelfth_birthday_on() -> None:
    # Ages at the infusion from a month before the birthday to the day after it.
    n = 32
    first_day = np.ceil(ICE_FROM_YEARS * DAYS_PER_YEAR)
    ages = first_day - 30.0 + np.arange(n)
    neuro = np.repeat(np.linspace(0.0, 8.0, DAYS)[None], n, axis=0)
    found = bedside(
        np.full((n, DAYS), 1.0), neuro, QUIET[:n], np.zeros((n, DAYS), dtype=bool),
        Patients(np.arange(n), ages, "birthday", 1), parameters(),
    )  # fmt: skip
    of_age = ages[:, None] + np.arange(DAYS) >= first_day
    assert ((found.ice_score >= 0) == of_age).all()
    assert ((found.capd_score >= 0) == ~of_age).all()
    assert {0, 1, 3} <= set(found.icans_grade.ravel().tolist())
    scale = scale_named("astct_icans_2019")
    for child in range(n):
        findings = tuple(
            Finding(
                day,
                consciousness=CONSCIOUSNESS[found.consciousness[child, day]],
                **{
                    name: int(score)
                    for name in ("ice_score", "capd_score")
                    if (score := getattr(found, name)[child, day]) >= 0
                },
            )
            for day in range(DAYS)
        )
        course = Course(
            "P-1", Origin.SIMULATED, (Infusion(0), *findings), age_days_at_day0=int(ages[child])
        )
        graded = grade_days(scale, course, 1)
        assert [one.graded.grade for one in graded] == found.icans_grade[child].tolist()


def test_toxicity_goes_with_the_burden_at_the_infusion(segment: Segment) -> None:
    toxicity = segment.toxicity
    assert toxicity is not None
    high = segment.marrow_share[:, 0] >= 0.05
    for grades, least in (
        (toxicity.crs_grade, 1),
        (toxicity.crs_grade, 3),
        (toxicity.icans_grade, 1),
    ):
        reached = grades.max(axis=1) >= least
        assert reached[high].mean() > reached[~high].mean()


def _bedside(cytokine: np.ndarray, **changes: float) -> Toxicity:
    n = len(cytokine)
    patients = Patients(np.arange(n), np.full(n, 2922.0), "test", 1)
    return bedside(
        cytokine,
        np.zeros_like(cytokine),
        QUIET[:n],
        np.zeros((n, DAYS), dtype=bool),
        patients,
        parameters().changed(changes),
    )


@pytest.fixture
def storm() -> np.ndarray:
    """Cytokine that rises to a high peak on day 8 and falls."""
    day = np.arange(DAYS)
    return np.repeat(3.0 * np.exp(-(((day - 8.0) / 4.0) ** 2))[None], 400, axis=0)


def test_no_cytokine_gives_no_sign_at_all() -> None:
    calm = _bedside(np.zeros((50, DAYS)))
    assert (calm.crs_grade == 0).all()
    assert (calm.icans_grade == 0).all()
    assert (calm.temperature_c < 38.0).all()
    assert not calm.anticytokine_given.any()


def test_tocilizumab_shortens_the_fever_and_spares_vasopressors(storm: np.ndarray) -> None:
    treated = _bedside(storm)
    untreated = _bedside(storm, tocilizumab_doses_at_most=0.0, dexamethasone_rate=0.0)
    assert treated.tocilizumab.any()
    assert not untreated.anticytokine_given.any()
    assert (treated.temperature_c >= 38.0).sum() < (untreated.temperature_c >= 38.0).sum()
    assert (treated.vasopressors > 0).sum() < (untreated.vasopressors > 0).sum()


def test_a_higher_rate_treats_every_child_at_least_as_early(storm: np.ndarray) -> None:
    slow, fast = _bedside(storm), _bedside(storm, tocilizumab_rate_grade_3=8.0)
    first = [
        np.where(one.tocilizumab.any(axis=1), one.tocilizumab.argmax(axis=1), 99)
        for one in (slow, fast)
    ]
    assert (first[1] <= first[0]).all()


def test_no_more_doses_than_the_label_allows(storm: np.ndarray) -> None:
    many = _bedside(storm, tocilizumab_rate_grade_2=10.0, tocilizumab_half_effect=100.0)
    assert many.tocilizumab.sum(axis=1).max() == 4


def test_signs_of_a_child_do_not_depend_on_who_is_beside_it(storm: np.ndarray) -> None:
    all_of_them, few = _bedside(storm), _bedside(storm[:7])
    assert (all_of_them.temperature_c[:7] == few.temperature_c).all()
    assert (all_of_them.tocilizumab[:7] == few.tocilizumab).all()


def test_infections_follow_their_rate() -> None:
    n = 20000
    patients = Patients(np.arange(n), np.full(n, 2922.0), "test", 1)
    values = parameters()
    rate, fades = values.value("infection_rate"), values.value("infection_fades_days")
    more = values.changed({"infection_rate_neutropenia": 0.0})
    caught = infections(np.full((n, 61), 3.0), patients, more)
    for day in (30, 60, 365):
        expected = 1 - np.exp(-rate * fades * (1 - np.exp(-day / fades)))
        assert (caught.day[:, 0] <= day).mean() == pytest.approx(expected, abs=0.015)
    assert (np.diff(caught.day, axis=1)[~np.isnan(np.diff(caught.day, axis=1))] >= 0).all()
    assert (caught.organism >= 0).sum() == np.isfinite(caught.day).sum()


def test_neutropenia_brings_infections() -> None:
    n = 4000
    patients = Patients(np.arange(n), np.full(n, 2922.0), "test", 1)
    none = infections(np.full((n, 61), 0.05), patients, parameters())
    many = infections(np.full((n, 61), 3.0), patients, parameters())
    assert (none.day[:, 0] <= 56).mean() > (many.day[:, 0] <= 56).mean() + 0.2

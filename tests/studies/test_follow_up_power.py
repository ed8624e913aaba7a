# SPDX-License-Identifier: Apache-2.0
"""Patient-years against closed forms, and what they can find against exact Poisson sums."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.course.errors import EstimandError
from cartulary.studies.follow_up_power.courses import days_alive_after_infusion
from cartulary.studies.follow_up_power.detection import (
    LEVEL,
    critical_count,
    first_for_good,
    power,
    seen_at_all,
    upper_limit,
)
from cartulary.studies.follow_up_power.patient_years import (
    Entry,
    Following,
    observed_years_a_child,
    patient_years,
)
from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population_reader import default_population
from cartulary.twin.streams import exponential
from tests.conftest import REPOSITORY

FOR_EVER = np.array([np.inf])


def poisson_at_least(count: int, mean: float) -> float:
    return 1.0 - sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(count))


def test_nobody_dies_and_nobody_is_lost() -> None:
    times = np.array([0.0, 5.0, 15.0, 20.0])
    made = patient_years(FOR_EVER, times, Entry(20), Following(years=15))
    # n T^2 / 2 up to 15 years; then each year's children leave as others come.
    assert made.tolist() == pytest.approx([0.0, 250.0, 2250.0, 2250.0 + 5 * 20 * 15])


def test_entry_that_stops_adds_children_until_then_alone() -> None:
    made = patient_years(FOR_EVER, np.array([4.0, 30.0]), Entry(100, 2.0), Following(years=15))
    assert made.tolist() == pytest.approx([100 * (16 - 4) / 2, 200 * 15.0])


def test_loss_shortens_follow_up_as_its_integral_says() -> None:
    lost = 0.05
    made = patient_years(FOR_EVER, np.array([10.0]), Entry(20), Following(15, lost))
    expected = 20 * (10 / lost - (1 - math.exp(-lost * 10)) / lost**2)
    assert made[0] == pytest.approx(expected, rel=1e-4)  # trapezia of a month
    assert made[0] < patient_years(FOR_EVER, np.array([10.0]), Entry(20), Following(15))[0]


def test_deaths_shorten_it_like_a_loss_of_the_same_hazard() -> None:
    hazard = 0.2
    days = exponential(1, np.arange(40_000), "deaths of a test", 1)[:, 0] * 365.25 / hazard
    by_death = patient_years(days, np.array([12.0]), Entry(20), Following(15))
    by_loss = patient_years(FOR_EVER, np.array([12.0]), Entry(20), Following(15, hazard))
    # 40,000 exponential times: a mean of about half a per cent.
    assert by_death[0] == pytest.approx(by_loss[0], rel=0.02)


def test_an_event_that_comes_late_gives_no_years_at_risk_before() -> None:
    late = Following(years=15, event_from_years=5.0)
    each = observed_years_a_child(FOR_EVER, np.array([3.0, 5.0, 8.0, 20.0]), late)
    assert each.tolist() == [0.0, 0.0, 3.0, 10.0]
    early_death = np.array([4.0 * 365.25])
    assert observed_years_a_child(early_death, np.array([15.0]), late).tolist() == [0.0]
    lossy = Following(15, 0.1, 5.0)
    expected = (math.exp(-0.5) - math.exp(-1.5)) / 0.1
    assert observed_years_a_child(FOR_EVER, np.array([15.0]), lossy)[0] == pytest.approx(expected)


def test_the_limit_after_no_event_is_that_of_minus_log_tail() -> None:
    assert upper_limit(np.array([500.0]))[0] == pytest.approx(-math.log(0.025) / 500)
    assert np.isinf(upper_limit(np.array([0.0]))[0])
    assert upper_limit(np.array([100.0]), events=2)[0] == pytest.approx(7.2247 / 100, rel=1e-4)


@pytest.mark.parametrize("mean", [0.01, 0.3, 1.0, 2.7, 9.0, 40.0])
def test_the_critical_count_is_the_smallest_that_is_rare_enough(mean: float) -> None:
    count = int(critical_count(np.array([mean]))[0])
    assert poisson_at_least(count, mean) <= LEVEL
    assert count == 1 or poisson_at_least(count - 1, mean) > LEVEL


def test_power_is_the_exact_sum() -> None:
    years, background = np.array([200.0, 2000.0, 9000.0]), 0.001
    found = power(years, background, 2.0)
    for each, shown in zip(years, found, strict=True):
        count = int(critical_count(np.array([each * background]))[0])
        assert shown == pytest.approx(poisson_at_least(count, 2 * each * background), abs=1e-12)
    # Without a higher rate the test finds one no more often than its level.
    assert (power(np.linspace(1, 20_000, 400), background, 1.0) <= LEVEL).all()


def test_one_event_is_seen_as_often_as_the_law_of_rare_events_says() -> None:
    assert seen_at_all(np.array([1000.0]), 0.001)[0] == pytest.approx(1 - math.exp(-1))


def test_reached_means_reached_for_good() -> None:
    times = np.arange(5.0)
    assert first_for_good(times, np.array([False, True, False, True, True])) == 3.0
    assert first_for_good(times, np.ones(5, dtype=bool)) == 0.0
    assert math.isnan(first_for_good(times, np.array([True] * 4 + [False])))


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(EstimandError, match="nobody to follow"):
        Entry(0)
    with pytest.raises(EstimandError, match="none that could be found"):
        power(np.array([10.0]), 0.0, 2.0)


def test_simulated_courses_give_days_alive_for_those_infused() -> None:
    policy = read_policy(REPOSITORY / "examples" / "policies" / "maxima.toml")
    made = days_alive_after_infusion(
        default_population(), policy, [parameters()] * 2, children=60, years=15, seed=1
    )
    assert len(made) == 2
    # Draws have children of their own.
    assert not np.array_equal(np.sort(made[0]), np.sort(made[1]))
    for days in made:
        assert 30 < len(days) <= 60
        assert (days > 0).all()
        assert np.isinf(days).any()

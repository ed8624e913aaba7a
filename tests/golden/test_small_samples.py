# SPDX-License-Identifier: Apache-2.0
"""Where few children remain: the rules that keep an interval honest, and the odd cases."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cartulary.evidence import (
    clopper_pearson,
    cumulative_incidence,
    kaplan_meier,
    log_rank,
    median_follow_up,
    one_sample_log_rank,
    permutation_gray,
    permutation_log_rank,
    restricted_mean,
)
from cartulary.evidence.interval import beta_product_interval
from tests.golden.r_reference import HERE, TOLERANCE, follow_up, r_numbers

BPCP: dict[str, Any] = json.loads((HERE / "bpcp_numbers.json").read_text("utf-8"))
CASES = ("programme_of_19", "tied_events", "no_event", "all_events")


@pytest.mark.parametrize("name", CASES)
def test_beta_product_is_that_of_bpcp(name: str) -> None:
    """R 4.2.2, bpcp 1.4.2: bpcp(time, event, nmc = 0), the version fitted by moments."""
    case = BPCP[name]
    curve = kaplan_meier(follow_up(case["time"], case["event"]))
    left = curve.at_risk - curve.events - curve.censored
    every = np.ones(curve.days.shape, dtype=bool)
    low, high = beta_product_interval(curve.at_risk, curve.events, left, 0.95, every)
    after = {day: k for k, day in enumerate(case["from"])}
    at = [after[day] for day in curve.days.tolist()]
    np.testing.assert_allclose(low, np.array(case["low"])[at], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(high, np.array(case["high"])[at], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("events", [0, 1, 5, 18, 19])
def test_without_censoring_it_is_clopper_pearson(events: int) -> None:
    """19 children, all followed: the interval at the end is that of the count of survivors."""
    time = np.arange(1, 20)
    curve = kaplan_meier(
        follow_up(np.append(time[:events], np.full(19 - events, 100)), np.arange(19) < events)
    )
    one_day_before = curve.survival_at(99)
    low, high = clopper_pearson(19 - events, 19)
    if "beta product" in one_day_before.method:
        assert one_day_before.low == pytest.approx(low, abs=1e-12)
        assert one_day_before.high == pytest.approx(high, abs=1e-12)
    else:
        assert events == 5, "only with 3 events and 5 at risk is the usual interval trusted"


@pytest.mark.parametrize("share", [0.95, 0.8, 0.5])
def test_coverage_at_19_children(share: float) -> None:
    """4,000 cohorts of 19, uniform censoring: at least 93% of intervals hold the truth.

    The log-log interval alone holds it in 53% of cohorts at a survival of 0.95. Monte Carlo
    error at 4,000 is 0.35 points, so 93% is what a procedure of 94% or more passes.
    """
    draws = np.random.default_rng(20200101)
    day, held, n_cohorts = 100.0, 0, 4000
    mean = -day / np.log(share)
    for _ in range(n_cohorts):
        event = draws.exponential(mean, 19)
        censored = draws.uniform(50.0, 400.0, 19)
        rows = follow_up(np.minimum(event, censored), event <= censored)
        found = kaplan_meier(rows).survival_at(day)
        if found.value is None:
            held += 1
            continue
        held += (found.low or 0.0) <= share <= (1.0 if found.high is None else found.high)
    assert held / n_cohorts >= 0.93


def test_survival_of_1_has_a_lower_limit() -> None:
    """Nobody of 19 died by day 100: not certain, but 82.4% to 100%."""
    curve = kaplan_meier(follow_up(np.full(19, 400), np.zeros(19)))
    found = curve.survival_at(100)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 19), abs=1e-12)
    assert found.method == "Kaplan-Meier, beta product (moments) interval"


def test_survival_of_0_has_an_upper_limit() -> None:
    """All of 5 died: 0% to 52.2%, Clopper and Pearson's 0 of 5."""
    found = kaplan_meier(follow_up([1, 2, 3, 4, 5], np.ones(5))).survival_at(5)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(clopper_pearson(0, 5)[1], abs=1e-12)


def test_cause_without_events() -> None:
    """A cause nobody had: 0, with the upper limit of 0 of those whose state is known."""
    rows = follow_up([10, 20, 30, 40, 50], [1, 0, 1, 0, 0], ("relapse", "cd19_negative"))
    curve = cumulative_incidence(rows)
    early = curve.incidence_at(15, "cd19_negative")
    assert (early.value, early.low, early.events) == (0.0, 0.0, 0)
    assert early.high == pytest.approx(clopper_pearson(0, 5)[1], abs=1e-12)
    later = curve.incidence_at(35, "cd19_negative")
    assert later.high == pytest.approx(clopper_pearson(0, 4)[1], abs=1e-12), "one was lost by then"
    assert "Clopper-Pearson" in later.method


def test_all_censored() -> None:
    """No event at all: survival 1, incidence 0, no median, and every figure has an interval."""
    rows = follow_up([10, 20, 30], [0, 0, 0], ("a", "b"))
    assert cumulative_incidence(rows).incidence_at(20, "a").high is not None
    curve = kaplan_meier(rows.time_to_any())
    median = curve.median()
    assert (median.value, median.low, median.high) == (None, None, None)
    assert "not reached within follow-up" in median.notes
    assert restricted_mean(rows.time_to_any(), 30).value == 30.0
    assert median_follow_up(rows.time_to_any()).value == 20.0


@pytest.mark.parametrize("status", [0, 1])
def test_one_child(status: int) -> None:
    """One child: 0 or 1, and an interval that admits knowing next to nothing."""
    found = kaplan_meier(follow_up([50], [status])).survival_at(50)
    assert found.value == 1.0 - status
    assert found.low == 0.0
    assert found.high == (1.0 if status == 0 else pytest.approx(0.975, abs=1e-12))


def test_entry_on_the_day_of_exit() -> None:
    """A late row that leaves on its day of entry is in no risk set; on day 0 it counts, as in R."""
    late = follow_up([5, 30, 40], [1, 1, 0], entry=[5, 0, 0])
    curve = kaplan_meier(late)
    assert (late.never_at_risk, late.events, curve.follow_up.n) == (1, 1, 2)
    assert curve.survival_at(5).value == 1.0
    assert any("in no risk set" in note for note in curve.survival_at(5).notes)
    day_0 = kaplan_meier(follow_up([0, 30, 40], [1, 1, 0], entry=[0, 0, 0]))
    assert day_0.survival_at(0).value == pytest.approx(2 / 3, abs=1e-15)


def test_beyond_follow_up_there_is_no_figure() -> None:
    """Nobody was followed to day 500: no value, and a note that says so."""
    curve = kaplan_meier(follow_up([100, 200, 300], [1, 0, 0]))
    beyond = curve.survival_at(500)
    assert (beyond.value, beyond.low, beyond.high, beyond.at_risk) == (None, None, None, 0)
    assert "no child was followed to day 500" in beyond.notes[-1]
    both = cumulative_incidence(follow_up([100, 200, 300], [1, 0, 2], ("a", "b")))
    assert both.incidence_at(300, "b").value is not None
    assert both.incidence_at(301, "b").value is not None, "survival is 0: it stays 0"


def test_early_risk_sets_that_empty() -> None:
    """One early entrant dies before the rest enter: survival given day 10 is what can be said."""
    rows = follow_up([5, 30, 40, 50], [1, 1, 0, 0], entry=[0, 8, 8, 9])
    emptied = kaplan_meier(rows).survival_at(45)
    assert emptied.value == 0.0
    assert any("later start day" in note for note in emptied.notes)
    given = kaplan_meier(rows, start_day=10).survival_at(45)
    assert given.value == pytest.approx(2 / 3, abs=1e-15)
    assert "given no event before day 10" in given.notes


def test_permutation_enumerates_when_it_can() -> None:
    """Three against three, fully apart: 2 of 20 arrangements are as far apart, p = 0.1."""
    rows = follow_up([1, 2, 3, 10, 11, 12], np.ones(6), group=list("aaabbb"))
    found = permutation_log_rank(rows)
    assert found.p_value == pytest.approx(0.1, abs=1e-15)
    assert found.method == "log-rank test by permutation (all 20 arrangements)"


def test_drawn_permutations_repeat_with_their_seed() -> None:
    """Ten rows are enumerated; thirty are drawn, and the seed fixes the figure."""
    case = r_numbers()["vectors"]["two_groups_competing"]
    rows = follow_up(case["time"], case["cause"], ("a", "b"), group=case["group"])
    exact = permutation_gray(rows, "a").p_value
    doubled = follow_up(case["time"] * 3, case["cause"] * 3, ("a", "b"), group=case["group"] * 3)
    drawn = permutation_gray(doubled, "a", draws=np.random.default_rng(3), n_draws=2000)
    again = permutation_gray(doubled, "a", draws=np.random.default_rng(3), n_draws=2000)
    assert exact is not None
    assert 0 < exact <= 1
    assert drawn.p_value == again.p_value, "the same seed gives the same figure"
    assert "2000 arrangements drawn" in drawn.method


def test_permutation_of_many_is_near_the_chi_square_law() -> None:
    """With 120 rows the permutation p is the chi-square p within 0.02."""
    draws = np.random.default_rng(11)
    time = np.ceil(draws.exponential(200, 120))
    rows = follow_up(time, draws.random(120) < 0.7, group=np.repeat(["a", "b"], 60))
    by_law = log_rank(rows).p_value
    by_draws = permutation_log_rank(rows, draws=draws, n_draws=20_000).p_value
    assert by_law is not None
    assert by_draws == pytest.approx(by_law, abs=0.02)


def test_one_sample_log_rank() -> None:
    """4 events where 8 were expected: 0.5 (0.136 to 1.280), Garwood's limits of 4 over 8."""
    rows = follow_up([10] * 10, [1] * 4 + [0] * 6)
    found = one_sample_log_rank(rows, lambda days: days * 0.08, reference="a constant hazard")
    assert found.ratio.value == 0.5
    assert found.ratio.low == pytest.approx(1.08987 / 8, abs=1e-6), "printed to 5 decimals"
    assert found.ratio.high == pytest.approx(10.24159 / 8, abs=1e-6), "printed to 5 decimals"
    late = follow_up([10] * 10, [1] * 4 + [0] * 6, entry=[5.0] * 10)
    halved = one_sample_log_rank(late, lambda days: days * 0.08, reference="a constant hazard")
    assert halved.test.expected == pytest.approx((4.0,), abs=1e-12)

# SPDX-License-Identifier: Apache-2.0
"""Where data are odd: groups that never met, flat ends of curves, rows never at risk."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cartulary.course.errors import EstimandError
from cartulary.evidence import (
    FollowUp,
    PublishedFigure,
    binomial_test,
    clustered_proportion,
    compare_proportion,
    compare_survival,
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    log_rank,
    median_follow_up,
    one_sample_log_rank,
    permutation_log_rank,
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_lost,
)
from cartulary.evidence.cox import cox
from cartulary.evidence.external_control.doubly_robust import augmented_comparison
from cartulary.evidence.external_control.matching_adjusted import (
    matching_adjusted_shares,
    matching_adjusted_weights,
)
from cartulary.evidence.external_control.pseudo_observations import pseudo_observations
from cartulary.evidence.external_control.two_group_hazard import weighted_hazard_ratio
from cartulary.evidence.principal_stratum import principal_stratum
from cartulary.evidence.spells import baseline_spells
from cartulary.evidence.weighted_survival import weighted_kaplan_meier


def rows(exit_: Any, status: Any, causes: tuple[str, ...] = ("event",), **more: Any) -> FollowUp:
    words = {"unit": "child", "clock": "infusion", "definition": "d", "origin": "simulated"}
    return FollowUp(exit=exit_, status=status, cause_names=causes, **{**words, **more})


def two_pairs(seed: int) -> tuple[FollowUp, np.ndarray[Any, Any]]:
    """Groups a and b in one stratum, c and d in another."""
    draws = np.random.default_rng(seed)
    stratum = np.repeat([0, 1], 40)
    second = draws.integers(0, 2, 80)
    group = np.array([["a", "b"], ["c", "d"]])[stratum, second]
    status = draws.integers(0, 3, 80)
    return rows(draws.integers(1, 50, 80), status, ("x", "y"), group=group), stratum


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_groups_that_meet_only_in_pairs(seed: int) -> None:
    """Two comparisons side by side: statistics and degrees of freedom add up."""
    both, stratum = two_pairs(seed)
    parts = [both.subset(stratum == k) for k in (0, 1)]
    alone = [log_rank(part.time_to_any()).statistic or math.nan for part in parts]
    found = log_rank(both.time_to_any(), strata=stratum)
    assert found.df == 2
    assert found.statistic == pytest.approx(sum(alone), rel=1e-9)
    later = np.where(stratum == 0, 0.0, 60.0)
    apart = replace(both.time_to_any(), entry=later, exit=both.exit + later)
    assert log_rank(apart).statistic == pytest.approx(sum(alone), rel=1e-9)
    gray = [gray_test(part, "x").statistic or math.nan for part in parts]
    whole = gray_test(both, "x", strata=stratum)
    assert (whole.df, whole.statistic) == (2, pytest.approx(sum(gray), rel=1e-9))


def test_median_on_a_flat_end_of_the_curve() -> None:
    """S is 0.5 from day 12 to the last day, 14: R's quantile.survfit reads 13."""
    found = kaplan_meier(rows([12, 14, 12, 14], [1, 0, 1, 0])).median()
    assert found.value == 13.0
    follow_up = rows([1, 5, 6, 7, 10, 10, 12, 14], [1, 1, 1, 1, 1, 1, 0, 1])
    reverse = kaplan_meier(rows([1, 5, 6, 7, 10, 10, 12, 14], [0, 0, 0, 0, 0, 0, 1, 0]))
    assert reverse.median().value == 13.0
    assert median_follow_up(follow_up).value == 13.0


def test_restricted_mean_without_spread_has_no_interval() -> None:
    """A width of 0 would claim that nothing is uncertain; the words fit what happened."""
    nobody = restricted_mean(rows([400] * 5, [0] * 5), 365)
    all_at_once = restricted_mean(rows([100] * 5, [1] * 5), 365)
    for found, value in ((nobody, 365.0), (all_at_once, 100.0)):
        assert (found.value, found.low, found.high) == (value, None, None)
        assert any("no spread" in note for note in found.notes)
        assert not any("no event" in note for note in found.notes)
    assert restricted_mean_lost(rows([400] * 5, [0] * 5), 365).low is None
    spread = rows([50, 100, 400, 400, 400], [1, 1, 0, 0, 0])
    beside = restricted_mean_difference(spread, rows([400] * 5, [0] * 5), 365)
    assert any("one group shows no spread" in note for note in beside.notes)


def test_restricted_mean_says_that_the_curve_emptied() -> None:
    late = rows([5, 400, 500, 600], [1, 0, 0, 0], entry=[0, 100, 100, 100])
    assert any("later start day" in note for note in restricted_mean(late, 365).notes)


def test_nobody_under_observation_yet() -> None:
    """R's survival of 1 before anyone was seen is no finding, and says so."""
    late = rows([20, 30, 40, 50], [1, 0, 1, 0], entry=[10] * 4)
    notes = kaplan_meier(late).survival_at(5).notes
    assert "nobody was under observation until day 10" in notes
    assert any("beta product interval is approximate" in note for note in notes)
    assert any(
        "until day 10" in n for n in cumulative_incidence(late).incidence_at(5, "event").notes
    )


def test_several_infusions_of_one_child_are_not_silently_independent() -> None:
    ids, group = list("aabbccddeeff"), list("uuuvvvuuuvvv")
    same = rows([10, 20, 30, 40] * 3, [1, 0, 1, 1] * 3, unit="infusion", child_ids=ids, group=group)
    own = replace(same, child_ids=np.arange(12))
    for said in (
        lambda r: kaplan_meier(r).survival_at(15).notes,
        lambda r: cumulative_incidence(r).incidence_at(15, "event").notes,
        lambda r: log_rank(r).notes,
        lambda r: gray_test(r, "event").notes,
        lambda r: permutation_log_rank(r).notes,
    ):
        assert any("of one child" in note for note in said(same))
        assert not any("of one child" in note for note in said(own))


def test_events_of_day_0_are_expected_too() -> None:
    """Three enter on day 0 under a curve that loses on day 0: 3 x 0.1 + 30 x 0.01 expected."""
    found = one_sample_log_rank(
        rows([0, 10, 20], [1, 0, 1]), lambda day: 0.1 + 0.01 * day, reference="a curve"
    )
    assert found.test.expected[0] == pytest.approx(0.6, abs=1e-12)


def test_hazard_ratio_without_rows_never_at_risk() -> None:
    """A row that enters and leaves on one day changes nothing, whatever its status and day."""
    other = rows([2, 6, 8], [1, 1, 0])
    for day in (5.0, 7.5, 99.0):
        one = rows([3, 5, 9, day], [1, 1, 0, 1], entry=[0, 0, 0, day])
        found = weighted_hazard_ratio(one, np.ones(4), other, np.ones(3))
        want = weighted_hazard_ratio(one.subset(one.at_some_risk), np.ones(3), other, np.ones(3))
        assert found == want


def test_each_arm_of_a_stratum_counts_its_own_children() -> None:
    days, status = [10, 20, 30, 40, 50, 60] * 2 + [70], [1, 2, 0, 1, 0, 0] * 2 + [0]
    arms = rows(days, status, ("relapse", "transplant"), group=["A"] * 6 + ["B"] * 7)
    ask = {"event": "relapse", "intercurrent": "transplant", "day": 45.0, "horizon": 50.0}
    for assumption in ("principal_ignorability", "none"):
        found = principal_stratum(arms, assumption=assumption, **ask)  # type: ignore[arg-type]
        counted = [(figure.n, figure.events) for figure in (*found.incidence, found.difference)]
        assert counted == [(6, 2), (7, 2), (13, 4)]


def test_one_cluster_has_no_robust_interval() -> None:
    """Residuals add to 0 over all rows, so one cluster would give a width of 0."""
    held = rows([3, 5, 8, 9, 12, 14, 20, 25], [1, 1, 0, 1, 1, 1, 1, 0])
    spells = baseline_spells(held, {"x": [1, 0, 1, 1, 0, 1, 0, 0]}, known_on=0)
    with pytest.raises(EstimandError, match="1 cluster for 1 covariate"):
        cox(spells, variance="robust", clusters=np.zeros(8), fewest_events_per_covariate=1)
    with pytest.raises(EstimandError, match="of one cluster"):
        weighted_kaplan_meier(held, lambda day: np.ones(8), weighting="none", clusters=np.zeros(8))


def test_names_and_numbers_that_would_be_a_silent_default() -> None:
    with pytest.raises(EstimandError, match="no interval 'jackknife'"):
        clustered_proportion(
            [1, 0, 1], ["a", "a", "b"], unit="infusion", origin="simulated",
            interval="jackknife",  # type: ignore[arg-type]
        )  # fmt: skip
    many = rows(np.arange(1, 41), [1, 0] * 20, group=[0, 1, 1, 0] * 10)
    with pytest.raises(EstimandError, match="0 arrangements were to be drawn"):
        permutation_log_rank(many, draws=np.random.default_rng(1), n_draws=0)
    with pytest.raises(EstimandError, match="2 of 4 rows enter late"):
        pseudo_observations(rows([10, 20, 30, 40], [1, 1, 0, 1], entry=[0, 5, 5, 0]), 25)


def test_comparison_at_another_level_than_the_printed_interval() -> None:
    """A printed 90% interval is widened to ours before the two are combined."""
    ours = kaplan_meier(rows(np.arange(1, 21) * 40, [1, 0] * 10))
    z = (1.959963984540054, 1.6448536269514722)
    log_log = lambda p: math.log(-math.log(p))  # noqa: E731
    middle, se = log_log(0.5), 0.2
    low, high = (
        [math.exp(-math.exp(middle + sign * q * se)) for sign in (1, -1)] for q in z
    )  # fmt: skip
    wide = PublishedFigure(value=0.5, low=low[0], high=low[1], source="p")
    narrow = PublishedFigure(value=0.5, low=high[0], high=high[1], level=0.9, source="p")
    one, two = compare_survival(ours, 365, wide), compare_survival(ours, 365, narrow)
    assert (two.low, two.high) == (
        pytest.approx(one.low, abs=1e-9),
        pytest.approx(one.high, abs=1e-9),
    )
    assert two.p_value == pytest.approx(one.p_value, abs=1e-9)
    assert any("of 90%" in note for note in two.notes)


def test_comparison_names_only_the_test_it_made() -> None:
    one_event = kaplan_meier(rows([30, *[400] * 9], [1, *[0] * 9]))
    found = compare_survival(
        one_event, 365, PublishedFigure(value=0.5, low=0.4, high=0.6, source="p")
    )
    assert found.p_value is None
    assert "z test" not in found.method
    twice = clustered_proportion(
        [1] * 10 + [0] * 2, list("aabbccddeeff"), unit="infusion", origin="simulated"
    )
    printed = PublishedFigure(value=0.5, n=20, events=10, source="p", unit="infusion")
    assert "Fisher" not in compare_proportion(twice, printed).method


def test_difference_of_shares_stays_within_1() -> None:
    age = np.arange(1.0, 41.0)[:, None]
    weights = matching_adjusted_weights(age, [20.5], ["age"])
    responses = np.ones(40)
    responses[0] = 0.0
    found = matching_adjusted_shares(responses, weights, 1, 15, unit="child", origin="simulated")
    assert found.difference.high is not None
    assert found.difference.high <= 1.0


def test_augmented_interval_says_what_it_needs() -> None:
    days, age = np.arange(20) + 1, np.arange(20.0)[:, None]
    held = rows(days, np.ones(20))
    found = augmented_comparison(held, held, age, age, ["age"], 15)
    assert any("needs both" in note for note in found.difference.notes)


def test_share_beside_all_of_all_has_no_interval_of_width_0() -> None:
    age = np.arange(1.0, 41.0)[:, None]
    weights = matching_adjusted_weights(age, [20.5], ["age"])
    found = matching_adjusted_shares(np.ones(40), weights, 15, 15, unit="child", origin="simulated")
    assert (found.difference.value, found.difference.low) == (0.0, None)
    assert (
        matching_adjusted_shares(
            np.ones(40), weights, 10, 15, unit="child", origin="simulated"
        ).odds_ratio.value
        is None
    ), "odds of all of 40 do not exist, whatever the rounding"
    assert any("no interval" in note for note in found.difference.notes)


def test_binomial_test_names_its_alternative() -> None:
    with pytest.raises(EstimandError, match="no alternative 'higher'"):
        binomial_test(15, 19, 0.5, unit="child", origin="simulated", alternative="higher")  # type: ignore[arg-type]

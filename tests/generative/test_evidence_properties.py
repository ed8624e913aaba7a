# SPDX-License-Identifier: Apache-2.0
"""What every estimate must obey, whatever the follow-up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cartulary.evidence import (
    FollowUp,
    clopper_pearson,
    clustered_proportion,
    cumulative_incidence,
    gray_test,
    jeffreys,
    kaplan_meier,
    log_rank,
    permutation_log_rank,
    proportion,
    restricted_mean,
    wilson,
)

CAUSES = ("relapse", "death")


@st.composite
def follow_ups(
    draw: st.DrawFn,
    *,
    causes: int = 2,
    late: bool | None = None,
    weighted: bool = False,
    groups: int = 0,
    most: int = 25,
) -> FollowUp:
    """Few children, few days, many ties, some entering late: where estimators go wrong."""
    n = draw(st.integers(1, most))
    whole = draw(st.booleans())
    day = st.integers(0, 30) if whole else st.floats(0, 30, allow_nan=False, width=32)
    exit_ = np.array(draw(st.lists(day, min_size=n, max_size=n)), dtype=float)
    status = draw(st.lists(st.integers(0, causes), min_size=n, max_size=n))
    entry = np.zeros(n)
    if draw(st.booleans()) if late is None else late:
        share = np.array(draw(st.lists(st.sampled_from([0, 0.25, 0.5]), min_size=n, max_size=n)))
        entry = np.floor(exit_ * share) if whole else exit_ * share
    weights = draw(st.lists(st.integers(1, 3), min_size=n, max_size=n)) if weighted else None
    group: Any = None
    if groups:
        group = draw(st.lists(st.integers(0, groups - 1), min_size=n, max_size=n))
        assume(len(set(group)) == groups)
    return FollowUp(
        exit=exit_,
        entry=entry,
        status=np.array(status, dtype=np.int64),
        cause_names=CAUSES[:causes],
        weights=None if weights is None else np.array(weights, dtype=float),
        group=group,
        unit="infusion",
        clock="infusion",
        definition="generated, edition 1",
        origin="simulated",
    )


@given(follow_ups(causes=1))
def test_survival_falls_within_0_and_1_and_inside_its_interval(rows: FollowUp) -> None:
    curve = kaplan_meier(rows)
    assert np.all(np.diff(curve.survival) <= 1e-15)
    assert np.all((curve.survival >= 0) & (curve.survival <= 1))
    assert np.all((curve.low >= 0) & (curve.low <= curve.survival))
    assert np.all((curve.high <= 1) & (curve.high >= curve.survival))


@given(follow_ups(causes=1), st.floats(0, 35))
def test_reading_a_curve_agrees_with_its_arrays(rows: FollowUp, day: float) -> None:
    curve = kaplan_meier(rows)
    found = curve.survival_at(day)
    at = np.searchsorted(curve.days, day, side="right") - 1
    if found.value is None:
        assert day > rows.last_day
        return
    assert found.value == (curve.survival[at] if at >= 0 else 1.0)
    assert found.at_risk == np.count_nonzero(
        (rows.exit >= day) & ((rows.entry < day) | (rows.entry <= 0)) & rows.at_some_risk
    )
    assert found.low is not None
    assert found.high is not None
    if 0 < found.value < 1:
        assert found.low < found.high, "an interval of no width claims certainty"


@given(follow_ups())
def test_incidences_and_survival_add_to_1(rows: FollowUp) -> None:
    curve = cumulative_incidence(rows)
    total = curve.incidence.sum(axis=0) + kaplan_meier(rows.time_to_any()).survival
    np.testing.assert_allclose(total, 1.0, rtol=0, atol=1e-12)


@given(follow_ups())
def test_incidence_rises_within_its_interval(rows: FollowUp) -> None:
    curve = cumulative_incidence(rows)
    assert np.all(np.diff(curve.incidence, axis=1) >= 0)
    assert np.all((curve.low >= 0) & (curve.low <= curve.incidence))
    assert np.all(curve.high >= curve.incidence)
    assert np.all(np.isfinite(curve.std_error))


@given(follow_ups())
def test_one_cause_is_survival_upside_down(rows: FollowUp) -> None:
    any_event = rows.time_to_any()
    incidence = cumulative_incidence(any_event).incidence[0]
    np.testing.assert_allclose(incidence, 1 - kaplan_meier(any_event).survival, rtol=0, atol=1e-12)


@given(follow_ups(late=False))
def test_two_formulas_for_the_variance_agree(rows: FollowUp) -> None:
    """Day by day (the delta method) and row by row (the jackknife) are one number."""
    by_day = cumulative_incidence(rows)
    by_row = cumulative_incidence(replace(rows, weights=np.ones(rows.n)), variance="robust")
    # The square root of rounding where the variance is 0 is about 1e-8.
    np.testing.assert_allclose(by_row.std_error, by_day.std_error, rtol=0, atol=1e-7)


@given(follow_ups(), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: FollowUp, shuffler: Any) -> None:
    order = list(range(rows.n))
    shuffler.shuffle(order)
    shuffled = replace(
        rows, exit=rows.exit[order], entry=rows.entry[order], status=rows.status[order]
    )
    one, other = cumulative_incidence(rows), cumulative_incidence(shuffled)
    np.testing.assert_allclose(one.incidence, other.incidence, rtol=0, atol=1e-14)
    np.testing.assert_allclose(one.std_error, other.std_error, rtol=0, atol=1e-7)
    assert kaplan_meier(rows.time_to_any()).median() == (
        kaplan_meier(shuffled.time_to_any()).median()
    )


@given(follow_ups(weighted=True))
def test_a_weight_is_as_many_rows(rows: FollowUp) -> None:
    assert rows.weights is not None
    times = rows.weights.astype(int)
    repeated = replace(
        rows,
        exit=np.repeat(rows.exit, times),
        entry=np.repeat(rows.entry, times),
        status=np.repeat(rows.status, times),
        weights=None,
    )
    weighted, plain = cumulative_incidence(rows), cumulative_incidence(repeated)
    np.testing.assert_allclose(weighted.incidence, plain.incidence, rtol=0, atol=1e-12)
    np.testing.assert_allclose(weighted.std_error, plain.std_error, rtol=0, atol=1e-7)
    one, other = kaplan_meier(rows.time_to_any()), kaplan_meier(repeated.time_to_any())
    np.testing.assert_allclose(one.survival, other.survival, rtol=0, atol=1e-12)
    np.testing.assert_allclose(one.low, other.low, rtol=0, atol=1e-9)


@given(follow_ups(), st.sampled_from([7.0, 0.5, 30.4375]))
def test_the_unit_of_time_does_not_matter(rows: FollowUp, factor: float) -> None:
    scaled = replace(rows, exit=rows.exit * factor, entry=rows.entry * factor)
    assume(len(np.unique(scaled.exit)) == len(np.unique(rows.exit)))
    one, other = cumulative_incidence(rows), cumulative_incidence(scaled)
    np.testing.assert_allclose(one.days * factor, other.days, rtol=1e-15)
    np.testing.assert_allclose(one.incidence, other.incidence, rtol=0, atol=1e-14)
    np.testing.assert_allclose(one.low, other.low, rtol=0, atol=1e-9)


@given(follow_ups(causes=1, groups=2))
def test_log_rank_is_blind_to_names(rows: FollowUp) -> None:
    assert rows.group is not None
    named = replace(rows, group=np.array(["z", "a"])[rows.group])
    one, other = log_rank(rows), log_rank(named)
    assert (one.statistic is None) == (other.statistic is None)
    if one.statistic is not None and other.statistic is not None:
        assert one.statistic == pytest.approx(other.statistic, rel=1e-9, abs=1e-9)
        assert sum(one.observed) == pytest.approx(sum(one.expected), abs=1e-9)


@given(follow_ups(late=False, groups=3))
def test_gray_is_blind_to_names_and_never_negative(rows: FollowUp) -> None:
    assert rows.group is not None
    named = replace(rows, group=np.array(["z", "a", "m"])[rows.group])
    one, other = gray_test(rows, "relapse"), gray_test(named, "relapse")
    assert (one.statistic is None) == (other.statistic is None)
    if one.statistic is not None and other.statistic is not None:
        assert one.statistic >= 0
        assert one.statistic == pytest.approx(other.statistic, rel=1e-6, abs=1e-6)


@given(follow_ups(causes=1, late=False, groups=2, most=8))
def test_permutation_p_is_a_share_of_arrangements(rows: FollowUp) -> None:
    found = permutation_log_rank(rows)
    assert found.p_value is not None
    assert 0 < found.p_value <= 1


@given(follow_ups(causes=1, late=False))
def test_restricted_mean_without_censoring_is_a_mean(rows: FollowUp) -> None:
    assume(rows.last_day > 0)
    complete = replace(rows, status=np.ones(rows.n, dtype=np.int64))
    tau = complete.last_day
    assert restricted_mean(complete, tau).value == pytest.approx(complete.exit.mean(), abs=1e-9)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_of_a_share_hold_it_and_mirror(counts: tuple[int, int]) -> None:
    x, n = counts
    for rule in (clopper_pearson, wilson, jeffreys):
        low, high = rule(x, n)
        assert 0 <= low <= x / n + 1e-15
        assert x / n - 1e-15 <= high <= 1
        mirrored = rule(n - x, n)
        assert (low, high) == pytest.approx((1 - mirrored[1], 1 - mirrored[0]), abs=1e-12)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=30))
def test_clustering_never_narrows(outcomes: list[tuple[bool, int]]) -> None:
    events = [had for had, _ in outcomes]
    found = clustered_proportion(
        events, [child for _, child in outcomes], unit="infusion", origin="simulated"
    )
    plain = proportion(sum(events), len(events), unit="infusion", origin="simulated")
    assert found.low is not None
    assert found.high is not None
    assert plain.low is not None
    assert plain.high is not None
    assert found.low <= plain.low + 1e-12
    assert found.high >= plain.high - 1e-12


@given(follow_ups(groups=2))
def test_estimating_leaves_the_rows_alone(rows: FollowUp) -> None:
    before = (rows.exit.copy(), rows.entry.copy(), rows.status.copy())
    cumulative_incidence(rows)
    kaplan_meier(rows.time_to_any()).median()
    log_rank(rows.time_to_any())
    for was, is_ in zip(before, (rows.exit, rows.entry, rows.status), strict=True):
        np.testing.assert_array_equal(was, is_)

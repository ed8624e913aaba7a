# SPDX-License-Identifier: Apache-2.0
"""What weighting, resampling, borrowing and rebuilding must obey, whatever the children."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cartulary.course.errors import EstimandError
from cartulary.evidence import (
    FollowUp,
    cumulative_incidence,
    kaplan_meier,
    proportion_difference,
    restricted_mean,
)
from cartulary.evidence.bootstrap import (
    incidence_replicates,
    resampling_counts,
    restricted_mean_replicates,
    survival_replicates,
)
from cartulary.evidence.external_control.e_value import e_value
from cartulary.evidence.external_control.entropy_balancing import entropy_balancing
from cartulary.evidence.external_control.overlap import inside_convex_hull
from cartulary.evidence.external_control.priors import posterior_share, robust_map_prior
from cartulary.evidence.external_control.propensity import propensity_weights
from cartulary.evidence.external_control.pseudo_observations import pseudo_observations
from cartulary.evidence.external_control.two_group_hazard import log_hazard_ratios
from cartulary.evidence.melded import melded_survival_difference
from cartulary.evidence.reconstruct import reconstruct
from tests.generative.test_evidence_properties import follow_ups
from tests.golden.test_reconstruct import drawn, largest_gap

SEEDS = st.integers(0, 2**32 - 1)


def in_view(rows: FollowUp) -> FollowUp:
    """The rows at some risk; examples without any are passed over."""
    kept = rows.subset(rows.at_some_risk)
    assume(kept.n > 0)
    return kept


@given(follow_ups(causes=1), st.floats(0, 30), SEEDS)
def test_a_resample_is_the_curve_of_the_rows_drawn(rows: FollowUp, day: float, seed: int) -> None:
    rows = in_view(rows)
    counts = resampling_counts(rows.n, 3, np.random.default_rng(seed))
    assert (counts.sum(axis=0) == rows.n).all()
    found = survival_replicates(rows, [day], counts)
    for b in range(3):
        picked = np.repeat(np.arange(rows.n), counts[:, b].astype(int))
        drawn_rows = FollowUp(
            exit=rows.exit[picked],
            entry=rows.entry[picked],
            status=rows.status[picked],
            cause_names=rows.cause_names,
            unit="infusion",
            clock="infusion",
            definition="generated, edition 1",
            origin="simulated",
        )
        curve = kaplan_meier(drawn_rows)
        at = np.searchsorted(curve.days, day, side="right") - 1
        assert found[b, 0] == pytest.approx(curve.survival[at] if at >= 0 else 1.0, abs=1e-12)


@given(follow_ups(causes=2), st.floats(0, 30))
def test_a_resample_of_every_row_once_is_the_curve(rows: FollowUp, day: float) -> None:
    rows = in_view(rows)
    once = np.ones((rows.n, 1))
    curve = cumulative_incidence(rows)
    at = np.searchsorted(curve.days, day, side="right") - 1
    for k, cause in enumerate(rows.cause_names):
        found = incidence_replicates(rows, cause, [day], once)[0, 0]
        assert found == pytest.approx(curve.incidence[k, at] if at >= 0 else 0.0, abs=1e-12)


@given(follow_ups(causes=1), st.floats(0.1, 30))
def test_resampled_areas_are_the_restricted_mean(rows: FollowUp, tau: float) -> None:
    rows = in_view(rows)
    assume(tau <= rows.last_day)
    found = restricted_mean_replicates(rows, tau, np.ones((rows.n, 1)))[0]
    assert found == pytest.approx(restricted_mean(rows, tau).value, abs=1e-9)


@given(follow_ups(causes=1, late=False), st.floats(0.1, 30))
def test_pseudo_observations_are_left_out_figures(rows: FollowUp, tau: float) -> None:
    assume(rows.n > 1 and tau <= rows.last_day)
    found = pseudo_observations(rows, tau)

    def at(some: FollowUp) -> float:
        curve = kaplan_meier(some)
        position = np.searchsorted(curve.days, tau, side="right") - 1
        return float(curve.survival[position]) if position >= 0 else 1.0

    whole = at(rows)
    for i in range(rows.n):
        left = at(rows.subset(np.arange(rows.n) != i))
        assert found[i] == pytest.approx(rows.n * whole - (rows.n - 1) * left, abs=1e-9)


@given(follow_ups(causes=1, late=False), follow_ups(causes=1, late=False), st.floats(0, 20))
@settings(max_examples=40, deadline=None)
def test_melded_comparison_is_its_own_mirror(rows: FollowUp, other: FollowUp, day: float) -> None:
    assume(day <= min(rows.last_day, other.last_day))
    one = melded_survival_difference(rows, other, day)
    two = melded_survival_difference(other, rows, day)
    assert one.difference.value == pytest.approx(-two.difference.value, abs=1e-12)
    # Limits are found by halving to 2e-12, their chances by quadrature to about 1e-9.
    assert one.difference.low == pytest.approx(-two.difference.high, abs=1e-7)
    assert one.test.p_value == pytest.approx(two.test.p_value, abs=1e-7)
    assert -1 <= one.difference.low <= one.difference.value <= one.difference.high <= 1


@given(st.integers(12, 60), st.integers(1, 3), SEEDS)
@settings(deadline=None)
def test_balancing_reaches_its_target_or_says_why(n: int, p: int, seed: int) -> None:
    draws = np.random.default_rng(seed)
    x = np.round(draws.normal(size=(n, p)) * 2) if seed % 2 else draws.normal(size=(n, p))
    target = draws.normal(size=p) * 0.6
    names = [f"covariate {k}" for k in range(p)]
    try:
        found = entropy_balancing(x, target, names)
    except EstimandError:
        return
    assert inside_convex_hull(target, x)
    assert (found.weights > 0).all()
    assert found.weights.sum() == pytest.approx(n, rel=1e-9)
    np.testing.assert_allclose(found.weights @ x / n, target, rtol=0, atol=1e-8)
    assert 10 <= found.effective <= n + 1e-9
    assert found.balance.balanced


@given(st.integers(14, 60), SEEDS, st.sampled_from(["treated", "overlap", "everyone"]))
@settings(deadline=None)
def test_propensity_weights_are_finite_and_do_not_depend_on_scale(
    n: int, seed: int, target: str
) -> None:
    draws = np.random.default_rng(seed)
    x = draws.normal(size=(n, 2))
    treated = draws.random(n) < 0.5
    assume(0 < treated.sum() < n)
    try:
        found = propensity_weights(x, treated, ["a", "b"], target=target)
    except EstimandError:
        return
    again = propensity_weights(x * [3.0, 0.1] + [5.0, -2.0], treated, ["a", "b"], target=target)
    assert np.isfinite(found.weights).all()
    assert (found.weights > 0).all()
    np.testing.assert_allclose(found.weights, again.weights, rtol=1e-6, atol=0)
    assert found.weights[treated].sum() == pytest.approx(treated.sum(), rel=1e-9)


@given(follow_ups(causes=1), follow_ups(causes=1))
def test_hazard_ratios_turn_with_the_groups(rows: FollowUp, other: FollowUp) -> None:
    rows, other = in_view(rows), in_view(other)
    assume(rows.events + other.events > 0)
    w, v = np.ones((rows.n, 1)), np.ones((other.n, 1))
    one, two = log_hazard_ratios(rows, w, other, v)[0], log_hazard_ratios(other, v, rows, w)[0]
    assert one == pytest.approx(-two, abs=1e-8, nan_ok=True)
    if np.isfinite(one):
        many = log_hazard_ratios(rows, 3.0 * w, other, 3.0 * v)[0]
        assert many == pytest.approx(one, abs=1e-8), "weights have no unit"


@given(st.floats(0.05, 20), st.sampled_from(["risk ratio", "odds ratio", "hazard ratio"]))
def test_e_values_are_those_of_the_inverse(ratio: float, measure: str) -> None:
    found = e_value(ratio, measure=measure)
    assert found.point >= 1.0
    assert found.point == pytest.approx(e_value(1.0 / ratio, measure=measure).point, rel=1e-9)


@given(st.integers(1, 40), st.floats(0.01, 1.0))
@settings(max_examples=15, deadline=None)
def test_a_posterior_rises_with_every_event(n: int, vague: float) -> None:
    prior = robust_map_prior([12, 15], [20, 22], vague=vague)
    assert prior.mass.sum() == pytest.approx(1.0)
    found = [posterior_share(prior, y, n, unit="child", origin="simulated") for y in range(n + 1)]
    values = [one.estimate.value for one in found]
    assert all(first < second for first, second in pairwise(values))
    for one in found:
        assert 0 < one.estimate.low < one.estimate.value < one.estimate.high < 1
        assert 0 < one.conflict <= 1


@given(st.integers(1, 25), SEEDS)
@settings(max_examples=60, deadline=None)
def test_exact_curves_of_few_children_come_back(n: int, seed: int) -> None:
    draws = np.random.default_rng(seed)
    event, lost = np.ceil(draws.exponential(500, n)), np.ceil(draws.uniform(50, 1200, n))
    rows = FollowUp(
        exit=np.minimum(event, lost),
        status=(event <= lost).astype(np.int64),
        cause_names=("event",),
        unit="child",
        clock="study entry",
        definition="generated, edition 1",
        origin="simulated",
    )
    assume(rows.events > 0)
    # Half of the children left may be 1 of 2 or 2 of 4: the total of events tells them apart.
    counted = reconstruct(drawn(rows, every=150, total=True)).follow_up
    assert (counted.n, counted.events) == (rows.n, rows.events)
    for rebuilt in (counted, reconstruct(drawn(rows, every=150)).follow_up):
        assert largest_gap(rows, rebuilt) < 1e-9


@given(st.integers(1, 20), st.integers(1, 20), st.data())
@settings(max_examples=30, deadline=None)
def test_melded_without_censoring_is_wider_than_newcombe_on_average(
    n: int, m: int, data: st.DataObject
) -> None:
    """The exact interval holds the approximate estimate, and is no narrower by more than 10%."""
    x, y = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    rows = [
        FollowUp(
            exit=[40] * (size - alive) + [60] * alive,
            status=[1] * (size - alive) + [0] * alive,
            cause_names=("event",),
            unit="child",
            clock="study entry",
            definition="generated, edition 1",
            origin="simulated",
        )
        for size, alive in ((n, x), (m, y))
    ]
    exact = melded_survival_difference(rows[0], rows[1], 50).difference
    score = proportion_difference(x, n, y, m, unit="child", origin="simulated")
    assert exact.value == pytest.approx(score.value, abs=1e-12)
    assert exact.high - exact.low > 0.9 * (score.high - score.low)

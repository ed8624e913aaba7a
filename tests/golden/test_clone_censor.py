# SPDX-License-Identifier: Apache-2.0
"""Weighted curves against R's survfit, and clone-censor-weight against what it must reduce to.

`clone_censor_numbers.R` made the numbers: it works the weights out row by row in plain R, and
takes curves and robust standard errors from survfit.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cartulary.course.errors import EstimandError
from cartulary.evidence import FollowUp, kaplan_meier
from cartulary.evidence.censoring_weights import (
    bootstrap_censoring_weighted,
    censoring_weights,
)
from cartulary.evidence.clone_censor_weight import CloneCensorWeight, clone_censor_weight
from cartulary.evidence.weighted_survival import weighted_kaplan_meier
from tests.golden.r_reference import TOLERANCE

HERE = Path(__file__).resolve().parent
R: dict[str, Any] = json.loads((HERE / "clone_censor_numbers.json").read_text("utf-8"))
EXIT = np.array(R["rows"]["exit"], dtype=np.float64)
STATUS = np.array(R["rows"]["status"], dtype=np.int64)
X = np.array(R["rows"]["x"], dtype=np.float64)


def days(name: str) -> np.ndarray[Any, Any]:
    return np.array([np.nan if v is None else v for v in R["rows"][name]], dtype=np.float64)


def rows(exit_: Any = EXIT, status: Any = STATUS) -> FollowUp:
    return FollowUp(
        exit=exit_,
        status=status,
        cause_names=("event",),
        unit="child",
        clock="remission",
        definition="made up, edition 1",
        origin="simulated",
        child_ids=[f"c{k}" for k in range(len(exit_))],
    )


# --- weights that change from day to day --------------------------------------------------------


def test_a_weighted_curve_and_its_robust_error_are_those_of_survfit() -> None:
    found = weighted_kaplan_meier(
        rows(), lambda day: np.exp(0.1 * X * np.floor(day / 50)), weighting="of the test"
    )
    assert found.days.tolist() == R["weighted"]["days"]
    assert found.survival == pytest.approx(R["weighted"]["survival"], rel=TOLERANCE)
    assert found.std_error == pytest.approx(R["weighted"]["std_error"], rel=TOLERANCE)


def test_weights_of_one_give_kaplan_and_meier_with_greenwood() -> None:
    weighted = weighted_kaplan_meier(rows(), lambda day: np.ones(30), weighting="none")
    plain = kaplan_meier(rows())
    at = np.searchsorted(plain.days, weighted.days)
    assert weighted.survival == pytest.approx(plain.survival[at], rel=TOLERANCE)
    assert weighted.std_error == pytest.approx(plain.std_error[at], rel=TOLERANCE)


def test_small_numbers_get_the_interval_that_exists() -> None:
    weighted = weighted_kaplan_meier(rows(), lambda day: np.full(30, 2.0), weighting="doubled")
    early, plain = weighted.survival_at(20), kaplan_meier(rows()).survival_at(20)
    assert "beta product" in early.method
    # Weights that are all alike say no more than children do.
    assert (early.low, early.high) == pytest.approx((plain.low, plain.high), rel=TOLERANCE)
    assert weighted.survival_at(10).value == 1.0
    assert weighted.survival_at(521).value is None


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_a_weight_that_is_none_is_refused(bad: float) -> None:
    w = np.ones(30)
    w[20] = bad
    with pytest.raises(EstimandError, match="Rows 20 have a weight that is not a number above 0"):
        weighted_kaplan_meier(rows(), lambda day: w, weighting="broken")


# --- censoring by an intercurrent event ----------------------------------------------------------


def leaving(n: int = 400, seed: int = 5) -> tuple[FollowUp, np.ndarray[Any, Any], Any, float]:
    """Children at risk of two sorts: the frail relapse sooner, and leave sooner."""
    rng = np.random.default_rng(seed)
    frail = (rng.random(n) < 0.5).astype(np.float64)
    relapse = np.ceil(rng.exponential(np.where(frail > 0, 150.0, 600.0)))
    left = np.ceil(rng.exponential(np.where(frail > 0, 120.0, 900.0)))
    end = np.minimum(np.minimum(relapse, left), 730.0)
    status = (relapse <= end).astype(np.int64)
    gone = (left <= end) & (status == 0)
    truth = float(0.5 * np.exp(-365 / 150) + 0.5 * np.exp(-365 / 600))
    return rows(end, status), gone, frail, truth


def test_without_covariates_the_weighted_curve_is_the_plain_one() -> None:
    follow_up, gone, _, _ = leaving(60)
    for stabilised in (True, False):
        curve = censoring_weights(follow_up, gone, stabilised=stabilised).survival_curve()
        plain = kaplan_meier(follow_up)
        at = np.searchsorted(plain.days, curve.days)
        assert curve.survival == pytest.approx(plain.survival[at], rel=TOLERANCE)


def test_unstabilised_weights_are_one_over_the_share_that_has_not_left() -> None:
    follow_up, gone, _, _ = leaving(60)
    made = censoring_weights(follow_up, gone, stabilised=False)
    moved = rows(follow_up.exit + 0.5 * (follow_up.status == 0), gone.astype(np.int64))
    curve = kaplan_meier(moved)
    for day in (50.0, 200.0, 365.0):
        position = int(np.searchsorted(curve.days, day - 0.25)) - 1
        stays = curve.survival[position] if position >= 0 else 1.0
        assert made.on(day) == pytest.approx(np.full(60, 1.0 / stays), rel=TOLERANCE)


def test_with_the_covariate_that_decides_the_bias_goes() -> None:
    plain, weighted, truth = [], [], 0.0
    for seed in range(20):
        follow_up, gone, frail, truth = leaving(400, seed)
        made = censoring_weights(follow_up, gone, covariates={"frail": frail}, truncate=None)
        plain.append(kaplan_meier(follow_up).survival_at(365).value)
        weighted.append(made.survival_curve().survival_at(365).value)
        assert made.ratios[0].value is not None
        assert made.ratios[0].value > 3.0
    error = float(np.std(np.array(weighted, dtype=np.float64), ddof=1)) / 20**0.5
    # Three and a half standard errors of a mean over 20 cohorts.
    assert abs(float(np.mean(np.array(weighted, dtype=np.float64))) - truth) < 3.5 * error
    assert float(np.mean(np.array(plain, dtype=np.float64))) > truth + 5.0 * error


def test_truncation_bounds_the_weights_and_says_so() -> None:
    follow_up, gone, frail, _ = leaving()
    whole = censoring_weights(follow_up, gone, covariates={"frail": frail}, truncate=None)
    cut = censoring_weights(follow_up, gone, covariates={"frail": frail}, truncate=(0.05, 0.95))
    assert cut.largest_by(730) < whole.largest_by(730)
    assert cut.truncated > 0
    assert cut.effective_on(365) >= whole.effective_on(365)
    figure = cut.survival_curve().survival_at(365)
    assert any("truncated" in note for note in figure.notes)
    assert any("largest weight" in note for note in figure.notes)


def test_a_resampled_interval_says_that_it_fits_the_weights_anew() -> None:
    follow_up, gone, frail, _ = leaving(80)
    found = bootstrap_censoring_weighted(
        follow_up, gone, 200, np.random.default_rng(1), covariates={"frail": frail}, n_resamples=100
    )
    assert found.low is not None
    assert found.value is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    assert "100 resamples" in found.method


def test_weights_are_refused_with_the_reason() -> None:
    follow_up, gone, frail, _ = leaving(30)
    few = gone & (np.cumsum(gone) <= 4)
    with pytest.raises(EstimandError, match=r"4 children were censored .* for 1 covariate"):
        censoring_weights(follow_up, few, covariates={"frail": frail})
    with pytest.raises(EstimandError, match="There is nothing to weight"):
        censoring_weights(follow_up, np.zeros(30, dtype=bool))
    with pytest.raises(EstimandError, match="left and had the event"):
        censoring_weights(follow_up, follow_up.status > 0)
    with pytest.raises(EstimandError, match="became known after"):
        censoring_weights(follow_up, gone, covariates={"frail": frail}, known_on=28.0)


# --- clones --------------------------------------------------------------------------------------


def found_for(kind: str, **more: Any) -> CloneCensorWeight:
    lost = days("lost") if kind == "death" else None
    return clone_censor_weight(
        rows(), days("start"), None, grace_day=R["grace"], remission_lost_day=lost, **more
    )


@pytest.mark.parametrize("kind", ["relapse", "death"])
def test_the_curves_of_both_strategies_are_those_worked_out_in_r(kind: str) -> None:
    found = found_for(kind)
    for curve, name in ((found.with_it, "with_it"), (found.without_it, "without_it")):
        assert curve.days.tolist() == R[kind][name]["days"]
        assert curve.survival == pytest.approx(R[kind][name]["survival"], rel=TOLERANCE)
    assert found.with_it.largest_weight == pytest.approx(1 / R[kind]["share"], rel=TOLERANCE)


def test_without_covariates_the_clones_reduce_to_two_plain_curves() -> None:
    found, start = found_for("relapse"), days("start")
    treated = (start < EXIT) & (start <= 120)
    censored = rows(np.where(treated, start, EXIT), np.where(treated, 0, STATUS))
    plain = kaplan_meier(censored).survival_at(365).value
    assert found.survival[1].value == pytest.approx(plain, rel=TOLERANCE)
    early = kaplan_meier(rows()).survival_at(120).value
    later = kaplan_meier(rows().subset(treated), start_day=121.0).survival_at(365).value
    assert early is not None
    assert later is not None
    assert found.survival[0].value == pytest.approx(early * later, rel=TOLERANCE)


def test_resamples_with_covariates_are_fitted_anew_and_hold_the_value() -> None:
    found = clone_censor_weight(
        rows(),
        days("start"),
        np.random.default_rng(1),
        covariates={"x": X},
        n_resamples=100,
    )
    difference = found.difference
    assert difference.value is not None
    assert difference.low is not None
    assert difference.high is not None
    assert difference.low < difference.value < difference.high
    assert difference.value == pytest.approx(
        found.with_it.value_at(365) - found.without_it.value_at(365), abs=1e-15
    )
    assert "x" in found.model


def test_strategies_are_refused_with_the_reason() -> None:
    start = days("start")
    few = np.where(np.arange(30) < 12, np.nan, np.where(start < 85, start, np.nan))
    with pytest.raises(EstimandError, match="followed the strategy 'transplant by day 120'"):
        clone_censor_weight(rows(), few, None)
    everyone = np.full(30, 10.0)
    with pytest.raises(EstimandError, match="followed the strategy 'no transplant by day 120'"):
        clone_censor_weight(rows(), everyone, None)
    with pytest.raises(EstimandError, match="by the clock's origin"):
        clone_censor_weight(rows(), np.where(np.isnan(start), np.nan, 0.0), None)
    with pytest.raises(EstimandError, match="Before the one they do not differ"):
        clone_censor_weight(rows(), start, None, horizon=100)
    with pytest.raises(EstimandError, match="became known after"):
        clone_censor_weight(rows(), start, None, covariates={"x": X}, known_on=28)
    with pytest.raises(EstimandError, match="missing for 1 of 30"):
        clone_censor_weight(rows(), start, None, covariates={"x": np.r_[np.nan, X[1:]]})
    late = FollowUp(
        entry=np.full(30, 10.0),
        exit=EXIT,
        status=STATUS,
        cause_names=("event",),
        unit="child",
        clock="remission",
        definition="made up, edition 1",
        origin="simulated",
    )
    with pytest.raises(EstimandError, match="under observation late"):
        clone_censor_weight(late, start, None)


def test_children_without_anyone_like_them_are_noticed() -> None:
    exit_ = np.arange(200, 240, dtype=np.float64)
    decides = np.repeat([0.0, 1.0], 20)
    start = np.where(decides > 0, 50.0 + np.arange(40), np.nan)
    held = rows(exit_, np.tile([1, 0], 20))
    with pytest.raises(EstimandError, match="nobody like them"):
        clone_censor_weight(held, start, None, horizon=220, covariates={"x": decides})
    with pytest.raises(EstimandError, match="the same for all children"):
        clone_censor_weight(held, start, None, horizon=220, covariates={"x": np.ones(40)})

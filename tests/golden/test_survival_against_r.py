# SPDX-License-Identifier: Apache-2.0
"""Kaplan-Meier, its quantiles and restricted means are those of R's survival."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cartulary.evidence import kaplan_meier, log_rank, median_follow_up, restricted_mean
from tests.golden.r_reference import TOLERANCE, columns, data_set, follow_up, r_numbers

R = r_numbers()
CURVES = sorted(R["kaplan_meier"])
SCALES = ("log-log", "log", "plain")


def _nan(cells: list[Any]) -> np.ndarray[Any, Any]:
    """R's NA as NaN."""
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=float)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", CURVES)
def test_survival_and_limits(name: str, scale: Any) -> None:
    """R 4.2.2, survival 3.5-3: summary(survfit(y ~ 1, conf.type), times)."""
    want = R["kaplan_meier"][name][scale]
    curve = kaplan_meier(data_set(name), interval=scale, small_sample=False)
    got = [curve.survival_at(day) for day in want["days"]]
    inside = [k for k, estimate in enumerate(got) if estimate.value is not None]
    assert inside, "no day of the reference lies within follow-up"
    for key, field in (("value", "value"), ("low", "low"), ("high", "high")):
        ours = [getattr(got[k], field) for k in inside]
        np.testing.assert_allclose(
            _nan(ours), _nan([want[key][k] for k in inside]), rtol=0, atol=TOLERANCE
        )
    assert [got[k].at_risk for k in inside] == [want["at_risk"][k] for k in inside]


@pytest.mark.parametrize("name", CURVES)
def test_standard_error(name: str) -> None:
    """R 4.2.2, survival 3.5-3: std.err of summary(survfit) is Greenwood's, of S itself."""
    want = R["kaplan_meier"][name]["log-log"]
    curve = kaplan_meier(data_set(name))
    at = np.searchsorted(curve.days, want["days"], side="right") - 1
    within = np.array(want["days"]) <= curve.days[-1]
    se = _nan(want["se"])
    known = within & ~np.isnan(se)
    assert known.any()
    np.testing.assert_allclose(curve.std_error[at[known]], se[known], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", CURVES)
def test_quartiles_and_median(name: str) -> None:
    """R 4.2.2, survival 3.5-3: quantile(survfit(y ~ 1, conf.type = "log-log"))."""
    want = R["kaplan_meier"][name]["quantiles"]
    curve = kaplan_meier(data_set(name))
    for k, share in enumerate(want["share"]):
        got = curve.quantile(share)
        assert (got.value, got.low, got.high) == tuple(
            None if want[key][k] is None else float(want[key][k])
            for key in ("value", "low", "high")
        )


def test_printed_medians() -> None:
    """Medians of the acute myeloid leukaemia trial, as printed by R: 31 (13, NA), 23 (5, 33)."""
    maintained = kaplan_meier(data_set("aml_maintained")).median()
    other = kaplan_meier(data_set("aml_not")).median()
    assert (maintained.value, maintained.low, maintained.high) == (31.0, 13.0, None)
    assert (other.value, other.low, other.high) == (23.0, 5.0, 33.0)
    assert "the upper limit is not reached within follow-up" in maintained.notes


def test_start_day() -> None:
    """R 4.2.2, survival 3.5-3: survfit(..., start.time = 100) is survival given day 100."""
    want = R["start_day"]["lung_100"]
    curve = kaplan_meier(data_set("lung"), start_day=100, small_sample=False)
    at = np.searchsorted(curve.days, want["days"][1:], side="right") - 1
    np.testing.assert_allclose(curve.survival[at], want["value"][1:], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(curve.low[at], want["low"][1:], rtol=0, atol=TOLERANCE)


def test_median_follow_up() -> None:
    """Reverse Kaplan-Meier is the median of survfit(Surv(time, status == censored) ~ 1)."""
    want = R["kaplan_meier"]["lung_followed"]["quantiles"]
    assert median_follow_up(data_set("lung")).value == want["value"][1]


@pytest.mark.parametrize("name", sorted(R["restricted_mean"]))
def test_restricted_mean(name: str) -> None:
    """R 4.2.2, survival 3.5-3: summary(survfit(y ~ 1), rmean = tau)$table."""
    want = R["restricted_mean"][name]
    got = restricted_mean(data_set(name), want["tau"])
    assert got.value == pytest.approx(want["value"], abs=TOLERANCE)
    assert got.value is not None
    assert got.low is not None
    z = 1.959963984540054
    assert (got.value - got.low) / z == pytest.approx(want["se"], abs=TOLERANCE)


@pytest.mark.parametrize(
    ("case", "name"),
    [("lung_sex", "lung"), ("aml", "aml"), ("veteran_celltype", "veteran"), ("bmt_group", "bmt")],
)
def test_log_rank(case: str, name: str) -> None:
    """R 4.2.2, survival 3.5-3: survdiff; Klein and Moeschberger print 13.8 for bmt."""
    want = R["log_rank"][case]
    got = log_rank(data_set(name))
    assert got.statistic == pytest.approx(want["statistic"], abs=TOLERANCE)
    assert got.df == want["df"]
    np.testing.assert_allclose(got.observed, want["observed"], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(got.expected, want["expected"], rtol=0, atol=TOLERANCE)


def test_log_rank_stratified_weighted_and_late() -> None:
    """R 4.2.2, survival 3.5-3: survdiff with strata(), with rho = 1, and the exact Cox score.

    survdiff knows no late entry; the score test of coxph(ties = "exact") is the same statistic.
    """
    veteran = data_set("veteran")
    treatment = columns("survival/veteran.csv")["trt"]
    stratified = log_rank(veteran, strata=treatment)
    assert stratified.statistic == pytest.approx(
        R["log_rank"]["veteran_celltype_by_trt"]["statistic"], abs=TOLERANCE
    )
    assert log_rank(veteran, rho=1).statistic == pytest.approx(
        R["log_rank"]["veteran_peto"]["statistic"], abs=TOLERANCE
    )
    assert log_rank(data_set("heart_late_entry")).statistic == pytest.approx(
        R["log_rank"]["heart_late_entry"]["statistic"], abs=TOLERANCE
    )


@pytest.mark.parametrize("name", sorted(k for k, v in R["vectors"].items() if "survival" in v))
def test_typed_vectors(name: str) -> None:
    """R 4.2.2, survival 3.5-3, on vectors typed here: nothing else is needed to run this."""
    case = R["vectors"][name]
    want = case["survival"]
    status = np.asarray(case["status"]) > 0
    curve = kaplan_meier(follow_up(case["time"], status), small_sample=False)
    for k, day in enumerate(want["days"]):
        got = curve.survival_at(day)
        assert got.value == pytest.approx(want["value"][k], abs=TOLERANCE)
        assert got.at_risk == want["at_risk"][k]
        for ours, theirs in ((got.low, want["low"][k]), (got.high, want["high"][k])):
            assert (ours is None) == (theirs is None)
            if ours is not None:
                assert ours == pytest.approx(theirs, abs=TOLERANCE)


def test_typed_log_rank() -> None:
    """R 4.2.2, survival 3.5-3: survdiff on ten typed rows."""
    case = R["vectors"]["two_groups"]
    got = log_rank(follow_up(case["time"], case["status"], group=case["group"]))
    assert got.statistic == pytest.approx(case["log_rank"]["statistic"], abs=TOLERANCE)
    np.testing.assert_allclose(got.expected, case["log_rank"]["expected"], rtol=0, atol=TOLERANCE)

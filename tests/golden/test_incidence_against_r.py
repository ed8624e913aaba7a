# SPDX-License-Identifier: Apache-2.0
"""Cumulative incidence and Gray's test are those of R's survival and cmprsk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cartulary.evidence import cumulative_incidence, gray_test
from cartulary.evidence.incidence_curve import IncidenceCurve
from tests.golden.r_reference import TOLERANCE, columns, data_set, follow_up, r_numbers

R = r_numbers()


def _at(curve: IncidenceCurve, table: Any, days: list[float]) -> np.ndarray[Any, Any]:
    """An array of the curve (causes, m) read on the given days; shape (days, causes)."""
    position = np.searchsorted(curve.days, days, side="right") - 1
    return np.asarray(table[:, position].T)


@pytest.mark.parametrize(
    ("case", "name", "variance"),
    [
        ("transplant", "transplant", "jackknife"),
        ("bmt", "bmt_causes", "jackknife"),
        ("transplant_late_entry", "transplant_late_entry", "jackknife"),
        ("transplant_weighted", "transplant_weighted", "robust"),
    ],
)
def test_incidence_and_standard_error(case: str, name: str, variance: Any) -> None:
    """R 4.2.2, survival 3.5-3: survfit(Surv(time, factor)), infinitesimal jackknife.

    The weighted case takes weights as sampling weights, as R does, hence "robust".
    """
    want = R["incidence"][case]
    curve = cumulative_incidence(data_set(name), variance=variance)
    days = want["days"]
    np.testing.assert_allclose(
        _at(curve, curve.incidence, days), want["value"], rtol=0, atol=TOLERANCE
    )
    np.testing.assert_allclose(
        _at(curve, curve.std_error, days), want["se"], rtol=0, atol=TOLERANCE
    )
    for ours, theirs in ((curve.low, want["low"]), (curve.high, want["high"])):
        reference = np.array(theirs, dtype=float)
        known = ~np.isnan(reference)
        np.testing.assert_allclose(
            _at(curve, ours, days)[known], reference[known], rtol=0, atol=TOLERANCE
        )


@pytest.mark.parametrize(("case", "name"), [("transplant", "transplant"), ("bmt", "bmt_causes")])
def test_aalen_variance(case: str, name: str) -> None:
    """R 4.2.2, cmprsk 2.2-11: timepoints(cuminc(time, status), days)."""
    want = R["incidence_aalen"][case]
    curve = cumulative_incidence(data_set(name), variance="aalen")
    np.testing.assert_allclose(
        _at(curve, curve.incidence, want["days"]), want["value"], rtol=0, atol=TOLERANCE
    )
    np.testing.assert_allclose(
        _at(curve, curve.std_error, want["days"]) ** 2, want["variance"], rtol=0, atol=TOLERANCE
    )


@pytest.mark.parametrize("case", sorted(R["gray"]))
def test_gray(case: str) -> None:
    """R 4.2.2, cmprsk 2.2-11: cuminc(time, status, group, strata)$Tests."""
    want = R["gray"][case]
    rows = data_set("bmt_causes" if case == "bmt_group" else "transplant")
    strata = None
    if case.startswith("transplant"):
        blood = columns("survival/transplant.csv")["abo"]
        if case == "transplant_abo":
            rows = follow_up(rows.exit, rows.status, rows.cause_names, group=blood)
        if case == "transplant_sex_by_abo":
            strata = blood
    for k, cause in enumerate(rows.cause_names):
        got = gray_test(rows, cause, strata=strata)
        assert got.statistic == pytest.approx(want["statistic"][k], rel=TOLERANCE)
        assert got.p_value == pytest.approx(want["p"][k], rel=1e-8), "p amplifies the statistic"
        assert got.df == want["df"][k]


@pytest.mark.parametrize("name", sorted(k for k, v in R["vectors"].items() if "incidence" in v))
def test_typed_vectors(name: str) -> None:
    """R 4.2.2, survival 3.5-3, on vectors typed here.

    `last_time_is_an_event` is the vector on which one library returns an interval of no width;
    `read_on_a_timeline` is read between its days, where another returns nothing;
    `ties_across_causes` has several causes on one day, which another moves apart at random.
    """
    case = R["vectors"][name]
    want = case["incidence"]
    curve = cumulative_incidence(follow_up(case["time"], case["status"], ("a", "b")))
    for c, cause in enumerate("ab"):
        for k, day in enumerate(want["days"]):
            got = curve.incidence_at(day, cause)
            assert got.value == pytest.approx(want["value"][k][c], abs=TOLERANCE)
            for ours, theirs in ((got.low, want["low"][k][c]), (got.high, want["high"][k][c])):
                assert ours is not None
                if theirs is not None:
                    assert ours == pytest.approx(theirs, abs=TOLERANCE)
    np.testing.assert_allclose(
        _at(curve, curve.std_error, want["days"]), want["se"], rtol=0, atol=TOLERANCE
    )


def test_interval_has_width_when_the_last_day_is_an_event() -> None:
    """Status 0, 1, 1, 2, 0, 2: the incidence of cause 1 ends at 0.4, and nobody is sure of it."""
    curve = cumulative_incidence(follow_up(range(1, 7), [0, 1, 1, 2, 0, 2], ("a", "b")))
    last = curve.incidence_at(6, "a")
    assert last.value == pytest.approx(0.4, abs=1e-15)
    assert last.low is not None
    assert last.high is not None
    assert last.low < 0.06
    assert last.high > 0.75


def test_read_between_days() -> None:
    """F of the second cause on days 0, 2, 4 and 6 is 0, 0.2, 0.4 and 0.4."""
    curve = cumulative_incidence(follow_up([1, 2, 3, 4, 6], [1, 2, 1, 2, 1], ("a", "b")))
    got = [curve.incidence_at(day, "b").value for day in (0, 2, 4, 6)]
    assert got == pytest.approx([0.0, 0.2, 0.4, 0.4], abs=1e-15)


def test_typed_gray() -> None:
    """R 4.2.2, cmprsk 2.2-11: cuminc on ten typed rows with ties across causes."""
    case = R["vectors"]["two_groups_competing"]
    rows = follow_up(case["time"], case["cause"], ("a", "b"), group=case["group"])
    for k, cause in enumerate("ab"):
        got = gray_test(rows, cause)
        assert got.statistic == pytest.approx(case["gray"]["statistic"][k], rel=TOLERANCE)

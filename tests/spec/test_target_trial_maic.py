# SPDX-License-Identifier: Apache-2.0
"""MAIC brings the treated to the controls' table, counts their variance, or says why not."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.evidence.external_control.matching_adjusted import (
    matching_adjusted_hazard_ratio,
    matching_adjusted_shares,
    matching_adjusted_weights,
)
from cartulary.studies.target_trial import Aligned, align
from cartulary.studies.target_trial.compare import compare
from cartulary.studies.target_trial.results import Comparison
from tests.spec.target_trial_children import child, cohort, many, protocol


def unlike(controls: int = 60, *changes: tuple[str, str]) -> Aligned:
    """Controls that are older than the treated; everybody is followed to the end."""
    older = [
        child(f"C{k:03d}", age=4.0 + (11 * k) % 15, mrd=0.02 * (1 + (5 * k) % 9),
              relapse=100 + 3 * k if k % 3 == 0 else None)
        for k in range(controls)
    ]  # fmt: skip
    treated = cohort(*many("T", 60, infused=True, event_every=4))
    return align(protocol(*changes), treated, cohort(*older))


def width(found: Comparison) -> float:
    assert found.difference.high is not None
    assert found.difference.low is not None
    return found.difference.high - found.difference.low


def test_the_weighted_means_are_those_of_the_controls_and_the_controls_stay_as_they_are() -> None:
    aligned = unlike()
    found = compare(aligned, "maic")
    assert found.refusal == ""
    assert found.target == "controls"
    assert found.weights is not None
    w = found.weights.treated / found.weights.treated.sum()
    assert w @ aligned.treated.covariates == pytest.approx(
        aligned.control.covariates.mean(axis=0), abs=1e-9
    )
    assert set(found.weights.control) == {1.0}
    plain = compare(aligned, "unadjusted")
    assert found.control.value == pytest.approx(plain.control.value, abs=1e-12)


def test_its_hazard_ratio_and_its_shares_are_those_of_evidence() -> None:
    aligned = unlike()
    x1, x0 = aligned.treated.covariates, aligned.control.covariates
    weighting = matching_adjusted_weights(x1, x0.mean(axis=0), aligned.names)
    one, two = aligned.treated.follow_up, aligned.control.follow_up
    ratio = matching_adjusted_hazard_ratio(one, weighting, two)
    assert compare(aligned, "maic").hazard_ratio == ratio
    free, other = (~((rows.status > 0) & (rows.exit <= 365)) for rows in (one, two))
    shares = matching_adjusted_shares(
        free, weighting, int(other.sum()), two.n, unit="child", origin="simulated"
    )
    found = compare(aligned, "maic_binary")
    for name in ("value", "low", "high"):
        assert getattr(found.difference, name) == getattr(shares.difference, name)
    assert found.risk_ratio is not None
    assert found.treated.value is not None
    assert found.control.value is not None
    expected = (1.0 - found.treated.value) / (1.0 - found.control.value)
    assert found.risk_ratio.value == pytest.approx(expected, abs=1e-12)


def test_alike_groups_weigh_alike() -> None:
    same = align(
        protocol(),
        cohort(*many("T", 60, infused=True, event_every=4)),
        cohort(*many("C", 60, infused=False, event_every=3)),
    )
    maic, plain = compare(same, "maic"), compare(same, "unadjusted")
    assert maic.difference.value == pytest.approx(plain.difference.value, abs=1e-9)
    assert maic.effective == pytest.approx((60.0, 60.0))


def test_fewer_controls_leave_more_doubt() -> None:
    """Their own variance counts: in the curve, and in the table that the treated are brought to."""
    for method in ("maic", "maic_binary"):
        assert width(compare(unlike(30), method)) > 1.1 * width(compare(unlike(90), method))


def test_spreads_are_matched_where_the_protocol_asks() -> None:
    ask = ('also = ["entropy_balancing"]',
           'also = ["maic"]\n[methods.maic]\nmatch = "means_and_spreads"')  # fmt: skip
    aligned = unlike(60, ask)
    weights = compare(aligned, "maic").weights
    assert weights is not None
    x1, x0 = aligned.treated.covariates, aligned.control.covariates
    w = weights.treated / weights.treated.sum()
    spread = w @ (x1 - w @ x1) ** 2
    assert spread == pytest.approx(x0.var(axis=0), abs=1e-8)
    assert w @ (x1[:, 0] ** 2) != pytest.approx((x1[:, 0] ** 2).mean(), abs=0.5)


def test_a_table_out_of_reach_is_refused_by_name() -> None:
    old = [child(f"C{k}", age=18.5 + k % 3, mrd=0.1, relapse=100 + k) for k in range(30)]
    found = compare(align(protocol(), cohort(*many("T", 40, infused=True)), cohort(*old)), "maic")
    assert "age" in found.refusal
    assert found.difference.value is None


def test_children_lost_before_the_day_have_no_yes_or_no() -> None:
    lost = [
        child(
            f"L{k:02d}", age=2.0 + (7 * k) % 17, mrd=0.02 * (1 + (5 * k) % 9), infusion=40, last=200
        )
        for k in range(20)
    ]
    treated = cohort(*many("T", 40, infused=True), *lost)
    aligned = align(protocol(), treated, cohort(*many("C", 60, infused=False)))
    refused = compare(aligned, "maic_binary")
    assert "20 went out of view before day 365" in refused.refusal
    assert compare(aligned, "maic").refusal == ""
    few = cohort(*many("T", 40, infused=True), *lost[:5])
    found = compare(align(protocol(), few, cohort(*many("C", 60, infused=False))), "maic_binary")
    assert found.treated.n == 40
    assert any("5 treated and 0 controls were lost" in note for note in found.notes)
    assert np.isfinite(width(found))

# SPDX-License-Identifier: Apache-2.0
"""Known effects are found again, and what these children cannot say is refused with the reason."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from cartulary.course.errors import EstimandError
from cartulary.evidence import FollowUp, kaplan_meier
from cartulary.studies.target_trial import Aligned, Protocol, Study, align, read_protocol, study
from cartulary.studies.target_trial.compare import compare, compare_all
from cartulary.studies.target_trial.protocol import METHODS
from cartulary.studies.target_trial.sensitivity import needed_association
from cartulary.studies.target_trial.weights import group_weights, jackknife_error
from tests.spec.target_trial_children import EXAMPLE, child, cohort, example, many, protocol

WEIGHTED = ("propensity", "entropy_balancing", "overlap", "matching", "unadjusted")


@cache
def asked() -> Protocol:
    return read_protocol(EXAMPLE / "protocol.toml")


@cache
def whole() -> Study:
    """The example's study."""
    return study(asked(), *example().cohorts())


def small(**options: object) -> Aligned:
    """Forty and sixty plain children."""
    asked_of = options.pop("protocol", None) or protocol()
    return align(
        asked_of,  # type: ignore[arg-type]
        cohort(*many("T", 40, infused=True, event_every=4)),
        cohort(*many("C", 60, infused=False, event_every=3)),
    )


def test_the_example_finds_its_truth_by_every_method_that_speaks_of_the_treated() -> None:
    truth = example().truth(4_000)
    for found in whole().comparisons:
        difference, ratio = found.difference, found.risk_ratio
        assert difference.low < difference.value < difference.high
        if found.target == "treated":
            assert difference.low < truth.difference < difference.high, found.method
            assert ratio is not None
            assert ratio.low < truth.risk_ratio < ratio.high, found.method
            # The intervals reach 12 points; all five methods see the same children.
            assert abs(difference.value - truth.difference) < 0.05, found.method


def test_the_wrong_analyses_overstate_the_effect() -> None:
    right = whole().main.difference.value
    crude = next(c for c in whole().comparisons if c.method == "unadjusted").difference.value
    assert whole().immortal is not None
    immortal = whole().immortal.difference.value
    assert crude > right + 0.04
    assert immortal > right + 0.04


@pytest.mark.slow
def test_the_design_recovers_the_truth_on_average(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = example().truth(4_000).difference
    found: dict[str, list[float]] = {"entropy_balancing": [], "unadjusted": []}
    for seed in range(301, 317):
        monkeypatch.setattr(example(), "SEED", seed)
        aligned = align(asked(), *example().cohorts())
        for method, values in found.items():
            value = compare(aligned, method).difference.value
            assert value is not None
            values.append(value)
    # 16 simulations, each with a standard error of 0.065: the mean's is 0.016; three of them.
    assert abs(np.mean(found["entropy_balancing"]) - truth) < 0.05
    assert np.mean(found["unadjusted"]) > np.mean(found["entropy_balancing"]) + 0.03


PRIORS = """also = ["power_prior", "robust_map"]
[methods.power_prior]
discount = 0.5
controls = "weighted"
[methods.robust_map]
vague = 0.2
spread_scale = 0.5
controls = "as_they_are"
"""


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_figure_says_what_it_rests_on(method: str) -> None:
    aligned = small(protocol=protocol(('also = ["entropy_balancing"]', PRIORS)))
    found = compare(aligned, method)
    assert found.refusal == ""
    for one in (found.treated, found.control, found.difference):
        assert one.method
        assert one.unit == "child"
        assert one.definition.startswith("cassiopeia.dfs, edition")
        assert one.at_days == 365.0
        assert one.origin == "simulated"
        assert one.low is not None
        assert one.high is not None
    assert found.treated.n == 40
    assert found.control.n == 60
    if method in WEIGHTED:
        assert found.effective is not None
        assert found.balance is not None
        assert found.hazard_ratio is not None


def test_entropy_balancing_leaves_no_difference_and_counts_what_it_cost() -> None:
    found = compare(align(asked(), *example().cohorts()), "entropy_balancing")
    assert found.balance is not None
    assert max(abs(row.difference_after) for row in found.balance.rows) < 1e-6
    assert max(abs(row.difference_before) for row in found.balance.rows) > 0.25
    assert found.effective is not None
    assert found.effective[1] < found.control.n


def test_equal_weights_give_kaplan_meier_and_an_error_near_greenwoods() -> None:
    aligned = small()
    found = compare(aligned, "unadjusted")
    plain = kaplan_meier(aligned.control.follow_up)
    assert found.control.value == pytest.approx(plain.survival_at(365).value, abs=1e-12)
    weights = group_weights(aligned, "unadjusted")
    without = np.array(
        [
            kaplan_meier(
                aligned.control.follow_up.subset(np.arange(60) != k)
            ).survival_at(365).value
            for k in range(60)
        ]
    )  # fmt: skip
    error = jackknife_error(without, np.zeros(60))
    # Without censoring the jackknife of a share is Greenwood's times sqrt(n / (n - 1)).
    value = plain.survival_at(365).value
    assert error == pytest.approx(np.sqrt(value * (1 - value) / 59), rel=0.02)
    assert weights.left_out_control.shape == (60, 100)


def test_the_same_children_give_the_same_figures() -> None:
    first, second = (compare(small(), "matching") for _ in range(2))
    assert first.difference == second.difference


def test_little_overlap_stops_the_main_method_with_the_reason() -> None:
    treated = [
        child(
            f"T{k}",
            age=3 + (k % 5),
            mrd=0.02 + 0.001 * (k % 7),
            infusion=40,
            relapse=100 + 5 * k if k % 3 == 0 else None,
        )
        for k in range(30)
    ]
    control = [
        child(f"C{k}", age=(4 if k < 4 else 17) + (3 * k) % 5, mrd=0.02 + 0.02 * (k % 7),
              relapse=100 + 5 * k if k % 2 == 0 else None)
        for k in range(40)
    ]  # fmt: skip
    aligned = align(protocol(), cohort(*treated), cohort(*control))
    with pytest.raises(EstimandError) as caught:
        compare_all(aligned)
    words = str(caught.value)
    assert "main method (propensity) was refused" in words
    assert "are worth" in words or "outside the data" in words
    assert "nothing was written" in words


def test_a_target_outside_the_controls_is_refused_by_name() -> None:
    control = [child(f"C{k}", age=2 + k % 4, mrd=0.02 + 0.01 * (k % 9), relapse=90 + 9 * k)
               for k in range(30)]  # fmt: skip
    treated = many("T", 30, infused=True)
    found = compare(align(protocol(), cohort(*treated), cohort(*control)), "entropy_balancing")
    assert "outside the data" in found.refusal
    assert "age" in found.refusal
    assert found.difference.value is None


def test_few_events_and_a_day_nobody_reaches_are_refused() -> None:
    quiet = [child(f"T{k}", age=2 + (7 * k) % 17, mrd=0.02 * (1 + (5 * k) % 9), infusion=30)
             for k in range(20)]  # fmt: skip
    found = compare(
        align(protocol(), cohort(*quiet), cohort(*many("C", 40, infused=False))), "propensity"
    )
    assert "0 events by day 365" in found.refusal
    far = small(protocol=protocol(("day = 365", "day = 3000")))
    assert "followed to day 840" in compare(far, "propensity").refusal


def test_a_refused_side_method_leaves_the_study_standing() -> None:
    asked_of = protocol(('also = ["entropy_balancing"]', 'also = ["standardisation"]'))
    aligned = align(
        asked_of,
        cohort(*many("T", 40, infused=True, event_every=4)),
        cohort(*many("C", 60, infused=False, event_every=5)),
    )
    main, side, _ = compare_all(aligned)
    assert main.difference.value is not None
    assert "events for each" in side.refusal


def test_the_conclusion_says_estimate_how_sure_and_what_was_not_aligned() -> None:
    end = whole().conclusion
    assert end.verdict == "higher"
    assert end.estimate == whole().main.difference
    assert end.done == 8
    assert end.agreeing == 8
    assert end.firmly == 6
    assert end.reach == pytest.approx(0.5 * (end.estimate.high - end.estimate.low))
    assert end.simulated
    assert end.e_value is not None
    assert 1.0 < end.e_value.limit < end.e_value.point
    codes = [one.code for one in end.unaligned]
    assert codes.count("author") == 3
    assert {"lost_waiting", "period", "treated_later"} <= set(codes)


def test_an_interval_that_holds_zero_concludes_nothing() -> None:
    found = study(
        protocol(),
        cohort(*many("T", 40, infused=True)),
        cohort(*many("C", 40, infused=False)),
    )
    assert found.conclusion.verdict == "not_told_apart"
    assert found.conclusion.e_value is not None
    assert found.conclusion.e_value.limit == 1.0
    assert found.sensitivity.tipping is None


def test_a_confounder_of_the_needed_strength_explains_the_ratio() -> None:
    needed = needed_association(0.6, 0.1, 0.6)
    assert needed is not None
    bias = (1 + 0.1 * (needed - 1)) / (1 + 0.6 * (needed - 1))
    assert bias == pytest.approx(0.6, abs=1e-12)
    assert needed_association(0.1, 0.2, 0.5) is None


def test_groups_are_told_apart_by_their_own_follow_up() -> None:
    groups = whole().aligned.groups
    assert all(isinstance(group.follow_up, FollowUp) for group in groups)
    assert groups[0].follow_up.definition == groups[1].follow_up.definition
    ids = [set(group.follow_up.child_ids.tolist()) for group in groups]
    assert not ids[0] & ids[1]

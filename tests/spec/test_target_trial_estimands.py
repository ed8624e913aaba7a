# SPDX-License-Identifier: Apache-2.0
"""The same children under every strategy for treatment that follows, with the same weights."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from cartulary.course import Course
from cartulary.evidence import FollowUp, cumulative_incidence, kaplan_meier
from cartulary.evidence.censoring_weights import censoring_weights
from cartulary.studies.estimand_rows import under_strategy
from cartulary.studies.estimands import STRATEGIES
from cartulary.studies.target_trial import Aligned, align, read_protocol
from cartulary.studies.target_trial.by_estimand import (
    ASKED,
    ByEstimand,
    StrategyFigures,
    by_estimand,
)
from cartulary.studies.target_trial.compare import compare
from tests.spec.target_trial_children import EXAMPLE, child, cohort, example, protocol

DAY = 365


def row(found: ByEstimand, strategy: str) -> StrategyFigures:
    return next(one for one in found.rows if one.strategy == strategy)


def arm(prefix: str, n: int, *, infused: bool, others: int) -> list[Course]:
    """Children alike in both arms; the first `others` have a transplant after the start."""
    return [
        child(
            f"{prefix}{k:03d}",
            age=2.0 + (7 * k) % 17,
            mrd=0.02 * (1 + (5 * k) % 9),
            infusion=30 if infused else None,
            relapse=100 + 5 * k if k % 3 == 0 else None,
            transplant=90 + 4 * k if k < others else None,
        )
        for k in range(n)
    ]


def aligned(others: int = 30, controls: int = 30, *changes: tuple[str, str]) -> Aligned:
    return align(
        protocol(*changes),
        cohort(*arm("T", 60, infused=True, others=others)),
        cohort(*arm("C", 60, infused=False, others=controls)),
    )


def found(made: Aligned) -> ByEstimand:
    """Alike arms: every weight is 1, so that each figure can be reckoned by hand."""
    main = compare(made, "propensity")
    assert main.weights is not None
    assert main.weights.control == pytest.approx(np.ones(60), abs=1e-6)
    return by_estimand(made, main)


def by_hand(made: Aligned) -> tuple[FollowUp, np.ndarray]:
    """The treated's rows from the start on day 60, and the days of their transplants."""
    rows = made.treated.follow_up
    days = np.array([30.0 + 4 * k if k < 30 else np.inf for k in range(60)])
    return rows, np.where(days < rows.exit, days, np.inf)


def test_it_asks_for_the_strategies_that_estimands_know() -> None:
    assert set(ASKED) <= set(STRATEGIES)


def test_treatment_policy_is_the_main_comparison() -> None:
    made = aligned()
    main = compare(made, "propensity")
    policy = row(by_estimand(made, main), "treatment_policy")
    for name in ("treated", "control", "difference"):
        mine, its = getattr(policy, name), getattr(main, name)
        assert (mine.value, mine.low, mine.high) == (its.value, its.low, its.high)


def test_hypothetical_composite_and_while_on_treatment_are_those_of_hand_made_rows() -> None:
    made = aligned()
    rows, first = by_hand(made)
    had = np.isfinite(first)
    exits = np.where(had, first, rows.exit)
    of = found(made)
    for strategy, status in (("hypothetical", 0), ("composite", 1)):
        plain = replace(rows, exit=exits, status=np.where(had, status, rows.status))
        expected = kaplan_meier(plain).survival_at(DAY).value
        treated = row(of, strategy).treated
        assert treated is not None
        assert treated.value == pytest.approx(expected, abs=1e-9), strategy
        assert treated.events == plain.events_by(DAY)
    two = replace(rows, exit=exits, status=np.where(had, 2, rows.status),
                  cause_names=("event", "other"))  # fmt: skip
    incidence = cumulative_incidence(two).incidence_at(DAY, "event").value
    while_on = row(of, "while_on_treatment").treated
    assert while_on is not None
    assert incidence is not None
    assert while_on.value == pytest.approx(1.0 - incidence, abs=1e-9)


def test_the_weighted_hypothetical_is_that_of_evidence() -> None:
    made = aligned()
    rows, first = by_hand(made)
    had = np.isfinite(first)
    plain = replace(
        rows, exit=np.where(had, first, rows.exit), status=np.where(had, 0, rows.status)
    )
    columns = dict(zip(made.names, made.treated.covariates.T, strict=True))
    curve = censoring_weights(plain, had & (plain.status == 0), covariates=columns).survival_curve()
    treated = row(found(made), "hypothetical_weighted").treated
    assert treated is not None
    assert treated.value == pytest.approx(curve.survival_at(DAY).value, abs=1e-9)


def test_a_molecular_relapse_counts_under_the_stringent_edition_alone() -> None:
    from cartulary.course.events import Relapse
    from cartulary.course.events.disease import RelapseLevel

    treated = arm("T", 60, infused=True, others=0)
    seen = [
        replace(one, events=(*one.events, Relapse(150, level=RelapseLevel.MOLECULAR)))
        if k in (1, 2, 4, 5)
        else one
        for k, one in enumerate(treated)
    ]
    control = cohort(*arm("C", 60, infused=False, others=0))
    made = align(protocol(), cohort(*seen), control)
    of = found(made)
    policy, stringent = row(of, "treatment_policy").treated, row(of, "stringent").treated
    assert policy is not None
    assert stringent is not None
    assert stringent.events == (policy.events or 0) + 4
    assert stringent.definition.endswith("(as uk.stringent_efs)")


def test_a_groups_own_treatment_is_no_other_treatment() -> None:
    """Controls who are transplanted by the start have their treatment; a second one is another."""
    own = ('label = { en = "care", nl = "zorg" }',
           'label = { en = "care", nl = "zorg" }\nstarts = "transplant"')  # fmt: skip
    courses = [
        child(f"C{k:03d}", age=2.0 + (7 * k) % 17, mrd=0.02 * (1 + (5 * k) % 9), transplant=40,
              relapse=100 + 5 * k if k % 3 == 0 else None)
        for k in range(60)
    ]  # fmt: skip
    made = align(
        protocol(own), cohort(*arm("T", 60, infused=True, others=30)), cohort(*courses)
    )  # fmt: skip
    of = found(made)
    assert of.other[1]["transplant"] == 0
    assert of.other[0]["transplant"] == 30 - int((~np.isfinite(by_hand(made)[1][:30])).sum())
    assert of.other[0]["second_infusion"] == 0


def test_too_few_who_leave_are_refused_with_their_number() -> None:
    refusal = row(found(aligned(others=7)), "hypothetical_weighted").refusal
    assert refusal is not None
    assert (refusal.why, refusal.group) == ("few_leaving", "treated")
    assert refusal.counts == (7, 2)


def test_nothing_to_choose_is_said() -> None:
    of = found(aligned(0, 0))
    for strategy in ("hypothetical", "hypothetical_weighted", "composite", "while_on_treatment"):
        refusal = row(of, strategy).refusal
        assert refusal is not None
        assert refusal.why == "no_other_treatment"
    assert of.spread is not None
    assert of.spread[0] == of.spread[1]


def test_what_no_external_control_can_show_is_refused() -> None:
    refusal = row(found(aligned()), "principal_stratum").refusal
    assert refusal is not None
    assert refusal.why == "not_identified"


def test_an_endpoint_without_relapse_has_no_stringent_edition() -> None:
    died = [
        child(f"{p}{k:03d}", age=2.0 + (7 * k) % 17, mrd=0.02 * (1 + (5 * k) % 9),
              infusion=30 if p == "T" else None, death=100 + 5 * k if k % 3 == 0 else None)
        for p in "TC" for k in range(60)
    ]  # fmt: skip
    made = align(protocol(("cassiopeia.dfs", "os")), cohort(*died[:60]), cohort(*died[60:]))
    refusal = row(found(made), "stringent").refusal
    assert refusal is not None
    assert refusal.why == "no_relapse"


def test_a_main_method_without_weights_carries_none_over() -> None:
    made = aligned(30, 30, ('main = "propensity"', 'main = "standardisation"'))
    main = compare(made, "standardisation")
    assert main.refusal == ""
    of = by_estimand(made, main)
    assert of.spread is None
    assert {one.refusal.why for one in of.rows if one.refusal} == {"not_weighted"}


def test_a_strategy_that_leaves_too_few_events_is_refused() -> None:
    """With everyone transplanted early, hardly anyone has the event before it."""
    courses = [
        child(f"T{k:03d}", age=2.0 + (7 * k) % 17, mrd=0.02 * (1 + (5 * k) % 9), infusion=30,
              transplant=61 if k % 3 == 0 else None, relapse=100 + 5 * k if k % 3 == 0 else None)
        for k in range(60)
    ]  # fmt: skip
    made = align(protocol(), cohort(*courses), cohort(*arm("C", 60, infused=False, others=0)))
    refusal = row(found(made), "hypothetical").refusal
    assert refusal is not None
    assert (refusal.why, refusal.group, refusal.counts) == ("few_events", "treated", (0,))


@cache
def of_example() -> ByEstimand:
    made = align(read_protocol(EXAMPLE / "protocol.toml"), *example().cohorts())
    return by_estimand(made, compare(made, "entropy_balancing"))


def test_in_the_example_other_treatment_changes_nothing_and_both_hypotheticals_hold_the_truth() -> (
    None
):
    truth = example().truth(4_000).difference
    for strategy in ("treatment_policy", "hypothetical", "hypothetical_weighted"):
        difference = row(of_example(), strategy).difference
        assert difference is not None
        assert difference.low < truth < difference.high
        assert abs(difference.value - truth) < 0.05
    assert of_example().spread is not None


def test_an_endpoint_that_ends_at_other_treatment_has_its_policy_beside_it() -> None:
    asked = protocol()
    ends = replace(asked, endpoint=under_strategy(asked.endpoint, "censor", ["transplant"]))
    arms = [cohort(*arm(p, 60, infused=p == "T", others=30)) for p in "TC"]
    made = align(ends, *arms)
    of = by_estimand(made, compare(made, "propensity"))
    plain = by_estimand(align(asked, *arms), compare(align(asked, *arms), "propensity"))
    for strategy in ("treatment_policy", "hypothetical", "composite"):
        one, two = row(of, strategy).difference, row(plain, strategy).difference
        assert one is not None
        assert two is not None
        assert one.value == pytest.approx(two.value, abs=1e-12), strategy
    censored, hypothetical = made.treated.follow_up, row(of, "hypothetical").treated
    assert hypothetical is not None
    assert kaplan_meier(censored).survival_at(DAY).value == pytest.approx(hypothetical.value)

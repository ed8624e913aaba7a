# SPDX-License-Identifier: Apache-2.0
"""What a Cox model must obey, beside a slow plain likelihood; and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cartulary.course.errors import EstimandError
from cartulary.evidence import FollowUp, log_rank
from cartulary.evidence.cox import cox
from cartulary.evidence.firth import cox_firth
from cartulary.evidence.immortal_time import never_treated
from cartulary.evidence.landmark import landmark_analysis
from cartulary.evidence.partial_likelihood import evaluate, risk_sets
from cartulary.evidence.robust_variance import score_residuals
from cartulary.evidence.simon_makuch import simon_makuch
from cartulary.evidence.spells import Spells, baseline_spells, exposure_spells

WORDS: dict[str, Any] = {
    "unit": "child",
    "clock": "infusion",
    "definition": "generated, edition 1",
    "origin": "simulated",
}
NEVER = math.nan


@st.composite
def some_spells(draw: st.DrawFn, *, weighted: bool = False, covariates: int = 2) -> Spells:
    """Few children, many ties, late entry, strata."""
    n = draw(st.integers(4, 20))

    def column(of: st.SearchStrategy[Any]) -> np.ndarray[Any, Any]:
        return np.array(draw(st.lists(of, min_size=n, max_size=n)))

    exit_ = column(st.integers(0, 12)).astype(float)
    event = column(st.booleans())
    assume(bool(event.any()))
    entry = np.floor(exit_ * column(st.sampled_from([0.0, 0.0, 0.3, 0.6])))
    return Spells(
        entry=entry,
        exit=exit_,
        event=event,
        covariates={f"x{k}": column(st.integers(-2, 2)) for k in range(covariates)},
        strata=column(st.integers(0, 1)),
        weights=column(st.integers(1, 3)).astype(float) if weighted else None,
        **WORDS,
    )


def plain_likelihood(rows: Spells, b: np.ndarray[Any, Any], ties: str) -> float:
    """Log partial likelihood, risk set by risk set and event by event."""
    x = np.column_stack(list(rows.covariates.values()))
    eta = x @ b
    w = np.ones(rows.n_rows) if rows.weights is None else rows.weights
    seen = rows.at_some_risk
    total = 0.0
    for stratum in np.unique(rows.stratum_codes):
        here = (rows.stratum_codes == stratum) & seen
        for day in np.unique(rows.exit[here & rows.event]):
            at_risk = here & (rows.exit >= day) & ((rows.entry < day) | (rows.entry <= 0))
            events = here & rows.event & (rows.exit == day)
            d = int(events.sum())
            whole, own = (w * np.exp(eta))[at_risk].sum(), (w * np.exp(eta))[events].sum()
            for k in range(d):
                f = k / d if ties == "efron" else 0.0
                total -= w[events].mean() * math.log(whole - f * own)
            total += float((w * eta)[events].sum())
    return total


@given(some_spells(weighted=True), st.sampled_from(["efron", "breslow"]), st.floats(-1, 1))
def test_the_likelihood_its_slope_and_curvature(rows: Spells, ties: Any, b0: float) -> None:
    """Against the plain one; its differences are good to about 1e-8 and 1e-5 of their size."""
    assume(rows.events > 0)
    sets = risk_sets(rows, ties)
    b = np.array([b0, 0.3])
    at = evaluate(sets, b * sets.scale)
    want = plain_likelihood(rows, b, ties)
    assert at.log_likelihood == pytest.approx(want, rel=1e-11, abs=1e-11)
    h = 1e-4
    for k in range(2):
        up, down = b.copy(), b.copy()
        up[k] += h
        down[k] -= h
        above, below = (plain_likelihood(rows, v, ties) for v in (up, down))
        scale = sets.scale[k]
        assert at.slope[k] * scale == pytest.approx((above - below) / (2 * h), abs=1e-5)
        curved = (above - 2 * want + below) / h**2
        assert -at.information[k, k] * scale**2 == pytest.approx(curved, abs=1e-4)
    residuals = score_residuals(sets, at)
    assert np.allclose(residuals.sum(axis=1), at.slope, atol=1e-9)


def drawn(n: int, seed: int, effect: float = 0.6) -> dict[str, Any]:
    """Rows with an effect, ties and late entry, from a seed."""
    draws = np.random.default_rng(seed)
    x, z = draws.standard_normal(n), draws.integers(0, 2, n).astype(float)
    exit_ = np.ceil(draws.exponential(20 * np.exp(-effect * x - 0.3 * z)))
    entry = np.floor(exit_ * draws.choice([0.0, 0.4], n))
    event = draws.random(n) < 0.7
    return {"entry": entry, "exit": exit_, "event": event, "covariates": {"x": x, "z": z}}


@given(st.integers(0, 10_000), st.sampled_from(["efron", "breslow"]))
@settings(max_examples=30)
def test_units_splits_and_clocks_do_not_matter(seed: int, ties: Any) -> None:
    made = drawn(80, seed)
    fit = cox(Spells(**made, **WORDS), ties=ties, fewest_events_per_covariate=1)
    other = {"x": 1000 + 50 * made["covariates"]["x"], "z": -made["covariates"]["z"]}
    moved = cox(
        Spells(**{**made, "covariates": other}, **WORDS), ties=ties, fewest_events_per_covariate=1
    )
    assert np.allclose(fit.coefficients, moved.coefficients * [50, -1], atol=1e-9)
    assert fit.log_likelihood == pytest.approx(moved.log_likelihood, abs=1e-8)
    # Each row cut in the middle: the same child, the same covariates.
    half = np.floor((made["entry"] + made["exit"]) / 2)
    cut = np.flatnonzero((half > made["entry"]) & (half < made["exit"]))
    head = {k: np.array(v) for k, v in made.items() if k != "covariates"}
    tail = {k: v[cut] for k, v in head.items()}
    tail["entry"] = half[cut]
    head["exit"], head["event"] = head["exit"].copy(), head["event"].copy()
    head["exit"][cut], head["event"][cut] = half[cut], False
    split = cox(
        Spells(
            **{k: np.concatenate([head[k], tail[k]]) for k in head},
            covariates={k: np.concatenate([v, v[cut]]) for k, v in made["covariates"].items()},
            child_ids=np.concatenate([np.arange(80), cut]),
            **WORDS,
        ),
        ties=ties,
        variance="robust",
        fewest_events_per_covariate=1,
    )
    whole = cox(
        Spells(**made, **WORDS), ties=ties, variance="robust", fewest_events_per_covariate=1
    )
    assert np.allclose(split.coefficients, whole.coefficients, atol=1e-9)
    assert np.allclose(split.covariance, whole.covariance, atol=1e-9)


def test_weights_count_units() -> None:
    """With Breslow's ties a row of weight 2 is two rows."""
    made = drawn(60, 7)
    twice = np.arange(60) % 3 == 0
    weighted = cox(
        Spells(**made, weights=1.0 + twice, **WORDS), ties="breslow", fewest_events_per_covariate=1
    )
    both = {k: np.concatenate([v, v[twice]]) for k, v in made.items() if k != "covariates"}
    named = {k: np.concatenate([v, v[twice]]) for k, v in made["covariates"].items()}
    repeated = cox(
        Spells(**both, covariates=named, **WORDS), ties="breslow", fewest_events_per_covariate=1
    )
    assert np.allclose(weighted.coefficients, repeated.coefficients, atol=1e-10)
    assert np.allclose(weighted.covariance, repeated.covariance, atol=1e-10)


@given(some_spells(covariates=1), st.sampled_from(["efron", "breslow"]))
@settings(max_examples=40)
def test_firth_is_the_top_of_the_penalised_likelihood(rows: Spells, ties: Any) -> None:
    """Against golden-section search of the plain likelihood, whose top is flat to about 1e-5."""
    sets = risk_sets(rows, ties)
    assume(evaluate(sets, np.zeros(1)).information[0, 0] > 1e-6)
    fit = cox_firth(rows, ties=ties)

    def plain(b: float) -> float:
        h = 1e-3
        value = [plain_likelihood(rows, np.array([b + k * h]), ties) for k in (-2, -1, 0, 1, 2)]
        curved = (-value[0] + 16 * value[1] - 30 * value[2] + 16 * value[3] - value[4]) / 12 / h**2
        return value[2] + 0.5 * math.log(max(-curved, 1e-12))

    b = float(fit.coefficients[0])
    assume(abs(b) < 3)
    assert plain(b) >= max(plain(b + d) for d in (-0.02, 0.02)) - 1e-9
    limit = plain(b) - 3.841458820694124 / 2
    for end in (float(fit.low[0]), float(fit.high[0])):
        if not math.isnan(end) and abs(end) < 3:
            assert plain(end) == pytest.approx(limit, abs=1e-4)


def rows_of(**change: Any) -> FollowUp:
    """Twelve children, six events."""
    made: dict[str, Any] = {
        "exit": [20, 80, 90, 200, 210, 220, 230, 300, 310, 320, 330, 340],
        "status": [1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0],
        "cause_names": ("relapse",),
        **WORDS,
        **change,
    }
    return FollowUp(**made)


DAY = [NEVER] * 6 + [40, 50, 55, 30, 20, 100]


def test_events_that_a_covariate_separates() -> None:
    rows = Spells(
        entry=[0] * 6,
        exit=[3, 5, 8, 9, 12, 14],
        event=[1, 1, 1, 0, 0, 0],
        covariates={"burden": [1, 1, 1, 0, 0, 0]},
        **WORDS,
    )
    with pytest.raises(EstimandError, match=r"burden separates the events .* Use cox_firth"):
        cox(rows, fewest_events_per_covariate=1)
    told = cox_firth(rows).hazard_ratio("burden")
    assert told.low is not None
    assert 1.0 < (told.value or 0.0) < 1000.0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"covariates": {"a": [1.0] * 8}}, "a is the same for all children"),
        (
            {"covariates": {"a": np.arange(8.0), "b": 2 * np.arange(8.0)}},
            "a, b say the same thing",
        ),
        ({"event": [0] * 8}, "None of 8 rows had the event"),
        ({"covariates": {}}, "no covariates"),
        ({"covariates": {"a": [0, 1, 2, NEVER, 1, 0, 1, 2]}}, "Rows 3 have no value of a"),
        ({"exit": [5, 5, 5, 5, 5, 5, 5, 1], "entry": [2] * 8}, "Rows 7 leave before they enter"),
        ({"known_on": {"a": [0] * 7 + [30]}}, "Only a child who was alive"),
        ({"known_on": {"b": 0}}, "not a covariate"),
        ({"child_ids": [0, 0, 1, 2, 3, 4, 5, 6]}, "before an earlier row of the same child"),
    ],
)
def test_models_that_cannot_be_fitted(change: dict[str, Any], says: str) -> None:
    made: dict[str, Any] = {
        "entry": [0] * 8,
        "exit": [3, 5, 8, 9, 12, 14, 15, 16],
        "event": [1, 1, 1, 1, 1, 0, 1, 0],
        "covariates": {"a": [0.0, 1, 1, 0, 1, 0, 0, 1]},
        **WORDS,
        **change,
    }
    with pytest.raises(EstimandError, match=says):
        cox(Spells(**made), fewest_events_per_covariate=1)


def test_more_covariates_than_the_events_carry() -> None:
    rows = Spells(**drawn(20, 3), **WORDS)
    with pytest.raises(EstimandError, match=r"2 covariates with \d+ events: .* cox_firth"):
        cox(rows)


def test_a_covariate_from_the_future_is_no_baseline() -> None:
    with pytest.raises(EstimandError, match=r"marrow that became known .* landmark analysis"):
        baseline_spells(rows_of(), {"marrow": np.arange(12.0)}, known_on=28)
    with pytest.raises(EstimandError, match="known_on has no day for marrow"):
        baseline_spells(rows_of(), {"marrow": np.arange(12.0)}, known_on={})


def test_curves_of_those_who_had_no_later_therapy() -> None:
    with pytest.raises(EstimandError, match=r"6 of 12 .* no later transplant .* Simon-Makuch"):
        never_treated(rows_of(), DAY, name="transplant")
    earlier = [NEVER] * 10 + [0, 0]
    assert never_treated(rows_of(), earlier, name="an earlier transplant").n == 10


def test_landmarks_count_whom_they_lose() -> None:
    found = landmark_analysis(rows_of(), DAY, name="transplant", landmarks=(25, 60, 110))
    assert [one.lost_to_event for one in found] == [1, 1, 2]
    assert [one.lost_to_censoring for one in found] == [0, 0, 1]
    assert [one.exposed for one in found] == [1, 5, 6]
    assert [one.exposed_later for one in found] == [5, 1, 0]
    assert all(one.before == one.kept + one.lost_to_event + one.lost_to_censoring for one in found)
    assert found[0].hazard_ratio.value is None
    assert "has 1 child; the fewest allowed is 5" in found[0].hazard_ratio.notes[0]
    told = found[1].hazard_ratio
    assert (told.low or 0.0) < (told.value or 0.0)
    assert found[1].curves["transplant by day 60"].follow_up.clock == "infusion + 60 days"
    with pytest.raises(EstimandError, match="No landmark can be analysed"):
        landmark_analysis(rows_of(), DAY, name="transplant", landmarks=(25,))


def test_mantel_and_byar_is_the_score_test_of_the_time_dependent_model() -> None:
    """Without ties the two agree; both count the child as unexposed until its day."""
    day = [NEVER, 40, NEVER, 50, NEVER, 20, NEVER, 30, NEVER, 100, 60, NEVER]
    found = simon_makuch(rows_of(), day, name="transplant")
    spells = exposure_spells(rows_of(), day, name="transplant")
    score = cox(spells, fewest_events_per_covariate=1).score_test()
    assert found.test.statistic == pytest.approx(score.statistic, abs=1e-10)
    assert found.unexposed.events.sum() + found.exposed.events.sum() == 7
    assert found.ever_exposed == 6
    with pytest.raises(EstimandError, match="the fewest allowed is 7"):
        simon_makuch(rows_of(), DAY, name="transplant", fewest_in_group=7)


def test_the_score_test_of_a_group_is_the_log_rank_test() -> None:
    group = np.arange(12) % 2
    rows = rows_of(group=group)
    score = cox(
        baseline_spells(rows, {"group": group}, known_on=0), fewest_events_per_covariate=1
    ).score_test()
    assert score.statistic == pytest.approx(log_rank(rows).statistic, abs=1e-10)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"ties": "exact"}, "no rule for ties called 'exact'"),
        ({"variance": "magic"}, "no variance 'magic'"),
        ({"clusters": [1] * 40}, "Clusters were given with the model variance"),
        ({"variance": "robust", "clusters": [1]}, "clusters has shape"),
    ],
)
def test_models_asked_for_in_words_nobody_defined(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(EstimandError, match=says):
        cox(Spells(**drawn(40, 1), **WORDS), fewest_events_per_covariate=1, **asked)


def test_what_a_fitted_model_refuses() -> None:
    made = drawn(60, 2)
    fit = cox(
        Spells(**made, strata=np.arange(60) % 2, **WORDS),
        variance="robust",
        fewest_events_per_covariate=1,
    )
    with pytest.raises(EstimandError, match="no covariate 'age'"):
        fit.hazard_ratio("age")
    with pytest.raises(EstimandError, match="takes rows as independent"):
        fit.likelihood_ratio_test()
    with pytest.raises(EstimandError, match="takes rows as independent"):
        fit.score_test()
    with pytest.raises(EstimandError, match="The covariates stated are x"):
        fit.predicted_survival({"x": 1.0}, stratum="0")
    with pytest.raises(EstimandError, match="a hazard of its own"):
        fit.predicted_survival({"x": 1.0, "z": 0.0})
    with pytest.raises(EstimandError, match="not agreed"):
        cox_firth(Spells(**made, weights=np.full(60, 2.0), **WORDS))


def test_a_cox_interval_too_wide_to_say_anything_says_so() -> None:
    fit = cox_firth(Spells(**drawn(12, 5), **WORDS))
    widths = fit.high - fit.low
    for name, width in zip(fit.names, widths, strict=True):
        noted = any("these data cannot say" in note for note in fit.hazard_ratio(name).notes)
        assert noted == (width > math.log(20.0))

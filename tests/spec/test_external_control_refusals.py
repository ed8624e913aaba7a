# SPDX-License-Identifier: Apache-2.0
"""What external controls and rebuilt curves refuse to say, and that they say why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cartulary.course.errors import EstimandError
from cartulary.evidence.bootstrap import (
    bootstrap_survival,
    incidence_replicates,
    percentile_interval,
    resampling_counts,
    restricted_mean_replicates,
    survival_replicates,
)
from cartulary.evidence.external_control.doubly_robust import augmented_comparison
from cartulary.evidence.external_control.e_value import e_value
from cartulary.evidence.external_control.entropy_balancing import (
    entropy_balancing,
    exponential_tilt,
)
from cartulary.evidence.external_control.matching import optimal_pairs
from cartulary.evidence.external_control.matching_adjusted import (
    bootstrap_matching_adjusted_hazard_ratio,
    matching_adjusted_hazard_ratio,
    matching_adjusted_shares,
    matching_adjusted_weights,
)
from cartulary.evidence.external_control.overlap import effective_sample_size
from cartulary.evidence.external_control.power_prior_survival import (
    gamma_sum_quantile,
    power_prior_survival,
)
from cartulary.evidence.external_control.priors import (
    power_prior_shares,
    robust_map_prior,
)
from cartulary.evidence.external_control.propensity import firth_logistic, propensity_weights
from cartulary.evidence.external_control.pseudo_observations import pseudo_observations
from cartulary.evidence.external_control.simulated_comparison import (
    simulated_treatment_comparison,
)
from cartulary.evidence.external_control.tipping_point import (
    censoring_tipping_point,
    confounder_bias,
    tipping_grid,
)
from cartulary.evidence.external_control.type_one_error import type_one_error
from cartulary.evidence.melded import melded_survival_difference
from cartulary.evidence.one_sample_against_curve import one_sample_against_curve
from cartulary.evidence.reconstruct import reconstruct, reconstructions
from cartulary.evidence.reconstruct_curve import PublishedCurve, published_curve
from tests.golden.r_reference import follow_up

DRAWS = np.random.default_rng(1)
AGE = np.arange(1.0, 41.0)[:, None]
DAYS = np.arange(10.0, 410.0, 10.0)
ROWS = follow_up(DAYS, np.ones(40))
NO_EVENT = follow_up(DAYS, np.zeros(40))
LATE = follow_up(DAYS, np.ones(40), entry=[5.0] * 40)
TWO_CAUSES = follow_up(DAYS, np.arange(40) % 3, ("relapse", "death"))
OTHER_WORDS = replace(ROWS, definition="another")
CURVE: dict[str, Any] = {
    "days": [0, 100, 200, 300],
    "survival": [1, 0.9, 0.8, 0.8],
    "risk_days": [0, 150],
    "at_risk": [10, 9],
    "source": "a paper, figure 2",
    "unit": "child",
    "clock": "infusion",
    "definition": "os, edition 1",
}
SHARES: dict[str, Any] = {"unit": "child", "origin": "recorded"}


def curve(**changes: Any) -> PublishedCurve:
    """The good curve with some of it changed."""
    return PublishedCurve(**{**CURVE, **changes})


def weighted() -> Any:
    """Good weights of 40 children."""
    return matching_adjusted_weights(AGE, [22.0], ["age"])


Refused = tuple[Callable[[], object], str]
OVERLAP: dict[str, Refused] = {
    "target beyond the range": (
        lambda: entropy_balancing(AGE, [60.0], ["age"]),
        r"lies outside the data: age \(target 60, children 1 to 40\)",
    ),
    "target outside the hull though inside both ranges": (
        lambda: entropy_balancing(
            np.column_stack([AGE, AGE + np.sin(AGE)]), [5.0, 35.0], ["age", "height"]
        ),
        "the combination of age, height",
    ),
    "too little left": (
        lambda: entropy_balancing(AGE, [38.0], ["age"]),
        r"40 children are worth \d\.\d; one of them carries \d+% of the weight",
    ),
    "too little left after matching": (
        lambda: matching_adjusted_weights(AGE, [39.0], ["age"]),
        "Use fewer covariates or overlap weights",
    ),
    "on the edge of the data": (
        lambda: exponential_tilt(AGE, np.array([40.0])),
        "did not converge",
    ),
    "constant covariate": (
        lambda: entropy_balancing(np.ones((40, 1)), [1.0], ["trisomy"]),
        "trisomy is the same for all 40 children",
    ),
    "covariates that repeat each other": (
        lambda: entropy_balancing(np.hstack([AGE, 2 * AGE]), [20, 40], ["age", "twice age"]),
        "hold only 1 independent",
    ),
    "missing covariate": (
        lambda: entropy_balancing(np.vstack([AGE, [[np.nan]]]), [20.0], ["age"]),
        "'age' is missing in row 40",
    ),
    "target of another length": (
        lambda: entropy_balancing(AGE, [20.0, 1.0], ["age"]),
        "one number for each name",
    ),
    "one child": (lambda: entropy_balancing([[3.0]], [3.0], ["age"]), "same for all 1 children"),
    "everyone treated": (
        lambda: propensity_weights(AGE, np.ones(40), ["age"]),
        "40 of 40 children are treated",
    ),
    "treatment that is not yes or no": (
        lambda: propensity_weights(AGE, np.arange(40), ["age"]),
        "yes or no for each child",
    ),
    "separated groups": (
        lambda: propensity_weights(AGE, AGE[:, 0] > 35, ["age"]),
        "in the controls, 35 children are worth",
    ),
    "too few pairs": (
        lambda: optimal_pairs(AGE, AGE[:, 0] > 25, ["age"]),
        "Only 2 of 15 treated children have a control within the caliper",
    ),
    "caliper": (
        lambda: optimal_pairs(AGE, AGE[:, 0] > 25, ["age"], caliper=0.0),
        "The caliper is 0.0",
    ),
    "more coefficients than children": (
        lambda: firth_logistic(np.eye(4), np.array([True, False, True, False])),
        "5 coefficients were asked of 4 children",
    ),
    "a covariate that is the same for all, in the model itself": (
        lambda: firth_logistic(np.column_stack([AGE, np.full(40, 0.1)]), AGE[:, 0] > 20),
        "Covariate 2 of 2 is the same for all 40 children",
    ),
    "a covariate that others determine, in the model itself": (
        lambda: firth_logistic(np.column_stack([AGE, 2 * AGE + 1]), AGE[:, 0] > 20),
        "Of 2 covariates only 1 can be told apart among 40 children",
    ),
    "unknown target": (
        lambda: propensity_weights(AGE, np.arange(40) % 2, ["age"], target="all"),  # type: ignore[arg-type]
        "There is no target 'all'",
    ),
    "negative weights": (lambda: effective_sample_size([1, -1]), "negative or not finite"),
    "no weight at all": (lambda: effective_sample_size([0, 0]), "all are 0"),
}
COMPARISONS: dict[str, Refused] = {
    "hazard ratio without events": (
        lambda: matching_adjusted_hazard_ratio(ROWS, weighted(), NO_EVENT),
        "one group has no event",
    ),
    "hazard ratio without any event": (
        lambda: matching_adjusted_hazard_ratio(NO_EVENT, weighted(), NO_EVENT),
        "no event among 80 rows",
    ),
    "hazard ratio across definitions": (
        lambda: matching_adjusted_hazard_ratio(ROWS, weighted(), OTHER_WORDS),
        "differ in definition",
    ),
    "weights of other children": (
        lambda: matching_adjusted_hazard_ratio(ROWS.subset(DAYS < 100), weighted(), ROWS),
        "40 weights for 9 children",
    ),
    "no comparator": (
        lambda: bootstrap_matching_adjusted_hazard_ratio(ROWS, AGE, [22.0], ["age"], [], DRAWS),
        "no comparator",
    ),
    "comparator counts": (
        lambda: matching_adjusted_shares(np.ones(40), weighted(), 9, 5, **SHARES),
        "9 of 5 is not a share",
    ),
    "all responded": (
        lambda: simulated_treatment_comparison(np.ones(40), AGE, [22.0], ["age"], 5, 9, **SHARES),
        "40 of 40 responded",
    ),
    "outcome model too large": (
        lambda: augmented_comparison(
            ROWS,
            ROWS.subset(DAYS < 120),
            np.column_stack([np.sin(AGE * k) for k in range(1, 7)]),
            np.column_stack([np.cos(AGE[:11] * k) for k in range(1, 7)]),
            list("abcdef"),
            100,
        ),
        "asked of 11 children; it needs 14",
    ),
    "pseudo-observation beyond follow-up": (
        lambda: pseudo_observations(ROWS, 500),
        "follow-up runs to day 400",
    ),
    "pseudo-observation of one": (
        lambda: pseudo_observations(ROWS.subset(DAYS < 15), 5),
        "has 1 rows",
    ),
    "incidence without its cause": (
        lambda: pseudo_observations(TWO_CAUSES, 100, "incidence"),
        "An incidence names its cause",
    ),
    "melded with late entry": (
        lambda: melded_survival_difference(ROWS, LATE, 100),
        "has late entry",
    ),
    "melded beyond follow-up": (
        lambda: melded_survival_difference(ROWS, NO_EVENT, 500),
        "followed to day 400",
    ),
    "reference without events": (
        lambda: one_sample_against_curve(ROWS, [NO_EVENT], DRAWS, reference="old"),
        "expects no event",
    ),
    "reference too short": (
        lambda: one_sample_against_curve(ROWS, [ROWS], DRAWS, until=900, reference="old"),
        "was followed to day 400",
    ),
    "no reference": (
        lambda: one_sample_against_curve(ROWS, [], DRAWS, reference="old"),
        "no reconstruction of 'old'",
    ),
    "ratio below 0": (lambda: e_value(-1.0), "A ratio is above 0"),
    "interval beside its ratio": (lambda: e_value(2.0, 2.5, 3.0), "inside its interval"),
    "threshold": (lambda: censoring_tipping_point(ROWS, 100, 70), "Survival is a share"),
    "missing below 0": (lambda: tipping_grid(1, 2, -1, 1, 2, 0, **SHARES), "not negative"),
    "prevalence": (lambda: confounder_bias(2.0, 60, 20), "a prevalence a share"),
    "discount": (
        lambda: power_prior_shares(1, 2, 3, 4, discounts=[2.0], **SHARES),
        "between not at all",
    ),
    "prior without a vague part": (
        lambda: robust_map_prior([1], [2], vague=0.0),
        "cannot yield to new data",
    ),
    "error of nobody": (
        lambda: type_one_error(robust_map_prior([1], [2]), 0, [0.5]),
        "at least one child",
    ),
    "cuts out of order": (
        lambda: power_prior_survival(ROWS, ROWS, 300, [200, 100]),
        "Give rising days",
    ),
    "interval nobody lived in": (
        lambda: power_prior_survival(ROWS, ROWS, 900, [600]),
        "Nobody was followed between day 600 and 900",
    ),
    "hazards too unequal": (
        lambda: gamma_sum_quantile(np.array([5.0, 5.0]), np.array([1.0, 1e6]), 0.5),
        "Use fewer cuts",
    ),
}
RESAMPLING: dict[str, Refused] = {
    "no rows": (lambda: resampling_counts(0, 10, DRAWS), "10 resamples of 0 rows"),
    "clusters": (
        lambda: resampling_counts(3, 10, DRAWS, clusters=np.array([1, 2])),
        "one label a row",
    ),
    "few resamples": (lambda: bootstrap_survival(ROWS, 100, DRAWS, n_resamples=20), "are noise"),
    "several causes": (
        lambda: survival_replicates(TWO_CAUSES, [100], np.ones((40, 1))),
        "has 2 causes",
    ),
    "another shape": (
        lambda: incidence_replicates(TWO_CAUSES, "death", [100], np.ones((9, 1))),
        r"shape \(9, 1\) for 40 rows",
    ),
    "no stretch of days": (
        lambda: restricted_mean_replicates(ROWS, 0, np.ones((40, 1))),
        "needs a stretch of days",
    ),
    "broken replicates": (
        lambda: percentile_interval(np.array([1.0, np.nan])),
        "1 of 2 resamples gave no figure",
    ),
}
CURVES: dict[str, Refused] = {
    "percent for a share": (
        lambda: curve(survival=[100, 90, 80, 80]),
        "Coordinate 1 of 'a paper, figure 2' is day 0, survival 100",
    ),
    "a curve that rises": (
        lambda: curve(survival=[1, 0.8, 0.9, 0.8]),
        r"Coordinate 3 .* lies above an earlier one",
    ),
    "a number at risk that grows": (
        lambda: curve(at_risk=[9, 10]),
        "Number at risk 2 of 'a paper, figure 2' is 10 on day 150",
    ),
    "no number on day 0": (lambda: curve(risk_days=[50, 150]), "begin with day 0"),
    "at risk after the end": (
        lambda: curve(risk_days=[0, 400]),
        "the curve ends on day 300",
    ),
    "more events than children": (lambda: curve(total_events=11), "11 events among 10"),
    "an end before the last step": (lambda: curve(last_day=250.0), "Correct last_day"),
    "a landmark in percent": (lambda: curve(landmarks=((365, 44),)), "Write 0.44 for 44%"),
    "a reading error in percent": (lambda: curve(reading_error=0.5), "Write 0.005"),
    "drops without leaving": (
        lambda: reconstruct(curve(risk_days=[0, 250], at_risk=[10, 10])),
        "contradict each other",
    ),
    "more at risk than the curve leaves": (
        lambda: reconstruct(curve(survival=[1, 0.5, 0.4, 0.4], at_risk=[10, 9])),
        "contradict each other",
    ),
    "more at risk than a curve of many leaves": (
        lambda: reconstruct(curve(survival=[1, 0.5, 0.4, 0.4], at_risk=[400, 390])),
        "Number at risk 2 .* contradict each other",
    ),
    "a total the curve cannot hold": (
        lambda: reconstruct(curve(total_events=7)),
        "counts 7 events",
    ),
    "a total that a curve of many cannot hold": (
        lambda: reconstruct(curve(at_risk=[400, 330], total_events=200)),
        "counts 200 events",
    ),
    "no reconstruction": (lambda: reconstructions(curve(), 0, DRAWS), "Ask for at least 1"),
    "an unknown field": (
        lambda: published_curve({**CURVE, "colour": "red"}),
        "unknown fields colour",
    ),
    "a missing field": (
        lambda: published_curve({k: v for k, v in CURVE.items() if k != "source"}),
        "lacks source",
    ),
    "a pair that is none": (
        lambda: published_curve({**CURVE, "coordinates": [[0, 1], [5]]}),
        "Row 2 of coordinates",
    ),
}
ALL = {**OVERLAP, **COMPARISONS, **RESAMPLING, **CURVES}


@pytest.mark.parametrize("case", ALL)
def test_refuses_and_says_why(case: str) -> None:
    """Each refusal names the fact and, in its last sentence, what to do."""
    call, says = ALL[case]
    with pytest.raises(EstimandError, match=says) as refused:
        call()
    message = str(refused.value)
    assert message.count(".") >= 2, "fact, why and remedy are sentences of their own"
    assert message.endswith(".")


def test_all_cases_are_tried() -> None:
    """No case hides another of the same name."""
    assert len(ALL) == len(OVERLAP) + len(COMPARISONS) + len(RESAMPLING) + len(CURVES)


def test_zero_events_have_a_defined_result() -> None:
    """Nobody had the event in either group: no difference, no surprise, an honest interval."""
    found = melded_survival_difference(NO_EVENT, NO_EVENT, 100)
    assert found.difference.value == 0.0
    assert found.difference.low < 0 < found.difference.high
    assert found.test.p_value == 1.0
    none = bootstrap_survival(NO_EVENT, 100, np.random.default_rng(1))
    assert (none.value, none.low, none.high) == (1.0, None, None)
    assert "resampling shows no spread" in none.notes[-1]
    assert pseudo_observations(NO_EVENT, 100).tolist() == [1.0] * 40


def test_one_child_against_one_child() -> None:
    """Two children: an interval from -1 to 1, or nearly."""
    died, alive = follow_up([40], [1]), follow_up([90], [0])
    found = melded_survival_difference(alive, died, 60)
    assert found.difference.value == 1.0
    assert found.difference.low < 0
    assert found.test.p_value == pytest.approx(1.0, abs=1e-12)


def test_a_ratio_of_all_to_some_is_absent_with_a_reason() -> None:
    """All weighted children responded: the difference exists, the ratios have no interval."""
    found = matching_adjusted_shares(np.ones(40), weighted(), 5, 9, **SHARES)
    assert found.difference.value == pytest.approx(4 / 9)
    assert found.ratio.value is None
    assert "none or all responded" in found.ratio.notes[-1]


def test_separation_leaves_finite_chances() -> None:
    """Groups that a covariate tells apart: Firth's chances stay inside 0 and 1."""
    fit = firth_logistic(AGE, AGE[:, 0] > 20)
    assert 0.0 < fit.chances.min() < fit.chances.max() < 1.0
    assert np.isfinite(fit.coefficients).all()

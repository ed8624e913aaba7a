# SPDX-License-Identifier: Apache-2.0
"""External controls on made children: no effect is found where there is none, and a true one is.

The generator and the methods are those of the benchmark, whose table stands in
docs/explanation/external_controls.md; here with fewer replicates and fixed seeds.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from benchmarks.type_one_error_external_controls import (
    METHODS,
    NAMES,
    SCENARIOS,
    YEAR,
    Cells,
    Count,
    counted,
    made,
)
from cartulary.course.errors import EstimandError
from cartulary.evidence.external_control.doubly_robust import augmented_comparison
from cartulary.evidence.external_control.entropy_balancing import entropy_balancing
from cartulary.evidence.external_control.matching import optimal_pairs
from cartulary.evidence.external_control.matching_adjusted import matching_adjusted_weights
from cartulary.evidence.external_control.propensity import propensity_weights
from cartulary.evidence.external_control.simulated_comparison import (
    simulated_treatment_comparison,
)

SEED, REPLICATES, CHILDREN = 11, 100, 40
# With more children the bias stays and the doubt shrinks, so an error shows more clearly.
MANY = 120
LEVEL = 0.05
# A true 5% lies within 3.3 of its standard errors in all but 1 of 2,000 sets of replicates.
ERRORS = 3.3
BY_LETTER = {scenario.letter: scenario for scenario in SCENARIOS}
BY_NAME = {method.name: method for method in METHODS}
NAIVE = ("naive, hazard ratio", "power prior a0 = 1, share")
ADJUSTED = (
    "propensity ATT, hazard ratio",
    "propensity ATT, difference",
    "entropy balancing, difference",
    "matching, difference",
    "augmented (doubly robust), difference",
    "MAIC, hazard ratio",
    "MAIC, share",
    "STC, share",
)


@cache
def cells(letter: str) -> Cells:
    """Every method on the replicates of one scenario."""
    methods = [BY_NAME[name] for name in ADJUSTED]
    return counted(BY_LETTER[letter], [CHILDREN], methods, REPLICATES, SEED)


def of(letter: str, name: str) -> Count:
    """One method in one scenario."""
    return cells(letter)[name, CHILDREN]


def most(share: float, n: int) -> float:
    """The highest share of n that a true share still explains."""
    return share + ERRORS * math.sqrt(share * (1.0 - share) / n)


@pytest.mark.parametrize("name", NAIVE)
def test_what_is_not_adjusted_finds_an_effect_where_there_is_none(name: str) -> None:
    found = counted(BY_LETTER["B"], [MANY], [BY_NAME[name]], REPLICATES, SEED)[name, MANY]
    assert found.rejected / found.answered > 2 * most(LEVEL, found.answered)


@pytest.mark.parametrize("name", ADJUSTED)
def test_measured_confounding_adjusted_for_keeps_the_error_near_5_percent(name: str) -> None:
    found = of("B", name)
    assert found.answered > 0.9 * REPLICATES
    assert found.rejected / found.answered <= most(LEVEL, found.answered)


@pytest.mark.parametrize("name", ADJUSTED)
def test_a_true_effect_is_covered(name: str) -> None:
    found = of("D", name)
    assert found.answered > 0.9 * REPLICATES
    assert 1.0 - found.covered / found.answered <= most(LEVEL, found.answered)


@pytest.mark.parametrize("name", ADJUSTED)
def test_a_true_effect_is_estimated_without_bias(name: str) -> None:
    found = of("D", name)
    errors = np.array(found.errors)
    # Ratios and models of 40 children keep a bias of order 1 / n: a third of a standard error.
    finite_sample = 0.33 * errors.std(ddof=1)
    limit = ERRORS * errors.std(ddof=1) / math.sqrt(errors.size) + finite_sample
    assert abs(errors.mean()) <= limit


def test_adjustment_does_not_remove_what_nobody_measured() -> None:
    name = "augmented (doubly robust), difference"
    scenario = BY_LETTER["C"]
    found = counted(scenario, [MANY], [BY_NAME[name]], REPLICATES, SEED)[name, MANY]
    assert found.rejected / found.answered > most(LEVEL, found.answered)
    assert found.bias > 0.0


def test_the_same_seed_makes_the_same_children_and_every_scenario_the_same_controls() -> None:
    first, again = (made(BY_LETTER["B"], 20, 3, SEED) for _ in range(2))
    other = made(BY_LETTER["D"], 40, 3, SEED)
    assert first.one.exit.tolist() == again.one.exit.tolist()
    assert first.two.exit.tolist() == other.two.exit.tolist()


# Controls two standard deviations away from the treated: few of them resemble any.
FAR = 2.0


def far_apart() -> tuple[np.ndarray, np.ndarray]:
    """Covariates of 20 treated and of 40 controls who differ in kind."""
    draw = np.random.default_rng(SEED)
    return draw.normal(size=(20, 2)) - FAR, draw.normal(size=(40, 2))


STOPPED = r"worth|outside the data|within the caliper|did not converge"


def test_every_weighting_stops_where_under_ten_effective_children_are_left() -> None:
    x1, x0 = far_apart()
    x, a = np.vstack([x1, x0]), np.repeat([True, False], [20, 40])
    with pytest.raises(EstimandError, match=r"are worth \d\.\d"):
        propensity_weights(x, a, NAMES)
    with pytest.raises(EstimandError, match=r"fewer|Below 10|outside the data"):
        entropy_balancing(x0, x1.mean(axis=0), NAMES)
    with pytest.raises(EstimandError, match="within the caliper"):
        optimal_pairs(x, a, NAMES)


def test_every_comparison_stops_where_under_ten_effective_children_are_left() -> None:
    x1, x0 = far_apart()
    with pytest.raises(EstimandError, match=STOPPED):
        matching_adjusted_weights(x1, x0.mean(axis=0), NAMES)
    with pytest.raises(EstimandError, match=STOPPED):
        simulated_treatment_comparison(
            np.arange(20) % 2, x1, x0.mean(axis=0), NAMES, 20, 40, unit="child", origin="simulated"
        )
    trial = made(BY_LETTER["A"], 20, 0, SEED)
    with pytest.raises(EstimandError, match=r"are worth \d\.\d"):
        augmented_comparison(trial.one, trial.two.subset(np.arange(trial.two.n) < 40), x1, x0,
                             NAMES, YEAR)  # fmt: skip

# SPDX-License-Identifier: Apache-2.0
"""A problem that is calibrated in seconds: four free parameters, eight shares, a formula."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.codebook.target import Target, TargetScale
from cartulary.studies.calibration.prior import Free, free_parameters
from cartulary.studies.calibration.run_points import Problem
from cartulary.studies.calibration.target import FIT, targets

Floats = NDArray[np.float64]

NAMES = ("destiny", "half_kill_cells", "fever_threshold", "cured_after_relapse")
FIGURES = 8
CHILDREN_OF_A_STUDY = 200


def few_free() -> tuple[Free, ...]:
    """Four of the free parameters, each of one value."""
    return tuple(one for one in free_parameters() if one.name in NAMES)


@dataclass(frozen=True)
class Formula:
    """Stands in for the twin: shares that follow four parameters by a curved formula, with noise.

    The last parameter moves nothing, so that no figure can say anything of it.
    """

    free: tuple[Free, ...]
    blind: int = 3

    @property
    def slopes(self) -> Floats:
        """How each share's log odds move by one prior sd of each parameter."""
        made = np.random.default_rng(3).normal(size=(FIGURES, len(self.free)))
        made[:, self.blind] = 0.0
        return 0.5 * made

    def log_odds(self, deviates: Floats) -> Floats:
        """The shares without noise, as log odds."""
        line = self.slopes @ deviates
        return line + 0.1 * line**2

    def deviates_of(self, parameters: ParameterSet) -> Floats:
        """Where a set of parameters lies, in prior sd."""
        found = []
        for one in self.free:
            parameter = parameters[one.parameters[0]]
            found.append((parameter.on_scale(parameter.value) - one.mean) / one.sd)
        return np.array(found)

    def __call__(
        self,
        parameters: ParameterSet,
        targets: Sequence[Target],
        *,
        children: int,
        seed: int,
        first: int = 0,
    ) -> Floats:
        """Shares of so many children, those with this first number."""
        odds = self.log_odds(self.deviates_of(parameters))
        chance = np.random.default_rng([seed, first])
        share = 1.0 / (1.0 + np.exp(-odds))
        return chance.binomial(children, share) / children


def plain_problem(truth: Floats | None = None) -> Problem:
    """The problem; with a truth, the published figures are those of the formula there."""
    free = few_free()
    formula = Formula(free)
    odds = formula.log_odds(np.zeros(len(free)) if truth is None else truth)
    shares = [one for one in targets(FIT) if one.scale is TargetScale.LOGIT][:FIGURES]
    made = tuple(
        replace(
            one,
            id=f"plain.figure_{at}",
            study="plain" if at < FIGURES // 2 else "other",
            value=1.0 / (1.0 + math.exp(-float(value))),
            low=None,
            high=None,
            n=CHILDREN_OF_A_STUDY,
            given_effective_n=None,
            given_sampling_sd=None,
            repeats=1,
            discrepancy_sd=0.0,
        )
        for at, (one, value) in enumerate(zip(shares, odds, strict=True))
    )
    return Problem(parameters(), free, made, formula)

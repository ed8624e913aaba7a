# SPDX-License-Identifier: Apache-2.0
"""What the model says of each target: one simulated cohort a scenario, every figure read off it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.codebook.target import Target
from cartulary.studies.calibration.measure import kinds_needed, measured
from cartulary.studies.calibration.measured_cohort import MeasuredCohort
from cartulary.studies.calibration.scenario import Scenario, scenario
from cartulary.twin.engines import HeldTo, engine
from cartulary.twin.narrate import narrate
from cartulary.twin.simulate import DAYS_PER_YEAR, Run, simulate_block

Floats = NDArray[np.float64]


def predict(
    parameters: ParameterSet,
    targets: Sequence[Target],
    *,
    children: int,
    seed: int,
    first: int = 0,
    threads: int | None = None,
) -> Floats:
    """The model's figure for every target, as it would be printed.

    Each scenario is simulated once, and every target of it is reckoned from that one cohort by the
    codebook's definitions. The same seed and numbers give every parameter point the same children,
    so that two points differ by the parameters alone. `Target.on_scale` takes a figure to the scale
    on which its error is normal.

    Arguments: the parameters; the targets; children a scenario (of a small series a share of them,
    see `Scenario.share`); the seed; the number of the first
    child; processor threads, all by default.
    Returns: one figure a target, in their order; NaN where nothing could be reckoned, as a median
    of relapses where nobody relapsed.
    Refuses: a target whose scenario is not known.
    """
    found = np.full(len(targets), np.nan)
    names = dict.fromkeys(target.scenario for target in targets)
    for name in names:
        places = [place for place, one in enumerate(targets) if one.scenario == name]
        asked = [targets[place] for place in places]
        cohort = simulated(
            scenario(name), parameters, asked, children=children, seed=seed, first=first,
            threads=threads,
        )  # fmt: skip
        for place, target in zip(places, asked, strict=True):
            found[place] = measured(cohort, target.measure)
    return found


def simulated(
    which: Scenario,
    parameters: ParameterSet,
    targets: Sequence[Target],
    *,
    children: int,
    seed: int,
    first: int = 0,
    threads: int | None = None,
) -> MeasuredCohort:
    """The cohort of one scenario, told as far as these targets need."""
    run = Run(which.population, which.policy, parameters, seed, which.years * DAYS_PER_YEAR)
    solve = engine(run.engine)
    count = max(round(which.share * children), 1)
    numbers = np.arange(first, first + count, dtype=np.int64)
    block = simulate_block(run, numbers, solve if threads is None else HeldTo(solve, threads))
    kinds = kinds_needed(target.measure for target in targets)
    return MeasuredCohort(narrate(block, parameters, kinds=kinds))

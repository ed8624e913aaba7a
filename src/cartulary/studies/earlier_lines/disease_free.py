# SPDX-License-Identifier: Apache-2.0
"""Disease-free survival as CASSIOPEIA counts it, of simulated children, beside its controls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.endpoint import CENSORED, MISSING
from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.course import DAYS_PER_YEAR
from cartulary.course.errors import CodebookError
from cartulary.studies.policies_compared.narrated import narrated
from cartulary.studies.questions.over_draws import mean_and_noise
from cartulary.twin.block import Block
from cartulary.twin.population_children import Floats

ENDPOINT: Final = "cassiopeia.dfs.infusion"
CONTROLS: Final = ("aall0232", "dfs", "mrd_positive", 1826)
_NORMAL_95: Final = 1.959963984540054


def free_by_year(
    block: Block, parameters: ParameterSet, years: tuple[int, ...]
) -> list[tuple[float, float]]:
    """The share of infused children free of disease so many years after the infusion.

    A child that is not followed so long, and has had no event, does not count for that year.

    Arguments: simulated children and the parameters they were simulated with; years.
    Returns: for each year the share and the variance that the number of children leaves in it.
    """
    frame = outcomes(narrated(block, parameters), endpoint(ENDPOINT))
    status = frame["status"].to_numpy()
    exit_day = frame["exit"].cast(float).fill_null(np.nan).to_numpy()
    judged = frame["in_population"].to_numpy() & (status != MISSING)
    event = judged & (status != CENSORED)
    everybody = np.ones(len(status), dtype=np.bool_)
    found = []
    for year in years:
        until = year * DAYS_PER_YEAR
        had = event & (exit_day <= until)
        counts = judged & (had | (exit_day >= np.floor(until)))
        values: Floats = np.where(counts, (~had).astype(np.float64), np.nan)
        found.append(mean_and_noise(values, everybody)[:2])
    return found


@dataclass(frozen=True, slots=True)
class Controls:
    """What the historical controls showed, with the interval that its standard error gives."""

    value: float
    low: float
    high: float


def controls() -> Controls:
    """Disease-free survival of AALL0232's children with residual disease, five years on.

    Printed with a standard error; the interval of 1.96 of them to either side is ours.

    Refuses: a codebook in which that figure no longer stands.

    >>> round(controls().value, 2), round(controls().low, 2), round(controls().high, 2)
    (0.39, 0.25, 0.53)
    """
    name, key, subgroup, day = CONTROLS
    row = benchmarks()[name].estimate(key, day, subgroup=subgroup)
    if row is None or row.value is None or row.standard_error is None:
        raise CodebookError(
            f"The cohort {name} prints no {key} of {subgroup} with a standard error. The controls "
            "of this question are read from it. Put the figure back."
        )
    half = _NORMAL_95 * row.standard_error
    return Controls(row.value, max(0.0, row.value - half), min(1.0, row.value + half))

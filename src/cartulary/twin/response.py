# SPDX-License-Identifier: Apache-2.0
"""Response at the planned looks, by the marrow, with its residual disease; B cells; expansion.

Remission is fewer than 5% blasts, as trials and registries count it; the residual disease of that
look stands beside it. A child with a low burden whose cells never multiplied is so in remission
with residual disease, and its leukaemia comes back early, as a clinic records it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.codebook.parameter_set import REFERENCE_WEIGHT_KG, ParameterSet
from cartulary.course.events.disease import Response
from cartulary.twin.afterwards_histories import RESPONSE_DAYS, RESPONSES
from cartulary.twin.engines.solution import Solution
from cartulary.twin.equations import CELL_PARAMETERS
from cartulary.twin.population_children import Floats, Wholes, YesNo

#: B cells count from this day on, as in the codebook's loss of B-cell aplasia.
APLASIA_FROM_DAY = 21.0
#: A burden is rising when it is higher than so many days before.
_RISING_OVER_DAYS = 5.0


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks of RESPONSE_DAYS: what was found, and what it came to. Days since the infusion."""

    response: Wholes  # [m, look], place in RESPONSES
    residual_share: Floats  # [m, look]
    remission_day: Floats  # NaN if there was none
    no_response_day: Floats  # of the look at which no response was settled, else NaN


def at_days(days: Floats, values: Floats, wanted: Floats) -> Floats:
    """Values of each child on a day of its own, by straight lines between days of the grid.

    Arguments: the grid `[g]`, values `[m, g]`, and a day for each child `[m]`; NaN gives NaN.
    """
    inside = np.clip(np.nan_to_num(wanted), days[0], days[-1])
    high = np.clip(np.searchsorted(days, inside, side="right"), 1, len(days) - 1)
    rows = np.arange(len(values))
    before, after = values[rows, high - 1], values[rows, high]
    share = (inside - days[high - 1]) / (days[high] - days[high - 1])
    with np.errstate(invalid="ignore"):
        between = before + share * (after - before)
    # Between a day without any cell and one with some there is no line to follow.
    found = np.where(np.isfinite(between), between, np.where(share < 1, before, after))
    return np.where(np.isnan(wanted), np.nan, found)


def first_at_or_above(days: Floats, values: Floats, level: Floats, from_day: Floats) -> Floats:
    """The first day from `from_day` on at which values reach a level: NaN if never.

    Straight lines join the days of the grid; `values` are `[m, g]`, the others `[m]`.
    """
    rows = np.arange(len(values))
    high_enough = (values >= level[:, None]) & (days[None] >= from_day[:, None])
    place = np.argmax(high_enough, axis=1)
    reached = high_enough[rows, place]
    before = np.maximum(place - 1, 0)
    low, high = values[rows, before], values[rows, place]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (level - low) / (high - low)
    share = np.where(np.isfinite(share), np.clip(share, 0.0, 1.0), 1.0)
    day = days[before] + share * (days[place] - days[before])
    day = np.where(place == 0, days[0], day)
    found: Floats = np.where(reached, np.maximum(day, from_day), np.nan)
    return found


def looks(
    days: Floats,
    ln_share: Floats,
    neutrophils_e9_per_l: Floats,
    parameters: ParameterSet,
) -> Looks:
    """What the planned looks find, and the response that they make.

    Arguments: the grid; ln of the leukaemia as a share of the marrow `[m, g]`; neutrophils on each
    day since the infusion, the last of them standing for later days.
    """
    value = parameters.value
    m = len(ln_share)
    response = np.full((m, len(RESPONSE_DAYS)), RESPONSES.index(Response.NO_RESPONSE))
    residual = np.empty((m, len(RESPONSE_DAYS)))
    remission, settled = np.full(m, np.nan), np.full(m, np.nan)
    for look, day in enumerate(RESPONSE_DAYS):
        on, earlier = np.full(m, float(day)), np.full(m, day - _RISING_OVER_DAYS)
        share = np.exp(at_days(days, ln_share, on))
        residual[:, look] = share
        remitted = (share < value("relapse_marrow_share")) & np.isnan(settled)
        counts = neutrophils_e9_per_l[:, min(day, neutrophils_e9_per_l.shape[1] - 1)]
        complete = counts > value("count_recovery_e9_per_l")
        kind = np.where(complete, RESPONSES.index(Response.CR), RESPONSES.index(Response.CRI))
        response[:, look] = np.where(remitted, kind, response[:, look])
        remission = np.where(remitted & np.isnan(remission), float(day), remission)
        rising = share >= np.exp(at_days(days, ln_share, earlier))
        last = look == len(RESPONSE_DAYS) - 1
        gives_up = ~remitted & np.isnan(remission) & np.isnan(settled) & (rising | last)
        settled = np.where(gives_up, float(day), settled)
    return Looks(response, residual, remission, settled)


def aplasia_lost_day(solution: Solution, cells: Floats, parameters: ParameterSet) -> Floats:
    """The day, since the infusion, on which B cells are back; NaN if never."""
    in_health = _row(cells, "b_cell_influx") * _row(cells, "b_cell_days")
    level = np.log(parameters.value("b_cells_back_share") * in_health)
    m = len(in_health)
    b_cells = np.nan_to_num(solution.of("ln_b_cells"), nan=-np.inf)
    return first_at_or_above(solution.days, b_cells, level, np.full(m, APLASIA_FROM_DAY))


@dataclass(frozen=True, slots=True)
class Expansion:
    """The peak of the CAR-T cells, effectors and memory together."""

    peak_day: Floats
    ln_peak_cells: Floats
    failed: YesNo


def expansion(solution: Solution, weight_kg: Floats, parameters: ParameterSet) -> Expansion:
    """The peak within two months of the infusion, and whether it was high enough to count."""
    early = solution.days <= 60.0
    effector, memory = (
        np.nan_to_num(solution.of(name)[:, early], nan=-np.inf)
        for name in ("ln_effector", "ln_memory")
    )
    cells = np.logaddexp(effector, memory)
    place = np.argmax(cells, axis=1)
    peak = cells[np.arange(len(cells)), place]
    enough = parameters.value("failed_peak_cells") * weight_kg / REFERENCE_WEIGHT_KG
    return Expansion(solution.days[early][place], peak, np.exp(peak) < enough)


def _row(cells: Floats, name: str) -> Floats:
    row: Floats = cells[CELL_PARAMETERS.index(name)]
    return row

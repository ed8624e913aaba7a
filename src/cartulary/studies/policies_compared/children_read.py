# SPDX-License-Identifier: Apache-2.0
"""What became of each simulated child under each outcome, by the codebook's definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cartulary.codebook.endpoint import CENSORED, MISSING, RESPONSE
from cartulary.codebook.endpoint_cohort import outcomes as outcomes_of
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.course.cohort import Cohort
from cartulary.course.events.ending import Cause
from cartulary.studies.policies_compared.outcome import DAYS_PER_MONTH, Of, Outcome
from cartulary.twin.afterwards_histories import CAUSES, Histories
from cartulary.twin.block import Block
from cartulary.twin.population_children import Wholes

Floats = NDArray[np.float64]
Days = NDArray[np.float64]
YesNo = NDArray[np.bool_]

#: The curves that a comparison keeps, with the endpoint of each.
CURVES: Mapping[str, str] = {
    "efs": "efs.treatment_policy.indication",
    "os": "os.indication",
}


@dataclass(frozen=True, slots=True)
class Read:
    """Each child's value under each outcome, NaN where it does not count; 1 and 0 for a share.

    `months_free` holds, for each curve, the months without its event: inf where it never came
    within the horizon, NaN for a child outside the definition's population.
    """

    values: Floats  # [outcome, child]
    months_free: Mapping[str, Floats]  # [child]

    def of(self, children: slice) -> Read:
        """Some of the children, in the same order."""
        free = {name: each[children] for name, each in self.months_free.items()}
        return Read(self.values[:, children], free)


def read_children(block: Block, cohort: Cohort, asked: Sequence[Outcome]) -> Read:
    """Reads every child of a block under every outcome.

    A simulated child is followed to the horizon, so nobody is censored before the month in
    question and a share is a plain share; a child that the simulation could not follow so far
    does not count from there on.
    """
    return read_histories(block.followed.histories, declined(block), cohort, asked)


def read_histories(
    told: Histories, not_indicated: YesNo, cohort: Cohort, asked: Sequence[Outcome]
) -> Read:
    """As `read_children`, of children of any number of blocks: their histories and courses in turn.

    Arguments: what became of each child; whom the programme declined on day 0; the courses; the
    outcomes.
    """
    frames = {each: outcomes_of(cohort, endpoint(each)) for each in sorted(endpoints_of(asked))}
    values = np.full((len(asked), len(told)), np.nan)
    for place, outcome in enumerate(asked):
        if outcome.endpoint:
            values[place] = _by_endpoint(frames[outcome.endpoint], outcome)
        else:
            values[place] = _by_history(told, not_indicated, outcome)
    free = {name: _months_free(frames[each]) for name, each in CURVES.items()}
    return Read(values, free)


def endpoints_of(asked: Sequence[Outcome]) -> set[str]:
    """The endpoints of the codebook that decide these outcomes and the curves."""
    return {one.endpoint for one in asked if one.endpoint} | set(CURVES.values())


def _by_endpoint(frame: pl.DataFrame, outcome: Outcome) -> Floats:
    """1 and 0 by a definition of the codebook; NaN where it does not judge the child."""
    status = frame["status"].to_numpy()
    counts = frame["in_population"].to_numpy() & (status != MISSING)
    if outcome.month is None:
        return np.where(counts, (status == RESPONSE).astype(float), np.nan)
    exit_day = frame["exit"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    until = outcome.month * DAYS_PER_MONTH
    happened = (status != CENSORED) & (exit_day <= until)
    counts &= happened | (exit_day >= np.floor(until))
    chosen = happened & (status == outcome.cause) if outcome.cause else ~happened
    return np.where(counts, chosen.astype(float), np.nan)


def _months_free(frame: pl.DataFrame) -> Floats:
    status = frame["status"].to_numpy()
    counts = frame["in_population"].to_numpy() & (status != MISSING)
    exit_day = frame["exit"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    free: Floats = np.where(status == CENSORED, np.inf, exit_day / DAYS_PER_MONTH)
    free[~counts] = np.nan
    return free


def _by_history(told: Histories, not_indicated: YesNo, outcome: Outcome) -> Floats:
    """What no definition of the codebook speaks of, from the history of each child."""
    indicated = ~not_indicated
    infused = ~np.isnan(told.infusion_day)
    among = indicated if outcome.of is Of.INDICATED else infused
    found = _READERS[outcome.id.split(".")[0]](told, outcome)
    values: Floats = np.where(among, found, np.nan)
    return values


def declined(block: Block) -> YesNo:
    """Whom the programme declined on day 0, as the narrated indication says it."""
    return np.asarray(block.pathway.ended_day == 0, dtype=np.bool_)


def _infused(told: Histories, outcome: Outcome) -> Floats:
    return (~np.isnan(told.infusion_day)).astype(float)


def _days_to_infusion(told: Histories, outcome: Outcome) -> Floats:
    return told.infusion_day


def _log10_peak(told: Histories, outcome: Outcome) -> Floats:
    peak: Floats = told.ln_peak_cells / np.log(10.0)
    return peak


def _crs(told: Histories, outcome: Outcome) -> Floats:
    return _reached(told.crs_grade, outcome)


def _icans(told: Histories, outcome: Outcome) -> Floats:
    return _reached(told.icans_grade, outcome)


def _reached(grade: Wholes, outcome: Outcome) -> Floats:
    """Who reached the grade that ends the outcome's id."""
    reached: Floats = (grade >= int(outcome.id.split(".")[1])).astype(np.float64)
    return reached


def _within(told: Histories, day: Floats, outcome: Outcome) -> YesNo:
    assert outcome.month is not None
    return np.asarray(day - told.infusion_day <= outcome.month * DAYS_PER_MONTH, dtype=np.bool_)


def _transplant(told: Histories, outcome: Outcome) -> Floats:
    return _within(told, told.transplant_day, outcome).astype(float)


def _second_infusion(told: Histories, outcome: Outcome) -> Floats:
    return _within(told, told.second_infusion_day, outcome).astype(float)


def _death_in_remission(told: Histories, outcome: Outcome) -> Floats:
    other = told.cause != CAUSES.index(Cause.LEUKAEMIA)
    died = _within(told, told.death_day, outcome) & other & np.isnan(told.relapse_day)
    counted: Floats = died.astype(np.float64)
    return counted


def _death_of_transplant(told: Histories, outcome: Outcome) -> Floats:
    died = _within(told, told.death_day, outcome)
    counted: Floats = (died & (told.cause == CAUSES.index(Cause.TRANSPLANT))).astype(np.float64)
    return counted


_READERS = {
    "infused": _infused,
    "days_to_infusion": _days_to_infusion,
    "log10_peak": _log10_peak,
    "crs": _crs,
    "icans": _icans,
    "transplant": _transplant,
    "second_infusion": _second_infusion,
    "death_in_remission": _death_in_remission,
    "death_of_transplant": _death_of_transplant,
}

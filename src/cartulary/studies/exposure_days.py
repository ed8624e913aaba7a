# SPDX-License-Identifier: Apache-2.0
"""On which day of an endpoint's clock each child of a cohort became exposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from cartulary.codebook.endpoint import MISSING, Endpoint
from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.exposure import Exposure, exposure_search, look_search
from cartulary.course.cohort import Cohort
from cartulary.evidence.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, kw_only=True, eq=False)
class ExposureDays:
    """What was found in each of n children; all arrays have shape (n,).

    day: of the exposure on the clock of the endpoint, NaN for never. stopped_day: of what rules
    it out from then on, NaN where nothing did. unknown: it cannot be said whether or when the
    child was exposed. stopped_by: how many children were first met by what, among those known.
    reasons: children that are unknown, by reason. looked_day: when it was first looked for, NaN
    for never; None where the exposure cannot go unseen.
    """

    day: FloatArray
    stopped_day: FloatArray
    unknown: BoolArray
    stopped_by: Mapping[str, int]
    reasons: Mapping[str, int]
    looked_day: FloatArray | None


def exposure_days(
    cohort: Cohort,
    exposure: Exposure,
    judged_by: Endpoint,
    children: IntArray,
    start_days: IntArray,
) -> ExposureDays:
    """When each child of a cohort became exposed, as `exposure.exposure_of` says it of one.

    Arguments: a cohort; an exposure; the endpoint that judges it; the rows of n children in the
    cohort and the study days on which their clocks start, both of shape (n,).
    Returns: an `ExposureDays`. A child that was exposed before its clock has day 0.

    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> from cartulary.codebook.endpoint_reader import endpoint
    >>> from cartulary.codebook.exposure_reader import exposure
    >>> drawn = "day 0 is infusion\\n0 | infusion |\\n28 | assessment | response: CR\\n"
    >>> made = Cohort.from_courses([course_from_drawing(drawn + "90 | transplant |")])
    >>> asked = exposure("transplant")
    >>> found = exposure_days(made, asked, endpoint(asked.endpoint), np.array([0]), np.array([28]))
    >>> found.day.tolist()
    [62.0]
    """
    found = outcomes(cohort, exposure_search(exposure, judged_by))[children.tolist()]
    status = found["status"].cast(pl.String)
    began = status.is_in([moment.name for moment in exposure.starts]).to_numpy()
    stops = [moment.name for moment in exposure.stops]
    stopped = status.is_in(stops).to_numpy()
    unknown = (status == MISSING).to_numpy()
    days = _on_clock(found, start_days)
    by_stop = {name: int(np.count_nonzero((status == name).to_numpy())) for name in stops}
    why = found.filter(pl.Series(unknown))["why_not"].cast(pl.String).to_list()
    return ExposureDays(
        day=np.where(began, np.maximum(days, 0.0), np.nan),
        stopped_day=np.where(stopped, days, np.nan),
        unknown=np.asarray(unknown, dtype=bool),
        stopped_by={name: number for name, number in by_stop.items() if number},
        reasons={reason: why.count(reason) for reason in sorted(set(why))},
        looked_day=_looked(cohort, exposure, judged_by, children, start_days),
    )


def _looked(
    cohort: Cohort,
    exposure: Exposure,
    judged_by: Endpoint,
    children: IntArray,
    start_days: IntArray,
) -> FloatArray | None:
    """The first day on which it was looked for, on the clock."""
    if not exposure.looks:
        return None
    found = outcomes(cohort, look_search(exposure, judged_by))[children.tolist()]
    names = [moment.name for moment in exposure.looks]
    seen = found["status"].cast(pl.String).is_in(names).to_numpy()
    return np.where(seen, _on_clock(found, start_days), np.nan)


def _on_clock(found: pl.DataFrame, start_days: IntArray) -> FloatArray:
    """The day of each outcome on the clock of the endpoint; NaN where there is none."""
    study_day = (found["start_day"] + found["exit"]).cast(pl.Float64).fill_null(np.nan).to_numpy()
    return np.asarray(study_day - start_days, dtype=np.float64)

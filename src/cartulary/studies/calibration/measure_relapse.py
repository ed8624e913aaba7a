# SPDX-License-Identifier: Apache-2.0
"""Relapses of a simulated cohort by class: how many, when, and with B cells gone or back."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from cartulary.codebook.scale_columns import grade_column, input_schema
from cartulary.codebook.scale_reader import scale_named
from cartulary.codebook.target import Measure
from cartulary.course.cohort_columns import CHILD
from cartulary.studies.calibration.measured_cohort import MeasuredCohort

DAYS_PER_MONTH: Final = 365.25 / 12.0
OF_RELAPSED: Final = "relapsed"
OF_RELAPSED_IN_APLASIA: Final = "relapsed_in_aplasia"


def first_relapses(cohort: MeasuredCohort, measure: Measure) -> pl.DataFrame:
    """The first relapse after the infusion of each child, with its class; one row a child.

    The class is that of the measure's scale, or without one the CD19 status. A relapse later than
    `limit` days after the infusion is left out, as it was not seen yet.
    """
    infused = pl.DataFrame(
        {
            CHILD: np.flatnonzero(cohort.infused).astype(np.uint32),
            "infused_on": cohort.infusion_day[cohort.infused],
        }
    )
    found = (
        cohort.of("relapse")
        .join(infused, on=CHILD, how="inner")
        .with_columns(days_after_first_infusion=(pl.col("day") - pl.col("infused_on")))
        .filter(pl.col("days_after_first_infusion") >= 0)
        .sort(CHILD, "day")
        .unique(CHILD, keep="first", maintain_order=True)
        .with_columns(pl.col("days_after_first_infusion").cast(pl.Int64))
    )
    if measure.limit is not None:
        found = found.filter(pl.col("days_after_first_infusion") <= measure.limit)
    if not measure.scale:
        return found.with_columns(relapse_class=pl.col("cd19_status"))
    scale = scale_named(measure.scale)
    known = set(input_schema(scale)) & set(found.columns)
    return found.with_columns(relapse_class=grade_column(scale, known).cast(pl.String))


def relapse_share(cohort: MeasuredCohort, measure: Measure) -> float:
    """Relapses of some classes, of those infused or of those relapsed of a known class."""
    found = first_relapses(cohort, measure)
    if measure.of == OF_RELAPSED_IN_APLASIA:
        found = found.filter(pl.col("b_cell_aplasia"))
    counted = _of_class(found, measure).height
    if measure.of in (OF_RELAPSED, OF_RELAPSED_IN_APLASIA):
        base = int(found["relapse_class"].is_not_null().sum())
    else:
        base = int(cohort.infused.sum())
    return counted / base if base else float("nan")


def relapse_month(cohort: MeasuredCohort, measure: Measure) -> float:
    """The median month after the infusion of the relapses of some classes."""
    days = _of_class(first_relapses(cohort, measure), measure)["days_after_first_infusion"]
    return float(np.median(days.to_numpy())) / DAYS_PER_MONTH if len(days) else float("nan")


def aplasia_at_relapse(cohort: MeasuredCohort, measure: Measure) -> float:
    """The share of the relapses of some classes that came while B cells were gone."""
    gone = _of_class(first_relapses(cohort, measure), measure)["b_cell_aplasia"].drop_nulls()
    return float(gone.cast(pl.Float64).to_numpy().mean()) if len(gone) else float("nan")


def expansion_failed(cohort: MeasuredCohort, measure: Measure) -> float:
    """The share of the relapses of some classes whose CAR-T cells had not expanded."""
    failed = _of_class(first_relapses(cohort, measure), measure)["expansion_failed"].drop_nulls()
    return float(failed.cast(pl.Float64).to_numpy().mean()) if len(failed) else float("nan")


def _of_class(found: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """The relapses of the classes that a measure names; all where it names none."""
    if not measure.cause:
        return found
    return found.filter(pl.col("relapse_class").is_in(list(measure.cause)))

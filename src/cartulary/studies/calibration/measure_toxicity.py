# SPDX-License-Identifier: Apache-2.0
"""Toxicity of a simulated cohort, graded by the scale that the published figure was graded by."""

from __future__ import annotations

from typing import Final

import polars as pl

from cartulary.codebook.grading import WATCHED_DAYS
from cartulary.codebook.scale_reader import scale_named
from cartulary.codebook.target import Measure
from cartulary.course.cohort_columns import CHILD
from cartulary.studies.calibration.measured_cohort import MeasuredCohort
from cartulary.twin.narrate.bedside import INFUSION, SINCE, grades

PENN: Final = "penn_crs_2014"
OF_INFUSIONS: Final = "infusions"
#: The virtual ward tells blood pressure, vasopressors and oxygen, not fluid nor organs. Hypotension
#: is treated with repeated fluid, which Penn calls grade 3; other organs are taken as unharmed.
_BOLUSES_FOR_HYPOTENSION: Final = 2
_NOT_TOLD: Final = {
    "hospitalised_for_crs": pl.lit(value=False),
    "creatinine_grade": pl.lit(0),
    "liver_grade": pl.lit(0),
    "vasopressin": pl.lit(value=False),
    "vasopressor_high_dose": pl.lit(value=False),
    "coagulopathy_treated": pl.lit(value=False),
    "airway_protection_only": pl.lit(value=False),
}


def toxicity(cohort: MeasuredCohort, measure: Measure) -> float:
    """The share of children, or of infusions, with at least this grade, of those graded."""
    graded = (
        cohort.kept(PENN, lambda: _penn(cohort))
        if measure.scale == PENN
        else _told(cohort, measure)
    )
    part = cohort.group(measure.among, measure.limit) & cohort.infused
    graded = graded.filter(pl.Series(part).gather(graded[CHILD]))
    if measure.of != OF_INFUSIONS:
        graded = graded.group_by(CHILD).agg(pl.col("grade").max())
    return (
        float((graded["grade"] >= measure.grade_from).cast(pl.Float64).to_numpy().mean())
        if graded.height
        else float("nan")
    )


def _told(cohort: MeasuredCohort, measure: Measure) -> pl.DataFrame:
    """The grades that the ward wrote down: one row an infusion."""
    return (
        cohort.of("toxicity")
        .filter(pl.col("toxicity").is_in(list(measure.cause)) & pl.col("grade").is_not_null())
        .group_by(CHILD, INFUSION)
        .agg(pl.col("grade").max())
    )


def _penn(cohort: MeasuredCohort) -> pl.DataFrame:
    """The highest grade on the Penn scale after each infusion, from the daily signs."""
    return (
        penn_grades(cohort)
        .group_by(CHILD, INFUSION)
        .agg(pl.col("grade").max())
        .filter(pl.col("grade").is_not_null())
    )


def penn_grades(cohort: MeasuredCohort) -> pl.DataFrame:
    """The Penn grade of every day of signs: 0 where no grade holds."""
    infusions = (
        cohort.of("infusion")
        .select(CHILD, pl.col("day").alias("infused_on"))
        .sort(CHILD, "infused_on")
        .with_columns(pl.int_range(1, pl.len() + 1).over(CHILD).alias(INFUSION))
    )
    signs = (
        cohort.of("finding")
        .sort("day")
        .join_asof(
            infusions.sort("infused_on"),
            left_on="day",
            right_on="infused_on",
            by=CHILD,
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns((pl.col("day") - pl.col("infused_on")).alias(SINCE))
        .filter(pl.col(SINCE).is_between(0, WATCHED_DAYS[-1]))
        .with_columns(
            fluid_boluses=_BOLUSES_FOR_HYPOTENSION
            * pl.col("hypotension").fill_null(value=False).cast(pl.Int64),
            **_NOT_TOLD,
        )
        .sort(CHILD, INFUSION, SINCE)
    )
    graded = grades(signs, scale_named(PENN)).fill_null(0)
    return signs.select(CHILD, INFUSION, SINCE).with_columns(grade=graded.cast(pl.Int64))

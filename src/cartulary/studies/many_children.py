# SPDX-License-Identifier: Apache-2.0
"""The summaries of many children: the same as one by one, without reading what none of them asks.

Most of a course are daily signs and laboratory values, and a figure needs them only where a
toxicity was not graded by the centre. The two endpoints are read off the columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

import polars as pl

from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.grading import SCALE_OF_TOXICITY
from cartulary.codebook.scale_parts import From
from cartulary.codebook.scale_reader import scale_named
from cartulary.course.cohort import Cohort
from cartulary.course.cohort_columns import CHILD
from cartulary.course.events.observation import GradeBasis, ToxicityKind
from cartulary.studies.child_summary import (
    MAIN_EFS,
    RESPONSE_DAY_28,
    ChildSummary,
    Judged,
    summaries,
    summary,
)

# From so many children on the columns are quicker than the courses.
MANY = 500

# The frames that hold most of a course's rows.
SERIES = ("finding", "measurement")


def summaries_of(cohort: Cohort, kinds: Iterable[str]) -> tuple[ChildSummary, ...]:
    """One summary a child, in the order of the cohort.

    Arguments: a cohort; the kinds of toxicity that will be counted, such as "crs".
    Returns: what `summaries` gives. Of a cohort of `MANY` children or more, other kinds of
    toxicity than `kinds` are not computed, and a child whose every counted toxicity was graded
    has a course without daily signs and laboratory values.
    Refuses nothing.
    """
    if len(cohort) < MANY:
        return summaries(cohort.courses())
    counted = tuple(kind for kind in SCALE_OF_TOXICITY if kind in set(kinds))
    light = _without_series(cohort, _children_to_grade(cohort, counted))
    courses = light.courses()
    efs, response = _judged(cohort, MAIN_EFS), _judged(cohort, RESPONSE_DAY_28)
    return tuple(
        summary(course, efs=survival, response_day28=answer, computed_kinds=counted)
        for course, survival, answer in zip(courses, efs, response, strict=True)
    )


def _judged(cohort: Cohort, endpoint_id: str) -> Iterator[Judged]:
    found = outcomes(cohort, endpoint(endpoint_id))
    inside = found["in_population"].to_list()
    for within, status, days in zip(
        inside, found["status"].to_list(), found["exit"].to_list(), strict=True
    ):
        yield Judged(status if within else "", days)


def _children_to_grade(cohort: Cohort, kinds: Iterable[ToxicityKind]) -> pl.Series:
    """The numbers of the children with an infusion after which a kind may still be computed."""
    infusions = cohort.events["infusion"].select(CHILD, "number")
    reported = (
        cohort.events["toxicity"]
        .filter(
            pl.col("grade").is_not_null()
            & ~(pl.col("basis").fill_null("") == GradeBasis.OVERRIDDEN.value)
        )
        .select(CHILD, "toxicity", number="infusion_number")
    )
    found = []
    for kind in kinds:
        graded = reported.filter(pl.col("toxicity") == str(kind))
        left = infusions.join(graded, on=[CHILD, "number"], how="anti")
        found.append(left.join(_with_signs_for(cohort, kind), on=CHILD, how="semi")[CHILD])
    return pl.concat(found).unique() if found else pl.Series(CHILD, [], dtype=pl.UInt32)


def _with_signs_for(cohort: Cohort, kind: ToxicityKind) -> pl.DataFrame:
    """The children of whom something is recorded that a scale of this kind reads."""
    facts: set[str] = set()
    analytes: set[str] = set()
    for scale_id in SCALE_OF_TOXICITY[kind]:
        for one in scale_named(scale_id).inputs:
            if one.source is From.FINDING:
                facts.add(one.fact)
            elif one.analyte:
                analytes.add(one.analyte)
    known = reduce(or_, (pl.col(fact).is_not_null() for fact in sorted(facts)), pl.lit(False))
    signs = cohort.events["finding"].filter(known).select(CHILD)
    values = cohort.events["measurement"].filter(pl.col("analyte").is_in(sorted(analytes)))
    return pl.concat([signs, values.select(CHILD)]).unique()


def _without_series(cohort: Cohort, keep: pl.Series) -> Cohort:
    """The cohort, with daily signs and laboratory values of these children alone."""
    return cohort.with_rows(dict.fromkeys(SERIES, pl.col(CHILD).is_in(keep.implode())))

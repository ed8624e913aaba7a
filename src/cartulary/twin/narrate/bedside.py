# SPDX-License-Identifier: Apache-2.0
"""The first weeks after an infusion: daily signs, the grades they give, and what was given."""

from __future__ import annotations

import numpy as np
import polars as pl

from cartulary.codebook.condition_columns import to_polars
from cartulary.codebook.grading import WATCHED_DAYS
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_columns import grade_column, input_schema
from cartulary.codebook.scale_parts import From
from cartulary.codebook.scale_reader import scale_named
from cartulary.course.cohort_columns import CHILD
from cartulary.course.course import DAYS_PER_YEAR
from cartulary.course.events.ending import Cause
from cartulary.course.events.observation import GradeBasis, ToxicityKind
from cartulary.course.events.treatment import Drug, TreatmentFor
from cartulary.twin.afterwards_histories import CAUSES
from cartulary.twin.block import Block
from cartulary.twin.narrate.rows import each, rows, words_at
from cartulary.twin.narrate.state import INFUSIONS, States
from cartulary.twin.population_children import Floats, YesNo
from cartulary.twin.toxicity_signs import CONSCIOUSNESS, OXYGEN

LAST_DAY_OF_FINDINGS = 28
FEVER_C = 38.0
INFUSION = "infusion_number"
SINCE = "since"

# Kinds that are graded from the signs, each by one scale of the codebook.
GRADED = (
    (ToxicityKind.CRS, "astct_crs_2019"),
    (ToxicityKind.ICANS, "astct_icans_2019"),
    (ToxicityKind.FEBRILE_NEUTROPENIA, "ctcae_febrile_neutropenia_5"),
)
COUNT_SCALE = "ctcae_neutrophils_5"
# Neutrophils that low on day 28 are what published cohorts call grade 3 or 4 on that day.
PERSISTENT_FROM_GRADE = 3

# The codebook calls a grade 0 only where each of these days was graded, or all up to death or to
# the next infusion.
WATCHED = "watched_days"

_NOT_IN_A_COHORT = (INFUSION, SINCE, WATCHED)


def finding(block: Block, states: States) -> pl.DataFrame:
    """Daily signs from each infusion to day 28, with the infusion they followed."""
    last, told = block.last_day, block.followed.histories
    made = []
    for order, segment in enumerate(states.segments):
        signs = segment.toxicity
        if segment.kind not in INFUSIONS or signs is None:
            continue
        row, since = each(np.arange(len(segment)), np.arange(LAST_DAY_OF_FINDINGS + 1.0))
        place, offset = segment.places[row], since.astype(np.int64)
        day = segment.start_day[row] + since
        kept = (day <= last[place]) & (day < states.next_start(order)[row])
        row, place, offset, day = row[kept], place[kept], offset[kept], day[kept]
        at = (row, offset)
        temperature = np.round(signs.temperature_c[at], 1)
        fever = temperature >= FEVER_C
        given = signs.anticytokine_given[at]
        died_of_it = (told.cause[place] == CAUSES.index(Cause.CAR_T)) & (
            told.death_day[place] == day
        )
        watched = np.minimum(
            np.fmin(told.death_day[segment.places], states.next_start(order, INFUSIONS) - 1)
            - segment.start_day,
            float(WATCHED_DAYS[-1]),
        )
        made.append(
            rows(
                place,
                day,
                temperature_c=temperature,
                # The model's temperature is that of the day, so that fever lasts.
                fever_over_1_hour=fever,
                fever_other_cause=pl.Series(signs.fever_other_cause[at]).set(
                    pl.Series(~fever), None
                ),
                hypotension=signs.hypotension[at],
                vasopressors=signs.vasopressors[at],
                oxygen_support=words_at(OXYGEN, signs.oxygen_support[at]),
                oxygen_l_per_min=signs.oxygen_l_per_min[at],
                anticytokine_given=given,
                ice_score=_score(signs.ice_score[at]),
                capd_score=_score(signs.capd_score[at]),
                consciousness=words_at(CONSCIOUSNESS, signs.consciousness[at]),
                fatal=pl.Series(died_of_it).set(pl.Series(~died_of_it), None),
                infusion_number=1 + INFUSIONS.index(segment.kind),
                since=offset,
                watched_days=watched[row].astype(np.int64),
            )
        )
    if not made:
        return rows(
            np.array([], dtype=np.int64), np.array([]), infusion_number=1, since=0, watched_days=0
        )
    return pl.concat(made, how="diagonal_relaxed").sort(CHILD, INFUSION, SINCE)


def without_context(found: pl.DataFrame) -> pl.DataFrame:
    """The signs as a cohort keeps them, without the columns that grading needs."""
    return found.drop(*_NOT_IN_A_COHORT)


def toxicity(block: Block, found: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Each toxicity after each infusion by the codebook's scales, grade 0 where there was none.

    `found` is of `finding`; `counts` holds the neutrophils of `laboratory.measurement`.
    """
    if found.height == 0:
        return rows(np.array([], dtype=np.int64), np.array([]), toxicity=None)
    ages = pl.DataFrame(
        {
            CHILD: pl.Series(np.arange(len(block)), dtype=pl.UInt32),
            "age_days": block.children.age_days,
        }
    )
    neutrophils = counts.select(
        CHILD, "day", neutrophils=pl.coalesce("value", "limit").cast(pl.Float64)
    )
    signs = (
        found.join(ages, on=CHILD, how="left")
        .join(neutrophils, on=[CHILD, "day"], how="left")
        .with_columns(age_years=(pl.col("age_days") + pl.col("day")) / DAYS_PER_YEAR)
        .sort(CHILD, INFUSION, SINCE)
    )
    graded = [_episodes(signs, kind, scale_named(scale_id)) for kind, scale_id in GRADED]
    return pl.concat([*graded, _persistent(block, signs)], how="diagonal_relaxed")


def grades(signs: pl.DataFrame, scale: Scale) -> pl.Series:
    """The grade of every day by one scale; what is carried from day to day is filled in."""
    columns = set(input_schema(scale)) & set(signs.columns)
    carried = []
    for one in scale.inputs:
        if one.source is From.CARRIED:
            assert one.when is not None
            holds = to_polars(one.when, columns).fill_null(False)
            if one.reach == "earlier":
                holds = holds.shift(1, fill_value=False).over(CHILD, INFUSION)
            carried.append(holds.cast(pl.Int8).cum_max().over(CHILD, INFUSION).cast(pl.Boolean)
                           .alias(one.name))  # fmt: skip
    ready = signs.with_columns(carried)
    known = set(input_schema(scale)) & set(ready.columns)
    return ready.select(grade_column(scale, known).alias("grade"))["grade"]


def _episodes(signs: pl.DataFrame, kind: ToxicityKind, scale: Scale) -> pl.DataFrame:
    """From the first day with a grade to the last, with the highest; a 0 only if it was watched."""
    ill = pl.col("grade") >= 1
    counted = pl.col(SINCE).is_between(WATCHED_DAYS[0], WATCHED_DAYS[-1])
    return (
        signs.select(CHILD, INFUSION, SINCE, WATCHED, "day", grade=grades(signs, scale))
        .filter(pl.col("grade").is_not_null())
        .group_by(CHILD, INFUSION, maintain_order=True)
        .agg(
            seen=counted.sum() >= pl.col(WATCHED).first(),
            start=pl.col("day").first(),
            onset=pl.col("day").filter(ill).first(),
            end_day=pl.col("day").filter(ill).last(),
            last=pl.col("day").last(),
            grade=pl.col("grade").max(),
        )
        .filter(pl.col("seen") | (pl.col("grade") >= 1))
        .select(
            CHILD,
            INFUSION,
            "grade",
            day=pl.coalesce("onset", "start"),
            end_day=pl.when(pl.col("end_day") < pl.col("last")).then("end_day"),
            toxicity=pl.lit(kind.value),
            scale=pl.lit(scale.id),
            basis=pl.lit(GradeBasis.COMPUTED.value),
        )
    )


def _persistent(block: Block, signs: pl.DataFrame) -> pl.DataFrame:
    """Neutropenia beyond day 28, by the count of that day."""
    scale = scale_named(COUNT_SCALE)
    day_28 = signs.filter(
        (pl.col(SINCE) == LAST_DAY_OF_FINDINGS) & pl.col("neutrophils").is_not_null()
    )
    graded = day_28.with_columns(
        below_lower_limit=pl.lit(False), grade=pl.lit(0, dtype=pl.Int64)
    ).with_columns(grade=grade_column(scale))
    return graded.select(
        CHILD,
        INFUSION,
        "day",
        grade=pl.when(pl.col("grade") >= PERSISTENT_FROM_GRADE).then("grade").otherwise(0),
        toxicity=pl.lit(ToxicityKind.NEUTROPENIA_BEYOND_DAY_28.value),
        scale=pl.lit(scale.id),
        basis=pl.lit(GradeBasis.COMPUTED.value),
    )


def treatment(block: Block, states: States) -> pl.DataFrame:
    """Tocilizumab and dexamethasone, one row a course, from the first day to the last."""
    last = block.last_day
    made = []
    for order, segment in enumerate(states.segments):
        signs = segment.toxicity
        if segment.kind not in INFUSIONS or signs is None:
            continue
        days = np.arange(signs.tocilizumab.shape[1], dtype=np.float64)
        ends = np.minimum(last[segment.places], states.next_start(order) - 1) - segment.start_day
        inside = days[None, :] <= ends[:, None]
        for drug, given in (
            (Drug.TOCILIZUMAB, signs.tocilizumab),
            (Drug.DEXAMETHASONE, signs.dexamethasone),
        ):
            seen = given & inside
            who: YesNo = np.asarray(seen.any(axis=1))
            first = seen.argmax(axis=1)
            final = seen.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
            for_brain = (signs.icans_grade > 0) & (signs.icans_grade >= signs.crs_grade)
            why = for_brain[np.arange(len(segment)), first] & (drug is Drug.DEXAMETHASONE)
            made.append(
                rows(
                    segment.places,
                    segment.start_day + first,
                    who,
                    drug=drug.value,
                    given_for=words_at((TreatmentFor.CRS, TreatmentFor.ICANS), why.astype(int)),
                    doses=seen.sum(axis=1) if drug is Drug.TOCILIZUMAB else None,
                    stop_day=pl.Series(_days(segment.start_day + final)),
                )
            )
    if not made:
        return rows(np.array([], dtype=np.int64), np.array([]), drug=None)
    return pl.concat(made, how="diagonal_relaxed")


def _days(days: Floats) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return days.astype(np.int32)


def _score(values: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> pl.Series:
    """A score, absent where the child is of the other age."""
    return pl.Series(values).set(pl.Series(values < 0), None)

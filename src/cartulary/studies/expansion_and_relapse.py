# SPDX-License-Identifier: Apache-2.0
"""Expansion, toxicity and relapse side by side: the article's groups, and what burden does.

By class of first relapse: how many, when, B-cell aplasia then, and how far the cells had expanded.
By burden before the infusion: toxicity, expansion and remission.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import polars as pl

from cartulary.codebook.endpoint import MISSING, RESPONSE
from cartulary.course.cohort import Cohort
from cartulary.course.cohort_columns import CHILD
from cartulary.course.errors import EstimandError
from cartulary.course.events.disease import Assessment, Response
from cartulary.course.events.observation import Analyte
from cartulary.evidence import Estimate, MedianRange, median_range, proportion
from cartulary.studies.child_summary import ChildSummary
from cartulary.studies.many_children import summaries_of

CLASSES = ("early", "cd19_negative", "cd19_positive", "unknown")
BURDENS = ("high", "detectable", "undetectable", "not_recorded")
NO_RELAPSE = "none"
NO_REMISSION = "no_remission"
PEAK_WITHIN_DAYS = 28
# A peak so far below the usual one counts as expansion that failed; "usual" is the median of the
# children in remission without relapse.
FAILED_BELOW = 0.1
KINDS = ("crs", "icans")
REMISSION = (Response.CR, Response.CRI)


@dataclass(frozen=True, slots=True)
class RelapseGroup:
    """The children of one class of first relapse, or of none; days count from the infusion."""

    relapse_class: str
    share: Estimate
    days: MedianRange | None
    aplasia_ongoing: Estimate | None
    peak_copies: MedianRange | None
    expansion_failed: Estimate | None


@dataclass(frozen=True, slots=True)
class BurdenGroup:
    """The infused children of one burden before the infusion."""

    burden: str
    children: int
    crs: Estimate | None
    severe_crs: Estimate | None
    icans: Estimate | None
    remission: Estimate | None
    peak_copies: MedianRange | None


@dataclass(frozen=True, slots=True)
class ExpansionAndRelapse:
    """Both tables, of the infused children of one cohort."""

    origin: str
    children: int
    infused: int
    by_relapse: tuple[RelapseGroup, ...]
    by_burden: tuple[BurdenGroup, ...]


def expansion_and_relapse(cohort: Cohort) -> ExpansionAndRelapse:
    """The article's groups of relapse and the groups of burden, with how far the cells expanded.

    Arguments: a cohort of one origin.
    Returns: one line a class and one a burden that a child has; children without a relapse stand
    apart by whether they ever were in remission. A peak is the highest number of CAR-T copies
    measured in the first 28 days after the first infusion; expansion failed where it is below a
    tenth of the median of the children in remission without relapse.
    Refuses: a cohort of several origins, or without an infused child.
    """
    origins = cohort.origins
    children = summaries_of(cohort, KINDS)
    infused = [child for child in children if child.was_infused]
    if len(origins) != 1 or not infused:
        raise EstimandError(
            f"The cohort has {len(infused)} infused children of {len(origins)} origins. The groups "
            "are of infused children of one origin. Give such a cohort."
        )
    origin = str(origins[0])
    peaks = _peaks(cohort)
    usual = [
        peaks[one.child] for one in infused if _class_of(one) == NO_RELAPSE if one.child in peaks
    ]
    failed_below = FAILED_BELOW * median(usual) if usual else None
    return ExpansionAndRelapse(
        origin=origin,
        children=len(children),
        infused=len(infused),
        by_relapse=tuple(
            _relapse_group(name, infused, peaks, origin, failed_below)
            for name in (*CLASSES, NO_RELAPSE, NO_REMISSION)
        ),
        by_burden=tuple(
            _burden_group(name, members, peaks, origin)
            for name in BURDENS
            if (members := [child for child in infused if (child.burden or BURDENS[-1]) == name])
        ),
    )


def _peaks(cohort: Cohort) -> dict[str, float]:
    """The highest CAR-T copies of each child in the first weeks, by its pseudonym."""
    first = (
        cohort.events["infusion"].drop_nulls("day").group_by(CHILD).agg(infused=pl.col("day").min())
    )
    measured = cohort.events["measurement"].filter(
        (pl.col("analyte") == Analyte.CAR_T_COPIES.value) & pl.col("value").is_not_null()
    )
    since = pl.col("day") - pl.col("infused")
    found = (
        measured.join(first, on=CHILD)
        .filter((since >= 0) & (since <= PEAK_WITHIN_DAYS))
        .group_by(CHILD)
        .agg(peak=pl.col("value").max())
    )
    ids = cohort.children["course_id"].gather(found[CHILD])
    return dict(zip(ids.to_list(), found["peak"].to_list(), strict=True))


def _class_of(child: ChildSummary) -> str:
    if child.relapses:
        return child.relapses[0].relapse_class
    remitted = any(
        isinstance(event, Assessment) and event.response in REMISSION
        for event in child.course.events
    )
    return NO_RELAPSE if remitted else NO_REMISSION


def _relapse_group(
    name: str,
    infused: Sequence[ChildSummary],
    peaks: dict[str, float],
    origin: str,
    failed_below: float | None,
) -> RelapseGroup:
    members = [child for child in infused if _class_of(child) == name]
    firsts = [child.relapses[0] for child in members if child.relapses]
    days = [one.days_after_infusion for one in firsts if one.days_after_infusion is not None]
    told = [one.b_cell_aplasia for one in firsts if one.b_cell_aplasia is not None]
    share = proportion(
        len(members), len(infused), unit="child", origin=origin, label=f"relapse, {name}"
    )
    known = [peaks[child.child] for child in members if child.child in peaks]
    failed = [] if failed_below is None else [peak < failed_below for peak in known]
    return RelapseGroup(
        name,
        share,
        _median(days, "relapse after the infusion, days", origin, len(firsts) - len(days)),
        _share(told, origin, "B-cell aplasia at relapse", len(firsts) - len(told)),
        _peak(members, peaks, origin),
        _share(failed, origin, "expansion failed", len(members) - len(failed)),
    )


def _burden_group(
    name: str, members: Sequence[ChildSummary], peaks: dict[str, float], origin: str
) -> BurdenGroup:
    crs = [child.highest_grade("crs") for child in members]
    icans = [child.highest_grade("icans") for child in members]
    answers = [
        child.response_day28 == RESPONSE
        for child in members
        if child.response_day28 not in ("", MISSING)
    ]
    return BurdenGroup(
        name,
        len(members),
        _at_least(crs, 1, origin, "CRS"),
        _at_least(crs, 3, origin, "CRS grade 3 or higher"),
        _at_least(icans, 1, origin, "ICANS"),
        _share(answers, origin, "remission at day 28", len(members) - len(answers)),
        _peak(members, peaks, origin),
    )


def _at_least(grades: Sequence[int | None], grade: int, origin: str, label: str) -> Estimate | None:
    judged = [one >= grade for one in grades if one is not None]
    return _share(judged, origin, label, len(grades) - len(judged))


def _share(answers: Sequence[bool], origin: str, label: str, missing: int) -> Estimate | None:
    if not answers:
        return None
    return proportion(
        sum(answers), len(answers), unit="child", origin=origin, label=label, missing=missing
    )


def _peak(
    members: Sequence[ChildSummary], peaks: dict[str, float], origin: str
) -> MedianRange | None:
    known = [peaks[child.child] for child in members if child.child in peaks]
    return _median(known, "peak of CAR-T, copies/µg", origin, len(members) - len(known))


def _median(
    values: Sequence[float], quantity: str, origin: str, missing: int
) -> MedianRange | None:
    if not values:
        return None
    return median_range(values, quantity=quantity, unit="child", origin=origin, missing=missing)

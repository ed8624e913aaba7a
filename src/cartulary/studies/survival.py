# SPDX-License-Identifier: Apache-2.0
"""Time to an event in a programme: curve, figures at printed months, published figures beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cartulary.codebook.endpoint_reader import endpoint, endpoints
from cartulary.codebook.published_cohort import Comparability, PublishedEstimate
from cartulary.course.cohort import Cohort
from cartulary.evidence import (
    Estimate,
    FollowUp,
    IncidenceCurve,
    SurvivalCurve,
    cumulative_incidence,
    kaplan_meier,
    median_follow_up,
)
from cartulary.evidence.follow_up_of_cohort import follow_up_of_cohort
from cartulary.studies.published import PublishedBeside, has_definition, published_rows

DAYS_OF_MONTH = {3: 91, 6: 183, 12: 365, 18: 548, 24: 730, 36: 1096, 60: 1826}
SHOWN_MONTHS = (6, 12, 24)


@dataclass(frozen=True, slots=True)
class SurvivalFigure:
    """One endpoint over a cohort: the curve, its figures, and what was published.

    `at[month]` is the estimate at that month; its value is None beyond the follow-up.
    """

    endpoint_id: str
    follow_up: FollowUp
    curve: SurvivalCurve
    at: dict[int, Estimate]
    median: Estimate
    median_follow_up: Estimate
    published: tuple[PublishedBeside, ...]


@dataclass(frozen=True, slots=True)
class IncidenceFigure:
    """Competing causes over a cohort: the curve, and each cause's incidence at printed months."""

    endpoint_id: str
    follow_up: FollowUp
    curve: IncidenceCurve
    at: dict[tuple[str, int], Estimate]


def survival_figure(
    cohort: Cohort,
    endpoint_id: str,
    *,
    key: str = "",
    months: Sequence[int] = SHOWN_MONTHS,
    mask: Sequence[bool] | None = None,
) -> SurvivalFigure | None:
    """The Kaplan-Meier figure of one endpoint, or None when no child can be counted.

    Arguments: `key` is the published outcome to set beside it ("" for none); `mask` picks
    children by their number in the cohort.
    Returns: a `SurvivalFigure`; None when no child was under observation on any day.
    Refuses: an unknown endpoint, one that is not a time to an event, a cohort of several origins.
    """
    chosen = cohort if mask is None else cohort.select(mask)
    if len(chosen) == 0:
        return None
    follow_up = follow_up_of_cohort(chosen, endpoint_id).follow_up
    if follow_up.n_in_view == 0:
        return None
    curve = kaplan_meier(follow_up)
    at = {month: curve.survival_at(DAYS_OF_MONTH[month]) for month in months}
    beside: list[PublishedBeside] = []
    for month in months:
        for benchmark, row in published_rows(key, DAYS_OF_MONTH[month]) if key else ():
            ours, comparable = _ours_under(chosen, row, endpoint_id, at[month], month)
            beside.append(PublishedBeside(benchmark, row, ours, comparable))
    return SurvivalFigure(
        endpoint_id=endpoint_id,
        follow_up=follow_up,
        curve=curve,
        at=at,
        median=curve.median(),
        median_follow_up=median_followed(follow_up, endpoint_id),
        published=tuple(beside),
    )


def median_followed(follow_up: FollowUp, endpoint_id: str) -> Estimate:
    """The median follow-up, with a note of what else than the last contact ends it here."""
    found = median_follow_up(follow_up)
    moments = endpoint(endpoint_id).moments
    stops = [moment.words.en for moment in moments if moment.strategy == "censor"]
    if not stops:
        return found
    told = f"ends also at what this endpoint censors: {', '.join(stops)}; see that of survival"
    return replace(found, notes=(*found.notes, told))


def incidence_figure(
    cohort: Cohort, endpoint_id: str, *, months: Sequence[int] = SHOWN_MONTHS
) -> IncidenceFigure | None:
    """The cumulative incidence of each cause of one endpoint; None when no child can be counted.

    Returns: an `IncidenceFigure`, its `at` keyed by cause and month.
    Refuses: an unknown endpoint, or a cohort of several origins.
    """
    follow_up = follow_up_of_cohort(cohort, endpoint_id).follow_up
    if follow_up.n_in_view == 0:
        return None
    curve = cumulative_incidence(follow_up)
    at = {
        (cause, month): curve.incidence_at(DAYS_OF_MONTH[month], cause)
        for cause in follow_up.cause_names
        for month in months
    }
    return IncidenceFigure(endpoint_id, follow_up, curve, at)


def _ours_under(
    cohort: Cohort, row: PublishedEstimate, endpoint_id: str, ours: Estimate, month: int
) -> tuple[Estimate, Comparability]:
    """Ours under the paper's own definition where the codebook has it, else as we report it."""
    if has_definition(row) and row.definition in endpoints():
        if row.definition == endpoint_id:
            return ours, row.comparability(endpoint_id)
        follow_up = follow_up_of_cohort(cohort, row.definition).follow_up
        if follow_up.n_in_view:
            curve = kaplan_meier(follow_up)
            return curve.survival_at(DAYS_OF_MONTH[month]), row.comparability(row.definition)
    return ours, row.comparability(endpoint_id)

# SPDX-License-Identifier: Apache-2.0
"""What follows an exposure that begins during follow-up: several analyses, one of them wrong.

A child must live free of the event until it is transplanted, infused again, or loses its B-cell
aplasia. Sorted by what came later, the exposed seem protected even where the exposure does nothing
(immortal time). That naive row is here to be seen beside the others, and is marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.exposure import Exposure, reads_the_exposure
from cartulary.codebook.exposure_reader import exposure as exposure_named
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import Draws
from cartulary.evidence.clone_censor_weight import CloneCensorWeight, clone_censor_weight
from cartulary.evidence.counted import counted
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.landmark import Landmark
from cartulary.evidence.simon_makuch import SimonMakuch
from cartulary.evidence.spells import checked_exposure
from cartulary.studies.estimand_rows import judged
from cartulary.studies.exposure_analyses import (
    Asked,
    landmark_rows,
    landmark_words,
    naive_row,
    plan_row,
    simon_makuch_row,
    time_dependent_row,
)
from cartulary.studies.exposure_days import exposure_days
from cartulary.studies.exposure_rows import (
    NOBODY_COUNTED,
    NOBODY_LOOKED,
    EffectRow,
    NoComparisonError,
)

HORIZON = 365.0
FEWEST = 5


@dataclass(frozen=True, kw_only=True)
class ExposureEffect:
    """Every analysis of one cohort, and the parts from which curves are drawn.

    children, exposed: who is in the analyses, and how many of them became exposed while followed.
    unknown: children left out because it is not known when they were exposed, by reason.
    stopped_by: children by what ruled the exposure out from then on. unseen: children in whom it
    was never looked for before the end of their follow-up, None where it cannot go unseen; they
    count as not exposed. day: of exposure on the clock, NaN for never, shape (n,). landmarks,
    simon_makuch and strategies are empty or None where refused; the rows say why. grace_day: None
    for an exposure that nobody decides on.
    """

    exposure: Exposure
    rows: tuple[EffectRow, ...]
    children: int
    exposed: int
    endpoint: str
    follow_up: FollowUp = field(repr=False)
    day: FloatArray = field(repr=False)
    landmarks: tuple[Landmark, ...] = field(repr=False)
    simon_makuch: SimonMakuch | None = field(repr=False)
    strategies: CloneCensorWeight | None = field(repr=False)
    horizon: float
    fewest: int
    grace_day: float | None
    unknown: Mapping[str, int] = field(default_factory=dict)
    stopped_by: Mapping[str, int] = field(default_factory=dict)
    unseen: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def events(self) -> int:
        """How many of the children had the event."""
        return self.follow_up.events

    @property
    def undated(self) -> int:
        """How many children were left out."""
        return sum(self.unknown.values())

    def of(self, method: str) -> tuple[EffectRow, ...]:
        """Every row of one method, in order."""
        return tuple(found for found in self.rows if found.method == method)

    def row(self, method: str, day: float | None = None) -> EffectRow:
        """One row by method; a landmark by its day."""
        says = None if day is None else landmark_words(day)
        for found in self.of(method):
            if says is None or found.says == says:
                return found
        held = ", ".join(dict.fromkeys(found.method for found in self.rows))
        raise EstimandError(
            f"There is no analysis {method!r}{'' if day is None else f' on day {day:g}'}. "
            f"There are {held}. Ask for one of these."
        )


def exposure_effect(
    follow_up: FollowUp,
    exposure_day: ArrayLike,
    exposure: Exposure,
    *,
    landmarks: Sequence[float] | None = None,
    grace_day: float | None = None,
    horizon: float = HORIZON,
    lost_day: ArrayLike | None = None,
    covariates: Mapping[str, ArrayLike] | None = None,
    draws: Draws | None = None,
    n_resamples: int = 500,
    fewest: int = FEWEST,
    level: float = 0.95,
) -> ExposureEffect:
    """Hazard after an exposure over hazard without, by several analyses of the same children.

    naive: ever against never, as if known on day 0. landmark: by what was known on each day,
    among those followed beyond it. time-dependent: Cox's model (Firth's penalty for few), exposed
    from the day after. Simon-Makuch: log S over log S of its two curves at `horizon`, which is
    the hazard ratio where hazards are proportional, from the first landmark on which enough were
    exposed. clone-censor-weight, of an exposure that can be planned: the same of two strategies.

    Arguments:
        follow_up: one cause, from the clock's start; shape (n,).
        exposure_day: on that clock, NaN for never, 0 for exposed from the start; shape (n,).
        exposure: from `exposure_reader.exposure`; its landmarks and grace day where none are given.
        landmarks, grace_day, horizon: days, chosen before looking.
        lost_day: after which the plan can no longer be followed, where that is not the event.
        covariates: as in `clone_censor_weight`.
        draws, n_resamples: for the interval of clone-censor-weight; None for none.
        fewest: children a group needs. level: of intervals.

    Returns: an `ExposureEffect`; an analysis that is refused is a row with its reason.
    Refuses: days of another length than the follow-up; an infinite day.
    Source: Anderson, Cain and Gelber 1983; Simon and Makuch 1984; Hernan 2018.

    >>> rows = FollowUp(exit=[*range(20, 420, 20)], status=[1, 0] * 10, cause_names=("relapse",),
    ...                 unit="child", clock="remission", definition="rfs.treatment_policy, 1",
    ...                 origin="simulated")
    >>> day = [float("nan")] * 10 + [100 + 2 * k for k in range(10)]
    >>> found = exposure_effect(rows, day, exposure_named("second_infusion"), landmarks=[110])
    >>> [row.method for row in found.rows]
    ['naive', 'landmark', 'time_dependent', 'simon_makuch']
    """
    marks = tuple(float(mark) for mark in (landmarks or exposure.landmarks))
    day = checked_exposure(exposure_day, follow_up.n, exposure.short.en)
    asked = Asked(
        follow_up=follow_up,
        day=day,
        name=exposure.short.en,
        horizon=horizon,
        fewest=fewest,
        level=level,
    )
    grid, found_marks = landmark_rows(asked, marks)
    curves_row, curves = simon_makuch_row(asked, marks)
    rows = [naive_row(asked), *grid, time_dependent_row(asked), curves_row]
    plan = None if exposure.grace_day is None else float(grace_day or exposure.grace_day)
    strategies: CloneCensorWeight | None = None
    if plan is not None:
        made: CloneCensorWeight | EstimandError
        try:
            made = strategies = clone_censor_weight(
                follow_up,
                day,
                draws,
                grace_day=plan,
                horizon=horizon,
                name=asked.name,
                remission_lost_day=lost_day,
                covariates=covariates,
                n_resamples=n_resamples,
                fewest_followers=fewest,
                level=level,
            )
        except EstimandError as refusal:
            made = refusal
        lost = np.full(follow_up.n, np.nan)
        if lost_day is not None:
            lost = np.asarray(lost_day, dtype=np.float64)
        rows.append(plan_row(asked, plan, made, lost))
    return ExposureEffect(
        exposure=exposure,
        rows=tuple(rows),
        children=follow_up.n,
        exposed=int(np.count_nonzero(asked.given)),
        endpoint=follow_up.endpoint or follow_up.definition,
        follow_up=follow_up,
        day=day,
        landmarks=found_marks,
        simon_makuch=curves,
        strategies=strategies,
        horizon=horizon,
        fewest=fewest,
        grace_day=plan,
        notes=_notes(follow_up),
    )


def exposure_effect_of_cohort(
    cohort: Cohort,
    exposure: Exposure | str,
    endpoint_id: str = "",
    *,
    landmarks: Sequence[float] | None = None,
    grace_day: float | None = None,
    horizon: float = HORIZON,
    draws: Draws | None = None,
    n_resamples: int = 500,
    fewest: int = FEWEST,
    level: float = 0.95,
) -> ExposureEffect:
    """The same for the children of a cohort, under an endpoint that ignores the exposure.

    Who is exposed, and when, is what the exposure's file says; days of all analyses count from
    the clock of the endpoint. A child of whom that is not known is left out and counted.

    Arguments: a cohort of one origin; an exposure or its id; the full id of an endpoint, that of
    the exposure's file where none is given; the rest as above.
    Returns: an `ExposureEffect`.
    Refuses: an endpoint in which the exposure censors, competes or is an event; a cohort in which
    nobody can be counted, or nobody looked for the exposure; an unknown exposure or endpoint.

    >>> from cartulary.studies.transplant_simulation import cohort_without_effect
    >>> cohort = cohort_without_effect(60, np.random.default_rng(1))
    >>> exposure_effect_of_cohort(cohort, "transplant").row("naive").ratio.value < 0.5
    True
    """
    what = exposure_named(exposure) if isinstance(exposure, str) else exposure
    asked = endpoint(endpoint_id or what.endpoint)
    if read := reads_the_exposure(asked, what):
        raise EstimandError(
            f"In {asked.endpoint_id} {what.noun.en} is read as {read!r}. What follows it is then "
            "not seen, so its effect cannot be. Use an endpoint of treatment policy, such as "
            f"{what.endpoint}."
        )
    found = judged(cohort, asked)
    rows = found.follow_up.time_to_any()
    days = exposure_days(cohort, what, asked, found.children, found.start_days)
    kept = ~days.unknown
    if not kept.any():
        raise NoComparisonError(
            NOBODY_COUNTED,
            "No child can be counted: every one is outside the endpoint's population or has "
            f"{what.noun.en} without a date. A figure of nobody says nothing. Check the record.",
        )
    unseen: int | None = None
    if days.looked_day is not None:
        looked = days.looked_day <= rows.exit
        if not looked[kept].any():
            raise NoComparisonError(
                NOBODY_LOOKED,
                f"In none of {counted(int(kept.sum()), rows.unit)} did anybody look for "
                f"{what.noun.en} while the child was followed. None would seem to have had it. "
                "Complete the record, or ask about another exposure.",
            )
        unseen = int(np.count_nonzero(kept & ~looked))
    lost = days.stopped_day
    # What rules it out needs no separate day where it is itself the event.
    separate = None if bool(np.all(~(lost < rows.exit))) else lost[kept]
    effect = exposure_effect(
        rows.subset(kept),
        days.day[kept],
        what,
        landmarks=landmarks,
        grace_day=grace_day,
        horizon=horizon,
        lost_day=separate,
        draws=draws,
        n_resamples=n_resamples,
        fewest=fewest,
        level=level,
    )
    return replace(effect, unknown=days.reasons, stopped_by=days.stopped_by, unseen=unseen)


def _notes(follow_up: FollowUp) -> tuple[str, ...]:
    """What a reader must be told of the clock."""
    if follow_up.clock == "remission":
        return ()
    return (
        f"days count from {follow_up.clock}: children not yet in remission are taken as if they "
        "could be exposed from that day on",
    )

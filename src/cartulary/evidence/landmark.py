# SPDX-License-Identifier: Apache-2.0
"""Landmark analysis: groups by what was known on a day, followed from that day on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.cox import FEWEST_EVENTS_PER_COVARIATE, cox
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.firth import cox_firth
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.immortal_time import FEWEST_IN_GROUP, refuse_small_groups
from cartulary.evidence.kaplan_meier import kaplan_meier
from cartulary.evidence.spells import baseline_spells, checked_exposure
from cartulary.evidence.survival_curve import SurvivalCurve

LANDMARK = "Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710-719"
DEFAULT_LANDMARKS = (30.0, 60.0, 90.0, 120.0)
# Below this many children Firth's penalty and profile limits are used.
_SMALL = 50


@dataclass(frozen=True, kw_only=True, eq=False)
class Landmark:
    """What one landmark day keeps and loses, and what it finds.

    before: all rows. lost_to_event, lost_to_censoring: rows that left on or before `day`. exposed,
    unexposed: rows by what was known on `day`; exposed_later of the unexposed were exposed after
    it and stay unexposed. events_exposed, events_unexposed: events after `day`. curves: survival
    from `day` on, by group; empty, with the reason in `notes`, where a group is too small.
    hazard_ratio: of the exposed, from `day` on.
    """

    day: float
    before: int
    lost_to_event: int
    lost_to_censoring: int
    exposed: int
    unexposed: int
    exposed_later: int
    events_exposed: int
    events_unexposed: int
    hazard_ratio: Estimate
    curves: Mapping[str, SurvivalCurve] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        """How many rows are followed from the landmark on."""
        return self.exposed + self.unexposed


def landmark_analysis(
    follow_up: FollowUp,
    exposure_day: ArrayLike,
    *,
    name: str,
    landmarks: Sequence[float] = DEFAULT_LANDMARKS,
    fewest_in_group: int = FEWEST_IN_GROUP,
    level: float = 0.95,
) -> tuple[Landmark, ...]:
    """Survival and hazard ratio by exposure known on each of several landmark days.

    At landmark L: rows with exit > L, exposed when exposure_day <= L, at risk from
    max(entry, L) on; the clock starts again at L. Cox's model (Firth's penalty with profile
    limits under 50 rows, or where a group has no event) gives the hazard ratio.

    Arguments:
        follow_up: one cause; shape (n,) arrays.
        exposure_day: the day of exposure on the same clock, NaN where there was none; shape (n,).
        name: the exposure in words.
        landmarks: days, chosen before looking; several show how much the choice matters.
        fewest_in_group: a landmark that leaves a smaller group gives counts and a reason only.
        level: of intervals.

    Returns: one `Landmark` a day, in order; hazard ratios speak of children who reached the day.

    Refuses: no landmark, a landmark before day 1; several causes; too small a group at every
    landmark.

    Source: Anderson, Cain and Gelber 1983.

    >>> rows = FollowUp(exit=[20, 80, 90, 200, 210, 220, 230, 300, 310, 320, 330, 340],
    ...                 status=[1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0], cause_names=("relapse",),
    ...                 unit="child", clock="remission", definition="rfs, edition 1",
    ...                 origin="simulated")
    >>> day = [float("nan")] * 6 + [40, 50, 55, 30, 20, 100]
    >>> found = landmark_analysis(rows, day, name="transplant", landmarks=[60])[0]
    >>> found.lost_to_event, found.exposed, found.unexposed, found.exposed_later
    (1, 5, 6, 1)
    """
    checked_level(level)
    if len(follow_up.cause_names) != 1:
        raise EstimandError(
            f"The follow-up has {len(follow_up.cause_names)} causes. A landmark analysis compares "
            "one event. Use time_to_any(), or cause_alone() for a hazard ratio of one cause."
        )
    days = [float(day) for day in landmarks]
    if not days or not all(np.isfinite(day) and day > 0.0 for day in days):
        raise EstimandError(
            f"The landmarks are {days}. A landmark is a day after the clock's origin. "
            "Give at least one, chosen before looking at the events."
        )
    exposure = checked_exposure(exposure_day, follow_up.n, name)
    found = tuple(_at(follow_up, exposure, name, day, fewest_in_group, level) for day in days)
    if not any(landmark.curves for landmark in found):
        raise EstimandError(f"No landmark can be analysed. {found[0].notes[0]}")
    return found


def from_landmark(follow_up: FollowUp, day: float) -> FollowUp:
    """The rows still followed after a day, with the clock started again on that day."""
    kept = follow_up.subset(follow_up.exit > day)
    return replace(
        kept,
        entry=np.maximum(kept.entry - day, 0.0),
        exit=kept.exit - day,
        clock=f"{follow_up.clock} + {day:g} days",
    )


def _at(
    follow_up: FollowUp, exposure: FloatArray, name: str, day: float, fewest: int, level: float
) -> Landmark:
    """One landmark."""
    stays = follow_up.exit > day
    lost_event = int(np.count_nonzero(~stays & (follow_up.status > 0)))
    by_then, later = exposure[stays] <= day, exposure[stays] > day
    names = f"{name} by day {day:g}", f"no {name} by day {day:g}"
    label = np.where(by_then, *names)
    rows = replace(from_landmark(follow_up, day), group=label)
    events = rows.status > 0
    counts = [int(np.count_nonzero(events & by_then)), int(np.count_nonzero(events & ~by_then))]
    curves: dict[str, SurvivalCurve] = {}
    why: tuple[str, ...] = ()
    try:
        _refuse_groups(by_then, names, fewest, rows.unit, day)
        curves = {group: kaplan_meier(part, level=level) for group, part in rows.by_group().items()}
        ratio = _hazard_ratio(rows, by_then, name, counts, level)
    except EstimandError as refusal:
        curves, why = {}, (str(refusal),)
        ratio = _absent(rows, name, level, str(refusal))
    return Landmark(
        day=day,
        before=follow_up.n,
        lost_to_event=lost_event,
        lost_to_censoring=int(np.count_nonzero(~stays)) - lost_event,
        exposed=int(np.count_nonzero(by_then)),
        unexposed=int(np.count_nonzero(~by_then)),
        exposed_later=int(np.count_nonzero(later)),
        events_exposed=counts[0],
        events_unexposed=counts[1],
        hazard_ratio=ratio,
        curves=curves,
        notes=why,
    )


def _refuse_groups(
    by_then: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    names: tuple[str, str],
    fewest: int,
    unit: str,
    day: float,
) -> None:
    """Refuse a landmark that leaves a group empty or below its minimum."""
    refuse_small_groups(
        {names[0]: int(np.count_nonzero(by_then)), names[1]: int(np.count_nonzero(~by_then))},
        fewest,
        unit,
        of=f"the landmark on day {day:g}",
    )


def _hazard_ratio(
    rows: FollowUp, exposed: ArrayLike, name: str, events: list[int], level: float
) -> Estimate:
    """The hazard ratio from the landmark on, by the method that its numbers allow."""
    spells = baseline_spells(rows, {name: np.asarray(exposed, dtype=np.float64)}, known_on=0.0)
    few = rows.n < _SMALL or 0 in events or sum(events) < FEWEST_EVENTS_PER_COVARIATE
    if few and rows.weights is None:
        found = cox_firth(spells, level=level).hazard_ratio(name)
    else:
        found = cox(spells, level=level).hazard_ratio(name)
    return replace(found, citations=(LANDMARK, *found.citations))


def _absent(rows: FollowUp, name: str, level: float, why: str) -> Estimate:
    """A hazard ratio that is not given, with the reason."""
    return Estimate(
        value=None,
        low=None,
        high=None,
        level=level,
        method="Cox model from a landmark",
        unit=rows.unit,
        n=rows.n,
        events=rows.events,
        endpoint=rows.endpoint,
        definition=rows.definition,
        origin=rows.origin,
        missing=rows.missing,
        citations=(LANDMARK,),
        notes=(why,),
        label=name,
    )

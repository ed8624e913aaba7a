# SPDX-License-Identifier: Apache-2.0
"""The story of a block of children while its segments are lived, in study days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.course.events.ending import Cause
from cartulary.twin.afterwards_deaths import Deaths
from cartulary.twin.afterwards_histories import (
    Segment,
    SegmentKind,
)
from cartulary.twin.afterwards_segments import (
    Beginning,
    World,
    lived,
)
from cartulary.twin.pathway import WHY_NEVER, WhyNever
from cartulary.twin.population_children import Floats
from cartulary.twin.relapse import FIRST_LOOK_DAY, Relapses, ln_marrow_share, relapses
from cartulary.twin.response import Expansion, Looks, aplasia_lost_day, looks
from cartulary.twin.toxicity_infections import Infections


def earliest(*days: Floats) -> Floats:
    """The first of several days; NaN where there is none."""
    first = np.fmin.reduce(days)
    return np.asarray(first, dtype=np.float64)


def or_never(day: Floats) -> Floats:
    """NaN as a day that never comes, so that days compare."""
    never: Floats = np.nan_to_num(day, nan=np.inf)
    return never


@dataclass(frozen=True, slots=True)
class Stretch:
    """A segment with what it shows; days since its start."""

    segment: Segment
    ln_share: Floats  # of the marrow
    relapses: Relapses
    aplasia_lost_day: Floats
    infections: Infections | None


class Story:
    """The histories of n children, filled as their segments are lived; study days."""

    def __init__(self, world: World, horizon_days: float) -> None:
        self.world, self.horizon_days = world, horizon_days
        self.n = len(world.children)
        self.deaths = Deaths(world.children.numbers, world.seed, world.parameters)
        self.stretches: list[Stretch] = []
        self.starts = {kind: self.never() for kind in SegmentKind}
        self.looks: Looks | None = None
        self.expansion: Expansion | None = None
        self.no_response_day = self.never()
        self.failed_day = self.never()  # from which on the cells could not be followed
        self.remission_day = self.never()
        self.relapse_day = self.never()
        self.molecular_day = self.never()
        self.aplasia_day = self.never()
        self.clone = np.full(self.n, -1, dtype=np.int64)
        self.aplastic = np.zeros(self.n, dtype=bool)
        self._deaths_before()

    def never(self) -> Floats:
        return np.full(self.n, np.nan)

    def _deaths_before(self) -> None:
        """Deaths of the waiting time, and of those who were never infused."""
        pathway = self.world.pathway
        leukaemia = pathway.why_never == WHY_NEVER.index(WhyNever.DIED_OF_LEUKAEMIA)
        infection = pathway.why_never == WHY_NEVER.index(WhyNever.DIED_OF_INFECTION)
        for cause, who in ((Cause.LEUKAEMIA, leukaemia), (Cause.INFECTION, infection)):
            self.deaths.may_come(cause, np.where(who, pathway.death_day, np.nan))

    def live(self, kind: SegmentKind, beginning: Beginning) -> Stretch:
        """Solves a segment and keeps what it shows."""
        world = self.world
        segment, infections = (world.live or lived)(world, kind, beginning)
        ln_share = ln_marrow_share(segment)
        if kind is SegmentKind.INFUSION:
            toxicity = segment.toxicity
            assert toxicity is not None
            self.looks = looks(
                segment.solution.days,
                ln_share,
                toxicity.neutrophils_e9_per_l,
                world.parameters,
            )
            remission, from_day = self.looks.remission_day, FIRST_LOOK_DAY
        else:
            remission, from_day = np.zeros(len(segment)), 1.0
        stretch = Stretch(
            segment,
            ln_share,
            relapses(segment, ln_share, remission, world.parameters, from_day),
            aplasia_lost_day(segment.solution, segment.cells, world.parameters),
            infections,
        )
        self.stretches.append(stretch)
        self._keep(kind, stretch)
        return stretch

    def _keep(self, kind: SegmentKind, stretch: Stretch) -> None:
        """Moves what a segment shows to study days; the last segment of a child decides."""
        segment, places = stretch.segment, stretch.segment.places
        start = segment.start_day
        self.starts[kind][places] = start
        if any(segment.solution.failed):
            unknown = np.asarray(np.isnan(segment.solution.values).any(axis=2), dtype=np.bool_)
            failed = np.where(
                unknown.any(axis=1), segment.solution.days[unknown.argmax(axis=1)], np.nan
            )
            self.failed_day[places] = earliest(self.failed_day[places], start + failed)
        lost = np.ceil(start + stretch.aplasia_lost_day)
        relapse = start + stretch.relapses.day
        self.relapse_day[places] = relapse
        self.clone[places] = stretch.relapses.clone
        self.aplastic[places] = ~(lost <= relapse)
        # What had happened before this segment stands.
        earlier = or_never(self.molecular_day[places]) < start
        molecular = start + stretch.relapses.molecular_day
        self.molecular_day[places] = np.where(earlier, self.molecular_day[places], molecular)
        earlier = or_never(self.aplasia_day[places]) < start
        shown = np.nan if kind is SegmentKind.TRANSPLANT else lost
        self.aplasia_day[places] = np.where(earlier, self.aplasia_day[places], shown)
        if segment.toxicity is not None and stretch.infections is not None:
            self.deaths.of_crs(segment.toxicity, start, places, kind.value)
            caught = start + stretch.infections.death_day
            self.deaths.may_come(Cause.INFECTION, caught, places)

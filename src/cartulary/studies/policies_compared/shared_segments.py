# SPDX-License-Identifier: Apache-2.0
"""A stretch of course that begins exactly as it did in an earlier arm is not lived again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.studies.policies_compared.children_read import YesNo
from cartulary.studies.policies_compared.segment_rows import (
    joined,
    joined_segments,
    taken,
    taken_segment,
)
from cartulary.twin.afterwards_histories import Segment, SegmentKind
from cartulary.twin.afterwards_segments import Beginning, World, lived
from cartulary.twin.population_children import Wholes
from cartulary.twin.toxicity_infections import Infections

Lived = tuple[Segment, Infections | None]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was lived in an earlier arm: how each child began, and what came of it."""

    days_before_infusion: int
    beginning: Beginning
    segment: Segment
    infections: Infections | None


class SharedSegments:
    """The segments of arms that have population, parameters, seed and horizon in common.

    What becomes of a child from a segment's start on depends on that child's beginning alone, the
    days of its lymphodepletion, and what the arms have in common: the same beginning, to the last
    bit, is the same segment. A child that no earlier arm had so is lived.
    """

    def __init__(self) -> None:
        self._kept: dict[SegmentKind, list[_Kept]] = {}
        self.asked = self.lived = 0

    def live(self, world: World, kind: SegmentKind, beginning: Beginning) -> Lived:
        """As `afterwards_segments.lived`, from an earlier arm where that is the same."""
        earlier = self._kept.setdefault(kind, [])
        days = world.policy.lymphodepletion.days_before_infusion
        n = len(beginning.places)
        self.asked += n
        source = np.full(n, -1, dtype=np.int64)
        row = np.zeros(n, dtype=np.int64)
        for which, kept in enumerate(earlier):
            if kept.days_before_infusion != days:
                continue
            same, there = _same(beginning, kept.beginning)
            found = same & (source < 0)
            source[found], row[found] = which, there[found]
        for which, kept in enumerate(earlier):
            if n == len(kept.segment) and (source == which).all():
                return kept.segment, kept.infections
        made = self._joined(world, kind, beginning, source, row, earlier)
        if (source < 0).any():
            earlier.append(_Kept(days, beginning, *made))
        return made

    def begun_alike(self, children: int, beginning: Beginning, days: int) -> YesNo:
        """Whose first infusion was lived already, from this very beginning: `[children]`."""
        alike = np.zeros(children, dtype=np.bool_)
        for kept in self._kept.get(SegmentKind.INFUSION, ()):
            if kept.days_before_infusion == days:
                same, _ = _same(beginning, kept.beginning)
                alike[beginning.places[same]] = True
        return alike

    def keep_only(self, needed: YesNo) -> None:
        """Forgets what was lived of the other children: trajectories are most of the memory."""
        for kind, earlier in self._kept.items():
            self._kept[kind] = [
                left for kept in earlier if (left := _of_these(kept, needed)) is not None
            ]

    def _joined(
        self,
        world: World,
        kind: SegmentKind,
        beginning: Beginning,
        source: Wholes,
        row: Wholes,
        earlier: list[_Kept],
    ) -> Lived:
        """What is known already and what is lived now, in the order of the beginning."""
        new = np.flatnonzero(source < 0)
        self.lived += len(new)
        if len(new) == len(source):
            return lived(world, kind, beginning)
        parts: list[Lived] = []
        order: list[Wholes] = []
        if len(new):
            parts.append(lived(world, kind, taken(beginning, new)))
            order.append(new)
        for which, kept in enumerate(earlier):
            here = np.flatnonzero(source == which)
            if len(here):
                segment = taken_segment(kept.segment, row[here])
                infections = None if kept.infections is None else taken(kept.infections, row[here])
                parts.append((segment, infections))
                order.append(here)
        back = np.argsort(np.concatenate(order), kind="stable")
        segment = taken_segment(joined_segments([one for one, _ in parts]), back)
        caught = [one for _, one in parts if one is not None]
        return segment, taken(joined(caught), back) if caught else None


def _of_these(kept: _Kept, needed: YesNo) -> _Kept | None:
    """What is kept of these children; None of nobody."""
    rows = np.flatnonzero(needed[kept.beginning.places])
    if not len(rows):
        return None
    if len(rows) == len(kept.segment):
        return kept
    return _Kept(
        kept.days_before_infusion,
        taken(kept.beginning, rows),
        taken_segment(kept.segment, rows),
        None if kept.infections is None else taken(kept.infections, rows),
    )


def _same(one: Beginning, other: Beginning) -> tuple[YesNo, Wholes]:
    """Which children begin as they did there, to the last bit, and their row there."""
    there = np.searchsorted(other.places, one.places)
    there = np.minimum(there, max(len(other.places) - 1, 0))
    if not len(other.places):
        return np.zeros(len(one.places), dtype=np.bool_), there
    same = (other.places[there] == one.places) & (other.start_day[there] == one.start_day)
    for name in ("start", "cells", "signs"):
        same &= (getattr(one, name) == getattr(other, name)[:, there]).all(axis=0)
    same &= (one.ln_clones == other.ln_clones[there]).all(axis=1)
    return same, there

# SPDX-License-Identifier: Apache-2.0
"""The state of any child on any study day, read off the stretch of course that holds then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartulary.twin.afterwards_histories import CLONES, Segment, SegmentKind
from cartulary.twin.block import Block
from cartulary.twin.population_children import Floats, Wholes, YesNo

INFUSIONS = (SegmentKind.INFUSION, SegmentKind.SECOND_INFUSION)


class States:
    """The segments of a block, to be asked for the state of children on study days."""

    def __init__(self, block: Block) -> None:
        self.segments = block.followed.segments
        n = len(block)
        self._row = np.full((len(self.segments), n), -1, dtype=np.int64)
        self._start = np.full((len(self.segments), n), np.inf)
        for order, segment in enumerate(self.segments):
            self._row[order, segment.places] = np.arange(len(segment))
            self._start[order, segment.places] = segment.start_day

    def holding(self, places: Wholes, days: Floats) -> Wholes:
        """Which segment holds for each child on each day: the last that began; -1 for none."""
        if not self.segments:
            return np.full(len(places), -1, dtype=np.int64)
        begun = np.where(self._start[:, places] <= days, self._start[:, places], -np.inf)
        latest: Wholes = np.argmax(begun, axis=0).astype(np.int64)
        latest[np.isneginf(begun.max(axis=0))] = -1
        return latest

    def next_start(self, order: int, kinds: tuple[SegmentKind, ...] | None = None) -> Floats:
        """For the children of one segment, the day on which the next begins; inf for never."""
        segment = self.segments[order]
        later = np.full(len(segment), np.inf)
        for other, start in zip(self.segments, self._start, strict=True):
            if kinds is not None and other.kind not in kinds:
                continue
            day = start[segment.places]
            after = day > segment.start_day
            later[after] = np.minimum(later[after], day[after])
        return later

    def transplanted(self, places: Wholes, days: Floats) -> YesNo:
        """Whether a child's last segment then began with a transplant."""
        kinds = np.array([one.kind is SegmentKind.TRANSPLANT for one in self.segments] + [False])
        found: YesNo = kinds[self.holding(places, days)]
        return found

    def of(self, state: str, places: Wholes, days: Floats) -> Floats:
        """One state of the cells; NaN before the first infusion."""
        return self._read(places, days, (), lambda segment: segment.solution.of(state))

    def clones(self, places: Wholes, days: Floats) -> Floats:
        """The log of the leukaemic cells of each clone that are truly there: `[m, clone]`."""
        return self._read(places, days, (len(CLONES),), lambda segment: segment.ln_leukaemia)

    def marrow_share(self, places: Wholes, days: Floats) -> Floats:
        """Leukaemia as a share of the marrow's cells; NaN before the first infusion."""
        cells = np.exp(self.clones(places, days)).sum(axis=1)
        whole = np.full(len(places), np.nan)
        holder = self.holding(places, days)
        for order, segment in enumerate(self.segments):
            here = holder == order
            whole[here] = segment.marrow_cells[self._row[order, places[here]]]
        share: Floats = np.minimum(cells / whole, 1.0)
        return share

    def _read(
        self,
        places: Wholes,
        days: Floats,
        shape: tuple[int, ...],
        values_of: Callable[[Segment], Floats],
    ) -> Floats:
        found = np.full((len(places), *shape), np.nan)
        holder = self.holding(places, days)
        for order, segment in enumerate(self.segments):
            here = holder == order
            if not here.any():
                continue
            row = self._row[order, places[here]]
            since = days[here] - segment.start_day[row]
            found[here] = _between(segment.solution.days, values_of(segment), row, since)
        return found


def _between(grid: Floats, values: Floats, row: Wholes, days: NDArray[Any]) -> Floats:
    """The value of each row on each day, straight between two days of the grid.

    A value that is infinite on one side holds until the next day of the grid.
    """
    left = np.clip(np.searchsorted(grid, days, side="right") - 1, 0, len(grid) - 2)
    weight = np.clip((days - grid[left]) / (grid[left + 1] - grid[left]), 0.0, 1.0)
    weight = weight.reshape(weight.shape + (1,) * (values.ndim - 2))
    before, after = values[row, left], values[row, left + 1]
    finite = np.isfinite(before) & np.isfinite(after)
    with np.errstate(invalid="ignore"):
        straight = before + weight * (after - before)
    found: Floats = np.where(finite, straight, np.where(weight < 1.0, before, after))
    return found

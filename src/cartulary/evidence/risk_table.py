# SPDX-License-Identifier: Apache-2.0
"""Who was at risk, and what happened, on each day on which anything happened.

Every estimator starts from this table. Whole days that are not many are counted into bins, which
needs no sorting; other days are sorted once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cartulary.evidence.arrays import FloatArray, IntArray, LabelArray
from cartulary.evidence.follow_up import FollowUp

Scalar = TypeVar("Scalar", np.float64, np.int64)

_FEWEST_BINS = 2_048
_BINS_PER_ROW = 2


@dataclass(frozen=True, slots=True, eq=False)
class RiskTable:
    """Counts by day, over the m days on which a row leaves.

    days: the days, ascending; shape (m,).
    at_risk: rows (or weight) with entry < day <= exit; shape (m,).
    events: events by cause; shape (causes, m).
    censored: rows (or weight) censored; shape (m,).
    survivors: at_risk less all events, exactly 0 when nobody is left; shape (m,).
    """

    days: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    survivors: FloatArray

    @property
    def any_event(self) -> FloatArray:
        """Events of all causes; shape (m,)."""
        return _total(self.events)


@dataclass(frozen=True, slots=True, eq=False)
class DayCodes:
    """The days as positions on a grid: the row leaves at `exits`, is at risk from `entries` on.

    Rows stand in order of exit where they had to be sorted; `arranged` brings their other
    columns into the same order, so that counting walks through memory once.
    """

    grid: FloatArray
    exits: IntArray
    entries: IntArray | None
    order: IntArray | None

    def arranged(self, column: NDArray[Scalar]) -> NDArray[Scalar]:
        """A column of the follow-up in the order of `exits`; shape (n,)."""
        return column if self.order is None else column[self.order]


def day_codes(follow_up: FollowUp) -> DayCodes:
    """Place every exit and entry on a grid of days. Only rows at some risk may be passed."""
    exits = follow_up.exit
    grid: FloatArray
    order: IntArray | None = None
    if follow_up.last_day <= max(_FEWEST_BINS, _BINS_PER_ROW * exits.size):
        codes = exits.astype(np.int64)
        if np.array_equal(codes, exits):
            grid = np.arange(int(follow_up.last_day) + 1, dtype=np.float64)
            return DayCodes(grid, codes, _entry_codes(follow_up, grid, None), None)
    order = np.argsort(exits)
    ascending = exits[order]
    new = np.ones(ascending.shape, dtype=bool)
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    if new.all():
        grid, codes = ascending, np.arange(exits.size)
    else:
        grid, codes = ascending[new], np.cumsum(new) - 1
    return DayCodes(grid, codes, _entry_codes(follow_up, grid, order), order)


def _entry_codes(follow_up: FollowUp, grid: FloatArray, order: IntArray | None) -> IntArray | None:
    """The first grid day after each entry, 0 for entries on day 0; None when all are."""
    if not follow_up.late_entry:
        return None
    entry = follow_up.entry if order is None else follow_up.entry[order]
    return np.where(entry <= 0.0, 0, np.searchsorted(grid, entry, side="right"))


def in_view(follow_up: FollowUp) -> FollowUp:
    """The follow-up without the rows that were never at risk."""
    return follow_up.subset(follow_up.at_some_risk) if follow_up.never_at_risk else follow_up


def risk_table(follow_up: FollowUp) -> RiskTable:
    """Tabulate a follow-up in which every row is at some risk.

    >>> rows = FollowUp(exit=[2, 2, 5], status=[1, 0, 1], cause_names=("death",), unit="child",
    ...                 clock="infusion", definition="os, edition 1", origin="recorded")
    >>> risk_table(rows).at_risk.tolist()
    [3.0, 1.0]
    """
    codes = day_codes(follow_up)
    n_causes = len(follow_up.cause_names)
    m = len(codes.grid)
    cells = codes.arranged(follow_up.status) * m + codes.exits
    shape = (n_causes + 1, m)
    counts = _counts(cells, shape[0] * m, None).reshape(shape)
    events, censored, at_risk = _split(counts, codes, None)
    survivors = at_risk - _total(events)
    if follow_up.weights is not None:
        nobody_left = survivors == 0.0
        weights = codes.arranged(follow_up.weights)
        counts = _counts(cells, shape[0] * m, weights).reshape(shape)
        events, censored, at_risk = _split(counts, codes, weights)
        # Sums of weights leave rounding behind where counts leave none.
        at_risk = np.where(nobody_left, _total(events), at_risk)
        survivors = np.where(nobody_left, 0.0, at_risk - _total(events))
    seen = (_total(events) + censored) > 0
    if bool(seen.all()):
        return RiskTable(codes.grid, at_risk, events, censored, survivors)
    return RiskTable(
        codes.grid[seen], at_risk[seen], events[:, seen], censored[seen], survivors[seen]
    )


def _total(events: FloatArray) -> FloatArray:
    """Events of all causes by day, from (causes, m); shape (m,)."""
    total: FloatArray = events[0] if len(events) == 1 else events.sum(axis=0)
    return total


def _counts(flat: IntArray, bins: int, weights: FloatArray | None) -> FloatArray:
    """Rows (or weight) in each bin; shape (bins,)."""
    return np.bincount(flat, weights=weights, minlength=bins).astype(np.float64, copy=False)


def _split(
    counts: FloatArray, codes: DayCodes, weights: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Events by cause, censored, and at risk, from counts by status and day."""
    leaving = counts.sum(axis=0)
    at_risk = leaving[::-1].cumsum()[::-1]
    if codes.entries is not None:
        m = leaving.shape[0]
        entering = _counts(codes.entries, m + 1, weights)
        at_risk = at_risk - (entering.sum() - entering.cumsum()[:m])
    return counts[1:], counts[0], at_risk


@dataclass(frozen=True, slots=True, eq=False)
class GroupedTable:
    """Counts by group over the m days with an event of any cause.

    at_risk: shape (groups, m). events: shape (causes, groups, m).
    """

    days: FloatArray
    at_risk: FloatArray
    events: FloatArray


def grouped_table(follow_up: FollowUp, codes: IntArray, n_groups: int) -> GroupedTable:
    """Tabulate by group, on the days on which any group has an event; rows at some risk only."""
    placed = day_codes(follow_up)
    m, n_causes = len(placed.grid), len(follow_up.cause_names)
    grouped = placed.arranged(codes)
    status = placed.arranged(follow_up.status)
    place = placed.exits + grouped * m
    at_risk = np.bincount(place, minlength=n_groups * m).reshape(n_groups, m)
    at_risk = at_risk[:, ::-1].cumsum(axis=1)[:, ::-1]
    if placed.entries is not None:
        entering = np.bincount(grouped * (m + 1) + placed.entries, minlength=n_groups * (m + 1))
        waiting = entering.reshape(n_groups, m + 1)
        at_risk = at_risk - (waiting.sum(axis=1)[:, None] - waiting.cumsum(axis=1)[:, :m])
    ended = np.flatnonzero(status)
    place = place[ended]
    if n_causes > 1:
        place += (status[ended] - 1) * (n_groups * m)
    events = np.bincount(place, minlength=n_causes * n_groups * m).reshape(n_causes, n_groups, m)
    busy = np.flatnonzero(events.reshape(-1, m).sum(axis=0))
    return GroupedTable(
        placed.grid[busy],
        at_risk[:, busy].astype(np.float64),
        events[:, :, busy].astype(np.float64),
    )


def group_codes(group: LabelArray) -> tuple[tuple[str, ...], IntArray]:
    """The labels in sorted order, and the position of each row's label among them."""
    if group.dtype.kind in "iu" and group.size and 0 <= group.min() <= group.max() < _FEWEST_BINS:
        # Small whole numbers are counted, not sorted.
        labels = np.flatnonzero(np.bincount(group))
        position = np.zeros(int(labels[-1]) + 1, dtype=np.int64)
        position[labels] = np.arange(labels.size)
        codes = position[group]
    else:
        labels, codes = np.unique(group, return_inverse=True)
    return tuple(str(label) for label in labels.tolist()), codes.astype(np.int64, copy=False)

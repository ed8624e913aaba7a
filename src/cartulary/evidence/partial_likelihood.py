# SPDX-License-Identifier: Apache-2.0
"""Cox's partial likelihood, its slope and its curvature, in time linear in the rows.

Notation. A cell is a day of a stratum on which events happen; a row is at risk in the cells
first..last-1. In a cell with d events, the l-th of them (l = 0..d-1) is compared with a risk set
in which each event counts 1 - f, f = l / d (Efron) or f = 0 (Breslow). With r = w exp(x b), S0
and S1 are sums of r and r x over the risk set and D0, D1 over its events; u is the mean weight of
the events, and D = S0 - f D0. The sums over l of u f^i / D^j are a (i = 0, j = 1), b (1, 1),
alpha (0, 2), beta (1, 2) and gamma (2, 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np

from cartulary.evidence.arrays import BoolArray, FloatArray, IntArray
from cartulary.evidence.spells import Spells

Ties: TypeAlias = Literal["efron", "breslow"]
TIES: tuple[Ties, ...] = ("efron", "breslow")
_BLOCK = 1 << 15


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Rows in order of leaving, the cells in which each is at risk, and the covariates.

    x: covariates less `centre`, over `scale`; shape (p, rows). weights, first, last: shape
    (rows,). event_rows: rows that end in the event, in order of cell; shape (events,). starts:
    where each cell's events begin among them; shape (cells,). fraction: f of each event; shape
    (events,). days, stratum: of each cell. kept: the position of each row among the spells.
    """

    x: FloatArray
    centre: FloatArray
    scale: FloatArray
    weights: FloatArray | None
    first: IntArray
    last: IntArray
    event_rows: IntArray
    starts: IntArray
    fraction: FloatArray
    tied: bool
    days: FloatArray
    stratum: IntArray
    kept: IntArray

    @property
    def n_cells(self) -> int:
        """How many days of events, counted by stratum."""
        return int(self.days.size)

    @cached_property
    def per_cell(self) -> IntArray:
        """Events in each cell; shape (cells,)."""
        return np.diff(self.starts, append=self.event_rows.size)

    @cached_property
    def cell_of_event(self) -> IntArray:
        """The cell of each event; shape (events,)."""
        return np.repeat(np.arange(self.n_cells), self.per_cell)

    @cached_property
    def event_weight(self) -> FloatArray:
        """The mean weight u of the events of each event's cell; shape (events,)."""
        if self.weights is None:
            return np.ones(self.event_rows.size)
        total = self.by_cell(self.weights[self.event_rows])
        return np.repeat(total / self.per_cell, self.per_cell)

    @cached_property
    def bounds(self) -> IntArray:
        """Where each value of `last` begins among the rows."""
        return np.flatnonzero(np.diff(self.last, prepend=-1))

    @cached_property
    def late(self) -> bool:
        """Whether any row is missing from the first cell of all."""
        return bool(self.first.size) and int(self.first.max()) > 0

    @cached_property
    def events_alone(self) -> BoolArray:
        """Cells whose risk set is the events themselves; shape (cells,)."""
        at_risk = np.rint(self.over_risk_sets(np.ones(self.last.size)))
        return np.asarray(at_risk == self.per_cell)

    def by_cell(self, amount: FloatArray) -> FloatArray:
        """Sums over each cell of an amount by event; last axis (events,) becomes (cells,)."""
        if self.per_cell.size == amount.shape[-1]:
            return amount
        return np.asarray(np.add.reduceat(amount, self.starts, axis=-1))

    def over_risk_sets(self, amount: FloatArray) -> FloatArray:
        """Sums over the risk set of each cell of an amount by row, shape (rows,) to (cells,)."""
        m = self.n_cells
        sums = np.zeros(m + 1)
        sums[self.last[self.bounds]] = np.add.reduceat(amount, self.bounds)
        if self.late:
            coming = np.bincount(self.first, weights=amount, minlength=m + 1)
            sums -= coming
        above: FloatArray = np.cumsum(sums[::-1])[::-1][1:]
        return above


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The log partial likelihood at coefficients b, in the scale of `RiskSets.x`.

    slope: shape (p,). information: minus the curvature; shape (p, p). Of rows: r, and q with
    slope = x (w event - q), so that w event - q are martingale residuals. Of cells: S1, D1, shape
    (p, cells), and a, b, alpha, beta, gamma.
    """

    log_likelihood: float
    slope: FloatArray
    information: FloatArray
    r: FloatArray
    q: FloatArray
    S1: FloatArray
    D1: FloatArray
    a: FloatArray
    b: FloatArray
    alpha: FloatArray
    beta: FloatArray
    gamma: FloatArray
    denominators: FloatArray
    shift: float


def risk_sets(spells: Spells, ties: Ties) -> RiskSets:
    """Order the rows at some risk and place them in the cells of their strata."""
    event_days = np.unique(spells.exit[spells.event])
    span = event_days.size + 1
    leave = np.searchsorted(event_days, spells.exit, side="right")
    enter = np.searchsorted(event_days, spells.entry, side="right")
    enter[spells.from_origin] = 0
    happened = spells.event & spells.at_some_risk
    key = spells.stratum_codes * span
    cells = np.unique((key + leave)[happened])
    last = np.searchsorted(cells, key + leave, side="right")
    first = np.searchsorted(cells, key + enter, side="right")
    useful = np.flatnonzero(first < last)
    kept = useful[np.argsort(last[useful], kind="stable")]
    first, last = first[kept], last[kept]
    event_rows = np.flatnonzero(happened[kept])
    cell = last[event_rows] - 1
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    per_cell = np.diff(starts, append=cell.size)
    tied = ties == "efron" and bool(np.any(per_cell > 1))
    place = np.arange(cell.size) - np.repeat(starts, per_cell)
    fraction = place / np.repeat(per_cell, per_cell) if tied else np.zeros(cell.size)
    x = np.empty((len(spells.names), kept.size))
    for k, column in enumerate(spells.covariates.values()):
        x[k] = column[kept]
    centre = x.mean(axis=1) if kept.size else np.zeros(len(x))
    x -= centre[:, None]
    scale = np.array([np.sqrt(np.dot(row, row) / max(kept.size, 1)) for row in x])
    # A constant column keeps its rounding and is refused later; dividing would make it noise.
    flat = scale <= 1e-12 * np.maximum(np.abs(centre), 1e-300)
    scale = np.where(flat, 1.0, scale)
    x /= scale[:, None]
    x[flat] = 0.0
    return RiskSets(
        x=x,
        centre=centre,
        scale=scale,
        weights=None if spells.weights is None else spells.weights[kept],
        first=first,
        last=last,
        event_rows=event_rows,
        starts=starts,
        fraction=fraction,
        tied=tied,
        days=event_days[cells % span - 1],
        stratum=cells // span,
        kept=kept,
    )


def evaluate(sets: RiskSets, b: FloatArray) -> Evaluation:
    """The log partial likelihood and its derivatives at standardised coefficients b; (p,).

    slope = x (w event - q), information = sum of q x x' less the sum over cells and l of u times
    the outer product of mean covariates.
    """
    x, cells = sets.x, sets.n_cells
    eta = b @ x
    # A common factor in r cancels; without it exp may overflow.
    shift = float(eta.max())
    eta -= shift
    r = np.exp(eta)
    if sets.weights is not None:
        r *= sets.weights
    S0 = sets.over_risk_sets(r)
    own = r[sets.event_rows]
    D0 = sets.by_cell(own)
    if sets.late:
        S0 = np.where(sets.events_alone, D0, np.maximum(S0, D0))
    u, f = sets.event_weight, sets.fraction
    D = np.repeat(S0, sets.per_cell)
    if sets.tied:
        D -= f * np.repeat(D0, sets.per_cell)
    weight = 1.0 if sets.weights is None else sets.weights[sets.event_rows]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        likelihood = float(np.sum(weight * eta[sets.event_rows]) - np.sum(u * np.log(D)))
        inverse = u / D
        square = inverse / D
    a, alpha = sets.by_cell(inverse), sets.by_cell(square)
    A = np.concatenate(([0.0], np.cumsum(a)))
    q = A[sets.last]
    if sets.late:
        q -= A[sets.first]
    q *= r
    none = np.zeros(cells)
    b_, beta, gamma = none, none, none
    if sets.tied:
        b_, beta = sets.by_cell(f * inverse), sets.by_cell(f * square)
        gamma = sets.by_cell(f * f * square)
        q[sets.event_rows] -= own * b_[sets.cell_of_event]
    S1, D1 = np.empty((len(x), cells)), np.zeros((len(x), cells))
    for k, row in enumerate(x):
        S1[k] = sets.over_risk_sets(r * row)
        if sets.tied or sets.late:
            D1[k] = sets.by_cell(own * row[sets.event_rows])
            if sets.late:
                S1[k] = np.where(sets.events_alone, D1[k], S1[k])
    information = _weighted_products(x, q) - (S1 * alpha) @ S1.T
    if sets.tied:
        crossed = (S1 * beta) @ D1.T
        information += crossed + crossed.T - (D1 * gamma) @ D1.T
    slope = np.asarray(x[:, sets.event_rows] @ np.broadcast_to(weight, own.shape) - x @ q)
    return Evaluation(
        likelihood, slope, information, r, q, S1, D1, a, b_, alpha, beta, gamma, D, shift
    )


def _weighted_products(x: FloatArray, q: FloatArray) -> FloatArray:
    """Sum over rows of q x x', in blocks that stay in cache; shape (p, p)."""
    total = np.zeros((len(x), len(x)))
    for start in range(0, q.size, _BLOCK):
        block = x[:, start : start + _BLOCK]
        total += (block * q[start : start + _BLOCK]) @ block.T
    return total

# SPDX-License-Identifier: Apache-2.0
"""Clones under two strategies, their weights, and their curves in every resample at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray, IntArray
from cartulary.evidence.external_control.propensity import firth_logistic
from cartulary.evidence.firth import cox_firth
from cartulary.evidence.spells import Spells

_NEARLY_ALL = 1.0 - 1e-12


@dataclass(frozen=True, eq=False)
class Clones:
    """The children of whom clones are made; all shape (n,).

    start: day on which the child was treated in the grace period and in remission, infinite
    where it was not. lost: day on which it lost its remission, infinite for never. weights: how
    many units a child stands for.
    """

    exit: FloatArray
    event: BoolArray
    start: FloatArray
    lost: FloatArray
    grace: float
    weights: FloatArray

    @cached_property
    def treated(self) -> BoolArray:
        """Who was treated in the grace period."""
        return np.isfinite(self.start)

    @cached_property
    def decided(self) -> BoolArray:
        """Who was followed beyond the grace day and in remission on it: treated or not."""
        return (self.exit > self.grace) & (self.lost > self.grace)

    @property
    def started(self) -> int:
        """How many were treated in the grace period."""
        return int(np.count_nonzero(self.treated))

    @property
    def starts(self) -> int:
        """How many of them were followed beyond it."""
        return int(np.count_nonzero(self.treated & (self.exit > self.grace)))

    @property
    def stays_without(self) -> int:
        """How many were followed beyond it untreated."""
        return int(np.count_nonzero(~self.treated & (self.exit > self.grace)))

    @property
    def departs_with(self) -> int:
        """How many clones of the strategy with treatment are censored on the grace day."""
        return int(np.count_nonzero(self.decided & ~self.treated))


@dataclass(frozen=True, eq=False)
class StrategyFit:
    """Curves of one strategy over m event days in B resamples.

    survival, effective: shape (m, B). at_risk: clones at risk; shape (m,). largest: weight of a
    clone at risk; shape (B,). stands_for: weight of those who followed the strategy, for each of
    those in remission on the grace day; near 1 where the weights do their work; shape (B,).
    """

    days: FloatArray
    survival: FloatArray
    effective: FloatArray
    at_risk: FloatArray
    largest: FloatArray
    stands_for: FloatArray


def strategies(
    clones: Clones,
    counts: FloatArray,
    covariates: Mapping[str, FloatArray],
    *,
    strict: bool = False,
) -> tuple[StrategyFit, StrategyFit]:
    """The curves with and without treatment, in every resample.

    counts: how often each child was drawn; shape (n, B). A resample whose weights cannot be
    fitted, or in which nobody followed the strategy beyond the grace day, gives NaN after it;
    `strict` raises the reason of the former instead.
    """
    cases = counts * clones.weights[:, None]
    share, relative = _models(clones, cases, counts, covariates, strict)
    return _with(clones, cases, share), _without(clones, cases, relative, bool(covariates))


def _models(
    clones: Clones,
    cases: FloatArray,
    counts: FloatArray,
    covariates: Mapping[str, FloatArray],
    strict: bool,
) -> tuple[FloatArray, FloatArray]:
    """Chance of having been treated by the grace day, and relative hazard of treatment; (n, B)."""
    n, resamples = counts.shape
    if not covariates:
        decided = cases[clones.decided].sum(axis=0)
        treated = cases[clones.decided & clones.treated].sum(axis=0)
        share = np.divide(treated, decided, out=np.full(resamples, np.nan), where=decided > 0.0)
        return np.broadcast_to(share, (n, resamples)), np.ones((n, resamples))
    x = np.column_stack([*covariates.values()])
    share, relative = np.full((n, resamples), np.nan), np.full((n, resamples), np.nan)
    for b in range(resamples):
        rows = np.repeat(np.arange(n), counts[:, b].astype(np.int64))
        try:
            relative[:, b] = _relative(clones, covariates, x, rows)
            share[:, b] = _chance(clones, x, rows)
        except (EstimandError, np.linalg.LinAlgError) as refusal:
            if strict:
                raise _refused(refusal, covariates) from refusal
            relative[:, b] = np.nan
    return share, relative


def _refused(reason: Exception, covariates: Mapping[str, FloatArray]) -> EstimandError:
    """The reason a model could not be fitted, in words."""
    if isinstance(reason, EstimandError):
        return reason
    return EstimandError(
        f"The chance of treatment could not be modelled by {', '.join(covariates)}: among the "
        "children in remission on the grace day they do not vary, or repeat each other. Without "
        "differences nothing can be weighted. Leave one of them out."
    )


def _chance(clones: Clones, x: FloatArray, rows: IntArray) -> FloatArray:
    """The chance, given covariates, of having been treated by the grace day; shape (n,)."""
    chosen = rows[clones.decided[rows]]
    fit = firth_logistic(x[chosen], clones.treated[chosen])
    power = fit.coefficients[0] + x @ fit.coefficients[1:]
    return np.asarray(1.0 / (1.0 + np.exp(-power)), dtype=np.float64)


def _relative(
    clones: Clones,
    covariates: Mapping[str, FloatArray],
    x: FloatArray,
    rows: IntArray,
) -> FloatArray:
    """The hazard of treatment, given covariates, relative to the mean child; shape (n,)."""
    last = np.minimum(np.minimum(clones.exit, clones.lost), clones.grace)
    day = np.where(clones.treated, clones.start, last)
    grid = np.unique(day)
    # Events and losses of remission go before treatments of the same day.
    first = ~clones.treated & ((clones.event & (clones.exit <= last)) | (clones.lost <= last))
    coded = 2 * np.searchsorted(grid, day) + np.where(first, 1, 2)
    fit = cox_firth(
        Spells(
            entry=np.zeros(rows.size),
            exit=coded[rows].astype(np.float64),
            event=clones.treated[rows],
            covariates={name: column[rows] for name, column in covariates.items()},
            unit="child",
            clock="strategy",
            definition="treatment in the grace period",
            origin="simulated",
        )
    )
    return np.asarray(np.exp((x - x.mean(axis=0)) @ fit.coefficients), dtype=np.float64)


def _with(clones: Clones, cases: FloatArray, share: FloatArray) -> StrategyFit:
    """The curve of "treated by the grace day": weights change once, on that day."""
    g = clones.grace
    leaves = clones.decided & ~clones.treated
    exit_, event = np.where(leaves, g, clones.exit), clones.event & ~leaves
    stands = clones.decided & clones.treated
    known = share > 0.0
    later = np.where(stands[:, None], 1.0 / np.where(known, share, 1.0), 1.0)
    left_alone = (cases[stands].sum(axis=0) <= 0.0) & (cases[clones.decided].sum(axis=0) > 0.0)
    unknown = left_alone | (np.isnan(share) & stands[:, None] & (cases > 0.0)).any(axis=0)
    kept = _Product(exit_, event, cases)
    for day in kept.days.tolist():
        if day <= g:
            kept.step(day, np.ones_like(cases))
        else:
            kept.step(day, np.where(unknown, np.nan, later))
    return kept.fit(_stands_for(clones, cases, stands, later))


def _without(
    clones: Clones, cases: FloatArray, relative: FloatArray, modelled: bool
) -> StrategyFit:
    """The curve of "not treated by the grace day": clones leave on the day of treatment."""
    exit_ = np.minimum(clones.exit, clones.start)
    event = clones.event & ~clones.treated
    kept = _Product(exit_, event, cases)
    starts = np.unique(clones.start[clones.treated])
    gathered = np.zeros_like(cases)
    for day in np.union1d(kept.days, starts).tolist():
        if day in kept.day_set:
            kept.step(day, np.exp(gathered))
        if day not in starts:
            continue
        starting = clones.treated & (clones.start == day)
        still = (exit_ > day) | ((exit_ == day) & ~event)
        risk = (still & (clones.lost > day))[:, None] * cases * relative
        total = risk.sum(axis=0)
        hazard = cases[starting].sum(axis=0) / np.where(total > 0.0, total, 1.0)
        if not modelled:
            hazard = -np.log1p(-np.minimum(hazard, _NEARLY_ALL))
        gathered += np.where((clones.lost > day)[:, None], relative * hazard, 0.0)
    followed = clones.decided & ~clones.treated
    return kept.fit(_stands_for(clones, cases, followed, np.exp(gathered)))


def _stands_for(
    clones: Clones, cases: FloatArray, followers: BoolArray, weights: FloatArray
) -> FloatArray:
    """Weight of the followers for each child in remission on the grace day; shape (B,)."""
    total = cases[clones.decided].sum(axis=0)
    stood = (cases * weights)[followers].sum(axis=0)
    found = np.divide(stood, total, out=np.ones_like(total), where=total > 0.0)
    return np.asarray(found, dtype=np.float64)


class _Product:
    """A weighted product limit taken day by day in B resamples."""

    def __init__(self, exit_: FloatArray, event: BoolArray, cases: FloatArray) -> None:
        self.exit, self.event, self.cases = exit_, event, cases
        self.days = np.unique(exit_[event])
        self.day_set = frozenset(self.days.tolist())
        self.survival = np.ones(cases.shape[1])
        self.largest = np.ones(cases.shape[1])
        self.rows: list[tuple[FloatArray, FloatArray, float]] = []

    def step(self, day: float, weights: FloatArray) -> None:
        """Events of one day among those still there."""
        there = self.exit >= day
        w = (weights * self.cases)[there]
        own = self.event[there] & (self.exit[there] == day)
        total, square = w.sum(axis=0), (w * w).sum(axis=0)
        some = np.where(total > 0.0, total, 1.0)
        self.survival = self.survival * (1.0 - np.minimum(w[own].sum(axis=0) / some, 1.0))
        effective = np.divide(total**2, square, out=np.zeros_like(total), where=square > 0.0)
        largest = np.where(self.cases[there] > 0.0, weights[there], 0.0).max(axis=0)
        self.largest = np.maximum(self.largest, largest)
        self.rows.append((self.survival, effective, float(np.count_nonzero(there))))

    def fit(self, stands_for: FloatArray) -> StrategyFit:
        """The curve so far."""
        m, b = len(self.rows), self.cases.shape[1]
        return StrategyFit(
            days=self.days,
            survival=np.array([row[0] for row in self.rows]).reshape(m, b),
            effective=np.array([row[1] for row in self.rows]).reshape(m, b),
            at_risk=np.array([row[2] for row in self.rows]),
            largest=self.largest,
            stands_for=stands_for,
        )

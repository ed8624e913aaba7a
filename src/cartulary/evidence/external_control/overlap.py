# SPDX-License-Identifier: Apache-2.0
"""Whether two groups of children can be compared at all: balance, information left, overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray

FEWEST_EFFECTIVE = 10.0
_BALANCED = 0.1
_BALANCED_FEW = 0.2
_FEW = 30
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """One covariate in both groups.

    target: its mean among those compared with. before, after: its mean among the weighted group
    without and with weights. difference_before, difference_after: standardised, with the spread
    before weighting. balanced: whether the latter is within the limit.
    """

    covariate: str
    target: float
    before: float
    after: float
    difference_before: float
    difference_after: float
    balanced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceTable:
    """Every covariate before and after weighting, and how much information is left.

    limit: what counts as balanced: 0.1, or 0.2 below 30 children. effective: the effective sample
    size of the weighted group; n: its size. largest_share: the share of all weight on one child.
    """

    rows: tuple[BalanceRow, ...]
    limit: float
    n: int
    effective: float
    largest_share: float

    @property
    def balanced(self) -> bool:
        """Whether every covariate is."""
        return all(row.balanced for row in self.rows)


@dataclass(frozen=True, kw_only=True, eq=False)
class Weighting:
    """A weight for each child, and what it achieved.

    weights: shape (n,). method: how they were made. target: the children they speak of, in words.
    balance: the table. notes: what a reader must be told.
    """

    weights: FloatArray
    method: str
    target: str
    balance: BalanceTable
    citations: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def effective(self) -> float:
        """The effective sample size."""
        return self.balance.effective


def effective_sample_size(weights: ArrayLike) -> float:
    """How many equally weighted children hold as much information: (sum w)^2 / sum w^2.

    Refuses: weights that are negative or not finite, or all 0.

    >>> effective_sample_size([1, 1, 0, 0])
    2.0
    """
    w = np.asarray(weights, dtype=np.float64)
    if w.size == 0 or not np.isfinite(w).all() or bool((w < 0.0).any()) or w.max() == 0.0:
        raise EstimandError(
            f"{w.size} weights were given, of which some are negative or not finite, or all are "
            "0. A weight says how many children one stands for. Check how they were made."
        )
    w = w / w.max()
    return float(w.sum() ** 2 / (w**2).sum())


def checked_covariates(covariates: ArrayLike, names: Sequence[str], n: int) -> FloatArray:
    """The covariates as a matrix of n rows; shape (n, p).

    Refuses: another shape than the names; a missing value, naming covariate and row; a covariate
    that is the same for all, or that others determine.
    """
    x = np.asarray(covariates, dtype=np.float64)
    if x.ndim != 2 or x.shape != (n, len(names)) or len(names) == 0:
        raise EstimandError(
            f"The covariates have shape {x.shape} for {n} children and {len(names)} names. Each "
            "child has one value of each. Pass a matrix of children by covariates."
        )
    row, column = np.nonzero(~np.isfinite(x))
    if row.size:
        raise EstimandError(
            f"{names[int(column[0])]!r} is missing in row {int(row[0])} (of {row.size} missing "
            "values). A child without it cannot be placed among the others. Leave the child out "
            "and count it in `missing`, or impute beforehand and say so."
        )
    flat = [name for name, values in zip(names, x.T, strict=True) if np.ptp(values) == 0.0]
    if flat:
        raise EstimandError(
            f"{', '.join(flat)} is the same for all {n} children. What does not vary cannot be "
            "balanced or adjusted for. Leave it out."
        )
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    rank = int(np.linalg.matrix_rank(scaled))
    if rank < x.shape[1]:
        raise EstimandError(
            f"The {x.shape[1]} covariates {', '.join(names)} hold only {rank} independent ones "
            f"among {n} children. Their weights are not determined. Leave out what the others "
            "determine, or use fewer covariates."
        )
    return x


def checked_treated(treated: ArrayLike) -> BoolArray:
    """Who was treated; shape (n,). Refuses values other than yes and no, and an empty group."""
    given = np.asarray(treated)
    if given.ndim != 1 or not np.isin(given, (0, 1)).all():
        raise EstimandError(
            f"Treatment has shape {given.shape} and type {given.dtype}. It says yes or no for "
            "each child. Pass booleans."
        )
    chosen = given.astype(np.bool_)
    if chosen.all() or not chosen.any():
        raise EstimandError(
            f"{int(chosen.sum())} of {chosen.size} children are treated. A comparison needs both "
            "groups. Check the treatment column."
        )
    return chosen


def inside_convex_hull(target: ArrayLike, covariates: ArrayLike) -> bool:
    """Whether some mix of the children has exactly the target means.

    Feasibility of sum w = 1, w >= 0, X' w = target, by linear programming.

    Arguments: target: shape (p,); covariates: shape (n, p).

    >>> inside_convex_hull([0.5], [[0.0], [1.0]]), inside_convex_hull([1.5], [[0.0], [1.0]])
    (True, False)
    """
    from scipy.optimize import linprog

    x, t = np.asarray(covariates, dtype=np.float64), np.asarray(target, dtype=np.float64)
    scale = np.maximum(x.std(axis=0), 1e-12)
    rows = np.vstack([((x - t) / scale).T, np.ones(x.shape[0])])
    goal = np.append(np.zeros(t.size), 1.0)
    found = linprog(np.zeros(x.shape[0]), A_eq=rows, b_eq=goal, bounds=(0.0, 1.0), method="highs")
    return bool(found.status == 0)


def refuse_outside(target: FloatArray, x: FloatArray, names: Sequence[str]) -> None:
    """Refuse a target no weighting can reach, naming the covariates out of range."""
    beyond = [
        f"{name} (target {goal:g}, children {values.min():g} to {values.max():g})"
        for name, goal, values in zip(names, target, x.T, strict=True)
        if not values.min() <= goal <= values.max()
    ]
    if not beyond and inside_convex_hull(target, x):
        return
    where = "; ".join(beyond) or f"the combination of {', '.join(names)}"
    raise EstimandError(
        f"The target lies outside the data: {where}. No weighting of these {x.shape[0]} children "
        "resembles it, and what is not there cannot be weighted up. Leave that covariate out and "
        "say so, or narrow the population."
    )


def refuse_little_left(weights: FloatArray, method: str) -> float:
    """The effective sample size, refused below 10."""
    effective = effective_sample_size(weights)
    if effective < FEWEST_EFFECTIVE:
        share = float(weights.max() / weights.sum())
        raise EstimandError(
            f"After {method} {weights.size} children are worth {effective:.1f}; one of them "
            f"carries {100 * share:.0f}% of the weight. Below {FEWEST_EFFECTIVE:g} the estimate "
            "would rest on a few chance resemblances. Use fewer covariates or overlap weights, or "
            "report the groups side by side without a comparison."
        )
    return effective


def balance_table(
    weighted: FloatArray,
    weights: FloatArray,
    target: FloatArray,
    spread: FloatArray,
    names: Sequence[str],
) -> BalanceTable:
    """Each covariate of the weighted group beside its target.

    (mean - target) / spread, before and after weighting.

    Arguments: weighted: shape (n, p); weights: shape (n,); target and spread (a standard deviation
    before weighting): shape (p,).

    >>> table = balance_table(np.array([[0.0], [1.0]]), np.array([1.0, 3.0]), np.array([0.75]),
    ...                       np.array([0.5]), ["high burden"])
    >>> table.rows[0].difference_before, table.rows[0].difference_after
    (-0.5, 0.0)
    """
    limit = _BALANCED if weighted.shape[0] >= _FEW else _BALANCED_FEW
    before = weighted.mean(axis=0)
    after = weights @ weighted / weights.sum()
    by_spread = np.where(spread > 0.0, spread, 1.0)
    rows = tuple(
        BalanceRow(
            covariate=name,
            target=float(target[k]),
            before=float(before[k]),
            after=float(after[k]),
            difference_before=float((before[k] - target[k]) / by_spread[k]),
            difference_after=float((after[k] - target[k]) / by_spread[k]),
            balanced=bool(abs(after[k] - target[k]) / by_spread[k] <= limit + _ROUNDING),
        )
        for k, name in enumerate(names)
    )
    return BalanceTable(
        rows=rows,
        limit=limit,
        n=weighted.shape[0],
        effective=effective_sample_size(weights),
        largest_share=float(weights.max() / weights.sum()),
    )


def pooled_spread(first: FloatArray, second: FloatArray) -> FloatArray:
    """The root mean of two groups' variances; shape (p,)."""

    def variance(x: FloatArray) -> FloatArray:
        return np.asarray(x.var(axis=0, ddof=1) if x.shape[0] > 1 else np.zeros(x.shape[1]))

    return np.asarray(np.sqrt(0.5 * (variance(first) + variance(second))), dtype=np.float64)

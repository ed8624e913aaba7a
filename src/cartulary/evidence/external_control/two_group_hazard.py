# SPDX-License-Identifier: Apache-2.0
"""The hazard ratio of two groups whose children are weighted, for many sets of weights at once.

The weighted partial likelihood of one yes-or-no covariate, written with group totals: on event
day j, N1 and N0 are the weights at risk and D1 and D0 those with the event.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.bootstrap import resampled_table
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.risk_table import in_view

_ROUNDS = 100
_SMALL = 1e-12
_LONGEST = 2.0
# Weights that entered late and left cancel to rounding.
_NOBODY = 1e-12


@dataclass(frozen=True, slots=True)
class HazardFit:
    """log hazard ratio, first group over second, with its robust standard error."""

    log_ratio: float
    std_error: float


@dataclass(frozen=True, slots=True, eq=False)
class _Totals:
    """Weights by group on the days with an event; shape (m, sets). ties: rows on each; (m,)."""

    days: FloatArray
    n1: FloatArray
    d1: FloatArray
    n0: FloatArray
    d0: FloatArray
    ties: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """The days by tied event (Efron). day: position of each cell's day; tied: l / d; (cells,).
    share: of the first group in the weighted hazard; total: weight of hazard; (cells, sets).
    """

    day: IntArray
    tied: FloatArray
    share: FloatArray
    total: FloatArray


def log_hazard_ratios(
    first: FollowUp, weights: FloatArray, other: FollowUp, other_weights: FloatArray
) -> FloatArray:
    """Weighted log hazard ratios, first group over second, for every set of weights.

    Solves sum_j D1_j = sum_j sum_l (D_j / d_j) P_jl, with P_jl = (N1 - f D1) e^b /
    ((N1 - f D1) e^b + N0 - f D0) and f = l / d_j (Efron's rule for d_j tied rows), by Newton.

    Arguments: weights: shape (n1, sets); other_weights: shape (n0, sets).

    Returns: shape (sets,); infinite where one group alone has events while both are at risk, NaN
    where both never are.

    Refuses: several causes; no event at all; a search that does not converge.

    >>> def rows(days):
    ...     return FollowUp(exit=days, status=[1] * len(days), cause_names=("death",),
    ...                     unit="child", clock="infusion", definition="os, edition 1",
    ...                     origin="recorded")
    >>> one = np.ones((3, 1))
    >>> log_hazard_ratios(rows([1, 3, 5]), one, rows([1, 3, 5]), one).round(12).tolist()
    [0.0]
    """
    totals = _totals(first, weights, other, other_weights)
    # Only days on which both groups are at risk say anything; where one group alone has events
    # on them the ratio has no bound.
    both = (totals.n1 > _NOBODY) & (totals.n0 > _NOBODY)
    seen1, seen0 = (totals.d1 * both).sum(axis=0), (totals.d0 * both).sum(axis=0)
    found = np.where(seen1 > 0.0, np.inf, np.where(seen0 > 0.0, -np.inf, np.nan))
    inside = (seen1 > 0.0) & (seen0 > 0.0)
    score = totals.d1.sum(axis=0)
    b = np.zeros(weights.shape[1])
    for _ in range(_ROUNDS):
        cells = _cells(totals, b)
        weight = _weight(totals, cells.day)
        slope = score - (weight * cells.share).sum(axis=0)
        curvature = (weight * cells.share * (1.0 - cells.share)).sum(axis=0)
        known = inside & (curvature > 0.0)
        step = np.divide(slope, curvature, out=np.zeros_like(b), where=known)
        b = b + np.clip(step, -_LONGEST, _LONGEST)
        if np.abs(step).max(initial=0.0) < _SMALL:
            found[inside] = b[inside]
            return np.asarray(found, dtype=np.float64)
    raise EstimandError(
        f"The hazard ratio did not converge in {int(np.count_nonzero(np.abs(step) >= _SMALL))} of "
        f"{b.size} sets of weights. Some children carry nearly all weight. Use weights that are "
        "less extreme."
    )


def weighted_hazard_ratio(
    first: FollowUp, weights: FloatArray, other: FollowUp, other_weights: FloatArray
) -> HazardFit:
    """One weighted log hazard ratio with the sandwich error of Lin and Wei.

    The error is the root of sum_i r_i^2 / I^2, with r_i the weighted score residual of child i and
    I the information; it treats the weights as given.

    Arguments: weights: shape (n1,); other_weights: shape (n0,).

    Refuses: a ratio that is 0, infinite or not determined.

    >>> def rows(days):
    ...     return FollowUp(exit=days, status=[1] * len(days), cause_names=("death",),
    ...                     unit="child", clock="infusion", definition="os, edition 1",
    ...                     origin="recorded")
    >>> weighted_hazard_ratio(rows([1, 3, 5]), np.ones(3), rows([1, 3, 5]), np.ones(3)).log_ratio
    0.0
    """
    w1, w0 = weights[:, None], other_weights[:, None]
    b = float(log_hazard_ratios(first, w1, other, w0)[0])
    if not np.isfinite(b):
        raise EstimandError(
            f"The hazard ratio of {first.events} events in {first.n} and {other.events} in "
            f"{other.n} is not a number above 0: one group has no event while both are at risk. "
            "Compare survival at a day (melded_survival_difference) or mean event-free days."
        )
    totals = _totals(first, w1, other, w0)
    cells = _cells(totals, np.array([b]))
    weight = _weight(totals, cells.day)[:, 0]
    share = cells.share[:, 0]
    information = float((weight * share * (1.0 - share)).sum())
    hazard = weight / cells.total[:, 0]
    m = totals.days.size
    sums = [
        np.bincount(cells.day, weights=part, minlength=m).astype(np.float64, copy=False)
        for part in (hazard, hazard * share, cells.tied * hazard, cells.tied * hazard * share)
    ]
    mean_share = np.bincount(cells.day, weights=share, minlength=m) / totals.ties
    square = 0.0
    for rows, w, x in ((first, weights, 1.0), (other, other_weights, 0.0)):
        residuals = _residuals(rows, x, b, totals.days, sums, mean_share)
        square += float(((residuals * w) ** 2).sum())
    return HazardFit(b, float(np.sqrt(square)) / information)


def _residuals(
    rows: FollowUp,
    x: float,
    b: float,
    days: FloatArray,
    sums: list[FloatArray],
    mean_share: FloatArray,
) -> FloatArray:
    """Score residuals of one group's rows, before their weights; shape (n,)."""
    plain, shared, tied, tied_shared = sums
    risk = np.exp(b * x)
    along = np.append(0.0, np.cumsum(x * plain - shared))
    entered = np.where(rows.entry <= 0.0, -np.inf, rows.entry)
    lived = along[np.searchsorted(days, rows.exit, side="right")]
    lived = lived - along[np.searchsorted(days, entered, side="right")]
    found = -risk * lived
    ended = np.flatnonzero((rows.status > 0) & rows.at_some_risk)
    at = np.searchsorted(days, rows.exit[ended])
    found[ended] += x - mean_share[at] + risk * (x * tied[at] - tied_shared[at])
    return np.asarray(found, dtype=np.float64)


def _totals(
    first: FollowUp, weights: FloatArray, other: FollowUp, other_weights: FloatArray
) -> _Totals:
    """Weights at risk and with the event in both groups on every event day of either."""
    for rows in (first, other):
        if len(rows.cause_names) > 1 or rows.weights is not None:
            raise EstimandError(
                f"A group of {rows.n} rows has {len(rows.cause_names)} causes"
                f"{' and weights of its own' if rows.weights is not None else ''}. A hazard "
                "ratio has one kind of event and one set of weights. Use cause_alone() or "
                "time_to_any()."
            )
    ended = [rows.exit[(rows.status > 0) & rows.at_some_risk] for rows in (first, other)]
    days, ties = np.unique(np.concatenate(ended), return_counts=True)
    if days.size == 0:
        raise EstimandError(
            f"There is no event among {first.n + other.n} rows. A hazard ratio needs some. "
            "Report survival with its exact interval instead."
        )
    placed = []
    for rows, w in ((first, weights), (other, other_weights)):
        table = resampled_table(in_view(rows), w[rows.at_some_risk])
        at = np.searchsorted(days, table.days)
        d = np.zeros((days.size, w.shape[1]))
        d[at] = table.events[0]
        placed.append((_at_risk(rows, w, days), d))
    (n1, d1), (n0, d0) = placed
    return _Totals(days, n1, d1, n0, d0, ties)


def _at_risk(rows: FollowUp, w: FloatArray, days: FloatArray) -> FloatArray:
    """Weight with entry < day <= exit; shape (days, sets)."""
    order = np.argsort(-rows.exit, kind="stable")
    still = np.concatenate((np.zeros((1, w.shape[1])), np.cumsum(w[order], axis=0)))
    found = still[np.searchsorted(-rows.exit[order], -days, side="right")]
    if not rows.late_entry:
        return np.asarray(found)
    entry = np.where(rows.entry <= 0.0, -np.inf, rows.entry)
    order = np.argsort(-entry, kind="stable")
    unseen = np.concatenate((np.zeros((1, w.shape[1])), np.cumsum(w[order], axis=0)))
    return np.asarray(found - unseen[np.searchsorted(-entry[order], -days, side="right")])


def _cells(totals: _Totals, b: FloatArray) -> _Cells:
    """One cell for each tied event, with the first group's share of the hazard."""
    day = np.repeat(np.arange(totals.days.size), totals.ties)
    starts = np.cumsum(totals.ties) - totals.ties
    tied = (np.arange(day.size) - starts[day]) / totals.ties[day]
    f = tied[:, None]
    one = (totals.n1[day] - f * totals.d1[day]) * np.exp(b)
    total = one + totals.n0[day] - f * totals.d0[day]
    share = np.divide(one, total, out=np.zeros_like(one), where=total > 0.0)
    return _Cells(day, tied, share, np.where(total > 0.0, total, 1.0))


def _weight(totals: _Totals, day: IntArray) -> FloatArray:
    """The mean weight of the events on each cell's day; shape (cells, sets)."""
    mean = (totals.d1 + totals.d0) / totals.ties[:, None]
    return np.asarray(mean[day], dtype=np.float64)

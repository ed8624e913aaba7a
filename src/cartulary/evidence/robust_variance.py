# SPDX-License-Identifier: Apache-2.0
"""The sandwich variance of Cox coefficients, with children (or other clusters) as the unit."""

from __future__ import annotations

import numpy as np

from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.partial_likelihood import Evaluation, RiskSets


def score_residuals(sets: RiskSets, at: Evaluation) -> FloatArray:
    """What each row adds to the slope when its weight is counted; shape (p, rows).

    An event adds its covariates less the mean of those it was compared with; presence in a risk
    set takes away r (x - mean) / D for each event there, tied events with their fraction.
    """
    x, rows, cell = sets.x, sets.event_rows, sets.cell_of_event
    weight = np.ones(rows.size) if sets.weights is None else sets.weights[rows]
    # Sums over l of u mean / D, and of u f mean / D.
    drawn = at.alpha * at.S1 - at.beta * at.D1
    drawn_tied = at.beta * at.S1 - at.gamma * at.D1
    count = sets.by_cell(sets.event_weight)
    mean = (at.a * at.S1 - at.b * at.D1) / count
    residuals = -at.q * x
    for k in range(len(x)):
        total = np.concatenate(([0.0], np.cumsum(drawn[k])))
        residuals[k] += at.r * (total[sets.last] - total[sets.first])
        residuals[k, rows] += weight * (x[k, rows] - mean[k, cell])
        residuals[k, rows] -= at.r[rows] * drawn_tied[k, cell]
    return residuals


def sandwich(sets: RiskSets, at: Evaluation, inverse: FloatArray, clusters: IntArray) -> FloatArray:
    """inverse (sum over clusters of U U') inverse, U the score residuals of a cluster; (p, p).

    Arguments: the inverse information; the cluster of each row of the spells, shape (rows,).
    Source: Lin and Wei 1989.
    """
    codes = clusters[sets.kept]
    n = int(codes.max()) + 1
    summed = np.stack(
        [np.bincount(codes, weights=row, minlength=n) for row in score_residuals(sets, at)]
    )
    moved = inverse @ summed
    return np.asarray(moved @ moved.T)

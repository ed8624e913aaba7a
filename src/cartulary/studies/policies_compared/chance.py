# SPDX-License-Identifier: Apache-2.0
"""What chance does in a group as small as a programme's: the law of a share, or of a median.

The truth is taken as known, children are drawn from it, and the groups of two policies are
independent: nobody is treated under both. Nothing is drawn here; the laws are reckoned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betaincinv, gammaln, xlog1py, xlogy

from cartulary.studies.policies_compared.children_read import Floats
from cartulary.studies.policies_compared.summary import SPREAD_AT

#: Points at which a law is kept where it has more.
_POINTS: Final = 400
#: In a larger group as many children count as are expected to; in a smaller one that is drawn too.
_LARGEST_WITH_DRAWN_COUNT: Final = 40
#: A group in which the median's variance, times its size, has settled.
_LARGE_GROUP: Final = 400

Distribution = tuple[Floats, Floats]  # points, and their weights


@dataclass(frozen=True, slots=True)
class Law:
    """What one child of a group has: whether it counts, and its value if it does."""

    counted: float  # share of the children indicated whose outcome it is
    value: float  # the share with the outcome, or the median
    spread: Floats | None = None  # quantiles of children's values at SPREAD_AT; none for a share


def chance_of_value(law: Law, group: int) -> Distribution:
    """The distribution of the share or the median that a group of so many children shows.

    With q the share that count and p the share with the outcome, k of m counted children have it:
    P(m, k) = Binomial(m; group, q) / (1 - (1 - q)^group) Binomial(k; m, p), shown as k / m. The
    median of m children is their middle order statistic, U = Beta((m + 1)/2, (m + 1)/2) put through
    the quantiles of children's values.

    >>> points, weights = chance_of_value(Law(1.0, 0.5), 2)
    >>> points.tolist(), weights.round(6).tolist()
    ([0.0, 0.5, 1.0], [0.25, 0.5, 0.25])
    """
    if np.isnan(law.value) or group < 1:
        return np.array([np.nan]), np.ones(1)
    if law.spread is not None:
        return _of_median(law.spread, max(round(group * law.counted), 1))
    if law.counted > 1.0 - 1e-9:
        return np.arange(group + 1) / group, _binomial(group, law.value)
    if group > _LARGEST_WITH_DRAWN_COUNT:
        counted = max(round(group * law.counted), 1)
        return np.arange(counted + 1) / counted, _binomial(counted, law.value)
    how_many = _binomial(group, law.counted)
    how_many /= max(1.0 - how_many[0], 1e-300)
    points = [np.arange(m + 1) / m for m in range(1, group + 1)]
    weights = [how_many[m] * _binomial(m, law.value) for m in range(1, group + 1)]
    return _merged(np.concatenate(points), np.concatenate(weights))


def chance_of_difference(one: Law, other: Law, group: int) -> Distribution:
    """The distribution of the one group's figure less that of the other, both of this size."""
    points, weights = _few(*chance_of_value(one, group))
    against, against_weights = _few(*chance_of_value(other, group))
    return _few(
        *_merged(
            (points[:, None] - against[None, :]).ravel(),
            (weights[:, None] * against_weights[None, :]).ravel(),
        )
    )


def variance_of_one(law: Law) -> float:
    """The variance of a group's figure, times the children in the group; large groups.

    A share's is p (1 - p) / q.

    >>> variance_of_one(Law(0.5, 0.5))
    0.5
    """
    if law.spread is None:
        return law.value * (1.0 - law.value) / max(law.counted, 1e-9)
    points, weights = _of_median(law.spread, _LARGE_GROUP)
    mean = float((points * weights).sum())
    variance = float((weights * (points - mean) ** 2).sum()) * _LARGE_GROUP
    return variance / max(law.counted, 1e-9)


def chance_band(curve: Floats, group: int) -> tuple[Floats, Floats]:
    """Low and high of the share that a group shows at each point of a survival curve, 95%."""
    ends = [quantile_of(chance_of_value(Law(1.0, float(p)), group), (0.025, 0.975)) for p in curve]
    low, high = np.array(ends).T
    return low, high


def quantile_of(distribution: Distribution, at: Sequence[float]) -> list[float]:
    """The smallest points at which the distribution function reaches these probabilities.

    >>> quantile_of((np.array([1.0, 0.0]), np.array([0.5, 0.5])), (0.5, 0.51))
    [0.0, 1.0]
    """
    points, weights = distribution
    order = np.argsort(points, kind="stable")
    rising, reached = points[order], np.cumsum(weights[order])
    # Sums of weights miss their ends by rounding.
    places = np.searchsorted(reached, np.asarray(at) - 1e-12)
    return [float(one) for one in rising[np.minimum(places, len(points) - 1)]]


def _binomial(group: int, share: float) -> Floats:
    """The probability of each count from 0 to `group`."""
    k = np.arange(group + 1.0)
    ways = gammaln(group + 1.0) - gammaln(k + 1.0) - gammaln(group - k + 1.0)
    probability: Floats = np.exp(ways + xlogy(k, share) + xlog1py(group - k, -share))
    return probability


def _of_median(spread: Floats, counted: int) -> Distribution:
    shape = (counted + 1) / 2.0
    middles = (np.arange(_POINTS) + 0.5) / _POINTS
    points = np.interp(betaincinv(shape, shape, middles), SPREAD_AT, spread)
    return points, np.full(_POINTS, 1.0 / _POINTS)


def _merged(points: Floats, weights: Floats) -> Distribution:
    """Points that are the same but for rounding, as one."""
    if np.isnan(points).any():
        return np.array([np.nan]), np.ones(1)
    kept, place = np.unique(np.round(points, 10), return_inverse=True)
    summed: Floats = np.bincount(place.ravel(), weights, minlength=len(kept)).astype(np.float64)
    return kept, summed


def _few(points: Floats, weights: Floats) -> Distribution:
    """The same distribution at its quantiles, where it has more points than are needed."""
    if len(points) <= _POINTS:
        return points, weights
    middles = (np.arange(_POINTS) + 0.5) / _POINTS
    return np.array(quantile_of((points, weights), middles.tolist())), np.full(
        _POINTS, 1.0 / _POINTS
    )

# SPDX-License-Identifier: Apache-2.0
"""Children summed up: a share or a median, and each child's pull on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cartulary.studies.policies_compared.children_read import Floats, Read
from cartulary.studies.policies_compared.outcome import Outcome

#: Probabilities at which the spread of children's own values is kept.
SPREAD_AT: Final = np.linspace(0.0, 1.0, 41)
#: Half the probability between the two quantiles that the slope at a median is read from.
_AROUND_MEDIAN: Final = 0.1
_FEWEST_FOR_SLOPE: Final = 10


@dataclass(frozen=True, slots=True)
class Summary:
    """One arm at one draw; arrays in the order of the outcomes asked for.

    `influence[outcome, child]` is what a child adds to the estimate's error, by the estimator's
    influence function over n: its products summed over children are the estimate's variance, and
    between two arms with the same children their covariance.
    """

    values: Floats  # [outcome]
    counted: Floats  # [outcome], children
    indicated: float  # children
    influence: Floats  # [outcome, child]
    spreads: Floats  # [outcome, quantile]
    curves: Mapping[str, Floats]  # [month]
    curve_noise: Mapping[str, Floats]  # [month], variance


def summary_of(read: Read, asked: Sequence[Outcome], months: NDArray[np.float64]) -> Summary:
    """Sums up one arm; an outcome that no child has is NaN."""
    values = np.full(len(asked), np.nan)
    counted = np.zeros(len(asked))
    influence = np.zeros_like(read.values)
    spreads = np.full((len(asked), len(SPREAD_AT)), np.nan)
    for place, outcome in enumerate(asked):
        own = read.values[place]
        counts = ~np.isnan(own)
        counted[place] = counts.sum()
        if not counts.any():
            continue
        if outcome.is_share:
            values[place], influence[place, counts] = _mean(own[counts])
        else:
            values[place], influence[place, counts] = _median(own[counts])
            spreads[place] = np.quantile(own[counts], SPREAD_AT)
    curves = {name: _curve(free, months) for name, free in read.months_free.items()}
    noise = {
        name: curves[name] * (1.0 - curves[name]) / max(int((~np.isnan(free)).sum()), 1)
        for name, free in read.months_free.items()
    }
    indicated = float((~np.isnan(read.months_free["os"])).sum())
    return Summary(values, counted, indicated, influence, spreads, curves, noise)


def _mean(own: Floats) -> tuple[float, Floats]:
    """A mean, and each value's pull on it: `(y - mean) / n`.

    >>> mean, pull = _mean(np.array([0.0, 1.0, 1.0, 1.0]))
    >>> mean, float((pull**2).sum())
    (0.75, 0.046875)
    """
    mean = float(own.mean())
    return mean, (own - mean) / len(own)


def _median(own: Floats) -> tuple[float, Floats]:
    """A median m, and each value's pull: `(1/2 - 1[y < m] - 1[y = m]/2) / (n f(m))`.

    The density f at the median comes from the quantiles a tenth below and above it.
    """
    middle = float(np.median(own))
    pull = np.zeros(len(own))
    if len(own) >= _FEWEST_FOR_SLOPE:
        low, high = np.quantile(own, (0.5 - _AROUND_MEDIAN, 0.5 + _AROUND_MEDIAN))
        width = float(high - low) / (2.0 * _AROUND_MEDIAN)
        below = (own < middle) + 0.5 * (own == middle)
        pull = (0.5 - below) * width / len(own)
    return middle, pull


def _curve(free: Floats, months: NDArray[np.float64]) -> Floats:
    """The share still free of the event after each month."""
    ordered = np.sort(free[~np.isnan(free)])
    if not len(ordered):
        return np.full(len(months), np.nan)
    gone = np.searchsorted(ordered, months, side="right")
    share: Floats = 1.0 - gone / len(ordered)
    return share

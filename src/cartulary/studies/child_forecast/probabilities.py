# SPDX-License-Identifier: Apache-2.0
"""From weighted virtual children to probabilities by month, with what the parameters leave open.

With weights w (sum 1), draws g of the posterior with weight W_g and probability p_g in each,

    P = Σ w y,   S = Σ W_g (p_g - P)²,   τ² = max(0, (S - Σ W_g (1 - W_g) v_g) / Σ W_g (1 - W_g)),

where v_g is the variance that so few children of a draw bring by chance: τ is what differs between
draws beyond that (method of moments, DerSimonian and Laird 1986), taken as one share of the
variance of y over all months. The interval has variance
τ² + Σ w² (y - P)², what is not known of the parameters and what the library leaves open; for a
probability it is that of a beta distribution with this mean and variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from cartulary.studies.child_forecast.library import NEVER, Library
from cartulary.studies.child_forecast.likelihood import Weighed
from cartulary.studies.child_forecast.outcomes import (
    DAYS_PER_MONTH,
    MONTHS_AHEAD,
    OUTCOMES,
    RELAPSES,
    Outcome,
)
from cartulary.studies.child_forecast.result import Line, OutcomeLine

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]

_TAILS: Final = (0.025, 0.975)
_NORMAL_95: Final = 1.959963984540054
#: Children who together have less of the weight than this change no printed digit.
_LEAST_WEIGHT: Final = 1e-4
#: The place of what did not come within the months ahead.
LATER: Final = MONTHS_AHEAD + 1


@dataclass(frozen=True)
class Ahead:
    """The weighted children from one day on, one place each.

    What happens to them is known by the month ahead in which it comes, a number from 0 to LATER.
    """

    weights: Floats
    draws: Wholes
    places: Wholes
    days_after: int

    @classmethod
    def of(cls, library: Library, weighed: Weighed, days_after: int) -> Ahead:
        """Those of the weighed who count, their draws numbered from 0."""
        kept = weighed.weights > _LEAST_WEIGHT / len(weighed.weights)
        weights, places = weighed.weights[kept], weighed.places[kept]
        _, draws = np.unique(library.draw[places], return_inverse=True)
        return cls(weights / weights.sum(), draws.astype(np.int64), places, days_after)

    @property
    def effective_draws(self) -> float:
        """Over how many draws the weight is spread, 1/Σ W_g²."""
        return 1.0 / float((self._draw_weights**2).sum())

    @cached_property
    def _draw_weights(self) -> Floats:
        found: Floats = np.bincount(self.draws, self.weights).astype(np.float64)
        return found

    def months(self, days: NDArray[Any]) -> Wholes:
        """The month ahead by which what comes on these days, since the infusion, has come."""
        day = days[self.places].astype(np.int64)
        month = np.ceil((day - self.days_after) / DAYS_PER_MONTH).astype(np.int64)
        late = (day == NEVER) | (month > MONTHS_AHEAD)
        return np.where(late, LATER, np.maximum(month, 0))

    def by_outcome(self, library: Library, plan: int) -> dict[Outcome, Wholes]:
        """For each outcome the month in which it came first; in remission has what ended it."""
        came = self.months(library.came_day[plan])
        first = library.came_first[plan][self.places]
        found = {
            outcome: np.where(first == place, came, LATER) for place, outcome in enumerate(OUTCOMES)
        }
        return {**found, Outcome.REMISSION: came}

    def probability(self, month: Wholes, *, spared: bool = False) -> Line:
        """The probability that something has come by each month, or that one was spared it."""
        value, between, variance = self._moments(month)
        low, high = _beta_interval(value, variance)
        if spared:
            value, low, high = 1.0 - value, 1.0 - high, 1.0 - low
        return _line(value, low, high, between)

    def difference(self, one: Wholes, other: Wholes, *, spared: bool = False) -> Line:
        """That of the one minus that of the other, child by child."""
        value, between, variance = self._moments(one, other)
        half = _NORMAL_95 * np.sqrt(variance)
        low, high = np.maximum(value - half, -1.0), np.minimum(value + half, 1.0)
        if spared:
            value, low, high = -value, -high, -low
        return _line(value, low, high, between)

    def _moments(self, one: Wholes, other: Wholes | None = None) -> tuple[Floats, Floats, Floats]:
        """Mean, τ² between draws, and the variance of the interval, by month.

        A child's y is 1 once `one` has come, less 1 once `other` has; y² is then 1 while one of
        the two has come and not both.
        """
        sums, squares = self._summed(one)
        again, doubled = sums, squares
        if other is not None:
            both, both_squared = self._summed(np.maximum(one, other))
            others, others_squared = self._summed(other)
            again = sums + others - 2.0 * both
            doubled = squares + others_squared - 2.0 * both_squared
            sums, squares = sums - others, squares - others_squared
        by_draw = self._draw_weights
        value = sums.sum(axis=0)
        spread = again.sum(axis=0) - value**2
        sampling = doubled - 2.0 * value * squares + value**2 * float((self.weights**2).sum())
        # The chance of a draw is that of the whole: in few children its own would often be none.
        chance = np.bincount(self.draws, self.weights**2) / by_draw**2
        inner = by_draw * (1.0 - by_draw)
        most = float(inner.sum())
        scatter = by_draw @ (sums / by_draw[:, None] - value) ** 2
        within = float(inner @ chance) * spread
        # One share of the variance for all months: month by month it would jump with each child.
        total = most * float(spread.sum())
        share = max(float((scatter - within).sum()) / total, 0.0) if total > 1e-9 else 0.0
        between = min(share, 1.0) * np.maximum(spread, 0.0)
        return value, between, between + np.maximum(sampling, 0.0)

    def _summed(self, month: Wholes) -> tuple[Floats, Floats]:
        """Weight that has come by each month, `[draw, month]`, and its squares, `[month]`."""
        cells = self.draws * (LATER + 1) + month
        size = len(self._draw_weights) * (LATER + 1)
        sums = np.bincount(cells, self.weights, size).reshape(-1, LATER + 1)
        squares = np.bincount(month, self.weights**2, LATER + 1)
        return (
            np.cumsum(sums[:, :LATER], axis=1, dtype=np.float64),
            np.cumsum(squares[:LATER], dtype=np.float64),
        )


def outcome_lines(ahead: Ahead, became: dict[Outcome, Wholes]) -> tuple[OutcomeLine, ...]:
    """Every outcome by month."""
    return tuple(
        OutcomeLine(outcome, ahead.probability(month, spared=outcome is Outcome.REMISSION))
        for outcome, month in became.items()
    )


def relapsed(became: dict[Outcome, Wholes]) -> Wholes:
    """The month in which any relapse came first."""
    found: Wholes = np.minimum.reduce([became[one] for one in RELAPSES])
    return found


def _beta_interval(value: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The middle 95% of the beta distribution with these moments; the value itself where sure.

    Where nearly all of it lies at an end, as of what one draw in many makes likely, the mean may
    lie outside the middle 95%; the interval then reaches to it.
    """
    sure = (variance <= 1e-12) | (value <= 0.0) | (value >= 1.0)
    mean = np.where(sure, 0.5, value)
    most = 0.999 * mean * (1.0 - mean)
    total = mean * (1.0 - mean) / np.clip(np.where(sure, 0.1, variance), 1e-12, most) - 1.0
    low, high = (betaincinv(mean * total, (1.0 - mean) * total, tail) for tail in _TAILS)
    low, high = np.minimum(low, value), np.maximum(high, value)
    return np.where(sure, value, low), np.where(sure, value, high)


def _line(value: Floats, low: Floats, high: Floats, between: Floats) -> Line:
    return Line(
        tuple(value.tolist()),
        tuple(low.tolist()),
        tuple(high.tolist()),
        tuple(np.sqrt(between).tolist()),
    )

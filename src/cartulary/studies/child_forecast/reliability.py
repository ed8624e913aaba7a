# SPDX-License-Identifier: Apache-2.0
"""Whether forecasts can be trusted: what was said beside what came, and whether saying it helped.

Brier score B = mean (f - o)²; the base rate's own is U = ō(1 - ō). With forecasts in bins k,

    B = Σ n_k (f_k - o_k)²/N  -  Σ n_k (o_k - ō)²/N  +  U  +  rest,

reliability less resolution plus uncertainty (Murphy 1973), and the rest that the spread within the
bins leaves. The band of a bin holds 95% of what its own forecasts would give were they true: the
distribution of a sum of unequal yes-or-no's, exactly (consistency bars, Bröcker and Smith 2007).
Spiegelhalter's z = Σ(o - f)(1 - 2f) / √Σ(1 - 2f)² f(1 - f) is standard normal were they all true.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]
YesNo = NDArray[np.bool_]

#: A bin holds at least so many children, and there are at most so many bins.
FEWEST_IN_BIN: Final = 25
MOST_BINS: Final = 10
_TAIL: Final = 0.025


@dataclass(frozen=True, slots=True)
class Bin:
    """Children with forecasts near one another: mean forecast, share it came to, and the band."""

    children: int
    forecast: float
    observed: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether what came lies within the band."""
        return self.low - 1e-12 <= self.observed <= self.high + 1e-12


@dataclass(frozen=True, slots=True)
class Reliability:
    """Forecasts of one thing by one horizon, judged."""

    children: int
    base_rate: float
    brier: float
    brier_of_base_rate: float
    reliability: float
    resolution: float
    rest: float
    z: float
    bins: tuple[Bin, ...]

    @property
    def skill(self) -> float:
        """1 - B/U: how much better than giving everybody the base rate; 0 where U is 0."""
        return 1.0 - self.brier / self.brier_of_base_rate if self.brier_of_base_rate > 0 else 0.0

    @property
    def p_value(self) -> float:
        """How often forecasts that are all true would give a z as far from 0."""
        return 2.0 * float(ndtr(-abs(self.z)))

    @property
    def inside(self) -> int:
        """How many bins lie within their bands."""
        return sum(one.inside for one in self.bins)

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "children": self.children,
            "base_rate": self.base_rate,
            "brier": self.brier,
            "brier_of_base_rate": self.brier_of_base_rate,
            "skill": self.skill,
            "reliability": self.reliability,
            "resolution": self.resolution,
            "uncertainty": self.brier_of_base_rate,
            "rest": self.rest,
            "z": self.z,
            "p_value": self.p_value,
            "bins_inside": self.inside,
            "bins": [
                {
                    "children": one.children,
                    "forecast": one.forecast,
                    "observed": one.observed,
                    "low": one.low,
                    "high": one.high,
                }
                for one in self.bins
            ],
        }


def reliability(forecasts: Floats, happened: YesNo) -> Reliability:
    """Forecasts beside what came.

    Arguments: probabilities `[n]`; whether it happened `[n]`.
    Returns: scores, and bins of equal numbers of children from the lowest forecasts to the highest.
    Refuses: no child, and a probability outside 0 to 1.

    >>> said = np.repeat([0.2, 0.8], 50)
    >>> came = np.concatenate([np.arange(50) % 5 < 1, np.arange(50) % 5 < 4])
    >>> judged = reliability(said, came)
    >>> round(judged.brier, 3), round(judged.skill, 3), judged.inside == len(judged.bins)
    (0.16, 0.36, True)
    """
    said, came = np.asarray(forecasts, dtype=np.float64), np.asarray(happened, dtype=np.float64)
    if not len(said) or not ((said >= 0.0) & (said <= 1.0)).all():
        raise ValueError(
            f"{len(said)} forecasts are to be judged, and each must be a probability from 0 to 1. "
            "Give one for each child."
        )
    base = float(came.mean())
    brier = float(((said - came) ** 2).mean())
    uncertainty = base * (1.0 - base)
    order = np.argsort(said, kind="stable")
    count = int(np.clip(len(said) // FEWEST_IN_BIN, 1, MOST_BINS))
    parts = [part for part in np.array_split(order, count) if len(part)]
    bins = tuple(_bin(said[part], came[part]) for part in parts)
    shares = [one.children / len(said) for one in bins]
    off = sum(
        share * (one.forecast - one.observed) ** 2 for share, one in zip(shares, bins, strict=True)
    )
    apart = sum(share * (one.observed - base) ** 2 for share, one in zip(shares, bins, strict=True))
    return Reliability(
        children=len(said),
        base_rate=base,
        brier=brier,
        brier_of_base_rate=uncertainty,
        reliability=off,
        resolution=apart,
        rest=brier - (off - apart + uncertainty),
        z=_spiegelhalter(said, came),
        bins=bins,
    )


def _bin(said: Floats, came: Floats) -> Bin:
    low, high = consistency_band(said)
    return Bin(len(said), float(said.mean()), float(came.mean()), low, high)


def consistency_band(forecasts: Floats) -> tuple[float, float]:
    """The shares between which 95% of outcomes would lie, were these forecasts all true.

    >>> consistency_band(np.full(100, 0.5))
    (0.4, 0.6)
    """
    chance = np.ones(1)
    for one in forecasts:
        chance = np.convolve(chance, [1.0 - one, one])
    below = np.cumsum(chance)
    last = len(forecasts)
    low = int(np.searchsorted(below, _TAIL, side="right"))
    high = int(np.searchsorted(below, 1.0 - _TAIL, side="left"))
    return min(low, last) / last, min(high, last) / last


def _spiegelhalter(said: Floats, came: Floats) -> float:
    variance = float(((1.0 - 2.0 * said) ** 2 * said * (1.0 - said)).sum())
    if variance <= 0.0:
        return 0.0
    return float(((came - said) * (1.0 - 2.0 * said)).sum()) / math.sqrt(variance)

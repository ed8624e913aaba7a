# SPDX-License-Identifier: Apache-2.0
"""A figure of many draws of the parameters, with the noise of simulating few children taken out.

Each draw gives a value and the variance that its own children leave in it. What the parameters
leave open is the variance between draws less the mean of those:

    V = max(0, var(values) - mean(noise))

and the values are drawn in towards their mean by sqrt(V / var(values)) before quantiles are taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
YesNo = NDArray[np.bool_]

_OUTER: Final = (0.025, 0.975)
#: Beyond it what is seen from draw to draw is noise, and what is left is hardly known.
_NOISE_TOO_MUCH: Final = 0.9
_NORMAL_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class OverDraws:
    """The mean over draws, the 95% that the parameters leave open, and the drawn-in values."""

    value: float
    low: float
    high: float
    values: Floats
    resolved: bool = True  # whether more than the noise of the simulation is seen


def over_draws(values: ArrayLike, noise: ArrayLike) -> OverDraws:
    """Draws of one figure, summed up.

    Arguments: a value a draw; the variance that simulating its children leaves in each. Draws
    without a value are left out.
    Returns: NaN throughout where no draw has a value.

    >>> same = over_draws([0.4, 0.6], [0.04, 0.04])
    >>> round(same.value, 6), round(same.low, 6), round(same.high, 6)
    (0.5, 0.5, 0.5)
    """
    found = np.asarray(values, dtype=np.float64)
    left = np.asarray(noise, dtype=np.float64)
    known = np.isfinite(found)
    if not known.any():
        return OverDraws(np.nan, np.nan, np.nan, found)
    mean = float(found[known].mean())
    total = float(found[known].var(ddof=1)) if known.sum() > 1 else 0.0
    real = max(0.0, total - float(np.nanmean(left[known])))
    drawn_in = mean + (found - mean) * (np.sqrt(real / total) if total > 0 else 0.0)
    low, high = np.quantile(drawn_in[known], _OUTER)
    resolved = total == 0.0 or real > (1.0 - _NOISE_TOO_MUCH) * total
    return OverDraws(mean, float(low), float(high), drawn_in, resolved)


def mean_and_noise(values: Floats, chosen: YesNo) -> tuple[float, float, int]:
    """Mean of the chosen children who count, the variance of that mean, and how many they are.

    A share of 0 or 1 keeps a variance: that of one child more of either kind.

    >>> mean_and_noise(np.array([1.0, 0.0, np.nan]), np.array([True, True, True]))[0]
    0.5
    """
    counted = values[chosen & np.isfinite(values)]
    n = len(counted)
    if n < 2:
        return float("nan"), float("nan"), n
    spread = float(counted.var(ddof=1))
    if spread == 0.0 and np.isin(counted, (0.0, 1.0)).all():
        share = (counted.sum() + 0.5) / (n + 1.0)
        spread = share * (1.0 - share)
    return float(counted.mean()), spread / n, n


def chance_of_share(share: float, children: float) -> tuple[float, float]:
    """Between which shares 95% of groups of so many children come out, by the normal limit.

    >>> [round(end, 2) for end in chance_of_share(0.5, 25)]
    [0.3, 0.7]
    """
    if not np.isfinite(share) or children < 1:
        return float("nan"), float("nan")
    half = _NORMAL_95 * np.sqrt(share * (1.0 - share) / children)
    return max(0.0, float(share - half)), min(1.0, float(share + half))

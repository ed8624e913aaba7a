# SPDX-License-Identifier: Apache-2.0
"""Which points of the parameters are simulated: spread over the prior, then over what is likely.

Points are counted in prior sd from the prior mean (`deviates`), the same on every scale.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from cartulary.studies.calibration.prior import Free, inside, prior_mean, prior_sd
from cartulary.twin.streams import uniform

Floats = NDArray[np.float64]

#: Latin squares of which the one with the least correlation is taken.
_TRIED = 20
#: Further draws when points leave the bounds of a parameter.
_SPARE = 4


def latin_hypercube(seed: int, purpose: str, count: int, wide: int) -> Floats:
    """Numbers between 0 and 1, each column with one in every 1/count of the way.

    Of some such squares the one whose columns go together least.

    >>> square = latin_hypercube(1, "doctest", 8, 3)
    >>> np.sort(np.floor(8 * square[:, 0])).astype(int).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    best: Floats | None = None
    least = np.inf
    for turn in range(_TRIED):
        drawn = uniform(seed, range(count), f"{purpose} {turn}", 2 * wide)
        places = np.argsort(np.argsort(drawn[:, :wide], axis=0), axis=0)
        made = (places + drawn[:, wide:]) / count
        worst = _most_together(made)
        if best is None or worst < least:
            best, least = made, worst
    assert best is not None
    return best


def _most_together(square: Floats) -> float:
    """The largest correlation between two columns."""
    if square.shape[1] < 2 or len(square) < 3:
        return 0.0
    together = np.abs(np.corrcoef(square, rowvar=False))
    np.fill_diagonal(together, 0.0)
    return float(together.max())


def prior_points(free: Sequence[Free], seed: int, count: int) -> Floats:
    """The first wave: the prior, evenly, as deviates; points outside the bounds are left out."""
    spare = latin_hypercube(seed, "design of wave 1", count, len(free))
    deviates: Floats = ndtri(spare)
    kept = deviates[inside(free, to_scale(free, deviates))]
    turn = 0
    while len(kept) < count and turn < _SPARE:
        turn += 1
        more = ndtri(latin_hypercube(seed, f"design of wave 1, more {turn}", count, len(free)))
        kept = np.concatenate([kept, more[inside(free, to_scale(free, more))]])
    return np.asarray(kept[:count])


def widened_points(
    free: Sequence[Free], draws: Floats, seed: int, wave: int, count: int, widen: float
) -> Floats:
    """A later wave: draws of the posterior so far, `widen` times as far from their centre.

    Of many draws those are taken that lie far from one another, so that the edge is met as well as
    the middle.

    Arguments: what is free; draws as deviates, many more than `count`; the seed; the wave's
    number; how many points; how much wider.
    Returns: points as deviates, within the bounds.
    """
    centre = draws.mean(axis=0)
    wider = centre + widen * (draws - centre)
    wider = wider[inside(free, to_scale(free, wider))]
    order = np.argsort(uniform(seed, range(len(wider)), f"design of wave {wave}", 1)[:, 0])
    wider = wider[order]
    if len(wider) <= count:
        return np.asarray(wider)
    # Half at random, for the middle; half each as far as can be from those taken before.
    half = count // 2
    taken = list(range(half))
    spread = np.maximum(wider.std(axis=0), 1e-9)
    scaled = wider / spread
    pool = scaled[half : half + 10 * count]
    nearest = np.full(len(pool), np.inf)
    for row in taken:
        nearest = np.minimum(nearest, ((pool - scaled[row]) ** 2).sum(axis=1))
    while len(taken) < count and np.isfinite(nearest).any():
        # The farthest of a few, not of all: of all it would only be outliers.
        few = slice(len(taken) % 10, None, 10)
        at = int(np.arange(len(pool))[few][np.argmax(nearest[few])])
        taken.append(half + at)
        nearest = np.minimum(nearest, ((pool - pool[at]) ** 2).sum(axis=1))
        nearest[at] = -np.inf
    return np.asarray(wider[taken])


def to_scale(free: Sequence[Free], deviates: Floats) -> Floats:
    """Points in prior sd as points on each parameter's own scale."""
    return prior_mean(free) + prior_sd(free) * deviates


def to_deviates(free: Sequence[Free], points: Floats) -> Floats:
    """Points on each parameter's own scale in prior sd from the prior mean."""
    moved: Floats = (points - prior_mean(free)) / prior_sd(free)
    return moved

# SPDX-License-Identifier: Apache-2.0
"""Leukaemic cells one by one: each divides, dies or wakes at its own random moment.

The oracle for `twin.extinction`. It knows nothing of survival chances, lineages or grids: rates
that hold for a tenth of a day, and one cell's event after another in continuous time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

PIECE_DAYS = 0.1


@dataclass(frozen=True)
class Rates:
    """One child's smooth rates per day, as arrays over pieces of PIECE_DAYS."""

    growth_rate: float
    death_rate: float
    kill: NDArray[np.float64]
    kill_share: float = 1.0
    cells: float = 0.0  # mean of the Poisson number at the start
    quiescent: float = 0.0
    waking: float = 0.0
    quiescent_killing: float = 0.0


def simulate(
    rates: Rates, burden: int, watched_from_day: float, replicates: int, seed: int
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether each replicate died out by the end, and the day it held `burden` cells (NaN: never).

    Cells are counted from `watched_from_day` on. A replicate that reached the burden is not
    followed further and counts as alive.
    """
    return _simulate(
        rates.growth_rate,
        rates.death_rate,
        rates.kill_share * rates.kill,
        rates.kill * rates.quiescent_killing,
        rates.cells,
        rates.quiescent,
        rates.waking,
        burden,
        watched_from_day,
        replicates,
        seed,
    )


# Compiled code draws from the stream that NumPy's older interface names.
@numba.njit(cache=True)
def _simulate(
    growth, death, kill, quiet_kill, cells, quiescent, waking, burden, watched, replicates, seed
):
    np.random.seed(seed)  # noqa: NPY002
    extinct = np.zeros(replicates, dtype=np.bool_)
    reached = np.full(replicates, np.nan)
    for replicate in range(replicates):
        dividing, quiet = np.random.poisson(cells), np.random.poisson(quiescent)  # noqa: NPY002
        done = False
        for piece in range(len(kill)):
            day, end = piece * PIECE_DAYS, (piece + 1) * PIECE_DAYS
            birth = growth + death
            dying = death + kill[piece]
            while True:
                rate = dividing * (birth + dying) + quiet * (waking + quiet_kill[piece])
                if rate == 0.0:
                    break
                day += np.random.exponential(1.0 / rate)  # noqa: NPY002
                if day >= end:
                    break
                event = np.random.random() * rate  # noqa: NPY002
                if event < dividing * birth:
                    dividing += 1
                elif event < dividing * (birth + dying):
                    dividing -= 1
                elif event < dividing * (birth + dying) + quiet * waking:
                    quiet -= 1
                    dividing += 1
                else:
                    quiet -= 1
                if dividing >= burden and day >= watched:
                    reached[replicate] = day
                    done = True
                    break
            if done or (dividing == 0 and quiet == 0):
                break
        extinct[replicate] = dividing == 0 and not done
    return extinct, reached

# SPDX-License-Identifier: Apache-2.0
"""Published figures that the model does not reach: at no point at all, or not in the posterior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.target import Target
from cartulary.studies.calibration.emulator import Emulator
from cartulary.studies.calibration.posterior_likelihood import observed

Floats = NDArray[np.float64]

#: Standard errors beyond which a point is implausible, as in history matching.
_IMPLAUSIBLE: Final = 3.0
#: Standard errors beyond which the posterior is said to miss a figure.
_MISSED: Final = 2.0
_EDGE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Unreached:
    """One figure that is not reached: by how many standard errors, and on which side."""

    target: str
    everywhere: bool
    observed: float
    predicted: float
    standard_errors: float

    @property
    def words(self) -> str:
        """The finding in a sentence."""
        side = "higher" if self.standard_errors < 0 else "lower"
        where = "no point reaches it; the nearest" if self.everywhere else "the posterior"
        return (
            f"{self.target}: published {self.observed:.3g}; {where} gives {self.predicted:.3g}, "
            f"{abs(self.standard_errors):.1f} standard errors {side}"
        )


def unreached(
    targets: Sequence[Target], own: Floats, emulator: Emulator, draws: Floats, noise_sd: Floats
) -> tuple[Unreached, ...]:
    """The figures that a wave's points do not reach, or that its posterior misses.

    Arguments: the targets; the wave's figures on their scales; the emulator; the posterior's draws
    as deviates; the noise of one simulated figure.
    Returns: what is not reached, the farthest first.
    """
    figures = observed(targets)
    predicted = np.median(emulator(draws[:: max(1, len(draws) // 400)]), axis=0)
    found = []
    for column, target in enumerate(targets):
        there = own[np.isfinite(own[:, column]), column]
        sd = float(np.hypot(figures.sd[column], figures.discrepancy_sd[column]))
        if not len(there):
            continue
        # The farthest points say what can be reached; a few are left aside as chance.
        low, high = np.quantile(there, [_EDGE, 1.0 - _EDGE])
        nearest = float(np.clip(figures.value[column], low, high))
        wide = float(np.hypot(sd, noise_sd[column]))
        for everywhere, value, error, limit in (
            (True, nearest, wide, _IMPLAUSIBLE),
            (False, float(predicted[column]), sd, _MISSED),
        ):
            apart = (float(figures.value[column]) - value) / error
            if abs(apart) > limit:
                found.append(
                    Unreached(target.id, everywhere, target.value, target.from_scale(value), apart)
                )
                break
    return tuple(sorted(found, key=lambda one: -abs(one.standard_errors)))

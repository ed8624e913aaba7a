# SPDX-License-Identifier: Apache-2.0
"""Five analyses of a transplant that does nothing, printed side by side.

python examples/immortal_time/demo.py [CHILDREN] [SEED]
"""

from __future__ import annotations

import math
import sys

import numpy as np

from cartulary.evidence import Estimate
from cartulary.studies.exposure_effect import ExposureEffect
from cartulary.studies.exposure_rows import EffectRow
from cartulary.studies.transplant_effect import transplant_effect_of_cohort
from cartulary.studies.transplant_simulation import cohort_without_effect

CHILDREN, SEED, COHORTS = 300, 1, 40
MASK = (1 << 64) - 1


class CountedDraws:
    """Numbers from a seed and a counter alone, the same on every machine (SplitMix64)."""

    def __init__(self, seed: int) -> None:
        self.state = (seed * 0xD1342543DE82EF95) & MASK

    def random(self, size: tuple[int, ...]) -> np.ndarray:
        """Numbers from 0 up to, not including, 1."""
        number = int(np.prod(size))
        step = np.uint64(0x9E3779B97F4A7C15)
        z = np.arange(1, number + 1, dtype=np.uint64) * step + np.uint64(self.state)
        self.state = (self.state + number * int(step)) & MASK
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        return np.asarray((z >> np.uint64(11)) / float(1 << 53)).reshape(size)

    def integers(self, low: int, high: int, size: tuple[int, ...]) -> np.ndarray:
        """Whole numbers from low up to, not including, high."""
        return np.asarray(low + np.floor(self.random(size) * (high - low)), dtype=np.int64)


def analysed(children: int = CHILDREN, seed: int = SEED) -> ExposureEffect:
    """The five analyses of one simulated cohort without any effect."""
    draws = CountedDraws(seed)
    return transplant_effect_of_cohort(cohort_without_effect(children, draws), draws=draws)


def repeated(children: int = CHILDREN, seed: int = SEED) -> dict[str, list[Estimate]]:
    """Every ratio of each analysis over many such cohorts."""
    draws = CountedDraws(seed + 1)
    found: dict[str, list[Estimate]] = {}
    for _ in range(COHORTS):
        for row in transplant_effect_of_cohort(cohort_without_effect(children, draws)).rows:
            found.setdefault(row.says, []).append(row.ratio)
    return found


def lines(effect: ExposureEffect, again: dict[str, list[Estimate]]) -> list[str]:
    """The table as lines of text."""
    head = (
        f"{'analysis':<66} {'ratio':>6}  {'95% interval':<12} {'kept':>5} {'lost':>5} {'given':>5}"
        f" | {'mean':>5} {'not 1':>5}"
    )
    return [
        f"{effect.children} simulated children in remission, {effect.exposed} transplanted; "
        "the transplant changes nothing, so the true hazard ratio is 1.",
        "",
        head,
        "-" * len(head),
        *(line(row, again[row.says]) for row in effect.rows),
        "",
        "kept, lost: children in the analysis, and gone before its landmark; given: of those kept,",
        "how many count as transplanted. A ratio is absent where too few had been transplanted.",
        f"Right of the bar: the mean ratio over {COHORTS} more such cohorts, and how many of their",
        "intervals leave 1 out (one in twenty should). Without resampling the last two have none.",
    ]


def line(row: EffectRow, again: list[Estimate]) -> str:
    """One analysis: of one cohort, and over many."""
    found = row.ratio
    ratio = "-" if found.value is None else f"{found.value:.2f}"
    limits = f"{found.low:.2f}-{found.high:.2f}" if found.low and found.high else "-"
    known = [one.value for one in again if one.value is not None]
    mean = f"{math.exp(sum(map(math.log, known)) / len(known)):.2f}" if known else "-"
    bounded = [(one.low, one.high) for one in again if one.low is not None]
    beside = sum(not low <= 1.0 <= (high or low) for low, high in bounded)
    missed = f"{beside}" if bounded else "-"
    return (
        f"{row.says:<66} {ratio:>6}  {limits:<12} {row.kept:>5} {row.lost:>5} {row.exposed:>5}"
        f" | {mean:>5} {missed:>5}"
    )


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    print("\n".join(lines(analysed(*given), repeated(*given))))

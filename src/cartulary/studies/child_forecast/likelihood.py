# SPDX-License-Identifier: Apache-2.0
"""How likely one child's record is, were it each of the virtual children at risk.

A value y (ln) about a truth x with error s counts as exp(-z²/2), z = (y - x)/s; one below a limit l
as Φ((l - x)/s), one from l on as 1 - Φ. The copies of one child share a shift of the laboratory's
scale, N(0, τ²), which is integrated out: for n residuals with error s,

    -2 ln p = Σz² - k (Σz)², k = τ² / (s² + n τ²).

Grades of CRS count by a kernel, and genetics and earlier blinatumomab by being the same.

Where too few virtual children are as alike as that, every error is widened by one factor, as little
as gives ENOUGH_EFFECTIVE of them and at most MOST_WIDENED: w ∝ p^(1/factor²).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc, log_ndtr, ndtr

from cartulary.studies.child_forecast.library import Library
from cartulary.studies.child_forecast.measured import (
    ABOUT,
    BELOW,
    COPIES_SCALE_SD,
    GRADE_KERNEL,
    Against,
    Level,
    Measured,
)
from cartulary.studies.child_forecast.outcomes import OUTCOMES, Outcome
from cartulary.studies.child_forecast.standing import Standing
from cartulary.studies.child_forecast.virtual import B_CELLS_DAYS, COPIES_DAYS, SHARE_DAYS

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Places = NDArray[np.int64]

_DAYS: Final = {
    Against.COPIES: COPIES_DAYS,
    Against.B_CELLS: B_CELLS_DAYS,
    Against.APLASIA: B_CELLS_DAYS,
    Against.SHARE: SHARE_DAYS,
}
_ROWS: Final = {
    Against.COPIES: "ln_copies",
    Against.B_CELLS: "ln_b_cells",
    Against.APLASIA: "ln_b_cells",
    Against.SHARE: "ln_share",
}
#: A look at which remission is called may lie so many days before the planned one.
_LOOK_SLACK_DAYS: Final = 3
_FIRST_LOOK_DAY: Final = 28
#: The effective sample size that widening aims at, and how far it may go.
ENOUGH_EFFECTIVE: Final = 100.0
MOST_WIDENED: Final = 2.0
_HALVINGS: Final = 12
#: So many virtual children are enough to place one value among them.
_PLACED_AMONG: Final = 3000
_LEAST_WEIGHT: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Weighed:
    """Virtual children with their weights, which sum to 1.

    `fit`: the share of replicated records that lie further from the weighted children than this
    child's own. `widened`: the factor on every error.
    """

    places: Places
    weights: Floats
    fit: float
    widened: float

    @property
    def effective_children(self) -> float:
        """Kish's effective sample size, (Σw)²/Σw²."""
        return effective(self.weights) if len(self.weights) else 0.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like each virtual child at risk is: ln of the likelihood of the record, one a place.

    `distance` is the squared distance of the `count` values that are no limits. `tails` has a
    place for each level of the record: the share of the children at risk that would show a value
    as far out, both tails counted, or that would show the same side of a limit.
    """

    places: Places
    ln_p: Singles
    distance: Singles
    count: int
    tails: tuple[float, ...]

    def weighed(self, chosen: NDArray[np.bool_] | None = None) -> Weighed:
        """The weights of those at risk, or of some of them, widened as far as they need."""
        among = slice(None) if chosen is None else chosen
        places = self.places[among]
        if not len(places):
            return Weighed(places, np.empty(0), 1.0, 1.0)
        ln_p = self.ln_p[among] - self.ln_p[among].max()
        power = _power(ln_p)
        weights = np.exp(power * ln_p).astype(np.float64)
        weights /= weights.sum()
        fit = 1.0
        if self.count:
            # What has no weight has no say.
            heavy = weights > _LEAST_WEIGHT
            distance = power * self.distance[among][heavy]
            fit = float(weights[heavy] @ gammaincc(self.count / 2.0, distance / 2.0))
        return Weighed(places, weights, fit, power**-0.5)


def effective(weights: NDArray[Any]) -> float:
    """Kish's effective sample size, (Σw)²/Σw².

    >>> effective(np.array([1.0, 1.0, 0.0]))
    2.0
    """
    return float(weights.sum()) ** 2 / float((weights**2).sum())


def at_risk(library: Library, child: Standing) -> Places:
    """The virtual children who on the day of the forecast stood where this child stands."""
    came = library.came_day[0]
    held = came > child.days_after
    if child.in_remission:
        found = max(child.days_after, _FIRST_LOOK_DAY) + _LOOK_SLACK_DAYS
        held &= library.of("remission_day") <= found
        held &= library.came_first[0] != OUTCOMES.index(Outcome.NO_REMISSION)
    for name, known in (
        ("kmt2a", child.kmt2a),
        ("prior_blinatumomab", child.prior_blinatumomab),
    ):
        if known is not None:
            held &= library.of(name) == float(known)
    places: Places = np.flatnonzero(held)
    return places


def likeness(library: Library, places: Places, record: Measured) -> Likeness:
    """How like the children at these places are, given what was measured.

    Arguments: the library; the places of those at risk; the record up to the forecast's day.
    Returns: one likelihood a place, in their order.
    """
    n = len(places)
    ln_p, distance = np.zeros(n, np.float32), np.zeros(n, np.float32)
    if n == 0:
        return Likeness(places, ln_p, distance, 0, (1.0,) * len(record.levels))
    tails: list[float] = []
    among = slice(None, None, max(n // _PLACED_AMONG, 1))
    copies: list[Singles] = []
    count = 0
    for level in record.levels:
        z = truth(library, level, places)
        np.subtract(np.float32(level.ln_value), z, out=z)
        z /= np.float32(level.sd)
        tails.append(_tail(z[among], level.says))
        if level.says == BELOW:
            ln_p += log_ndtr(z)
        elif level.says != ABOUT:
            ln_p += log_ndtr(-z)
        else:
            count += 1
            if level.against is Against.COPIES:
                copies.append(z)
            else:
                distance += z * z
    if copies:
        distance += _shifted(copies, _copies_sd(record.levels))
    ln_p -= np.float32(0.5) * distance
    if record.crs_grade is not None:
        kernel = np.log(np.array(GRADE_KERNEL, dtype=np.float32))
        apart = np.abs(library.of("crs_grade")[places] - record.crs_grade).astype(np.int64)
        ln_p += kernel[np.clip(apart, 0, len(GRADE_KERNEL) - 1)]
    return Likeness(places, ln_p, distance, count, tuple(tails))


def _power(ln_p: Singles) -> float:
    """The highest power of the likelihood, at most 1, that leaves enough effective children.

    `ln_p` is at most 0, and 0 somewhere.
    """
    lowest, highest = MOST_WIDENED**-2, 1.0
    if effective(np.exp(ln_p)) >= ENOUGH_EFFECTIVE:
        return highest
    # The others have less than exp(-20) of the greatest weight at any power.
    near = ln_p[ln_p > -20.0 / lowest]
    if effective(np.exp(np.float32(lowest) * near)) < ENOUGH_EFFECTIVE:
        return lowest
    for _ in range(_HALVINGS):
        middle = 0.5 * (lowest + highest)
        if effective(np.exp(np.float32(middle) * near)) >= ENOUGH_EFFECTIVE:
            lowest = middle
        else:
            highest = middle
    return lowest


def truth(library: Library, level: Level, places: Places) -> Singles:
    """What is there in each virtual child, in ln, where a value was measured in the child.

    Between two days of the library it lies on a straight line; for aplasia it is the number of B
    cells over the one at which aplasia is lost.
    """
    if level.against not in _DAYS:
        known: Singles = library.of(level.against.value)[places].astype(np.float32)
        return known
    rows = getattr(library, _ROWS[level.against])
    assert level.day is not None
    first, share = _between(_DAYS[level.against], level.day)
    there: Singles = _row(rows, first, places)
    if share > 0:
        there += np.float32(share) * (_row(rows, first + 1, places) - there)
    if level.against is Against.APLASIA:
        there -= library.of("ln_b_cells_back")[places]
    return there


def _between(days: Sequence[int], day: int) -> tuple[int, float]:
    """The row before a day, and how far the day lies towards the next; held at both ends."""
    if day <= days[0]:
        return 0, 0.0
    for row, (one, other) in enumerate(pairwise(days)):
        if day < other:
            return row, (day - one) / (other - one)
    return len(days) - 1, 0.0


def _row(rows: NDArray[Any], row: int, places: Places) -> Singles:
    taken: Singles = np.asarray(rows[row]).take(places).astype(np.float32)
    return taken


def _shifted(z: Sequence[Singles], sd: float) -> Singles:
    """Σz² - k (Σz)²: the squared distance of residuals that share an unknown shift."""
    total, squares = np.zeros_like(z[0]), np.zeros_like(z[0])
    for one in z:
        total += one
        squares += one * one
    shared = COPIES_SCALE_SD**2
    k = np.float32(shared / (sd * sd + len(z) * shared))
    found: Singles = squares - k * total * total
    return found


def _copies_sd(levels: Sequence[Level]) -> float:
    return next(one.sd for one in levels if one.against is Against.COPIES)


def _tail(z: Singles, says: str) -> float:
    """Where a value lies among what virtual children would show."""
    if says == ABOUT:
        below = float(ndtr(z).mean())
        return 2.0 * min(below, 1.0 - below)
    return float(ndtr(z if says == BELOW else -z).mean())

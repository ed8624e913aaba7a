# SPDX-License-Identifier: Apache-2.0
"""A comparison of policies: values, differences, and two uncertainties that are never mixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from cartulary.codebook.words import Words
from cartulary.course.errors import CartularyError
from cartulary.studies.policies_compared.chance import (
    Law,
    chance_band,
    chance_of_difference,
    chance_of_value,
    quantile_of,
    variance_of_one,
)
from cartulary.studies.policies_compared.children_read import CURVES, Floats
from cartulary.studies.policies_compared.drivers import NOTHING_FOUND, Drivers
from cartulary.studies.policies_compared.outcome import Better, Outcome
from cartulary.studies.policies_compared.parameters_part import without_noise

LOW: Final = 0.025
HIGH: Final = 0.975
#: Half of a 95% interval, in standard deviations.
NORMAL_HALF: Final = 1.959964
NOISE_TOO_MUCH: Final = 0.8
#: With fewer draws an interval over them is rough.
FEWEST_DRAWS: Final = 50


class Interval(NamedTuple):
    """From low to high, 95%."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of its length."""
        return (self.high - self.low) / 2.0


@dataclass(frozen=True, slots=True)
class About:
    """What decided the figures, and what it took."""

    version: str
    seed: int
    children: int  # a draw
    draws: int
    years: float
    programme_size: int
    posterior_id: str
    failures: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ArmTold:
    """An arm as a result keeps it."""

    id: str
    words: Words
    policy_id: str
    policy_edition: str
    policy_name: Words
    policy_summary: Words
    policy_file: str
    population_id: str
    population_edition: str
    population_name: Words
    changes: tuple[tuple[str, float], ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Value:
    """One outcome in one arm."""

    outcome: Outcome
    value: float
    parameters: Interval
    chance: Interval
    counted_share: float  # of the children indicated whose outcome it is


@dataclass(frozen=True, slots=True)
class Difference:
    """One outcome, the arm less the one it is held against; on the outcome's own scale."""

    outcome: Outcome
    arm: str
    against: str
    value: float
    parameters: Interval  # what we do not know; the simulation's own noise taken out
    chance: Interval  # what two groups of the programme's size would show
    both: Interval
    children_needed: float | None  # a policy, until chance is no wider; None where not resolved
    noise_share: float  # of the variance over draws, the simulation's own
    favourable: float  # share of the draws in which the arm does better; NaN if neither is better

    @property
    def resolved(self) -> bool:
        """Whether enough children were simulated to see what the parameters do.

        Where nearly all that is seen from draw to draw is the simulation's own noise, what is left
        for the parameters is small, and its size is hardly known.
        """
        return self.noise_share < NOISE_TOO_MUCH


@dataclass(frozen=True, slots=True)
class Curve:
    """A survival curve of one arm, from the indication."""

    name: str
    months: Floats
    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Compared:
    """The result of `compare`: everything that pages and questions show.

    A difference is always the arm's figure less that of the arm it is held against.
    """

    about: About
    arms: tuple[ArmTold, ...]
    outcomes: tuple[Outcome, ...]
    central: Floats  # [arm, outcome], the mean over draws
    ends: Floats  # [arm, outcome, (low, high)], over draws, noise taken out
    differences: Floats  # [draw, arm, outcome], less the first arm; noise and all
    noise: Floats  # [outcome, arm, arm], covariance of the arms' estimates within a draw
    counted_share: Floats  # [arm, outcome], of the children indicated
    spreads: Floats  # [arm, outcome, quantile], of children's own values; NaN for a share
    months: Floats
    curves: Floats  # [curve, arm, (value, low, high), month]
    found_drivers: Mapping[tuple[str, str], Drivers]  # by arm and outcome, against the first arm

    def outcome(self, outcome_id: str) -> Outcome:
        """The outcome of this id; refused with those there are."""
        return self.outcomes[self._outcome(outcome_id)]

    def has(self, outcome_id: str) -> bool:
        """Whether the comparison reckoned this outcome."""
        return any(one.id == outcome_id for one in self.outcomes)

    def value(self, arm: str, outcome_id: str, programme_size: int | None = None) -> Value:
        """One outcome in one arm, with both uncertainties apart."""
        at, o = self._arm(arm), self._outcome(outcome_id)
        chance = chance_of_value(self._law(at, o), self._size(programme_size))
        low, high = self.ends[at, o].tolist()
        return Value(
            self.outcomes[o],
            float(self.central[at, o]),
            Interval(low, high),
            Interval(*quantile_of(chance, (LOW, HIGH))),
            float(self.counted_share[at, o]),
        )

    def difference(
        self, arm: str, against: str, outcome_id: str, programme_size: int | None = None
    ) -> Difference:
        """The arm less the other, with each uncertainty alone and with both.

        `parameters`: 95% of the draws, the simulation's noise taken out by `without_noise`.
        `chance`: 95% of what two independent groups of the programme's size would show if the
        central values were true. `both`: the sum of the two, as independent.
        """
        one, other, o = self._arm(arm), self._arm(against), self._outcome(outcome_id)
        outcome = self.outcomes[o]
        drawn = self.differences[:, one, o] - self.differences[:, other, o]
        noise = self._noise_of(one, other, o)
        shown = without_noise(drawn, noise)
        central = float(self.central[one, o] - self.central[other, o])
        points, weights = chance_of_difference(
            self._law(one, o), self._law(other, o), self._size(programme_size)
        )
        known = shown[~np.isnan(shown)]
        if not len(known):
            return _unknown(outcome, arm, against)
        parameters = Interval(*np.quantile(known, (LOW, HIGH)).tolist())
        moved = known - known.mean()
        summed = (points[None, :] + moved[:, None]).ravel()
        both = quantile_of((summed, np.tile(weights / len(moved), len(moved))), (LOW, HIGH))
        seen = float(np.nanvar(drawn, ddof=1)) if len(drawn) > 1 else 0.0
        noise_share = min(noise / seen, 1.0) if seen > 0 else 0.0
        needed = None
        if noise_share < NOISE_TOO_MUCH:
            needed = self._children_needed(one, other, o, parameters)
        return Difference(
            outcome=outcome,
            arm=arm,
            against=against,
            value=central,
            parameters=parameters,
            chance=Interval(*quantile_of((points, weights), (LOW, HIGH))),
            both=Interval(*both),
            children_needed=needed,
            noise_share=noise_share,
            favourable=_favourable(outcome, known),
        )

    def drivers(self, arm: str, outcome_id: str) -> Drivers:
        """What drives the difference of an arm from the first one."""
        self._arm(arm)
        return self.found_drivers.get((arm, self.outcome(outcome_id).id), NOTHING_FOUND)

    def curve(self, arm: str, name: str) -> Curve:
        """A curve of `CURVES` with the band of the parameters."""
        made = self.curves[self._curve(name), self._arm(arm)]
        return Curve(name, self.months, made[0], made[1], made[2])

    def chance_curve(self, arm: str, name: str, programme_size: int | None = None) -> Curve:
        """The same curve with the band of what so many children would show by chance."""
        made = self.curves[self._curve(name), self._arm(arm)]
        low, high = chance_band(made[0], self._size(programme_size))
        return Curve(name, self.months, made[0], low, high)

    def half_widths(self, arm: str, against: str, outcome_id: str, sizes: Floats) -> Floats:
        """Half of the chance interval at these numbers of children a policy: 1.96 sqrt(V / n)."""
        variance = self._chance_variance(
            self._arm(arm), self._arm(against), self._outcome(outcome_id)
        )
        widths: Floats = NORMAL_HALF * np.sqrt(variance / np.asarray(sizes, dtype=np.float64))
        return widths

    def _children_needed(
        self, one: int, other: int, outcome: int, parameters: Interval
    ) -> float | None:
        variance = self._chance_variance(one, other, outcome)
        if not parameters.half_width > 0 or not variance > 0:
            return None
        return float(variance * (NORMAL_HALF / parameters.half_width) ** 2)

    def _chance_variance(self, one: int, other: int, outcome: int) -> float:
        """The variance of a difference, times the children in each group."""
        return sum(variance_of_one(self._law(at, outcome)) for at in (one, other))

    def _size(self, programme_size: int | None) -> int:
        return self.about.programme_size if programme_size is None else programme_size

    def _law(self, arm: int, outcome: int) -> Law:
        spread = None if self.outcomes[outcome].is_share else self.spreads[arm, outcome]
        value = float(self.central[arm, outcome])
        return Law(float(self.counted_share[arm, outcome]), value, spread)

    def _noise_of(self, one: int, other: int, outcome: int) -> float:
        """The variance of the paired difference that the simulation itself makes."""
        noise = self.noise[outcome]
        return float(max(noise[one, one] + noise[other, other] - 2.0 * noise[one, other], 0.0))

    def _arm(self, arm: str) -> int:
        return _place(arm, [one.id for one in self.arms], "arm")

    def _outcome(self, outcome_id: str) -> int:
        return _place(outcome_id, [one.id for one in self.outcomes], "outcome")

    def _curve(self, name: str) -> int:
        return _place(name, list(CURVES), "curve")


def _unknown(outcome: Outcome, arm: str, against: str) -> Difference:
    """Where one of the arms has no child whose outcome it is."""
    nan = float("nan")
    none = Interval(nan, nan)
    return Difference(outcome, arm, against, nan, none, none, none, None, 0.0, nan)


def _favourable(outcome: Outcome, shown: Floats) -> float:
    """The share of draws in which more, or less, is better."""
    if outcome.better is Better.NEITHER:
        return float("nan")
    sign = 1.0 if outcome.better is Better.MORE else -1.0
    return float(np.mean(sign * shown > 0))


def _place(wanted: str, known: list[str], what: str) -> int:
    if wanted not in known:
        raise CartularyError(
            f"There is no {what} {wanted!r} in this comparison. There are: {', '.join(known)}."
        )
    return known.index(wanted)

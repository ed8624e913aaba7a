# SPDX-License-Identifier: Apache-2.0
"""A survival curve and what may be read from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.arrays import BoolArray, FloatArray, IntArray
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import SEVERAL_OF_ONE_CHILD, FollowUp
from cartulary.evidence.interval import (
    FEWEST_AT_RISK,
    IntervalScale,
    beta_product_interval,
    too_few,
    transformed_interval,
)

BETA_PRODUCT_METHOD = "Kaplan-Meier, beta product (moments) interval"


@dataclass(frozen=True, kw_only=True, eq=False)
class SurvivalCurve:
    """The share still free of the event, over the m days on which a row leaves.

    days, survival, std_error: shape (m,). Between two days the curve is flat; before the first
    it is 1. at_risk, events, censored: counts on each day; shape (m,). low and high, the
    pointwise limits, are computed when first asked for.
    """

    days: FloatArray
    survival: FloatArray
    std_error: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    level: float
    interval: IntervalScale
    small_sample_rule: bool
    start_day: float
    follow_up: FollowUp = field(repr=False)
    never_at_risk: int

    @property
    def method(self) -> str:
        """The usual method of this curve; single figures name the one they used."""
        return f"Kaplan-Meier, {self.interval} interval (Greenwood)"

    @cached_property
    def small_sample(self) -> BoolArray:
        """Where the beta product interval stands in for the usual one; shape (m,)."""
        if not self.small_sample_rule:
            return np.zeros(self.survival.shape, dtype=bool)
        return too_few(self.survival, np.cumsum(self.events), self.at_risk)

    @cached_property
    def _band(self) -> tuple[FloatArray, FloatArray]:
        """Pointwise limits on every day."""
        low, high = transformed_interval(self.survival, self.std_error, self.level, self.interval)
        few = self.small_sample
        if few.any():
            low[few], high[few] = self._beta_product(few)
        return np.minimum(low, self.survival), np.maximum(high, self.survival)

    @property
    def low(self) -> FloatArray:
        """Lower pointwise limits; shape (m,)."""
        return self._band[0]

    @property
    def high(self) -> FloatArray:
        """Upper pointwise limits; shape (m,)."""
        return self._band[1]

    def _beta_product(self, wanted: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Beta product limits after the days asked for; shape (wanted days,)."""
        left_after = np.maximum(self.at_risk - self.events - self.censored, 0.0)
        return beta_product_interval(self.at_risk, self.events, left_after, self.level, wanted)

    def survival_at(self, day: float) -> Estimate:
        """S at the end of a day, with its interval; None beyond the last day followed.

        >>> from cartulary.evidence.kaplan_meier import kaplan_meier
        >>> rows = FollowUp(exit=[30, 90, 200], status=[0, 0, 0], cause_names=("death",),
        ...                 unit="child", clock="infusion", definition="os, edition 1",
        ...                 origin="recorded")
        >>> kaplan_meier(rows).survival_at(60).method
        'Kaplan-Meier, beta product (moments) interval'
        """
        if not np.isfinite(day) or day < self.start_day:
            raise EstimandError(
                f"Day {day} is not on this curve, which starts on day {self.start_day:g}. "
                "Survival is asked for at a day on the endpoint's clock. Ask for a later day."
            )
        at_risk = int(self.follow_up.numbers_at_risk([day])[0])
        position = int(np.searchsorted(self.days, day, side="right")) - 1
        value = float(self.survival[position]) if position >= 0 else 1.0
        notes = list(self.notes)
        if day > self.follow_up.last_day and value > 0.0:
            notes.append(
                f"no {self.follow_up.unit} was followed to day {day:g}; "
                f"the last day of follow-up is {self.follow_up.last_day:g}"
            )
            return self._estimate(None, None, None, self.method, day, 0, notes)
        if at_risk < FEWEST_AT_RISK:
            notes.append(f"at risk <{FEWEST_AT_RISK}: {at_risk} on day {day:g}")
        low, high, exact = self._limits(position, at_risk)
        if low is None:
            notes.append(f"the {self.interval} interval does not exist where survival is {value:g}")
        if exact and (self.follow_up.late_entry or self.follow_up.weights is not None):
            why = "late entry" if self.follow_up.late_entry else "weights"
            notes.append(f"with {why} the beta product interval is approximate")
        method = BETA_PRODUCT_METHOD if exact else self.method
        return self._estimate(value, low, high, method, day, at_risk, notes, exact=exact)

    def _limits(self, position: int, at_risk: int) -> tuple[float | None, float | None, bool]:
        """Limits after the given step, and whether they are the beta product's."""
        few = position < 0 or bool(self.small_sample[position]) or at_risk < FEWEST_AT_RISK
        if self.small_sample_rule and few:
            wanted = np.zeros(self.days.shape, dtype=bool)
            if position < 0:
                # Before the first step nothing has happened to those at risk on it.
                first = np.array([self.at_risk[0]])
                low, high = beta_product_interval(
                    first, np.zeros(1), first, self.level, np.array([True])
                )
                return float(low[0]), float(high[0]), True
            wanted[position] = True
            low, high = self._beta_product(wanted)
            value = self.survival[position]
            return float(min(low[0], value)), float(max(high[0], value)), True
        if position < 0 or not np.isfinite(self.low[position]):
            return None, None, False
        return float(self.low[position]), float(self.high[position]), False

    def median(self) -> Estimate:
        """The day by which half have had the event; see `quantile`."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> Estimate:
        """The first day on which at least this share has had the event, with its interval.

        The day t with S(t) < 1 - share; where S equals 1 - share exactly over a stretch, the
        middle of that stretch (to the end of follow-up where it is the last), as in R. The limits
        are the same reading of the curve's pointwise limits, which is Brookmeyer and Crowley's
        interval on this curve's scale; limits that pass twice, as with late entry they may, are
        read where they first pass, and R may read a later day. A limit or value that the follow-up
        does not reach is None, with a note.

        Refuses: a share not strictly between 0 and 1.
        """
        if not 0.0 < share < 1.0:
            raise EstimandError(
                f"The share is {share}. A quantile of a curve is asked for between 0 and 1. "
                "Use 0.5 for the median."
            )
        low_band, high_band = transformed_interval(
            self.survival, self.std_error, self.level, self.interval
        )
        value = _crossing(self.days, self.survival, 1.0 - share)
        low = _crossing(self.days, low_band, 1.0 - share)
        high = _crossing(self.days, high_band, 1.0 - share)
        notes = list(self.notes)
        if value is None:
            notes.append("not reached within follow-up")
        if low is None:
            notes.append("the lower limit is not reached within follow-up")
        elif high is None:
            notes.append("the upper limit is not reached within follow-up")
        name = "median" if share == 0.5 else f"quantile {share:g}"
        method = f"Kaplan-Meier {name}, Brookmeyer-Crowley {self.interval} interval"
        return self._estimate(
            value, low, high, method, None, None, notes, cites=(sources.BROOKMEYER_CROWLEY,)
        )

    def numbers_at_risk(self, days: ArrayLike) -> IntArray:
        """Rows at risk on each day, for the line under a drawn curve; shape of `days`."""
        return self.follow_up.numbers_at_risk(days)

    @property
    def notes(self) -> tuple[str, ...]:
        """What every figure from this curve must say."""
        notes = []
        if self.never_at_risk:
            notes.append(
                f"{self.never_at_risk} entered late and left on the same day: in no risk set"
            )
        if self.start_day > 0.0:
            notes.append(f"given no event before day {self.start_day:g}")
        elif self.follow_up.late_entry and self._emptied():
            notes.append("survival fell to 0 while few had entered; a later start day avoids this")
        first = float(self.follow_up.entry.min())
        if first > self.start_day:
            notes.append(f"nobody was under observation until day {first:g}")
        if self.follow_up.dependent_rows:
            notes.append(SEVERAL_OF_ONE_CHILD)
        weights = self.follow_up.weights
        if weights is not None and not np.array_equal(weights, np.round(weights)):
            notes.append(
                "weights count as numbers of units; an interval that allows for estimated "
                "weights needs the bootstrap"
            )
        return tuple(notes)

    def _emptied(self) -> bool:
        """Whether the curve reached 0 although rows were followed later."""
        return bool(np.any(self.survival[:-1] == 0.0))

    def _estimate(
        self,
        value: float | None,
        low: float | None,
        high: float | None,
        method: str,
        at_days: float | None,
        at_risk: int | None,
        notes: list[str],
        *,
        exact: bool = False,
        cites: tuple[str, ...] = (),
    ) -> Estimate:
        """A figure of this curve with everything it must carry."""
        rows = self.follow_up
        used = (sources.BETA_PRODUCT,) if exact else ()
        return Estimate(
            value=value,
            low=low,
            high=high,
            level=self.level,
            method=method,
            unit=rows.unit,
            n=rows.n,
            events=rows.events if at_days is None else rows.events_by(at_days),
            at_days=at_days,
            endpoint=rows.endpoint,
            definition=rows.definition,
            origin=rows.origin,
            missing=rows.missing,
            at_risk=at_risk,
            citations=(sources.KAPLAN_MEIER, *used, *cites),
            notes=tuple(notes),
        )


_ROUNDING = 1e-10


def _crossing(days: FloatArray, curve: FloatArray, target: float) -> float | None:
    """The day a falling curve passes the target; NaN counts as not passing."""
    # S is a product of fractions: 0.5 may arrive as 0.5000000000000001.
    at_or_below = np.flatnonzero(curve <= target + _ROUNDING)
    if at_or_below.size == 0:
        return None
    first = int(at_or_below[0])
    if curve[first] < target - _ROUNDING:
        return float(days[first])
    below = np.flatnonzero(curve < target - _ROUNDING)
    # A stretch that no later step ends, ends with the follow-up.
    last = int(below[0]) if below.size else -1
    return float((days[first] + days[last]) / 2.0)

# SPDX-License-Identifier: Apache-2.0
"""Cumulative incidence curves and what may be read from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import SEVERAL_OF_ONE_CHILD, FollowUp
from cartulary.evidence.interval import (
    FEWEST_AT_RISK,
    FEWEST_EVENTS,
    IntervalScale,
    all_or_none_limit,
    transformed_interval,
)

# Sums of fractions reach 1 only to rounding.
CERTAIN = 1.0 - 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class IncidenceCurve:
    """The share that has had each cause, over the m days on which a row leaves.

    incidence, std_error, events: shape (causes, m), in the order of `follow_up.cause_names`.
    days, survival (from all causes), at_risk, censored: shape (m,). low and high, the pointwise
    limits, are computed when first asked for; shape (causes, m).
    On every day the incidences and the survival add to 1.
    """

    days: FloatArray
    incidence: FloatArray
    std_error: FloatArray
    survival: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    level: float
    interval: IntervalScale
    variance: str
    follow_up: FollowUp = field(repr=False)
    never_at_risk: int

    @property
    def cause_names(self) -> tuple[str, ...]:
        """The causes, in the order of the rows of `incidence`."""
        return self.follow_up.cause_names

    @cached_property
    def _band(self) -> tuple[FloatArray, FloatArray]:
        """Pointwise limits of every cause, exact where the incidence is 0 or 1."""
        low, high = transformed_interval(self.incidence, self.std_error, self.level, self.interval)
        for row, F in enumerate(self.incidence):
            none, all_ = F <= 0.0, F >= CERTAIN
            if none.any() or all_.any():
                limit = all_or_none_limit(self._known(), self.level)
                low[row, none], high[row, none] = 0.0, 1.0 - limit[none]
                low[row, all_], high[row, all_] = limit[all_], 1.0
        return np.minimum(low, self.incidence), np.maximum(high, self.incidence)

    def _known(self) -> FloatArray:
        """How many had an event by each day or are still under observation; shape (m,)."""
        any_event = self.events.sum(axis=0)
        left = self.at_risk - any_event - self.censored
        return np.asarray(np.cumsum(any_event) + np.maximum(left, 0.0), dtype=np.float64)

    @property
    def low(self) -> FloatArray:
        """Lower pointwise limits; shape (causes, m)."""
        return self._band[0]

    @property
    def high(self) -> FloatArray:
        """Upper pointwise limits; shape (causes, m)."""
        return self._band[1]

    def incidence_at(self, day: float, cause: str) -> Estimate:
        """F of one cause at the end of a day, with its interval; None beyond the last day followed.

        Where F is 0 (or 1) the interval is Clopper-Pearson's on those whose state that day is
        known: with an event by then, or still under observation.
        """
        if not np.isfinite(day) or day < 0.0:
            raise EstimandError(
                f"Day {day} is not on this curve. Incidence is asked for at a day on the "
                "endpoint's clock, from 0 on. Ask for a later day."
            )
        rows = self.follow_up
        row = rows.cause_number(cause) - 1
        position = int(np.searchsorted(self.days, day, side="right")) - 1
        at_risk = int(rows.numbers_at_risk([day])[0])
        notes = self._notes()
        nobody_left = position >= 0 and self.survival[position] == 0.0
        if day > rows.last_day and not nobody_left:
            notes.append(
                f"no {rows.unit} was followed to day {day:g}; "
                f"the last day of follow-up is {rows.last_day:g}"
            )
            return self._estimate(cause, day, None, None, None, 0, notes)
        if at_risk < FEWEST_AT_RISK:
            notes.append(f"at risk <{FEWEST_AT_RISK}: {at_risk} on day {day:g}")
        if position < 0:
            high = 1.0 - float(all_or_none_limit(self.at_risk[:1], self.level)[0])
            return self._estimate(cause, day, 0.0, 0.0, high, at_risk, notes)
        so_far = float(self.events[row, : position + 1].sum())
        if 0.0 < so_far < FEWEST_EVENTS:
            notes.append(f"fewer than {FEWEST_EVENTS} events: the interval is rough")
        value = float(self.incidence[row, position])
        low, high = float(self.low[row, position]), float(self.high[row, position])
        return self._estimate(cause, day, value, low, high, at_risk, notes)

    def numbers_at_risk(self, days: ArrayLike) -> IntArray:
        """Rows at risk on each day, for the line under a drawn curve; shape of `days`."""
        return self.follow_up.numbers_at_risk(days)

    def _notes(self) -> list[str]:
        """What every figure from this curve must say."""
        notes = []
        if self.never_at_risk:
            notes.append(
                f"{self.never_at_risk} entered late and left on the same day: in no risk set"
            )
        first = float(self.follow_up.entry.min())
        if first > 0.0:
            notes.append(f"nobody was under observation until day {first:g}")
        if self.follow_up.dependent_rows:
            notes.append(SEVERAL_OF_ONE_CHILD)
        if self.follow_up.late_entry and bool(np.any(self.survival[:-1] == 0.0)):
            notes.append("survival fell to 0 while few had entered")
        return notes

    def _estimate(
        self,
        cause: str,
        day: float,
        value: float | None,
        low: float | None,
        high: float | None,
        at_risk: int,
        notes: list[str],
    ) -> Estimate:
        """A figure of one cause with everything it must carry."""
        rows = self.follow_up
        exact = value is not None and not 0.0 < value < CERTAIN
        how = (
            "Clopper-Pearson interval on those whose state is known"
            if exact
            else f"{self.interval} interval ({self.variance} variance)"
        )
        return Estimate(
            value=None if value is None else min(value, 1.0),
            low=low,
            high=high if high is None else min(high, 1.0),
            level=self.level,
            method=f"Aalen-Johansen, {how}",
            unit=rows.unit,
            n=rows.n,
            events=rows.events_by(day, cause),
            at_days=day,
            endpoint=rows.endpoint,
            definition=rows.definition,
            origin=rows.origin,
            missing=rows.missing,
            at_risk=at_risk,
            citations=(
                (sources.AALEN_JOHANSEN, sources.CLOPPER_PEARSON)
                if exact
                else (sources.AALEN_JOHANSEN,)
            ),
            notes=tuple(notes),
            label=cause,
        )

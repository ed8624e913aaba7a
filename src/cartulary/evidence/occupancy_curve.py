# SPDX-License-Identifier: Apache-2.0
"""The shares of children in each state over time, and what may be read from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.incidence_curve import CERTAIN
from cartulary.evidence.interval import (
    FEWEST_AT_RISK,
    IntervalScale,
    all_or_none_limit,
    transformed_interval,
)
from cartulary.evidence.transitions import Transitions

_NONE = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class OccupancyCurve:
    """The share of children in each of K states, over the m days on which anyone moved.

    occupancy, std_error, at_risk: shape (K, m), in the order of `states`; at_risk counts who was
    under observation in the state on each day. covariance: of the K shares on each day; shape
    (m, K, K). start: the shares from which they were followed, just after `start_day`; shape
    (K,). low and high, the pointwise limits, are computed when first asked for; shape (K, m).
    On every day the shares add to 1.
    """

    days: FloatArray
    occupancy: FloatArray
    covariance: FloatArray
    at_risk: FloatArray
    start: FloatArray
    start_day: float
    level: float
    interval: IntervalScale
    variance: str
    emptied: tuple[str, ...]
    transitions: Transitions = field(repr=False)

    @property
    def states(self) -> tuple[str, ...]:
        """The states, in the order of the rows of `occupancy`."""
        return self.transitions.states

    @cached_property
    def std_error(self) -> FloatArray:
        """Standard errors of the shares; shape (K, m)."""
        variances = np.diagonal(self.covariance, axis1=1, axis2=2).T
        return np.sqrt(np.maximum(variances, 0.0))

    @cached_property
    def possible(self) -> frozenset[str]:
        """The states that can be occupied at all from the start."""
        begun = [s for s, p in zip(self.states, self.start.tolist(), strict=True) if p > 0.0]
        return self.transitions.reachable(begun)

    @cached_property
    def _known(self) -> FloatArray:
        """How many children the shares of each day rest on; shape (m,).

        Under observation after the day, or seen to reach a final state since the start; never
        more than were seen in a state of the start.
        """
        rows = self.transitions
        left = np.array([rows.state_number(s) for s in rows.final], dtype=np.int64)
        after = rows.exit > self.start_day
        final = after & np.isin(rows.to_state, left)
        ended = np.searchsorted(np.sort(rows.exit[final]), self.days, side="right")
        come = np.searchsorted(np.sort(rows.entry[after]), self.days, side="right")
        gone = np.searchsorted(np.sort(rows.exit[after]), self.days, side="right")
        begun = after & (self.start[rows.from_state] > 0.0)
        most = np.unique(rows.child_codes[begun]).size
        known = np.minimum(ended + come - gone, most)
        return np.asarray(known, dtype=np.float64)

    @cached_property
    def _band(self) -> tuple[FloatArray, FloatArray]:
        """Pointwise limits of every state, exact where the share is 0 or 1."""
        share = np.clip(self.occupancy, 0.0, 1.0)
        low, high = transformed_interval(share, self.std_error, self.level, self.interval)
        limit = all_or_none_limit(self._known, self.level)
        for row, state in enumerate(self.states):
            none, all_ = share[row] <= _NONE, share[row] >= CERTAIN
            low[row, none], low[row, all_] = 0.0, limit[all_]
            high[row, none] = 1.0 - limit[none] if state in self.possible else 0.0
            high[row, all_] = 1.0
        return np.minimum(low, share), np.maximum(high, share)

    @property
    def low(self) -> FloatArray:
        """Lower pointwise limits; shape (K, m)."""
        return self._band[0]

    @property
    def high(self) -> FloatArray:
        """Upper pointwise limits; shape (K, m)."""
        return self._band[1]

    def occupancy_at(self, day: float, state: str) -> Estimate:
        """The share in a state at the end of a day, with its interval.

        None beyond the last day on which anyone was observed. `n` counts children with a stay
        after the start, `at_risk` those under observation in the state on that day.
        """
        rows = self.transitions
        row = rows.state_number(state)
        if not np.isfinite(day) or day < self.start_day:
            raise EstimandError(
                f"Day {day} is not on this curve, which starts on day {self.start_day:g}. "
                "Occupancy is asked for at a day on the clock. Ask for a later day."
            )
        there = (rows.entry < day) & (rows.exit >= day) & (rows.from_state == row)
        at_risk = int(np.count_nonzero(there))
        notes = list(self._notes())
        if day > rows.last_day:
            notes.append(
                f"no {rows.unit} was observed on day {day:g}; "
                f"the last day of observation is {rows.last_day:g}"
            )
            return self._estimate(state, day, (None, None, None), at_risk, notes)
        if state not in self.possible:
            notes.append(f"the graph has no way from the start to {state}")
        elif state not in rows.final and at_risk < FEWEST_AT_RISK:
            notes.append(f"under observation in {state} <{FEWEST_AT_RISK}: {at_risk}")
        position = int(np.searchsorted(self.days, day, side="right")) - 1
        if position < 0:
            value = float(self.start[row])
            notes.append("nobody had moved yet: the share is that of the start")
            return self._estimate(state, day, (value, None, None), at_risk, notes)
        value = float(np.clip(self.occupancy[row, position], 0.0, 1.0))
        limits = (value, float(self.low[row, position]), float(self.high[row, position]))
        return self._estimate(state, day, limits, at_risk, notes)

    def _notes(self) -> tuple[str, ...]:
        """What every figure from this curve must say."""
        return tuple(
            f"everyone then in {state} left it on one day while others had still to enter it"
            for state in self.emptied
        )

    def _estimate(
        self,
        state: str,
        day: float,
        limits: tuple[float | None, float | None, float | None],
        at_risk: int,
        notes: list[str],
    ) -> Estimate:
        """A figure of one state with everything it must carry."""
        rows = self.transitions
        value, low, high = limits
        exact = value is not None and not _NONE < value < CERTAIN and low is not None
        how = (
            "Clopper-Pearson interval on those whose state is known"
            if exact
            else f"{self.interval} interval ({self.variance} variance)"
        )
        return Estimate(
            value=value,
            low=low,
            high=high,
            level=self.level,
            method=f"Aalen-Johansen (multi-state), {how}",
            unit=rows.unit,
            n=int(np.unique(rows.child_codes[rows.exit > self.start_day]).size),
            events=None,
            at_days=day,
            endpoint=rows.endpoint,
            definition=rows.definition,
            origin=rows.origin,
            missing=rows.missing,
            at_risk=at_risk,
            citations=(sources.AALEN_JOHANSEN, *((sources.CLOPPER_PEARSON,) if exact else ())),
            notes=tuple(notes),
            label=state,
        )

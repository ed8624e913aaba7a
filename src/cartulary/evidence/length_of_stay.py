# SPDX-License-Identifier: Apache-2.0
"""How many days a child may expect to spend in each state up to a horizon."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.distributions import checked_level, half_width
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.multi_state import OccupancyVariance, followed_course
from cartulary.evidence.transitions import Transitions


@dataclass(frozen=True, kw_only=True, eq=False)
class LengthOfStay:
    """Expected days in each of K states between a start and a horizon; they add to its length.

    days, std_error: shape (K,), in the order of `states`. covariance: shape (K, K).
    """

    days: FloatArray
    covariance: FloatArray
    start_day: float
    horizon: float
    level: float
    variance: str
    transitions: Transitions = field(repr=False)

    @property
    def states(self) -> tuple[str, ...]:
        """The states, in the order of `days`."""
        return self.transitions.states

    @property
    def std_error(self) -> FloatArray:
        """Standard errors of the expected days; shape (K,)."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    def stay_in(self, *states: str) -> Estimate:
        """Expected days in a state, or in several together, with the interval value -+ z se."""
        rows = self.transitions
        chosen = np.zeros(len(rows.states))
        chosen[[rows.state_number(state) for state in states]] = 1.0
        value = float(chosen @ self.days)
        spread = max(float(chosen @ self.covariance @ chosen), 0.0)
        margin = half_width(self.level) * math.sqrt(spread)
        return Estimate(
            value=value,
            low=max(value - margin, 0.0),
            high=min(value + margin, self.horizon - self.start_day),
            level=self.level,
            method=f"Expected length of stay (Aalen-Johansen), plain interval ({self.variance})",
            unit=rows.unit,
            n=int(np.unique(rows.child_codes[rows.exit > self.start_day]).size),
            events=None,
            at_days=self.horizon,
            endpoint=rows.endpoint,
            definition=rows.definition,
            origin=rows.origin,
            missing=rows.missing,
            citations=(sources.AALEN_JOHANSEN,),
            notes=(f"days between day {self.start_day:g} and day {self.horizon:g}",),
            label=" or ".join(states),
        )


def expected_length_of_stay(
    transitions: Transitions,
    *,
    horizon: float,
    start: str | Mapping[str, float] | None = None,
    start_day: float = 0.0,
    variance: OccupancyVariance = "greenwood",
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> LengthOfStay:
    """Expected days in each state between the start and a horizon.

    E_k = integral over (s, horizon] of p_k(u) du, p from `occupancy`.

    Arguments: the horizon, a day on the clock, chosen beforehand; the others as in `occupancy`.
    Returns: a `LengthOfStay`; the K expectations add to horizon - s.
    Refuses: a horizon at or before the start, or beyond the last day anyone was observed.
    Source: Aalen and Johansen 1978.

    >>> stays = Transitions(entry=[0, 0, 40], exit=[100, 40, 90],
    ...                     from_state=["well", "well", "ill"],
    ...                     to_state=["censored", "ill", "dead"], child_ids=["a", "b", "b"],
    ...                     states=("well", "ill", "dead"), allowed=(("well", "ill"),
    ...                     ("ill", "dead")), unit="child", clock="infusion",
    ...                     definition="an example", origin="simulated")
    >>> expected_length_of_stay(stays, horizon=100, start="well").days.tolist()
    [70.0, 25.0, 5.0]
    """
    checked_level(level)
    if not start_day < horizon <= transitions.last_day:
        raise EstimandError(
            f"The horizon is day {horizon:g}; the start is day {start_day:g} and the last day of "
            f"observation {transitions.last_day:g}. Days beyond it are not in these data. "
            "Choose a horizon between the two."
        )
    _, _, course = followed_course(
        transitions, start, start_day, variance, clusters, horizon=horizon
    )
    return LengthOfStay(
        days=course.stay,
        covariance=course.stay_covariance,
        start_day=start_day,
        horizon=horizon,
        level=level,
        variance=variance,
        transitions=transitions,
    )

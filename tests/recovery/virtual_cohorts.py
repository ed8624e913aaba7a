# SPDX-License-Identifier: Apache-2.0
"""Virtual cohorts whose truth is known in closed form or by one integral, made in one go.

Every child is infused. A share fails to reach remission at day 28. The others relapse, with loss
of CD19 or without, from day 28 on with Weibull hazards; they may be given a transplant at a
constant rate that changes nothing; they may die in remission at a constant rate, and die faster
after a relapse. Children enter over calendar time, so that follow-up ends at different lengths.
Times are rounded up to whole days, which leaves the chance to be past the end of a day as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from cartulary.course.cohort import Cohort

Numbers: TypeAlias = np.ndarray[Any, np.dtype[Any]]

LOOK = 28.0
EARLY = 60.0


@dataclass(frozen=True)
class Truth:
    """The rates of one virtual world; times in days after the infusion."""

    no_remission: float = 0.15
    negative_scale: float = 900.0
    negative_shape: float = 0.8
    positive_scale: float = 1300.0
    positive_shape: float = 1.3
    death_in_remission: float = 0.00025
    death_after_relapse: float = 0.004
    death_without_remission: float = 0.006
    transplant: float = 0.0006
    shortest_follow_up: int = 200
    longest_follow_up: int = 1500

    def _relapse_hazard(self, day: Numbers) -> tuple[Numbers, Numbers]:
        """Cumulative hazards of relapse without and with CD19, for children in remission."""
        since = np.maximum(day - LOOK, 0.0)
        return (
            (since / self.negative_scale) ** self.negative_shape,
            (since / self.positive_scale) ** self.positive_shape,
        )

    def _grid(self, day: float) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """A fine grid, the share free of relapse and death on it, and steps of both hazards."""
        # A twentieth of a day: the integrals below are then good to about 1e-6.
        days = np.linspace(0.0, day, int(20 * day) + 1)
        negative, positive = self._relapse_hazard(days)
        free = np.exp(-negative - positive - self.death_in_remission * days)
        middle = np.sqrt(free[1:] * free[:-1])
        return days, middle, np.diff(negative), np.diff(positive)

    def event_free(self, day: float) -> float:
        """The share of children without failure, relapse or death, had nobody a transplant."""
        negative, positive = self._relapse_hazard(np.asarray(day))
        lived = np.exp(-negative - positive - self.death_in_remission * day)
        return float((1.0 - self.no_remission) * lived)

    def incidence(self, day: float) -> dict[str, float]:
        """The share of children with a first relapse of each class by a day."""
        days, free, negative, positive = self._grid(day)
        late = days[1:] > EARLY
        responders = 1.0 - self.no_remission
        return {
            "early": float(responders * np.sum((free * (negative + positive))[~late])),
            "cd19_negative": float(responders * np.sum((free * negative)[late])),
            "cd19_positive": float(responders * np.sum((free * positive)[late])),
        }

    def alive(self, day: float) -> float:
        """The share of children alive on a day."""
        days, free, negative, positive = self._grid(day)
        middle = (days[1:] + days[:-1]) / 2.0
        after = np.exp(-self.death_after_relapse * (day - middle))
        relapsed = np.sum(free * (negative + positive) * after)
        in_remission = self.event_free(day) / (1.0 - self.no_remission)
        failed = np.exp(
            -self.death_in_remission * LOOK - self.death_without_remission * (day - LOOK)
        )
        responders = 1.0 - self.no_remission
        return float(responders * (in_remission + relapsed) + self.no_remission * failed)


def virtual_cohort(truth: Truth, children: int, draw: np.random.Generator) -> Cohort:
    """A cohort of n children drawn from a truth."""
    never = np.inf
    fails = draw.random(children) < truth.no_remission
    negative = LOOK + truth.negative_scale * draw.weibull(truth.negative_shape, children)
    positive = LOOK + truth.positive_scale * draw.weibull(truth.positive_shape, children)
    relapse = np.where(fails, never, np.minimum(negative, positive))
    death = draw.exponential(1.0 / truth.death_in_remission, children)
    relapse = np.where(relapse < death, relapse, never)
    after_relapse = relapse + draw.exponential(1.0 / truth.death_after_relapse, children)
    after_failure = LOOK + draw.exponential(1.0 / truth.death_without_remission, children)
    death = np.where(np.isfinite(relapse), after_relapse, death)
    death = np.where(fails & (death > LOOK), after_failure, death)
    transplant = LOOK + draw.exponential(1.0 / truth.transplant, children)
    transplant = np.where(fails | (transplant >= np.minimum(relapse, death)), never, transplant)
    last = draw.integers(truth.shortest_follow_up, truth.longest_follow_up, children)
    infused = draw.integers(30, 70, children)

    def seen(times: Numbers) -> tuple[Numbers, Numbers]:
        """Who was seen to have it, and on which study day."""
        day = np.ceil(times)
        who = np.flatnonzero(day <= last)
        return who, (infused[who] + day[who]).astype(np.int64)

    everyone = np.arange(children)
    looked = np.flatnonzero(death > LOOK)
    relapsed, relapse_day = seen(relapse)
    died, death_day = seen(death)
    grafted, graft_day = seen(transplant)
    lost_antigen = negative[relapsed] < positive[relapsed]
    alive = np.flatnonzero(np.ceil(death) > last)
    events: dict[str, dict[str, Any]] = {
        "infusion": {"child": everyone, "day": infused},
        "assessment": {
            "child": looked,
            "day": infused[looked] + int(LOOK),
            "response": np.where(fails[looked], "NR", "CR"),
        },
        "relapse": {
            "child": relapsed,
            "day": relapse_day,
            "cd19_status": np.where(lost_antigen, "negative", "positive"),
        },
        "transplant": {"child": grafted, "day": graft_day},
        "death": {"child": died, "day": death_day},
        "last_contact": {"child": alive, "day": infused[alive] + last[alive]},
    }
    return Cohort(
        pl.DataFrame(
            {
                "course_id": [f"V-{number}" for number in range(children)],
                "origin": ["simulated"] * children,
            }
        ),
        {kind: pl.DataFrame(columns) for kind, columns in events.items()},
    )

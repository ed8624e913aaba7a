# SPDX-License-Identifier: Apache-2.0
"""What a run of the line tells: waits, the queue over time, and how busy the places are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cartulary.twin.population_children import Floats, Wholes
from cartulary.twin.quantiles import Quantiles

#: `Told.outcome`: no usable product, left the queue, or a product.
NOT_MADE: Final = 0
LEFT: Final = 1
MADE: Final = 2

#: Where the distribution of waits is written down for the twin.
_KEPT: Final = (0.0, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Told:
    """n children on a line; days are the line's own, NaN for what did not come to pass."""

    asked_day: Floats
    wanted_day: Floats  # [n, attempt]: ready to be collected
    collected_day: Floats  # [n, attempt]
    started_day: Floats  # [n, attempt]: in a place
    ended_day: Floats  # [n, attempt]: out of it
    decided_day: Floats  # [n, attempt]: released, or known to have failed
    outcome: Wholes
    left_day: Floats
    queue_change_day: Floats
    queue_length: Wholes  # from that day on

    @property
    def queue_days(self) -> Floats:
        """Days that the cells of each product waited for a place, `[n, attempt]`."""
        waited: Floats = self.started_day - self.collected_day
        return waited

    def waits(self, after_day: float = 0.0) -> Floats:
        """Every wait for a place that ended in one, of children asked for after that day."""
        chosen = self.queue_days[self.asked_day >= after_day].ravel()
        found: Floats = chosen[~np.isnan(chosen)]
        return found

    def days_to_product(self, after_day: float = 0.0) -> Floats:
        """Days from being asked for to a product, of children who have one."""
        made = (self.outcome == MADE) & (self.asked_day >= after_day)
        last = np.nanmax(np.where(made[:, None], self.decided_day, -np.inf), axis=1, initial=-1.0)
        days: Floats = last[made] - self.asked_day[made]
        return days

    def share(self, outcome: int, after_day: float = 0.0) -> float:
        """The share of the children asked for after that day with this outcome."""
        chosen = self.outcome[self.asked_day >= after_day]
        return float(np.mean(chosen == outcome)) if len(chosen) else float("nan")

    def time_with_queue_above(self, length: int, from_day: float, to_day: float) -> float:
        """The share of the time in which more than so many wait for a place."""
        edges, lengths = self._queue_between(from_day, to_day)
        long = lengths > length
        return float(np.sum(np.diff(edges) * long) / (to_day - from_day))

    def mean_queue(self, from_day: float, to_day: float) -> float:
        """The number that wait for a place, averaged over the time."""
        edges, lengths = self._queue_between(from_day, to_day)
        return float(np.sum(np.diff(edges) * lengths) / (to_day - from_day))

    def _queue_between(self, from_day: float, to_day: float) -> tuple[Floats, Wholes]:
        """Edges of the stretches of constant queue within these days, and its length in each."""
        inside = (self.queue_change_day > from_day) & (self.queue_change_day < to_day)
        edges = np.concatenate([[from_day], self.queue_change_day[inside], [to_day]])
        before = int(np.searchsorted(self.queue_change_day, from_day, side="right")) - 1
        lengths = np.concatenate([[self.queue_length[before]], self.queue_length[inside]])
        return edges, lengths

    def busy_share(
        self, places: int, cleaning_days: float, from_day: float, to_day: float
    ) -> float:
        """The share of the place-days between two days in which a product or its cleaning is on."""
        starts, ends = self.started_day.ravel(), self.ended_day.ravel() + cleaning_days
        given = ~np.isnan(starts)
        days = np.clip(ends[given], from_day, to_day) - np.clip(starts[given], from_day, to_day)
        return float(days.sum() / (places * (to_day - from_day)))


def as_quantiles(waits: Floats) -> Quantiles:
    """Waits as a distribution that a policy can hold (`queue_days`), in tenths of a day.

    Straight lines between the kept quantiles; the share that does not wait at all is kept exactly.

    >>> as_quantiles(np.array([0.0, 0.0, 0.0, 4.0])).values[:3]
    (0.0, 0.0, 0.0)
    """
    if len(waits) == 0:
        return Quantiles((0.0, 1.0), (0.0, 0.0))
    # What is too short to be a day of waiting is rounding of the clock.
    none = float(np.mean(waits < 1e-6))
    probabilities = sorted({*_KEPT, round(none, 4)} if 0.0 < none < 1.0 else set(_KEPT))
    values = [
        0.0 if each <= none else round(float(np.quantile(waits, each)), 1) for each in probabilities
    ]
    return Quantiles(tuple(probabilities), tuple(np.maximum.accumulate(values).tolist()))

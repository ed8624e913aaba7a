# SPDX-License-Identifier: Apache-2.0
"""Patient-years observed by a calendar year: entry, death, loss to follow-up, last visit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.course.course import DAYS_PER_YEAR
from cartulary.course.errors import EstimandError
from cartulary.twin.population_children import Floats

#: Entry is spread evenly; the time since it is cut into so many parts a year.
PARTS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """How children come in: so many a year, from the start until `stops_after_years`."""

    infused_a_year: float
    stops_after_years: float = np.inf

    def __post_init__(self) -> None:
        """Refuses an entry that brings nobody."""
        if not self.infused_a_year > 0 or not self.stops_after_years > 0:
            raise EstimandError(
                f"{self.infused_a_year:g} children a year over {self.stops_after_years:g} years "
                "are nobody to follow. Give numbers above 0."
            )


@dataclass(frozen=True, slots=True)
class Following:
    """How long a child is followed, who is lost, and from when on the event can come."""

    years: float = 15.0
    lost_a_year: float = 0.0  # hazard
    event_from_years: float = 0.0  # since the infusion


def observed_years_a_child(days_alive: Floats, since_years: Floats, how: Following) -> Floats:
    """Mean years at risk that a child gives within so many years of its infusion.

    A(t) = mean over children of int from f to min(d, t, F) of exp(-l u) du, 0 where that is empty;
    d the child's days alive, f the time from which the event can come, F the length of follow-up,
    l the hazard of loss, which is taken to say nothing about the child.

    Arguments: days from infusion to death, inf for who is alive at F; times since the infusion in
    years; how children are followed.
    Returns: years, one for each time.

    >>> alive = np.array([np.inf, 365.25])
    >>> observed_years_a_child(alive, np.array([0.5, 2.0]), Following()).tolist()
    [0.5, 1.5]
    """
    until = np.minimum(np.asarray(since_years, dtype=np.float64), how.years)
    ends = np.minimum(np.asarray(days_alive)[:, None] / DAYS_PER_YEAR, until[None, :])
    start = how.event_from_years
    ends = np.maximum(ends, start)
    if how.lost_a_year > 0:
        gone = how.lost_a_year
        years = (np.exp(-gone * start) - np.exp(-gone * ends)) / gone
    else:
        years = ends - start
    mean: Floats = years.mean(axis=0)
    return mean


def patient_years(days_alive: Floats, after_years: Floats, entry: Entry, how: Following) -> Floats:
    """Patient-years at risk that have been observed so many years after the first infusion.

    PY(T) = n int over entries a from 0 to min(T, E) of A(T - a) da, n children a year until E.
    Expected over children; in a programme of n a year it varies by less than its events do.

    Arguments: days from infusion to death, one a child, inf for alive; times in years since the
    start of the programme; entry; follow-up.
    Returns: patient-years, one for each time.

    >>> for_ever = np.array([np.inf])
    >>> patient_years(for_ever, np.array([1.0, 10.0]), Entry(20), Following()).round(1).tolist()
    [10.0, 1000.0]
    """
    times = np.asarray(after_years, dtype=np.float64)
    last = float(times.max(initial=0.0))
    parts = max(int(np.ceil(last * PARTS_A_YEAR)), 1)
    grid = np.linspace(0.0, max(last, 1.0 / PARTS_A_YEAR), parts + 1)
    each = observed_years_a_child(days_alive, grid, how)
    steps = np.diff(grid) * (each[1:] + each[:-1]) / 2.0
    summed = np.concatenate([[0.0], np.cumsum(steps)])
    newest = np.maximum(times - entry.stops_after_years, 0.0)
    until, before = np.interp(times, grid, summed), np.interp(newest, grid, summed)
    total: Floats = entry.infused_a_year * (until - before)
    return total

# SPDX-License-Identifier: Apache-2.0
"""A laboratory: how many products it makes at once, and when its places are closed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.course import DAYS_PER_YEAR
from cartulary.course.errors import CartularyError
from cartulary.twin.streams import exponential


class LineError(CartularyError):
    """A line that cannot be run."""


@dataclass(frozen=True, slots=True)
class Closure:
    """So many places closed from a day on, for so many days; a product inside is finished first."""

    from_day: float
    days: float
    places: int


@dataclass(frozen=True, slots=True)
class Site:
    """Places for making and for collecting; None is as many as are wanted.

    >>> Site(places=2).collections_at_once is None
    True
    """

    places: int | None = None
    collections_at_once: int | None = None
    cleaning_days: float = 0.0
    collection_days: float = 0.0
    closures: tuple[Closure, ...] = ()

    def __post_init__(self) -> None:
        """Refuses a laboratory in which nothing can be made."""
        for what, count in (("places", self.places), ("collections", self.collections_at_once)):
            if count is not None and count < 1:
                raise LineError(
                    f"The line has {count} {what}. Nothing is ever made there. Give 1 or more, or "
                    "none for as many as are wanted."
                )


def closures(
    rates: ParameterSet, places: int | None, days: float, seed: int, number: int
) -> tuple[Closure, ...]:
    """Planned and unplanned closures of a laboratory over so many days.

    Planned closures of all places stand evenly over the year. Each place breaks down after
    exponential times, its own from the streams of `number`.

    Arguments: the line's rates; places; days; the seed and a number that tells laboratories apart.
    """
    if places is None:
        return ()
    return (*_planned(rates, places, days), *_breakdowns(rates, places, days, seed, number))


def _planned(rates: ParameterSet, places: int, days: float) -> list[Closure]:
    a_year, long = rates.value("shutdowns_a_year"), rates.value("shutdown_days")
    if a_year <= 0 or long <= 0:
        return []
    apart = DAYS_PER_YEAR / a_year
    return [Closure(apart * (turn + 0.5), long, places) for turn in range(math.ceil(days / apart))]


def _breakdowns(
    rates: ParameterSet, places: int, days: float, seed: int, number: int
) -> list[Closure]:
    a_year, long = rates.value("breakdowns_a_year"), rates.value("repair_days")
    if a_year <= 0 or long <= 0:
        return []
    mean = DAYS_PER_YEAR / a_year
    count = math.ceil(3.0 * days / mean) + 20
    found: list[Closure] = []
    for place in range(places):
        gaps = exponential(seed, [number], f"breakdown of place {place + 1}", count)[0] * mean
        # A place that is being repaired does not break down.
        starts = np.cumsum(gaps) + long * np.arange(count)
        found += [Closure(float(day), long, 1) for day in starts[starts < days]]
    return found


def closed_share(rates: ParameterSet) -> float:
    """The share of the time that a place is closed in the long run, if closures do not overlap.

    >>> from cartulary.studies.production_line.line_rates import line_rates
    >>> round(closed_share(line_rates()), 3)
    0.095
    """
    planned = rates.value("shutdowns_a_year") * rates.value("shutdown_days") / DAYS_PER_YEAR
    a_year, repair = rates.value("breakdowns_a_year"), rates.value("repair_days")
    broken = a_year * repair / (DAYS_PER_YEAR + a_year * repair)
    return min(planned + broken, 1.0)

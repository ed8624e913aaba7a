# SPDX-License-Identifier: Apache-2.0
"""A line as a programme would have it: so many places, so many children a year, and its figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.course import DAYS_PER_YEAR
from cartulary.studies.production_line.line_rates import line_rates
from cartulary.studies.production_line.requests import Requests, draw_requests
from cartulary.studies.production_line.running import run_line
from cartulary.studies.production_line.site import LineError, Site, closed_share, closures
from cartulary.studies.production_line.told import LEFT, MADE, Told, as_quantiles
from cartulary.twin.policy import Platform
from cartulary.twin.population_children import Floats
from cartulary.twin.quantiles import Quantiles

#: The line starts empty; what happens in so many years is not counted.
WARM_UP_YEARS = 1.0
#: A wait that a programme would call long, and a queue that it would.
LONG_WAIT_DAYS = 14.0
LONG_QUEUE = 2


@dataclass(frozen=True, slots=True)
class Line:
    """How many places there are for how many children a year; None is as many as are wanted."""

    platform: Platform
    places: int | None
    requests_a_year: float


@dataclass(frozen=True, slots=True)
class LineFigures:
    """A line in the long run. Shares are from 0 to 1, waits are of cells for a place, in days."""

    line: Line
    children: int  # counted
    load: float  # place-days asked for beside those there are; above 1 it cannot keep up
    busy: float  # share of the place-days with a product or its cleaning
    waits: Floats
    wait_mean_days: float
    wait_median_days: float
    wait_ninth_decile_days: float
    long_wait: float  # share that waits more than LONG_WAIT_DAYS
    mean_queue: float
    long_queue: float  # share of the time in which more than LONG_QUEUE wait
    left: float  # share of the children who leave the queue
    made: float  # share of the children who have a product
    product_days: float  # median from being asked for to the product

    @property
    def keeps_up(self) -> bool:
        """Whether the places there are suffice for the products asked for."""
        return self.load < 1.0

    @property
    def queue(self) -> Quantiles:
        """The waits as a policy can hold them."""
        return as_quantiles(self.waits)


def figures_of(
    line: Line,
    parameters: ParameterSet,
    *,
    years: float,
    seed: int,
    rates: ParameterSet | None = None,
    collections_at_once: int | None = 1,
) -> LineFigures:
    """Runs the line for so many years after a first one, and sums it up.

    Arguments: the line; the twin's parameters (days to release, failures, second attempts); years
    that count; the seed; the line's own rates, those of its file by default; places for apheresis.
    Refuses: a line without places, children or time.

    >>> from cartulary.codebook.parameter_reader import parameters
    >>> none = figures_of(Line(Platform.IN_HOUSE, None, 20), parameters(), years=5, seed=1)
    >>> none.wait_mean_days, none.busy
    (0.0, 0.0)
    """
    rates = line_rates() if rates is None else rates
    whole = years + WARM_UP_YEARS
    requests = draw_requests(line.platform, line.requests_a_year, whole, parameters, rates, seed)
    until = whole * DAYS_PER_YEAR
    site = Site(
        places=line.places,
        collections_at_once=collections_at_once,
        cleaning_days=rates.value("cleaning_days"),
        collection_days=rates.value("collection_days"),
        # Whoever comes last is still followed to the end of its way.
        closures=closures(rates, line.places, until + DAYS_PER_YEAR, seed, 0),
    )
    told = run_line(site, requests)
    return _figures(line, site, requests, told, rates, WARM_UP_YEARS * DAYS_PER_YEAR, until)


def _figures(
    line: Line,
    site: Site,
    requests: Requests,
    told: Told,
    rates: ParameterSet,
    after: float,
    until: float,
) -> LineFigures:
    counted = int(np.sum(told.asked_day >= after))
    if counted == 0:
        raise LineError(
            f"No child came within the years that count, at {line.requests_a_year:g} a year. "
            "Nothing can be said of the line. Run it for longer."
        )
    waits, days = told.waits(after), told.days_to_product(after)
    places = line.places
    return LineFigures(
        line=line,
        children=counted,
        load=_load(line, site, requests, rates),
        busy=0.0 if places is None else told.busy_share(places, site.cleaning_days, after, until),
        waits=waits,
        wait_mean_days=float(waits.mean()) if len(waits) else float("nan"),
        wait_median_days=_quantile(waits, 0.5),
        wait_ninth_decile_days=_quantile(waits, 0.9),
        long_wait=float(np.mean(waits > LONG_WAIT_DAYS)) if len(waits) else float("nan"),
        mean_queue=told.mean_queue(after, until),
        long_queue=told.time_with_queue_above(LONG_QUEUE, after, until),
        left=told.share(LEFT, after),
        made=told.share(MADE, after),
        product_days=_quantile(days, 0.5),
    )


def _load(line: Line, site: Site, requests: Requests, rates: ParameterSet) -> float:
    """Place-days asked for a year, beside those that are open."""
    if line.places is None:
        return 0.0
    products = 1.0 + float(np.mean(requests.made_again))
    asked = requests.place_days_a_child + products * site.cleaning_days
    there = line.places * (1.0 - closed_share(rates)) * DAYS_PER_YEAR
    return line.requests_a_year * asked / there


def _quantile(values: Floats, probability: float) -> float:
    return float(np.quantile(values, probability)) if len(values) else float("nan")


def by_places_and_requests(
    platform: Platform,
    places: Sequence[int],
    requests_a_year: Sequence[float],
    parameters: ParameterSet,
    *,
    years: float,
    seed: int,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[LineFigures, ...]:
    """The line at every number of places and of children a year, places first.

    All share their random numbers: the same children, with the same cells, come to every line of
    the same number a year.
    """
    found = []
    whole = len(places) * len(requests_a_year)
    for count in places:
        for yearly in requests_a_year:
            line = Line(platform, count, yearly)
            found.append(figures_of(line, parameters, years=years, seed=seed))
            progress(len(found), whole)
    return tuple(found)

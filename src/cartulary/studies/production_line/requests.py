# SPDX-License-Identifier: Apache-2.0
"""What is asked of a line: children one after another, each with all that its own cells will do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from cartulary.codebook.parameter_set import Parameter, ParameterSet
from cartulary.course.course import DAYS_PER_YEAR
from cartulary.studies.production_line.site import LineError
from cartulary.twin.policy import Platform
from cartulary.twin.population_children import Floats, YesNo
from cartulary.twin.streams import exponential, normal, uniform

#: A product that fails is tried once more, as in the twin.
ATTEMPTS = 2
#: Numbers of one run's children begin so far after those of the run before.
NUMBERS_A_RUN = 1_000_000


@dataclass(frozen=True, slots=True)
class Requests:
    """n children in the order in which they are asked for; `[n, ATTEMPTS]` is one a product."""

    asked_day: Floats
    place_days: Floats  # [n, ATTEMPTS]: days that the product takes a place, were it finished
    release_days: Floats  # [n, ATTEMPTS]: days of testing after it
    fails_in_place: Floats  # [n, ATTEMPTS]: the share of its days after which it fails; NaN if not
    fails_at_release: YesNo  # [n, ATTEMPTS]
    tried_again: YesNo
    days_between: Floats  # from the failure to the next collection
    patience_days: Floats  # from being asked for until the child would leave; inf for never

    def __len__(self) -> int:
        """How many children."""
        return len(self.asked_day)

    @property
    def place_days_a_child(self) -> float:
        """Place-days that a child asks for on average, its second product included, no cleaning."""
        used = self.place_days * np.where(np.isnan(self.fails_in_place), 1.0, self.fails_in_place)
        again = self.made_again
        return float(np.mean(used[:, 0] + np.where(again, used[:, 1], 0.0)))

    @property
    def made_again(self) -> YesNo:
        """Who asks for a second product."""
        failed = self.fails_at_release[:, 0] | ~np.isnan(self.fails_in_place[:, 0])
        again: YesNo = failed & self.tried_again
        return again


def draw_requests(
    platform: Platform,
    requests_a_year: float,
    years: float,
    parameters: ParameterSet,
    rates: ParameterSet,
    seed: int,
    run: int = 0,
) -> Requests:
    """Children who come to a programme at random (Poisson), over so many years.

    Days from collection to release and the share that fails are the twin's, for this platform.

    Arguments: how cells are made; children a year; years; the twin's parameters and the line's own
    rates; the seed, and a number that tells one run of the line from another.
    Refuses: a rate or a time that brings nobody.
    """
    if not requests_a_year > 0 or not years > 0:
        raise LineError(
            f"{requests_a_year:g} children a year over {years:g} years ask nothing of a line. "
            "Give numbers above 0."
        )
    expected = requests_a_year * years
    most = int(expected + 6.0 * np.sqrt(expected) + 20)
    numbers = run * NUMBERS_A_RUN + np.arange(most, dtype=np.int64)
    gaps = exponential(seed, numbers, "asked of the line", 1)[:, 0] * DAYS_PER_YEAR
    asked = np.cumsum(gaps / requests_a_year)
    kept = asked < years * DAYS_PER_YEAR
    numbers, asked = numbers[kept], asked[kept]
    total = _drawn(parameters[f"{platform.value}_days"], seed, numbers, "days of the line")
    place = _drawn(rates[f"{platform.value}_place_days"], seed, numbers, "place of the line")
    place = np.minimum(place, np.maximum(total - 1.0, 1.0))
    chance = parameters.value(f"{platform.value}_failure")
    failed = uniform(seed, numbers, "failure of the line", ATTEMPTS) < chance
    late = uniform(seed, numbers, "when the line fails", ATTEMPTS)
    at_release = late < rates.value("failures_found_at_release")
    moment = uniform(seed, numbers, "day on which the line fails", ATTEMPTS)
    leaving = rates.value("leaving_rate")
    patience = exponential(seed, numbers, "patience in the queue", 1)[:, 0]
    again = uniform(seed, numbers, "made again", 1)[:, 0] < parameters.value("second_attempts")
    return Requests(
        asked_day=asked,
        place_days=place,
        release_days=np.maximum(total - place, 0.0),
        fails_in_place=np.where(failed & ~at_release, moment, np.nan),
        fails_at_release=failed & at_release,
        tried_again=again,
        days_between=np.full(len(asked), parameters.value("days_between_aphereses")),
        patience_days=patience / leaving if leaving > 0 else np.full(len(asked), np.inf),
    )


def _drawn(parameter: Parameter, seed: int, numbers: np.ndarray, purpose: str) -> Floats:
    """Values of a parameter, drawn anew for every product."""
    deviate = normal(seed, numbers, purpose, ATTEMPTS) * parameter.spread
    if parameter.scale.value == "logit":
        moved = expit(logit(parameter.value) + deviate)
    elif parameter.scale.value == "linear":
        moved = parameter.value + deviate
    else:
        moved = parameter.value * np.exp(deviate)
    kept: Floats = np.clip(moved, parameter.low, parameter.high)
    return kept

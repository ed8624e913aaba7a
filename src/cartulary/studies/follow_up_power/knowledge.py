# SPDX-License-Identifier: Apache-2.0
"""What each size of follow-up knows by each calendar year, at each draw of the parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cartulary.studies.follow_up_power.detection import (
    ENOUGH_POWER,
    first_for_good,
    power,
    seen_at_all,
    upper_limit,
)
from cartulary.studies.follow_up_power.patient_years import Following, patient_years
from cartulary.studies.follow_up_power.plan import PER_THOUSAND, Loss, Plan, Rate, Size
from cartulary.twin.population_children import Floats

#: Calendar time is looked at so often a year to find when something is first known.
_LOOKS_A_YEAR = 4


@dataclass(frozen=True, slots=True)
class Known:
    """What is known by each of some calendar years; `[draw, year]`."""

    years: Floats
    patient_years: Floats
    highest_rate: Floats  # per 1,000 patient-years that no event at all leaves possible
    seen: Floats  # probability of at least one event at the lowest rate of the plan
    power: Floats  # to find the raised rate

    @property
    def enough_from(self) -> Floats:
        """For each draw the year from which power stays enough; NaN for never."""
        return np.array([first_for_good(self.years, one >= ENOUGH_POWER) for one in self.power])


def known_by(days_alive: Sequence[Floats], plan: Plan, size: Size, loss: Loss, rate: Rate) -> Known:
    """What this size knows at each look from the first year to the last.

    Arguments: days from infusion to death, a list a draw; the plan; the size; how many are lost;
    the event.
    """
    looks = (plan.last_year - plan.first_year) * _LOOKS_A_YEAR
    since = np.arange(1, looks + 1) / _LOOKS_A_YEAR
    how = Following(plan.follow_up_years, loss.a_year, rate.from_years)
    found = np.array([patient_years(days, since, size.entry, how) for days in days_alive])
    return Known(
        years=plan.first_year + since,
        patient_years=found,
        highest_rate=PER_THOUSAND * upper_limit(found),
        seen=seen_at_all(found, min(one.background_a_year for one in plan.rates)),
        power=power(found, rate.background_a_year, rate.ratio),
    )


def at_year(known: Known, values: Floats, year: float) -> Floats:
    """One value a draw: what holds at the start of that calendar year."""
    place = int(np.searchsorted(known.years, year - 1e-9))
    chosen: Floats = values[:, min(place, len(known.years) - 1)]
    return chosen

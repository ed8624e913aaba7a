# SPDX-License-Identifier: Apache-2.0
"""Infections after an infusion: more while neutrophils are gone, fewer as time passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.events.observation import Organism
from cartulary.twin.afterwards_histories import INFECTIONS_KEPT, ORGANISMS
from cartulary.twin.population_children import Floats, Wholes, YesNo
from cartulary.twin.toxicity import Patients
from cartulary.twin.toxicity_signs import LAST_DAY_OF_SIGNS


@dataclass(frozen=True, slots=True)
class Infections:
    """Up to INFECTIONS_KEPT infections of each child; days since the infusion, NaN for none."""

    day: Floats  # [m, k], rising
    organism: Wholes  # [m, k], place in ORGANISMS
    severe: YesNo  # [m, k]
    fatal: YesNo  # [m, k]
    death_day: Floats  # [m], of an infection that kills, else NaN

    def fever_days(self, days: float) -> YesNo:
        """Days 0 to LAST_DAY_OF_SIGNS on which a severe infection gives fever: `[m, day]`."""
        since = np.arange(LAST_DAY_OF_SIGNS + 1.0)[None, None] - self.day[:, :, None]
        ill = self.severe[:, :, None] & (since >= 0) & (since < days)
        return np.asarray(ill.any(axis=1), dtype=np.bool_)


def infections(
    neutrophils_e9_per_l: Floats, patients: Patients, parameters: ParameterSet
) -> Infections:
    """The first infections of each child, by the inverse of its cumulative rate.

    Arguments: neutrophils on each day since the infusion `[m, day]`; after the last of them the
    rate is that with neutrophils.
    """
    value = parameters.value
    fades = value("infection_fades_days")
    steady = value("infection_rate")
    days = np.arange(neutrophils_e9_per_l.shape[1])
    half = value("infection_half_neutrophils_e9_per_l")
    missing = half / (half + np.nan_to_num(neutrophils_e9_per_l, nan=half))
    rate = steady * np.exp(-days / fades) + value("infection_rate_neutropenia") * missing
    cumulative = np.cumsum(rate, axis=1)
    wanted = np.cumsum(patients.exponential("infections", INFECTIONS_KEPT), axis=1)
    within = (cumulative[:, None, :] < wanted[:, :, None]).sum(axis=2).astype(np.float64)
    # Beyond the counted days the rest of the rate is steady * fades * exp(-day / fades).
    last = float(len(days))
    rest = (wanted - cumulative[:, -1:]) / (steady * fades)
    left = np.exp(-last / fades) - rest
    with np.errstate(divide="ignore", invalid="ignore"):
        later = np.where(left > 0, np.ceil(-fades * np.log(left)), np.nan)
    day = np.where(wanted <= cumulative[:, -1:], within, later)
    # Nothing is caught on the day of the infusion itself.
    day = np.maximum(day, 1.0)
    drawn = patients.uniform("infections, how severe", 2 * INFECTIONS_KEPT)
    caught = np.isfinite(day)
    severe = caught & (drawn[:, :INFECTIONS_KEPT] < value("infection_severe_share"))
    fatal = severe & (drawn[:, INFECTIONS_KEPT:] < value("infection_fatal_share"))
    fatal &= day <= 56.0
    lingers = np.ceil(value("infection_death_days") * patients.exponential("death of infection", 1))
    death = np.where(fatal, day, np.inf).min(axis=1) + lingers[:, 0]
    return Infections(
        day=day,
        organism=np.where(caught, ORGANISMS.index(Organism.OTHER), -1).astype(np.int64),
        severe=severe,
        fatal=fatal,
        death_day=np.where(np.isfinite(death), death, np.nan),
    )

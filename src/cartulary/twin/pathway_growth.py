# SPDX-License-Identifier: Apache-2.0
"""Leukaemia before the infusion, in closed form: clones that share room and are killed each apart.

Every clone grows by `r (1 - N/K)`, N the sum of all, and clone i is killed at a constant rate
`k_i`. With G the growth that all of them shared since the start of a phase, clone i holds
`L_i(t) = L_i(0) exp(G(t) - k_i t)`, and `w = exp(-G)` obeys a linear equation,

    w' = -r w + (r/K) sum_i L_i(0) exp(-k_i t),  w(0) = 1,

so `w(t) = exp(-r t) + (r/K) sum_i L_i(0) (exp(-k_i t) - exp(-r t)) / (r - k_i)`, exactly. The
burden over the phase follows from `G' = r (1 - N/K)`: the integral of N/K is `t - G(t)/r`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.twin.population_children import Floats


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of days in which each clone is killed at a constant rate, n children at once.

    `ln_cells` and `kill_rates` have a row for each clone that divides.
    """

    ln_cells: Floats
    growth_rate: Floats  # per day
    capacity_cells: Floats
    kill_rates: Floats  # per day
    days: Floats

    def shared_growth(self, days: Floats) -> Floats:
        """G: the growth that every clone had after so many days, in ln-folds."""
        rate = self.growth_rate
        total = np.zeros_like(days)
        for ln_cells, kill in zip(self.ln_cells, self.kill_rates, strict=True):
            # The difference quotient stays exact where the rates of growth and killing meet.
            over = (rate - kill) * days
            nearly = np.abs(over) < 1e-8
            quotient = np.where(
                nearly, 1.0 + over / 2.0, np.expm1(over) / np.where(nearly, 1, over)
            )
            total += np.exp(ln_cells) * days * np.exp(-rate * days) * quotient
        shrunk = np.exp(-rate * days) + rate / self.capacity_cells * total
        grown: Floats = -np.log(shrunk)
        return grown

    def cells_after(self, days: Floats) -> Floats:
        """ln of the cells of each clone after so many days."""
        left: Floats = self.ln_cells + self.shared_growth(days) - self.kill_rates * days
        return left

    def fullness(self, days: Floats) -> Floats:
        """Integral over so many days of the burden as a share of what the body can hold."""
        held: Floats = days - self.shared_growth(days) / self.growth_rate
        return held

    @property
    def end(self) -> Floats:
        """ln of the cells of each clone when the phase ends."""
        return self.cells_after(self.days)


def ln_total(ln_cells: Floats) -> Floats:
    """ln of the cells of all clones together, from a row for each."""
    top = ln_cells.max(axis=0)
    summed: Floats = top + np.log(np.exp(ln_cells - top).sum(axis=0))
    return summed


def day_of(phases: list[Phase], rate: float, wanted: Floats) -> Floats:
    """The day on which a hazard in proportion to the burden reaches what was drawn; NaN if never.

    Arguments: the phases one after another, each of whole days; the hazard a day with a full body;
    the drawn amounts of hazard (exponential with mean 1).
    Returns: whole days from the start of the first phase.
    """
    found = np.full(len(wanted), np.nan)
    left = wanted.copy()
    started = np.zeros(len(wanted))
    for phase in phases:
        whole = rate * phase.fullness(phase.days)
        here = np.isnan(found) & (left <= whole) & (phase.days > 0)
        low, high = np.zeros(len(wanted)), phase.days.copy()
        # Halving what is left until it is one day: phases last whole days.
        while here.any() and (high - low)[here].max() > 1.0:
            middle = np.floor((low + high) / 2.0)
            reached = rate * phase.fullness(middle) >= left
            high, low = np.where(reached, middle, high), np.where(reached, low, middle)
        found = np.where(here, started + high, found)
        left = left - whole
        started = started + phase.days
    return found

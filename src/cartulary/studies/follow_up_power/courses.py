# SPDX-License-Identifier: Apache-2.0
"""How long simulated children live after their infusion, at each draw of the parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.course import DAYS_PER_YEAR
from cartulary.course.errors import EstimandError
from cartulary.twin.policy import Policy
from cartulary.twin.population import Population
from cartulary.twin.population_children import Floats
from cartulary.twin.simulate import Run, simulate_block

#: Children are followed so much longer than asked, for the days from decision to infusion.
_WAY_DAYS = 366.0


def days_alive_after_infusion(
    population: Population,
    policy: Policy,
    parameter_sets: Sequence[ParameterSet],
    *,
    children: int,
    years: float,
    seed: int,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Floats]:
    """Days from infusion to death for the infused of so many children, a list for each draw.

    inf for a child that is alive at the end of the years. Draws have children of their own.

    Refuses: draws at which nobody is infused.
    """
    found: list[Floats] = []
    for draw, parameters in enumerate(parameter_sets):
        run = Run(population, policy, parameters, seed, years * DAYS_PER_YEAR + _WAY_DAYS)
        numbers = np.arange(draw * children, (draw + 1) * children, dtype=np.int64)
        histories = simulate_block(run, numbers).followed.histories
        infused = ~np.isnan(histories.infusion_day)
        if not infused.any():
            raise EstimandError(
                f"Of {children} simulated children nobody is infused under {policy.policy_id}. "
                "There is nobody to follow. Simulate more, or change whom the policy accepts."
            )
        days = histories.death_day[infused] - histories.infusion_day[infused]
        found.append(np.where(np.isnan(days), np.inf, days))
        progress(len(found), len(parameter_sets))
    return found

# SPDX-License-Identifier: Apache-2.0
"""Children of the shipped population under a shipped policy, followed by the fast engine."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.twin.afterwards import follow
from cartulary.twin.afterwards_histories import Followed
from cartulary.twin.engines import Engine, engine
from cartulary.twin.pathway import Pathway, walk
from cartulary.twin.policy import Policy
from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population import draw_children
from cartulary.twin.population_children import Children
from cartulary.twin.population_reader import read_population

EXAMPLES = Path(__file__).parents[2] / "examples"
HORIZON_DAYS = 1461.0
SEED = 11


def policy(name: str) -> Policy:
    return read_policy(EXAMPLES / "policies" / f"{name}.toml")


def walked(
    numbers: np.ndarray, policy_name: str = "maxima", population: str = "eliana_like"
) -> tuple[Children, Pathway]:
    whom = read_population(EXAMPLES / "populations" / f"{population}.toml")
    chosen = policy(policy_name)
    children = draw_children(whom, parameters(), chosen, SEED, numbers)
    return children, walk(children, chosen, parameters(), SEED)


def follow_numbers(
    numbers: np.ndarray,
    policy_name: str = "maxima",
    *,
    solve: Engine | None = None,
    with_parameters: ParameterSet | None = None,
    horizon_days: float = HORIZON_DAYS,
) -> Followed:
    children, pathway = walked(numbers, policy_name)
    return follow(
        children,
        pathway,
        policy(policy_name),
        with_parameters or parameters(),
        SEED,
        horizon_days,
        solve or engine("lanes"),
    )


@lru_cache(maxsize=8)
def followed(children: int, policy_name: str = "maxima") -> Followed:
    return follow_numbers(np.arange(children), policy_name)

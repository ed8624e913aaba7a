# SPDX-License-Identifier: Apache-2.0
"""The ranks of a calibration: over its whole prior, and where its draws are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cartulary.studies.calibration.emulator import Emulator
from cartulary.studies.calibration.posterior_chain import NormalPrior, prior_around, whole_prior
from cartulary.studies.calibration.ranks import TIMES_CHILDREN, Ranks, rank_truths
from cartulary.studies.calibration.run import Calibrated, Told, simulate_truths
from cartulary.studies.calibration.run_folder import RunFolder
from cartulary.studies.calibration.run_points import Points
from cartulary.studies.calibration.worker_processes import Spread


@dataclass(frozen=True)
class Place:
    """Where known points are drawn, and whose posterior is checked there.

    `key`: its name in result files. `truths`: what its points are called, in messages and in the
    names of random numbers. `stage`: of its points in the run's folder.
    """

    key: str
    title: str
    posterior: str
    truths: str
    stage: int
    prior_of: Callable[[Calibrated], NormalPrior]
    emulator_of: Callable[[Calibrated], Emulator]


OVER_THE_PRIOR: Final = Place(
    "over_the_prior",
    "Over the whole prior, with the emulator of the first wave (the later waves begin from it)",
    "The first wave's posterior",
    "truths",
    70,
    lambda made: whole_prior(made.problem.free),
    lambda made: made.waves[0].emulator,
)
NEAR_THE_DRAWS: Final = Place(
    "near_the_draws",
    "Where the draws are, with the emulator of the last wave (the draws rest on it)",
    "The posterior",
    "truths near the draws",
    71,
    lambda made: prior_around(made.problem.free, made.last.chains.draws),
    lambda made: made.last.emulator,
)
PLACES: Final = (OVER_THE_PRIOR, NEAR_THE_DRAWS)


def ranks_at(
    place: Place,
    made: Calibrated,
    folder: RunFolder,
    points: Points,
    spread: Spread,
    truths: int,
    told: Told | None = None,
) -> Ranks:
    """Ranks of so many known points at a place.

    Arguments: the place; the calibration; its folder, which keeps every simulated figure; what
    simulates points; what draws chains; how many points; whom to tell.
    Returns: the ranks.
    Refuses: fewer than ten points that have every figure.
    """
    told = told or Told()
    prior, seed = place.prior_of(made), made.settings.seed
    known = prior.draws(truths, seed, place.truths)
    simulated = simulate_truths(
        made,
        folder,
        points,
        known,
        name=f"{place.truths} simulated",
        stage=place.stage,
        times_children=TIMES_CHILDREN,
        told=told,
    )
    return rank_truths(
        prior,
        made.problem.targets,
        place.emulator_of(made),
        (known, simulated),
        seed=seed,
        purpose=place.truths,
        spread=spread,
        progress=lambda done, of: told.points(f"{place.truths} looked for", done, of),
    )

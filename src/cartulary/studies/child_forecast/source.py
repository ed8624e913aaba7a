# SPDX-License-Identifier: Apache-2.0
"""What a library is made from: the posterior, a population, a policy, and the plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cartulary.studies.calibration.fingerprints import fingerprint_of
from cartulary.studies.calibration.posterior import Posterior, posterior
from cartulary.studies.calibration.scenario import scenario
from cartulary.studies.child_forecast.plans import PLANS, Plan
from cartulary.twin.policy import Policy
from cartulary.twin.population import Population

#: The arrangement of a library's files; part of its fingerprint.
FORMAT: Final = "cartulary forecast library 1"
#: Whose children a library holds: those of everyday practice, up to the infusion.
SCENARIO: Final = "everyday"


@dataclass(frozen=True)
class Source:
    """What a library is made from."""

    posterior: Posterior
    population: Population
    policy: Policy
    plans: tuple[Plan, ...] = PLANS

    @property
    def fingerprint(self) -> str:
        """Changes with every number that a library is made from, and with nothing else."""
        about = self.posterior.about
        return fingerprint_of(
            (
                FORMAT,
                about.parameters_fingerprint,
                self.posterior.names,
                self.posterior.draws.tobytes(),
                self.population,
                self.policy,
                self.plans,
            )
        )


def source() -> Source:
    """The posterior that ships, and children of everyday practice."""
    whom = scenario(SCENARIO)
    return Source(posterior(), whom.population, whom.policy)

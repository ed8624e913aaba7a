# SPDX-License-Identifier: Apache-2.0
"""A comparison made by hand: its figures are chosen, so that a page can be checked."""

from __future__ import annotations

import numpy as np

from cartulary.codebook.parameter_set import ParameterSupport
from cartulary.codebook.words import Words
from cartulary.studies.calibration.posterior import posterior
from cartulary.studies.policies_compared import About, Arm, ArmTold, Compared, outcomes
from cartulary.studies.policies_compared.children_read import CURVES
from cartulary.studies.policies_compared.drivers import Driver, Drivers
from cartulary.studies.policies_compared.moving_parameters import Moving
from cartulary.studies.policies_compared.shelf import posterior_mark
from cartulary.studies.policies_compared.summary import SPREAD_AT
from cartulary.web.lookahead.comparisons import arms_of
from cartulary.web.lookahead.offered import offered

POLICY, AGAINST, POPULATION = "in_house_12_days", "maxima", "dutch_low_burden"
DRAWS = 60
SHARE_AGAINST, SHARE_POLICY = 0.36, 0.42


def told(arm: Arm) -> ArmTold:
    """The arm as a result keeps it."""
    return ArmTold(
        arm.id,
        arm.words,
        arm.policy.policy_id,
        arm.policy.edition,
        arm.policy.name,
        arm.policy.summary,
        arm.policy.file,
        arm.population.population_id,
        arm.population.edition,
        arm.population.name,
        (),
        arm.fingerprint,
    )


def made(policy: str = POLICY, against: str = AGAINST, population: str = POPULATION) -> Compared:
    """36% under the one, 42% under the other; over the draws from 2 to 10 points, evenly."""
    arms = arms_of(policy, against, population, offered())
    asked = outcomes()
    moved = np.linspace(-0.04, 0.04, DRAWS)
    central = np.array([[SHARE_AGAINST] * len(asked), [SHARE_POLICY] * len(asked)])
    differences = np.zeros((DRAWS, 2, len(asked)))
    differences[:, 1, :] = (SHARE_POLICY - SHARE_AGAINST + moved)[:, None]
    spreads = np.full((2, len(asked), len(SPREAD_AT)), np.nan)
    for place, one in enumerate(asked):
        if not one.is_share:
            central[:, place] = (48.0, 23.0)
            differences[:, 1, place] = -25.0 + 100 * moved
            spreads[:, place] = np.linspace(10.0, 80.0, len(SPREAD_AT))
    months = np.arange(37.0)
    curve = np.exp(-months / 14.0)
    one_arm = np.array([curve, curve * 0.9, np.minimum(curve * 1.1, 1.0)])
    grade = Moving(("growth",), Words("Growth under bridging", "Groei onder overbrugging"),
                   ParameterSupport.SPECULATIVE)  # fmt: skip
    return Compared(
        about=About(
            version="test",
            seed=1,
            children=400,
            draws=DRAWS,
            years=3.0,
            programme_size=20,
            posterior_id=posterior_mark(posterior()),
            failures=0,
            seconds=1.0,
        ),
        arms=tuple(told(one) for one in arms),
        outcomes=asked,
        central=central,
        ends=np.stack([central - 0.05, central + 0.05], axis=-1),
        differences=differences,
        noise=np.zeros((len(asked), 2, 2)),
        counted_share=np.ones((2, len(asked))),
        spreads=spreads,
        months=months,
        curves=np.array([[one_arm, np.minimum(one_arm * 1.05, 1.0)] for _ in CURVES]),
        found_drivers={
            (policy, "efs.indication.12"): Drivers((Driver(grade, 0.7),), 0.7),
        },
    )

# SPDX-License-Identifier: Apache-2.0
"""What every draw gave, gathered into one comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.studies.policies_compared.arm import Arm
from cartulary.studies.policies_compared.children_read import Floats
from cartulary.studies.policies_compared.compared import HIGH, LOW, About, ArmTold, Compared
from cartulary.studies.policies_compared.draws_followed import DrawResult
from cartulary.studies.policies_compared.drivers import Drivers, drivers_of
from cartulary.studies.policies_compared.outcome import Outcome
from cartulary.studies.policies_compared.parameters_part import without_noise

#: Decimals that are kept, so that a comparison read from its file is the one that was written.
_KEPT: Final = 5
_KEPT_NOISE: Final = 9


def gathered(
    about: About,
    arms: Sequence[Arm],
    outcomes: Sequence[Outcome],
    months: Floats,
    results: Sequence[DrawResult],
    parameter_sets: Sequence[ParameterSet],
) -> Compared:
    """The results of all draws as one."""
    values = np.array([one.values for one in results])
    noise = mean_known(np.array([one.noise for one in results]))
    differences = values - values[:, :1]
    counted = np.array([one.counted for one in results]).sum(axis=0)
    indicated = np.array([one.indicated for one in results]).sum(axis=0)
    share = counted / np.maximum(indicated, 1.0)[:, None]
    return Compared(
        about=about,
        arms=tuple(_told(arm) for arm in arms),
        outcomes=tuple(outcomes),
        central=np.round(mean_known(values), _KEPT),
        ends=np.round(_ends(values, noise), _KEPT),
        differences=np.round(differences, _KEPT),
        noise=np.round(noise, _KEPT_NOISE),
        counted_share=np.round(np.minimum(share, 1.0), _KEPT),
        spreads=np.round(mean_known(np.array([one.spreads for one in results])), 3),
        months=months,
        curves=np.round(_curves(results), _KEPT),
        found_drivers=_drivers(arms, outcomes, parameter_sets, differences, noise),
    )


def mean_known(many: Floats) -> Floats:
    """The mean over the first axis of what is known; NaN where nothing is."""
    known = ~np.isnan(many)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(known, many, 0.0).sum(axis=0) / known.sum(axis=0)
    return mean


def _ends(values: Floats, noise: Floats) -> Floats:
    """Low and high of each arm's own figure over the draws, its noise taken out."""
    ends = np.full((*values.shape[1:], 2), np.nan)
    for arm, outcome in np.ndindex(*values.shape[1:]):
        shown = without_noise(values[:, arm, outcome], float(noise[outcome, arm, arm]))
        known = shown[~np.isnan(shown)]
        if len(known):
            ends[arm, outcome] = np.quantile(known, (LOW, HIGH))
    return ends


def _curves(results: Sequence[DrawResult]) -> Floats:
    """Mean, low and high over the draws of every point of every curve, its noise taken out."""
    curves = np.array([one.curves for one in results])  # [draw, curve, arm, month]
    noise = np.array([one.curve_noise for one in results]).mean(axis=0)
    _, kinds, arms, months = curves.shape
    bands = np.empty((kinds, arms, 3, months))
    for curve, arm, month in np.ndindex(kinds, arms, months):
        shown = without_noise(curves[:, curve, arm, month], float(noise[curve, arm, month]))
        bands[curve, arm, :, month] = [np.mean(shown), *np.quantile(shown, (LOW, HIGH))]
    return bands


def _drivers(
    arms: Sequence[Arm],
    outcomes: Sequence[Outcome],
    parameter_sets: Sequence[ParameterSet],
    differences: Floats,
    noise: Floats,
) -> dict[tuple[str, str], Drivers]:
    pairs = [(arm, outcome) for arm in range(1, len(arms)) for outcome in range(len(outcomes))]
    if not pairs:
        return {}
    drawn = np.array([differences[:, arm, outcome] for arm, outcome in pairs]).T
    own = np.array([_paired(noise[outcome], arm) for arm, outcome in pairs])
    found = drivers_of(parameter_sets, drawn, own)
    return {
        (arms[arm].id, outcomes[outcome].id): each
        for (arm, outcome), each in zip(pairs, found, strict=True)
        if not np.isnan(each.explained)
    }


def _paired(noise: Floats, arm: int) -> float:
    return float(noise[0, 0] + noise[arm, arm] - 2.0 * noise[0, arm])


def _told(arm: Arm) -> ArmTold:
    policy, population = arm.policy, arm.population
    return ArmTold(
        id=arm.id,
        words=arm.words,
        policy_id=policy.policy_id,
        policy_edition=policy.edition,
        policy_name=policy.name,
        policy_summary=policy.summary,
        policy_file=Path(policy.file).name,
        population_id=population.population_id,
        population_edition=population.edition,
        population_name=population.name,
        changes=tuple(sorted(arm.changes.items())),
        fingerprint=arm.fingerprint,
    )

# SPDX-License-Identifier: Apache-2.0
"""What came of a calibration: how it was made, a line a parameter and a target, and notes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from cartulary import __version__
from cartulary.codebook.target import Target
from cartulary.studies.calibration.fingerprints import parameters_fingerprint
from cartulary.studies.calibration.identifiability import Identified, Informed
from cartulary.studies.calibration.posterior_reader import About
from cartulary.studies.calibration.prior import Free
from cartulary.studies.calibration.prior_reader import prior_file
from cartulary.studies.calibration.run import Calibrated
from cartulary.studies.calibration.target import targets_fingerprint

#: Emulator and simulator differ by more than this many standard errors of their mean difference.
_APART: Final = 3.5


def about_posterior(made: Calibrated, known: Identified) -> About:
    """How the draws of a calibration were made, with its tables."""
    settings, chains = made.settings, made.last.chains
    return About(
        posterior_id=f"{prior_file().prior_id}_seed_{settings.seed}",
        edition=prior_file().edition,
        program_version=__version__,
        provisional=False,
        seed=settings.seed,
        prior_fingerprint=prior_file().fingerprint,
        parameters_fingerprint=parameters_fingerprint(made.problem.base),
        targets_fingerprint=targets_fingerprint(made.problem.targets),
        waves=settings.waves,
        points=int(np.isfinite(made.last.figures).any(axis=1).sum()),
        failed_points=len(made.failed),
        children_a_point=settings.children,
        largest_r_hat=float(chains.r_hat.max()),
        smallest_effective_draws=float(chains.effective.min()),
        notes=notes(made, known),
        parameters=tuple(
            parameter_row(one, line, float(r_hat))
            for one, line, r_hat in zip(
                made.problem.free, known.parameters, chains.r_hat, strict=True
            )
        ),
        targets=target_rows(made),
    )


def notes(made: Calibrated, known: Identified) -> tuple[str, ...]:
    """What a reader of the posterior must know, in sentences."""
    chains = made.last.chains
    last = ", the last of twice as many" if made.settings.waves > 1 else ""
    said = [
        f"{made.settings.waves} waves of {made.settings.points} points{last}, "
        f"{made.settings.children} children a point and scenario, seed {made.settings.seed}.",
        ("The chains agree: " if chains.converged else "NOT CONVERGED, so no posterior: ")
        + f"largest split R-hat {chains.r_hat.max():.3f}, at least "
        f"{chains.effective.min():.0f} independent draws.",
    ]
    if made.failed:
        said.append(f"{len(made.failed)} points could not be simulated and were left out.")
    apart = [
        row["name"] for row in target_rows(made) if abs(row["check_difference_in_errors"]) > _APART
    ]
    said.append(
        "At draws of the posterior the emulator agrees with the simulator for every target."
        if not apart
        else "At draws of the posterior the emulator differs from the simulator for: "
        + ", ".join(apart)
        + "."
    )
    said += [f"Missed: {one.words}." for one in made.last.unreached]
    silent = [one.name for one in known.parameters if one.verdict == "not informed"]
    if silent:
        said.append(f"The figures say next to nothing of: {', '.join(silent)}.")
    if not known.wider_converged:
        said.append("Under a prior twice as wide the chains did not settle; its column is rough.")
    return tuple(said)


def parameter_row(one: Free, line: Informed, r_hat: float) -> Mapping[str, Any]:
    """One free parameter after the calibration, on its own scale and in its own unit."""
    centre, sd = one.mean + one.sd * line.mean, one.sd * line.ratio
    return {
        "name": one.name,
        "scale": one.scale.value,
        "prior_mean": one.mean,
        "prior_sd": one.sd,
        "mean": centre,
        "sd": sd,
        "ratio": line.ratio,
        "verdict": line.verdict,
        "typical": one.natural(centre),
        "low": one.natural(centre - 1.96 * sd),
        "high": one.natural(centre + 1.96 * sd),
        "informed_by": [name for name, _ in line.by],
        "shares": [round(share, 3) for _, share in line.by],
        "wider_prior_mean": one.mean + one.sd * line.under_wider[0],
        "wider_prior_sd": one.sd * line.under_wider[1],
        "follows_prior": line.follows_prior,
        "r_hat": r_hat,
    }


def target_rows(made: Calibrated) -> tuple[Mapping[str, Any], ...]:
    """Every target beside its prediction, with what the emulator was worth."""
    last, problem = made.last, made.problem
    draws = last.chains.draws[:: max(1, len(last.chains.draws) // 1000)]
    predicted = last.emulator(draws)
    rows = []
    for at, (target, judged) in enumerate(zip(problem.targets, last.emulator.judged, strict=True)):
        middle = float(np.median(predicted[:, at]))
        apart = made.checked.simulated[:, at] - made.checked.emulated[:, at]
        apart = apart[np.isfinite(apart)]
        doubt = math.hypot(judged.noise_sd / math.sqrt(max(len(apart), 1)), judged.error_sd)
        difference = float(apart.mean()) if len(apart) else 0.0
        rows.append(
            {
                "name": target.id,
                "observed": target.value,
                "predicted": target.from_scale(middle),
                "off_by_errors": (middle - target.on_scale_value) / _sd(target),
                "emulator": judged.model + (", newest wave" if judged.newest_only else ""),
                "emulator_sd": judged.error_sd,
                "simulation_sd": judged.noise_sd,
                "observed_sd": target.observed_sd,
                "explained": judged.explained,
                "missing_points": judged.missing,
                "check_difference": difference,
                "check_difference_in_errors": difference / max(doubt, 1e-9),
            }
        )
    return tuple(rows)


def _sd(target: Target) -> float:
    """Sampling error and stated discrepancy of a figure together."""
    return math.hypot(target.observed_sd, target.discrepancy_sd)


def result_of(made: Calibrated, known: Identified) -> dict[str, Any]:
    """Everything that came of a run, for result.json."""
    about = about_posterior(made, known)
    return {
        "simulated": "Simulated; research, not for decisions; not a medical device.",
        "id": about.posterior_id,
        "version": about.program_version,
        "converged": made.last.chains.converged,
        "notes": list(about.notes),
        "parameters": [dict(row) for row in about.parameters],
        "targets": [dict(row) for row in about.targets],
        "together": [list(pair) for pair in known.together],
        "waves": [
            {
                "wave": wave.number,
                "unreached": [one.words for one in wave.unreached],
                "median_emulator_sd": float(np.median(wave.emulator.error_sd)),
                "models": {
                    name: sum(one.model == name for one in wave.emulator.judged)
                    for name in sorted({one.model for one in wave.emulator.judged})
                },
                "r_hat": float(wave.chains.r_hat.max()),
                "accepted": wave.chains.accepted,
            }
            for wave in made.waves
        ],
        "failed": list(made.failed),
    }

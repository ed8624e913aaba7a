# SPDX-License-Identifier: Apache-2.0
"""A stand-in for a posterior before the first calibration: the prior, narrowed, and named so."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cartulary import __version__
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.studies.calibration.fingerprints import parameters_fingerprint
from cartulary.studies.calibration.posterior_reader import About, write_posterior
from cartulary.studies.calibration.prior import (
    free_parameters,
    inside,
    prior_mean,
    prior_sd,
)
from cartulary.studies.calibration.prior_reader import prior_file
from cartulary.twin.streams import normal

NARROWED_TO: Final = 0.35


def write_provisional(folder: Path, base: ParameterSet, count: int = 500, seed: int = 1) -> None:
    """Writes draws of the prior with a third of its width, marked as provisional.

    They let everything that reads a posterior be tried; no figure made with them is a finding.
    """
    free = free_parameters(base)
    deviates = normal(seed, range(4 * count), "provisional posterior", len(free))
    draws = prior_mean(free) + NARROWED_TO * prior_sd(free) * deviates
    draws = draws[inside(free, draws)][:count]
    about = About(
        posterior_id="provisional",
        edition=prior_file().edition,
        program_version=__version__,
        provisional=True,
        seed=seed,
        prior_fingerprint=prior_file().fingerprint,
        parameters_fingerprint=parameters_fingerprint(base),
        targets_fingerprint="none",
        waves=0,
        points=0,
        failed_points=0,
        children_a_point=0,
        largest_r_hat=0.0,
        smallest_effective_draws=0.0,
        notes=(
            "Provisional: draws of the prior with a third of its width. They have seen no "
            "published figure. Run `cartulary calibrate --install`.",
        ),
    )
    write_posterior(folder, about, [one.name for one in free], draws)

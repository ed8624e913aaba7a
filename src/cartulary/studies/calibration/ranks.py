# SPDX-License-Identifier: Apache-2.0
"""Simulation-based calibration: known parameters are found again as often as they should be.

Points of the first wave, drawn from the prior, are taken as truths. To the simulator's figures
there the sampling error of the published studies is added, and the same emulator, likelihood and
chains look for the truth. Its rank among the draws is then uniform (Talts and others 2018), and
intervals of 50% and 90% hold it that often. Anything that makes the posterior too sure, too wide
or shifted (emulator, likelihood, chains) shows here. The emulator has not seen the truths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, chdtrc, kolmogorov

from cartulary.codebook.target import Target
from cartulary.course.errors import CartularyError
from cartulary.studies.calibration.chance import generator
from cartulary.studies.calibration.emulator import fit_emulator
from cartulary.studies.calibration.emulator_models import CANDIDATES
from cartulary.studies.calibration.posterior_chain import density, draw_chains
from cartulary.studies.calibration.posterior_likelihood import (
    Likelihood,
    likelihood_of,
    observed,
)
from cartulary.studies.calibration.prior import Free

Floats = NDArray[np.float64]

#: Draws that a truth is ranked among: with the truth 100 places, ten bins of ten.
RANKED_AMONG: Final = 99
_BINS: Final = 10
#: Uniformity is doubted when the smallest of all p-values, times their number, is below this.
DOUBTED: Final = 0.01
_TRAINING: Final = 60


@dataclass(frozen=True)
class Ranks:
    """Ranks of truths among draws: truths by rows, parameters by columns, 0 to 99."""

    names: tuple[str, ...]
    ranks: NDArray[np.int64]

    @property
    def chi_square_p(self) -> Floats:
        """The p-value of uniformity of each parameter's ranks in ten bins."""
        bins = self.ranks * _BINS // (RANKED_AMONG + 1)
        truths = len(self.ranks)
        counts = np.stack([(bins == one).sum(axis=0) for one in range(_BINS)])
        expected = truths / _BINS
        found: Floats = chdtrc(_BINS - 1, ((counts - expected) ** 2 / expected).sum(axis=0))
        return found

    @property
    def band_p(self) -> Floats:
        """The p-value of the farthest that the ranks' distribution lies from the diagonal."""
        places = np.sort((self.ranks + 0.5) / (RANKED_AMONG + 1), axis=0)
        truths = len(places)
        steps = np.arange(1, truths + 1)[:, None] / truths
        apart = np.maximum(steps - places, places - (steps - 1.0 / truths)).max(axis=0)
        root = np.sqrt(truths)
        found: Floats = kolmogorov((root + 0.12 + 0.11 / root) * apart)
        return found

    def coverage(self, level: float) -> Floats:
        """How often the central interval of this level holds the truth, by parameter."""
        outside = (1.0 - level) / 2.0
        place = (self.ranks + 0.5) / (RANKED_AMONG + 1)
        found: Floats = ((place > outside) & (place < 1.0 - outside)).mean(axis=0)
        return found

    def coverage_p(self, level: float) -> float:
        """The smallest two-sided p-value of coverage of any parameter, times their number."""
        truths = len(self.ranks)
        held = np.rint(self.coverage(level) * truths)
        below = bdtr(held, truths, level)
        above = 1.0 - np.where(held > 0, bdtr(np.maximum(held - 1, 0), truths, level), 0.0)
        return float(min(1.0, 2.0 * np.minimum(below, above).min() * len(self.names)))

    @property
    def uniform(self) -> bool:
        """Whether nothing here speaks against uniform ranks."""
        tests = (self.chi_square_p.min(), self.band_p.min())
        return all(float(one) * len(self.names) > DOUBTED for one in tests)

    def about(self) -> dict[str, Any]:
        """All of it, for result files and pages."""
        return {
            "truths": len(self.ranks),
            "uniform": self.uniform,
            "parameters": [
                {
                    "name": name,
                    "chi_square_p": round(float(chi), 4),
                    "band_p": round(float(band), 4),
                    "covered_50": round(float(half), 3),
                    "covered_90": round(float(most), 3),
                }
                for name, chi, band, half, most in zip(
                    self.names,
                    self.chi_square_p,
                    self.band_p,
                    self.coverage(0.5),
                    self.coverage(0.9),
                    strict=True,
                )
            ],
        }


def rank_truths(
    free: Sequence[Free],
    targets: Sequence[Target],
    deviates: Floats,
    figures: Floats,
    noise_sd: Floats,
    *,
    truths: int,
    seed: int,
    steps: int = 1000,
    candidates: Sequence[str] = tuple(CANDIDATES),
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Ranks:
    """Ranks of points of the first wave, found again from figures as the studies would print them.

    Arguments: what is free; the targets; the first wave's points as deviates and its figures on
    the targets' scales; the noise of one simulated figure; how many truths; the seed; steps of
    each chain; models of the emulator; what to call with truths done and all.
    Returns: a rank for each truth and parameter.
    Refuses: more truths than leave enough points for the emulator.
    """
    whole = np.flatnonzero(np.isfinite(figures).all(axis=1))
    if len(whole) < truths + _TRAINING:
        raise CartularyError(
            f"{truths} truths are asked for, and {len(whole)} points of the first wave have every "
            f"figure. The emulator needs {_TRAINING} of its own. Ask for at most "
            f"{max(len(whole) - _TRAINING, 0)}, or simulate more points."
        )
    held = whole[-truths:]
    train = np.setdiff1d(np.flatnonzero(np.isfinite(figures).any(axis=1)), held)
    emulator = fit_emulator(
        deviates[train],
        figures[train],
        noise_sd,
        np.ones(len(train), dtype=bool),
        names=[one.id for one in targets],
        seed=seed,
        candidates=candidates,
    )
    likelihood = likelihood_of(emulator, observed(targets))
    found = []
    for done, row in enumerate(held, start=1):
        printed = _printed(likelihood, figures[row], emulator_noise(likelihood), seed, int(row))
        told = replace(likelihood, figures=likelihood.figures.with_value(printed))
        chains = draw_chains(
            density(free, told.log), seed=seed, purpose=f"truth {row}", steps=steps, ensembles=1
        )
        places = ((np.arange(RANKED_AMONG) + 0.5) * len(chains.draws) / RANKED_AMONG).astype(int)
        found.append((chains.draws[places] < deviates[row]).sum(axis=0))
        progress(done, truths)
    return Ranks(tuple(one.name for one in free), np.array(found))


def emulator_noise(likelihood: Likelihood) -> Floats:
    """The noise of one simulated figure, as the emulator knows it."""
    return np.array([one.noise_sd for one in likelihood.emulator.judged])


def _printed(
    likelihood: Likelihood, figure: Floats, noise_sd: Floats, seed: int, row: int
) -> Floats:
    """Figures as studies of the published size would print them of this truth.

    The simulated figure has the noise of its own children already; so much less is added.
    """
    chance = generator(seed, f"figures printed of truth {row}")
    sampling = likelihood.figures.sampling_sd(figure[None, :])[0]
    left = np.sqrt(np.maximum(sampling**2 - noise_sd**2, 0.0))
    half = np.linalg.cholesky(likelihood.together)
    drawn = left * (half @ chance.normal(size=len(figure)))
    shifted = likelihood.figures.discrepancy_sd * chance.normal(size=len(figure))
    found: Floats = figure + drawn + shifted
    return found

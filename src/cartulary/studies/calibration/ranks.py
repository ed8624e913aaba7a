# SPDX-License-Identifier: Apache-2.0
"""Simulation-based calibration: known parameters are found again as often as they should be.

Points are drawn from a prior, as truths. The simulator is run there with many children, so that
its figures are close to what the model expects; to these the sampling error of the published
studies is added, and an emulator that has not seen them, the likelihood and chains look for the
truth under that prior. Its rank among the draws is then uniform (Talts and others 2018), and
intervals of 50% and 90% hold it that often. Anything that makes the posterior too sure, too wide or
shifted (emulator, likelihood, chains) shows here.

It is asked twice. Over the whole prior, of the first wave's emulator: what the later waves begin
from. And of the last wave's emulator, which the draws rest on, where the draws are: the prior is
then a normal one with their middle and spread.

Parameters of one truth are found from the same figures: they are no independent evidence. What is
said of all parameters together is therefore counted over truths.
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
from cartulary.studies.calibration.emulator import Emulator
from cartulary.studies.calibration.posterior_chain import Density, NormalPrior, draw_chains
from cartulary.studies.calibration.posterior_likelihood import (
    Likelihood,
    likelihood_of,
    observed,
)
from cartulary.studies.calibration.worker_processes import Spread, here

Floats = NDArray[np.float64]

#: Draws that a truth is ranked among: with the truth 100 places, ten bins of ten.
RANKED_AMONG: Final = 99
_BINS: Final = 10
#: Uniformity is doubted when the smallest of all p-values, times their number, is below this.
DOUBTED: Final = 0.01
#: Pooled coverage that lies so many of its standard errors from its level is no chance.
BEYOND: Final = 2.0
LEVELS: Final = (0.5, 0.9)
#: A truth's figures are those of so many times as many children as a point of a wave has.
TIMES_CHILDREN: Final = 8
_FEWEST: Final = 10


@dataclass(frozen=True)
class Pooled:
    """How often intervals of one level hold the truth, all parameters together.

    `error`: the standard error, with truths as the independent units.
    """

    level: float
    share: float
    error: float

    @property
    def verdict(self) -> str:
        """`too sure` or `too wide` beyond two standard errors, else nothing."""
        if abs(self.share - self.level) <= BEYOND * self.error:
            return ""
        return "too sure" if self.share < self.level else "too wide"


@dataclass(frozen=True)
class Ranks:
    """Ranks of truths among draws: truths by rows, parameters by columns, 0 to 99.

    `effective`: independent draws that the poorest chain was worth; 0 where it was not asked.
    """

    names: tuple[str, ...]
    ranks: NDArray[np.int64]
    effective: float = 0.0

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

    def held(self, level: float) -> NDArray[np.bool_]:
        """Whether the central interval of this level holds each truth, by parameter."""
        outside = (1.0 - level) / 2.0
        place = (self.ranks + 0.5) / (RANKED_AMONG + 1)
        found: NDArray[np.bool_] = (place > outside) & (place < 1.0 - outside)
        return found

    def coverage(self, level: float) -> Floats:
        """How often the central interval of this level holds the truth, by parameter."""
        found: Floats = self.held(level).mean(axis=0)
        return found

    def pooled(self, level: float) -> Pooled:
        """Coverage of all parameters together.

        `share` is the mean over truths of the share of a truth's parameters that are held; `error`
        the standard deviation of these shares over the root of the number of truths, and never
        below that of independent parameters.
        """
        shares = self.held(level).mean(axis=1)
        truths, wide = self.ranks.shape
        least = level * (1.0 - level) / wide
        variance = max(float(shares.var(ddof=1)) if truths > 1 else 0.0, least)
        return Pooled(level, float(shares.mean()), float(np.sqrt(variance / truths)))

    @property
    def verdicts(self) -> tuple[str, ...]:
        """What pooled coverage says of the posterior: `too sure`, `too wide`, or nothing."""
        found = (self.pooled(level).verdict for level in LEVELS)
        return tuple(dict.fromkeys(one for one in found if one))

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
        even = all(float(one) * len(self.names) > DOUBTED for one in tests)
        return even and not self.verdicts

    def about(self) -> dict[str, Any]:
        """All of it, for result files and pages."""
        return {
            "truths": len(self.ranks),
            "uniform": self.uniform,
            "verdicts": list(self.verdicts),
            "effective_draws": round(self.effective),
            "pooled": [
                {
                    "level": one.level,
                    "share": round(one.share, 4),
                    "error": round(one.error, 4),
                    "verdict": one.verdict,
                }
                for one in map(self.pooled, LEVELS)
            ],
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
    prior: NormalPrior,
    targets: Sequence[Target],
    emulator: Emulator,
    truths: tuple[Floats, Floats],
    *,
    seed: int,
    purpose: str = "truths",
    times_children: float = TIMES_CHILDREN,
    steps: int = 1000,
    spread: Spread = here,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Ranks:
    """Ranks of known points, found again from figures as the studies would print them.

    Arguments: the prior that the truths were drawn from; the targets; the emulator; the truths as
    deviates, with the simulator's figures there on the targets' scales; the seed and a name, which
    with a truth's number decide every draw; of how many times as many children a truth's figures
    are than the emulator's points'; steps of each chain; what does the work; what to call with
    truths done and all.
    Returns: a rank for each truth that has every figure, and parameter.
    Refuses: fewer than ten such truths.
    """
    known, simulated = truths
    whole = np.flatnonzero(np.isfinite(simulated).all(axis=1))
    if len(whole) < _FEWEST:
        raise CartularyError(
            f"{len(whole)} of {len(known)} known points have every figure. Of fewer than {_FEWEST} "
            "no rank says anything. Ask for more of them, or for more children."
        )
    likelihood = likelihood_of(emulator, observed(targets))
    left_sd = emulator_noise(likelihood) / np.sqrt(times_children)
    sought = []
    for row in whole.tolist():
        name = f"{purpose} {row}"
        told = _told(likelihood, _printed(likelihood, simulated[row], left_sd, seed, name))
        sought.append(_Sought(row, prior, known[row], told, seed, name, steps))
    found: dict[int, NDArray[np.int64]] = {}
    effective = np.inf
    for row, ranks, worth in spread(_rank, sought):
        found[row] = ranks
        effective = min(effective, worth)
        progress(len(found), len(sought))
    names = tuple(one.name for one in prior.free)
    return Ranks(names, np.array([found[row] for row in sorted(found)]), effective)


@dataclass(frozen=True)
class _Sought:
    """One truth to be found again: the prior, the likelihood of its figures, how it is sought."""

    row: int
    prior: NormalPrior
    truth: Floats
    likelihood: Likelihood
    seed: int
    name: str
    steps: int


def _told(likelihood: Likelihood, printed: Floats) -> Likelihood:
    """The likelihood of other figures."""
    return replace(likelihood, figures=likelihood.figures.with_value(printed))


def _rank(sought: _Sought) -> tuple[int, NDArray[np.int64], float]:
    """The truth's row, its rank among the draws of each parameter, and what the draws are worth."""
    chains = draw_chains(
        Density(sought.prior, sought.likelihood.log),
        seed=sought.seed,
        purpose=sought.name,
        steps=sought.steps,
        ensembles=1,
    )
    places = ((np.arange(RANKED_AMONG) + 0.5) * len(chains.draws) / RANKED_AMONG).astype(int)
    ranks: NDArray[np.int64] = (chains.draws[places] < sought.truth).sum(axis=0)
    return sought.row, ranks, float(chains.effective.min())


def emulator_noise(likelihood: Likelihood) -> Floats:
    """The noise of one simulated figure, as the emulator knows it."""
    return np.array([one.noise_sd for one in likelihood.emulator.judged])


def _printed(
    likelihood: Likelihood, figure: Floats, noise_sd: Floats, seed: int, name: str
) -> Floats:
    """Figures as studies of the published size would print them of this truth.

    The simulated figure has a little noise of its own children already; so much less is added.
    """
    chance = generator(seed, f"figures printed of {name}")
    sampling = likelihood.figures.sampling_sd(figure[None, :])[0]
    left = np.sqrt(np.maximum(sampling**2 - noise_sd**2, 0.0))
    half = np.linalg.cholesky(likelihood.together)
    drawn = left * (half @ chance.normal(size=len(figure)))
    shifted = likelihood.figures.discrepancy_sd * chance.normal(size=len(figure))
    found: Floats = figure + drawn + shifted
    return found

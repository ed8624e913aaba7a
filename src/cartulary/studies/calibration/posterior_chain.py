# SPDX-License-Identifier: Apache-2.0
"""Draws of the posterior by emcee: several ensembles of walkers, and whether they agree.

emcee (Foreman-Mackey and others, PASP 2013;125:306) moves many walkers at once; here by the
difference of two others (DE), now and then towards another or away from it (stretch). Its snooker
move is not used: of a normal distribution in 23 dimensions it gave 91% of the spread. Each ensemble
starts and draws by itself, so that comparing them says something. Times of autocorrelation and the
split R-hat between the ensembles' halves decide whether the draws may be called a posterior.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cartulary.studies.calibration.chance import emcee_state, generator
from cartulary.studies.calibration.design import to_scale
from cartulary.studies.calibration.prior import Free, inside

Floats = NDArray[np.float64]
LogDensity = Callable[[Floats], Floats]

#: R-hat above which ensembles disagree, and independent draws below which a quantile is a guess.
LARGEST_R_HAT: Final = 1.05
FEWEST_EFFECTIVE: Final = 400.0
_SETTLING: Final = 0.3
#: A stretch now and then takes walkers out of a corner.
_STRETCH: Final = 0.15
_KEPT_A_CHAIN: Final = 4000
#: No parameter is sought farther from its prior mean, in prior sd: no emulator has points there,
#: and its error, which grows with the distance, would make anything likely.
_FARTHEST: Final = 4.0


@dataclass(frozen=True)
class Chains:
    """Draws of all ensembles as deviates, and whether the ensembles agree.

    `steps`: kept, of each walker. `tau`: autocorrelation time of each coordinate, in steps.
    `effective`: independent draws that they are worth. `r_hat`: split R-hat of each coordinate.
    """

    draws: Floats
    log_density: Floats
    steps: int
    tau: Floats
    effective: Floats
    r_hat: Floats
    accepted: float

    @property
    def converged(self) -> bool:
        """Whether the draws may be called a posterior."""
        return bool(
            np.isfinite(self.r_hat).all()
            and self.r_hat.max() <= LARGEST_R_HAT
            and self.effective.min() >= FEWEST_EFFECTIVE
        )


@dataclass(frozen=True)
class NormalPrior:
    """A normal prior of deviates, each by itself, within bounds and not beyond `_FARTHEST`."""

    free: tuple[Free, ...]
    mean: Floats
    sd: Floats

    def holds(self, deviates: Floats) -> NDArray[np.bool_]:
        """Which of these points may be drawn at all."""
        within: NDArray[np.bool_] = inside(self.free, to_scale(self.free, deviates))
        return within & (np.abs((deviates - self.mean) / self.sd) <= _FARTHEST).all(axis=1)

    def log(self, deviates: Floats) -> Floats:
        """The log density at points that may be drawn, but for a constant."""
        found: Floats = -0.5 * (((deviates - self.mean) / self.sd) ** 2).sum(axis=1)
        return found

    def draws(self, count: int, seed: int, purpose: str) -> Floats:
        """So many draws; those of a smaller count begin those of a larger one.

        >>> from cartulary.studies.calibration.prior import free_parameters
        >>> whole_prior(free_parameters()).draws(3, 1, "doctest").shape[0]
        3
        """
        chance = generator(seed, purpose)
        found = np.empty((0, len(self.mean)))
        while len(found) < count:
            tried = self.mean + self.sd * chance.normal(size=(count, len(self.mean)))
            found = np.concatenate([found, tried[self.holds(tried)]])
        return found[:count]


@dataclass(frozen=True)
class Density:
    """What is drawn from: a prior times a likelihood."""

    prior: NormalPrior
    log_likelihood: LogDensity

    def __call__(self, deviates: Floats) -> Floats:
        """The log density at these points, one number a row; minus infinity outside the bounds."""
        found = np.full(len(deviates), -np.inf)
        kept = self.prior.holds(deviates)
        if kept.any():
            found[kept] = self.prior.log(deviates[kept]) + self.log_likelihood(deviates[kept])
        return found


def whole_prior(free: Sequence[Free], *, wider: float = 1.0) -> NormalPrior:
    """The calibration's own prior; `wider` times as wide if asked."""
    count = len(free)
    return NormalPrior(tuple(free), np.zeros(count), np.full(count, wider))


def prior_around(free: Sequence[Free], draws: Floats) -> NormalPrior:
    """A prior where these draws are: their middle and spread, each parameter by itself.

    Parameters that the draws tie together are free of each other in it, so that it reaches beyond
    them.
    """
    return NormalPrior(tuple(free), draws.mean(axis=0), draws.std(axis=0, ddof=1))


def density(free: Sequence[Free], log_likelihood: LogDensity, *, wider: float = 1.0) -> Density:
    """The calibration's prior times a likelihood; the prior `wider` times as wide if asked."""
    return Density(whole_prior(free, wider=wider), log_likelihood)


def draw_chains(
    target: Density,
    *,
    seed: int,
    purpose: str,
    steps: int = 2500,
    ensembles: int = 4,
    walkers: int | None = None,
    start: Floats | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Chains:
    """Draws from a density, by so many ensembles of walkers.

    Arguments: the density; the seed and a name, which decide every draw; steps of each walker, of
    which three in ten are thrown away; ensembles; walkers, three for each coordinate by default;
    points to start near, else the prior's; what to call with ensembles done and all.
    Returns: the draws with what says whether they settled.
    """
    import emcee
    from threadpoolctl import threadpool_limits

    wide = len(target.prior.mean)
    many = walkers or 2 * (3 * wide // 2 + 1)
    kept_steps = steps - int(_SETTLING * steps)
    chains, densities, taus, accepted = [], [], [], []
    for turn in range(ensembles):
        name = f"{purpose}, ensemble {turn}"
        sampler = emcee.EnsembleSampler(
            many,
            wide,
            target,
            vectorize=True,
            moves=[
                (emcee.moves.DEMove(), 1.0 - _STRETCH),
                (emcee.moves.StretchMove(), _STRETCH),
            ],
        )
        first = emcee.State(
            _beginnings(target, many, start, seed, name), random_state=emcee_state(seed, name)
        )
        # The matrices are small: a second processor thread would only be waited for.
        with threadpool_limits(1):
            sampler.run_mcmc(first, steps, progress=False)
        chains.append(sampler.get_chain()[-kept_steps:])
        densities.append(sampler.get_log_prob()[-kept_steps:])
        with np.errstate(divide="ignore", invalid="ignore"):
            # A walker that never moved has no time: below it counts as one that never forgets.
            taus.append(sampler.get_autocorr_time(discard=steps - kept_steps, tol=0, quiet=True))
        accepted.append(float(sampler.acceptance_fraction.mean()))
        progress(turn + 1, ensembles)
    tau = np.nanmax(np.array(taus), axis=0)
    tau = np.where(np.isfinite(tau), np.maximum(tau, 1.0), kept_steps)
    thin = max(1, kept_steps * many // _KEPT_A_CHAIN)
    return Chains(
        draws=np.concatenate([chain.reshape(-1, wide)[::thin] for chain in chains]),
        log_density=np.concatenate([one.reshape(-1)[::thin] for one in densities]),
        steps=kept_steps,
        tau=tau,
        effective=ensembles * many * kept_steps / tau,
        r_hat=split_r_hat(chains),
        accepted=float(np.mean(accepted)),
    )


def _beginnings(target: Density, many: int, start: Floats | None, seed: int, name: str) -> Floats:
    """Where the walkers of one ensemble begin: spread, all within the bounds."""
    chance, prior = generator(seed, f"{name}, beginnings"), target.prior
    found = np.empty((0, len(prior.mean)))
    while len(found) < many:
        if start is None:
            tried = prior.mean + prior.sd * chance.normal(size=(4 * many, len(prior.mean)))
        else:
            chosen = start[chance.integers(len(start), size=4 * many)]
            tried = chosen + 0.1 * prior.sd * chance.normal(size=chosen.shape)
        found = np.concatenate([found, tried[np.isfinite(target(tried))]])
    return found[:many]


def split_r_hat(chains: Sequence[Floats]) -> Floats:
    """Split R-hat (Gelman and Rubin) of each coordinate: halves of ensembles set side by side.

    `sqrt(((n - 1) / n W + B) / W)` with W the mean variance within a half and B the variance of
    the halves' means, walkers of an ensemble counted as one long chain.

    Arguments: a chain an ensemble, steps by walkers by coordinates.
    Returns: one number a coordinate; 1 where all halves agree.

    >>> one = np.linspace(0, 1, 100).reshape(100, 1, 1) % 0.1
    >>> split_r_hat([one, one]).round(1).tolist()
    [1.0]
    >>> bool(split_r_hat([one, one + 1.0])[0] > 5)
    True
    """
    halves = [half for chain in chains for half in np.array_split(chain, 2, axis=0)]
    flat = [half.reshape(-1, half.shape[-1]) for half in halves]
    length = min(len(half) for half in flat)
    within = np.mean([half.var(axis=0, ddof=1) for half in flat], axis=0)
    between = np.var([half.mean(axis=0) for half in flat], axis=0, ddof=1)
    found: Floats = np.sqrt(((length - 1) / length * within + between) / np.maximum(within, 1e-300))
    return found


def evenly(chains: Chains, count: int, seed: int, purpose: str) -> Floats:
    """So many of the draws, evenly from all ensembles, in an order that says nothing."""
    rows = ((np.arange(count) + 0.5) * len(chains.draws) / count).astype(int)
    order = generator(seed, purpose).permutation(count)
    return np.asarray(chains.draws[rows][order])

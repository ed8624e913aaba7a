# SPDX-License-Identifier: Apache-2.0
"""What the published figures say of each parameter, and how much of the answer is the prior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cartulary.studies.calibration.posterior_chain import Chains, density, draw_chains
from cartulary.studies.calibration.posterior_likelihood import Likelihood
from cartulary.studies.calibration.prior import Free

Floats = NDArray[np.float64]

#: Above it the figures say next to nothing; below it they say much.
UNINFORMED: Final = 0.85
INFORMED: Final = 0.60
_NAMED: Final = 4
_LEAST_SHARE: Final = 0.05
_TOGETHER: Final = 0.4


@dataclass(frozen=True, slots=True)
class Informed:
    """One parameter after the figures, in prior sd from the prior mean.

    `ratio`: posterior over prior sd. `by`: the targets that say most of it, each with its share of
    the information that all targets have on this parameter alone.
    `under_wider`: mean and ratio to the same prior sd when every prior is twice as wide.
    `follows_prior`: how far the posterior mean moves, as a share, when its own prior mean is moved
    by one prior sd; 1 is the prior alone, 0 the figures alone.
    """

    name: str
    mean: float
    ratio: float
    by: tuple[tuple[str, float], ...]
    under_wider: tuple[float, float]
    follows_prior: float

    @property
    def verdict(self) -> str:
        """In a word: informed, weakly informed, or not informed."""
        if self.ratio > UNINFORMED:
            return "not informed"
        return "informed" if self.ratio <= INFORMED else "weakly informed"


@dataclass(frozen=True)
class Identified:
    """What is known of every parameter, which of them go together, and the wider posterior."""

    parameters: tuple[Informed, ...]
    together: tuple[tuple[str, str, float], ...]
    wider_converged: bool
    shift_effective: float


def identify(
    free: Sequence[Free],
    target_names: Sequence[str],
    likelihood: Likelihood,
    chains: Chains,
    *,
    seed: int,
    steps: int,
) -> Identified:
    """Posterior against prior, which figures inform what, and what another prior would give.

    The wider prior is drawn anew on the same emulator; a shift of one prior mean is reweighting.

    Arguments: what is free; the targets' names; the likelihood; the posterior's draws; the seed;
    steps of the chains under the wider prior.
    Returns: a line for each parameter, and correlations beyond 0.4.
    """
    draws = chains.draws
    mean, sd = draws.mean(axis=0), draws.std(axis=0)
    wider = draw_chains(
        density(free, likelihood.log, wider=2.0),
        seed=seed,
        purpose="chains under a prior twice as wide",
        steps=steps,
        ensembles=2,
        start=draws,
    )
    shares = _shares(likelihood, mean)
    moved, effective = _moved(draws)
    lines = []
    for at, one in enumerate(free):
        order = np.argsort(-shares[:, at])[:_NAMED]
        by = tuple(
            (target_names[row], float(shares[row, at]))
            for row in order
            if shares[row, at] >= _LEAST_SHARE
        )
        under = wider.draws[:, at]
        lines.append(
            Informed(
                one.name,
                float(mean[at]),
                float(sd[at]),
                by,
                (float(under.mean()), float(under.std())),
                float(moved[at]),
            )
        )
    return Identified(
        tuple(lines), _correlated(free, draws), bool(wider.r_hat.max() <= 1.1), effective
    )


def _shares(likelihood: Likelihood, at: Floats) -> Floats:
    """Each target's share of the information on each parameter, by the emulator's slopes."""
    slopes = likelihood.emulator.slopes(at)
    predicted, times = (
        likelihood.emulator(at[None, :]),
        likelihood.emulator.error_times(at[None, :]),
    )
    variance = np.diagonal(likelihood.covariance(predicted, times)[0])
    information = slopes**2 / variance[:, None]
    found: Floats = information / np.maximum(information.sum(axis=0), 1e-300)
    return found


def _moved(draws: Floats) -> tuple[Floats, float]:
    """How far each posterior mean follows its prior mean, and the least effective draws in it.

    A prior moved by `d` sd weighs a draw `z` by `exp(d z)`; half an sd either way is tried, so that
    the weights stay even.
    """
    half = 0.5
    followed, effective = [], np.inf
    for column in draws.T:
        ends = []
        for step in (-half, half):
            logs = step * column
            weights = np.exp(logs - logs.max())
            weights /= weights.sum()
            effective = min(effective, 1.0 / float((weights**2).sum()))
            ends.append(float((weights * column).sum()))
        followed.append(ends[1] - ends[0])
    return np.array(followed), float(effective)


def _correlated(free: Sequence[Free], draws: Floats) -> tuple[tuple[str, str, float], ...]:
    """Pairs of parameters that the figures tie together, the closest first."""
    together = np.atleast_2d(np.corrcoef(draws, rowvar=False))
    pairs = [
        (free[one].name, free[other].name, float(together[one, other]))
        for one in range(len(free))
        for other in range(one)
        if abs(together[one, other]) >= _TOGETHER
    ]
    return tuple(sorted(pairs, key=lambda pair: -abs(pair[2])))

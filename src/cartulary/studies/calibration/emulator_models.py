# SPDX-License-Identifier: Apache-2.0
"""What can stand in for the simulator: a plane, a quadratic, a Gaussian process, a small network.

Each is fitted to points in deviates and to figures on their scales, one column a target, and then
gives every column for any points. scikit-learn is imported late, so that the command line does not
wait for it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ALPHAS: Final = tuple(10.0 ** (power / 2.0) for power in range(-4, 10))
_NOISES: Final = tuple(10.0 ** (power / 3.0) for power in range(-12, 7))
#: Of a Gaussian process: widths in the median distance of two points, and the part of the variance
#: that a quadratic surface has.
_WIDTHS: Final = (0.5, 1.0, 2.0, 4.0)
_SURFACES: Final = (0.5, 0.9, 0.99)
#: Points on which width and surface are sought; all points are then used.
_SEARCHED: Final = 400
_MEMBERS: Final = 3
_HIDDEN: Final = (32,)
_NETWORK_PENALTIES: Final = (3.0, 30.0)


class Fitted(Protocol):
    """Something that gives the figures of every column for each point."""

    def __call__(self, deviates: Floats) -> Floats: ...


Fit = Callable[[Floats, Floats, int], Fitted]


def with_squares(deviates: Floats) -> Floats:
    """Each coordinate, each square and each product of two.

    >>> with_squares(np.array([[2.0, 3.0]])).tolist()
    [[2.0, 3.0, 4.0, 6.0, 9.0]]
    """
    first, second = np.triu_indices(deviates.shape[1])
    return np.concatenate([deviates, deviates[:, first] * deviates[:, second]], axis=1)


def _same(deviates: Floats) -> Floats:
    return deviates


@dataclass(frozen=True)
class Ridge:
    """Ridge regressions on the coordinates, or on their squares and products too."""

    features: Callable[[Floats], Floats]
    centre: Floats
    coefficients: Floats
    intercept: Floats

    def __call__(self, deviates: Floats) -> Floats:
        made: Floats = (self.features(deviates) - self.centre) @ self.coefficients + self.intercept
        return made


def fit_plane(deviates: Floats, figures: Floats, _seed: int) -> Ridge:
    """Ridge regressions on the coordinates."""
    return _ridge(_same, deviates, figures)


def fit_quadratic(deviates: Floats, figures: Floats, _seed: int) -> Ridge:
    """Ridge regressions on the coordinates, their squares and products."""
    return _ridge(with_squares, deviates, figures)


def _ridge(features: Callable[[Floats], Floats], deviates: Floats, figures: Floats) -> Ridge:
    """Ridges whose penalties, one a column, are chosen by leaving out one point at a time."""
    from sklearn.linear_model import RidgeCV

    made = features(deviates)
    centre, spread = made.mean(axis=0), np.maximum(made.std(axis=0), 1e-9)
    found = RidgeCV(alphas=_ALPHAS, alpha_per_target=True)
    found.fit((made - centre) / spread, figures)
    coefficients = np.atleast_2d(found.coef_).T / spread[:, None]
    return Ridge(features, centre, coefficients, np.atleast_1d(found.intercept_))


@dataclass(frozen=True)
class Process:
    """Gaussian processes that share one kernel: a quadratic surface and bumps upon it."""

    stretch: Floats
    points: Floats
    width: float
    surface: float
    weights: Floats
    centre: Floats

    def __call__(self, deviates: Floats) -> Floats:
        near = _kernel(deviates * self.stretch, self.points, self.width, self.surface)
        made: Floats = near @ self.weights + self.centre
        return made


def _kernel(one: Floats, other: Floats, width: float, surface: float) -> Floats:
    """How figures at two points go together."""
    inner = one @ other.T
    apart = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None, :] - 2.0 * inner
    bumps = np.exp(-0.5 * np.maximum(apart, 0.0) / width**2)
    made: Floats = surface * (1.0 + inner) ** 2 / 4.0 + (1.0 - surface) * bumps
    return made


def fit_process(deviates: Floats, figures: Floats, _seed: int) -> Process:
    """Gaussian processes whose distances stretch with how much each coordinate matters.

    Width and surface are those with the highest marginal likelihood of all columns together; the
    noise of each column is its own.
    """
    centre = figures.mean(axis=0)
    scale = np.maximum(figures.std(axis=0), 1e-9)
    wanted = (figures - centre) / scale
    slopes = fit_plane(deviates, wanted, 0).coefficients
    matters = np.sqrt((slopes**2).mean(axis=1))
    stretch = np.clip(matters / max(float(matters.max()), 1e-12), 0.15, 1.0)
    scaled = deviates * stretch
    few = slice(None, None, max(1, -(-len(scaled) // _SEARCHED)))
    some = scaled[few]
    apart = np.sqrt(((some[:60, None, :] - some[None, :60, :]) ** 2).sum(axis=2))
    usual = float(np.median(apart[np.triu_indices(len(apart), 1)]))
    best, width, surface = -np.inf, usual, _SURFACES[0]
    for times in _WIDTHS:
        for part in _SURFACES:
            values, vectors = np.linalg.eigh(_kernel(some, some, times * usual, part))
            evidence = _evidence(values, vectors.T @ wanted[few]).max(axis=0).sum()
            if evidence > best:
                best, width, surface = float(evidence), times * usual, part
    values, vectors = np.linalg.eigh(_kernel(scaled, scaled, width, surface))
    turned = vectors.T @ wanted
    noise = np.array(_NOISES)[_evidence(values, turned).argmax(axis=0)]
    weights = vectors @ (turned / (np.maximum(values, 0.0)[:, None] + noise[None, :]))
    return Process(stretch, scaled, width, surface, weights * scale, centre)


def _evidence(values: Floats, turned: Floats) -> Floats:
    """The log marginal likelihood for each noise (rows) and column, the height profiled out."""
    rows = []
    count = len(values)
    for noise in _NOISES:
        total = np.maximum(values, 0.0) + noise
        height = (turned**2 / total[:, None]).mean(axis=0)
        rows.append(-0.5 * count * np.log(np.maximum(height, 1e-300)) - 0.5 * np.log(total).sum())
    return np.array(rows)


@dataclass(frozen=True)
class Network:
    """A few small networks from different beginnings, on what planes leave; their mean."""

    plane: Ridge
    members: tuple[Any, ...]
    scale: Floats

    def __call__(self, deviates: Floats) -> Floats:
        told = np.mean(
            [one.predict(deviates).reshape(len(deviates), -1) for one in self.members], axis=0
        )
        made: Floats = self.plane(deviates) + self.scale * told
        return made


def network_with(penalty: float) -> Fit:
    """A fit of small networks with this penalty on their weights."""

    def fit(deviates: Floats, figures: Floats, seed: int) -> Network:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPRegressor

        plane = fit_plane(deviates, figures, seed)
        left = figures - plane(deviates)
        scale = np.maximum(left.std(axis=0), 1e-9)
        members = []
        with warnings.catch_warnings():
            # Stopping early is meant: the penalty and the few steps keep the network plain.
            warnings.simplefilter("ignore", ConvergenceWarning)
            for turn in range(_MEMBERS):
                one = MLPRegressor(
                    hidden_layer_sizes=_HIDDEN,
                    activation="tanh",
                    solver="lbfgs",
                    alpha=penalty,
                    max_iter=200,
                    random_state=(seed + turn) % 2**31,
                )
                wanted = left / scale
                members.append(one.fit(deviates, wanted[:, 0] if wanted.shape[1] == 1 else wanted))
        return Network(plane, tuple(members), scale)

    return fit


#: From plain to less plain: a plainer one is kept unless another is clearly better.
CANDIDATES: Final[dict[str, Fit]] = {
    "plane": fit_plane,
    "quadratic": fit_quadratic,
    "gaussian process": fit_process,
    **{f"network {penalty:g}": network_with(penalty) for penalty in _NETWORK_PENALTIES},
}

# SPDX-License-Identifier: Apache-2.0
"""Which parameters a difference between policies hangs on: each one's share of its variance.

The draws come from a posterior, so parameters go together, and the shares of Sobol, which take
them as independent, would credit a parameter with what another takes back. Shapley effects do not
(Owen, SIAM/ASA J Uncertain Quantif 2014; Song, Nelson and Staum, the same, 2016): with v(S) the
variance of E[difference | parameters S], a parameter's share is what it adds to v, averaged over
every order in which parameters may become known. They add up to the whole, and for independent
parameters of a linear model they are the first-order shares of Sobol.

The emulator is a regression on the normal scores of the draws: a linear one, with squares, or with
products, whichever predicts best what it was not fitted to. For a quadratic function of correlated
normal scores v(S) has a closed form: with A the regression of all scores on those of S,
v(S) = b'A C A'b + 2 tr((A'QA C)^2), C the covariance of the scores in S.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.studies.policies_compared.children_read import Floats
from cartulary.studies.policies_compared.moving_parameters import Moving, moving_parameters
from cartulary.twin.population_children import Wholes
from cartulary.twin.streams import uniform

#: Fewer draws tell nothing about what drives a difference.
FEWEST_DRAWS: Final = 20
#: Where the emulator explains less, the order of the drivers is a hint, and a page says so.
LEAST_EXPLAINED: Final = 0.5
_NOTHING_EXPLAINED: Final = 0.05
_FOLDS: Final = 5
_ORDERS: Final = 64
#: So much of what is seen from draw to draw may be noise; beyond it nothing can be explained.
_NOISE_TOO_MUCH: Final = 0.9


@dataclass(frozen=True, slots=True)
class Driver:
    """A parameter and its share of the variance that the parameters make in a difference."""

    moving: Moving
    share: float


@dataclass(frozen=True, slots=True)
class Drivers:
    """What drives one difference, the largest share first; what is left is everything else.

    `explained` is how much of the parameters' variance the emulator predicts in draws that it was
    not fitted to; NaN where the draws, or what they show beyond noise, are too little to ask.
    """

    drivers: tuple[Driver, ...]
    explained: float

    @property
    def everything_else(self) -> float:
        """The share that no single parameter was found for."""
        return 1.0 - self.explained if self.drivers else float("nan")


NOTHING_FOUND: Final = Drivers((), float("nan"))


def drivers_of(
    parameter_sets: Sequence[ParameterSet], differences: Floats, noise: Floats
) -> list[Drivers]:
    """What drives each of several differences.

    Arguments: the draws; `differences[draw, difference]`; the variance of each that the simulation
    itself makes, `[difference]`.
    Returns: one a difference, empty where there is nothing to find.
    """
    moving, scores = moving_parameters(parameter_sets)
    found = [NOTHING_FOUND] * differences.shape[1]
    if len(parameter_sets) < FEWEST_DRAWS or not moving:
        return found
    asked = [
        place
        for place in range(differences.shape[1])
        if _can_be_asked(differences[:, place], float(noise[place]))
    ]
    if not asked:
        return found
    emulators = [_fitted(scores, differences[:, place], float(noise[place])) for place in asked]
    linear = np.array([one.linear for one in emulators])
    square = np.array([one.square for one in emulators])
    effects = shapley_effects(linear, square, _correlation(scores))
    for place, emulator, effect in zip(asked, emulators, effects, strict=True):
        if emulator.explained < _NOTHING_EXPLAINED or not effect.sum() > 0:
            found[place] = Drivers((), emulator.explained)
            continue
        shares = np.maximum(effect, 0.0) / np.maximum(effect, 0.0).sum() * emulator.explained
        order = np.argsort(-shares, kind="stable")
        found[place] = Drivers(
            tuple(Driver(moving[at], float(shares[at])) for at in order), emulator.explained
        )
    return found


def shapley_effects(linear: Floats, square: Floats, correlation: Floats) -> Floats:
    """Shapley effects of quadratic functions of correlated standard normal scores.

    Arguments: `linear[function, p]` and symmetric `square[function, p, p]`, the functions
    b'z + z'Qz; the correlation of z.
    Returns: `[function, p]`; each row adds up to the function's variance.

    >>> shapley_effects(np.array([[2.0, 1.0]]), np.zeros((1, 2, 2)), np.eye(2)).tolist()
    [[4.0, 1.0]]
    """
    functions, p = linear.shape
    effects = np.zeros((functions, p))
    known: dict[bytes, Floats] = {}

    def variance(chosen: NDArray[np.bool_]) -> Floats:
        key = chosen.tobytes()
        if key not in known:
            known[key] = _variance_given(linear, square, correlation, np.flatnonzero(chosen))
        return known[key]

    orders = np.argsort(uniform(0, range(_ORDERS), "orders of parameters", p), axis=1)
    # An order and its reverse together: what a parameter adds first and what it adds last.
    for order in (*orders, *orders[:, ::-1]):
        chosen = np.zeros(p, dtype=np.bool_)
        before = np.zeros(functions)
        for at in order:
            chosen[at] = True
            after = variance(chosen)
            effects[:, at] += after - before
            before = after
    return effects / (2 * _ORDERS)


def _variance_given(linear: Floats, square: Floats, correlation: Floats, chosen: Wholes) -> Floats:
    """The variance of E[f | the chosen scores], for each function."""
    among = correlation[np.ix_(chosen, chosen)]
    onto = np.linalg.solve(among, correlation[chosen]).T  # [p, chosen]
    slope = linear @ onto
    first = np.einsum("fi,ij,fj->f", slope, among, slope)
    bent = np.einsum("pi,fpq,qj->fij", onto, square, onto, optimize=True) @ among
    second: Floats = 2.0 * np.einsum("fij,fji->f", bent, bent)
    return np.asarray(first + second, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Emulator:
    linear: Floats
    square: Floats
    explained: float


def _can_be_asked(drawn: Floats, noise: float) -> bool:
    if np.isnan(drawn).any():
        return False
    seen = float(np.var(drawn, ddof=1))
    return seen > 1e-14 and noise < _NOISE_TOO_MUCH * seen


def _fitted(scores: Floats, drawn: Floats, noise: float) -> _Emulator:
    """The regression that predicts best in draws left out."""
    n, p = scores.shape
    pairs = np.array(np.triu_indices(p, 1)).T
    kinds = {"linear": 0, "squares": p, "products": p + len(pairs)}
    best: tuple[float, str] | None = None
    for kind, more in kinds.items():
        if kind != "linear" and n < 2 * (p + more):
            continue
        error = _error_left_out(_features(scores, kind), drawn)
        if best is None or error < best[0]:
            best = (error, kind)
    assert best is not None
    error, kind = best
    seen = float(np.var(drawn, ddof=1))
    explained = 1.0 - max(error - noise, 0.0) / max(seen - noise, 1e-300)
    slopes = _slopes(_features(scores, kind), drawn)
    square = np.zeros((p, p))
    if kind != "linear":
        square[np.diag_indices(p)] = slopes[p : 2 * p]
    if kind == "products":
        square[pairs[:, 0], pairs[:, 1]] = slopes[2 * p :] / 2.0
        square += np.triu(square, 1).T
    return _Emulator(slopes[:p], square, float(np.clip(explained, 0.0, 1.0)))


def _features(scores: Floats, kind: str) -> Floats:
    parts = [scores]
    if kind != "linear":
        parts.append(scores**2)
    if kind == "products":
        first, second = np.triu_indices(scores.shape[1], 1)
        parts.append(scores[:, first] * scores[:, second])
    return np.concatenate(parts, axis=1)


def _slopes(features: Floats, drawn: Floats) -> Floats:
    """Regression that shrinks by what the draws themselves say of the noise."""
    return np.asarray(_regression(features, drawn).coef_, dtype=np.float64)


def _error_left_out(features: Floats, drawn: Floats) -> float:
    """The mean squared error in each fifth of the draws, fitted on the others."""
    fold = np.arange(len(drawn)) % _FOLDS
    errors = np.empty(len(drawn))
    for each in range(_FOLDS):
        inside = fold != each
        fitted = _regression(features[inside], drawn[inside])
        errors[~inside] = drawn[~inside] - fitted.predict(features[~inside])
    return float((errors**2).mean())


def _regression(features: Floats, drawn: Floats) -> Any:
    from sklearn.linear_model import BayesianRidge

    scale = float(np.std(drawn)) or 1.0
    fitted = BayesianRidge().fit(features, drawn / scale)
    fitted.coef_ = fitted.coef_ * scale
    fitted.intercept_ = fitted.intercept_ * scale
    return fitted


def _correlation(scores: Floats) -> Floats:
    """How the parameters go together, shrunk by so much as so few draws ask for."""
    from sklearn.covariance import LedoitWolf

    covariance = np.asarray(LedoitWolf().fit(scores).covariance_, dtype=np.float64)
    scale = np.sqrt(np.diag(covariance))
    correlation: Floats = covariance / np.outer(scale, scale)
    return correlation

# SPDX-License-Identifier: Apache-2.0
"""How the children of a population differ: joint normal deviates, and values made of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit, ndtr, ndtri

from cartulary.codebook.parameter_set import (
    REFERENCE_WEIGHT_KG,
    Parameter,
    ParameterSet,
    SpreadScale,
)
from cartulary.twin.population_children import Floats, Wholes
from cartulary.twin.streams import normal


class Deviates:
    """Standard normal deviates of children, one array for each trait or parameter that is asked.

    Deviates that the parameters correlate are drawn jointly (a Gaussian copula): with C the matrix
    of correlations of all correlated names in alphabetical order and `C = L L'`, the deviates are
    `L e`, where each `e` comes from a stream of its own name. So a name without correlation draws
    the same numbers whatever stands beside it in the files.
    """

    def __init__(self, parameters: ParameterSet, seed: int, numbers: Wholes) -> None:
        self.seed = seed
        self.numbers = numbers
        pairs = parameters.correlations
        self.joint = sorted({name for pair in pairs for name in (pair.one, pair.other)})
        matrix = np.eye(len(self.joint))
        for pair in pairs:
            row, column = self.joint.index(pair.one), self.joint.index(pair.other)
            matrix[row, column] = matrix[column, row] = pair.value
        self._lower = np.linalg.cholesky(matrix) if self.joint else matrix
        self._alone: dict[str, Floats] = {}

    def of(self, name: str) -> Floats:
        """The deviates of one trait or parameter."""
        if name not in self.joint:
            return self._own(name)
        row = self._lower[self.joint.index(name)]
        deviate = np.zeros(len(self.numbers))
        for weight, other in zip(row, self.joint, strict=True):
            if weight:
                deviate += weight * self._own(other)
        return deviate

    def _own(self, name: str) -> Floats:
        """The deviates of a name's own stream."""
        if name not in self._alone:
            drawn = normal(self.seed, self.numbers, f"trait {name}", 1)[:, 0]
            self._alone[name] = drawn
        return self._alone[name]


def values_of(parameter: Parameter, deviates: Deviates, weight_kg: Floats) -> Floats:
    """The values of one parameter for children with these deviates and weights.

    `value` is moved by `spread` deviates on the scale of the parameter; the deviate is truncated,
    not the value clipped, so that no child stands on a bound: with Phi the normal distribution
    function, `z' = Phi^-1(Phi(low) + Phi(z) (Phi(high) - Phi(low)))`.
    """
    if parameter.spread == 0:
        values = np.full(len(deviates.numbers), parameter.value)
    else:
        values = moved_by(parameter, deviates.of(parameter.name))
    return values * (weight_kg / REFERENCE_WEIGHT_KG) if parameter.with_weight else values


def moved_by(parameter: Parameter, deviate: Floats) -> Floats:
    """A parameter's value moved by standard normal deviates, which its bounds truncate."""
    centre = parameter.on_scale(parameter.value)
    ends = [
        (parameter.on_scale(end) - centre) / parameter.spread
        for end in (parameter.low, parameter.high)
    ]
    low, high = ndtr(ends[0]), ndtr(ends[1])
    if low > 0 or high < 1:
        deviate = np.clip(ndtri(low + ndtr(deviate) * (high - low)), ends[0], ends[1])
    moved: Floats = centre + parameter.spread * deviate
    if parameter.scale is SpreadScale.LOG:
        return np.exp(moved)
    if parameter.scale is SpreadScale.LOGIT:
        found: Floats = expit(moved)
        return found
    return moved


def all_values(
    parameters: ParameterSet, names: Mapping[str, str], deviates: Deviates, weight_kg: Floats
) -> dict[str, Floats]:
    """Values of several parameters, each under the name that it is wanted by."""
    return {
        wanted: values_of(parameters[name], deviates, weight_kg) for wanted, name in names.items()
    }

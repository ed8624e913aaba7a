# SPDX-License-Identifier: Apache-2.0
"""What is drawn on the way to the infusion: each from the child's own stream of that name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.twin.population_children import Children, Floats, YesNo
from cartulary.twin.population_deviates import Deviates, values_of
from cartulary.twin.streams import exponential, normal, uniform

LN_10 = float(np.log(10.0))


@dataclass(frozen=True)
class Draws:
    """The streams and the parameters of some children, under the names of what is drawn."""

    children: Children
    parameters: ParameterSet
    seed: int
    deviates: Deviates

    @classmethod
    def of_children(cls, children: Children, parameters: ParameterSet, seed: int) -> Draws:
        """The draws of these children in this run."""
        return cls(children, parameters, seed, Deviates(parameters, seed, children.numbers))

    def typical(self, name: str) -> float:
        """The typical value of a parameter."""
        return self.parameters.value(name)

    def of(self, name: str) -> Floats:
        """The values of a parameter, drawn once a child."""
        return values_of(self.parameters[name], self.deviates, self.children.weight_kg)

    def again(self, name: str, time: int) -> Floats:
        """The values of a parameter for the n-th time, drawn anew each time."""
        parameter = self.parameters[name]
        if time == 1 or parameter.spread == 0:
            return self.of(name)
        deviate = self.normal(f"trait {name} {time}")
        if parameter.scale.value == "logit":
            return expit(logit(parameter.value) + parameter.spread * deviate)  # type: ignore[no-any-return]
        if parameter.scale.value == "linear":
            moved = parameter.value + parameter.spread * deviate
        else:
            moved = parameter.value * np.exp(parameter.spread * deviate)
        return np.clip(moved, parameter.low, parameter.high)

    def yes(self, purpose: str, share: float | Floats) -> YesNo:
        """Yes for a share of the children."""
        chosen: YesNo = self.uniform(purpose) < share
        return chosen

    def uniform(self, purpose: str) -> Floats:
        """A draw between 0 and 1 a child."""
        drawn: Floats = uniform(self.seed, self.children.numbers, purpose, 1)[:, 0]
        return drawn

    def normal(self, purpose: str) -> Floats:
        """A standard normal deviate a child."""
        drawn: Floats = normal(self.seed, self.children.numbers, purpose, 1)[:, 0]
        return drawn

    def exponential(self, purpose: str) -> Floats:
        """An exponential draw with mean 1 a child."""
        drawn: Floats = exponential(self.seed, self.children.numbers, purpose, 1)[:, 0]
        return drawn

    @property
    def none(self) -> Floats:
        """NaN a child: what has not happened."""
        return np.full(len(self.children), np.nan)

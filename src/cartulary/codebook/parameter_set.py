# SPDX-License-Identifier: Apache-2.0
"""The twin's parameters: what each is, how it differs between children, and where it comes from."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from cartulary.codebook.source import Source
from cartulary.codebook.words import Words
from cartulary.course.choice import Choice
from cartulary.course.errors import CodebookError


class SpreadScale(Choice):
    """On which scale children differ by a normal distribution."""

    LOG = "log", "log-normal", "lognormaal"
    LINEAR = "linear", "normal", "normaal"
    LOGIT = "logit", "logit-normal", "logit-normaal"


class ParameterSupport(Choice):
    """How well a value is known."""

    STRONG = "strong", "strong", "sterk"
    MEDIUM = "medium", "medium", "matig"
    SPECULATIVE = "speculative", "speculative", "speculatief"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the model, and how it differs between children.

    A child's value is `value` moved by `spread` times a standard normal deviate on `scale`, kept
    between `low` and `high` by truncation. With `with_weight` it counts cells of a body of
    `REFERENCE_WEIGHT_KG` and grows in proportion to the child's weight.
    """

    name: str
    symbol: str
    words: Words
    unit: str
    value: float
    scale: SpreadScale
    spread: float
    low: float
    high: float
    with_weight: bool
    fitted: bool
    support: ParameterSupport
    source: Source
    note: Words
    file: str

    def on_scale(self, value: float) -> float:
        """A value on the scale of the spread: its log, its logit, or itself."""
        if self.scale is SpreadScale.LOG:
            return math.log(value) if value > 0 else -math.inf
        if self.scale is SpreadScale.LOGIT:
            if value <= 0 or value >= 1:
                return math.copysign(math.inf, value - 0.5)
            return math.log(value / (1.0 - value))
        return value

    def refusal(self, value: float) -> str:
        """Why a value cannot be this parameter's; empty where it can."""
        if not math.isfinite(value):
            return "It is no number that can be reckoned with."
        if not self.low <= value <= self.high:
            return f"It lies outside {self.low:g} to {self.high:g}."
        if self.spread > 0 and not math.isfinite(self.on_scale(value)):
            return f"No spread on the {self.scale.value} scale can be put around it."
        return ""


@dataclass(frozen=True, slots=True)
class Trait:
    """Something of a child that its population decides, and that parameters may go along with."""

    name: str
    words: Words


@dataclass(frozen=True, slots=True)
class Correlation:
    """How two traits or parameters go together, as normal deviates."""

    one: str
    other: str
    value: float
    support: ParameterSupport
    source: Source
    note: Words


#: Weight of the child for whom numbers of cells are written down.
REFERENCE_WEIGHT_KG = 35.0


@dataclass(frozen=True)
class ParameterSet:
    """Every parameter by name, with traits and correlations.

    >>> from cartulary.codebook.parameter_reader import parameters
    >>> parameters()["division_rate"].unit
    '1/day'
    """

    parameters: Mapping[str, Parameter]
    traits: Mapping[str, Trait]
    correlations: tuple[Correlation, ...]

    def __getitem__(self, name: str) -> Parameter:
        """The parameter of this name; refused with the nearest names where there is none."""
        if name not in self.parameters:
            near = difflib.get_close_matches(name, self.parameters, n=3)
            hint = f"Near to it: {', '.join(near)}." if near else ""
            raise CodebookError(
                f"There is no parameter {name!r}. Parameters are those of the files in "
                f"parameters/. {hint}".rstrip()
            )
        return self.parameters[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is a parameter of this name."""
        return name in self.parameters

    def value(self, name: str) -> float:
        """The typical value of one parameter."""
        return self[name].value

    def changed(self, values: Mapping[str, float]) -> ParameterSet:
        """The same set with other typical values.

        Arguments: values by name of the parameter, in its unit.
        Returns: a new set; this one stays as it is.
        Refuses: names that are not there and values outside the bounds, all together.

        >>> from cartulary.codebook.parameter_reader import parameters
        >>> parameters().changed({"division_rate": 1.5}).value("division_rate")
        1.5
        """
        return self._with({name: ("value", value) for name, value in values.items()})

    def with_spreads(self, spreads: Mapping[str, float]) -> ParameterSet:
        """The same set with other spreads between children, by name of the parameter."""
        return self._with({name: ("spread", spread) for name, spread in spreads.items()})

    def _with(self, changes: Mapping[str, tuple[str, float]]) -> ParameterSet:
        """A new set with one field of some parameters changed."""
        made = dict(self.parameters)
        problems: list[str] = []
        for name, (field, number) in changes.items():
            try:
                old = self[name]
            except CodebookError as error:
                problems += error.problems
                continue
            if field == "spread":
                why = "" if 0 <= number < math.inf else "A spread is a number from 0 on."
                made[name] = replace(old, spread=number)
            else:
                why = old.refusal(number)
                made[name] = replace(old, value=number)
            if why:
                problems.append(f"{name}: {field} {number!r}. {why} Give one that the file allows.")
        if problems:
            raise CodebookError(problems)
        return replace(self, parameters=MappingProxyType(made))

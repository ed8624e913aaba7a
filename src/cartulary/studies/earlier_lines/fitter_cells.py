# SPDX-License-Identifier: Apache-2.0
"""Parameters as they would be if every child's T cells were fitter by so many deviations."""

from __future__ import annotations

import math
from typing import Final

from cartulary.codebook.parameter_set import ParameterSet, SpreadScale

_FITNESS: Final = "fitness"


def fitter(parameters: ParameterSet, deviations: float) -> ParameterSet:
    """The same parameters, with what goes along with fitness moved as fitness would move it.

    A parameter x with correlation c to fitness and a log-spread s becomes x exp(c s d), kept
    within its bounds: its typical value among children whose fitness is d deviations above the
    mean. What fitness goes along with, and how strongly, stands in the parameter files and is
    speculative.

    Arguments: parameters; deviations, 0 for no change.

    >>> from cartulary.codebook.parameter_reader import parameters
    >>> base = parameters()
    >>> fitter(base, 1.0).value("memory_fraction") > base.value("memory_fraction")
    True
    """
    moved: dict[str, float] = {}
    for one in parameters.correlations:
        if _FITNESS not in (one.one, one.other):
            continue
        name = one.other if one.one == _FITNESS else one.one
        if name not in parameters:
            continue
        parameter = parameters[name]
        shift = one.value * parameter.spread * deviations
        if parameter.scale is SpreadScale.LOG:
            value = parameter.value * math.exp(shift)
        elif parameter.scale is SpreadScale.LOGIT:
            value = 1.0 / (1.0 + math.exp(-(parameter.on_scale(parameter.value) + shift)))
        else:
            value = parameter.value + shift
        moved[name] = min(max(value, parameter.low), parameter.high)
    return parameters.changed(moved)

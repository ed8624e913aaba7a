# SPDX-License-Identifier: Apache-2.0
"""What a calibration may move: a point of it, and the parameters that the point stands for.

A point holds one number for each free parameter, on that parameter's own scale: ln where it is
spread log-normally, log odds where logit-normally, else its unit. There the prior is normal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.parameter_set import Parameter, ParameterSet, SpreadScale
from cartulary.codebook.words import Words
from cartulary.course.choice import Choice
from cartulary.course.errors import CodebookError
from cartulary.studies.calibration.prior_reader import FreeLine, prior_file

Floats = NDArray[np.float64]

_LOWEST_SPREAD, _HIGHEST_SPREAD = 1e-6, 1e6


class Of(Choice):
    """What a free parameter moves."""

    VALUE = "value", "typical value", "typische waarde"
    SPREAD = "spread", "spread between children", "spreiding tussen kinderen"
    SHIFT = "shift", "several together", "meerdere samen"


@dataclass(frozen=True, slots=True)
class Free:
    """One free parameter with its normal prior on its own scale."""

    name: str
    of: Of
    parameters: tuple[str, ...]
    scale: SpreadScale
    mean: float
    sd: float
    low: float
    high: float
    words: Words
    why: Words

    def natural(self, at: float) -> float:
        """The number in its own unit; for a shift, what log values are multiplied by, or added."""
        return natural(self.scale, at)


def natural(scale: SpreadScale, at: float) -> float:
    """A number on a scale, back in its unit.

    >>> round(natural(SpreadScale.LOG, 0.0), 3), round(natural(SpreadScale.LOGIT, 0.0), 3)
    (1.0, 0.5)
    """
    if scale is SpreadScale.LOG:
        return math.exp(at)
    if scale is SpreadScale.LOGIT:
        return 1.0 / (1.0 + math.exp(-at))
    return at


def free_parameters(base: ParameterSet | None = None) -> tuple[Free, ...]:
    """Every free parameter, in the order of the prior's file and of a point.

    The mean of each is the value in `base`; a shift has mean 0.

    Arguments: the parameters that stand in the files, unless others are given.
    Returns: the free parameters, with the bounds that their values keep within.
    Refuses: a prior that moves a parameter that is not there, or one value twice.

    >>> free_parameters()[0].name
    'leukaemia_growth_rate'
    """
    base = parameters() if base is None else base
    return tuple(_free(line, base) for line in prior_file().lines)


def _free(line: FreeLine, base: ParameterSet) -> Free:
    """One line of the file beside the parameters that it moves."""
    of = Of(line.of)
    moved = [base[name] for name in line.parameters]
    first = moved[0]
    if of is Of.SPREAD:
        mean, scale = math.log(first.spread), SpreadScale.LOG
        low, high = math.log(_LOWEST_SPREAD), math.log(_HIGHEST_SPREAD)
    elif of is Of.VALUE:
        mean, scale = first.on_scale(first.value), first.scale
        low, high = first.on_scale(first.low), first.on_scale(first.high)
    else:
        mean, scale = 0.0, first.scale
        room = [_room(one) for one in moved]
        low, high = max(down for down, _ in room), min(up for _, up in room)
    if not math.isfinite(mean):
        raise CodebookError(
            f"{line.name}: the value of {first.name!r} has no place on its {scale.value} scale. "
            "A prior is put around it there. Leave it out of the prior, or give it a value inside."
        )
    return Free(
        line.name, of, line.parameters, scale, mean, line.sd, low, high, line.words, line.why
    )


def _room(one: Parameter) -> tuple[float, float]:
    """How far a value can be moved down and up on its scale within its bounds."""
    here = one.on_scale(one.value)
    return one.on_scale(one.low) - here, one.on_scale(one.high) - here


def prior_mean(free: Sequence[Free]) -> Floats:
    """The point of all prior means."""
    return np.array([one.mean for one in free])


def prior_sd(free: Sequence[Free]) -> Floats:
    """The prior sd of each free parameter, on its scale."""
    return np.array([one.sd for one in free])


def inside(free: Sequence[Free], points: ArrayLike) -> NDArray[np.bool_]:
    """Which points keep every parameter within its bounds; one row a point."""
    rows = np.atleast_2d(np.asarray(points, dtype=np.float64))
    low = np.array([one.low for one in free])
    high = np.array([one.high for one in free])
    within = (rows > low) & (rows < high)
    return np.asarray(within.all(axis=1))


def parameter_set(
    base: ParameterSet, vector: ArrayLike, free: Sequence[Free] | None = None
) -> ParameterSet:
    """The parameters that a point stands for; everything that is not free stays as in `base`.

    Arguments: the parameters that the prior was put around; one number for each free parameter,
    on its scale, in the order of `free_parameters`; or of those that are named in `free`.
    Returns: a new set.
    Refuses: a point of another length, and one that leaves a parameter's bounds.

    >>> from cartulary.codebook.parameter_reader import parameters
    >>> base = parameters()
    >>> same = parameter_set(base, prior_mean(free_parameters(base)))
    >>> bool(abs(same.value("destiny") / base.value("destiny") - 1) < 1e-12)
    True
    """
    free = free_parameters(base) if free is None else free
    point = np.asarray(vector, dtype=np.float64)
    if point.shape != (len(free),):
        raise CodebookError(
            f"A point of the calibration has shape {point.shape}. It needs one number for each of "
            f"the {len(free)} free parameters. Give {len(free)} numbers."
        )
    values: dict[str, float] = {}
    spreads: dict[str, float] = {}
    for one, at in zip(free, point.tolist(), strict=True):
        if one.of is Of.SPREAD:
            spreads[one.parameters[0]] = math.exp(at)
            continue
        for name in one.parameters:
            parameter = base[name]
            moved_to = parameter.on_scale(parameter.value) + at - one.mean
            values[name] = natural(parameter.scale, moved_to)
    return base.changed(values).with_spreads(spreads)

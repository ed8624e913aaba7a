# SPDX-License-Identifier: Apache-2.0
"""The maximum of the partial likelihood, and how to know that there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.partial_likelihood import Evaluation, RiskSets, evaluate

_DECREMENT = 1e-12
_MOST_STEPS = 60
_MOST_HALVINGS = 30
_SINGULAR = 1e-9
# exp(15) across the observed range: no treatment of children has such a hazard ratio.
_WIDE = 15.0
_PAIRS = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """Where the likelihood is largest, its value there and at 0, and the steps it took."""

    b: FloatArray
    at: Evaluation
    at_zero: Evaluation
    steps: int


def maximum(sets: RiskSets, names: tuple[str, ...]) -> Maximum:
    """Newton's steps from 0, each halved until the likelihood does not fall.

    Ends when slope' information^-1 slope, which bounds twice the gain still to come, was below
    1e-12 before the last step: that step leaves an error far below 1e-12 of a standard error.

    Refuses covariates that do not vary or repeat each other, and events that the covariates
    separate perfectly, for which there is no maximum.
    """
    b = np.zeros(len(names))
    at_zero = at = evaluate(sets, b)
    refuse_singular(at.information, names, sets.event_rows.size)
    for taken in range(1, _MOST_STEPS + 1):
        step = _solved(at.information, at.slope, sets, b, names)
        decrement = float(step @ at.slope)
        moved = evaluate(sets, b + step)
        halvings = 0
        floor = at.log_likelihood - 1e-12 * (1.0 + abs(at.log_likelihood))
        while not moved.log_likelihood >= floor:
            step = step / 2.0
            moved = evaluate(sets, b + step)
            halvings += 1
            if halvings > _MOST_HALVINGS:
                raise EstimandError(
                    f"The likelihood of {', '.join(names)} could not be raised after {taken} "
                    "steps. The covariates differ too much in size for a maximum to be found. "
                    "Express them in other units, or use fewer."
                )
        b, at = b + step, moved
        eta = b @ sets.x
        if float(eta.max() - eta.min()) > _WIDE:
            refuse_separation(sets, step, names)
        if decrement < _DECREMENT and halvings == 0:
            return Maximum(b, at, at_zero, taken)
    refuse_separation(sets, b, names, sure=True)
    raise AssertionError


def _solved(
    information: FloatArray,
    slope: FloatArray,
    sets: RiskSets,
    b: FloatArray,
    names: tuple[str, ...],
) -> FloatArray:
    """The Newton step; where the curvature has vanished the events are separated."""
    try:
        return np.asarray(np.linalg.solve(information, slope))
    except np.linalg.LinAlgError:
        refuse_separation(sets, b, names, sure=True)
        raise


def refuse_singular(information: FloatArray, names: tuple[str, ...], events: int) -> None:
    """Refuse covariates without variation in the risk sets, or tied to one another."""
    flat = [n for n, v in zip(names, np.diag(information), strict=True) if v <= _SINGULAR * events]
    if flat:
        raise EstimandError(
            f"{', '.join(flat)} {'is' if len(flat) == 1 else 'are'} the same for all children "
            "who were at risk together. Without differences there is nothing to compare. "
            "Leave it out, or check how it was coded."
        )
    size = np.sqrt(np.diag(information))
    values, vectors = np.linalg.eigh(information / np.outer(size, size))
    if values[0] <= _SINGULAR:
        involved = [
            n for n, v in zip(names, np.abs(vectors[:, 0]), strict=True) if v > _SINGULAR**0.5
        ]
        raise EstimandError(
            f"{', '.join(involved)} say the same thing: one can be computed from the others. "
            "Their effects cannot be told apart. Leave one of them out."
        )


def refuse_separation(
    sets: RiskSets, direction: FloatArray, names: tuple[str, ...], *, sure: bool = False
) -> None:
    """Refuse when along a direction every event has the largest value of its risk set.

    Then the likelihood rises for ever along it. `sure` refuses without looking.
    """
    if not sure and not _separated(sets, direction):
        return
    part = np.abs(direction)
    involved = [n for n, v in zip(names, part, strict=True) if v > 1e-3 * part.max()]
    raise EstimandError(
        f"{', '.join(involved)} separate{'s' if len(involved) == 1 else ''} the events from the "
        f"others perfectly ({sets.event_rows.size} events). The hazard ratio would be infinite "
        "or zero, and no interval exists. Use cox_firth, whose estimate is finite, join "
        "categories, or describe the children."
    )


def _separated(sets: RiskSets, direction: FloatArray) -> bool:
    """Whether each event has the largest value of its risk set along a direction."""
    value = direction @ sets.x
    slack = 1e-4 * float(value.max() - value.min())
    cells = np.arange(sets.n_cells)
    lowest = np.minimum.reduceat(value[sets.event_rows], sets.starts)
    block = max(1, _PAIRS // max(value.size, 1))
    for start in range(0, cells.size, block):
        some = cells[start : start + block, None]
        there = (sets.first <= some) & (sets.last > some)
        highest = np.where(there, value, -np.inf).max(axis=1)
        if bool(np.any(highest > lowest[start : start + block] + slack)):
            return False
    return True

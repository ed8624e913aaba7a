# SPDX-License-Identifier: Apache-2.0
"""Weights that give a group exactly the means of another, as evenly as possible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.external_control.overlap import (
    Weighting,
    balance_table,
    checked_covariates,
    refuse_little_left,
    refuse_outside,
)

_ROUNDS = 200
_SMALL = 1e-12
_HALVINGS = 60
_NEARLY = 0.999


def entropy_balancing(covariates: ArrayLike, target: ArrayLike, names: Sequence[str]) -> Weighting:
    """Weights nearest to equal whose weighted means are the target's.

    w_i = exp(b' (x_i - t)), with b minimising sum_i exp(b' (x_i - t)) by Newton's method; scaled
    to add to n.

    Arguments: covariates of the children to be weighted: shape (n, p); target means: shape (p,),
    of the treated children or of a published table; names: p of them.

    Returns: a `Weighting`; every weighted mean equals its target.

    Refuses: a target outside the convex hull of the children; an effective sample size below 10;
    missing or constant covariates; a search that does not converge.

    Source: Hainmueller 2012.

    >>> age = np.arange(1.0, 41.0)[:, None]
    >>> found = entropy_balancing(age, [25.0], ["age"])
    >>> round(float(found.weights @ age[:, 0] / found.weights.sum()), 10)
    25.0
    """
    x, goal = checked_target(covariates, target, names)
    _, raw = exponential_tilt(x, goal)
    weights = raw * (x.shape[0] / raw.sum())
    refuse_little_left(weights, "entropy balancing")
    return Weighting(
        weights=weights,
        method="entropy balancing of means",
        target="the children whose means were given",
        balance=balance_table(x, weights, goal, x.std(axis=0, ddof=1), names),
        citations=(external_sources.ENTROPY_BALANCING,),
    )


def checked_target(
    covariates: ArrayLike, target: ArrayLike, names: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Covariates (n, p) and a target (p,) that some weighting of them reaches."""
    x = checked_covariates(covariates, names, np.shape(np.asarray(covariates))[0])
    goal = np.asarray(target, dtype=np.float64)
    if goal.shape != (x.shape[1],) or not np.isfinite(goal).all():
        raise EstimandError(
            f"The target has shape {goal.shape} for {x.shape[1]} covariates, or is not finite. "
            "Each covariate has one mean to reach. Give one number for each name."
        )
    refuse_outside(goal, x, names)
    return x, goal


def exponential_tilt(x: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    """b and exp(b' (x - t)) at the b that minimises their sum; shapes (p,) and (n,).

    The log of the sum is convex; a Newton step is halved until it falls.
    """
    scale = x.std(axis=0)
    z = (x - target) / scale
    b = np.zeros(z.shape[1])
    value, share = _log_sum(z, b)
    for _ in range(_ROUNDS):
        gradient = share @ z
        if np.abs(gradient).max() < _SMALL:
            found = z @ b
            if share.max() > _NEARLY:
                break
            return b / scale, np.asarray(np.exp(found), dtype=np.float64)
        centred = z - gradient
        curvature = (share[:, None] * centred).T @ centred
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        for _ in range(_HALVINGS):
            new_value, new_share = _log_sum(z, b - step)
            if new_value <= value - 1e-4 * float(gradient @ step) or np.abs(step).max() < 1e-14:
                break
            step = step / 2.0
        b, value, share = b - step, new_value, new_share
    raise EstimandError(
        f"Balancing {x.shape[1]} covariates of {x.shape[0]} children did not converge: the target "
        "lies on the edge of the data, where one or a few children would carry all weight. A "
        "result would only look exact. Use fewer covariates, or propensity weights."
    )


def _log_sum(z: FloatArray, b: FloatArray) -> tuple[float, FloatArray]:
    """log sum exp(z b) and each row's share of that sum."""
    power = z @ b
    top = float(power.max())
    part = np.exp(power - top)
    total = float(part.sum())
    return top + float(np.log(total)), np.asarray(part / total)

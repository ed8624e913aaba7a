# SPDX-License-Identifier: Apache-2.0
"""Weights from the chance of being treated, with a penalty that keeps it finite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.arrays import BoolArray, FloatArray
from cartulary.evidence.external_control.overlap import (
    Weighting,
    balance_table,
    checked_covariates,
    checked_treated,
    pooled_spread,
    refuse_little_left,
)

PropensityTarget: TypeAlias = Literal["treated", "overlap", "everyone"]
_TARGETS: dict[PropensityTarget, str] = {
    "treated": "the treated children (ATT)",
    "overlap": "children who might have had either (ATO)",
    "everyone": "all children of both groups (ATE)",
}
_ROUNDS = 200
_SMALL = 1e-10
_LONGEST = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """A logistic model. coefficients: intercept first; shape (p + 1,). covariance: of them.
    chances: fitted, of each row; shape (n,).
    """

    coefficients: FloatArray
    covariance: FloatArray
    chances: FloatArray


def firth_logistic(covariates: FloatArray, outcome: BoolArray) -> LogisticFit:
    """Logistic regression with Firth's penalty, finite even where groups separate.

    Solves sum_i (y_i - p_i + h_i (1/2 - p_i)) x_i = 0, with h the diagonal of the weighted hat
    matrix: the maximum of the likelihood times the root of the information's determinant.

    Arguments: covariates without intercept: shape (n, p); outcome: shape (n,).

    Returns: a `LogisticFit` on the scale of the covariates as given.

    Refuses: more covariates than rows allow; a covariate that is the same in all rows, or that
    others determine; a search that does not converge.

    Source: Firth 1993.

    >>> fit = firth_logistic(np.array([[0.0], [0.0], [1.0], [1.0]]),
    ...                      np.array([False, False, True, True]))
    >>> [round(chance, 4) for chance in fit.chances.tolist()]
    [0.1667, 0.1667, 0.8333, 0.8333]
    """
    centre, scale = covariates.mean(axis=0), covariates.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    x = np.column_stack([np.ones(covariates.shape[0]), (covariates - centre) / scale])
    y = outcome.astype(np.float64)
    if x.shape[1] >= x.shape[0]:
        raise EstimandError(
            f"{x.shape[1]} coefficients were asked of {x.shape[0]} children. Any result would fit "
            "them. Use fewer covariates."
        )
    _refuse_undetermined(covariates, x)
    b = np.zeros(x.shape[1])
    value = _penalised(x, y, b)
    for _ in range(_ROUNDS):
        p = _chance(x @ b)
        v = p * (1.0 - p)
        inverse = np.linalg.inv((v[:, None] * x).T @ x)
        hat = v * np.einsum("ij,jk,ik->i", x, inverse, x)
        score = x.T @ (y - p + hat * (0.5 - p))
        if np.abs(score).max() < _SMALL * x.shape[0]:
            back = np.eye(b.size)
            back[1:, 1:] = np.diag(1.0 / scale)
            back[0, 1:] = -centre / scale
            return LogisticFit(back @ b, back @ inverse @ back.T, p)
        step = inverse @ score
        step *= min(1.0, _LONGEST / float(np.abs(step).max()))
        while _penalised(x, y, b + step) < value - 1e-12 and np.abs(step).max() > 1e-12:
            step = step / 2.0
        b = b + step
        value = _penalised(x, y, b)
    raise EstimandError(
        f"The logistic model of {covariates.shape[1]} covariates among {x.shape[0]} children did "
        "not converge. Its chances would be arbitrary. Use fewer covariates, or merge rare "
        "categories."
    )


def propensity_weights(
    covariates: ArrayLike,
    treated: ArrayLike,
    names: Sequence[str],
    *,
    target: PropensityTarget = "treated",
    stabilised: bool = True,
) -> Weighting:
    """Weights that make treated and controls alike, from e(x), the chance of being treated.

    For the treated (ATT): 1 and e / (1 - e); overlap (ATO): 1 - e and e; everyone (ATE): 1 / e and
    1 / (1 - e). Stabilised weights are scaled within each group to add to its size.

    Arguments: covariates known before treatment: shape (n, p); treated: shape (n,); names: p.

    Returns: a `Weighting` over all n children; its balance table speaks of the controls beside
    the weighted treated.

    Refuses: fewer than 10 effective children left in a group that is not kept whole; missing or
    constant covariates; more coefficients than children.

    Source: Rosenbaum and Rubin 1983; Firth 1993; Li, Morgan and Zaslavsky 2018 for overlap.

    >>> age = np.tile(np.arange(1.0, 21.0), 2)[:, None]
    >>> found = propensity_weights(age, np.repeat([True, False], 20), ["age"])
    >>> round(found.effective, 6)
    20.0
    """
    if target not in _TARGETS:
        raise EstimandError(
            f"There is no target {target!r}. Weights speak of some children. "
            f"Give one of {', '.join(_TARGETS)}."
        )
    chosen = checked_treated(treated)
    x = checked_covariates(covariates, names, chosen.size)
    e = firth_logistic(x, chosen).chances
    if target == "treated":
        weights = np.where(chosen, 1.0, e / (1.0 - e))
    elif target == "overlap":
        weights = np.where(chosen, 1.0 - e, e)
    else:
        weights = np.where(chosen, 1.0 / e, 1.0 / (1.0 - e))
    if stabilised:
        for group in (chosen, ~chosen):
            weights[group] *= group.sum() / weights[group].sum()
    method = f"propensity weights (Firth logistic) for {_TARGETS[target]}"
    refuse_little_left(weights[~chosen], f"{method}, in the controls,")
    if target != "treated":
        refuse_little_left(weights[chosen], f"{method}, in the treated,")
    goal = weights[chosen] @ x[chosen] / weights[chosen].sum()
    return Weighting(
        weights=weights,
        method=method,
        target=_TARGETS[target],
        balance=balance_table(
            x[~chosen], weights[~chosen], goal, pooled_spread(x[chosen], x[~chosen]), names
        ),
        citations=(
            external_sources.PROPENSITY,
            external_sources.FIRTH,
            *((external_sources.OVERLAP_WEIGHTS,) if target == "overlap" else ()),
        ),
        notes=(f"chances of treatment from {e.min():.3f} to {e.max():.3f}",),
    )


def _refuse_undetermined(covariates: FloatArray, x: FloatArray) -> None:
    """Refuse columns whose coefficient no row can tell."""
    n, p = covariates.shape
    flat = [str(k + 1) for k in range(p) if np.ptp(covariates[:, k]) == 0.0]
    if flat:
        raise EstimandError(
            f"Covariate {', '.join(flat)} of {p} is the same for all {n} children. Without "
            "differences there is nothing to compare. Leave it out."
        )
    rank = int(np.linalg.matrix_rank(x))
    if rank < x.shape[1]:
        raise EstimandError(
            f"Of {p} covariates only {rank - 1} can be told apart among {n} children: the others "
            "can be computed from them. The coefficients are not determined. Leave out what "
            "repeats."
        )


def _chance(power: FloatArray) -> FloatArray:
    """1 / (1 + exp(-power)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * power)), dtype=np.float64)


def _penalised(x: FloatArray, y: FloatArray, b: FloatArray) -> float:
    """The penalised log likelihood."""
    power = x @ b
    p = _chance(power)
    likelihood = float((y * power - np.logaddexp(0.0, power)).sum())
    sign, logarithm = np.linalg.slogdet(((p * (1.0 - p))[:, None] * x).T @ x)
    return likelihood + 0.5 * float(logarithm) if sign > 0 else -np.inf

# SPDX-License-Identifier: Apache-2.0
"""Weights of both groups under one method, and the same with each child left out in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray
from cartulary.evidence.external_control.entropy_balancing import (
    entropy_balancing,
    exponential_tilt,
)
from cartulary.evidence.external_control.matching import optimal_pairs
from cartulary.evidence.external_control.overlap import (
    BalanceTable,
    balance_table,
    effective_sample_size,
    pooled_spread,
)
from cartulary.evidence.external_control.propensity import firth_logistic, propensity_weights
from cartulary.studies.target_trial.align import Aligned
from cartulary.studies.target_trial.protocol import (
    ENTROPY_BALANCING,
    MATCHING,
    METHODS,
    OVERLAP,
    PROPENSITY,
    UNADJUSTED,
)

WEIGHTED: Final = (PROPENSITY, OVERLAP, ENTROPY_BALANCING, MATCHING, UNADJUSTED)
_MOST_BROKEN = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupWeights:
    """Weights of the treated and of the controls, and what they achieved.

    treated: shape (n1,); control: shape (n0,). left_out: the same with a child, or a pair, left
    out in turn, shapes (n1, k) and (n0, k). strata: the stratum of each of the k; a jackknife
    adds up within each.
    """

    method: str
    says: str
    treated: FloatArray
    control: FloatArray
    left_out_treated: FloatArray
    left_out_control: FloatArray
    strata: FloatArray
    balance: BalanceTable
    notes: tuple[str, ...]
    citations: tuple[str, ...]

    @property
    def effective(self) -> tuple[float, float]:
        """The effective sizes of the treated and the controls."""
        return effective_sample_size(self.treated), effective_sample_size(self.control)


def group_weights(aligned: Aligned, method: str) -> GroupWeights:
    """Weights that make the groups alike in the covariates of the protocol.

    Arguments: the aligned groups; one of the methods that weight, or unadjusted.

    Returns: `GroupWeights`, with the weights found anew for each child left out.

    Refuses: fewer than 10 effective children; a target outside the controls; what the method
    itself refuses; weights that more than 5% of the children decide alone.
    """
    x1, x0 = aligned.treated.covariates, aligned.control.covariates
    n1, n0 = x1.shape[0], x0.shape[0]
    a = np.repeat([True, False], [n1, n0])
    x = np.vstack([x1, x0])
    names = aligned.names
    if method == MATCHING:
        return _paired(x, a, names)
    if method == UNADJUSTED:
        spread = pooled_spread(x1, x0)
        return GroupWeights(
            method=method,
            says="both groups as they are",
            balance=balance_table(x0, np.ones(n0), x1.mean(axis=0), spread, names),
            notes=("not adjusted for anything",),
            citations=(),
            **_all_left_out(method, x, a),
        )
    if method == ENTROPY_BALANCING:
        found = entropy_balancing(x0, x1.mean(axis=0), names)
        balance = balance_table(
            x0, found.weights, x1.mean(axis=0), pooled_spread(x1, x0), names
        )  # fmt: skip
    else:
        target = METHODS[method]
        assert target in ("treated", "overlap")
        found = propensity_weights(x, a, names, target=target)
        balance = found.balance
    return GroupWeights(
        method=method,
        says=found.method,
        balance=balance,
        notes=found.notes,
        citations=found.citations,
        **_all_left_out(method, x, a),
    )


def _all_left_out(method: str, x: FloatArray, a: BoolArray) -> dict[str, FloatArray]:
    """Weights of everyone, and with each child left out; each scaled to its group's size."""
    n, n1 = a.size, int(a.sum())
    columns = np.zeros((n, n))
    whole = _raw(method, x, a)
    broken = 0
    for i in range(n):
        kept = np.arange(n) != i
        try:
            columns[kept, i] = _raw(method, x[kept], a[kept])
        except EstimandError:
            broken += 1
            columns[kept, i] = whole[kept]
    if broken > _MOST_BROKEN * n:
        raise EstimandError(
            f"Without one or another of {broken} children the {n} cannot be weighted at all. The "
            "overlap hangs on them, and no interval tells how much. Use fewer covariates."
        )
    return {
        "treated": whole[:n1],
        "control": whole[n1:],
        "left_out_treated": columns[:n1],
        "left_out_control": columns[n1:],
        "strata": a.astype(np.float64),
    }


def _raw(method: str, x: FloatArray, a: BoolArray) -> FloatArray:
    """The weights of one method without a second look; shape (n,)."""
    w = np.ones(a.size)
    if method == ENTROPY_BALANCING:
        w[~a] = exponential_tilt(x[~a], x[a].mean(axis=0))[1]
    elif method in (PROPENSITY, OVERLAP):
        e = firth_logistic(x, a).chances
        w = np.where(a, 1.0, e / (1.0 - e)) if method == PROPENSITY else np.where(a, 1.0 - e, e)
    for group in (a, ~a):
        w[group] *= group.sum() / w[group].sum()
    return np.asarray(w, dtype=np.float64)


def _paired(x: FloatArray, a: BoolArray, names: tuple[str, ...]) -> GroupWeights:
    """Pairs weigh 1 and others 0; a pair is left out as a whole."""
    found = optimal_pairs(x, a, names)
    n1, pairs = int(a.sum()), found.treated.size
    columns = np.repeat(found.weighting.weights[:, None], pairs, axis=1)
    for k, (one, two) in enumerate(zip(found.treated, found.control, strict=True)):
        columns[[one, two], k] = 0.0
    return GroupWeights(
        method=MATCHING,
        says=found.weighting.method,
        treated=found.weighting.weights[:n1],
        control=found.weighting.weights[n1:],
        left_out_treated=columns[:n1],
        left_out_control=columns[n1:],
        strata=np.zeros(pairs),
        balance=found.weighting.balance,
        notes=(f"{pairs} pairs", *found.weighting.notes, "the pairs are taken as given"),
        citations=found.weighting.citations,
    )


def jackknife_error(left_out: FloatArray, strata: FloatArray) -> float:
    """The standard error from a figure with one unit left out at a time.

    The root of sum over strata of (m - 1) / m times the squared distances from the stratum's mean.

    Arguments: the figure without each unit, and the stratum of each: shape (k,).

    Source: Efron and Stein 1981.

    >>> round(jackknife_error(np.array([2.5, 2.0, 1.5]), np.zeros(3)), 6)  # the mean of 1, 2, 3
    0.57735
    """
    total = 0.0
    for stratum in np.unique(strata):
        own = left_out[strata == stratum]
        total += (own.size - 1) / own.size * float(((own - own.mean()) ** 2).sum())
    return float(np.sqrt(total))

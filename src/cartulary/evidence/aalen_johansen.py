# SPDX-License-Identifier: Apache-2.0
"""Cumulative incidence of each of several causes that compete."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.incidence_curve import IncidenceCurve
from cartulary.evidence.incidence_variance import (
    aalen_variance,
    delta_variance,
    jackknife_variance,
)
from cartulary.evidence.interval import IntervalScale, checked_scale
from cartulary.evidence.risk_table import RiskTable, in_view, risk_table

IncidenceVariance: TypeAlias = Literal["jackknife", "robust", "aalen"]
VARIANCES: tuple[IncidenceVariance, ...] = ("jackknife", "robust", "aalen")


def cumulative_incidence(
    follow_up: FollowUp,
    *,
    level: float = 0.95,
    variance: IncidenceVariance = "jackknife",
    interval: IntervalScale = "log-log",
) -> IncidenceCurve:
    """The share that has had each cause by each day, the other causes being possible.

    F_k(t) = sum over days j <= t of S(j-) d_kj / n_j, with S the survival from all causes.
    Events of several causes on one day happen at once; no day is ever altered.

    Arguments:
        follow_up: any number of causes; shape (n,) arrays. Weights count as numbers of units.
        level: of the interval.
        variance: "jackknife" is that of R's survfit (infinitesimal jackknife) with weights as
            numbers of units, "robust" the same with weights as sampling weights, as R takes
            them, and "aalen" that of R's cmprsk.
        interval: the scale on which the interval of F is symmetric; log-log by default.

    Returns: an `IncidenceCurve`; arrays of shape (causes, m) over the m days on which a row
    leaves. A cause without events has incidence 0 with an upper limit.

    Refuses: nobody at risk; "aalen" with late entry or weights, for which it is not defined.

    Source: Aalen and Johansen 1978.

    >>> rows = FollowUp(exit=[30, 90, 200, 400], status=[1, 2, 0, 1],
    ...                 cause_names=("relapse", "death"), unit="child", clock="remission",
    ...                 definition="cir, edition 1", origin="recorded")
    >>> cumulative_incidence(rows).incidence_at(100, "relapse").value
    0.25
    """
    checked_scale(interval)
    checked_level(level)
    if variance not in VARIANCES:
        raise EstimandError(
            f"There is no variance {variance!r} for an incidence. An interval must say how it "
            f"was made. Use one of {', '.join(VARIANCES)}."
        )
    kept = in_view(follow_up)
    if kept.n == 0:
        raise EstimandError(
            f"Nobody is at risk (of {follow_up.n} rows). A curve needs at least one unit under "
            "observation. Check the population."
        )
    if variance == "aalen" and (kept.late_entry or kept.weights is not None):
        raise EstimandError(
            'The variance "aalen" was asked for with late entry or weights. It is defined for '
            'neither. Use variance="jackknife".'
        )
    table = risk_table(kept)
    survival: FloatArray = np.asarray(np.cumprod(table.survivors / table.at_risk), dtype=np.float64)
    before = np.concatenate(([1.0], survival[:-1]))
    incidence = np.cumsum(before * table.events / table.at_risk, axis=1)
    std_error = np.sqrt(_variance(kept, table, before, incidence, survival, variance))
    return IncidenceCurve(
        days=table.days,
        incidence=incidence,
        std_error=std_error,
        survival=survival,
        at_risk=table.at_risk,
        events=table.events,
        censored=table.censored,
        level=level,
        interval=interval,
        variance=variance,
        follow_up=kept,
        never_at_risk=follow_up.never_at_risk,
    )


def _variance(
    kept: FollowUp,
    table: RiskTable,
    before: FloatArray,
    incidence: FloatArray,
    survival: FloatArray,
    kind: IncidenceVariance,
) -> FloatArray:
    """The variance asked for, by the cheapest formula that gives it; shape (causes, m)."""
    if kind == "aalen":
        return aalen_variance(table, before, incidence, survival)
    if kept.late_entry or (kind == "robust" and kept.weights is not None):
        squared = kind == "robust"
        by_cause = [
            jackknife_variance(kept, table, k, before, incidence[k], squared_weights=squared)
            for k in range(len(kept.cause_names))
        ]
        return np.stack(by_cause)
    return delta_variance(table, before, incidence)

# SPDX-License-Identifier: Apache-2.0
"""The variance of a cumulative incidence, three ways, each in one pass over the days.

Notation, after day j: S_j survival, F_j incidence of the cause, n_j at risk, d_j events of all
causes and c_j of the cause; S_j- and F_j- are the values just before.
"""

from __future__ import annotations

import numpy as np

from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.risk_table import RiskTable


def delta_variance(table: RiskTable, before: FloatArray, incidence: FloatArray) -> FloatArray:
    """Delta-method variance; equal to the jackknife when all enter on day 0 with weight 1.

    V(t) = sum_j a_j (F(t) - F_j)^2 + sum_j b_j - 2 sum_j g_j (F(t) - F_j), j up to t, with
    a = d / (n (n - d)), b = S-^2 c (n - c) / n^3, g = S- c / n^2. The squares are multiplied
    out, so that cumulative sums give V on every day at once.

    Arguments: before is S-, shape (m,); incidence F, shape (causes, m). Returns: (causes, m).
    """
    n, c, F = table.at_risk, table.events, incidence
    a = _per_survivor(table.any_event / n, table.survivors)
    per_child = before / n
    g = c * (per_child / n)
    aF = a * F
    linear = np.cumsum(aF + g, axis=1)
    # The constant terms: a F^2 + b + 2 g F.
    aF *= F
    aF += g * (per_child * (n - c) + 2.0 * F)
    variance = F * (F * np.cumsum(a) - 2.0 * linear)
    variance += np.cumsum(aF, axis=1)
    return np.maximum(variance, 0.0, out=variance)


def aalen_variance(
    table: RiskTable, before: FloatArray, incidence: FloatArray, survival: FloatArray
) -> FloatArray:
    """Aalen's variance as cmprsk reports it, with its correction for ties.

    A cause event at j moves F(t) by 1 - (F(t) - F_j) / S_j and another event by
    -(F(t) - F_j) / S_j, each with variance S_j-^2 e (1 - (e - 1) / (n - 1)) / n^2 for e events.

    Arguments: before and survival are S- and S, shape (m,); incidence F, shape (causes, m).
    Returns: shape (causes, m).
    """
    n, c, F = table.at_risk, table.events, incidence
    inverse = _per_survivor(np.ones_like(survival), survival)
    scale = (before / n) ** 2
    own = scale * _tie_corrected(c, n)
    other = np.where(survival > 0.0, scale * _tie_corrected(table.any_event - c, n), 0.0)
    level = 1.0 + F * inverse
    constant = np.cumsum(own * level**2 + other * (F * inverse) ** 2, axis=1)
    linear = np.cumsum(own * level * inverse + other * F * inverse**2, axis=1)
    square = np.cumsum((own + other) * inverse**2, axis=1)
    variance = constant - 2.0 * F * linear + F * F * square
    return np.maximum(variance, 0.0, out=variance)


def jackknife_variance(
    follow_up: FollowUp,
    table: RiskTable,
    cause: int,
    before: FloatArray,
    incidence: FloatArray,
    *,
    squared_weights: bool,
) -> FloatArray:
    """Infinitesimal jackknife variance, exact with late entry and with weights.

    A row changes F(t) by U(t) = P(t) - F(t) Q(t) per unit of its weight, where P and Q grow
    while it is at risk and stand still once it has left. The variance is the sum of w U^2
    (weights as numbers of units) or of w^2 U^2 (weights as sampling weights, R's choice).
    Rows still at risk differ only in what P and Q were on their day of entry, so sums over
    entries and exits by day suffice: time O(n), memory O(n + m).

    Arguments: a follow-up whose rows are all at some risk and its table; `cause` counts from 0.
    Returns: shape (m,).
    """
    leave = np.searchsorted(table.days, follow_up.exit)
    m = len(table.days)
    n, c, F = table.at_risk, table.events[cause], incidence
    inverse = _per_survivor(np.ones(m), table.survivors)
    a = inverse * table.any_event / n
    # Running totals carry a leading 0: entry k means the sum over days before position k.
    A = np.concatenate(([0.0], np.cumsum(a)))
    C = np.concatenate(([0.0], np.cumsum(before * c / n**2 + a * F)))
    enter = np.zeros(follow_up.n, dtype=np.int64)
    if follow_up.late_entry:
        enter = np.where(
            follow_up.entry <= 0.0, 0, np.searchsorted(table.days, follow_up.entry, side="right")
        )
    own = (follow_up.status == cause + 1).astype(np.float64)
    ended = (follow_up.status > 0).astype(np.float64)
    P = own * (before / n)[leave] + ended * (F * inverse)[leave] - (C[leave + 1] - C[enter])
    Q = ended * inverse[leave] - (A[leave + 1] - A[enter])
    weights = np.ones(follow_up.n) if follow_up.weights is None else follow_up.weights
    g = weights * weights if squared_weights else weights

    def left_by(amount: FloatArray) -> FloatArray:
        return np.cumsum(np.bincount(leave, weights=amount, minlength=m))

    def under_observation(amount: FloatArray) -> FloatArray:
        entered = np.cumsum(np.bincount(enter, weights=amount, minlength=m)[:m])
        return entered - left_by(amount)

    PP, PQ, QQ = left_by(g * P * P), left_by(g * P * Q), left_by(g * Q * Q)
    now = under_observation(g)
    CT, AT = C[1:], A[1:]
    PP += CT * CT * now
    PQ += CT * AT * now
    QQ += AT * AT * now
    if follow_up.late_entry:
        Ce, Ae = C[enter], A[enter]
        gC, gA = under_observation(g * Ce), under_observation(g * Ae)
        PP += under_observation(g * Ce * Ce) - 2.0 * CT * gC
        PQ += under_observation(g * Ce * Ae) - CT * gA - AT * gC
        QQ += under_observation(g * Ae * Ae) - 2.0 * AT * gA
    return np.maximum(PP - 2.0 * F * PQ + F * F * QQ, 0.0)


def _per_survivor(amount: FloatArray, survivors: FloatArray) -> FloatArray:
    """amount / survivors, 0 where nobody survives: the incidence no longer moves from there."""
    return np.divide(amount, survivors, out=np.zeros_like(amount), where=survivors > 0.0)


def _tie_corrected(events: FloatArray, at_risk: FloatArray) -> FloatArray:
    """e (1 - (e - 1) / (n - 1)); a single event has no correction."""
    several = events > 1.0
    share = np.divide(events - 1.0, at_risk - 1.0, out=np.zeros_like(events), where=several)
    return np.asarray(events * (1.0 - share), dtype=np.float64)

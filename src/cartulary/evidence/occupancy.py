# SPDX-License-Identifier: Apache-2.0
"""How the shares of children in each state, and their errors, go from one day to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.transition_table import TransitionTable
from cartulary.evidence.transitions import Transitions


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Shares on each of m days and time spent so far, with their covariances.

    occupancy: shape (m, K), after the moves of each day. covariance: shape (m, K, K).
    stay: days spent in each state from the start to the horizon; shape (K,), with its covariance,
    shape (K, K).
    """

    occupancy: FloatArray
    covariance: FloatArray
    stay: FloatArray
    stay_covariance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """The shares p(s) from which occupancy is followed, and who they were counted from.

    share: shape (K,). counted: the weight of each row that p(s) was counted from, 0 for the
    others, shape (rows,), or None where p(s) was given; state: the state of each row.
    """

    share: FloatArray
    counted: FloatArray | None
    state: IntArray

    @property
    def covariance(self) -> FloatArray:
        """(diag(p) - p p') / n where p was counted from n, else 0; shape (K, K)."""
        p = self.share
        if self.counted is None:
            return np.zeros((p.size, p.size))
        return np.asarray((np.diag(p) - np.outer(p, p)) / self.counted.sum())

    def influence(self, clusters: IntArray, n: int) -> FloatArray:
        """What each cluster adds to p: sum of w (1[in the state] - p) / n; shape (K, clusters)."""
        U = np.zeros((self.share.size, n))
        if self.counted is not None:
            share = self.counted / self.counted.sum()
            U -= self.share[:, None] * np.bincount(clusters, weights=share, minlength=n)
            np.add.at(U, (self.state, clusters), share)
        return U


def greenwood_course(
    table: TransitionTable, start: Start, start_day: float, horizon: float
) -> Course:
    """Occupancy, time spent, and their Greenwood covariances.

    V(t) = G' V(t-) G + sum_h p_h(t-)^2 cov(row h of dA), G = I + dA. Days spent gain p dt over
    each gap, so one recursion over (time spent, p) together carries the covariance of both.
    """
    m, k = table.at_risk.shape
    gaps = _gaps(table.days, start_day, horizon)
    growth = table.steps + np.eye(k)
    p, stay = start.share, start.share * gaps[0]
    # V is cov(p), W is cov(time spent, p) and Z is cov(time spent).
    V = start.covariance
    W, Z = gaps[0] * V, gaps[0] ** 2 * V
    course, covariance = np.empty((m, k)), np.empty((m, k, k))
    spreads = table.step_variances
    for j in range(m):
        G = growth[j]
        V = G.T @ V @ G + np.tensordot(p * p, spreads[j], axes=1)
        W = W @ G
        p = p @ G
        course[j], covariance[j] = p, V
        gap = gaps[j + 1]
        if gap > 0.0:
            Z = Z + gap * (W + W.T) + gap * gap * V
            W = W + gap * V
            stay = stay + gap * p
    return Course(course, covariance, stay, Z)


def robust_course(
    transitions: Transitions,
    table: TransitionTable,
    start: Start,
    start_day: float,
    horizon: float,
    clusters: IntArray,
) -> Course:
    """The same with infinitesimal jackknife covariances: sum over clusters of U U'.

    U(t) = U(t-) (I + dA) + sum_h p_h(t-) / n_h (own moves out of h - own presence in h dA_h),
    own meaning the weight of the cluster's rows. Time O(clusters x m K), memory O(clusters K).

    Arguments: `clusters` is the cluster of each row; shape (rows,).
    """
    m, k = table.at_risk.shape
    n = int(clusters.max()) + 1 if clusters.size else 0
    gaps = _gaps(table.days, start_day, horizon)
    presence = _Presence(transitions, table, clusters, n)
    U = start.influence(clusters, n)
    E = U * gaps[0]
    p, stay = start.share, start.share * gaps[0]
    course, covariance = np.empty((m, k)), np.empty((m, k, k))
    for j, step in enumerate(table.steps):
        n_h = table.at_risk[j]
        per_unit = np.divide(p, n_h, out=np.zeros(k), where=n_h > 0.0)
        U += step.T @ U - (per_unit[:, None] * step).T @ presence.on(j)
        cluster, source, target, weight = presence.moves_on(j)
        moved = weight * per_unit[source]
        np.add.at(U, (target, cluster), moved)
        np.subtract.at(U, (source, cluster), moved)
        p = p + p @ step
        course[j] = p
        covariance[j] = U @ U.T
        gap = gaps[j + 1]
        if gap > 0.0:
            E += gap * U
            stay = stay + gap * p
    return Course(course, covariance, stay, E @ E.T)


class _Presence:
    """The weight each cluster has at risk in each state, brought forward day by day."""

    def __init__(
        self, transitions: Transitions, table: TransitionTable, clusters: IntArray, n: int
    ) -> None:
        first = np.searchsorted(table.days, transitions.entry, side="right")
        last = np.searchsorted(table.days, transitions.exit, side="right")
        rows = np.flatnonzero(first < last)
        weights = transitions.weights
        self._weight = np.ones(rows.size) if weights is None else weights[rows]
        self._state, self._cluster = transitions.from_state[rows], clusters[rows]
        self._target = transitions.to_state[rows]
        positions = np.arange(table.days.size + 1)
        self._come, self._come_at = _in_order(first[rows], positions)
        self._gone, self._gone_at = _in_order(last[rows], positions)
        self._held = np.zeros((table.at_risk.shape[1], n))

    def on(self, j: int) -> FloatArray:
        """Weight at risk by state and cluster on the j-th day, asked in order; shape (K, n)."""
        come = self._come[self._come_at[j] : self._come_at[j + 1]]
        np.add.at(self._held, (self._state[come], self._cluster[come]), self._weight[come])
        gone = self._gone[self._gone_at[j] : self._gone_at[j + 1]]
        np.subtract.at(self._held, (self._state[gone], self._cluster[gone]), self._weight[gone])
        return self._held

    def moves_on(self, j: int) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
        """Cluster, state left, state reached and weight of each move on the j-th day."""
        leaving = self._gone[self._gone_at[j + 1] : self._following(j + 1)]
        leaving = leaving[self._target[leaving] >= 0]
        return (
            self._cluster[leaving],
            self._state[leaving],
            self._target[leaving],
            self._weight[leaving],
        )

    def _following(self, j: int) -> int:
        """Where the rows that leave at position j end in the order of leaving."""
        return int(self._gone_at[j + 1]) if j + 1 < self._gone_at.size else self._gone.size


def _in_order(place: IntArray, positions: IntArray) -> tuple[IntArray, IntArray]:
    """Rows in order of place, and where each place begins among them."""
    order = np.argsort(place, kind="stable")
    return order, np.searchsorted(place[order], positions)


def _gaps(days: FloatArray, start_day: float, horizon: float) -> FloatArray:
    """Days between the start, each day, and the horizon, none beyond it; shape (m + 1,)."""
    marks = np.concatenate(([start_day], days, [max(horizon, start_day)]))
    return np.diff(np.minimum(marks, max(horizon, start_day)))

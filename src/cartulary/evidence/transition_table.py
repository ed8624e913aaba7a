# SPDX-License-Identifier: Apache-2.0
"""Who was in each state, and who moved, on each day on which anyone moved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.transitions import Transitions


@dataclass(frozen=True, eq=False)
class TransitionTable:
    """Counts by day over the m days, after `start_day`, on which a move was seen.

    days: ascending; shape (m,). at_risk: weight with entry < day <= exit by state; shape (m, K).
    moves: weight moving along each arrow; shape (m, arrows). arrows: positions of the states each
    arrow joins; shape (arrows, 2).
    """

    days: FloatArray
    at_risk: FloatArray
    moves: FloatArray
    arrows: IntArray

    @cached_property
    def hazards(self) -> FloatArray:
        """Moves along each arrow a unit at risk in the state it leaves; shape (m, arrows)."""
        n = self.at_risk[:, self.arrows[:, 0]]
        return np.divide(self.moves, n, out=np.zeros_like(self.moves), where=n > 0.0)

    @cached_property
    def steps(self) -> FloatArray:
        """dA: hazards off the diagonal, what leaves on it; rows add to 0; shape (m, K, K)."""
        m, k = self.at_risk.shape
        steps = np.zeros((m, k, k))
        source, target = self.arrows.T
        steps[:, source, target] = self.hazards
        diagonal = np.arange(k)
        steps[:, diagonal, diagonal] = -steps.sum(axis=2)
        return steps

    @cached_property
    def step_variances(self) -> FloatArray:
        """Multinomial covariance of each state's row of dA; shape (m, K, K, K).

        cov(dA_hj, dA_hl) = dA_hj (1[j = l] - dA_hl) / n_h for the moves out of h, the diagonal
        element being less their sum: with q_h the row of I + dA, (diag(q_h) - q_h q_h') / n_h.
        """
        k = self.at_risk.shape[1]
        q = self.steps + np.eye(k)
        n = self.at_risk[:, :, None]
        share = np.divide(q, n, out=np.zeros_like(q), where=n > 0.0)
        spread = -share[:, :, :, None] * q[:, :, None, :]
        diagonal = np.arange(k)
        spread[:, :, diagonal, diagonal] += share
        return spread


def transition_table(transitions: Transitions, start_day: float = 0.0) -> TransitionTable:
    """Tabulate the moves after a day.

    >>> stays = Transitions(entry=[0, 0, 40], exit=[60, 40, 90],
    ...                     from_state=["well", "well", "ill"],
    ...                     to_state=["censored", "ill", "dead"], child_ids=["a", "b", "b"],
    ...                     states=("well", "ill", "dead"), allowed=(("well", "ill"),
    ...                     ("ill", "dead")), unit="child", clock="infusion",
    ...                     definition="an example", origin="simulated")
    >>> transition_table(stays).at_risk.tolist()
    [[2.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    k, arrows = len(transitions.states), np.array(transitions.arrows, dtype=np.int64)
    moved = (transitions.to_state >= 0) & (transitions.exit > start_day)
    days, on = np.unique(transitions.exit[moved], return_inverse=True)
    m = days.size
    weights = np.ones(transitions.n_rows) if transitions.weights is None else transitions.weights
    number = np.full((k, k), -1, dtype=np.int64)
    number[arrows[:, 0], arrows[:, 1]] = np.arange(len(arrows))
    arrow = number[transitions.from_state[moved], transitions.to_state[moved]]
    flat = np.bincount(on * len(arrows) + arrow, weights=weights[moved], minlength=m * len(arrows))
    moves: FloatArray = flat.astype(np.float64, copy=False).reshape(m, len(arrows))
    first = np.searchsorted(days, transitions.entry, side="right")
    last = np.searchsorted(days, transitions.exit, side="right")
    come = _by_day_and_state(first, transitions.from_state, weights, m, k)
    gone = _by_day_and_state(last, transitions.from_state, weights, m, k)
    at_risk: FloatArray = np.asarray(np.cumsum(come - gone, axis=0)[:m], dtype=np.float64)
    if transitions.weights is not None:
        at_risk = _without_rounding(at_risk, moves, arrows, transitions, first, last)
    return TransitionTable(days, at_risk, moves, arrows)


def _by_day_and_state(
    day: IntArray, state: IntArray, weights: FloatArray, m: int, k: int
) -> FloatArray:
    """Weight by day position (0..m) and state; shape (m + 1, k)."""
    flat = np.bincount(day * k + state, weights=weights, minlength=(m + 1) * k)
    return flat.astype(np.float64, copy=False).reshape(m + 1, k)


def _without_rounding(
    at_risk: FloatArray,
    moves: FloatArray,
    arrows: IntArray,
    transitions: Transitions,
    first: IntArray,
    last: IntArray,
) -> FloatArray:
    """Exactly 0 where nobody is at risk, and no less than what moves."""
    m, k = at_risk.shape
    ones = np.ones(transitions.n_rows)
    come = _by_day_and_state(first, transitions.from_state, ones, m, k)
    gone = _by_day_and_state(last, transitions.from_state, ones, m, k)
    there = np.cumsum(come - gone, axis=0)[:m]
    leaving = np.zeros_like(at_risk)
    counted = np.zeros_like(at_risk)
    moved = transitions.to_state >= 0
    np.add.at(leaving.T, arrows[:, 0], moves.T)
    inside = moved & (last > first)
    np.add.at(counted, (last[inside] - 1, transitions.from_state[inside]), 1.0)
    at_risk = np.where(there > 0.0, at_risk, 0.0)
    return np.where((counted == there) & (there > 0.0), leaving, at_risk)

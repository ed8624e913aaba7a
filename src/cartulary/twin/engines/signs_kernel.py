# SPDX-License-Identifier: Apache-2.0
"""Cytokine, neuro compartment and neutrophils of children side by side, day by day."""

# mypy: ignore-errors

# ruff: noqa: RUF005 - Numba adds tuples of known length, and unpacks none into another

from __future__ import annotations

import numpy as np
from numba import njit

from cartulary.twin.engines.arithmetic_kernel import INLINED, lane_version
from cartulary.twin.engines.rows_kernel import LANES, gathered, scattered
from cartulary.twin.engines.stages_kernel import (
    CELLS,
    CURVATURE,
    DAY,
    FLAGS,
    FOR_PART,
    OWN,
    PARAMETERS,
    SIZE,
    SLOPE,
    STAGE,
    STATES,
    linearise,
)
from cartulary.twin.equations import (
    CELL_CONSTANTS,
    CELL_PARAMETERS,
    CELL_STATES,
    SIGN_PARAMETERS,
    SIGN_STATES,
    cytokine_release,
    sign_changes,
)
from cartulary.twin.slopes import PART_PARAMETERS

released = lane_version(cytokine_release)
followed = lane_version(sign_changes)

SIGNS = len(SIGN_STATES)
OF_SIGNS = len(SIGN_PARAMETERS)
# A day is seen at its quarters, and neutrophils take a quarter of a day a step.
QUARTERS = 4
NODES = QUARTERS + 1
# The days from the drugs to the infusion take as many steps, however many they are: a child's
# signs must not depend on who stands beside.
LEAD_STEPS = 32

# Rows beyond those of the cells.
WITHIN = SIZE
YESTERDAY = WITHIN + STAGE
SIGN = YESTERDAY + 3 * STAGE
OF_SIGN = SIGN + SIGNS * LANES
RELEASE = OF_SIGN + OF_SIGNS * LANES  # at the five nodes of a day
CYTOKINE = RELEASE + NODES * LANES
NEURO = CYTOKINE + NODES * LANES
BY_CYTOKINE = NEURO + NODES * LANES  # weights of the five nodes at each of the last four
BY_NEURO = BY_CYTOKINE + QUARTERS * (NODES + 1) * LANES
LEAD = BY_NEURO + QUARTERS * (NODES + 1) * LANES
NOW = LEAD + LANES
SIGNS_SIZE = NOW + 3 * LANES

_OWN_NAMES = CELL_PARAMETERS + CELL_CONSTANTS
FOR_PARTS_AT = tuple(PARAMETERS // LANES + _OWN_NAMES.index(name) for name in PART_PARAMETERS)
_STATES_SEEN = (
    "ln_effector",
    "age",
    "ln_leukaemia",
    "growth",
    "killing",
    "ln_b_cells",
    "ln_survivors",
)
_PARAMETERS_SEEN = (
    "half_antigen_cells",
    "b_cell_antigen",
    "cd22_killing",
    "ln_cd19_negative_at_infusion",
    "ln_cd22_negative_at_infusion",
)
S1, S2, S3, S4, S5, S6, S7 = (CELL_STATES.index(name) * LANES for name in _STATES_SEEN)
P1, P2, P3, P4, P5 = (PARAMETERS + CELL_PARAMETERS.index(name) * LANES for name in _PARAMETERS_SEEN)
SPENT = OF_SIGN + SIGN_PARAMETERS.index("spent_share") * LANES
CYTOKINE_LOSS = OF_SIGN + SIGN_PARAMETERS.index("cytokine_loss_rate") * LANES
NEURO_RATE = OF_SIGN + SIGN_PARAMETERS.index("neuro_rate") * LANES
OF_NEUTROPHILS = SIGNS - 2
# All but the last, the share that the release alone needs.
OF_CHANGES = OF_SIGNS - 1


def _lagrange() -> np.ndarray:
    # Row j: coefficients, by rising power, of the polynomial that is 1 at node j of a day.
    nodes = np.linspace(0.0, 1.0, NODES)
    return np.linalg.inv(np.vander(nodes, increasing=True)).T.copy()


LAGRANGE = _lagrange()
# The day's polynomial at the eighths between its quarters.
BETWEEN = np.vander((np.arange(QUARTERS) + 0.5) / QUARTERS, NODES, increasing=True) @ LAGRANGE.T


@njit(**INLINED)
def _weights(work, w, rate, to):
    # What decays at `rate` and is fed by the day's polynomial, at each quarter: its own part at
    # the day's beginning, then that of the feeding at each node. Exact for the polynomial.
    for quarter in range(QUARTERS):
        t = (quarter + 1) / QUARTERS
        moment = (1.0 - np.exp(-rate * t)) / rate
        work[to + quarter * (NODES + 1) * LANES + w] = np.exp(-rate * t)
        for j in range(NODES):
            work[to + (quarter * (NODES + 1) + 1 + j) * LANES + w] = LAGRANGE[j, 0] * moment
        power = 1.0
        for k in range(1, NODES):
            power *= t
            moment = (power - k * moment) / rate
            for j in range(NODES):
                work[to + (quarter * (NODES + 1) + 1 + j) * LANES + w] += LAGRANGE[j, k] * moment


@njit(**INLINED)
def _release_at(work, lanes, x, node):
    # The cells at x of the day by the polynomial of degree 5, and what they release.
    y = 1.0 - x
    x2, y2 = x * x, y * y
    x3, y3 = x2 * x, y2 * y
    a0, b0 = y3 * (1.0 + 3.0 * x + 6.0 * x2), x3 * (1.0 + 3.0 * y + 6.0 * y2)
    a1, b1 = y3 * x * (1.0 + 3.0 * x), -x3 * y * (1.0 + 3.0 * y)
    a2, b2 = 0.5 * y3 * x2, 0.5 * x3 * y2
    for k in range(STAGE):
        work[WITHIN + k] = (
            a0 * work[YESTERDAY + k]
            + a1 * work[YESTERDAY + STAGE + k]
            + a2 * work[YESTERDAY + 2 * STAGE + k]
            + b0 * work[CELLS + k]
            + b1 * work[SLOPE + k]
            + b2 * work[CURVATURE + k]
        )
    here = WITHIN
    for w in range(lanes):
        work[RELEASE + node * LANES + w] = released(
            work[here + S1 + w],
            work[here + S2 + w],
            work[here + S3 + w],
            work[here + S4 + w],
            work[here + S5 + w],
            work[here + S6 + w],
            work[here + S7 + w],
            work[P1 + w],
            work[P2 + w],
            work[P3 + w],
            work[P4 + w],
            work[P5 + w],
            work[SPENT + w],
        )


@njit(**INLINED)
def _filtered(work, lanes, fed_by, into, weights, gain_at):
    # Each quarter of the day, from the first node on.
    for quarter in range(QUARTERS):
        at = weights + quarter * (NODES + 1) * LANES
        for w in range(lanes):
            fed = work[at + LANES + w] * work[fed_by + w]
            for j in range(1, NODES):
                fed += work[at + (1 + j) * LANES + w] * work[fed_by + j * LANES + w]
            gain = work[gain_at + w] if gain_at >= 0 else 1.0
            work[into + (quarter + 1) * LANES + w] = work[at + w] * work[into + w] + gain * fed


@njit(**INLINED)
def _cytokine_now(work, lanes, quarter):
    # At the beginning, middle and end of a quarter, to rows that every quarter shares.
    at = CYTOKINE + quarter * LANES
    for w in range(lanes):
        work[NOW + w] = work[at + w]
        work[NOW + 2 * LANES + w] = work[at + LANES + w]
    first, second, third, fourth, last = BETWEEN[quarter]
    for w in range(lanes):
        work[NOW + LANES + w] = (
            first * work[CYTOKINE + w]
            + second * work[CYTOKINE + LANES + w]
            + third * work[CYTOKINE + 2 * LANES + w]
            + fourth * work[CYTOKINE + 3 * LANES + w]
            + last * work[CYTOKINE + 4 * LANES + w]
        )


@njit(**INLINED)
def _neutrophils(work, w, since_drugs, step, early, middle, late):
    # One step of the classical method of order 4, with the cytokine at its three places.
    own = gathered(work, OF_SIGN + w, OF_CHANGES)
    s = gathered(work, SIGN + 2 * LANES + w, OF_NEUTROPHILS)
    half = 0.5 * step
    k1 = followed(*((since_drugs, 0.0, early, 0.0) + s + own))
    t = (
        s[0] + half * k1[2],
        s[1] + half * k1[3],
        s[2] + half * k1[4],
        s[3] + half * k1[5],
        s[4] + half * k1[6],
    )
    k2 = followed(*((since_drugs + half, 0.0, middle, 0.0) + t + own))
    t = (
        s[0] + half * k2[2],
        s[1] + half * k2[3],
        s[2] + half * k2[4],
        s[3] + half * k2[5],
        s[4] + half * k2[6],
    )
    k3 = followed(*((since_drugs + half, 0.0, middle, 0.0) + t + own))
    t = (
        s[0] + step * k3[2],
        s[1] + step * k3[3],
        s[2] + step * k3[4],
        s[3] + step * k3[5],
        s[4] + step * k3[6],
    )
    k4 = followed(*((since_drugs + step, 0.0, late, 0.0) + t + own))
    sixth = step / 6.0
    after = (
        s[0] + sixth * (k1[2] + 2.0 * (k2[2] + k3[2]) + k4[2]),
        s[1] + sixth * (k1[3] + 2.0 * (k2[3] + k3[3]) + k4[3]),
        s[2] + sixth * (k1[4] + 2.0 * (k2[4] + k3[4]) + k4[4]),
        s[3] + sixth * (k1[5] + 2.0 * (k2[5] + k3[5]) + k4[5]),
        s[4] + sixth * (k1[6] + 2.0 * (k2[6] + k3[6]) + k4[6]),
    )
    scattered(work, SIGN + 2 * LANES + w, after)


@njit(cache=True, **FLAGS)
def follow_signs(values, own, signs, lead_days, days, first, lanes, kept):
    """Children `first` to `first + LANES`: kept [n, days, signs] from their cells [n, g, S]."""
    work = np.zeros(SIGNS_SIZE)
    children = values.shape[0]
    for w in range(LANES):
        child = min(first + w, children - 1)
        for i in range(OWN):
            work[PARAMETERS + i * LANES + w] = own[i, child]
        for i in range(len(FOR_PARTS_AT)):
            work[FOR_PART + i * LANES + w] = work[FOR_PARTS_AT[i] * LANES + w]
        for i in range(OF_SIGNS):
            work[OF_SIGN + i * LANES + w] = signs[i, child]
        for i in range(SIGNS):
            work[SIGN + i * LANES + w] = 0.0 if i < 2 else 1.0
        _weights(work, w, work[CYTOKINE_LOSS + w], BY_CYTOKINE)
        _weights(work, w, work[NEURO_RATE + w], BY_NEURO)
        work[LEAD + w] = lead_days[child]
    # From the first day of the drugs to the infusion, while no CAR-T cell is there.
    for step in range(LEAD_STEPS):
        for w in range(lanes):
            length = work[LEAD + w] * (1.0 / LEAD_STEPS)
            _neutrophils(work, w, step * length, length, 0.0, 0.0, 0.0)
    for day in range(days):
        for w in range(LANES):
            child = min(first + w, children - 1)
            work[DAY + w] = day
            for i in range(STATES):
                work[CELLS + i * LANES + w] = values[child, day, i]
        linearise(work, lanes)
        if day > 0:
            for quarter in range(1, QUARTERS):
                _release_at(work, lanes, quarter / QUARTERS, quarter)
            _release_at(work, lanes, 1.0, QUARTERS)
            _filtered(work, lanes, RELEASE, CYTOKINE, BY_CYTOKINE, -1)
            _filtered(work, lanes, CYTOKINE, NEURO, BY_NEURO, NEURO_RATE)
            for quarter in range(QUARTERS):
                _cytokine_now(work, lanes, quarter)
                since = day - 1.0 + quarter / QUARTERS
                for w in range(lanes):
                    _neutrophils(
                        work,
                        w,
                        work[LEAD + w] + since,
                        1.0 / QUARTERS,
                        work[NOW + w],
                        work[NOW + LANES + w],
                        work[NOW + 2 * LANES + w],
                    )
            for w in range(lanes):
                work[CYTOKINE + w] = work[CYTOKINE + QUARTERS * LANES + w]
                work[NEURO + w] = work[NEURO + QUARTERS * LANES + w]
                work[RELEASE + w] = work[RELEASE + QUARTERS * LANES + w]
        for k in range(STAGE):
            work[YESTERDAY + k] = work[CELLS + k]
            work[YESTERDAY + STAGE + k] = work[SLOPE + k]
            work[YESTERDAY + 2 * STAGE + k] = work[CURVATURE + k]
        if day == 0:
            _release_at(work, lanes, 0.0, 0)
        for w in range(LANES):
            if first + w < children:
                kept[first + w, day, 0] = work[CYTOKINE + w]
                kept[first + w, day, 1] = work[NEURO + w]
                for i in range(2, SIGNS):
                    kept[first + w, day, i] = work[SIGN + i * LANES + w]

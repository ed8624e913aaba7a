# SPDX-License-Identifier: Apache-2.0
"""One implicit step of the children who stand side by side, stage by stage."""

# mypy: ignore-errors

# ruff: noqa: RUF005 - Numba adds tuples of known length, and unpacks none into another

from __future__ import annotations

from numba import njit

from cartulary.twin.elimination import FACTORS, eliminated, solved
from cartulary.twin.engines import method as m
from cartulary.twin.engines.arithmetic_kernel import FAST, INLINED, lane_version
from cartulary.twin.engines.rows_kernel import LANES, gathered, scattered
from cartulary.twin.equations import (
    CELL_CONSTANTS,
    CELL_PARAMETERS,
    CELL_STATES,
    cell_changes,
)
from cartulary.twin.slopes import PART_PARAMETERS, PARTS, SLOPES, cell_curvatures, cell_slopes

changes = lane_version(cell_changes)
slopes = lane_version(cell_slopes)
curvatures = lane_version(cell_curvatures)
factors_of = lane_version(eliminated)
solution_of = lane_version(solved)

# How many rows each kind of number takes.
STATES = len(CELL_STATES)
OWN = len(CELL_PARAMETERS) + len(CELL_CONSTANTS)
N_SLOPES = len(SLOPES)
N_PARTS = len(PARTS)
N_FACTORS = len(FACTORS)
FOR_PARTS = len(PART_PARAMETERS)
FOR_SOLVING = N_PARTS + FOR_PARTS

# Where each kind begins.
CELLS = 0
PARAMETERS = CELLS + STATES * LANES
SLOPE = PARAMETERS + OWN * LANES
PART = SLOPE + (N_SLOPES - N_PARTS) * LANES
FOR_PART = SLOPE + N_SLOPES * LANES
CURVATURE = FOR_PART + FOR_PARTS * LANES
FACTOR = CURVATURE + STATES * LANES
STAGE_CELLS = FACTOR + N_FACTORS * LANES
CARRIED = STAGE_CELLS + STATES * LANES
RATES = CARRIED + STATES * LANES
SOLVED = RATES + STATES * LANES
STAGE_1 = SOLVED + STATES * LANES
BEFORE = STAGE_1 + 8 * STATES * LANES
DAY = BEFORE + 3 * STATES * LANES
STEP = DAY + LANES
PER_STEP = STEP + LANES
SIGMA = PER_STEP + LANES  # and 1 / sigma in the row after it
SIZE = SIGMA + 4 * LANES
STAGE = STATES * LANES

DIVIDING_BY_DAY = SLOPE + SLOPES.index("dividing_by_day") * LANES
LEUKAEMIA_BY_DAY = SLOPE + SLOPES.index("leukaemia_by_day") * LANES
SURVIVORS_BY_DAY = SLOPE + SLOPES.index("survivors_by_day") * LANES
PER_DESTINY = FOR_PART + PART_PARAMETERS.index("per_destiny") * LANES

# For what is called from outside. All that this calls is INLINED: a function that stands apart is
# compiled alone and again with its caller, to last digits of their own, and which of the two runs
# would hang on whether the code was compiled just now or kept from an earlier run.
FLAGS = {"fastmath": set(FAST), "error_model": "numpy", "nogil": True}

A_21 = m.A_2[0]
C_21 = m.C_2[0]
A_31, A_32 = m.A_3
C_31, C_32 = m.C_3
A_41, A_42, A_43 = m.A_4
C_41, C_42, C_43 = m.C_4
A_51, A_52, A_53, A_54 = m.A_5
C_51, C_52, C_53, C_54 = m.C_5
A_61, A_62, A_63, A_64, A_65 = m.A_6
C_61, C_62, C_63, C_64, C_65 = m.C_6
C_71, C_72, C_73, C_74, C_75, C_76 = m.C_7
C_81, C_82, C_83, C_84, C_85, C_86, C_87 = m.C_8
STAGE_AT = m.STAGE_AT
STAGE_BY_DAY = m.STAGE_BY_DAY
GAMMA = m.GAMMA


@njit(**INLINED)
def linearise(work, lanes):
    """Changes, slopes and curvatures at the beginning of a step."""
    for w in range(lanes):
        cells = gathered(work, CELLS + w, STATES)
        own = gathered(work, PARAMETERS + w, OWN)
        scattered(work, SLOPE + w, slopes(*((work[DAY + w],) + cells + own)))
    for w in range(lanes):
        all_slopes = gathered(work, SLOPE + w, N_SLOPES)
        for_parts = gathered(work, FOR_PART + w, FOR_PARTS)
        scattered(work, CURVATURE + w, curvatures(*(all_slopes + for_parts)))


@njit(**INLINED)
def _combine(work, stage):
    # What a stage begins from, and what it carries of those before it.
    s, c, y = STAGE_CELLS, CARRIED, CELLS
    u1 = STAGE_1
    u2 = u1 + STAGE
    u3 = u2 + STAGE
    u4 = u3 + STAGE
    u5 = u4 + STAGE
    u6 = u5 + STAGE
    u7 = u6 + STAGE
    if stage == 1:
        for k in range(STAGE):
            work[s + k] = work[y + k] + A_21 * work[u1 + k]
            work[c + k] = C_21 * work[u1 + k]
    elif stage == 2:
        for k in range(STAGE):
            a, b = work[u1 + k], work[u2 + k]
            work[s + k] = work[y + k] + A_31 * a + A_32 * b
            work[c + k] = C_31 * a + C_32 * b
    elif stage == 3:
        for k in range(STAGE):
            a, b, d = work[u1 + k], work[u2 + k], work[u3 + k]
            work[s + k] = work[y + k] + A_41 * a + A_42 * b + A_43 * d
            work[c + k] = C_41 * a + C_42 * b + C_43 * d
    elif stage == 4:
        for k in range(STAGE):
            a, b, d, e = work[u1 + k], work[u2 + k], work[u3 + k], work[u4 + k]
            work[s + k] = work[y + k] + (A_51 * a + A_52 * b) + (A_53 * d + A_54 * e)
            work[c + k] = (C_51 * a + C_52 * b) + (C_53 * d + C_54 * e)
    elif stage == 5:
        for k in range(STAGE):
            a, b, d, e, f = (
                work[u1 + k],
                work[u2 + k],
                work[u3 + k],
                work[u4 + k],
                work[u5 + k],
            )
            work[s + k] = work[y + k] + A_65 * f + (A_61 * a + A_62 * b) + (A_63 * d + A_64 * e)
            work[c + k] = C_65 * f + (C_61 * a + C_62 * b) + (C_63 * d + C_64 * e)
    elif stage == 6:
        for k in range(STAGE):
            early = C_71 * work[u1 + k] + C_72 * work[u2 + k] + C_73 * work[u3 + k]
            late = C_74 * work[u4 + k] + C_75 * work[u5 + k] + C_76 * work[u6 + k]
            work[s + k] = work[s + k] + work[u6 + k]
            work[c + k] = early + late
    else:
        for k in range(STAGE):
            early = C_81 * work[u1 + k] + C_82 * work[u2 + k] + C_83 * work[u3 + k]
            late = C_84 * work[u4 + k] + C_85 * work[u5 + k] + C_86 * work[u6 + k]
            work[s + k] = work[s + k] + work[u7 + k]
            work[c + k] = early + late + C_87 * work[u7 + k]


@njit(**INLINED)
def _solve_stage(work, lanes, by_day):
    # From RATES and CARRIED to SOLVED: rows that every stage shares, so that the compiler sees
    # that what is written is none of what is read.
    for w in range(lanes):
        lag = work[STEP + w] * by_day
        per_step = work[PER_STEP + w]
        f = gathered(work, RATES + w, STATES)
        c = gathered(work, CARRIED + w, STATES)
        dividing = lag * work[DIVIDING_BY_DAY + w]
        right = (
            f[0] + per_step * c[0] + dividing,
            f[1] + per_step * c[1],
            f[2] + per_step * c[2] + dividing * work[PER_DESTINY + w],
            f[3] + per_step * c[3] + lag * work[LEUKAEMIA_BY_DAY + w],
            f[4] + per_step * c[4],
            f[5] + per_step * c[5],
            f[6] + per_step * c[6],
            f[7] + per_step * c[7],
            f[8] + per_step * c[8] + lag * work[SURVIVORS_BY_DAY + w],
        )
        parts = gathered(work, PART + w, FOR_SOLVING)
        factors = gathered(work, FACTOR + w, N_FACTORS)
        of = gathered(work, SIGMA + w, 2)
        scattered(work, SOLVED + w, solution_of(*(of + parts + factors + right)))


@njit(**INLINED)
def advance(work, lanes):
    """From the beginning of a step to STAGE_CELLS, its end; stage 8 is its error."""
    for w in range(lanes):
        per_step = 1.0 / work[STEP + w]
        sigma = per_step * (1.0 / GAMMA)
        per_sigma = GAMMA * work[STEP + w]
        work[PER_STEP + w] = per_step
        work[SIGMA + w] = sigma
        work[SIGMA + LANES + w] = per_sigma
        parts = gathered(work, PART + w, FOR_SOLVING)
        factors = factors_of(*((sigma, per_sigma) + parts))
        scattered(work, FACTOR + w, factors)
    for stage in range(8):
        if stage == 0:
            for k in range(STAGE):
                work[RATES + k] = work[SLOPE + k]
                work[CARRIED + k] = 0.0
        else:
            _combine(work, stage)
            at = STAGE_AT[stage]
            for w in range(lanes):
                cells = gathered(work, STAGE_CELLS + w, STATES)
                own = gathered(work, PARAMETERS + w, OWN)
                day = work[DAY + w] + at * work[STEP + w]
                scattered(work, RATES + w, changes(*((day,) + cells + own)))
        _solve_stage(work, lanes, STAGE_BY_DAY[stage])
        here = STAGE_1 + stage * STAGE
        for k in range(STAGE):
            work[here + k] = work[SOLVED + k]
    last = STAGE_1 + 7 * STAGE
    for k in range(STAGE):
        work[STAGE_CELLS + k] += work[last + k]

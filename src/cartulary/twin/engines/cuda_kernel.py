# SPDX-License-Identifier: Apache-2.0
"""One child a thread: the steps of the lanes' engine for one child alone."""

# mypy: ignore-errors

# ruff: noqa: RUF005 - Numba adds tuples of known length, and unpacks none into another

from __future__ import annotations

from math import isfinite, sqrt
from types import FunctionType

from numba import cuda, float64

from cartulary.twin.elimination import eliminated, solved
from cartulary.twin.engines import method as m
from cartulary.twin.equations import CELL_CONSTANTS, CELL_PARAMETERS, cell_changes
from cartulary.twin.slopes import PART_PARAMETERS, PARTS, SLOPES, cell_curvatures, cell_slopes


def _on_gpu(function):
    # A copy, so that what is compiled for the GPU stays apart from what others compile.
    return cuda.jit(device=True)(
        FunctionType(function.__code__, function.__globals__, function.__name__)
    )


changes = _on_gpu(cell_changes)
slopes_of = _on_gpu(cell_slopes)
curvatures_of = _on_gpu(cell_curvatures)
factors_of = _on_gpu(eliminated)
solution_of = _on_gpu(solved)

S = 9
FIRST_PART = len(SLOPES) - len(PARTS)
_OWN = CELL_PARAMETERS + CELL_CONSTANTS
F1, F2, F3 = (_OWN.index(name) for name in PART_PARAMETERS)
DIVIDING_BY_DAY = SLOPES.index("dividing_by_day")
LEUKAEMIA_BY_DAY = SLOPES.index("leukaemia_by_day")
SURVIVORS_BY_DAY = SLOPES.index("survivors_by_day")
WELL, NOT_FINITE, STEP_TOO_SMALL, TOO_MANY_STEPS = 0, 1, 2, 3

GAMMA = m.GAMMA
STAGE_AT, STAGE_BY_DAY = m.STAGE_AT, m.STAGE_BY_DAY
# a_ij and C_ij as one row a stage, stages 7 and 8 with the a of stage 6 and their ones.
A = (
    (0.0,) * 7,
    m.A_2 + (0.0,) * 6,
    m.A_3 + (0.0,) * 5,
    m.A_4 + (0.0,) * 4,
    m.A_5 + (0.0,) * 3,
    m.A_6 + (0.0,) * 2,
    m.A_6 + (1.0, 0.0),
    m.A_6 + (1.0, 1.0),
)
C = (
    (0.0,) * 7,
    m.C_2 + (0.0,) * 6,
    m.C_3 + (0.0,) * 5,
    m.C_4 + (0.0,) * 4,
    m.C_5 + (0.0,) * 3,
    m.C_6 + (0.0,) * 2,
    m.C_7 + (0.0,),
    m.C_8,
)
SAFETY, SMALLEST_FACTOR, LARGEST_FACTOR = m.SAFETY, m.SMALLEST_FACTOR, m.LARGEST_FACTOR
FIRST_STEP, SMALLEST_STEP, LONGEST_STEP = (
    m.FIRST_STEP_DAYS,
    m.SMALLEST_STEP_DAYS,
    m.LONGEST_STEP_DAYS,
)
MOST_STEPS = m.MOST_STEPS
ERROR_SHARES = m.ERROR_SHARES


@cuda.jit(device=True)
def _own(own, c):
    return (
        own[0, c],
        own[1, c],
        own[2, c],
        own[3, c],
        own[4, c],
        own[5, c],
        own[6, c],
        own[7, c],
        own[8, c],
        own[9, c],
        own[10, c],
        own[11, c],
        own[12, c],
        own[13, c],
        own[14, c],
        own[15, c],
        own[16, c],
        own[17, c],
        own[18, c],
        own[19, c],
        own[20, c],
        own[21, c],
        own[22, c],
        own[23, c],
        own[24, c],
        own[25, c],
        own[26, c],
        own[27, c],
        own[28, c],
        own[29, c],
        own[30, c],
        own[31, c],
        own[32, c],
        own[33, c],
        own[34, c],
        own[35, c],
        own[36, c],
        own[37, c],
    )


@cuda.jit(device=True)
def _nine(a):
    return (a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8])


@cuda.jit(device=True)
def _keep(kept, c, at, x, step, before, now, slopes, curvatures):
    # Between two steps: the polynomial of degree 5 with their cells, changes and curvatures.
    y = 1.0 - x
    x2, y2 = x * x, y * y
    x3, y3 = x2 * x, y2 * y
    for i in range(S):
        kept[at, i, c] = (
            y3 * (1.0 + 3.0 * x + 6.0 * x2) * before[0, i]
            + x3 * (1.0 + 3.0 * y + 6.0 * y2) * now[i]
            + step * y3 * x * (1.0 + 3.0 * x) * before[1, i]
            - step * x3 * y * (1.0 + 3.0 * y) * slopes[i]
            + 0.5 * step * step * y3 * x2 * before[2, i]
            + 0.5 * step * step * x3 * y2 * curvatures[i]
        )


@cuda.jit(device=True)
def _advance(day, step, now, mine, slopes, for_parts, ends, stages):
    # The cells at the end of a step into `ends`; the last of `stages` is its error.
    sigma = 1.0 / (GAMMA * step)
    of = (sigma, GAMMA * step)
    parts = slopes[FIRST_PART:] + for_parts
    factors = factors_of(*(of + parts))
    rates = _nine(slopes)
    for stage in range(8):
        for i in range(S):
            ends[i] = now[i]
        carried = cuda.local.array(S, float64)
        for i in range(S):
            carried[i] = 0.0
        for before in range(stage):
            for i in range(S):
                ends[i] += A[stage][before] * stages[before, i]
                carried[i] += C[stage][before] * stages[before, i]
        if stage > 0:
            rates = changes(*((day + STAGE_AT[stage] * step,) + _nine(ends) + mine))
        lag = STAGE_BY_DAY[stage] * step
        dividing = lag * slopes[DIVIDING_BY_DAY]
        right = (
            rates[0] + carried[0] / step + dividing,
            rates[1] + carried[1] / step,
            rates[2] + carried[2] / step + dividing * for_parts[2],
            rates[3] + carried[3] / step + lag * slopes[LEUKAEMIA_BY_DAY],
            rates[4] + carried[4] / step,
            rates[5] + carried[5] / step,
            rates[6] + carried[6] / step,
            rates[7] + carried[7] / step,
            rates[8] + carried[8] / step + lag * slopes[SURVIVORS_BY_DAY],
        )
        found = solution_of(*(of + parts + factors + right))
        for i in range(S):
            stages[stage, i] = found[i]
    for i in range(S):
        ends[i] += stages[7, i]


@cuda.jit
def follow_on_gpu(start, own, grid, tolerance, kept, status, failed_day, steps):
    """Child c on thread c: kept [g, S, n], status, the day of failure, and steps [n]."""
    c = cuda.grid(1)
    if c >= start.shape[1]:
        return
    mine = _own(own, c)
    for_parts = (mine[F1], mine[F2], mine[F3])
    now = cuda.local.array(S, float64)
    ends = cuda.local.array(S, float64)
    before = cuda.local.array((3, S), float64)
    stages = cuda.local.array((8, S), float64)
    for i in range(S):
        now[i] = start[i, c]
        kept[0, i, c] = now[i]
    end = grid[grid.size - 1]
    day = 0.0
    begun = 0.0
    step = min(FIRST_STEP, end)
    next_kept = 1
    tried = 0
    verdict = WELL
    while verdict == WELL:
        slopes = slopes_of(*((day,) + _nine(now) + mine))
        curvatures = curvatures_of(*(slopes + for_parts))
        while next_kept < grid.size and grid[next_kept] <= day:
            x = (grid[next_kept] - begun) / (day - begun)
            _keep(kept, c, next_kept, x, day - begun, before, now, slopes, curvatures)
            next_kept += 1
        if next_kept == grid.size:
            break
        finite = True
        for rate in _nine(slopes):
            finite = finite and isfinite(rate)
        if not finite:
            verdict = NOT_FINITE
        elif step < SMALLEST_STEP:
            verdict = STEP_TOO_SMALL
        elif tried >= MOST_STEPS:
            verdict = TOO_MANY_STEPS
        if verdict != WELL:
            break
        tried += 1
        _advance(day, step, now, mine, slopes, for_parts, ends, stages)
        error = 0.0
        for i in range(S):
            part = stages[7, i] / tolerance
            error += ERROR_SHARES[i] * part * part
        if error <= 1.0:
            for i in range(S):
                before[0, i] = now[i]
                before[1, i] = slopes[i]
                before[2, i] = curvatures[i]
                now[i] = ends[i]
            begun = day
            day += step
            if end - day < 1e-12 * end:
                day = end
        # Where the error is not a number both comparisons fail, and the step is cut the most.
        factor = SMALLEST_FACTOR
        if error < 1e100:
            factor = min(
                LARGEST_FACTOR, max(SMALLEST_FACTOR, SAFETY * sqrt(error + 1e-100) ** -0.2)
            )
        step = min(step * factor, LONGEST_STEP)
        left = end - day
        if step >= left:
            step = left
        elif step >= 0.5 * left:
            step = 0.5 * left
    status[c] = verdict
    failed_day[c] = day
    steps[c] = tried
    if verdict != WELL:
        for at in range(next_kept, grid.size):
            for i in range(S):
                kept[at, i, c] = float("nan")

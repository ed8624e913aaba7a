# SPDX-License-Identifier: Apache-2.0
"""Children side by side, each with its own steps; who is done makes room for the next."""

# mypy: ignore-errors

from __future__ import annotations

import numpy as np
from numba import njit

from cartulary.twin.engines import method as m
from cartulary.twin.engines.arithmetic_kernel import lane_exp, lane_log
from cartulary.twin.engines.rows_kernel import LANES
from cartulary.twin.engines.stages_kernel import (
    BEFORE,
    CELLS,
    CURVATURE,
    DAY,
    FLAGS,
    FOR_PART,
    OWN,
    PARAMETERS,
    SIGMA,
    SLOPE,
    STAGE,
    STAGE_1,
    STAGE_CELLS,
    STATES,
    STEP,
    advance,
    linearise,
)
from cartulary.twin.equations import CELL_CONSTANTS, CELL_PARAMETERS
from cartulary.twin.slopes import PART_PARAMETERS

# What became of a child.
WELL, NOT_FINITE, STEP_TOO_SMALL, TOO_MANY_STEPS = 0, 1, 2, 3

BEGUN = SIGMA + 2 * LANES  # the day on which the last good step began
ERROR = BEGUN + LANES
FINITE = ERROR + LANES  # 0 where every change is a finite number, else not a number
ALL = FINITE + LANES
LAST = STAGE_1 + 7 * STAGE
_OWN_NAMES = CELL_PARAMETERS + CELL_CONSTANTS
FOR_PARTS_AT = tuple(PARAMETERS // LANES + _OWN_NAMES.index(name) for name in PART_PARAMETERS)
SAFETY, SMALLEST_FACTOR, LARGEST_FACTOR = m.SAFETY, m.SMALLEST_FACTOR, m.LARGEST_FACTOR
FIRST_STEP, SMALLEST_STEP, MOST_STEPS = m.FIRST_STEP_DAYS, m.SMALLEST_STEP_DAYS, m.MOST_STEPS
LONGEST_STEP = m.LONGEST_STEP_DAYS


@njit(**FLAGS)
def _load(work, w, start, own, child, first_step):
    for i in range(STATES):
        work[CELLS + i * LANES + w] = start[i, child]
    for i in range(OWN):
        work[PARAMETERS + i * LANES + w] = own[i, child]
    for i in range(len(FOR_PARTS_AT)):
        work[FOR_PART + i * LANES + w] = work[FOR_PARTS_AT[i] * LANES + w]
    work[DAY + w] = 0.0
    work[BEGUN + w] = 0.0
    work[STEP + w] = first_step


@njit(**FLAGS)
def _write(work, w, grid, kept, next_kept):
    # Between two steps: the polynomial of degree 5 with their cells, changes and curvatures.
    day = work[DAY + w]
    begun = work[BEGUN + w]
    step = day - begun
    per_step = 1.0 / step
    half_square = 0.5 * step * step
    while next_kept < grid.size and grid[next_kept] <= day:
        x = (grid[next_kept] - begun) * per_step
        y = 1.0 - x
        x2, y2 = x * x, y * y
        x3, y3 = x2 * x, y2 * y
        from_cells = y3 * (1.0 + 3.0 * x + 6.0 * x2)
        to_cells = x3 * (1.0 + 3.0 * y + 6.0 * y2)
        from_change = step * y3 * x * (1.0 + 3.0 * x)
        to_change = -step * x3 * y * (1.0 + 3.0 * y)
        from_curvature = half_square * y3 * x2
        to_curvature = half_square * x3 * y2
        for i in range(STATES):
            k = i * LANES + w
            kept[next_kept, i] = (
                from_cells * work[BEFORE + k]
                + from_change * work[BEFORE + STAGE + k]
                + from_curvature * work[BEFORE + 2 * STAGE + k]
                + to_cells * work[CELLS + k]
                + to_change * work[SLOPE + k]
                + to_curvature * work[CURVATURE + k]
            )
        next_kept += 1
    return next_kept


@njit(**FLAGS)
def _step_on(work, lanes, good, end, per_tolerance):
    # Which steps are good, and how long the next is to be.
    for w in range(lanes):
        total = 0.0
        for i in range(STATES):
            part = work[LAST + i * LANES + w] * per_tolerance
            total += part * part
        work[ERROR + w] = total * (1.0 / STATES)
    for w in range(lanes):
        error = work[ERROR + w]
        good[w] = 1.0 if error <= 1.0 else 0.0
        factor = SAFETY * lane_exp(-0.1 * lane_log(error + 1e-100))
        factor = factor if factor < LARGEST_FACTOR else LARGEST_FACTOR
        # Where the error is not a number this comparison fails, and the step is cut the most.
        factor = factor if factor > SMALLEST_FACTOR else SMALLEST_FACTOR
        work[ERROR + w] = factor if error < 1e100 else SMALLEST_FACTOR
    for i in range(STATES):
        for w in range(lanes):
            k = i * LANES + w
            is_good = good[w] > 0.0
            work[BEFORE + k] = work[CELLS + k] if is_good else work[BEFORE + k]
            work[BEFORE + STAGE + k] = work[SLOPE + k] if is_good else work[BEFORE + STAGE + k]
            work[BEFORE + 2 * STAGE + k] = (
                work[CURVATURE + k] if is_good else work[BEFORE + 2 * STAGE + k]
            )
            work[CELLS + k] = work[STAGE_CELLS + k] if is_good else work[CELLS + k]
    for w in range(lanes):
        is_good = good[w] > 0.0
        step = work[STEP + w]
        day = work[DAY + w]
        reached = day + step
        # The last step ends on the last day to the last digit.
        reached = end if end - reached < 1e-12 * end else reached
        work[BEGUN + w] = day if is_good else work[BEGUN + w]
        day = reached if is_good else day
        work[DAY + w] = day
        step = step * work[ERROR + w]
        step = step if step < LONGEST_STEP else LONGEST_STEP
        left = end - day
        # Neither beyond the end nor to just before it.
        step = step if step < 0.5 * left else (0.5 * left if step < left else left)
        work[STEP + w] = step


@njit(cache=True, **FLAGS)
def follow(start, own, grid, tolerance, first, beyond, lanes, kept, status, failed_day, steps):
    """Children `first` to `beyond`: kept [n, g, S], status, the day of failure, and steps [n].

    `lanes` is LANES; that the compiler does not know it keeps its loops over lanes whole.
    """
    work = np.zeros(ALL)
    good = np.zeros(LANES)
    child = np.full(LANES, -1)
    next_kept = np.zeros(LANES, np.int64)
    tried = np.zeros(LANES, np.int64)
    fresh = np.zeros(LANES, np.bool_)
    end = grid[grid.size - 1]
    per_tolerance = 1.0 / tolerance
    first_step = min(FIRST_STEP, end)
    waiting = first
    working = 0
    for w in range(LANES):
        _load(work, w, start, own, min(waiting, beyond - 1), first_step)
        if waiting < beyond:
            child[w] = waiting
            kept[waiting, 0, :] = start[:, waiting]
            next_kept[w] = 1
            waiting += 1
            working += 1
    while working > 0:
        linearise(work, lanes)
        for w in range(lanes):
            work[FINITE + w] = 0.0
        for i in range(STATES):
            for w in range(lanes):
                work[FINITE + w] += 0.0 * work[SLOPE + i * LANES + w]
        for w in range(LANES):
            fresh[w] = False
            who = child[w]
            if who < 0:
                # Nobody is here: the last child stands by, at its beginning, for the others' pace.
                work[STEP + w] = first_step
                fresh[w] = True
                continue
            if grid[next_kept[w]] <= work[DAY + w]:
                next_kept[w] = _write(work, w, grid, kept[who], next_kept[w])
            verdict = WELL
            if next_kept[w] < grid.size:
                if work[FINITE + w] != 0.0:
                    verdict = NOT_FINITE
                elif work[STEP + w] < SMALLEST_STEP:
                    verdict = STEP_TOO_SMALL
                elif tried[w] >= MOST_STEPS:
                    verdict = TOO_MANY_STEPS
                else:
                    tried[w] += 1
                    continue
            status[who] = verdict
            failed_day[who] = work[DAY + w]
            steps[who] = tried[w]
            if verdict != WELL:
                kept[who, next_kept[w] :, :] = np.nan
            fresh[w] = True
            tried[w] = 0
            if waiting < beyond:
                _load(work, w, start, own, waiting, first_step)
                child[w] = waiting
                kept[waiting, 0, :] = start[:, waiting]
                next_kept[w] = 1
                waiting += 1
            else:
                _load(work, w, start, own, beyond - 1, first_step)
                child[w] = -1
                working -= 1
        advance(work, lanes)
        _step_on(work, lanes, good, end, per_tolerance)
        for w in range(LANES):
            if fresh[w]:
                # This child came after its slopes were taken: what was computed is another's.
                who = child[w] if child[w] >= 0 else beyond - 1
                _load(work, w, start, own, who, first_step)

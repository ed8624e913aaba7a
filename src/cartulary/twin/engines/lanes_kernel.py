# SPDX-License-Identifier: Apache-2.0
"""Children side by side, each with its own steps; who is done makes room for the next."""

# mypy: ignore-errors

from __future__ import annotations

import numpy as np
from numba import njit

from cartulary.twin.engines import method as m
from cartulary.twin.engines.arithmetic_kernel import INLINED, lane_exp, lane_log
from cartulary.twin.engines.rows_kernel import LANES, either, gathered, scattered
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
SIDE = FINITE + LANES  # both ends of one child's step, side by side
ALL = SIDE + 6 * STATES
LAST = STAGE_1 + 7 * STAGE
_OWN_NAMES = CELL_PARAMETERS + CELL_CONSTANTS
FOR_PARTS_AT = tuple(PARAMETERS // LANES + _OWN_NAMES.index(name) for name in PART_PARAMETERS)
SAFETY, SMALLEST_FACTOR, LARGEST_FACTOR = m.SAFETY, m.SMALLEST_FACTOR, m.LARGEST_FACTOR
FIRST_STEP, SMALLEST_STEP, MOST_STEPS = m.FIRST_STEP_DAYS, m.SMALLEST_STEP_DAYS, m.MOST_STEPS
LONGEST_STEP = m.LONGEST_STEP_DAYS
SHARES = m.ERROR_SHARES


@njit(**INLINED)
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


@njit(**INLINED)
def _write(work, w, grid, kept, next_kept):
    # Between two steps: the polynomial of degree 5 with their cells, changes and curvatures.
    day = work[DAY + w]
    begun = work[BEGUN + w]
    step = day - begun
    per_step = 1.0 / step
    half_square = 0.5 * step * step
    ends = work[SIDE:ALL]
    for i in range(STATES):
        k = i * LANES + w
        ends[i] = work[BEFORE + k]
        ends[STATES + i] = step * work[BEFORE + STAGE + k]
        ends[2 * STATES + i] = half_square * work[BEFORE + 2 * STAGE + k]
        ends[3 * STATES + i] = work[CELLS + k]
        ends[4 * STATES + i] = step * work[SLOPE + k]
        ends[5 * STATES + i] = half_square * work[CURVATURE + k]
    while next_kept < grid.size and grid[next_kept] <= day:
        x = (grid[next_kept] - begun) * per_step
        y = 1.0 - x
        x2, y2 = x * x, y * y
        x3, y3 = x2 * x, y2 * y
        from_cells = y3 * (1.0 + 3.0 * x + 6.0 * x2)
        to_cells = x3 * (1.0 + 3.0 * y + 6.0 * y2)
        from_change = y3 * x * (1.0 + 3.0 * x)
        to_change = -x3 * y * (1.0 + 3.0 * y)
        from_curvature = y3 * x2
        to_curvature = x3 * y2
        for i in range(STATES):
            kept[next_kept, i] = (
                from_cells * ends[i]
                + from_change * ends[STATES + i]
                + from_curvature * ends[2 * STATES + i]
                + to_cells * ends[3 * STATES + i]
                + to_change * ends[4 * STATES + i]
                + to_curvature * ends[5 * STATES + i]
            )
        next_kept += 1
    return next_kept


@njit(**INLINED)
def _step_on(work, lanes, end, per_tolerance):
    # Which steps are good, and how long the next is to be.
    for w in range(lanes):
        e = gathered(work, LAST + w, STATES)
        error = (
            (SHARES[0] * (e[0] * e[0]) + SHARES[1] * (e[1] * e[1]) + SHARES[2] * (e[2] * e[2]))
            + (SHARES[3] * (e[3] * e[3]) + SHARES[4] * (e[4] * e[4]) + SHARES[5] * (e[5] * e[5]))
            + (SHARES[6] * (e[6] * e[6]) + SHARES[7] * (e[7] * e[7]) + SHARES[8] * (e[8] * e[8]))
        ) * (per_tolerance * per_tolerance)
        is_good = error <= 1.0
        factor = SAFETY * lane_exp(-0.1 * lane_log(error + 1e-100))
        factor = factor if factor < LARGEST_FACTOR else LARGEST_FACTOR
        # Where the error is not a number this comparison fails, and the step is cut the most.
        factor = factor if factor > SMALLEST_FACTOR else SMALLEST_FACTOR
        factor = factor if error < 1e100 else SMALLEST_FACTOR
        step = work[STEP + w]
        day = work[DAY + w]
        reached = day + step
        # The last step ends on the last day to the last digit.
        reached = end if end - reached < 1e-12 * end else reached
        work[BEGUN + w] = day
        day = either(is_good, reached, day)
        work[DAY + w] = day
        step = step * factor
        step = step if step < LONGEST_STEP else LONGEST_STEP
        left = end - day
        # Neither beyond the end nor to just before it.
        step = step if step < 0.5 * left else (0.5 * left if step < left else left)
        work[STEP + w] = step
        work[ERROR + w] = either(is_good, 1.0, 0.0)
    # Where a step was refused nothing is written of it, and what it began from may be anything.
    for k in range(STAGE):
        work[BEFORE + k] = work[CELLS + k]
        work[BEFORE + STAGE + k] = work[SLOPE + k]
        work[BEFORE + 2 * STAGE + k] = work[CURVATURE + k]
    for w in range(lanes):
        is_good = work[ERROR + w] > 0.0
        old = gathered(work, CELLS + w, STATES)
        new = gathered(work, STAGE_CELLS + w, STATES)
        scattered(
            work,
            CELLS + w,
            (
                either(is_good, new[0], old[0]),
                either(is_good, new[1], old[1]),
                either(is_good, new[2], old[2]),
                either(is_good, new[3], old[3]),
                either(is_good, new[4], old[4]),
                either(is_good, new[5], old[5]),
                either(is_good, new[6], old[6]),
                either(is_good, new[7], old[7]),
                either(is_good, new[8], old[8]),
            ),
        )


@njit(cache=True, **FLAGS)
def follow(start, own, grid, tolerance, first, beyond, lanes, kept, status, failed_day, steps):
    """Children `first` to `beyond`: kept [n, g, S], status, the day of failure, and steps [n].

    `lanes` is LANES; that the compiler does not know it keeps its loops over lanes whole.
    """
    work = np.zeros(ALL)
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
        _step_on(work, lanes, end, per_tolerance)
        for w in range(LANES):
            if fresh[w]:
                # This child came after its slopes were taken: what was computed is another's.
                who = child[w] if child[w] >= 0 else beyond - 1
                _load(work, w, start, own, who, first_step)

# SPDX-License-Identifier: Apache-2.0
"""The fast engine: children side by side on this machine's processor, in threads.

What a child's course becomes depends on that child alone: not on its neighbours, not on how many
there are, and not on the number of threads.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from cartulary.twin.engines import lanes_kernel, rows_kernel
from cartulary.twin.engines.compiled import make_ready
from cartulary.twin.engines.inputs import EngineInputError, checked, with_constants
from cartulary.twin.engines.solution import Solution, reasons

# As many as keep the lanes filled, and few enough that no thread is left waiting for long.
_CHILDREN_AT_ONCE = 512


def solve(
    start: NDArray[np.float64],
    cells: NDArray[np.float64],
    grid: NDArray[np.float64],
    *,
    tolerance: float = 1e-6,
    threads: int | None = None,
    into: NDArray[np.float64] | None = None,
) -> Solution:
    """The cells of every child on the days of the grid.

    start: `[len(CELL_STATES), n]` at the infusion. cells: `[len(CELL_PARAMETERS), n]`.
    grid: days since the infusion, rising from 0. tolerance: the error that a step may make in a
    log cell; the whole course's is a few times that. threads: as many as there are cores.
    into: `[n, g, len(CELL_STATES)]` to write into, where blocks follow one another: memory that is
    asked for anew each time costs a fifth of the time.

    A child whose integration fails is NaN from that day on, and `failed` says why.

    Refuses arrays of another shape, and a grid that does not rise from 0.
    """
    start, cells, grid = checked(start, cells, grid, tolerance)
    children = start.shape[1]
    own = with_constants(cells)
    kept = _room((children, grid.size, start.shape[0]), into)
    status = np.zeros(children, np.int64)
    failed_day = np.zeros(children)
    steps = np.zeros(children, np.int64)

    def piece(first: int) -> None:
        beyond = min(first + _CHILDREN_AT_ONCE, children)
        lanes_kernel.follow(
            start,
            own,
            grid,
            tolerance,
            first,
            beyond,
            rows_kernel.LANES,
            kept,
            status,
            failed_day,
            steps,
        )

    if children:
        make_ready(lanes_kernel.follow)
    firsts = range(0, children, _CHILDREN_AT_ONCE)
    workers = min(threads or os.cpu_count() or 1, len(firsts))
    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(piece, firsts):
                pass
    else:
        for first in firsts:
            piece(first)
    return Solution(grid, kept, reasons(status, failed_day), steps)


def _room(shape: tuple[int, int, int], into: NDArray[np.float64] | None) -> NDArray[np.float64]:
    if into is None:
        return np.empty(shape)
    if into.shape != shape or into.dtype != np.float64 or not into.flags.c_contiguous:
        raise EngineInputError(
            f"The array to write into has the shape {into.shape} and holds {into.dtype}; it must "
            f"be a contiguous array of float64 of the shape {shape}. Leave it out to get a new one."
        )
    return into

# SPDX-License-Identifier: Apache-2.0
"""The engine on an NVIDIA GPU: one thread a child, the same equations, slopes and steps.

A thread is a row of lanes one child wide, so that what a child's step is stands in one place for
both: `stages_kernel.py` for lanes, `cuda_kernel.py` for threads, both out of `equations.py`,
`slopes.py` and `elimination.py`. On a machine without a GPU the kernel runs in Numba's simulator
(NUMBA_ENABLE_CUDASIM=1), slowly, for the tests.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cartulary.course.errors import CartularyError
from cartulary.twin.engines.inputs import checked, with_constants
from cartulary.twin.engines.solution import Solution, reasons

_THREADS = 64
# So many children's courses stand in the GPU's memory at once: some 4 GiB over five years.
_CHILDREN_AT_ONCE = 262_144


class CudaError(CartularyError):
    """A GPU that is not there, or cannot be used."""


def solve(
    start: NDArray[np.float64],
    cells: NDArray[np.float64],
    grid: NDArray[np.float64],
    *,
    tolerance: float = 1e-6,
) -> Solution:
    """The cells of every child on the days of the grid, worked out on the GPU.

    start: `[len(CELL_STATES), n]` at the infusion. cells: `[len(CELL_PARAMETERS), n]`.
    grid: days since the infusion, rising from 0. tolerance: the error that a step may make in a
    log cell.

    Refuses a machine without a GPU that Numba can use, and what the other engines refuse.
    """
    from numba import cuda

    if not cuda.is_available():  # type: ignore[no-untyped-call]
        raise CudaError(
            "This machine has no NVIDIA GPU that Numba can use. Take the engine 'lanes', or set "
            "NUMBA_ENABLE_CUDASIM=1 to try the GPU's code, slowly, in Numba's simulator."
        )
    from cartulary.twin.engines.cuda_kernel import follow_on_gpu

    start, cells, grid = checked(start, cells, grid, tolerance)
    children = start.shape[1]
    own = with_constants(cells)
    kept = np.empty((children, grid.size, start.shape[0]))
    status = np.zeros(children, np.int64)
    failed_day = np.zeros(children)
    steps = np.zeros(children, np.int64)
    days = cuda.to_device(grid)
    for first in range(0, children, _CHILDREN_AT_ONCE):
        part = slice(first, min(first + _CHILDREN_AT_ONCE, children))
        many = part.stop - first
        # Child by child within a day, so that threads side by side write side by side.
        on_gpu = cuda.device_array((grid.size, start.shape[0], many))
        found = [cuda.to_device(array[part]) for array in (status, failed_day, steps)]
        blocks = (many + _THREADS - 1) // _THREADS
        follow_on_gpu[blocks, _THREADS](
            cuda.to_device(np.ascontiguousarray(start[:, part])),
            cuda.to_device(np.ascontiguousarray(own[:, part])),
            days,
            tolerance,
            on_gpu,
            *found,
        )
        kept[part] = np.moveaxis(on_gpu.copy_to_host(), 2, 0)
        for array, on in zip((status, failed_day, steps), found, strict=True):
            array[part] = on.copy_to_host()
    return Solution(grid, kept, reasons(status, failed_day), steps)

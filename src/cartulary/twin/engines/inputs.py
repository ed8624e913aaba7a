# SPDX-License-Identifier: Apache-2.0
"""What every engine is given, checked once and in one form."""

from __future__ import annotations

import inspect
from types import FunctionType

import numpy as np
from numpy.typing import NDArray

from cartulary.course.errors import CartularyError
from cartulary.twin.equations import (
    CELL_PARAMETERS,
    CELL_STATES,
    cell_constants,
)


class EngineInputError(CartularyError):
    """Arrays that are no children's cells, or a grid that is no calendar."""


def checked(
    start: NDArray[np.float64],
    cells: NDArray[np.float64],
    grid: NDArray[np.float64],
    tolerance: float = 1e-6,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The three arrays as contiguous numbers; refuses what an engine could not follow."""
    start = np.ascontiguousarray(start, dtype=np.float64)
    cells = np.ascontiguousarray(cells, dtype=np.float64)
    grid = np.ascontiguousarray(grid, dtype=np.float64)
    children = start.shape[1] if start.ndim == 2 else -1
    for name, array, rows in (
        ("start", start, len(CELL_STATES)),
        ("cells", cells, len(CELL_PARAMETERS)),
    ):
        if array.shape != (rows, children):
            raise EngineInputError(
                f"The array {name!r} has the shape {array.shape}; one row for each of {rows} names "
                "and one column a child is needed. Take the names from cartulary.twin.equations."
            )
    if grid.ndim != 1 or grid.size < 2 or grid[0] != 0 or not (np.diff(grid) > 0).all():
        raise EngineInputError(
            "The days of the grid do not rise from 0 over two days or more. Take them from "
            "cartulary.twin.clock.grid_days."
        )
    if not 1e-13 <= tolerance <= 1e-2:
        raise EngineInputError(
            f"The tolerance is {tolerance}; a step's error in a log cell is held between 1e-13 and "
            "1e-2. 1e-6 fits a simulation."
        )
    return start, cells, grid


def with_constants(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each child's parameters, and below them what is worked out from them once: CELL_CONSTANTS."""
    names = inspect.getfullargspec(cell_constants).args
    # The same text, read with NumPy's log, so that it takes every child at once.
    every_child = FunctionType(
        cell_constants.__code__, {**cell_constants.__globals__, "log": np.log}
    )
    with np.errstate(all="ignore"):
        constants = every_child(*(cells[CELL_PARAMETERS.index(name)] for name in names))
    return np.ascontiguousarray(np.vstack([cells, *constants]))

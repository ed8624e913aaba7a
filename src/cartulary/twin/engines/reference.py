# SPDX-License-Identifier: Apache-2.0
"""The plain engine: SciPy on the equations as they stand, one child after another.

Slow and obvious: what the fast engines are held to. SciPy's LSODA is no relative of their method.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import inspect

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from cartulary.twin.engines.inputs import checked, with_constants
from cartulary.twin.engines.solution import Solution
from cartulary.twin.equations import (
    CELL_PARAMETERS,
    CELL_STATES,
    SIGN_STATES,
    cell_changes,
    cytokine_release,
    sign_changes,
)

# Tighter than any agreement that is asked of the others.
_TOLERANCE = 1e-11

Changes = tuple[float, ...]

# What the release of cytokine takes of the cells and of a child.
_SEEN = tuple(inspect.signature(cytokine_release).parameters)[:-1]


def solve(
    start: NDArray[np.float64],
    cells: NDArray[np.float64],
    grid: NDArray[np.float64],
    *,
    tolerance: float = _TOLERANCE,
    method: str = "LSODA",
) -> Solution:
    """The cells of every child on the days of the grid.

    start: `[len(CELL_STATES), n]` at the infusion. cells: `[len(CELL_PARAMETERS), n]`.
    grid: days since the infusion, rising from 0. method: a name that SciPy's `solve_ivp` knows.

    Refuses arrays of another shape, and a grid that does not rise from 0.
    """
    start, cells, grid = checked(start, cells, grid, tolerance)
    children = start.shape[1]
    own = with_constants(cells)
    values = np.full((children, grid.size, len(CELL_STATES)), np.nan)
    steps = np.zeros(children, np.int64)
    failed = []
    for child in range(children):
        mine = own[:, child].tolist()

        def changes(
            day: float, states: NDArray[np.float64], mine: list[float] = mine
        ) -> tuple[float, ...]:
            known: tuple[float, ...] = cell_changes(day, *states.tolist(), *mine)
            return known

        values[child, 0] = start[:, child]
        try:
            course = solve_ivp(
                changes,
                (0.0, grid[-1]),
                start[:, child],
                method=method,
                t_eval=grid,
                rtol=tolerance,
                atol=tolerance,
            )
        except (ArithmeticError, ValueError) as error:
            failed.append(
                f"From day 0 since the infusion this child could not be followed: {error}."
            )
            continue
        reached = course.y.shape[1]
        values[child, :reached] = course.y.T
        steps[child] = course.nfev
        failed.append(
            ""
            if course.success
            else f"From day {grid[max(reached - 1, 0)]:.4g} since the infusion this child could "
            f"not be followed: {course.message}"
        )
    return Solution(grid, values, tuple(failed), steps)


def solve_with_signs(
    start: NDArray[np.float64],
    cells: NDArray[np.float64],
    parameters: NDArray[np.float64],
    days: NDArray[np.float64],
    lead_days: float = 6.0,
    *,
    tolerance: float = _TOLERANCE,
) -> NDArray[np.float64]:
    """Cells and signs as one system: `[n, day, CELL_STATES then SIGN_STATES]`.

    The signs begin at rest with the first lymphodepleting drug, `lead_days` before the infusion.
    """
    start, cells, days = checked(start, cells, days, tolerance)
    own = with_constants(cells)
    names = list(CELL_STATES + CELL_PARAMETERS)
    seen = [names.index(name) for name in _SEEN]
    both = len(CELL_STATES) + len(SIGN_STATES)
    kept = np.empty((start.shape[1], days.size, both))
    for child in range(start.shape[1]):
        mine = own[:, child].tolist()
        *of_signs, spent_share = parameters[:, child].tolist()

        def before(day: float, signs: NDArray[np.float64], of: list[float] = of_signs) -> Changes:
            known: Changes = sign_changes(day, 0.0, *signs.tolist(), *of)
            return known

        def after(
            day: float,
            states: NDArray[np.float64],
            mine: list[float] = mine,
            of: list[float] = of_signs,
            spent_share: float = spent_share,
        ) -> Changes:
            *cell_states, i, z, n1, n2, n3, n4, n5 = states.tolist()
            known = cell_states + mine
            release = cytokine_release(*[known[place] for place in seen] + [spent_share])
            signs: Changes = sign_changes(day + lead_days, release, i, z, n1, n2, n3, n4, n5, *of)
            changes: Changes = cell_changes(day, *cell_states, *mine)
            return changes + signs

        rest = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0])
        if lead_days > 0:
            rest = solve_ivp(
                before, (0.0, lead_days), rest, method="LSODA", rtol=tolerance, atol=tolerance
            ).y[:, -1]
        kept[child] = solve_ivp(
            after,
            (0.0, days[-1]),
            np.concatenate([start[:, child], rest]),
            method="LSODA",
            t_eval=days,
            rtol=tolerance,
            atol=tolerance,
        ).y.T
    return kept

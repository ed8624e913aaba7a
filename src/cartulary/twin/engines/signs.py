# SPDX-License-Identifier: Apache-2.0
"""Signs from the cells: cytokine and neuro compartment filtered, neutrophils from the drugs on.

The signs follow the cells and never act back on them, so they are worked out afterwards, from the
cells kept each day: between two days the cells' own changes and curvatures say how they went. The
cytokine is then fed by a polynomial over each day, for which its decay is exact.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cartulary.course.errors import CartularyError
from cartulary.twin.clock import LAST_DAILY_DAY
from cartulary.twin.engines.inputs import with_constants
from cartulary.twin.engines.solution import Solution
from cartulary.twin.equations import SIGN_PARAMETERS, SIGN_STATES


class SignsError(CartularyError):
    """Cells or parameters from which no signs can be worked out."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of n children on each day since the infusion: `values[child, day, sign]`.

    In the order of `equations.SIGN_STATES`; NaN from the day on which the cells could not be
    followed. Neutrophils and their precursors are beside their resting number.
    """

    days: NDArray[np.float64]
    values: NDArray[np.float64]

    def of(self, sign: str) -> NDArray[np.float64]:
        """One sign of every child on every day, `[n, day]`, by its name in SIGN_STATES."""
        return self.values[:, :, SIGN_STATES.index(sign)]


def signs(
    solution: Solution,
    cells: NDArray[np.float64],
    parameters: NDArray[np.float64],
    lead_days: NDArray[np.float64] | float = 6.0,
    *,
    threads: int = 1,
) -> Signs:
    """The signs on the days that the solution keeps one by one: the infusion to day 60.

    cells: `[len(CELL_PARAMETERS), n]`, those that the solution was made with. parameters:
    `[len(SIGN_PARAMETERS), n]`. lead_days: from the first lymphodepleting drug to the infusion.

    Refuses arrays of another shape, and a solution that does not keep its first days one by one.
    """
    children = len(solution.values)
    days = int(np.searchsorted(solution.days, min(LAST_DAILY_DAY, solution.days[-1]), "right"))
    if not np.array_equal(solution.days[:days], np.arange(days)):
        raise SignsError(
            "The solution does not keep the days since the infusion one by one, so that the signs "
            "between them are not known. Solve on cartulary.twin.clock.grid_days."
        )
    parameters = np.ascontiguousarray(parameters, dtype=np.float64)
    if parameters.shape != (len(SIGN_PARAMETERS), children):
        raise SignsError(
            f"The parameters of the signs have the shape {parameters.shape}; one row for each of "
            f"{len(SIGN_PARAMETERS)} names and one column for each of {children} children is "
            "needed. Take the names from cartulary.twin.equations.SIGN_PARAMETERS."
        )
    from cartulary.twin.engines import rows_kernel, signs_kernel
    from cartulary.twin.engines.compiled import make_ready

    lead = np.ascontiguousarray(np.broadcast_to(lead_days, children), dtype=np.float64)
    kept = np.full((children, days, len(SIGN_STATES)), np.nan)
    own = with_constants(np.ascontiguousarray(cells, dtype=np.float64))

    def piece(first: int) -> None:
        signs_kernel.follow_signs(
            solution.values, own, parameters, lead, days, first, rows_kernel.LANES, kept
        )

    if children:
        make_ready(signs_kernel.follow_signs)
    firsts = range(0, children, rows_kernel.LANES)
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(piece, firsts):
                pass
    else:
        for first in firsts:
            piece(first)
    return Signs(solution.days[:days], kept)

# SPDX-License-Identifier: Apache-2.0
"""What an engine gives back: every child's cells on every day of the grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cartulary.twin.equations import CELL_STATES


@dataclass(frozen=True, slots=True)
class Solution:
    """The cells of n children on g days since the infusion.

    `values[child, day, state]` stands in the order of `equations.CELL_STATES`; from the day on
    which a child's integration failed they are NaN. `failed` holds a sentence that names the
    day and the reason, or an empty text where all is well. `steps` counts the steps taken.
    """

    days: NDArray[np.float64]
    values: NDArray[np.float64]
    failed: tuple[str, ...]
    steps: NDArray[np.int64]

    def of(self, state: str) -> NDArray[np.float64]:
        """One state of every child on every day, `[n, g]`, by its name in CELL_STATES."""
        return self.values[:, :, CELL_STATES.index(state)]

    def ok(self) -> NDArray[np.bool_]:
        """Which children were followed to the horizon, `[n]`."""
        return np.array([not reason for reason in self.failed], dtype=np.bool_)


# What an engine's status says of a child; the numbers are those of the compiled engines.
STATUS = (
    "",
    "its cells are no longer finite numbers",
    "its step fell below a ten-thousandth of a second",
    "it took more steps than any child's course should",
)


def reasons(status: NDArray[np.int64], failed_day: NDArray[np.float64]) -> tuple[str, ...]:
    """A sentence for each child whose integration failed, an empty text for each other."""
    if not status.any():
        return ("",) * len(status)
    return tuple(
        f"From day {day:.4g} since the infusion this child could not be followed: {STATUS[code]}."
        if code
        else ""
        for code, day in zip(status.tolist(), failed_day.tolist(), strict=True)
    )

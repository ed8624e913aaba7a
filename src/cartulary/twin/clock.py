# SPDX-License-Identifier: Apache-2.0
"""The days at which a child's cells are kept: each day at first, then ever further apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cartulary.course.errors import CartularyError

# Day on which each spacing ends, and the spacing in days.
_SPACINGS = ((60, 1), (365, 5), (1825, 15))
_LAST_SPACING_DAYS = 30

# Signs are followed day by day as far as neutrophils are.
LAST_DAILY_DAY = 60


class ClockError(CartularyError):
    """A horizon over which no course can be followed."""


def grid_days(horizon_days: float) -> NDArray[np.float64]:
    """The days since an infusion at which the cells are kept, the horizon itself included.

    Every day to day 60, every 5 days to a year, every 15 to five years, then every 30.

    Refuses a horizon that is no positive number of days.

    >>> grid_days(75)[-5:]
    array([59., 60., 65., 70., 75.])
    >>> len(grid_days(1825))
    220
    """
    if not np.isfinite(horizon_days) or horizon_days <= 0:
        raise ClockError(
            f"The horizon is {horizon_days} days; a course is followed over a positive, finite "
            "number of days. Give one, for instance 1825 for five years."
        )
    days = [0.0]
    start = 0
    for end, spacing in _SPACINGS:
        days.extend(float(day) for day in range(start + spacing, end + 1, spacing))
        start = end
    days.extend(
        np.arange(start + _LAST_SPACING_DAYS, horizon_days + _LAST_SPACING_DAYS, 30.0).tolist()
    )
    kept = [day for day in days if day < horizon_days]
    return np.array([*kept, float(horizon_days)])

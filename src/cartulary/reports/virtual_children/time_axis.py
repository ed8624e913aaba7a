# SPDX-License-Identifier: Apache-2.0
"""The child's time: four stretches, each linear, with a gap between; days from the infusion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DAYS_PER_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of the axis: days from `first` to `last` on x from `left` to `right`."""

    first: float
    last: float
    left: float
    right: float

    def holds(self, day: float) -> bool:
        """Whether a day lies in this part; the last day belongs to the next part."""
        return self.first <= day < self.last

    def x(self, day: float) -> float:
        """Where a day lies."""
        share = (day - self.first) / (self.last - self.first)
        return self.left + share * (self.right - self.left)


CELL: Final = 13.0  # the width of one day's grade
_FIRST_MONTH_DAYS: Final = 30
STRETCHES: Final = (
    Stretch(-60.0, 0.0, 0.0, 108.0),
    Stretch(0.0, 31.0, 117.0, 117.0 + 31 * CELL),
    Stretch(31.0, DAYS_PER_YEAR, 529.0, 689.0),
    Stretch(DAYS_PER_YEAR, 5 * DAYS_PER_YEAR, 698.0, 832.0),
)
WIDTH: Final = 832.0

#: Day of each tick, and its label in English and Dutch.
TICKS: Final = (
    (-60.0, ("−60", "−60")),
    (-30.0, ("−30", "−30")),
    (0.5, ("D0", "D0")),
    (7.5, ("7", "7")),
    (14.5, ("14", "14")),
    (21.5, ("21", "21")),
    (28.5, ("28", "28")),
    (91.3, ("3 mo", "3 mnd")),
    (182.6, ("6", "6")),
    (273.9, ("9", "9")),
    (365.2, ("1 yr", "1 jr")),
    (2 * DAYS_PER_YEAR, ("2", "2")),
    (3 * DAYS_PER_YEAR, ("3", "3")),
    (4 * DAYS_PER_YEAR, ("4", "4")),
    (5 * DAYS_PER_YEAR, ("5 yr", "5 jr")),
)


def x_of(day: float) -> float:
    """Where a day lies on the whole axis; what lies outside it stands at its end."""
    held = min(max(day, STRETCHES[0].first), STRETCHES[-1].last)
    for stretch in STRETCHES:
        if held <= stretch.last:
            return stretch.x(held)
    return STRETCHES[-1].right


def x_of_day_cell(day: float) -> float:
    """The middle of a day in the first month, where a day is a cell; else as `x_of`."""
    return x_of(day + 0.5) if 0 <= day <= _FIRST_MONTH_DAYS else x_of(day)

# SPDX-License-Identifier: Apache-2.0
"""Calendar dates known in full or in part, and the only arithmetic between dates and study days."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from cartulary.course.choice import Choice


class Precision(Choice):
    """How exactly a day is known."""

    DAY = "day", "to the day", "op de dag"
    MONTH = "month", "to the month", "op de maand"
    YEAR = "year", "to the year", "op het jaar"
    UNKNOWN = "unknown", "date unknown", "datum onbekend"


MIDDLE_OF_MONTH = 15
MIDDLE_OF_YEAR = (7, 1)


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date of which the day, or the day and the month, may be unknown.

    A study day needs one number, so a partial date stands at the middle of what it may be
    (the 15th; 1 July); its precision travels with it, and `earliest` and `latest` bound it.

    >>> when = PartialDate(2020, 3)
    >>> str(when), when.precision.value, when.middle.isoformat(), when.latest.isoformat()
    ('2020-03', 'month', '2020-03-15', '2020-03-31')
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError(f"A day ({self.day}) without a month says nothing. Give the month.")
        date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """A calendar date known to the day."""
        return cls(day.year, day.month, day.day)

    @classmethod
    def from_iso(cls, text: str) -> PartialDate:
        """`2020`, `2020-03` or `2020-03-17`; anything else is refused with a ValueError."""
        match = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a date. Write 2020-03-17, 2020-03 or 2020.")
        year, month, day = match.groups()
        return cls(int(year), int(month) if month else None, int(day) if day else None)

    @property
    def precision(self) -> Precision:
        """To the day, the month or the year."""
        if self.month is None:
            return Precision.YEAR
        return Precision.MONTH if self.day is None else Precision.DAY

    @property
    def middle(self) -> date:
        """The calendar date that stands for this one in day arithmetic."""
        if self.month is None:
            return date(self.year, *MIDDLE_OF_YEAR)
        return date(self.year, self.month, MIDDLE_OF_MONTH if self.day is None else self.day)

    @property
    def earliest(self) -> date:
        """The first calendar date it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last calendar date it can be."""
        month = self.month or 12
        last = calendar.monthrange(self.year, month)[1]
        return date(self.year, month, self.day or last)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        if self.month is not None:
            parts.append(f"{self.month:02d}")
        if self.day is not None:
            parts.append(f"{self.day:02d}")
        return "-".join(parts)


def study_day(when: PartialDate | date, day0: date) -> int:
    """The study day of a calendar date: days since the indication, which is day 0.

    >>> study_day(date(2020, 3, 17), date(2020, 3, 10))
    7
    """
    return ((when.middle if isinstance(when, PartialDate) else when) - day0).days


def calendar_date(day: int, precision: Precision, day0: date) -> PartialDate | None:
    """The way back from a study day to a (partial) calendar date; None when it is unknown."""
    if precision is Precision.UNKNOWN:
        return None
    full = day0 + timedelta(days=day)
    if precision is Precision.YEAR:
        return PartialDate(full.year)
    if precision is Precision.MONTH:
        return PartialDate(full.year, full.month)
    return PartialDate.of(full)

# SPDX-License-Identifier: Apache-2.0
"""The children of a period: those whose indication fell in it, by the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from cartulary.course.course import Course
from cartulary.course.dates import Precision
from cartulary.course.errors import EstimandError
from cartulary.course.events import Indication


@dataclass(frozen=True, slots=True)
class Period:
    """From one calendar date to another, both included; None leaves that side open."""

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first and self.last and self.last < self.first:
            raise EstimandError(
                f"The period ends on {self.last}, before it begins on {self.first}. No child falls "
                "in it. Exchange the two dates."
            )

    @property
    def is_open(self) -> bool:
        """True when it leaves nobody out."""
        return self.first is None and self.last is None

    def holds(self, day: date) -> bool:
        """Whether a date lies in it."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class InPeriod:
    """Who falls in a period: one truth value a course, and how many courses have no date."""

    chosen: tuple[bool, ...]
    without_date: int


def in_period(courses: Iterable[Course], period: Period) -> InPeriod:
    """Which courses have their indication in a period.

    A course whose day 0 has no calendar date, or whose indication has no day, is in no period
    that is closed on either side; it is counted in `without_date`.
    """
    chosen: list[bool] = []
    undated = 0
    for course in courses:
        day = indication_date(course)
        undated += day is None
        chosen.append(period.is_open if day is None else period.holds(day))
    return InPeriod(tuple(chosen), undated)


def indication_date(course: Course) -> date | None:
    """The calendar date of the first indication; None where it is not known at all.

    One known to the month or the year stands where the course puts it, in the middle.

    >>> from cartulary.course import Origin
    >>> given = Course("P-1", Origin.RECORDED, (Indication(3),), day0=date(2020, 1, 1))
    >>> indication_date(given)
    datetime.date(2020, 1, 4)
    """
    first = course.first(Indication)
    if course.day0 is None or first is None or first.day is None:
        return None
    if first.precision is Precision.UNKNOWN:
        return None
    return course.day0 + timedelta(days=first.day)

# SPDX-License-Identifier: Apache-2.0
"""What a typed date may be relative to: today, the child's day 0, and the infusions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from cartulary.course.absence import is_known
from cartulary.course.course import DayZero
from cartulary.course.dates import Precision
from cartulary.course.events import Event, Infusion


@dataclass(frozen=True, slots=True)
class InfusionDay:
    """One infusion from which days are counted: its number and its study day."""

    number: int
    day: int


@dataclass(frozen=True, slots=True)
class Anchors:
    """Today, day 0 (a date, or None) and what it is, and the infusions known to the day.

    >>> anchors = Anchors(date(2020, 10, 1), date(2020, 2, 3), infusions=(InfusionDay(1, 43),))
    >>> anchors.date_of(50).isoformat()
    '2020-03-24'
    """

    today: date
    day0: date | None = None
    day0_is: DayZero = DayZero.INDICATION
    infusions: tuple[InfusionDay, ...] = ()

    def date_of(self, day: int) -> date | None:
        """The calendar date of a study day; None where day 0 has none, or no calendar has it."""
        if self.day0 is None:
            return None
        try:
            return self.day0 + timedelta(days=day)
        except OverflowError:
            return None

    @property
    def last_infusion(self) -> InfusionDay | None:
        """The infusion that D+ counts from when nothing else is said."""
        return self.infusions[-1] if self.infusions else None

    def infusion(self, number: int) -> InfusionDay | None:
        """The infusion with this number."""
        return next((one for one in self.infusions if one.number == number), None)


def infusions_of(events: Iterable[Event], without: str = "") -> tuple[InfusionDay, ...]:
    """The infusions known to the day, in order; numbered by themselves where they say no number.

    `without` is the id of an event that is being changed and cannot be counted from.
    """
    dated = sorted(
        (e for e in events if isinstance(e, Infusion) and e.event_id != without and _exact(e)),
        key=lambda infusion: infusion.day or 0,
    )
    return tuple(
        InfusionDay(one.number if is_known(one.number) else position, one.day)
        for position, one in enumerate(dated, start=1)
        if one.day is not None
    )


def _exact(event: Event) -> bool:
    return event.day is not None and event.precision is Precision.DAY

# SPDX-License-Identifier: Apache-2.0
"""Windows of follow-up on one time axis: where each bar, mark and line of a row is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.dates import MONTHS_3

from cartulary.registry.worklists import Standing

#: Across, everything is in percent of the column; down, in pixels of a row.
WIDTH: Final = 100.0
HEIGHT: Final = 34

_MONTHS_BACK: Final = 3
_DAYS_AHEAD: Final = 55
# So much room the word "today" takes, to the left of its line.
_CLEAR: Final = 18.0
_CLEAR_WHEN_NARROW: Final = 32.0


@dataclass(frozen=True, slots=True)
class MonthLine:
    """The first of a month: where it stands, and its name or "" where there is no room for it.

    `near`: there is no room for the name on a narrow page.
    """

    x: float
    label: str
    near: bool = False


@dataclass(frozen=True, slots=True)
class WindowBar:
    """One item on the axis. None is what does not lie on it.

    `bar_x` and `bar_width`: the window. `closes_x`: the mark where it closes. `late_x`: from where
    a line runs to today. `target_x`: the mark of the target.
    """

    tone: str
    bar_x: float | None = None
    bar_width: float = 0.0
    closes_x: float | None = None
    late_x: float | None = None
    target_x: float | None = None


class Axis:
    """Some months before today and some weeks after it.

    >>> axis = Axis(date(2020, 10, 1))
    >>> axis.first.isoformat(), axis.last.isoformat(), round(axis.today_x)
    ('2020-07-01', '2020-11-25', 63)
    """

    def __init__(self, today: date) -> None:
        self.today = today
        month = today.year * 12 + today.month - 1 - _MONTHS_BACK
        self.first = date(month // 12, month % 12 + 1, 1)
        self.last = today + timedelta(days=_DAYS_AHEAD)
        self._scale = WIDTH / (self.last - self.first).days

    def x(self, day: date) -> float:
        """Where a date stands, from 0 to 100; the nearest end for one beyond."""
        raw = (day - self.first).days * self._scale
        return round(min(max(raw, 0.0), WIDTH), 2)

    @property
    def today_x(self) -> float:
        """Where today stands."""
        return self.x(self.today)

    def holds(self, day: date) -> bool:
        """Whether a date lies on the axis."""
        return self.first <= day <= self.last

    def months(self) -> Iterator[MonthLine]:
        """The first of each month, without a label where today's would be run over."""
        day = self.first
        while day <= self.last:
            x = self.x(day)
            before = self.today_x - x
            label = "" if 0.0 < before < _CLEAR else str(MONTHS_3[day.month])
            yield MonthLine(x, label, near=0.0 < before < _CLEAR_WHEN_NARROW)
            day = (day + timedelta(days=31)).replace(day=1)

    def bar(self, opens: date, target: date, closes: date, standing: Standing) -> WindowBar:
        """One item as it is drawn."""
        windowed = opens < closes
        shown = windowed and closes >= self.first and opens <= self.last
        start, end = self.x(opens), self.x(closes)
        late = standing in (Standing.LATE, Standing.ASK) and closes < self.today
        return WindowBar(
            tone=standing.value,
            bar_x=start if shown else None,
            bar_width=round(end - start, 2) if shown else 0.0,
            closes_x=end if windowed and self.holds(closes) else None,
            late_x=end if late else None,
            target_x=self.x(target) if self.holds(target) else None,
        )

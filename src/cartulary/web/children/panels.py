# SPDX-License-Identifier: Apache-2.0
"""A child's time in four panels, each with its own day scale: where a day stands on the page."""

from __future__ import annotations

from dataclasses import dataclass

LEFT = 168.0
RIGHT = 1060.0


@dataclass(frozen=True, slots=True)
class Panel:
    """One stretch of days, from `first` to `last`, drawn linearly from `x0` to `x1`."""

    name: str
    first: int
    last: int
    x0: float
    x1: float
    ticks: tuple[int, ...]

    def x(self, day: float) -> float:
        """The place of the middle of a day."""
        return self.x0 + (day - self.first + 0.5) / (self.last - self.first + 1) * (
            self.x1 - self.x0
        )

    @property
    def day_width(self) -> float:
        """How wide one day is."""
        return (self.x1 - self.x0) / (self.last - self.first + 1)


BEFORE = Panel("before", -60, -1, 168.0, 318.0, (-60, -30))
MONTH = Panel("month", 0, 30, 326.0, 729.0, (0, 7, 14, 21, 28))
YEAR = Panel("year", 31, 365, 737.0, 937.0, (100, 183, 365))
LATER = Panel("later", 366, 5479, 945.0, RIGHT, (1826, 3652, 5479))

ALL = (BEFORE, MONTH, YEAR, LATER)


def one_panel(name: str) -> tuple[Panel, ...]:
    """All four panels, or the one of this name over the whole width."""
    for panel in ALL:
        if panel.name == name:
            return (Panel(panel.name, panel.first, panel.last, LEFT, RIGHT, panel.ticks),)
    return ALL


@dataclass(frozen=True, slots=True)
class Clock:
    """Places days on the panels; `anchor` is the study day drawn as 0.

    >>> clock = Clock(ALL, 43)
    >>> clock.place(43) == MONTH.x(0), clock.place(43 - 200) is None
    (True, True)
    """

    panels: tuple[Panel, ...]
    anchor: int

    def after(self, study_day: int) -> int:
        """A study day as days after the anchor."""
        return study_day - self.anchor

    def panel_of(self, study_day: int) -> Panel | None:
        """The panel in which a study day lies; None when it is off the page."""
        day = self.after(study_day)
        return next((p for p in self.panels if p.first <= day <= p.last), None)

    def place(self, study_day: int) -> float | None:
        """The x of a study day; None when it is off the page."""
        panel = self.panel_of(study_day)
        return None if panel is None else panel.x(self.after(study_day))

    def stretches(self, start: int, end: int) -> list[tuple[float, float]]:
        """The parts of a stretch of study days, panel by panel, each from edge to edge of a day."""
        parts = []
        first, last = self.after(start), self.after(end)
        for panel in self.panels:
            low, high = max(first, panel.first), min(last, panel.last)
            if low <= high:
                half = panel.day_width / 2
                parts.append((panel.x(low) - half, panel.x(high) + half))
        return parts

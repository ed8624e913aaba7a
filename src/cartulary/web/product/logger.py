# SPDX-License-Identifier: Apache-2.0
"""The readings of a temperature logger, pasted as text: one a line, with or without its time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cartulary.course.tables.numbers import number_of
from cartulary.course.tables.refusal import Refusal

#: More text than this is no logger's list.
LONGEST_LOG: Final = 200_000
#: A curve is kept in this many parts, of each its lowest and its highest reading.
_PARTS: Final = 60
_DAY_MINUTES: Final = 24 * 60
_LINE: Final = re.compile(
    r"(?:(?P<date>\d{4}-\d\d-\d\d)[T\s;,]+)?"
    r"(?:(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?[\s;,]+)?"
    r"(?P<celsius>[-−+]?\d{1,3}(?:[.,]\d+)?)\s*(?:°?\s*C)?"
)


@dataclass(frozen=True, slots=True)
class LoggerReadings:
    """What a logger wrote: minutes since its first reading, and degrees Celsius."""

    points: tuple[tuple[float, float], ...]
    timed: bool

    @property
    def lowest_celsius(self) -> float:
        """The lowest reading."""
        return min(celsius for _, celsius in self.points)

    @property
    def highest_celsius(self) -> float:
        """The highest reading."""
        return max(celsius for _, celsius in self.points)

    def plain(self) -> dict[str, Any]:
        """As an entry keeps it: how many there were, and a curve that keeps every extreme."""
        kept = _thinned(self.points)
        return {
            "count": len(self.points),
            "timed": self.timed,
            "minutes": [minutes for minutes, _ in kept],
            "celsius": [celsius for _, celsius in kept],
        }


def read_log(text: str) -> LoggerReadings | int | None:
    """The readings; the number of the first line that is none; None where there is no line.

    Times go on over midnight. Where a line has no time, all stand at equal distances.

    >>> read_log("2020-09-29 23:50; -177,5\\n2020-09-30 00:10; -171")
    LoggerReadings(points=((0.0, -177.5), (20.0, -171.0)), timed=True)
    >>> read_log("4.1 °C\\nbroken")
    2
    """
    found: list[tuple[float | None, float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        celsius = number_of(match["celsius"].replace("−", "-")) if match else None
        if match is None or celsius is None or isinstance(celsius, Refusal) or celsius.rest:
            return number
        try:
            minutes = _minutes(match, found[-1][0] if found else None)
        except ValueError:
            return number
        found.append((minutes, celsius.value))
    if not found:
        return None
    times = [minutes for minutes, _ in found if minutes is not None]
    timed = len(times) == len(found) and times == sorted(times)
    start = times[0] if timed else 0.0
    return LoggerReadings(
        tuple(
            (minutes - start if timed and minutes is not None else float(place), celsius)
            for place, (minutes, celsius) in enumerate(found)
        ),
        timed,
    )


def _minutes(match: re.Match[str], before: float | None) -> float | None:
    if match["hour"] is None:
        return None
    minutes = float(int(match["hour"]) * 60 + int(match["minute"]))
    if match["date"]:
        return minutes + datetime.fromisoformat(match["date"]).toordinal() * _DAY_MINUTES
    while before is not None and minutes < before:
        minutes += _DAY_MINUTES
    return minutes


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    if len(points) <= 2 * _PARTS:
        return list(points)
    kept: list[tuple[float, float]] = []
    for part in range(_PARTS):
        some = points[len(points) * part // _PARTS : len(points) * (part + 1) // _PARTS]
        ends = {min(some, key=_celsius), max(some, key=_celsius)}
        kept += [point for point in some if point in ends]
    return sorted({points[0], *kept, points[-1]})


def _celsius(point: tuple[float, float]) -> float:
    return point[1]


def points_of(temperature: Mapping[str, Any]) -> list[tuple[float, float]]:
    """The curve that an entry keeps; empty where there is none."""
    series = temperature.get("series") or {}
    return list(zip(series.get("minutes") or (), series.get("celsius") or (), strict=False))

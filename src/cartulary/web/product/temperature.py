# SPDX-License-Identifier: Apache-2.0
"""The temperature of one leg drawn small: its curve, or its lowest and highest, at the limits.

The limits are those that were given for the product when the step was written; none is drawn
where none was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cartulary.registry.product_life_limits import Range
from cartulary.web.product.logger import points_of
from cartulary.web.product.spoken import DEGREES, limit_of, range_words, readings_words, say

WIDTH: Final = 120
HEIGHT: Final = 26


@dataclass(frozen=True, slots=True)
class TemperatureMark:
    """A small picture: `curve` are the points of a line, else `start` and `end` of a bar.

    `limits` are the places of the limits: heights beside a curve, else places along the bar.
    `within` is where the bar keeps to them, as start and length.
    """

    words: str
    curve: str = ""
    limits: tuple[str, ...] = ()
    within: tuple[str, str] = ("", "")
    start: str = ""
    end: str = ""
    length: str = ""


def mark_of(temperature: Mapping[str, Any], judged: str = "") -> TemperatureMark | None:
    """The picture of a step's temperature; None where nothing was read."""
    ends = [temperature.get("lowest_celsius"), temperature.get("highest_celsius")]
    given = [float(end) for end in ends if end is not None]
    if not given:
        return None
    limits = limit_of(temperature)
    points = points_of(temperature)
    words = _words(temperature, limits, judged)
    if len(points) > 1:
        return _curve(points, limits, words)
    return _bar(min(given), max(given), limits, words)


def _words(temperature: Mapping[str, Any], limits: Range, judged: str) -> str:
    said = f"{readings_words(temperature)}{DEGREES}"
    if limits.is_set:
        said += f"; {say('limit')} {range_words(limits, DEGREES)}"
    count = (temperature.get("series") or {}).get("count")
    if count:
        said += "; " + say("%(count)d readings") % {"count": count}
    return f"{said}: {judged}" if judged else said


def _curve(points: list[tuple[float, float]], limits: Range, words: str) -> TemperatureMark:
    marks = _ends(limits)
    along = _Scale([minutes for minutes, _ in points], WIDTH)
    up = _Scale([*(celsius for _, celsius in points), *marks], HEIGHT)
    return TemperatureMark(
        words,
        curve=" ".join(f"{along(m):.1f},{HEIGHT - up(c):.1f}" for m, c in points),
        limits=tuple(f"{HEIGHT - up(mark):.1f}" for mark in marks),
    )


def _bar(low: float, high: float, limits: Range, words: str) -> TemperatureMark:
    marks = _ends(limits)
    along = _Scale([low, high, *marks], WIDTH)
    within = ("", "")
    if limits.is_set:
        first = 0.0 if limits.low is None else along(limits.low)
        last = float(WIDTH) if limits.high is None else along(limits.high)
        within = (f"{first:.1f}", f"{last - first:.1f}")
    return TemperatureMark(
        words,
        limits=tuple(f"{along(mark):.1f}" for mark in marks),
        within=within,
        start=f"{along(low):.1f}",
        end=f"{along(high):.1f}",
        length=f"{along(high) - along(low):.1f}",
    )


def _ends(limits: Range) -> list[float]:
    return [end for end in (limits.low, limits.high) if end is not None]


class _Scale:
    """From values to places, with room at both ends; everything in the middle where all agree."""

    def __init__(self, values: list[float], length: int) -> None:
        self.low, self.high = min(values), max(values)
        self.length = length

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return self.length / 2
        room = self.length / 8
        share = (value - self.low) / (self.high - self.low)
        return room + share * (self.length - 2 * room)

# SPDX-License-Identifier: Apache-2.0
"""Figures as dots on one axis, a row each: balance before and after, and estimates by method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import Frame, broken, layered, pixels
from cartulary.reports.text import Count

LEFT, RIGHT, VALUES = 206.0, 484.0, 518.0
TOP, ROW, DETAIL = 30.0, 24.0, 13.0
KEY = 26.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its limits; open dots are what is shown for comparison."""

    value: float
    low: float | None = None
    high: float | None = None
    filled: bool = True


@dataclass(frozen=True, slots=True)
class DotRow:
    """A row: its name, a line below it, its dots, and its value in words at the right.

    rests_on: the counts that dots, words and detail give away.
    """

    label: str
    dots: tuple[Dot, ...]
    words: str
    detail: str = ""
    strong: bool = False
    starts_group: bool = False
    rests_on: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class DotsData:
    """Rows on one axis from `low` to `high`.

    ticks: value and words. bounds: values with a dotted line, such as the limits of balance.
    left, right: what lies to either side of 0, in a word or two. key: names of filled and open
    dots, empty where all are alike. withheld: the word for what may not be shown.
    """

    rows: tuple[DotRow, ...]
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    origin: str
    axis: str
    values: str
    bounds: tuple[float, ...] = ()
    left: str = ""
    right: str = ""
    key: tuple[str, str] = ("", "")
    withheld: str = ""

    @property
    def rests_on(self) -> tuple[Count, ...]:
        """Every count that a row gives away."""
        return tuple(count for row in self.rows for count in row.rests_on)

    def disclosed(self, hidden: Callable[[Count], bool], limit: int) -> DotsData | None:
        """The rows that may be shown, the others named; None where none may."""
        rows = tuple(
            replace(row, dots=(), words=self.withheld, detail="", rests_on=())
            if any(map(hidden, row.rests_on))
            else row
            for row in self.rows
        )
        return replace(self, rows=rows) if any(row.dots for row in rows) else None

    def chart(self, lang: str, medium: str = "print") -> Any:
        """The Altair chart; all words are finished, in either medium."""
        return dots(self)


def dots(data: DotsData) -> Any:
    """The chart in pixels, as tall as its rows."""
    y, placed = TOP + 14, []
    for row in data.rows:
        y += 9 if row.starts_group and placed else 0
        placed.append((row, y))
        lines = len(_label_lines(row)) + len(_detail_lines(row))
        y += max(ROW, 10 + DETAIL * lines)
    bottom = y - 8
    height = bottom + (KEY if data.key[0] or data.left else 6)
    frame = pixels(theme.PAGE_WIDTH, height)

    def at(value: float) -> float:
        share = (min(max(value, data.low), data.high) - data.low) / (data.high - data.low)
        return LEFT + share * (RIGHT - LEFT)

    zero = at(0.0)
    layers = [
        frame.rules(
            [
                {"x": at(v), "y": TOP - 6, "x2": at(v), "y2": bottom}
                for v, _ in data.ticks
                if v != 0.0
            ]
        ),
        frame.rule(zero, TOP - 6, zero, bottom, theme.INK, 1),
        frame.texts(
            [{"x": at(v), "y": 18, "words": words} for v, words in data.ticks],
            color=theme.INK_2,
            align="center",
        ),
        frame.text(0, 18, data.axis, color=theme.INK_2, size=theme.SMALL),
        frame.text(VALUES, 18, data.values, color=theme.INK_2, size=theme.SMALL),
    ]
    if data.bounds:
        layers.append(
            frame.rules(
                [{"x": at(v), "y": TOP - 6, "x2": at(v), "y2": bottom} for v in data.bounds],
                theme.INK_2,
                1,
                (1.5, 2.5),
            )
        )
    hue = theme.ORIGIN[data.origin][0]
    for row, top in placed:
        layers += _row(frame, row, top, at, hue)
    layers += _foot(frame, data, zero, bottom + 16, hue)
    return layered(frame, layers)


def _label_lines(row: DotRow) -> list[str]:
    """The row's name, as wide as its column."""
    return list(broken(row.label, LEFT - 18))


def _detail_lines(row: DotRow) -> list[str]:
    """The smaller words below the name."""
    return list(broken(row.detail, LEFT - 18, theme.SMALL)) if row.detail else []


def _row(frame: Frame, row: DotRow, top: float, at: Any, hue: str) -> list[Any]:
    """Name, detail, dots with limits, and the value in words."""
    lines, details = _label_lines(row), _detail_lines(row)
    layers = [
        frame.texts(
            [
                {"x": 0, "y": top + DETAIL * place, "words": line}
                for place, line in enumerate(lines)
            ],
            weight=600 if row.strong else 400,
        )
    ]
    if details:
        layers.append(
            frame.texts(
                [
                    {"x": 0, "y": top + DETAIL * place, "words": line}
                    for place, line in enumerate(details, start=len(lines))
                ],
                color=theme.INK_2,
                size=theme.SMALL,
            )
        )
    for dot in row.dots:
        if dot.low is not None and dot.high is not None:
            layers.append(
                frame.rule(at(dot.low), top, at(dot.high), top, hue, 3.0 if row.strong else 1.8)
            )
        if dot.filled:
            layers.append(frame.mark(at(dot.value), top, "circle", size=56, fill=hue))
        else:
            layers.append(frame.mark(at(dot.value), top, "circle", size=48, stroke=theme.INK_2))
    words = frame.text(
        VALUES, top, row.words, color=theme.INK if row.dots else theme.INK_3,
        weight=600 if row.strong else 400,
    )  # fmt: skip
    return [*layers, words]


def _foot(frame: Frame, data: DotsData, zero: float, y: float, hue: str) -> list[Any]:
    """What either side means, and what filled and open dots are."""
    layers: list[Any] = []
    if data.left or data.right:
        layers.append(
            frame.text(zero - 8, y, data.left, color=theme.INK_2, size=theme.SMALL, align="right")
        )
        layers.append(frame.text(zero + 8, y, data.right, color=theme.INK_2, size=theme.SMALL))
    if data.key[0]:
        layers += [
            frame.mark(VALUES + 5, y, "circle", size=56, fill=hue),
            frame.text(VALUES + 14, y, data.key[0], color=theme.INK_2, size=theme.SMALL),
            frame.mark(VALUES + 93, y, "circle", size=48, stroke=theme.INK_2),
            frame.text(VALUES + 102, y, data.key[1], color=theme.INK_2, size=theme.SMALL),
        ]
    return layers

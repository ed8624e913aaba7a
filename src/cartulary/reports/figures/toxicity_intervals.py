# SPDX-License-Identifier: Apache-2.0
"""Toxicities beside published cohorts: value and interval on one percentage axis."""

from __future__ import annotations

from typing import Any

from cartulary.reports.chart_data import BenchmarkMark, ToxicityData, ToxicityRow
from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import Frame, broken, layered, pixels
from cartulary.reports.wording import interval, percent, word

LEFT = 178.0
RIGHT = 478.0
NAMES = 496.0
VALUES = 606.0
BOUNDS = theme.PAGE_WIDTH
TOP = 30.0
LINE = 15.0
ROW_GAP = 10.0
GROUP_GAP = 8.0


def toxicity_intervals(data: ToxicityData, lang: str, medium: str = "print") -> Any:
    """The chart in pixels, as tall as its rows."""
    y, placed = TOP, []
    for row in data.rows:
        if row.starts_group and placed:
            y += GROUP_GAP
        placed.append((row, y))
        lines = max(1 + len(row.benchmarks), 1 + len(broken(row.label, LEFT - 14)))
        y += LINE * lines + ROW_GAP
    frame = pixels(theme.PAGE_WIDTH, y - ROW_GAP + 2)
    bottom = y - ROW_GAP
    layers = [
        frame.rules(
            [{"x": _at(s), "y": TOP - 12, "x2": _at(s), "y2": bottom} for s in (0.25, 0.5, 0.75, 1)]
        ),
        frame.rule(_at(0), TOP - 12, _at(0), bottom, theme.INK, 1),
        frame.texts(
            [{"x": _at(s), "y": 8, "words": percent(s, lang, sign=s == 1)}
             for s in (0, 0.25, 0.5, 0.75, 1)],
            color=theme.INK_2,
            align="center",
        ),
    ]  # fmt: skip
    for row, top in placed:
        layers += _row(frame, data, row, top, lang, medium)
    return layered(frame, layers)


def _at(share: float) -> float:
    return LEFT + share * (RIGHT - LEFT)


def _row(
    frame: Frame, data: ToxicityData, row: ToxicityRow, top: float, lang: str, medium: str
) -> list[Any]:
    """Name and unit at the left, our interval, then one line for each published cohort."""
    lines = broken(row.label, LEFT - 14)
    layers = [
        frame.texts(
            [{"x": 0, "y": top + 14 * i, "words": text} for i, text in enumerate(lines)],
            weight=600,
        ),
        frame.text(
            0, top + 14 * len(lines),
            f"{row.events.value} {word('of', lang)} {row.n.value} {word('units.' + row.unit, lang)}"
            if row.value is not None else word(f"units.{row.unit}", lang),
            color=theme.INK_2, size=theme.SMALL,
        ),
    ]  # fmt: skip
    hue = theme.ORIGIN[data.origin][0]
    if row.value is None:
        layers.append(frame.text(_at(0) + 8, top, word("absent.withheld", lang), color=theme.INK_3))
    else:
        if row.low is not None and row.high is not None:
            layers.append(frame.rule(_at(row.low), top, _at(row.high), top, hue, 2.4))
        layers.append(frame.mark(_at(row.value), top, "circle", size=60, fill=hue))
    layers += _values(frame, data.label, row.value, row.low, row.high, top, hue, 600, lang, medium)
    for place, mark in enumerate(row.benchmarks, start=1):
        layers += _published(frame, mark, top + LINE * place, lang, medium)
    return layers


def _published(frame: Frame, mark: BenchmarkMark, y: float, lang: str, medium: str) -> list[Any]:
    """An open mark and a dashed interval, with the sign where it is defined otherwise."""
    hue, _, shape = theme.BENCHMARK[mark.style]
    layers = []
    if mark.low is not None and mark.high is not None:
        layers.append(frame.rule(_at(mark.low), y, _at(mark.high), y, hue, 1.6, (4, 2.5)))
    layers.append(frame.mark(_at(mark.value), y, shape, size=46, stroke=hue))
    name = mark.label + ("" if mark.comparable else " ≠")
    return layers + _values(frame, name, mark.value, mark.low, mark.high, y, hue, 400, lang, medium)


def _values(
    frame: Frame,
    name: str,
    value: float | None,
    low: float | None,
    high: float | None,
    y: float,
    hue: str,
    weight: int,
    lang: str,
    medium: str,
) -> list[Any]:
    """The line in words at the right: whose, how much, between what."""
    layers = [frame.text(NAMES, y, name, color=hue, weight=weight)]
    if value is not None:
        layers.append(
            frame.text(VALUES + 14, y, percent(value, lang, sign=False), weight=weight,
                       align="right", color=hue)
        )  # fmt: skip
        bounds = (
            interval(low, high, lang, medium=medium)
            if low is not None or high is not None
            else word("absent.not_given", lang)
        )
        layers.append(frame.text(BOUNDS, y, bounds, color=theme.INK_2, align="right"))
    return layers

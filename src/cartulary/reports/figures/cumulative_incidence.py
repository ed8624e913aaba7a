# SPDX-License-Identifier: Apache-2.0
"""Competing causes stacked as cumulative incidence, each named with its count at the right edge."""

from __future__ import annotations

from typing import Any

from cartulary.reports.chart_data import DAYS_PER_MONTH, Cause, CumulativeIncidenceData
from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import Frame, layered, legible_months
from cartulary.reports.wording import interval, number, percent, word

LEFT = 126
RIGHT = 488
TOP, BOTTOM = 22, 202
HEIGHT = 266
LABEL_GAP = 15.0
PAIRED_GAP = 27.0

#: tone -> (ground, outline)
TONE = {
    0: (theme.RAMP[0], "#23384A"),
    1: (theme.RAMP[1], theme.RAMP[0]),
    2: (theme.RAMP[2], theme.RAMP[0]),
    "loss": theme.LOSS,
    "unknown": theme.UNKNOWN,
}


def cumulative_incidence(data: CumulativeIncidenceData, lang: str, medium: str = "print") -> Any:
    """The chart: x in months, y in per cent of children."""
    ticks = theme.months_shown(data.last_day, DAYS_PER_MONTH)
    last = max(ticks[-1], data.last_day / DAYS_PER_MONTH)
    scale = (RIGHT - LEFT) / last
    frame = Frame(
        theme.PAGE_WIDTH,
        HEIGHT,
        (-LEFT / scale, (theme.PAGE_WIDTH - LEFT) / scale),
        (-(HEIGHT - BOTTOM) * 100 / (BOTTOM - TOP), 100 + TOP * 100 / (BOTTOM - TOP)),
    )
    grounds, tops = _grounds(frame, data)
    layers = [
        frame.rules([{"x": 0, "y": y, "x2": last, "y2": y} for y in (25, 50, 75, 100)]),
        *grounds,
        frame.rule(0, 0, last, 0, theme.INK, 1),
        frame.rule(data.named_month, 0, data.named_month, 100, theme.INK_2, 1, (1.5, 2.5)),
        *_axes(frame, data, ticks, lang),
        *_labels(frame, data, tops, last, lang, medium),
    ]
    return layered(frame, layers)


def _on(cause: Cause, day: float) -> float:
    """The incidence of a cause on a day."""
    return max((value for start, value in cause.steps if start <= day), default=0.0)


def _grounds(
    frame: Frame, data: CumulativeIncidenceData
) -> tuple[list[Any], list[tuple[float, float]]]:
    """The stacked grounds, each with its upper edge as a line, and their extents at the end."""
    days = sorted({0.0, data.last_day} | {d for c in data.causes for d, _ in c.steps})
    below = dict.fromkeys(days, 0.0)
    layers, ends = [], []
    for cause in data.causes:
        above = {day: below[day] + _on(cause, day) for day in days}
        area: list[tuple[float, float, float]] = []
        edge: list[tuple[float, float]] = []
        for place, day in enumerate(days):
            until = days[place + 1] if place + 1 < len(days) else data.last_day
            for x in (day, until):
                month = x / DAYS_PER_MONTH
                area.append((month, below[day] * 100, above[day] * 100))
                if above[day] > below[day]:
                    edge.append((month, above[day] * 100))
        fill, line = TONE[cause.tone]
        layers.append(frame.area(area, fill))
        if edge:
            first = min(day for day in days if above[day] > below[day])
            layers.append(frame.path([(edge[0][0], below[first] * 100), *edge], line, 1))
        ends.append((below[days[-1]] * 100, above[days[-1]] * 100))
        below = above
    return layers, ends


def _axes(
    frame: Frame, data: CumulativeIncidenceData, ticks: tuple[float, ...], lang: str
) -> list[Any]:
    """Per cent at the left, months and numbers at risk below."""
    edge = -frame.per_pixel_x(LEFT)
    layers = [
        frame.texts(
            [{"x": 0, "y": y, "words": f"{y}{'%' if y == 100 else ''}"} for y in range(0, 101, 25)],
            color=theme.INK_2,
            align="right",
            dx=-8,
        ),
        frame.rules(
            [{"x": t, "y": 0, "x2": t, "y2": -frame.per_pixel_y(4)} for t in ticks], theme.INK
        ),
        frame.texts(
            [{"x": t, "y": 0, "words": number(t, lang)} for t in ticks],
            color=theme.INK_2,
            align="center",
            dy=14,
        ),
        frame.text(edge, 0, word(f"months_after.{data.clock}", lang), color=theme.INK_2, dy=14),
    ]
    counts = {
        column.month: (str(column.at_risk), str(column.events))
        for column in data.table
        if column.month in ticks
    }
    legible = legible_months(counts, 1.0 / frame.per_pixel_x(1), data.named_month)
    shown = [column for column in data.table if column.month in legible]
    for name, dy, hue in (("at_risk", 38, theme.INK), ("events", 54, theme.INK_2)):
        layers.append(frame.text(edge, 0, word(name, lang), color=theme.INK_2, dy=dy))
        layers.append(
            frame.texts(
                [
                    {
                        "x": column.month,
                        "y": 0,
                        "words": str(column.at_risk if name == "at_risk" else column.events),
                    }
                    for column in shown
                ],
                color=hue,
                align="center",
                dy=dy,
            )
        )
    return layers


def _labels(
    frame: Frame,
    data: CumulativeIncidenceData,
    ends: list[tuple[float, float]],
    last: float,
    lang: str,
    medium: str,
) -> list[Any]:
    """Value, class and count at the right edge, moved apart where they would touch."""
    one = frame.per_pixel_y(1)
    wanted = [(low + high) / 2 for low, high in ends]
    free = 1 - sum(cause.value for cause in data.causes)
    wanted.append(((ends[-1][1] if ends else 0) + 100) / 2)
    placed: list[float] = []
    for y in wanted:
        placed.append(max(y, placed[-1] + PAIRED_GAP * one) if placed else max(y, 6 * one))
    overflow = max(0.0, placed[-1] - 97)
    placed = [y - overflow for y in placed]
    x = last + frame.per_pixel_x(14)
    layers = [
        frame.text(
            x, 100, word("at_month", lang, month=number(data.named_month, lang)),
            color=theme.INK_2, weight=500, dy=-13,
        )
    ]  # fmt: skip
    for cause, y, (low, high) in zip(data.causes, placed, ends, strict=False):
        middle = (low + high) / 2
        layers.append(
            frame.path(
                [(last, middle), (last + frame.per_pixel_x(4), middle),
                 (x - frame.per_pixel_x(4), y)], theme.LINE, 1,
            )
        )  # fmt: skip
        bounds = (
            f" ({interval(cause.low, cause.high, lang, medium=medium)})"
            if cause.low is not None or cause.high is not None
            else ""
        )
        layers.append(
            frame.text(x, y, f"{percent(cause.value, lang)}{bounds}", weight=600, dy=-6.5)
        )
        layers.append(frame.text(x, y, f"{cause.label} ({cause.count})", color=theme.INK_2, dy=6.5))
    layers += [
        frame.text(x, placed[-1], percent(free, lang), weight=600, dy=-6.5),
        frame.text(x, placed[-1], data.free_label, color=theme.INK_2, dy=6.5),
    ]
    return layers

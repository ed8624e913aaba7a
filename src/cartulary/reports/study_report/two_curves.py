# SPDX-License-Identifier: Apache-2.0
"""Survival of two groups on one set of axes, with numbers at risk of each below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

from cartulary.reports.chart_data import DAYS_PER_MONTH, AtRisk
from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import Frame, broken, layered, legible_months
from cartulary.reports.text import Count
from cartulary.reports.wording import interval, number, percent, word

LEFT, STRIP, STRIP_WIDTH = 126, 44, 196
TOP, BOTTOM, LINE = 22, 202, 17
# Beyond so many months the first ticks would run into each other.
CROWDED = 24
FEWEST_MONTHS = 2
#: style -> (dash, width, mark); hue is that of the origin, or grey for what is shown beside.
STYLES: Final[dict[str, tuple[list[float], float, str]]] = {
    "treated": ([], 2.4, "circle"),
    "control": ([6, 3], 2.0, "square"),
    "beside": ([1.5, 2.5], 1.2, "diamond"),
}


@dataclass(frozen=True, slots=True)
class GroupCurve:
    """One line: its name, steps as (day, survival), and its value and limits at the named day.

    style: "treated", "control", or "beside" for what is only shown for comparison. table: numbers
    at risk; counted: whether they are printed. rests_on: what the value at the named day gives
    away. marks_only: values at months, not joined, as disclosure control leaves them.
    """

    label: str
    style: str
    origin: str
    steps: tuple[tuple[float, float], ...]
    last_day: float
    named: tuple[float, float | None, float | None] | None
    table: tuple[AtRisk, ...] = ()
    counted: bool = True
    rests_on: tuple[Count, ...] = ()
    marks_only: bool = False

    def disclosed(self, hidden: Callable[[Count], bool]) -> GroupCurve | None:
        """Values at the months whose counts may be shown; None where fewer than two are left."""
        if any(map(hidden, self.rests_on[1:2])):
            return None
        kept = tuple(c for c in self.table if not any(map(hidden, c.known_as)))
        days = [column.month * DAYS_PER_MONTH for column in kept]
        if len(days) < FEWEST_MONTHS:
            return None
        steps = tuple((day, [s for d, s in self.steps if d <= day][-1]) for day in days)
        return replace(
            self,
            steps=steps,
            last_day=days[-1],
            table=kept,
            named=None if any(map(hidden, self.rests_on)) else self.named,
            marks_only=True,
        )


@dataclass(frozen=True, slots=True)
class TwoCurvesData:
    """Curves from one start. axis: words under the months; named_day: where they are compared."""

    curves: tuple[GroupCurve, ...]
    axis: str
    named_day: float

    def disclosed(self, hidden: Callable[[Count], bool], limit: int) -> TwoCurvesData | None:
        """The curves at the months that may be shown; None where one of two groups has none."""
        found = [curve.disclosed(hidden) for curve in self.curves]
        kept = tuple(curve for curve in found if curve is not None)
        return replace(self, curves=kept) if len(kept) == len(found) else None

    def chart(self, lang: str, medium: str = "print") -> Any:
        """The Altair chart."""
        return two_curves(self, lang, medium)


def two_curves(data: TwoCurvesData, lang: str, medium: str = "print") -> Any:
    """x in months after the start, y in per cent."""
    last_day = max(curve.last_day for curve in data.curves)
    ticks = theme.months_shown(last_day, DAYS_PER_MONTH)
    if ticks[-1] > CROWDED:
        ticks = tuple(tick for tick in ticks if tick % 6 == 0 and tick != 6)
    last = max(ticks[-1], last_day / DAYS_PER_MONTH)
    right = theme.PAGE_WIDTH - STRIP_WIDTH - STRIP
    scale = (right - LEFT) / last
    with_table = [curve for curve in data.curves if curve.counted and curve.table]
    height = BOTTOM + 34 + LINE * (1 + len(with_table))
    frame = Frame(
        theme.PAGE_WIDTH,
        height,
        (-LEFT / scale, (theme.PAGE_WIDTH - LEFT) / scale),
        (-(height - BOTTOM) * 100 / (BOTTOM - TOP), 100 + TOP * 100 / (BOTTOM - TOP)),
    )
    month = data.named_day / DAYS_PER_MONTH
    layers = _axes(frame, data, ticks, last, month, lang)
    for place, curve in enumerate(with_table):
        layers += _at_risk(frame, curve, ticks, 54 + LINE * place)
    for curve in reversed(data.curves):
        layers += _line(frame, curve)
    layers += _strip(frame, data, month, lang, medium)
    return layered(frame, layers)


def _hue(curve: GroupCurve) -> str:
    if curve.style == "beside":
        return theme.INK_3
    return theme.ORIGIN[curve.origin][0]


def _axes(
    frame: Frame,
    data: TwoCurvesData,
    ticks: tuple[float, ...],
    last: float,
    month: float,
    lang: str,
) -> list[Any]:
    """Hairlines, months, the dotted line of the day compared."""
    left = -frame.per_pixel_x(LEFT)
    return [
        frame.rules([{"x": 0, "y": y, "x2": last, "y2": y} for y in (25, 50, 75, 100)]),
        frame.rule(0, 0, last, 0, theme.INK, 1),
        frame.rule(month, 0, month, 100, theme.INK_2, 1, (1.5, 2.5)),
        frame.rules(
            [{"x": t, "y": 0, "x2": t, "y2": -frame.per_pixel_y(4)} for t in ticks], theme.INK
        ),
        frame.texts(
            [
                {"x": 0, "y": y, "words": f"{y}%" if y == 100 else str(y)}
                for y in (0, 25, 50, 75, 100)
            ],
            color=theme.INK_2, align="right", dx=-8,
        ),
        frame.texts(
            [{"x": tick, "y": 0, "words": number(tick, lang)} for tick in ticks],
            color=theme.INK_2, align="center", dy=14,
        ),
        *(
            frame.text(left, 0, line, color=theme.INK_2, dy=14 + 13 * place, size=theme.SMALL)
            for place, line in enumerate(broken(data.axis, LEFT - 22, theme.SMALL))
        ),
        frame.text(0, 0, word("at_risk", lang), color=theme.INK_3, size=theme.SMALL, dy=36),
    ]  # fmt: skip


def _at_risk(frame: Frame, curve: GroupCurve, ticks: tuple[float, ...], dy: float) -> list[Any]:
    """One group's numbers at risk, its name at the left."""
    hue = _hue(curve)
    left = -frame.per_pixel_x(LEFT)
    legible = legible_months(
        {column.month: (str(column.at_risk),) for column in curve.table if column.month in ticks},
        1.0 / frame.per_pixel_x(1),
    )
    return [
        frame.text(left, 0, curve.label, color=hue, weight=500, dy=dy, size=theme.SMALL),
        frame.texts(
            [
                {"x": column.month, "y": 0, "words": str(column.at_risk)}
                for column in curve.table
                if column.month in legible
            ],
            color=hue, align="center", dy=dy,
        ),
    ]  # fmt: skip


def _line(frame: Frame, curve: GroupCurve) -> list[Any]:
    """The steps of one group."""
    dash, width, mark = STYLES[curve.style]
    if curve.marks_only:
        colour = {"fill" if curve.style == "treated" else "stroke": _hue(curve)}
        return [
            frame.mark(day / DAYS_PER_MONTH, 100 * value, mark, size=40, **colour)
            for day, value in curve.steps
        ]
    corners: list[tuple[float, float]] = []
    for step, after in pairwise((*curve.steps, None)):
        assert step is not None
        end = after[0] if after else max(curve.last_day, step[0])
        corners += [
            (step[0] / DAYS_PER_MONTH, 100 * step[1]),
            (end / DAYS_PER_MONTH, 100 * step[1]),
        ]
    return [frame.path(corners, _hue(curve), width, dash)]


def _strip(frame: Frame, data: TwoCurvesData, month: float, lang: str, medium: str) -> list[Any]:
    """Value and limits of each group at the day compared, on the same y scale."""
    left = theme.PAGE_WIDTH - STRIP_WIDTH - LEFT
    one = frame.per_pixel_x(1)
    right = (theme.PAGE_WIDTH - LEFT) * one
    layers = [
        frame.rules(
            [{"x": left * one, "y": y, "x2": right, "y2": y} for y in (25, 50, 75, 100)]
        ),
        frame.rule(left * one, 0, right, 0, theme.INK, 1),
        frame.text(
            left * one, 100, word("at_month", lang, month=number(round(month), lang)),
            color=theme.INK_2, dy=-13, weight=500,
        ),
    ]  # fmt: skip
    gap = STRIP_WIDTH / len(data.curves)
    for place, curve in enumerate(data.curves):
        if curve.named is None:
            continue
        value, low, high = curve.named
        x, hue = (left + gap * (place + 0.4)) * one, _hue(curve)
        dash, _, mark = STYLES[curve.style]
        if low is not None and high is not None:
            layers.append(frame.rule(x, low * 100, x, high * 100, hue, 2.0, dash))
        filled = {"fill": hue} if curve.style == "treated" else {"stroke": hue}
        layers.append(frame.mark(x, value * 100, mark, size=58, **filled))
        layers.append(
            frame.text(x, value * 100, percent(value, lang), color=hue, weight=600, dx=8)
        )  # fmt: skip
        bounds = interval(low, high, lang, medium=medium) if low is not None else ""
        names = broken(curve.label, gap - 2, theme.SMALL)
        for line, words in enumerate([*names, bounds]):
            own = line < len(names)
            layers.append(
                frame.text(
                    x, 0, words, color=hue if own else theme.INK_2, size=theme.SMALL,
                    weight=500 if own else 400, align="center", dy=14 + 13 * line,
                )
            )  # fmt: skip
    return layers

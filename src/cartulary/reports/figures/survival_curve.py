# SPDX-License-Identifier: Apache-2.0
"""A Kaplan-Meier curve with numbers at risk below it, and the named month beside it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from cartulary.reports.chart_data import DAYS_PER_MONTH, BenchmarkMark, SurvivalCurveData
from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import Frame, broken, layered, legible_months, text_width
from cartulary.reports.wording import interval, number, percent, word

FEW = 5  # below this the curve rests on single children and is drawn thinner
LEFT = 126
STRIP_GAP = 44
COLUMN, LEAST_STRIP, MOST_STRIP = 47, 188, 300
TOP, BOTTOM = 22, 202
TOP_OF_NAMES = 98
NAME_WIDTH = 84  # of "CIBMTR 69%" with its mark
HIGHEST_NAME = 104.0  # a name may rise a little above the line of 100%
HEIGHT = 266


def survival_curve(data: SurvivalCurveData, lang: str, medium: str = "print") -> Any:
    """The chart: x in months after the clock, y in per cent; one unit of x is one month."""
    ticks = theme.months_shown(data.last_day, DAYS_PER_MONTH)
    last = max(ticks[-1], data.last_day / DAYS_PER_MONTH)
    scale = (_strip_left(data) - STRIP_GAP - LEFT) / last
    frame = Frame(
        theme.PAGE_WIDTH,
        HEIGHT,
        (-LEFT / scale, (theme.PAGE_WIDTH - LEFT) / scale),
        (-(HEIGHT - BOTTOM) * 100 / (BOTTOM - TOP), 100 + TOP * 100 / (BOTTOM - TOP)),
    )
    layers = [
        *_grid(frame, data, ticks, last, lang),
        *_numbers_at_risk(frame, data, ticks, lang),
        *_curve(frame, data, lang),
    ]
    for mark in data.benchmarks:
        if mark.month <= last:
            # At the named month the strip tells value and interval, so the mark stands alone.
            layers += _published(frame, mark, mark.month, mark.month != data.named_month)
    layers += _names(frame, [m for m in data.benchmarks if m.month <= last], data, lang)
    layers += _strip(frame, data, lang, medium)
    return layered(frame, layers)


def _beside(data: SurvivalCurveData) -> list[BenchmarkMark]:
    """The published figures of the named month."""
    return [mark for mark in data.benchmarks if mark.month == data.named_month]


def _strip_left(data: SurvivalCurveData) -> float:
    """Where the strip begins: a column for each cohort, the curve gives way."""
    columns = (data.named is not None) + len(_beside(data))
    return theme.PAGE_WIDTH - min(max(COLUMN * columns, LEAST_STRIP), MOST_STRIP)


def _hue(data: SurvivalCurveData) -> str:
    return theme.ORIGIN[data.origin][0]


def _grid(
    frame: Frame, data: SurvivalCurveData, ticks: tuple[float, ...], last: float, lang: str
) -> list[Any]:
    """Hairlines at each quarter, ink at zero, months under it, the dotted month."""
    layers = [
        frame.rules([{"x": 0, "y": y, "x2": last, "y2": y} for y in (25, 50, 75, 100)]),
        frame.rule(0, 0, last, 0, theme.INK, 1),
        frame.rule(
            data.named_month, 0, data.named_month, 100, theme.INK_2, 1, (1.5, 2.5), cap="butt"
        ),
        frame.rules(
            [{"x": t, "y": 0, "x2": t, "y2": -frame.per_pixel_y(4)} for t in ticks], theme.INK
        ),
    ]
    for y in (0, 25, 50, 75, 100):
        sign = "%" if y == 100 else ""
        layers.append(frame.text(0, y, f"{y}{sign}", color=theme.INK_2, align="right", dx=-8))
    layers.append(
        frame.texts(
            [{"x": tick, "y": 0, "words": number(tick, lang)} for tick in ticks],
            color=theme.INK_2,
            align="center",
            dy=14,
        )
    )
    layers.append(
        frame.text(
            -frame.per_pixel_x(LEFT),
            0,
            word(f"months_after.{data.clock}", lang),
            color=theme.INK_2,
            dy=14,
        )
    )
    return layers


def _numbers_at_risk(
    frame: Frame, data: SurvivalCurveData, ticks: tuple[float, ...], lang: str
) -> list[Any]:
    """At risk and events so far, under their months."""
    layers = [
        frame.text(-frame.per_pixel_x(LEFT), 0, word(name, lang), color=theme.INK_2, dy=dy)
        for name, dy in (("at_risk", 38), ("events", 54))
    ]
    counts = {
        column.month: (str(column.at_risk), str(column.events))
        for column in data.table
        if column.month in ticks
    }
    shown = legible_months(counts, 1.0 / frame.per_pixel_x(1), data.named_month)
    for column in data.table:
        if column.month in shown:
            for count, dy in ((column.at_risk, 38), (column.events, 54)):
                layers.append(
                    frame.text(
                        column.month,
                        0,
                        str(count),
                        align="center",
                        dy=dy,
                        color=theme.INK if dy == 38 else theme.INK_2,
                    )
                )
    return layers


def _curve(frame: Frame, data: SurvivalCurveData, lang: str) -> list[Any]:
    """Band, steps (thinner over few children), censor ticks, the curve's own name."""
    hue = _hue(data)
    if data.marks_only:
        return _months_only(frame, data, lang)
    band: list[tuple[float, float, float]] = []
    for step, after in pairwise((*data.steps, None)):
        end = after.day if after else max(data.last_day, step.day)
        if step.low is not None and step.high is not None:
            low, high = step.low * 100, step.high * 100
            band += [(day / DAYS_PER_MONTH, low, high) for day in (step.day, end)]
    layers = [frame.area(band, hue, 0.11)] if band else []
    many, few = _corners(data)
    dash = theme.ORIGIN[data.origin][1]
    if len(few) > 1:
        layers.append(frame.path(few, hue, 1.2, dash))
    if len(many) > 1:
        layers.append(frame.path(many, hue, 2.4, dash))
    half = frame.per_pixel_y(4)
    ticks = [
        {"x": day / DAYS_PER_MONTH, "y": y - half, "x2": day / DAYS_PER_MONTH, "y2": y + half}
        for day in data.censor_days
        if (y := 100 * _survival_on(data, day)) is not None
    ]
    if ticks:
        layers.append(frame.rules(ticks, hue, 1.2))
    end, _ = (few or many)[-1]
    few_words = word("few_at_risk", lang) if len(few) > 1 else ""
    near = _heights(data, end - frame.per_pixel_x(text_width(few_words or data.label)), end)
    line = frame.per_pixel_y(13)
    # Both lines stand on one side of all the curve they pass: above it, or below near the top.
    above = max(near) + line * (2.1 if few_words else 1.1) < TOP_OF_NAMES
    own = max(near) + line * 0.85 if above else min(near) - line * 0.85
    layers.append(frame.text(end, own, data.label, color=hue, weight=600, align="right"))
    if few_words:
        y = own + line if above else own - line
        layers.append(
            frame.text(end, y, few_words, color=theme.INK_3, size=theme.SMALL, align="right")
        )
    return layers


def _heights(data: SurvivalCurveData, since: float, until: float) -> list[float]:
    """The heights the curve takes between two months."""
    return [
        100 * step.survival
        for step, after in pairwise((*data.steps, None))
        if step.day / DAYS_PER_MONTH <= until
        and (after is None or after.day / DAYS_PER_MONTH >= since)
    ]


def _corners(
    data: SurvivalCurveData,
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The corners of the step line, parted on the day fewer than five are left."""
    turn = _day_of_few(data)
    many: list[tuple[float, float]] = []
    few: list[tuple[float, float]] = []
    for step, after in pairwise((*data.steps, None)):
        end = after.day if after else max(data.last_day, step.day)
        y = 100 * step.survival
        if step.day <= turn:
            until = min(end, turn)
            many += [(step.day / DAYS_PER_MONTH, y), (until / DAYS_PER_MONTH, y)]
        if end > turn:
            since = max(step.day, turn)
            if step.day > turn and not few:
                few.append(many[-1])
            few += [(since / DAYS_PER_MONTH, y), (end / DAYS_PER_MONTH, y)]
    return many, few


def _day_of_few(data: SurvivalCurveData) -> float:
    """The first day after which fewer than five are at risk."""
    for step, after in pairwise((*data.steps, None)):
        left = step.at_risk - step.events
        if left < FEW:
            return step.day
        for day in sorted(data.censor_days):
            if day >= step.day and (after is None or day < after.day):
                left -= 1
                if left < FEW:
                    return day
    return data.last_day


def _survival_on(data: SurvivalCurveData, day: float) -> float:
    """The value of the curve on a day."""
    return [step.survival for step in data.steps if step.day <= day][-1]


def _months_only(frame: Frame, data: SurvivalCurveData, lang: str) -> list[Any]:
    """Values at months with enough children, each with its interval, not joined."""
    hue = _hue(data)
    layers = []
    for step in data.steps:
        x = step.day / DAYS_PER_MONTH
        if step.low is not None and step.high is not None and step.day > 0:
            layers.append(frame.rule(x, step.low * 100, x, step.high * 100, hue, 2.4))
        layers.append(frame.mark(x, step.survival * 100, "circle", size=44, fill=hue))
    layers.append(
        frame.text(
            0, 0, word("disclosure.months", lang), color=theme.INK_3, size=theme.SMALL, dx=6, dy=-10
        )
    )
    return layers


def _names(
    frame: Frame, marks: list[BenchmarkMark], data: SurvivalCurveData, lang: str
) -> list[Any]:
    """Whose mark it is, and its value, where the strip does not say it; moved apart."""
    layers = []
    for month in sorted({m.month for m in marks} - {data.named_month}):
        there = sorted((m for m in marks if m.month == month), key=lambda m: -m.value)
        room = frame.per_pixel_y(13)
        top = there[0].value * 100 + (frame.per_pixel_y(7) if len(there) > 1 else 0)
        wanted = top
        top = _clear_of_curve(frame, data, month, wanted, len(there))
        for mark in there:
            y = top if top > wanted else min(top, mark.value * 100 + room)
            layers.append(
                frame.text(
                    month,
                    y,
                    f"{mark.label} {percent(mark.value, lang)}",
                    color=theme.BENCHMARK[mark.style][0],
                    size=theme.SMALL,
                    dx=9,
                )
            )
            top = y - room
    return layers


def _clear_of_curve(
    frame: Frame, data: SurvivalCurveData, month: float, wanted: float, names: int
) -> float:
    """Where names beside a month may begin: as wanted, else the nearest place off the curve."""
    line = frame.per_pixel_y(13)
    until = month + frame.per_pixel_x(NAME_WIDTH)
    crossed = [] if data.marks_only else _heights(data, month, until)
    others = [100 * m.value for m in data.benchmarks if month < m.month <= until]
    taken = (*crossed, *others)
    under = [min(wanted, height - line * 1.2) for height in taken]
    over = [height + line * (names - 0.3) for height in taken]
    places = [wanted, *under, *(place for place in over if wanted < place <= HIGHEST_NAME)]

    def is_free(start: float) -> bool:
        band = (start - line * (names - 0.4), start + line * 0.6)
        return not any(band[0] < height < band[1] for height in taken)

    free = [place for place in places if is_free(place)]
    return min(free, key=lambda place: abs(place - wanted), default=min(places))


def _published(frame: Frame, mark: BenchmarkMark, x: float, with_interval: bool) -> list[Any]:
    """An open mark; a dashed interval if one was printed."""
    hue, _, shape = theme.BENCHMARK[mark.style]
    layers = []
    if with_interval and mark.low is not None and mark.high is not None:
        layers.append(frame.rule(x, mark.low * 100, x, mark.high * 100, hue, 1.6, (4, 2.5)))
    layers.append(frame.mark(x, mark.value * 100, shape, size=52, stroke=hue))
    return layers


def _strip(frame: Frame, data: SurvivalCurveData, lang: str, medium: str) -> list[Any]:
    """Each cohort's value and interval at the named month, on the same y scale."""
    entries: list[tuple[str, str, Any]] = []
    if data.named is not None:
        entries.append((data.label, "ours", data.named))
    entries += [(mark.label, "published", mark) for mark in _beside(data)]
    if not entries:
        return []
    left, right = _strip_left(data) - LEFT, theme.PAGE_WIDTH - LEFT
    one = frame.per_pixel_x(1)
    layers = [
        frame.rules(
            [{"x": left * one, "y": y, "x2": right * one, "y2": y} for y in (25, 50, 75, 100)]
        ),
        frame.rule(left * one, 0, right * one, 0, theme.INK, 1),
        frame.text(
            left * one,
            100,
            word("at_month", lang, month=number(data.named_month, lang)),
            color=theme.INK_2,
            dy=-13,
            weight=500,
        ),
    ]
    gap = (right - left) / len(entries)
    for place, (label, kind, entry) in enumerate(entries):
        x = (left + gap * (place + 0.42)) * one
        if kind == "ours":
            value, low, high = entry
            hue, weight = _hue(data), 600
            if low is not None and high is not None:
                layers.append(frame.rule(x, low * 100, x, high * 100, hue, 2.4))
            layers.append(frame.mark(x, value * 100, "circle", size=64, fill=hue))
        else:
            value, low, high = entry.value, entry.low, entry.high
            hue, weight = theme.BENCHMARK[entry.style][0], 500
            layers += _published(frame, entry, x, with_interval=True)
        layers.append(
            frame.text(x, value * 100, percent(value, lang), color=hue, weight=weight, dx=8)
        )
        sign = "" if kind == "ours" or entry.comparable else " ≠"
        bounds = (
            interval(low, high, lang, medium=medium)
            if low is not None or high is not None
            else word("no_interval", lang)
        )
        name = broken(label + sign, gap - 2, theme.SMALL)
        for line, (words, own) in enumerate(
            [(part, True) for part in name]
            + [(part, False) for part in broken(bounds, gap - 2, theme.SMALL)]
        ):
            layers.append(
                frame.text(
                    x,
                    0,
                    words,
                    color=hue if own else theme.INK_2,
                    size=theme.SMALL,
                    weight=weight if own else 400,
                    align="center",
                    dy=14 + 13 * line,
                )
            )
    return layers

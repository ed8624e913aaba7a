# SPDX-License-Identifier: Apache-2.0
"""The curve on the page: band, steps, published marks, numbers at risk; each opens its children."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from cartulary.reports.chart_data import DAYS_PER_MONTH, BenchmarkMark, SurvivalCurveData
from cartulary.reports.evidence_page.placing import Places, width_of
from cartulary.reports.evidence_page.svg import OWN_MARK, REACH, Drawing, Point, own_line
from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import legible_months
from cartulary.reports.wording import interval, number, percent, word

FEW = 5  # below this the curve rests on single children and is drawn thinner
LEFT, RIGHT, WIDTH = 70.0, 486.0, 500.0
TOP, BOTTOM, HEIGHT = 18.0, 238.0, 322.0
AT_RISK, EVENTS = 298.0, 316.0
STRIP_WIDTH = 237.0


def curve_svg(
    data: SurvivalCurveData,
    lang: str,
    said: tuple[str, str, str],
    groups: Mapping[float, str],
    keys: Mapping[str, str],
) -> str:
    """The curve as SVG.

    Arguments: the data, after disclosure control; the language; identity, title and sentence;
    the group of children at each day with an event or an end; what opens "children" and "event".
    """
    drawing = Drawing(WIDTH, HEIGHT)
    ticks = theme.months_shown(data.last_day, DAYS_PER_MONTH)
    last = max(ticks[-1], data.last_day / DAYS_PER_MONTH)
    scale = _Scale(last)
    _grid(drawing, scale, data, ticks, lang)
    _at_risk(drawing, scale, data, ticks, lang, keys)
    places = Places((LEFT + 2, TOP - 8, RIGHT + 4, BOTTOM - 2))
    marks = [mark for mark in data.benchmarks if 0 < mark.month <= last]
    for mark in marks:
        x, y = scale.at(mark.month * DAYS_PER_MONTH, mark.value)
        places.take((x - 7, y - 7, x + 7, y + 7))
    _curve(drawing, scale, data, lang, groups, keys, places)
    for mark in marks:
        hue, _, shape = theme.BENCHMARK[mark.style]
        drawing.mark(scale.at(mark.month * DAYS_PER_MONTH, mark.value), shape, hue)
    for mark in marks:
        _name(drawing, scale, mark, lang, places)
    return drawing.svg(*said)


class _Scale:
    """From days and shares to places."""

    def __init__(self, last_month: float) -> None:
        self.per_month = (RIGHT - LEFT) / last_month

    def x(self, day: float) -> float:
        return LEFT + day / DAYS_PER_MONTH * self.per_month

    @staticmethod
    def y(share: float) -> float:
        return BOTTOM - share * (BOTTOM - TOP)

    def at(self, day: float, share: float) -> Point:
        return (self.x(day), self.y(share))


def _quarters(drawing: Drawing, left: float, right: float) -> None:
    for share in (0.25, 0.5, 0.75, 1):
        y = _Scale.y(share)
        drawing.line((left, y), (right, y), theme.HAIRLINE)
    drawing.line((left, BOTTOM), (right, BOTTOM), theme.INK)


def _grid(
    drawing: Drawing,
    scale: _Scale,
    data: SurvivalCurveData,
    ticks: tuple[float, ...],
    lang: str,
) -> None:
    _quarters(drawing, LEFT, RIGHT)
    for share in (0, 0.25, 0.5, 0.75, 1):
        words = percent(share, lang, sign=share == 1)
        drawing.text((LEFT - 8, _Scale.y(share) + 4), words, color=theme.INK_2, anchor="end")
    for month in ticks:
        x = scale.x(month * DAYS_PER_MONTH)
        drawing.line((x, BOTTOM), (x, BOTTOM + 4), theme.INK)
        drawing.text((x, BOTTOM + 17), number(month, lang), color=theme.INK_2, anchor="middle")
    x = scale.x(data.named_month * DAYS_PER_MONTH)
    drawing.line((x, TOP), (x, BOTTOM), theme.INK_2, 1, (1.5, 2.5))
    middle = (LEFT + RIGHT) / 2
    words = word(f"months_after.{data.clock}", lang)
    drawing.text((middle, BOTTOM + 32), words, color=theme.INK_2, anchor="middle")


def _at_risk(
    drawing: Drawing,
    scale: _Scale,
    data: SurvivalCurveData,
    ticks: tuple[float, ...],
    lang: str,
    keys: Mapping[str, str],
) -> None:
    """At risk and events so far, under their months."""
    drawing.line((0, AT_RISK - 14), (RIGHT + 8, AT_RISK - 14), theme.LINE)
    # Short words at the left: the numbers of month 0 stand close by.
    for name, y in (("at_risk", AT_RISK), ("events", EVENTS)):
        words = word(name, lang)
        drawing.text((0, y), words, color=theme.INK_2, size=10 if len(words) > 8 else 10.5)
    shown = legible_months(
        {
            column.month: (number(column.at_risk, lang), number(column.events, lang))
            for column in data.table
            if column.month in ticks
        },
        scale.x(DAYS_PER_MONTH) - scale.x(0),
        data.named_month,
    )
    for column in data.table:
        if column.month not in shown:
            continue
        x = scale.x(column.month * DAYS_PER_MONTH)
        strong = column.month in (0, data.named_month)
        for name, count, y in (
            ("at_risk", column.at_risk, AT_RISK),
            ("event", column.events, EVENTS),
        ):
            group = keys.get(f"{name}_{column.month:g}", "")
            if group and count:
                label = f"{word('at_risk' if name == 'at_risk' else 'events', lang)}: {count}"
                drawing.open_behind(group, f"{label} ({number(column.month, lang)})")
                drawing.reach((x - REACH, y - 13, 2 * REACH, 18))
            drawing.text(
                (x, y),
                number(count, lang),
                color=theme.INK if strong else theme.INK_2,
                weight=600 if strong and name == "at_risk" else 400,
                anchor="middle",
            )
            if group and count:
                drawing.close_behind()


def _curve(
    drawing: Drawing,
    scale: _Scale,
    data: SurvivalCurveData,
    lang: str,
    groups: Mapping[float, str],
    keys: Mapping[str, str],
    places: Places,
) -> None:
    """Band, steps (thinner over few children), ticks of those without the event, and the name."""
    if data.marks_only:
        _months_only(drawing, scale, data, lang)
        return
    hue = theme.ORIGIN[data.origin][0]
    _band(drawing, scale, data, hue)
    many, few = _corners(scale, data)
    if len(few) > 1:
        own_line(drawing, few, data.origin, 1.2)
    if len(many) > 1:
        own_line(drawing, many, data.origin)
    places.take_path([*many, *few])
    for before, step in pairwise(data.steps):
        group = groups.get(step.day, "")
        if group:
            x, low, high = scale.x(step.day), scale.y(step.survival), scale.y(before.survival)
            drawing.open_behind(group, f"{word('events', lang)}: {step.events}", by_key=False)
            drawing.reach((x - 4, high, 8, max(low - high, 8)))
            drawing.close_behind()
    for day in sorted(set(data.censor_days)):
        x, y = scale.at(day, _survival_on(data, day))
        group = groups.get(-1 - day, "")
        if group:
            drawing.open_behind(group, word("at_risk", lang), by_key=False)
            drawing.reach((x - 4, y - 8, 8, 16))
        drawing.line((x, y - 4), (x, y + 4), hue, 1.2)
        if group:
            drawing.close_behind()
    _own_name(drawing, data, lang, places, few, many)


def _band(drawing: Drawing, scale: _Scale, data: SurvivalCurveData, hue: str) -> None:
    over: list[Point] = []
    under: list[Point] = []
    for step, after in pairwise((*data.steps, None)):
        end = after.day if after else max(data.last_day, step.day)
        if step.low is not None and step.high is not None:
            over += [scale.at(day, step.high) for day in (step.day, end)]
            under += [scale.at(day, step.low) for day in (step.day, end)]
    if over:
        drawing.ground([*over, *reversed(under)], hue, 0.11)


def _own_name(
    drawing: Drawing,
    data: SurvivalCurveData,
    lang: str,
    places: Places,
    few: list[Point],
    many: list[Point],
) -> None:
    """Whose curve it is, beside its own line; where it rests on few, that it does."""
    hue = theme.ORIGIN[data.origin][0]
    line = [*many, *few]
    level = [(a, b) for a, b in pairwise(line) if a[1] == b[1] and b[0] - a[0] > 12]
    words = f"{data.label}, {_band_word(lang)}"
    places_of = [(a[0] + 10, a[1] - 9, "start") for a, _ in level]
    places_of += [(b[0] - 4, b[1] - 9, "end") for _, b in level]
    places_of += [(a[0] + 10, a[1] + 17, "start") for a, _ in level]
    if places_of:
        x, y, anchor = places.best(places_of, words)
        drawing.text((x, y), words, color=hue, weight=600, anchor=anchor)
    if len(few) > 1:
        end = few[-1]
        words = word("few_at_risk", lang)
        x, y, anchor = places.best(
            [(end[0], end[1] + 15, "end"), (end[0], end[1] - 7, "end")], words, theme.SMALL
        )
        drawing.text((x, y), words, color=theme.INK_3, size=theme.SMALL, anchor=anchor)


def _band_word(lang: str) -> str:
    return "95%-band" if lang == "nl" else "95% band"


def _interval_word(lang: str) -> str:
    return "met 95%-interval" if lang == "nl" else "with 95% interval"


def _corners(scale: _Scale, data: SurvivalCurveData) -> tuple[list[Point], list[Point]]:
    """The corners of the step line, parted on the day fewer than five are left."""
    turn = _day_of_few(data)
    many: list[Point] = []
    few: list[Point] = []
    for step, after in pairwise((*data.steps, None)):
        end = after.day if after else max(data.last_day, step.day)
        if step.day <= turn:
            until = min(end, turn)
            many += [scale.at(step.day, step.survival), scale.at(until, step.survival)]
        if end > turn:
            if not few and many:
                few.append(many[-1])
            since = max(step.day, turn)
            few += [scale.at(since, step.survival), scale.at(end, step.survival)]
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
    return [step.survival for step in data.steps if step.day <= day][-1]


def _months_only(drawing: Drawing, scale: _Scale, data: SurvivalCurveData, lang: str) -> None:
    """Values at months with enough children, each with its interval, not joined."""
    hue = theme.ORIGIN[data.origin][0]
    for step in data.steps:
        x, y = scale.at(step.day, step.survival)
        if step.low is not None and step.high is not None and step.day > 0:
            drawing.line((x, scale.y(step.low)), (x, scale.y(step.high)), hue, 2.4)
        drawing.mark((x, y), OWN_MARK[data.origin], hue)
    words = word("disclosure.months", lang)
    drawing.text((LEFT + 6, BOTTOM - 8), words, color=theme.INK_3, size=theme.SMALL)


def _name(drawing: Drawing, scale: _Scale, mark: BenchmarkMark, lang: str, places: Places) -> None:
    """Whose mark it is and its value, where no line runs."""
    x, y = scale.at(mark.month * DAYS_PER_MONTH, mark.value)
    words = f"{mark.label}: {percent(mark.value, lang, sign=False)}"
    wanted = [
        (x + side * 11, y + 4 + off, "start" if side > 0 else "end")
        for off in (0, -7, 7, -14, 14, 21, -21)
        for side in (1, -1)
    ]
    left, base, anchor = places.best(wanted, words)
    hue = theme.BENCHMARK[mark.style][0]
    drawing.text((left, base), words, color=hue, weight=600, anchor=anchor)


def strip_svg(
    data: SurvivalCurveData,
    lang: str,
    said: tuple[str, str, str],
    sizes: Mapping[str, str],
    keys: Mapping[str, str],
) -> str:
    """Each cohort's value and interval at the named month, on the same y scale as the curve.

    Arguments: as of `curve_svg`; `sizes` says under a label how many it counts.
    """
    beside = [mark for mark in data.benchmarks if mark.month == data.named_month]
    ours = (data.label, data.named, None)
    entries = [ours] if data.named is not None else []
    columns = max(len(entries) + len(beside), 2)
    width = STRIP_WIDTH
    drawing = Drawing(width, HEIGHT)
    title = word("at_month", lang, month=number(data.named_month, lang))
    drawing.text((0, TOP - 7), f"{title}, {_interval_word(lang)}", color=theme.INK, weight=600)
    _quarters(drawing, 0, width)
    gap = width / columns
    for place, (label, named, mark) in enumerate(
        [*entries, *((mark.label, (mark.value, mark.low, mark.high), mark) for mark in beside)]
    ):
        assert named is not None
        x = gap * (place + 0.5)
        value, low, high = named
        y = _Scale.y(value)
        hue = theme.BENCHMARK[mark.style][0] if mark else theme.ORIGIN[data.origin][0]
        group = "" if mark else keys.get("children", "")
        if group:
            drawing.open_behind(group, f"{label} {percent(value, lang)}")
            drawing.reach((x - REACH, y - REACH, 2 * REACH, 2 * REACH))
        if low is not None and high is not None:
            ends = (_Scale.y(low), _Scale.y(high))
            drawing.line((x, ends[0]), (x, ends[1]), hue, *((1.6, (5, 3)) if mark else (2.4,)))
            for end in ends:
                drawing.line((x - 4, end), (x + 4, end), hue, 1.6)
        if mark:
            drawing.mark((x, y), theme.BENCHMARK[mark.style][2], hue)
        else:
            drawing.mark((x, y), OWN_MARK[data.origin], hue, 11)
        words = percent(value, lang, sign=False)
        drawing.text((x + 10, y - 4), words, color=hue, weight=600)
        if group:
            drawing.close_behind()
        bounds = (
            interval(low, high, lang, medium="screen")
            if low is not None or high is not None
            else word("no_interval", lang)
        )
        lines = [(line, hue, 600) for line in _lines(label, gap - 4)]
        size = sizes.get(label, "") if mark else _own_size(data, lang)
        lines += [(size, theme.INK_2, 400), (bounds, theme.INK_2, 400)]
        for row, (text, color, weight) in enumerate(line for line in lines if line[0]):
            drawing.text(
                (x, BOTTOM + 17 + 15 * row),
                text,
                color=color,
                size=theme.SMALL,
                weight=weight,
                anchor="middle",
            )
    return drawing.svg(*said)


def _own_size(data: SurvivalCurveData, lang: str) -> str:
    """How many the curve began with, as its own table says."""
    first = next((column for column in data.table if column.month == 0), None)
    return f"n {number(first.at_risk, lang)}" if first is not None else ""


def _lines(words: str, width: float) -> list[str]:
    """The words in lines no wider than asked, broken at spaces only."""
    lines: list[str] = []
    for piece in words.split(" "):
        if lines and width_of(f"{lines[-1]} {piece}", theme.SMALL) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines

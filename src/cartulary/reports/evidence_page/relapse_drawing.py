# SPDX-License-Identifier: Apache-2.0
"""Relapse by class on the page: stacked to the named month, each class with value and count."""

from __future__ import annotations

from collections.abc import Mapping

from cartulary.reports.chart_data import DAYS_PER_MONTH, Cause, CumulativeIncidenceData
from cartulary.reports.evidence_page.curve_drawing import BOTTOM, TOP
from cartulary.reports.evidence_page.svg import Drawing, Point
from cartulary.reports.figures import theme
from cartulary.reports.wording import number, percent, units, word

LEFT, RIGHT, WIDTH = 36.0, 172.0, 318.0
LINES, GAP = 14.0, 32.0
#: tone -> (ground, outline)
TONE: Mapping[int | str, tuple[str, str]] = {
    0: (theme.RAMP[0], theme.INK),
    1: (theme.RAMP[1], theme.INK),
    2: (theme.RAMP[2], theme.INK),
    "loss": theme.LOSS,
    "unknown": theme.UNKNOWN,
}


def relapse_svg(
    data: CumulativeIncidenceData, lang: str, said: tuple[str, str, str], groups: Mapping[str, str]
) -> str:
    """The causes stacked, as SVG.

    Arguments: the data, after disclosure control; the language; identity, title and sentence;
    the group of children behind each cause, by the key of its count.
    """
    drawing = Drawing(WIDTH, BOTTOM + 40)
    last_day = min(max(data.last_day, 1.0), data.named_month * DAYS_PER_MONTH)
    for share in (0.25, 0.5, 0.75, 1):
        drawing.line((LEFT, _y(share)), (RIGHT, _y(share)), theme.HAIRLINE)
    for share in (0, 0.25, 0.5, 0.75, 1):
        words = percent(share, lang, sign=share == 1)
        drawing.text((LEFT - 7, _y(share) + 4), words, color=theme.INK_2, anchor="end")
    ends = _grounds(drawing, data, last_day, groups)
    drawing.line((LEFT, BOTTOM), (RIGHT, BOTTOM), theme.INK)
    for month in (0, 3, 6, 9, 12):
        if month > data.named_month:
            continue
        x = _x(month * DAYS_PER_MONTH, data)
        drawing.line((x, BOTTOM), (x, BOTTOM + 4), theme.INK)
        drawing.text((x, BOTTOM + 17), number(month, lang), color=theme.INK_2, anchor="middle")
    words = word(f"months_after.{data.clock}", lang)
    drawing.text(((LEFT + RIGHT) / 2, BOTTOM + 32), words, color=theme.INK_2, anchor="middle")
    _labels(drawing, data, ends, lang, groups)
    return drawing.svg(*said)


def _x(day: float, data: CumulativeIncidenceData) -> float:
    return LEFT + day / DAYS_PER_MONTH / data.named_month * (RIGHT - LEFT)


def _y(share: float) -> float:
    return BOTTOM - share * (BOTTOM - TOP)


def _on(cause: Cause, day: float) -> float:
    return max((value for start, value in cause.steps if start <= day), default=0.0)


def _grounds(
    drawing: Drawing, data: CumulativeIncidenceData, last_day: float, groups: Mapping[str, str]
) -> list[tuple[float, float]]:
    """The stacked grounds with their upper edges, and where each ends at the right."""
    days = sorted({0.0, last_day} | {d for c in data.causes for d, _ in c.steps if d <= last_day})
    below = dict.fromkeys(days, 0.0)
    ends = []
    edge: list[Point] = []
    for cause in data.causes:
        above = {day: below[day] + _on(cause, day) for day in days}
        over: list[Point] = []
        under: list[Point] = []
        for place, day in enumerate(days):
            until = days[place + 1] if place + 1 < len(days) else last_day
            over += [(_x(d, data), _y(above[day])) for d in (day, until)]
            under += [(_x(d, data), _y(below[day])) for d in (day, until)]
        group = groups.get(cause.key, "")
        if group:
            drawing.open_behind(group, f"{cause.label}: {cause.count}", by_key=False)
        drawing.ground([*over, *reversed(under)], TONE[cause.tone][0])
        if group:
            drawing.close_behind()
        ends.append((below[days[-1]], above[days[-1]]))
        below, edge = above, over
    if edge:
        drawing.path(edge, theme.INK, 1.6)
    return ends


def _labels(
    drawing: Drawing,
    data: CumulativeIncidenceData,
    ends: list[tuple[float, float]],
    lang: str,
    groups: Mapping[str, str],
) -> None:
    """Value, class and count at the right edge, moved apart where they would touch."""
    free = 1 - sum(cause.value for cause in data.causes)
    rows: list[tuple[float, str, str, str, str]] = []
    for cause, (low, high) in zip(data.causes, ends, strict=True):
        if high <= low and not cause.value:
            continue
        label = cause.label[:1].upper() + cause.label[1:]
        count = f"{number(cause.count, lang)} {units(cause.count, data.unit, lang)}"
        rows.append(
            ((low + high) / 2, percent(cause.value, lang), label, count, groups.get(cause.key, ""))
        )
    top = ends[-1][1] if ends else 0.0
    label = data.free_label[:1].upper() + data.free_label[1:]
    unknown = "of nog niet bekend" if lang == "nl" else "or not yet known"
    rows.append(((top + 1) / 2, percent(free, lang), label, unknown, ""))
    placed = []
    limit = BOTTOM
    for middle, *_ in rows:
        y = min(_y(middle), limit)
        placed.append(y)
        limit = y - GAP
    shift = max(0.0, TOP + 8 - placed[-1])
    x = RIGHT + 12
    for y, (middle, value, label, second, group) in zip(placed, rows, strict=True):
        base = y + shift
        if abs(base - _y(middle)) > 8:
            drawing.path([(RIGHT, _y(middle)), (RIGHT + 4, _y(middle)), (x - 2, base - 4)],
                         theme.LINE, 1)  # fmt: skip
        if group:
            drawing.open_behind(group, f"{label}: {second}")
            drawing.reach((x - 2, base - 14, WIDTH - x, 31))
        drawing.text((x, base - 2), value, weight=600)
        drawing.text((x + 32, base - 2), label, weight=600, size=theme.SMALL)
        drawing.text((x, base - 2 + LINES), second, color=theme.INK_2, size=theme.SMALL)
        if group:
            drawing.close_behind()

# SPDX-License-Identifier: Apache-2.0
"""The share of children in each state over time, stacked, each state named at the right edge."""

from __future__ import annotations

from typing import Any

from cartulary.reports.chart_data import DAYS_PER_MONTH
from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import Frame, broken, layered, legible_months
from cartulary.reports.occupancy_data import OccupancyData, share_on
from cartulary.reports.wording import interval, number, percent, word

LEFT = 126
RIGHT = 470
TOP = 22
BELOW = 56
LOWEST_BOTTOM = 202
LINE_GAP = 12.5
SWATCH = 10.0
# A band thinner than this at the end, in per cent, gets no line: its swatch names it.
THIN = 0.5
BAR_WIDTH = 22.0
LABEL_START = 14 + SWATCH + 6
LABEL_WIDTH = theme.PAGE_WIDTH - RIGHT - LABEL_START

#: tone -> (ground, outline); neighbours in the usual order differ in grey too
TONE = {
    0: (theme.RAMP[0], "#23384A"),
    1: (theme.RAMP[1], theme.RAMP[0]),
    2: (theme.RAMP[2], theme.RAMP[0]),
    "not_in_remission": theme.NO_REMISSION,
    "relapse": ("#C9A57C", theme.RELAPSE),
    "relapse_light": theme.LOSS,
    "dead": (theme.PAPER, theme.INK_2),
    "unknown": theme.UNKNOWN,
}


def stacked_probability(data: OccupancyData, lang: str, medium: str = "print") -> Any:
    """The chart: x in months, y in per cent of children; the bands fill the whole height."""
    ticks = theme.months_shown(data.last_day, DAYS_PER_MONTH)
    last = max(ticks[-1], data.last_day / DAYS_PER_MONTH)
    labels = _labels_of(data, lang, medium)
    bottom = max(LOWEST_BOTTOM, TOP + 8 + sum(len(lines) for lines in labels) * LINE_GAP + 20)
    scale = (RIGHT - LEFT) / last
    height = bottom + BELOW
    frame = Frame(
        theme.PAGE_WIDTH,
        height,
        (-LEFT / scale, (theme.PAGE_WIDTH - LEFT) / scale),
        (-BELOW * 100 / (bottom - TOP), 100 + TOP * 100 / (bottom - TOP)),
    )
    grounds, ends = _grounds(frame, data)
    until = data.last_day / DAYS_PER_MONTH
    layers = [
        frame.rules([{"x": 0, "y": y, "x2": last, "y2": y} for y in (25, 50, 75, 100)]),
        *grounds,
        frame.rule(0, 0, last, 0, theme.INK, 1),
        frame.rule(0, 100, until, 100, theme.LINE, 1),
        frame.rule(data.named_month, 0, data.named_month, 100, theme.INK, 1, (1.5, 2.5)),
        *_axes(frame, data, ticks, lang),
        *_labels(frame, data, ends, labels, last, until, lang),
    ]
    return layered(frame, layers)


def _grounds(frame: Frame, data: OccupancyData) -> tuple[list[Any], list[tuple[float, float]]]:
    """The stacked grounds, each with its upper edge as a line, and their extents at the end."""
    if data.months_only:
        return _bars(frame, data)
    days = sorted({0.0, data.last_day} | {d for b in data.bands for d, _ in b.steps})
    below = dict.fromkeys(days, 0.0)
    layers: list[Any] = []
    edges: list[Any] = []
    ends: list[tuple[float, float]] = []
    for place_of_band, band in enumerate(data.bands):
        above = {day: below[day] + share_on(band, day) for day in days}
        area: list[tuple[float, float, float]] = []
        for place, day in enumerate(days):
            until = days[place + 1] if place + 1 < len(days) else data.last_day
            share = (below[day] * 100, above[day] * 100)
            area += [(day / DAYS_PER_MONTH, *share), (until / DAYS_PER_MONTH, *share)]
        fill, line = TONE[band.tone]
        layers.append(frame.area(area, fill))
        if place_of_band + 1 < len(data.bands):
            edges += [frame.path(stretch, line, 1) for stretch in _stretches(area)]
        ends.append((below[days[-1]] * 100, above[days[-1]] * 100))
        below = above
    return [*layers, *edges], ends


def _bars(frame: Frame, data: OccupancyData) -> tuple[list[Any], list[tuple[float, float]]]:
    """A bar at each month that may be shown, not joined: between them nothing is said."""
    half = frame.per_pixel_x(BAR_WIDTH / 2)
    layers = []
    below = dict.fromkeys((day for day, _ in data.bands[0].steps), 0.0)
    ends: list[tuple[float, float]] = []
    for band in data.bands:
        fill, line = TONE[band.tone]
        boxes = []
        for day, share in band.steps:
            month, low = day / DAYS_PER_MONTH, below[day]
            if share > 0.0:
                boxes.append(
                    {"x": month - half, "x2": month + half, "y": 100 * low,
                     "y2": 100 * (low + share)}
                )  # fmt: skip
            below[day] = low + share
        layers.append(frame.boxes(boxes, fill, line))
        last = max(below)
        ends.append((100 * (below[last] - band.steps[-1][1]), 100 * below[last]))
    return layers, ends


def _stretches(area: list[tuple[float, float, float]]) -> list[list[tuple[float, float]]]:
    """The upper edge of a band where the band is there, as unbroken lines."""
    found: list[list[tuple[float, float]]] = []
    open_line: list[tuple[float, float]] = []
    for x, low, high in area:
        if high > low + 1e-9:
            # A band that begins later is drawn up from its foot.
            open_line = open_line or ([(x, low)] if x > 0.0 else [])
            open_line.append((x, high))
        elif open_line:
            found.append([*open_line, (x, low)])
            open_line = []
    return [*found, open_line] if open_line else found


def _axes(frame: Frame, data: OccupancyData, ticks: tuple[float, ...], lang: str) -> list[Any]:
    """Per cent at the left, months and numbers under observation below."""
    edge = -frame.per_pixel_x(LEFT)
    seen = [
        {"x": month, "y": 0, "words": str(count.value)}
        for month, count in zip(data.months, data.at_risk, strict=True)
    ]
    if 0 not in data.months:
        seen.insert(0, {"x": 0, "y": 0, "words": str(data.n)})
    legible = legible_months(
        {one["x"]: (one["words"],) for one in seen}, 1.0 / frame.per_pixel_x(1), data.named_month
    )
    seen = [one for one in seen if one["x"] in legible]
    return [
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
        frame.text(edge, 0, word("at_risk", lang), color=theme.INK_2, dy=38),
        frame.texts(seen, color=theme.INK, align="center", dy=38),
    ]


def _labels_of(data: OccupancyData, lang: str, medium: str) -> list[list[str]]:
    """The lines at the right edge for each state: its share at the named month, and its name."""
    place = data.months.index(data.named_month)
    found = []
    for band in data.bands:
        share = band.shares[place]
        first = word("absent.not_estimated", lang)
        if share.value is not None:
            first = percent(share.value, lang)
            if share.low is not None or share.high is not None:
                first += f" ({interval(share.low, share.high, lang, medium=medium)})"
        found.append([first, *broken(band.label, LABEL_WIDTH)])
    return found


def _labels(
    frame: Frame,
    data: OccupancyData,
    ends: list[tuple[float, float]],
    labels: list[list[str]],
    last: float,
    until: float,
    lang: str,
) -> list[Any]:
    """Swatch, share and name of every state, moved apart where they would touch."""
    one = frame.per_pixel_y(1)
    halves = [(len(lines) * LINE_GAP + 3) / 2 * one for lines in labels]
    middles = [(low + high) / 2 for low, high in ends]
    placed: list[float] = []
    for place, y in enumerate(middles):
        least = placed[-1] + halves[place - 1] + halves[place] if placed else halves[0] - 4 * one
        placed.append(max(y, least))
    # Down again from the top, so that none leaves the panel.
    ceiling = 100.0 + 4 * one
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], ceiling - halves[place])
        ceiling = placed[place] - halves[place]
    x = last + frame.per_pixel_x(LABEL_START)
    box = last + frame.per_pixel_x(14)
    layers = [
        frame.text(
            box, 100, word("at_month", lang, month=number(data.named_month, lang)),
            color=theme.INK_2, weight=500, dy=-15,
        )
    ]  # fmt: skip
    for band, y, (low, high), lines in zip(data.bands, placed, ends, labels, strict=True):
        top = -(len(lines) - 1) * LINE_GAP / 2
        first = y - top * one
        if high - low > THIN:
            middle, bend = (low + high) / 2, max(last, until) + frame.per_pixel_x(3)
            to = (box - frame.per_pixel_x(3), first)
            layers.append(frame.path([(until, middle), (bend, middle), to], theme.LINE, 1))
        fill, line = TONE[band.tone]
        half = SWATCH / 2 * one
        corner = {"x": box, "y": first - half, "x2": box + frame.per_pixel_x(SWATCH)}
        layers.append(frame.boxes([corner | {"y2": first + half}], fill, line))
        layers.append(frame.text(x, y, lines[0], weight=600, dy=top))
        for place, words in enumerate(lines[1:], start=1):
            layers.append(frame.text(x, y, words, color=theme.INK_2, dy=top + place * LINE_GAP))
    return layers

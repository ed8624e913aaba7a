# SPDX-License-Identifier: Apache-2.0
"""A lane for each child: states as bars, events as marks, grouped by what became of the child."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from cartulary.reports.chart_data import DAYS_PER_MONTH, MARKS, SEGMENTS, SwimmerData
from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import Frame, layered, pixels, text_width
from cartulary.reports.wording import number, word

LEFT = 150
RIGHT = theme.PAGE_WIDTH - 26
AXIS = 12
TOP = 36
LANE, BAR = 15.5, 9.0
ROOMY, LEAST_LANE = 22, 9.6  # more lanes stand closer
GROUP_GAP = 11.0
DETAIL = 13.0
LEGEND_LINE, LEGEND_GAP = 18.0, 20.0

CROSS = "M-.75,-.75L.75,.75M.75,-.75L-.75,.75"
CHEVRON = "M-.45,-.8L.45,0L-.45,.8"

#: segment -> (fill, outline)
SEGMENT_LOOK = {
    "remission": (theme.STATE, None),
    "no_remission": theme.NO_REMISSION,
    "after_transplant": (theme.RAMP[1], None),
    "after_relapse": (theme.PAPER, theme.LINE),
    "followed": (theme.RAMP[2], theme.RAMP[1]),
}
#: mark -> (shape, size, fill, stroke, width)
MARK_LOOK = {
    "relapse": ("diamond", 92, theme.RELAPSE, theme.RELAPSE, 1.6),
    "relapse_cd19_negative": ("diamond", 80, theme.PAPER, theme.RELAPSE, 1.8),
    "infusion": ("triangle-up", 78, "#000000", theme.PAPER, 1.0),
    "transplant": ("circle", 66, theme.PAPER, "#000000", 2.0),
    "death": (CROSS, 62, "transparent", "#000000", 2.0),
    "alive": (CHEVRON, 70, "transparent", theme.INK_2, 1.4),
}


def swimmer(data: SwimmerData, lang: str) -> Any:
    """The chart in pixels, as tall as its lanes."""
    rows, separators, bottom = _rows(data)
    last = max((lane.end_day for g in data.groups for lane in g.lanes), default=0.0)
    last_month = max(12.0, last / DAYS_PER_MONTH)
    scale = (RIGHT - LEFT) / (last_month + 0.4)
    legend = _legend_entries(data, lang)
    frame = pixels(theme.PAGE_WIDTH, bottom + 14 + LEGEND_LINE * len(legend))
    layers = [
        *_axis(frame, data, scale, last_month, bottom, lang),
        *_names(frame, data, rows),
        frame.rules([{"x": 0, "y": y, "x2": RIGHT, "y2": y} for y in separators], theme.HAIRLINE),
        *_bars(frame, data, rows, scale),
        frame.rule(
            LEFT + data.named_month * scale,
            TOP - 12,
            LEFT + data.named_month * scale,
            bottom,
            theme.INK_2,
            1,
            (2.5, 2.5),
        ),
        frame.rule(LEFT, TOP - 12, LEFT, bottom, theme.INK, 1),
        *_events(frame, data, rows, scale),
        *_legend(frame, legend, bottom + 14),
    ]
    return layered(frame, layers)


def _pitch(data: SwimmerData) -> float:
    """From one lane to the next: many stand closer, so that they and the flow fit one page."""
    lanes = sum(len(group.lanes) for group in data.groups)
    return LANE if lanes <= ROOMY else max(LEAST_LANE, LANE * ROOMY / lanes)


def _rows(data: SwimmerData) -> tuple[list[list[float]], list[float], float]:
    """The middle of each lane by group, the lines between groups, the lower end."""
    rows, separators = [], []
    pitch = _pitch(data)
    y = float(TOP)
    for place, group in enumerate(data.groups):
        if place:
            separators.append(y + GROUP_GAP / 2 - 5)
            y += GROUP_GAP
        rows.append([y + pitch * lane for lane in range(len(group.lanes))])
        y += max(pitch * len(group.lanes), LANE + DETAIL * len(group.detail) - 2)
    return rows, separators, y - 4


def _axis(
    frame: Frame, data: SwimmerData, scale: float, last_month: float, bottom: float, lang: str
) -> list[Any]:
    """Months along the top, a hairline under each."""
    ticks = [t for t in (0, 6, 12, 18, 24, 36, 48, 60, 84, 120) if t <= last_month]
    return [
        frame.rules(
            [
                {"x": LEFT + t * scale, "y": TOP - 12, "x2": LEFT + t * scale, "y2": bottom}
                for t in ticks
            ]
        ),
        frame.texts(
            [{"x": LEFT + t * scale, "y": AXIS, "words": number(t, lang)} for t in ticks],
            color=theme.INK_2,
            align="center",
        ),
        frame.text(
            LEFT - 10, AXIS, word(f"months_after.{data.clock}", lang), color=theme.INK_2,
            align="right",
        ),
    ]  # fmt: skip


def _names(frame: Frame, data: SwimmerData, rows: list[list[float]]) -> list[Any]:
    """Group names at the left, pseudonyms before the lanes."""
    names, details, lanes = [], [], []
    for group, ys in zip(data.groups, rows, strict=True):
        if not ys:
            continue
        names.append({"x": 0, "y": ys[0], "words": group.label})
        details += [
            {"x": 0, "y": ys[0] + DETAIL * (line + 1), "words": text}
            for line, text in enumerate(group.detail)
        ]
        lanes += [
            {"x": LEFT - 10, "y": y, "words": lane.label}
            for lane, y in zip(group.lanes, ys, strict=True)
            if lane.label
        ]
    return [
        frame.texts(names, weight=600),
        frame.texts(details, color=theme.INK_2, size=theme.SMALL),
        frame.texts(
            lanes, color=theme.INK_2, align="right", size=min(theme.SMALL, _pitch(data) - 0.4)
        ),
    ]


def _bars(frame: Frame, data: SwimmerData, rows: list[list[float]], scale: float) -> list[Any]:
    """Each state's stretches, one layer a state."""
    by_kind: dict[str, list[dict[str, float]]] = defaultdict(list)
    half = min(BAR, 0.66 * _pitch(data)) / 2
    for group, ys in zip(data.groups, rows, strict=True):
        for lane, y in zip(group.lanes, ys, strict=True):
            for segment in lane.segments:
                # An outline lies inside its stretch, so that all bars are one height.
                inset = 0.5 if SEGMENT_LOOK[segment.kind][1] else 0.0
                by_kind[segment.kind].append(
                    {
                        "x": LEFT + segment.start_day / DAYS_PER_MONTH * scale + inset,
                        "x2": LEFT + segment.end_day / DAYS_PER_MONTH * scale - inset,
                        "y": y - half + inset,
                        "y2": y + half - inset,
                    }
                )
    return [
        frame.boxes(by_kind[kind], *SEGMENT_LOOK[kind])
        for kind in reversed(SEGMENTS)
        if by_kind[kind]
    ]


def _events(frame: Frame, data: SwimmerData, rows: list[list[float]], scale: float) -> list[Any]:
    """Each kind of mark, one layer a kind; the end of a lane stands just past its bar."""
    by_kind: dict[str, list[dict[str, float]]] = defaultdict(list)
    for group, ys in zip(data.groups, rows, strict=True):
        for lane, y in zip(group.lanes, ys, strict=True):
            for mark in lane.marks:
                past = 5.0 if mark.kind == "alive" else 0.0
                by_kind[mark.kind].append(
                    {"x": LEFT + mark.day / DAYS_PER_MONTH * scale + past, "y": y}
                )
    return [_marked(frame, by_kind[kind], kind) for kind in MARKS if by_kind[kind]]


def _marked(frame: Frame, records: list[dict[str, float]], kind: str) -> Any:
    """Symbols of one kind."""
    shape, size, fill, stroke, width = MARK_LOOK[kind]
    return frame.marks(records, shape, size=size, fill=fill, stroke=stroke, width=width)


def _legend_entries(data: SwimmerData, lang: str) -> list[list[tuple[str, str, str]]]:
    """Two lines of the legend, states and marks, only what is drawn."""
    lanes = [lane for group in data.groups for lane in group.lanes]
    states = {segment.kind for lane in lanes for segment in lane.segments}
    marks = {mark.kind for lane in lanes for mark in lane.marks}
    first = [("state", kind, word(f"segment.{kind}", lang)) for kind in SEGMENTS if kind in states]
    second = []
    for kind in MARKS:
        if kind in marks and not (kind == "relapse_cd19_negative" and "relapse" in marks):
            name = "mark.relapse_open" if kind.startswith("relapse") else f"mark.{kind}"
            if kind == "relapse" and "relapse_cd19_negative" not in marks:
                name = "mark.relapse"
            second.append(("mark", kind, word(name, lang)))
    return [part for line in (first, second) for part in _lines(line)]


def _lines(entries: list[tuple[str, str, str]]) -> list[list[tuple[str, str, str]]]:
    """The entries in lines that end before the figure does."""
    lines: list[list[tuple[str, str, str]]] = []
    x = 0.0
    for entry in entries:
        wide = 11 + text_width(entry[2])
        if not lines or x + wide > RIGHT - LEFT:
            lines.append([])
            x = 5.0
        lines[-1].append(entry)
        x += wide + LEGEND_GAP
    return lines


def _legend(frame: Frame, lines: list[list[tuple[str, str, str]]], top: float) -> list[Any]:
    """The symbols with their words, under the lanes."""
    layers = []
    for row, line in enumerate(lines):
        x, y = LEFT + 5.0, top + LEGEND_LINE * row + 6
        for sort, kind, words in line:
            if sort == "state":
                box = {"x": x - 4.5, "x2": x + 4.5, "y": y - 4.5, "y2": y + 4.5}
                layers.append(frame.boxes([box], *SEGMENT_LOOK[kind]))
            else:
                layers.append(_marked(frame, [{"x": x, "y": y}], kind))
            layers.append(frame.text(x + 11, y, words, color=theme.INK_2))
            x += 11 + text_width(words) + LEGEND_GAP
    return layers

# SPDX-License-Identifier: Apache-2.0
"""The flow of children: bands as thick as they are many, every child in a named place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cartulary.reports.chart_data import FlowBand, FlowData, FlowNode
from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import Frame, broken, layered, pixels, text_width
from cartulary.reports.wording import NARROW, number

BAR = 8.0
TOP = 48.0
BODY = 164.0  # height of all children together
CLOSE_GAP = 9.0  # under the course
LABELLED_GAP = 24.0  # room for a name below a place
STAY_GAP = 16.0
LAST_GAP = 13.0
RIGHT_LABELS = 148.0
STEPS = 28
THOUSAND = 1000
LINE = 15.0  # from one line of a heading to the next
NO_BREAK = "\u00a0"

BAND = {"course": theme.COURSE_BAND, "loss": theme.LOSS[0], "unknown": theme.UNKNOWN[0]}
PLACE = {"course": theme.STATE, "loss": theme.LOSS[1], "unknown": theme.UNKNOWN[1]}


@dataclass(frozen=True, slots=True)
class Placed:
    """A node with its bar's corners in pixels."""

    node: FlowNode
    x: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A band: where its upper edge starts and ends, and its thickness."""

    band: FlowBand
    x: float
    y: float
    x2: float
    y2: float
    thick: float

    def edge(self, share: float) -> float:
        """The upper edge at a share of the way: level at both ends."""
        return self.y + (self.y2 - self.y) * share * share * (3 - 2 * share)

    def across(self, x: float) -> tuple[float, float] | None:
        """The band's extent at x, or None beside it."""
        if not self.x <= x <= self.x2:
            return None
        upper = self.edge((x - self.x) / (self.x2 - self.x))
        return upper, upper + self.thick


def flow(data: FlowData, lang: str) -> Any:
    """The chart in pixels."""
    biggest = max((node.count.value for node in data.nodes), default=1) or 1
    unit = BODY / biggest
    headings = _broken_headings(data)
    top = TOP + LINE * max((len(lines) - 1 for lines in headings), default=0)
    places = _placed(data, unit, top)
    bands = _drawn(data, places, unit)
    labels, lowest = _labels(places, bands, top, lang)
    frame = pixels(theme.PAGE_WIDTH, lowest + 8)
    order = {"course": 0, "unknown": 1, "loss": 2}
    layers = [
        frame.area(
            [
                (b.x + (b.x2 - b.x) * i / STEPS, b.edge(i / STEPS), b.edge(i / STEPS) + b.thick)
                for i in range(STEPS + 1)
            ],
            BAND[places[b.band.target].node.kind],
        )
        for b in sorted(bands, key=lambda b: order[places[b.band.target].node.kind])
    ]
    for kind, hue in PLACE.items():
        bars = [
            {"x": p.x, "x2": p.x + BAR, "y": p.top, "y2": max(p.bottom, p.top + 1.5)}
            for p in places.values()
            if p.node.kind == kind and p.node.count.value
        ]
        if bars:
            layers.append(frame.boxes(bars, hue))
    layers += _headings(frame, data, headings)
    layers += [write(frame) for write in labels]
    return layered(frame, layers)


def _column_x(data: FlowData, column: int) -> float:
    last = max(len(data.columns) - 1, 1)
    return column * (theme.PAGE_WIDTH - _right_labels(data) - BAR) / last


def _right_labels(data: FlowData) -> float:
    """Room at the right: counts of thousands take more of it."""
    most = max((node.count.value for node in data.nodes), default=0)
    return RIGHT_LABELS if most < THOUSAND else RIGHT_LABELS + _count_width(number(most, "en")) - 15


def _count_width(count: str) -> float:
    """About how wide a bold count is."""
    return 7.2 * len(count) - 4.6 * count.count(NARROW)


def _placed(data: FlowData, unit: float, top: float) -> dict[str, Placed]:
    """Places stacked in their columns, the course on top.

    A place that children leave again lies close under the course; one where they stay lies below
    all that passes on its right, so that its name has room.
    """
    places: dict[str, Placed] = {}
    last = len(data.columns) - 1
    left_again = {band.source for band in data.bands if band.count}
    floor = top
    for column in range(last, -1, -1):
        y, passing = top, top
        for node in (n for n in data.nodes if n.column == column):
            height = max(node.count.value * unit, 3.0 if node.count.value else 0.0)
            stays = node.id not in left_again and column < last
            if stays:
                y = max(y, floor, top + BODY * 0.9)
            places[node.id] = Placed(node, _column_x(data, column), y, y + height)
            y += height
            if column == last:
                y += LAST_GAP
            elif not stays and node.label:
                y += LABELLED_GAP
                passing = y
            else:
                y += STAY_GAP if stays else CLOSE_GAP
        floor = passing
    return places


def _drawn(data: FlowData, places: dict[str, Placed], unit: float) -> list[Drawn]:
    """Bands leave in the order of where they go and arrive in the order of whence they come."""
    leaves = {name: place.top for name, place in places.items()}
    arrives = dict(leaves)
    ends: dict[FlowBand, tuple[float, float]] = {}
    for band in sorted(data.bands, key=lambda b: (places[b.target].top, places[b.target].x)):
        ends[band] = (leaves[band.source], 0.0)
        leaves[band.source] += band.count * unit
    for band in sorted(data.bands, key=lambda b: (places[b.source].top, places[b.source].x)):
        ends[band] = (ends[band][0], arrives[band.target])
        arrives[band.target] += band.count * unit
    return [
        Drawn(
            band, places[band.source].x + BAR, ends[band][0], places[band.target].x,
            ends[band][1], band.count * unit,
        )
        for band in data.bands
        if band.count
    ]  # fmt: skip


def _broken_headings(data: FlowData) -> list[list[str]]:
    """What stands under each column's name, in more lines where it would reach the next column."""
    last = len(data.columns) - 1
    room = [_column_x(data, 1)] * last + [_right_labels(data) + BAR]
    # "in" goes with what follows it.
    held = [detail.replace(" in ", f" in{NO_BREAK}") for _, detail in data.columns]
    return [
        [line.replace(NO_BREAK, " ") for line in broken(detail, width)]
        for detail, width in zip(held, room, strict=True)
    ]


def _headings(frame: Frame, data: FlowData, broken_details: list[list[str]]) -> list[Any]:
    """The columns' names along the top."""
    titles = [
        {"x": _column_x(data, i), "y": 10, "words": title}
        for i, (title, _) in enumerate(data.columns)
    ]
    details = [
        {"x": _column_x(data, i), "y": 26 + LINE * place, "words": words}
        for i, lines in enumerate(broken_details)
        for place, words in enumerate(lines)
    ]
    return [frame.texts(titles, weight=600), frame.texts(details, color=theme.INK_2)]


def _labels(
    places: dict[str, Placed], bands: list[Drawn], top: float, lang: str
) -> tuple[list[Callable[[Frame], Any]], float]:
    """Count and name of each place that has one: beside it, or below where a band is in the way."""
    writers: list[Callable[[Frame], Any]] = []
    lowest = max((place.bottom for place in places.values()), default=top)
    for place in places.values():
        if not place.node.label or not place.node.count.value:
            continue
        count, words = number(place.node.count.value, lang), place.node.label
        middle = (place.top + max(place.bottom, place.top + 4)) / 2
        wide = text_width(count) + 4 + text_width(words)
        start = place.x + BAR + 6
        taken = any(
            (span := band.across(start + wide * i / 12)) is not None
            and span[0] < middle + 7
            and span[1] > middle - 7
            for band in bands
            for i in range(13)
        ) or any(
            other.x > place.x and other.x < start + wide
            and other.top < middle + 7 and other.bottom > middle - 7
            for other in places.values()
        )  # fmt: skip
        if taken:
            y = max(place.bottom, place.top + 4) + 10
            writers.append(_writer_below(place.x + BAR, y, count, words))
            lowest = max(lowest, y + 7)
        else:
            writers.append(_writer_beside(start, middle, count, words))
            lowest = max(lowest, middle + 7)
    return writers, lowest


def _writer_beside(x: float, y: float, count: str, words: str) -> Callable[[Frame], Any]:
    """Count bold, then the name, to the right."""
    return lambda frame: (
        frame.text(x, y, count, weight=600)
        + frame.text(x + 4 + _count_width(count), y, words, color=theme.INK_2)
    )


def _writer_below(x: float, y: float, count: str, words: str) -> Callable[[Frame], Any]:
    """The name ends under the bar, its count before it."""
    return lambda frame: frame.text(
        x, y, f"{count} {words}", color=theme.INK_2, align="right", size=theme.SMALL
    )

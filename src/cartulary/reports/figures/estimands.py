# SPDX-License-Identifier: Apache-2.0
"""What the choice of strategy does: value and interval a strategy, in a group for each clock."""

from __future__ import annotations

from typing import Any

from cartulary.reports.estimands_data import ClockGroup, EstimandsData, StrategyMark
from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import Frame, broken, layered, pixels
from cartulary.reports.wording import interval, percent, word

LEFT = 214.0
RIGHT = 486.0
VALUES = 526.0
BOUNDS = 596.0
COUNTS = theme.PAGE_WIDTH
INDENT = 12.0
TOP = 30.0
LINE = 13.0
ROW = 35.0
HEAD = 24.0
GROUP_GAP = 12.0
APART_GAP = 5.0
NOTE_GAP = 10.0
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
# How far below its interval the line of the limits lies, and how high its ends are.
LIMITS_BELOW = 10.0
LIMITS_END = 3.0


def estimands(data: EstimandsData, lang: str, medium: str = "print") -> Any:
    """The chart in pixels, as tall as its rows and notes."""
    y = TOP
    heads: list[tuple[ClockGroup, float]] = []
    rows: list[tuple[StrategyMark, float]] = []
    for place, group in enumerate(data.groups):
        y += GROUP_GAP if place else 0.0
        heads.append((group, y))
        y += HEAD
        for mark in group.marks:
            y += APART_GAP if mark.apart else 0.0
            rows.append((mark, y))
            y += ROW
    bottom = y - ROW / 2 + 2
    notes = [line for note in data.notes for line in broken(note, theme.PAGE_WIDTH * 1.08)]
    frame = pixels(theme.PAGE_WIDTH, bottom + (NOTE_GAP if notes else 0) + LINE * len(notes) + 4)
    layers = [
        *_axis(frame, data, bottom, lang),
        *(layer for group, top in heads for layer in _head(frame, group, top)),
        *(layer for mark, top in rows for layer in _row(frame, data, mark, top, lang, medium)),
        *(
            frame.text(0, bottom + NOTE_GAP + LINE * (place + 0.5), line, color=theme.INK_2)
            for place, line in enumerate(notes)
        ),
    ]
    return layered(frame, layers)


def estimands_svg(data: EstimandsData, lang: str, medium: str = "print") -> str:
    """The figure as SVG, the same for the same input; see `svg.svg_of`."""
    import altair as alt

    from cartulary.reports.figures.svg import _renderer

    spec = estimands(data, lang, medium).to_dict(context={"pre_transform": False})
    spec["config"] = theme.cartulary_theme()["config"]
    spec["autosize"] = {"type": "none", "contains": "padding"}
    major, minor = alt.SCHEMA_VERSION.lstrip("v").split(".")[:2]
    return str(_renderer().vegalite_to_svg(spec, vl_version=f"{major}.{minor}")).strip()


def _at(share: float) -> float:
    return LEFT + share * (RIGHT - LEFT)


def _axis(frame: Frame, data: EstimandsData, bottom: float, lang: str) -> list[Any]:
    """Per cent above, hairlines down through every group, and the names of the columns."""
    return [
        frame.rules(
            [{"x": _at(s), "y": TOP - 12, "x2": _at(s), "y2": bottom} for s in TICKS[1:]]
        ),
        frame.rule(_at(0), TOP - 12, _at(0), bottom, theme.INK, 1),
        frame.texts(
            [{"x": _at(s), "y": 8, "words": percent(s, lang, sign=s == 1)} for s in TICKS],
            color=theme.INK_2,
            align="center",
        ),
        frame.text(0, 8, data.axis, color=theme.INK_2),
        frame.text(VALUES, 8, "%", color=theme.INK_2, align="right"),
        frame.text(BOUNDS, 8, "95%-BI" if lang == "nl" else "95% CI", color=theme.INK_2,
                   align="right"),
        frame.text(COUNTS, 8, f"{word('events', lang)} / n", color=theme.INK_2, align="right"),
    ]  # fmt: skip


def _head(frame: Frame, group: ClockGroup, top: float) -> list[Any]:
    """The clock, and whom it counts."""
    return [
        frame.text(0, top, group.title, weight=600),
        frame.text(COUNTS, top, group.detail, color=theme.INK_2, align="right"),
    ]


def _row(
    frame: Frame, data: EstimandsData, mark: StrategyMark, top: float, lang: str, medium: str
) -> list[Any]:
    """One strategy: what it does at the left, its interval, and the numbers at the right."""
    hue, dash = theme.ORIGIN[data.origin]
    layers = [
        frame.text(INDENT, top, mark.label),
        frame.text(INDENT, top + LINE, mark.detail, color=theme.INK_2, size=theme.SMALL),
        frame.text(COUNTS, top, f"{mark.events} / {mark.n}", color=theme.INK_2, align="right"),
    ]
    if mark.value is None:
        return [*layers, frame.text(_at(0) + 8, top, mark.absent, color=theme.INK_3)]
    if mark.low is not None and mark.high is not None:
        layers.append(frame.rule(_at(mark.low), top, _at(mark.high), top, hue, 2.4, dash))
    fill = theme.PAPER if mark.apart else hue
    layers.append(frame.mark(_at(mark.value), top, "circle", size=60, fill=fill, stroke=hue))
    layers.append(
        frame.text(VALUES, top, percent(mark.value, lang, sign=False), weight=600, color=hue,
                   align="right")
    )  # fmt: skip
    bounds = word("no_interval", lang)
    if mark.low is not None or mark.high is not None:
        bounds = interval(mark.low, mark.high, lang, medium=medium)
    layers.append(frame.text(BOUNDS, top, bounds, color=theme.INK_2, align="right"))
    if mark.limits is not None:
        layers += _limits(frame, mark.limits, top + LIMITS_BELOW, data.limits_words)
    return layers


def _limits(frame: Frame, limits: tuple[float, float], y: float, words: str) -> list[Any]:
    """Between what the figure could lie if those who left had fared worst or best."""
    low, high = (_at(share) for share in limits)
    # The words stand where they do not reach the numbers at the right.
    side = (high + 6, "left") if high < _at(0.6) else (low - 6, "right")
    return [
        frame.rule(low, y, high, y, theme.INK_2, 1),
        frame.rules(
            [{"x": x, "y": y - LIMITS_END, "x2": x, "y2": y + LIMITS_END} for x in (low, high)],
            theme.INK_2,
        ),
        frame.text(side[0], y + 1, words, color=theme.INK_2, size=theme.SMALL, align=side[1]),
    ]

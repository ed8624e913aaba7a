# SPDX-License-Identifier: Apache-2.0
"""A study's figure: small panels side by side, a dot with both uncertainties at each place."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape

from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import broken
from cartulary.reports.question_page.lines import lines_svg
from cartulary.reports.question_page.written import quantity
from cartulary.studies.questions.found import FoundFigure, FoundPanel, FoundPoint, Quantity

WIDTH = float(theme.PAGE_WIDTH)
TOP, PLOT, FOOT = 22.0, 96.0, 44.0
LEFT, GAP = 30.0, 26.0
HUES = (theme.ORIGIN["simulated"][0], "#A465C0", "#56606B", "#0C6E77")
#: How far the two uncertainties and the series stand apart.
APART = 7.0
_STYLE = f'font-family="{theme.FONT}" font-size="10"'

Name = Callable[[str], str]


def figure_svg(figure: FoundFigure, name: Name, lang: str) -> str:
    """The figure as SVG; `name` gives the words of a code."""
    panels = len(figure.panels)
    each = (WIDTH - GAP * (panels - 1)) / panels
    drawn = [
        _panel(panel, place * (each + GAP), each, name, lang)
        for place, panel in enumerate(figure.panels)
    ]
    legend = _legend(figure, name)
    height = TOP + PLOT + FOOT + (14.0 if legend else 0.0)
    x_label = escape(name(figure.x_label))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" '
        f'width="{WIDTH:g}" height="{height:g}" role="img" '
        f'aria-label="{escape(figure_words(figure, name, lang))}">{"".join(drawn)}'
        f'<text x="{WIDTH / 2:g}" y="{TOP + PLOT + FOOT - 4:g}" text-anchor="middle" {_STYLE} '
        f'fill="{theme.INK_2}">{x_label}</text>{legend}</svg>'
    )


def figure_words(figure: FoundFigure, name: Name, lang: str) -> str:
    """The figure's numbers in a sentence, for who cannot see it."""
    parts = []
    for panel in figure.panels:
        for series in panel.series:
            points = ", ".join(
                f"{_x_words(point, name)} {_value(point, lang)}" for point in series.points
            )
            parts.append(f"{name(panel.label)}, {name(series.label)}: {points}.")
    return " ".join(parts)


def _value(point: FoundPoint, lang: str) -> str:
    return quantity(point.quantity.value, point.quantity.kind, lang)


def _x_words(point: FoundPoint, name: Name) -> str:
    return name(point.x) if isinstance(point.x, str) else f"{point.x:g}"


def _legend(figure: FoundFigure, name: Name) -> str:
    labels = list(dict.fromkeys(one.label for panel in figure.panels for one in panel.series))
    if len(labels) < 2:
        return ""
    parts, x, y = [], LEFT, TOP + PLOT + FOOT + 8.0
    for place, label in enumerate(labels):
        hue = HUES[place % len(HUES)]
        parts.append(f'<circle cx="{x:g}" cy="{y - 3:g}" r="3" fill="{hue}"/>')
        words = name(label)
        parts.append(
            f'<text x="{x + 7:g}" y="{y:g}" {_STYLE} fill="{theme.INK}">{escape(words)}</text>'
        )
        x += 22.0 + 5.8 * len(words)
    return "".join(parts)


def _panel(panel: FoundPanel, left: float, width: float, name: Name, lang: str) -> str:
    low, high = _ends(panel)
    inner, right = left + LEFT, left + width

    def y_of(value: float) -> float:
        held = max(low, min(high, value))
        return TOP + PLOT - (held - low) / (high - low) * PLOT

    parts = [
        f'<text x="{left:g}" y="10" {_STYLE} font-weight="600" fill="{theme.INK}">'
        f"{escape(name(panel.label))}</text>"
    ]
    kind = panel.series[0].points[0].quantity.kind
    for tick in _ticks(low, high, kind):
        y = y_of(tick)
        stroke = theme.INK if tick == 0 else theme.HAIRLINE
        parts.append(
            f'<line x1="{inner:g}" y1="{y:.1f}" x2="{right:g}" y2="{y:.1f}" stroke="{stroke}" '
            f'stroke-width="0.8"/><text x="{inner - 4:g}" y="{y + 3.4:.1f}" text-anchor="end" '
            f'{_STYLE} fill="{theme.INK_2}">{_tick_words(tick, kind, lang)}</text>'
        )
    if panel.lines:
        parts.append(lines_svg(panel, inner, right, TOP + PLOT, y_of, HUES))
    else:
        parts.append(_all_points(panel, inner, right, y_of, name))
    return "".join(parts)


def _all_points(
    panel: FoundPanel, inner: float, right: float, y_of: Callable[[float], float], name: Name
) -> str:
    """Every point of every series, and the words under the axis once."""
    parts = []
    count = max(len(series.points) for series in panel.series)
    step = (right - inner) / count
    numbered = all(isinstance(p.x, float | int) for s in panel.series for p in s.points)
    for order, series in enumerate(panel.series):
        shift = (order - (len(panel.series) - 1) / 2.0) * 2.0 * APART
        hue = HUES[order % len(HUES)]
        for place, point in enumerate(series.points):
            x = inner + step * (place + 0.5) + shift
            parts.append(_point(x, point.quantity, y_of, hue))
    shown = panel.series[0].points
    every = max(1, math.ceil(len(shown) / 8)) if numbered else 1
    for place, point in enumerate(shown):
        if place % every:
            continue
        words = _x_words(point, name)
        for line, text in enumerate(broken(words, step * every, 10)[:2]):
            parts.append(
                f'<text x="{inner + step * (place + 0.5):.1f}" y="{TOP + PLOT + 12 + 11 * line:g}" '
                f'text-anchor="middle" {_STYLE} fill="{theme.INK_2}">{escape(text)}</text>'
            )
    return "".join(parts)


def _point(x: float, held: Quantity, y_of: Callable[[float], float], hue: str) -> str:
    parts = []
    if _known(held.low, held.high):
        top, bottom = y_of(held.high or 0.0), y_of(held.low or 0.0)
        parts.append(
            f'<rect x="{x - 5:.1f}" y="{top:.1f}" width="10" '
            f'height="{max(bottom - top, 0.8):.1f}" fill="{hue}" fill-opacity="0.28"/>'
        )
    if _known(held.chance_low, held.chance_high):
        top, bottom = y_of(held.chance_high or 0.0), y_of(held.chance_low or 0.0)
        parts.append(
            f'<line x1="{x + APART:.1f}" y1="{top:.1f}" x2="{x + APART:.1f}" y2="{bottom:.1f}" '
            f'stroke="{hue}" stroke-width="1.1" stroke-dasharray="3 2"/>'
        )
    if math.isfinite(held.value):
        parts.append(f'<circle cx="{x:.1f}" cy="{y_of(held.value):.1f}" r="3.2" fill="{hue}"/>')
    return "".join(parts)


def _known(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and math.isfinite(low) and math.isfinite(high)


def _ends(panel: FoundPanel) -> tuple[float, float]:
    """The panel's own ends, or whole decades or a tenth more around what is there."""
    if panel.low is not None and panel.high is not None:
        return panel.low, panel.high
    held = [
        end
        for series in panel.series
        for point in series.points
        for end in (point.quantity.value, point.quantity.low, point.quantity.high)
        if end is not None and math.isfinite(end)
    ]
    if not held:
        return 0.0, 1.0
    if panel.series[0].points[0].quantity.kind == "log10":
        first, last = math.floor(min(held)), math.ceil(max(held))
        return float(first), float(max(last, first + 1))
    return min(0.0, min(held)), max(held) * 1.1 or 1.0


def _ticks(low: float, high: float, kind: str) -> list[float]:
    if kind == "log10":
        return [float(one) for one in range(int(low), int(high) + 1)]
    if kind in ("share", "probability") and (low, high) == (0.0, 1.0):
        return [0.0, 0.25, 0.5, 0.75, 1.0]
    return [low + (high - low) * part / 4 for part in range(5)]


def _tick_words(tick: float, kind: str, lang: str) -> str:
    if kind == "log10":
        return quantity(tick, kind, lang).split(" × ")[-1]
    return quantity(tick, kind, lang)

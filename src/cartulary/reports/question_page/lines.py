# SPDX-License-Identifier: Apache-2.0
"""Inside a panel whose x axis is a number: a line with its band, or a dot that stands alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from cartulary.reports.figures import theme
from cartulary.studies.questions.found import FoundPanel, FoundSeries

Height = Callable[[float], float]
_STYLE = f'font-family="{theme.FONT}" font-size="10"'
_TICKS_SHOWN = 6
_PAD = 14.0


def lines_svg(
    panel: FoundPanel, inner: float, right: float, floor: float, y_of: Height, hues: Sequence[str]
) -> str:
    """Every series as a line with a tint for what we do not know; one point is a dot with a bar.

    Arguments: the panel; its left and right end and its floor in the figure's units; where a value
    stands; a hue for each series.
    """
    places = sorted(
        {float(p.x) for s in panel.series for p in s.points if not isinstance(p.x, str)}
    )
    if not places:
        return ""
    low, high = places[0], places[-1]
    reach = max(high - low, 1e-9)

    def x_of(value: float) -> float:
        return inner + _PAD + (value - low) / reach * (right - inner - 2.0 * _PAD)

    drawn = [
        _series(series, x_of, y_of, hues[order % len(hues)])
        for order, series in enumerate(panel.series)
    ]
    return "".join(drawn) + _ticks(places, x_of, floor)


def _series(series: FoundSeries, x_of: Callable[[float], float], y_of: Height, hue: str) -> str:
    known = [
        (x_of(float(point.x)), point.quantity)
        for point in series.points
        if not isinstance(point.x, str) and math.isfinite(point.quantity.value)
    ]
    if len(known) == 1:
        x, held = known[0]
        low = held.value if held.low is None else held.low
        high = held.value if held.high is None else held.high
        return (
            f'<line x1="{x:.1f}" y1="{y_of(high):.1f}" x2="{x:.1f}" y2="{y_of(low):.1f}" '
            f'stroke="{hue}" stroke-width="1.6"/>'
            f'<circle cx="{x:.1f}" cy="{y_of(held.value):.1f}" r="3.6" fill="{hue}"/>'
        )
    banded = [(x, q) for x, q in known if q.low is not None and q.high is not None]
    upper = [f"{x:.1f},{y_of(q.high or 0.0):.1f}" for x, q in banded]
    lower = [f"{x:.1f},{y_of(q.low or 0.0):.1f}" for x, q in reversed(banded)]
    line = " ".join(f"{x:.1f},{y_of(q.value):.1f}" for x, q in known)
    return (
        f'<polygon points="{" ".join(upper + lower)}" fill="{hue}" fill-opacity="0.22"/>'
        f'<polyline points="{line}" fill="none" stroke="{hue}" stroke-width="1.6"/>'
    )


def _ticks(places: Sequence[float], x_of: Callable[[float], float], floor: float) -> str:
    """Numbers under the axis, no more than there is room for, the last always."""
    every = max(1, math.ceil((len(places) - 1) / (_TICKS_SHOWN - 1)))
    shown = list(places[::-1][::every])
    return "".join(
        f'<text x="{x_of(place):.1f}" y="{floor + 12:g}" text-anchor="middle" {_STYLE} '
        f'fill="{theme.INK_2}">{place:g}</text>'
        for place in shown
    )

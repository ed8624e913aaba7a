# SPDX-License-Identifier: Apache-2.0
"""The shapes of marks as SVG; what they look like is in children.css, by class."""

from __future__ import annotations

from cartulary.web.children.marks import (
    BAR,
    CELL,
    CROSS,
    DARK_BAR,
    DASH,
    DIAMOND,
    DOT,
    OPEN,
    OPEN_SQUARE,
    PALE_BAR,
    RING,
    SQUARE,
    TICK,
    TRIANGLE,
    Mark,
)

HALF = 5.0
_BARS = {BAR: "bar", DARK_BAR: "bar dark", PALE_BAR: "bar pale"}


def shape_of(mark: Mark, x0: float, x1: float, y: float, chosen: bool) -> str:
    """The SVG of one mark between two places on the line at height `y`."""
    x = (x0 + x1) / 2
    ring = f'<circle class="chosen" cx="{x:.1f}" cy="{y:.1f}" r="10"/>' if chosen else ""
    return ring + _drawn(mark, x0, x1, x, y)


def _drawn(mark: Mark, x0: float, x1: float, x: float, y: float) -> str:
    if mark.shape == CELL or (mark.shape in _BARS and mark.grade is not None):
        width = max(x1 - x0, 3.0)
        number = f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{mark.grade}</text>'
        room = number if width > 8 else ""
        inset = 0.5 if width > 4 else 0.0
        return (
            f'<g class="cell g{mark.grade}"><rect x="{x0 + inset:.1f}" y="{y - 9:.1f}" '
            f'width="{width - 2 * inset:.1f}" height="18" rx="1.5"/>{room}</g>'
        )
    if mark.shape == DASH:
        return f'<text class="dash" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">–</text>'
    if mark.shape in _BARS:
        width = max(x1 - x0, 2.0)
        return (
            f'<rect class="{_BARS[mark.shape]}" x="{x0:.1f}" y="{y - 7:.1f}" '
            f'width="{width:.1f}" height="14"/>'
        )
    return _MARKS[mark.shape](x, y)


def _circle(css: str, x: float, y: float) -> str:
    return f'<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="{HALF}"/>'


def _square(css: str, x: float, y: float) -> str:
    side = HALF * 2 - 1
    return (
        f'<rect class="{css}" x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" '
        f'width="{side}" height="{side}"/>'
    )


def _path(css: str, x: float, y: float, points: tuple[tuple[float, float], ...]) -> str:
    steps = " ".join(
        f"{'M' if n == 0 else 'L'}{x + dx:.1f} {y + dy:.1f}" for n, (dx, dy) in enumerate(points)
    )
    return f'<path class="{css}" d="{steps} Z"/>'


_MARKS = {
    DOT: lambda x, y: _circle("mark", x, y),
    OPEN: lambda x, y: _circle("mark open", x, y),
    RING: lambda x, y: (
        _circle("mark open", x, y) + f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="2"/>'
    ),
    SQUARE: lambda x, y: _square("mark", x, y),
    OPEN_SQUARE: lambda x, y: _square("mark open", x, y),
    TRIANGLE: lambda x, y: _path("mark", x, y, ((0, -6.5), (6.5, 5.5), (-6.5, 5.5))),
    DIAMOND: lambda x, y: _path("mark", x, y, ((0, -6), (5.5, 0), (0, 6), (-5.5, 0))),
    TICK: lambda x, y: (
        f'<line class="mark-line" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 6:.1f}" y2="{y + 6:.1f}"/>'
    ),
    CROSS: lambda x, y: (
        f'<path class="mark-cross" d="M{x - 5:.1f} {y - 5:.1f} L{x + 5:.1f} {y + 5:.1f} '
        f'M{x - 5:.1f} {y + 5:.1f} L{x + 5:.1f} {y - 5:.1f}"/>'
    ),
}

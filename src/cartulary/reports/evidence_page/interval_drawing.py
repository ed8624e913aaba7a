# SPDX-License-Identifier: Apache-2.0
"""A row's value and interval on one percentage axis, for a table whose cells say the numbers."""

from __future__ import annotations

from cartulary.reports.evidence_page.svg import OWN_MARK, Drawing
from cartulary.reports.figures import theme

WIDTH, HEIGHT, EDGE = 220.0, 26.0, 10.0


def axis_svg() -> str:
    """The head of the column: 0 to 100 per cent."""
    drawing = Drawing(WIDTH, 16)
    for share in (0, 25, 50, 75, 100):
        words = f"{share}%" if share == 100 else str(share)
        drawing.text((_x(share), 12), words, color=theme.INK_2, anchor="middle")
    return _hidden(drawing)


def row_svg(value: float, low: float | None, high: float | None, style: str, origin: str) -> str:
    """One row, values in per cent: ours by its origin's mark, a published cohort's by its own."""
    drawing = Drawing(WIDTH, HEIGHT)
    middle = HEIGHT / 2
    ours = style == "ours"
    hue = theme.ORIGIN[origin][0] if ours else theme.BENCHMARK[style][0]
    if low is not None and high is not None:
        dash = () if ours else (5, 3)
        drawing.line((_x(low), middle), (_x(high), middle), hue, 2.4 if ours else 1.6, dash)
    shape = OWN_MARK[origin] if ours else theme.BENCHMARK[style][2]
    drawing.mark((_x(value), middle), shape, hue, 11 if ours else 9)
    return _hidden(drawing)


def _x(share: float) -> float:
    return EDGE + share / 100 * (WIDTH - 2 * EDGE)


def _hidden(drawing: Drawing) -> str:
    """The cells beside it say the same, so nobody need be read it."""
    svg = drawing.svg("", "", "")
    body = svg[svg.index("</desc>") + len("</desc>") :]
    size = f'width="{drawing.width:g}" height="{drawing.height:g}"'
    box = f'viewBox="0 0 {drawing.width:g} {drawing.height:g}"'
    return f'<svg {size} {box} aria-hidden="true" font-family="Inter, sans-serif">{body}'

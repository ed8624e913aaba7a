# SPDX-License-Identifier: Apache-2.0
"""Lines and words of an SVG, as the page of virtual children draws them."""

from __future__ import annotations

from html import escape


def path(points: list[tuple[float, float]], colour: str, dash: str) -> str:
    """A line through points; nothing where there are fewer than two."""
    if len(points) < 2:
        return ""
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="1.8" '
        f'stroke-linejoin="round"{dashed}/>'
    )


def line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float, dash: str = ""
) -> str:
    """A straight line."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width:g}"{dashed}/>'
    )


def text(
    x: float,
    y: float,
    words: str,
    colour: str,
    size: float,
    *,
    anchor: str = "start",
    weight: int = 400,
    above: str = "",
) -> str:
    """Words on a line; `above` is raised after them, as the power of ten."""
    raised = (
        f'<tspan font-size="{size * 0.75:g}" dy="{-size * 0.35:g}">{above}</tspan>' if above else ""
    )
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size:g}" '
        f'font-weight="{weight}" text-anchor="{anchor}">{escape(words)}{raised}</text>'
    )

# SPDX-License-Identifier: Apache-2.0
"""One difference as two strips on the same axis: what we do not know, and what chance does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from cartulary.reports.figures import theme

WIDTH, HEIGHT = 118.0, 13.0
PAD = 3.0
HUE = theme.ORIGIN["simulated"][0]
_STEPS = (0.02, 0.05, 0.10, 0.20, 0.40, 0.60, 0.80, 1.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """From minus to plus the same length, so that no difference stands in the middle."""

    reach: float

    def at(self, value: float) -> float:
        """Where a value stands, in the strip's own units, kept inside."""
        held = max(-self.reach, min(self.reach, value))
        return PAD + (held + self.reach) / (2.0 * self.reach) * (WIDTH - 2.0 * PAD)


def axis_for(ends: list[float]) -> Axis:
    """The shortest axis that holds every end.

    >>> axis_for([-0.12, 0.31]).reach
    0.4
    """
    furthest = max((abs(end) for end in ends if math.isfinite(end)), default=_STEPS[0])
    return Axis(next((step for step in _STEPS if step >= furthest), furthest))


def unknown_strip(axis: Axis, value: float, low: float, high: float, words: str) -> str:
    """A tint from low to high, the value a dot."""
    band = ""
    if math.isfinite(low) and math.isfinite(high):
        left, right = axis.at(low), axis.at(high)
        band = (
            f'<rect x="{left:.2f}" y="2" width="{max(right - left, 0.6):.2f}" '
            f'height="{HEIGHT - 4:g}" fill="{HUE}" fill-opacity="0.3"/>'
        )
    return _svg(axis, value, band, words)


def chance_strip(axis: Axis, value: float, low: float, high: float, words: str) -> str:
    """A dashed outline with hatching from low to high, the value a dot."""
    band = ""
    if math.isfinite(low) and math.isfinite(high):
        left, right = axis.at(low), axis.at(high)
        top, bottom = 2.0, HEIGHT - 2.0
        hatch = []
        place = left + 2.0
        while place < right:
            run = min(bottom - top, right - place)
            hatch.append(f"M{place:.2f} {bottom:g}l{run:.2f} {-run:.2f}")
            place += 4.0
        band = (
            f'<path d="{"".join(hatch)}" stroke="{HUE}" stroke-opacity="0.45" '
            f'stroke-width="0.5" fill="none"/>'
            f'<rect x="{left:.2f}" y="2" width="{max(right - left, 0.6):.2f}" '
            f'height="{HEIGHT - 4:g}" fill="none" stroke="{HUE}" stroke-width="0.7" '
            f'stroke-dasharray="2.4 1.6"/>'
        )
    return _svg(axis, value, band, words)


def _svg(axis: Axis, value: float, band: str, words: str) -> str:
    zero = axis.at(0.0)
    dot = ""
    if math.isfinite(value):
        dot = f'<circle cx="{axis.at(value):.2f}" cy="{HEIGHT / 2:g}" r="2.3" fill="{HUE}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
        f'width="{WIDTH:g}" height="{HEIGHT:g}" role="img" aria-label="{escape(words)}">'
        f'<line x1="{zero:.2f}" y1="0" x2="{zero:.2f}" y2="{HEIGHT:g}" stroke="{theme.INK}" '
        f'stroke-width="0.7"/>{band}{dot}</svg>'
    )


def axis_strip(axis: Axis, left: str, right: str) -> str:
    """The ends of the axis in words, and its middle."""
    style = f'font-family="{theme.FONT}" font-size="8" fill="{theme.INK_2}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} 9" width="{WIDTH:g}" '
        f'height="9" role="img" aria-label="{escape(left)}, 0, {escape(right)}">'
        f'<text x="{PAD:g}" y="7.5" {style}>{escape(left)}</text>'
        f'<text x="{axis.at(0.0):.2f}" y="7.5" text-anchor="middle" {style}>0</text>'
        f'<text x="{WIDTH - PAD:g}" y="7.5" text-anchor="end" {style}>{escape(right)}</text></svg>'
    )

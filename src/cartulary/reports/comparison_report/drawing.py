# SPDX-License-Identifier: Apache-2.0
"""What the figures of a comparison share: the ink of each policy, bands, hatching and axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from cartulary.reports.evidence_page.svg import Drawing, Point
from cartulary.reports.figures import theme

Kind = Literal["parameters", "chance"]


@dataclass(frozen=True, slots=True)
class Ink:
    """How a policy is drawn: its line, its words, and its dash."""

    line: str
    words: str
    dash: tuple[float, ...] = ()


#: The first policy dark, the second mid; more of them by dash, in the same two.
INKS: Final = (
    Ink("#4B2A63", "#4B2A63"),
    Ink("#A465C0", "#7E3F9C"),
    Ink("#4B2A63", "#4B2A63", (7, 3)),
    Ink("#A465C0", "#7E3F9C", (7, 3)),
)
PARAMETERS_OPACITY: Final = 0.2
PARAMETERS_BAR: Final = "#CFB6DC"
CHANCE_DASH: Final = (4, 3)


def ink_of(place: int) -> Ink:
    """The ink of the policy at this place."""
    return INKS[place % len(INKS)]


def hatching(drawing: Drawing, identity: str, color: str, lean: int) -> str:
    """Defines diagonal lines and returns what fills with them; `lean` is 1 or -1."""
    path = "M0,6 L6,0" if lean > 0 else "M0,0 L6,6"
    drawing.add(
        f'<defs><pattern id="{identity}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<path d="{path}" stroke="{color}" stroke-width="0.6" stroke-opacity="0.55" '
        'fill="none"/></pattern></defs>'
    )
    return f"url(#{identity})"


def band(
    drawing: Drawing,
    low: Sequence[Point],
    high: Sequence[Point],
    ink: Ink,
    kind: Kind,
    fill: str = "",
) -> None:
    """The ground between two lines: a plain tint for parameters, dashed hatching for chance."""
    around = [*high, *reversed(low)]
    if kind == "parameters":
        drawing.ground(around, ink.line, PARAMETERS_OPACITY)
        return
    drawing.ground(around, fill)
    for edge in (low, high):
        drawing.path(edge, ink.words, 1, CHANCE_DASH)


def box(
    drawing: Drawing, left: float, right: float, middle: float, height: float, kind: Kind, fill: str
) -> None:
    """An interval as a flat box, by the same two signs as a band."""
    wide = max(right - left, 1.0)
    top = middle - height / 2
    if kind == "parameters":
        drawing.ground(
            [(left, top), (left + wide, top), (left + wide, top + height), (left, top + height)],
            PARAMETERS_BAR,
        )
        return
    drawing.add(
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{height:.1f}" '
        f'fill="{fill}" stroke="{INKS[0].line}" stroke-width="1" stroke-dasharray="4,3"/>'
    )


def spread_apart(wanted: Iterable[float], apart: float, top: float, bottom: float) -> list[float]:
    """Heights near those wanted, at least so far apart and within the panel.

    >>> spread_apart([10.0, 12.0], 8.0, 0.0, 100.0)
    [10.0, 18.0]
    """
    order = sorted(enumerate(wanted), key=lambda one: one[1])
    placed: list[tuple[int, float]] = []
    least = top
    for place, height in order:
        at = max(height, least)
        placed.append((place, at))
        least = at + apart
    over = max(placed[-1][1] - bottom, 0.0) if placed else 0.0
    return [at - over for _, at in sorted(placed)]


def round_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers across a range that holds 0, about so many.

    >>> round_ticks(-24.0, 37.0)
    [-20.0, 0.0, 20.0]
    >>> round_ticks(-0.4, 0.3)
    [-0.4, -0.2, 0.0, 0.2]
    """
    span = max(high - low, 1e-9)
    power = 1.0
    while power * 10 <= span:
        power *= 10
    while power > span:
        power /= 10
    step = next(
        size * power / 10
        for size in (1, 2, 5, 10, 20, 50, 100)
        if span / (size * power / 10) <= about
    )
    first = int(-(-low // step)) if low < 0 else 0
    ticks = []
    while first * step <= high + 1e-9:
        ticks.append(round(first * step, 10))
        first += 1
    return ticks


def quiet(drawing: Drawing, place: Point, words: str, anchor: str = "middle") -> None:
    """Words of an axis."""
    drawing.text(place, words, color=theme.INK_2, anchor=anchor)

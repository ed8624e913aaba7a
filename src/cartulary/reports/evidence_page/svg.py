# SPDX-License-Identifier: Apache-2.0
"""A drawing in plain SVG for a page: lines, words and marks, and what may be opened behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from cartulary.reports.figures import theme

Point = tuple[float, float]
BEHIND: Final = "data-behind"
#: A mark one can point at is at least so wide, drawn or not.
REACH: Final = 12.0


class Drawing:
    """Elements in the order in which they are drawn; y runs downwards from the top."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._parts: list[str] = []

    def add(self, element: str) -> None:
        """One element that was made already."""
        self._parts.append(element)

    def line(
        self, start: Point, end: Point, color: str, width: float = 1, dash: Sequence[float] = ()
    ) -> None:
        """A straight line."""
        (x1, y1), (x2, y2) = start, end
        self.add(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{color}"'
            f' stroke-width="{_n(width)}"{_dashed(dash)}/>'
        )

    def path(
        self, points: Iterable[Point], color: str, width: float, dash: Sequence[float] = ()
    ) -> None:
        """A line through points."""
        said = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self.add(
            f'<polyline points="{said}" fill="none" stroke="{color}" stroke-width="{_n(width)}"'
            f' stroke-linejoin="miter"{_dashed(dash)}/>'
        )

    def ground(self, points: Iterable[Point], fill: str, opacity: float = 1) -> None:
        """A filled shape."""
        said = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        thin = "" if opacity == 1 else f' fill-opacity="{_n(opacity)}"'
        self.add(f'<polygon points="{said}" fill="{fill}"{thin}/>')

    def text(
        self,
        place: Point,
        words: str,
        *,
        color: str = theme.INK,
        size: float = theme.SIZE,
        weight: int = 400,
        anchor: str = "start",
    ) -> None:
        """Words on a base line."""
        x, y = place
        heavy = "" if weight == 400 else f' font-weight="{weight}"'
        side = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.add(
            f'<text x="{_n(x)}" y="{_n(y)}" fill="{color}" font-size="{_n(size)}"{heavy}{side}>'
            f"{escape(words)}</text>"
        )

    def mark(self, place: Point, shape: str, color: str, size: float = 10) -> None:
        """A mark: open "square", "diamond", "triangle-up"; "full", "half" or "plus" for ours."""
        x, y = place
        half = size / 2
        open_ = f'fill="{theme.PAPER}" stroke="{color}" stroke-width="1.6"'
        if shape == "square":
            self.add(
                f'<rect x="{_n(x - half)}" y="{_n(y - half)}" width="{_n(size)}"'
                f' height="{_n(size)}" {open_}/>'
            )
        elif shape in ("diamond", "triangle-up"):
            long = half * 1.25
            corners = (
                [(x, y - long), (x + long, y), (x, y + long), (x - long, y)]
                if shape == "diamond"
                else [(x, y - long), (x + long, y + half), (x - long, y + half)]
            )
            said = " ".join(f"{_n(a)},{_n(b)}" for a, b in corners)
            self.add(f'<polygon points="{said}" {open_}/>')
        elif shape == "plus":
            self.path([(x - half, y), (x + half, y)], color, 2.4)
            self.path([(x, y - half), (x, y + half)], color, 2.4)
        else:
            fill = color if shape == "full" else theme.PAPER
            self.add(
                f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(half)}" fill="{fill}"'
                f' stroke="{color}" stroke-width="1.6"/>'
            )
            if shape == "half":
                self.add(
                    f'<path d="M{_n(x)},{_n(y - half)} A{_n(half)},{_n(half)} 0 0 0'
                    f' {_n(x)},{_n(y + half)} Z" fill="{color}"/>'
                )

    def reach(self, box: tuple[float, float, float, float]) -> None:
        """A place that can be pointed at, and is not seen: x, y, width, height."""
        x, y, width, height = box
        self.add(
            f'<rect class="reach" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}"'
            f' height="{_n(height)}" fill="transparent"/>'
        )

    def open_behind(self, group: str, label: str, by_key: bool = True) -> None:
        """From here to `close_behind`: what leads to the children of a group.

        `by_key=False`: for the pointer alone, because a number says the same to the keyboard.
        """
        keyless = "" if by_key else ' tabindex="-1"'
        self.add(f'<a class="behind" {BEHIND}="{escape(group)}" aria-label="{escape(label)}"')
        self._parts[-1] += f"{keyless}>"

    def close_behind(self) -> None:
        """The end of what leads to children."""
        self.add("</a>")

    def svg(self, identity: str, title: str, sentence: str) -> str:
        """The drawing for a page: a title and a sentence that say it."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(self.width)}'
            f' {_n(self.height)}" role="img" aria-labelledby="{identity}-title {identity}-desc"'
            f' font-family="Inter, sans-serif"><title id="{identity}-title">{escape(title)}'
            f'</title><desc id="{identity}-desc">{escape(sentence)}</desc>{"".join(self._parts)}'
            "</svg>"
        )


def own_line(drawing: Drawing, points: Sequence[Point], origin: str, width: float = 2.4) -> None:
    """A line of ours, which says its origin: solid, double or dotted."""
    hue = theme.ORIGIN[origin][0]
    if origin == "simulated":
        drawing.path(points, hue, width, (2, 3))
    elif origin == "reconstructed" and width > 2:
        drawing.path(points, hue, 3.8)
        drawing.path(points, theme.PAPER, 1.2)
    else:
        drawing.path(points, hue, width)


OWN_MARK: Final = {"recorded": "full", "reconstructed": "half", "simulated": "plus"}


def _n(value: float) -> str:
    """A coordinate, short.

    >>> _n(12.0), _n(12.345), _n(-0.001)
    ('12', '12.35', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _dashed(dash: Sequence[float]) -> str:
    return f' stroke-dasharray="{",".join(map(_n, dash))}"' if dash else ""

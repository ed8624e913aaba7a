# SPDX-License-Identifier: Apache-2.0
"""Where a label may stand: the first of its places that covers no line, mark or other label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cartulary.reports.evidence_page.svg import Point
from cartulary.reports.figures import theme

Box = tuple[float, float, float, float]


def width_of(words: str, size: float = theme.SIZE) -> float:
    """About how wide words are in Inter; it decides places, never a value."""
    return 0.57 * size * len(words)


@dataclass
class Places:
    """What is taken in a drawing: boxes as left, top, right, bottom."""

    within: Box
    taken: list[Box] = field(default_factory=list)

    def take(self, box: Box) -> None:
        """Something stands here."""
        self.taken.append(box)

    def take_path(self, points: Sequence[Point], thick: float = 2) -> None:
        """A line runs here."""
        for (x1, y1), (x2, y2) in pairwise(points):
            self.take(
                (min(x1, x2) - thick, min(y1, y2) - thick, max(x1, x2) + thick, max(y1, y2) + thick)
            )

    def best(
        self, places: Iterable[tuple[float, float, str]], words: str, size: float = theme.SIZE
    ) -> tuple[float, float, str]:
        """The first place (x, base line, anchor) that is free, else the one least covered."""
        found = [(self._covered(_box(place, words, size)), place) for place in places]
        chosen = next((place for cover, place in found if cover == 0), min(found)[1])
        self.take(_box(chosen, words, size))
        return chosen

    def _covered(self, box: Box) -> float:
        left, top, right, bottom = box
        outside = (
            max(0.0, self.within[0] - left)
            + max(0.0, self.within[1] - top)
            + max(0.0, right - self.within[2])
            + max(0.0, bottom - self.within[3])
        )
        area = 100 * outside
        for a, b, c, d in self.taken:
            wide, high = min(right, c) - max(left, a), min(bottom, d) - max(top, b)
            if wide > 0 and high > 0:
                area += wide * high
        return area


def _box(place: tuple[float, float, str], words: str, size: float) -> Box:
    x, y, anchor = place
    wide = width_of(words, size)
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return (left, y - size * 0.9, left + wide, y + size * 0.3)

# SPDX-License-Identifier: Apache-2.0
"""What a lane of the timeline holds: marks, each one a day or a stretch, with its words."""

from __future__ import annotations

from dataclasses import dataclass

# The shapes that a mark can have, each with a meaning of its own.
DOT, OPEN, SQUARE, OPEN_SQUARE, TRIANGLE, DIAMOND, TICK, CROSS, RING = (
    *("dot", "open", "square", "open_square", "triangle", "diamond", "tick", "cross", "ring"),
)
BAR, DARK_BAR, PALE_BAR, CELL, DASH = "bar", "dark_bar", "pale_bar", "cell", "dash"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark. `day` and `end` are study days; `words` is what a screen reader and the table say.

    `label` is what stands beside it where there is room. `event` names the event behind it, ""
    for what is derived from several. `grade` is that of a cell.
    """

    shape: str
    day: int
    words: str
    label: str = ""
    event: str = ""
    end: int | None = None
    grade: int | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the timeline. `worst` is the highest grade, None where grades have no meaning."""

    name: str
    title: str
    marks: tuple[Mark, ...]
    worst: int | None = None
    is_graded: bool = False

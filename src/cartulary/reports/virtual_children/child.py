# SPDX-License-Identifier: Apache-2.0
"""What the page draws of one virtual child: plain numbers, days counted from the first infusion."""

from __future__ import annotations

from dataclasses import dataclass

Line = tuple[tuple[float, float | None], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: its kind as `words.EVENTS` names it, and until when it lasted."""

    kind: str
    day: float
    until: float | None = None


@dataclass(frozen=True, slots=True)
class DayOfGrade:
    """The grades of one day after an infusion; None where nobody graded."""

    day: int
    crs: int | None
    icans: int | None


@dataclass(frozen=True, slots=True)
class VirtualChild:
    """One virtual child.

    Lines hold (day, cells in the body); None is a clone that is not there. `cytokine` is in the
    model's own units. `aplasia_below` is the number of B cells under which aplasia is called.
    Day 0 is the first infusion, or the day on which it was known that there would be none, and
    why: `why_never`, in English and Dutch.
    """

    name: str
    kind: str
    age_years: float
    female: bool
    marrow_percent: float
    why_never: tuple[str, str] | None
    response: str
    relapse: str
    relapse_day: float | None
    decision_day: float
    last_day: float
    died: bool
    car_t: Line
    leukaemia: Line
    cd19_negative: Line
    b_cells: Line
    cytokine: Line
    aplasia_below: float
    grades: tuple[DayOfGrade, ...]
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class VirtualPage:
    """The children of one page, and the sentence that says whom they are taken from."""

    children: tuple[VirtualChild, ...]
    policy: str
    population: str
    seed: int
    looked_through: int
    years: float

# SPDX-License-Identifier: Apache-2.0
"""How long each step from indication to infusion took, over the children of a programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cartulary.evidence import MedianRange, median_range
from cartulary.studies.child_summary import ChildSummary

STEPS = (
    "indication_to_apheresis",
    "apheresis_to_release",
    "release_to_infusion",
    "apheresis_to_infusion",
    "indication_to_infusion",
)


@dataclass(frozen=True, slots=True)
class TimingFigure:
    """The length of one step in days, over the children in whom both ends are dated."""

    step: str
    days: MedianRange


def timing_figures(children: Sequence[ChildSummary], origin: str) -> tuple[TimingFigure, ...]:
    """Every step that at least one child made, for the first infusion of each child."""
    figures = []
    for step in STEPS:
        lengths = [length for child in children if (length := _length(child, step)) is not None]
        if lengths:
            about = f"{step.replace('_', ' ')}, days"
            missing = sum(child.was_infused for child in children) - len(lengths)
            figures.append(
                TimingFigure(
                    step,
                    median_range(
                        lengths,
                        quantity=about,
                        unit="child",
                        origin=origin,
                        missing=max(missing, 0),
                    ),
                )
            )
    return tuple(figures)


def _length(child: ChildSummary, step: str) -> int | None:
    start, end = step.split("_to_")
    days = {
        "indication": 0 if child.course.day0_is == "indication" else None,
        "apheresis": child.apheresis_days[0] if child.apheresis_days else None,
        "release": child.released_day,
        "infusion": child.first_infusion,
    }
    first, last = days[start], days[end]
    return None if first is None or last is None else last - first

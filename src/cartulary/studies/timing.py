# SPDX-License-Identifier: Apache-2.0
"""How long each step from indication to infusion took, over the children of a programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cartulary.codebook.vein_to_vein import vein_to_vein
from cartulary.course.course import DayZero
from cartulary.course.course import DayZero
from cartulary.course.dates import Precision
from cartulary.course.events import Apheresis, Event, Indication, Infusion, Product
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
    """The length of one step in days, over the children in whom both ends are known to the day."""

    step: str
    days: MedianRange


def timing_figures(children: Sequence[ChildSummary], origin: str) -> tuple[TimingFigure, ...]:
    """Every step that at least one child made, from its first apheresis to its first infusion.

    Arguments: one summary a child; their origin.
    Returns: one `TimingFigure` a step with a known length, in the order of `STEPS`; `missing`
    counts children who made the step, but on days not known or in an impossible order.
    """
    figures = []
    for step in STEPS:
        start, end = step.split("_to_")
        made = [child for child in children if _made(child, start) and _made(child, end)]
        lengths = [length for child in made if (length := _length(child, start, end)) is not None]
        if lengths:
            days = median_range(
                lengths,
                quantity=f"{step.replace('_', ' ')}, days",
                unit="child",
                origin=origin,
                missing=len(made) - len(lengths),
            )
            figures.append(TimingFigure(step, days))
    return tuple(figures)


def _made(child: ChildSummary, point: str) -> bool:
    """Whether the child came to this point, on whatever day."""
    return {
        "indication": True,
        "apheresis": child.aphereses > 0,
        "release": child.released,
        "infusion": child.was_infused,
    }[point]


def _length(child: ChildSummary, start: str, end: str) -> int | None:
    first, last = _day(child, start), _day(child, end)
    return None if first is None or last is None or last < first else last - first


def _day(child: ChildSummary, point: str) -> int | None:
    """The study day of a point; None unless it is known to the day."""
    course = child.course
    if point == "release":
        return _release(child)
    if point == "indication" and course.day0_is is DayZero.INDICATION:
        return 0
    kind: type[Event] = {
        "indication": Indication,
        "apheresis": Apheresis,
        "infusion": Infusion,
    }[point]
    events = course.all(kind)
    if not events or any(event.day is None for event in events):
        # The one without a date may be the first.
        return None
    return events[0].day if events[0].precision is Precision.DAY else None


def _release(child: ChildSummary) -> int | None:
    for product in child.course.all(Product):
        if product.decided_day == child.released_day:
            rough = product.decided_precision in (Precision.MONTH, Precision.YEAR)
            return None if rough else child.released_day
    return None

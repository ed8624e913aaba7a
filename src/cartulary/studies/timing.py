# SPDX-License-Identifier: Apache-2.0
"""How long each step from indication to infusion took, over the children of a programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cartulary.codebook.vein_to_vein import vein_to_vein
from cartulary.course.course import DayZero
from cartulary.course.dates import Precision
from cartulary.course.events import Apheresis, Infusion
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
    """Every step that at least one child made, towards its first infusion.

    Of a treated child the steps are those of the collection and the product that led to the first
    infusion, so that they add up. Of a child not treated, only the first collection is read.

    Arguments: one summary a child; their origin.
    Returns: one `TimingFigure` a step with a known length, in the order of `STEPS`; `missing`
    counts children who made the step, but on days not known or in an impossible order.
    """
    figures = []
    lengths_of = [_lengths(child) for child in children]
    for step in STEPS:
        made = [
            of[step] for child, of in zip(children, lengths_of, strict=True) if _made(child, step)
        ]
        lengths = [length for length in made if length is not None]
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


def _made(child: ChildSummary, step: str) -> bool:
    """Whether the child made this step, on whatever days."""
    if step == "indication_to_apheresis":
        return child.aphereses > 0
    return child.was_infused


def _lengths(child: ChildSummary) -> dict[str, int | None]:
    """The length of each step; None where it is not known to the day, or runs backwards."""
    found: dict[str, int | None] = dict.fromkeys(STEPS)
    course = child.course
    counts_from_indication = course.day0_is is DayZero.INDICATION
    infusions = course.all(Infusion)
    if not infusions:
        collections = course.all(Apheresis)
        # A collection without a date may be the first.
        dated = all(event.is_dated() for event in collections)
        if collections and dated and counts_from_indication:
            exact = collections[0].precision is Precision.DAY
            found["indication_to_apheresis"] = collections[0].day if exact else None
    elif all(event.is_dated() for event in infusions):
        led = vein_to_vein(course)[0]
        day, after_collection = infusions[0].day, led.apheresis_to_infusion_days
        if led.to_the_day and day is not None:
            to_collection = led.indication_to_apheresis_days
            if counts_from_indication:
                to_collection = None if after_collection is None else day - after_collection
            found["indication_to_apheresis"] = to_collection
            found["apheresis_to_release"] = led.apheresis_to_release_days
            found["release_to_infusion"] = led.release_to_infusion_days
            found["apheresis_to_infusion"] = after_collection
            if counts_from_indication:
                found["indication_to_infusion"] = day
            elif to_collection is not None and after_collection is not None:
                found["indication_to_infusion"] = to_collection + after_collection
    return {step: None if days is None or days < 0 else days for step, days in found.items()}

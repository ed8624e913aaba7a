# SPDX-License-Identifier: Apache-2.0
"""Grades that somebody decided against the computed one, day by day; both are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cartulary.codebook.grading import DayGrade
from cartulary.codebook.scale_parts import Graded
from cartulary.course.absence import is_known
from cartulary.course.course import Course
from cartulary.course.events import Toxicity
from cartulary.course.events.observation import GradeBasis, ToxicityKind


@dataclass(frozen=True, slots=True)
class Decision:
    """A decided grade, the event that says it, and why."""

    event: str
    kind: ToxicityKind
    day: int
    last_day: int
    grade: int
    because: str


def decisions(course: Course, kind: ToxicityKind) -> tuple[Decision, ...]:
    """Every overridden grade of one toxicity, in order of day.

    >>> from cartulary.course import Origin
    >>> course = Course("P-1", Origin.RECORDED, (Toxicity(
    ...     36, toxicity=ToxicityKind.CRS, grade=0, basis=GradeBasis.OVERRIDDEN),))
    >>> [(one.day, one.last_day, one.grade) for one in decisions(course, ToxicityKind.CRS)]
    [(36, 36, 0)]
    """
    found = []
    for event in course.all(Toxicity):
        if event.toxicity is not kind or event.basis is not GradeBasis.OVERRIDDEN:
            continue
        if event.day is None or not is_known(event.grade):
            continue
        last = event.end_day if is_known(event.end_day) else event.day
        because = event.override_reason if is_known(event.override_reason) else ""
        found.append(Decision(event.event_id, kind, event.day, last, event.grade, because))
    return tuple(found)


def decided_on(known: tuple[Decision, ...], day: int) -> Decision | None:
    """The decision that holds on a study day; the one that began last where there are several."""
    return next((one for one in reversed(known) if one.day <= day <= one.last_day), None)


def as_decided(
    days: tuple[DayGrade, ...], known: tuple[Decision, ...], infusion_day: int, last_day: int
) -> tuple[DayGrade, ...]:
    """The graded days with each decided grade in the place of the computed one.

    A day that was decided on but had no findings comes in too. `last_day` is a study day.
    """
    by_day = {one.day: one for one in days}
    for decision in known:
        for day in range(max(decision.day, infusion_day), min(decision.last_day, last_day) + 1):
            graded = Graded(decision.grade)
            before = by_day.get(day)
            by_day[day] = (
                DayGrade(day, day - infusion_day, graded, {})
                if before is None
                else replace(before, graded=graded)
            )
    return tuple(by_day[day] for day in sorted(by_day))

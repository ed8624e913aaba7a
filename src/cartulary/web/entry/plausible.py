# SPDX-License-Identifier: Apache-2.0
"""What the rules of plausibility say of a course once this event is in it."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.course.checks import RULES, check_course
from cartulary.course.course import Course
from cartulary.course.events import Event
from cartulary.course.problem import Problem, Severity

# Rules that only say what is still to be written down: they ask no reason while writing, and
# stand among the findings afterwards.
STILL_TO_COME = frozenset(
    (
        "fatal_grade_without_death",
        "indication_missing",
        "infused_without_bedside_check",
        "last_contact_missing",
        "milestone_without_date",
        "no_lymphodepletion",
        "no_response_after_infusion",
        "toxicity_without_grade",
        "treated_toxicity_missing",
    )
)


@dataclass(frozen=True, slots=True)
class Doubts:
    """What this event adds to the problems of its course: to be explained now, and to be shown."""

    asked: tuple[Problem, ...]
    shown: tuple[Problem, ...]


def course_with(course: Course, event: Event, replaced: str = "") -> Course:
    """The course with this event in it, in the place of the one it replaces."""
    events = tuple(one for one in course.events if one.event_id != replaced or not replaced)
    return Course(
        course.course_id,
        course.origin,
        (*events, event),
        course.centre,
        course.sex,
        course.age_days_at_day0,
        course.day0,
        course.day0_is,
        course.data_cut_day,
    )


def doubts(course: Course, event: Event, lang: str, replaced: str = "") -> Doubts:
    """The problems that appear with this event and name it.

    A problem that stood there before with the same words is not asked again.
    """
    assert event.event_id
    before = {_same(problem) for problem in check_course(course, lang)}
    new = [
        problem
        for problem in check_course(course_with(course, event, replaced), lang)
        if event.event_id in problem.event_ids and _same(problem) not in before
    ]
    asked = tuple(p for p in new if _asks(p))
    return Doubts(asked, tuple(p for p in new if p not in asked))


def _asks(problem: Problem) -> bool:
    if problem.rule in STILL_TO_COME or problem.rule not in RULES:
        return False
    return problem.severity in (Severity.ERROR, Severity.WARNING)


def _same(problem: Problem) -> tuple[str, str, tuple[str, ...]]:
    return problem.rule, problem.value, problem.event_ids

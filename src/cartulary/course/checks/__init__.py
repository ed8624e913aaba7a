# SPDX-License-Identifier: Apache-2.0
"""Plausibility rules: what cannot be true, what is unlikely, and what is worth asking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from cartulary.course.checks import (
    across,
    afterwards,
    cells,
    conditioning,
    custody,
    dates,
    disease,
    follow_up,
    infusion,
    laboratory,
    toxicity,
    values,
)
from cartulary.course.checks.history import History
from cartulary.course.checks.rule import Rule, Threshold, Words
from cartulary.course.course import Course
from cartulary.course.problem import Problem, Severity

_THEMES = (
    cells,
    custody,
    conditioning,
    infusion,
    disease,
    toxicity,
    laboratory,
    afterwards,
    follow_up,
    dates,
    values,
    across,
)

RULES: MappingProxyType[str, Rule] = MappingProxyType(
    {rule.id: rule for theme in _THEMES for rule in theme.RULES}
)

_WEIGHT = {severity: position for position, severity in enumerate(Severity)}


def check_course(course: Course, lang: str = "en") -> tuple[Problem, ...]:
    """Everything that the rules find in one course, errors first.

    Rules that need several courses are not asked; `check_courses` asks them too.

    >>> from cartulary.course import Origin
    >>> from cartulary.course.events import Death, Indication, Relapse
    >>> odd = Course("P-001", Origin.SIMULATED, (Indication(0), Death(50), Relapse(80)))
    >>> problem = check_course(odd)[0]
    >>> problem.rule, problem.value, problem.severity.value
    ('event_after_death', 'death-1 (D50), relapse-1 (D80)', 'error')
    """
    history = History(course)
    return _by_severity(
        problem for rule in RULES.values() for problem in rule.problems_in(history, lang)
    )


def check_courses(courses: Iterable[Course], lang: str = "en") -> tuple[Problem, ...]:
    """Everything that the rules find in the courses of one programme, course by course.

    Problems of a course stand together, errors first; what two courses share comes last.
    """
    histories = [History(course) for course in courses]
    found: list[Problem] = []
    for history in histories:
        found.extend(
            _by_severity(
                problem for rule in RULES.values() for problem in rule.problems_in(history, lang)
            )
        )
    among = (problem for rule in RULES.values() for problem in rule.problems_among(histories, lang))
    return (*found, *_by_severity(among))


def in_language(problem: Problem, lang: str) -> Problem:
    """The same problem in Dutch ("nl") or English; one that no rule here found stays as it is.

    >>> from cartulary.course import Origin
    >>> course = Course("P-001", Origin.SIMULATED, ())
    >>> in_language(check_course(course)[0], "nl").fact
    'Er is geen overlijden en geen laatste contact.'
    """
    rule = RULES.get(problem.rule)
    if rule is None:
        return problem
    words = rule.text(lang)
    return replace(problem, fact=words.title, why=words.why, remedy=words.remedy)


def _by_severity(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: _WEIGHT[problem.severity]))


__all__ = [
    "RULES",
    "Rule",
    "Threshold",
    "Words",
    "check_course",
    "check_courses",
    "in_language",
]

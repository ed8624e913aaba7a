# SPDX-License-Identifier: Apache-2.0
"""A programme whose courses were checked: what may be reckoned from, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.course.checks import check_courses
from cartulary.course.cohort import Cohort
from cartulary.course.course import Origin
from cartulary.course.problem import Problem, Severity, has_errors
from cartulary.course.tables import LeftOut, Programme


@dataclass(frozen=True, slots=True)
class CheckedProgramme:
    """A programme whose cohort may be reckoned from, and all that was found in it.

    `checked` is how many of its children the plausibility checks were asked about.
    """

    programme: Programme
    cohort: Cohort
    problems: tuple[Problem, ...]
    left_out: tuple[LeftOut, ...]
    checked: int


# Simulated children come from one rule: so many of them, spread over all, show what is wrong.
CHECKED_OF_MANY_SIMULATED = 500


def checked_programme(
    read: Programme, *, good_courses: bool = False
) -> CheckedProgramme | tuple[Problem, ...]:
    """A programme with its courses checked; its problems instead when it may not be used.

    With `good_courses` the courses without an error are kept, and the others named in `left_out`.
    """
    if read.cohort is None:
        return read.problems
    looked_at = read.cohort if good_courses else _to_check(read.cohort)
    found = tuple(check_courses(looked_at.courses()))
    problems = (*read.problems, *found)
    left_out = read.left_out
    cohort = read.cohort
    if has_errors(found):
        if not good_courses:
            return problems
        bad: dict[str, str] = {}
        for problem in found:
            if problem.severity is Severity.ERROR:
                bad.setdefault(problem.course_id, problem.fact)
        kept = [name not in bad for name in cohort.children["course_id"].to_list()]
        if "" in bad or not any(kept):
            return problems
        cohort = cohort.select(kept)
        left_out = (*left_out, *(LeftOut(name, why) for name, why in bad.items()))
    return CheckedProgramme(read, cohort, problems, left_out, len(looked_at))


def _to_check(cohort: Cohort) -> Cohort:
    """Every recorded or reconstructed child; of many simulated ones some, evenly spread."""
    many = len(cohort) > CHECKED_OF_MANY_SIMULATED and cohort.origins == (Origin.SIMULATED,)
    if not many:
        return cohort
    step = len(cohort) / CHECKED_OF_MANY_SIMULATED
    chosen = {int(place * step) for place in range(CHECKED_OF_MANY_SIMULATED)}
    return cohort.select([number in chosen for number in range(len(cohort))])

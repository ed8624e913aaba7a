# SPDX-License-Identifier: Apache-2.0
"""A programme read and checked for a command, or the list of what is wrong and status 1."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from cartulary.course.cohort import Cohort
    from cartulary.course.problem import Problem
    from cartulary.course.tables import LeftOut, Programme

# A terminal is no place for ten thousand lines; `cartulary check --csv` writes them all.
SHOWN_PROBLEMS = 40


@dataclass(frozen=True, slots=True)
class CheckedProgramme:
    """A programme whose cohort may be reckoned from, and all that was found in it."""

    programme: Programme
    cohort: Cohort
    problems: tuple[Problem, ...]
    left_out: tuple[LeftOut, ...]


def programme_or_exit(path: Path, *, good_courses: bool = False) -> CheckedProgramme:
    """Reads a programme and checks it; with errors, lists them and leaves with status 1.

    With `good_courses` the courses without an error are kept, and the others named in `left_out`.
    """
    from cartulary.course.checks import check_courses
    from cartulary.course.problem import Severity, has_errors
    from cartulary.course.tables import LeftOut, read_programme

    read = read_programme(path, good_courses_only=good_courses)
    if read.cohort is None:
        _refuse(read.problems, path)
    found = tuple(check_courses(read.cohort.courses()))
    problems = (*read.problems, *found)
    left_out = read.left_out
    cohort = read.cohort
    if has_errors(found):
        if not good_courses:
            _refuse(problems, path)
        bad: dict[str, str] = {}
        for problem in found:
            if problem.severity is Severity.ERROR:
                bad.setdefault(problem.course_id, problem.fact)
        kept = [name not in bad for name in cohort.children["course_id"].to_list()]
        if "" in bad or not any(kept):
            _refuse(problems, path)
        cohort = cohort.select(kept)
        left_out = (*left_out, *(LeftOut(name, why) for name, why in bad.items()))
    return CheckedProgramme(read, cohort, problems, left_out)


def _refuse(problems: tuple[Problem, ...], path: Path) -> NoReturn:
    """Lists what is wrong, errors first, and leaves with status 1; nothing was written."""
    from cartulary.course.problem import Severity

    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    for problem in errors[:SHOWN_PROBLEMS]:
        click.echo(f"{problem.severity.en}: {problem}", err=True)
    if len(errors) > SHOWN_PROBLEMS:
        click.echo(f"... and {len(errors) - SHOWN_PROBLEMS} more errors.", err=True)
    click.echo(
        f"{len(errors)} {'error' if len(errors) == 1 else 'errors'} in {path.name or path}. "
        "Nothing was reckoned or written.",
        err=True,
    )
    if path.exists():
        by_course = any(problem.course_id for problem in errors)
        go_on = ", or add --good-courses to go on without the courses concerned"
        click.echo(
            f"Mend them{go_on if by_course else ''}. All of them: "
            f"cartulary check {shlex.quote(str(path))} --csv problems.csv",
            err=True,
        )
    sys.exit(1)

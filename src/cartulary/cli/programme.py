# SPDX-License-Identifier: Apache-2.0
"""A programme read and checked for a command, or the list of what is wrong and status 1."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cartulary.course.problem import Problem
    from cartulary.studies.checked_programme import CheckedProgramme

# A terminal is no place for ten thousand lines; `cartulary check --csv` writes them all.
SHOWN_PROBLEMS = 40


def programme_or_exit(path: Path, *, good_courses: bool = False) -> CheckedProgramme:
    """Reads a programme and checks it; with errors, lists them and leaves with status 1.

    With `good_courses` the courses without an error are kept, and the others named in `left_out`.
    """
    from cartulary.course.tables import read_programme
    from cartulary.studies.checked_programme import CheckedProgramme, checked_programme

    read = read_programme(path, good_courses_only=good_courses)
    checked = checked_programme(read, good_courses=good_courses)
    if isinstance(checked, CheckedProgramme):
        return checked
    listed(checked, path.name or str(path))
    if path.exists():
        by_course = any(problem.course_id for problem in checked if _is_error(problem))
        go_on = ", or add --good-courses to go on without the courses concerned"
        click.echo(
            f"Mend them{go_on if by_course else ''}. All of them: "
            f"cartulary check {shlex.quote(str(path))} --csv problems.csv",
            err=True,
        )
    sys.exit(1)


def _is_error(problem: Problem) -> bool:
    from cartulary.course.problem import Severity

    return problem.severity is Severity.ERROR


def listed(problems: tuple[Problem, ...], name: str) -> None:
    """Lists the errors on stderr; nothing was written."""
    errors = [problem for problem in problems if _is_error(problem)]
    for problem in errors[:SHOWN_PROBLEMS]:
        click.echo(f"{problem.severity.en}: {problem}", err=True)
    if len(errors) > SHOWN_PROBLEMS:
        click.echo(f"... and {len(errors) - SHOWN_PROBLEMS} more errors.", err=True)
    click.echo(
        f"{len(errors)} {'error' if len(errors) == 1 else 'errors'} in {name}. "
        "Nothing was reckoned or written.",
        err=True,
    )

# SPDX-License-Identifier: Apache-2.0
"""The problems found while reading, gathered so that ten thousand of them cost no more than ten."""

from __future__ import annotations

from collections import Counter

from cartulary.course.problem import Problem, Severity
from cartulary.course.tables.refusal import Refusal, shown

# What one file may list. Beyond it problems are counted, and the count is reported.
LISTED_PER_FILE = 25_000


class Findings:
    """Every problem of one reading, and which children and files they touch."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.first_error_of: dict[str, Problem] = {}
        self.errors_of: Counter[str] = Counter()
        self.blocking = 0
        self._listed: Counter[str] = Counter()
        self._unlisted: Counter[str] = Counter()

    def add(self, problem: Problem, blocking: bool = True) -> None:
        """Keep a problem. An error that names no child blocks the programme, unless told not."""
        if problem.severity is Severity.ERROR:
            if problem.course_id:
                self.concerns(problem.course_id, problem)
            elif blocking:
                self.blocking += 1
        if self._listed[problem.file] >= LISTED_PER_FILE:
            self._unlisted[problem.file] += 1
            return
        self._listed[problem.file] += 1
        self.problems.append(problem)

    def concerns(self, course_id: str, problem: Problem) -> None:
        """Mark a child as touched by an error, be it listed under another."""
        self.first_error_of.setdefault(course_id, problem)
        self.errors_of[course_id] += 1

    def error(self, rule: str, fact: str, why: str, remedy: str, **place: object) -> None:
        """Keep an error; `place` takes value, file, row, column, course_id."""
        self.add(_problem(Severity.ERROR, rule, fact, why, remedy, place))

    def warning(self, rule: str, fact: str, why: str, remedy: str, **place: object) -> None:
        """Keep a warning."""
        self.add(_problem(Severity.WARNING, rule, fact, why, remedy, place))

    def note(self, rule: str, fact: str, why: str, remedy: str, **place: object) -> None:
        """Keep a note."""
        self.add(_problem(Severity.NOTE, rule, fact, why, remedy, place))

    def refusal(self, refused: Refusal, **place: object) -> None:
        """Keep a refused cell as an error."""
        self.error(refused.rule, refused.fact, refused.why, refused.remedy, **place)

    def close(self) -> tuple[Problem, ...]:
        """Every listed problem, in the order of files and rows, with a count of what is not."""
        self.problems.sort(key=lambda problem: (problem.file, problem.row or 0))
        for file, count in sorted(self._unlisted.items()):
            self.problems.append(
                Problem(
                    Severity.ERROR,
                    "file.more_problems",
                    f"{count} more problems are not listed.",
                    f"The first {LISTED_PER_FILE} of one file are.",
                    "Mend these and check again.",
                    file=file,
                )
            )
        return tuple(self.problems)


def _problem(
    severity: Severity, rule: str, fact: str, why: str, remedy: str, place: dict[str, object]
) -> Problem:
    row = place.get("row")
    return Problem(
        severity,
        rule,
        fact,
        why,
        remedy,
        value=shown(place.get("value", "")),
        file=str(place.get("file", "")),
        row=row if isinstance(row, int) else None,
        column=shown(place.get("column", "")),
        course_id=str(place.get("course_id", "")),
    )

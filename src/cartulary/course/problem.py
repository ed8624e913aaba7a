# SPDX-License-Identifier: Apache-2.0
"""One thing wrong, or unlikely, in a programme's records: where, what, why, and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cartulary.course.choice import Choice


class Severity(Choice):
    """How much a problem weighs."""

    ERROR = "error", "error", "fout"
    WARNING = "warning", "warning", "waarschuwing"
    NOTE = "note", "note", "opmerking"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem found while reading or checking, complete enough to mend it without asking.

    `rule` names the rule that found it; `value` is the offending value as it was written.
    `file`, `row` (counted as the spreadsheet counts, header is row 1) and `column` are given
    where the problem has a place in a file; `course_id` and `event_ids` where it has a child.
    """

    severity: Severity
    rule: str
    fact: str
    why: str
    remedy: str
    value: str = ""
    file: str = ""
    row: int | None = None
    column: str = ""
    course_id: str = ""
    event_ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = " ".join(
            part
            for part in (
                self.file,
                f"row {self.row}" if self.row is not None else "",
                f"column {self.column!r}" if self.column else "",
                f"course {self.course_id}" if self.course_id else "",
            )
            if part
        )
        value = f" Value: {self.value}." if self.value else ""
        return f"{place}: {self.fact}{value} {self.why} {self.remedy}".strip()


def has_errors(problems: Iterable[Problem]) -> bool:
    """True when any problem is an error."""
    return any(problem.severity is Severity.ERROR for problem in problems)

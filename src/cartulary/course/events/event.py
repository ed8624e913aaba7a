# SPDX-License-Identifier: Apache-2.0
"""What every event has: a day, how exactly it is known, where it was read, and facts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from cartulary.course.dates import Precision
from cartulary.course.errors import CourseError
from cartulary.course.fact import Fact, facts_of


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one child on a study day; frozen, and checked when made.

    `day` counts from the indication (day 0) and is None only when `precision` is unknown.
    `event_id` is unique within a course; a course names the events that have none.
    `source` says where the event was read, such as "relapse.csv, row 3".
    An event with an impossible value is refused, with all its problems at once.
    """

    kind: ClassVar[str] = ""
    en: ClassVar[str] = ""
    nl: ClassVar[str] = ""

    day: int | None
    precision: Precision = Precision.DAY
    event_id: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        problems = self._problems()
        if problems:
            raise CourseError(
                [f"{self.en or type(self).__name__}: {problem}" for problem in problems]
            )

    def _problems(self) -> list[str]:
        problems: list[str] = []
        precision: object = self.precision
        if not isinstance(precision, Precision):
            problems.append(f"precision is {self.precision!r}, which is not a Precision.")
        if self.day is None and self.precision is not Precision.UNKNOWN:
            problems.append("there is no day. Give one, or mark the date as unknown.")
        if self.day is not None:
            if self.precision is Precision.UNKNOWN:
                problems.append(f"the date is marked unknown, but day {self.day} is given.")
            if isinstance(self.day, bool) or not isinstance(self.day, int):
                problems.append(f"day is {self.day!r}, which is not a whole number of days.")
        for name, fact in facts_of(type(self)).items():
            problem = fact.problem_with(getattr(self, name))
            if problem:
                problems.append(problem)
        return problems

    @classmethod
    def facts(cls) -> dict[str, Fact]:
        """The facts of this kind of event by name, each with words, unit and limits."""
        return dict(facts_of(cls))

    @classmethod
    def label(cls, lang: str) -> str:
        """The name of this kind of event in Dutch ("nl") or English."""
        return cls.nl if lang == "nl" else cls.en

    def values(self) -> dict[str, Any]:
        """Every fact of this event by name, absences included."""
        return {name: getattr(self, name) for name in facts_of(type(self))}

    def is_dated(self) -> bool:
        """True when the day is known, be it to the day, the month or the year."""
        return self.day is not None


def field_names(event_type: type[Event]) -> tuple[str, ...]:
    """All dataclass fields of an event type, the four that every event has first."""
    return tuple(field.name for field in fields(event_type))

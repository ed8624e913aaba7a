# SPDX-License-Identifier: Apache-2.0
"""A course: what happened to one child, from the indication on. It alone crosses between parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from cartulary.course.absence import NOT_RECORDED, Absence, is_known
from cartulary.course.choice import Choice
from cartulary.course.errors import CourseError
from cartulary.course.events import EVENT_TYPES, Event, Infusion
from cartulary.course.events.disease import Sex

E = TypeVar("E", bound=Event)

DAYS_PER_YEAR = 365.25


class Origin(Choice):
    """Where a course comes from. Figures never mix origins in one line."""

    RECORDED = "recorded", "recorded", "vastgelegd"
    RECONSTRUCTED = (
        "reconstructed",
        "reconstructed from published figures",
        "gereconstrueerd uit gepubliceerde cijfers",
        "reconstructed",
        "gereconstrueerd",
    )
    SIMULATED = "simulated", "simulated", "gesimuleerd"


class DayZero(Choice):
    """What day 0 is. Anything but the indication stands in for it, and the course says so."""

    INDICATION = "indication", "indication", "indicatie"
    APHERESIS = "apheresis", "first apheresis", "eerste aferese", "apheresis", "aferese"
    INFUSION = "infusion", "first infusion", "eerste infusie", "infusion", "infusie"
    REFERRAL = "referral", "referral", "verwijzing"


_KIND_ORDER = {cls: position for position, cls in enumerate(EVENT_TYPES)}


def _position(event: Event) -> tuple[bool, int, int, str]:
    return (event.day is None, event.day or 0, _KIND_ORDER[type(event)], event.event_id)


@dataclass(frozen=True, slots=True)
class Course:
    """What happened to one child; frozen, its events in order of day and kind.

    `course_id` is a pseudonym. `day0` is the calendar date of day 0: kept inside the programme,
    None outside it. `age_days_at_day0` is the child's age on day 0 in days.
    `data_cut_day` is the last study day that the record covers.
    Events without an id are named `<kind>-<n>`; two events with one id are refused.

    >>> from cartulary.course.events import Indication, Infusion, LastContact
    >>> course = Course("P-001", Origin.RECORDED, (LastContact(400), Infusion(35), Indication(0)))
    >>> [event.kind for event in course.events], course.first(Infusion).day
    (['indication', 'infusion', 'last_contact'], 35)
    """

    course_id: str
    origin: Origin
    events: tuple[Event, ...]
    centre: str = ""
    sex: Sex | Absence = NOT_RECORDED
    age_days_at_day0: int | Absence = NOT_RECORDED
    day0: date | None = None
    day0_is: DayZero = DayZero.INDICATION
    data_cut_day: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "events", _in_order(self.events))
        problems = self._problems()
        if problems:
            raise CourseError([f"Course {self.course_id!r}: {problem}" for problem in problems])

    def _problems(self) -> list[str]:
        problems = []
        course_id: object = self.course_id
        origin: object = self.origin
        if not isinstance(course_id, str) or not course_id.strip():
            problems.append("there is no pseudonym. Every course needs one.")
        if not isinstance(origin, Origin):
            problems.append(
                f"origin is {self.origin!r}. It is never left open: write recorded, "
                "reconstructed or simulated."
            )
        if is_known(self.age_days_at_day0) and self.age_days_at_day0 < 0:
            problems.append(f"age on day 0 is {self.age_days_at_day0} days. Check the birth date.")
        seen: set[str] = set()
        for event in self.events:
            if event.event_id in seen:
                problems.append(f"two events have the id {event.event_id!r}. Rename one.")
            seen.add(event.event_id)
        return problems

    def all(self, event_type: type[E]) -> tuple[E, ...]:
        """Every event of one kind, in order of day."""
        return tuple(event for event in self.events if isinstance(event, event_type))

    def first(self, event_type: type[E]) -> E | None:
        """The first dated event of one kind, or None."""
        return next((e for e in self.all(event_type) if e.is_dated()), None)

    def last(self, event_type: type[E]) -> E | None:
        """The last dated event of one kind, or None."""
        return next((e for e in reversed(self.all(event_type)) if e.is_dated()), None)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    @property
    def infusion_days(self) -> tuple[int, ...]:
        """The study days of the infusions, in order."""
        return tuple(e.day for e in self.all(Infusion) if e.day is not None)

    def age_years_on(self, day: int) -> float | None:
        """Age in years on a study day; None when the age is not known."""
        if not is_known(self.age_days_at_day0):
            return None
        return (self.age_days_at_day0 + day) / DAYS_PER_YEAR

    def without_calendar(self) -> Course:
        """The same course with its calendar date dropped, as every exit requires."""
        return replace(self, day0=None)


def _in_order(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Sorted by day and kind, the undated last; the nameless get `<kind>-<n>`."""
    ordered = sorted(events, key=_position)
    if all(event.event_id for event in ordered):
        return tuple(ordered)
    taken = {event.event_id for event in ordered}
    counts: dict[str, int] = {}
    named: list[Event] = []
    for event in ordered:
        if event.event_id:
            named.append(event)
            continue
        name = ""
        while not name or name in taken:
            counts[event.kind] = counts.get(event.kind, 0) + 1
            name = f"{event.kind}-{counts[event.kind]}"
        taken.add(name)
        named.append(replace(event, event_id=name))
    return tuple(sorted(named, key=_position))

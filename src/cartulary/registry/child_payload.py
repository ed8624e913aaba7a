# SPDX-License-Identifier: Apache-2.0
"""What an entry of kind "child" says: who the child is to the programme, apart from events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.choice import Choice
from cartulary.course.course import Course, DayZero, Origin
from cartulary.course.errors import CourseError
from cartulary.course.events.disease import Sex
from cartulary.registry.payload import date_in

# The event by which a child stands in the ledger; no other event of the child has this name.
CHILD = "child"

LONGEST_PSEUDONYM = 100
# As the table of children allows: beyond it somebody typed a date or a weight.
OLDEST_DAYS = 36_525

_KEYS = (
    *("course_id", "origin", "sex", "age_days_at_day0", "day0", "day0_is", "data_cut"),
    *("data_cut_day", "centre"),
)
_ABSENCES = {absence.code: absence for absence in Absence}


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What is known of a child apart from its events.

    `data_cut` is the last date that the record covers; `data_cut_day` the same as a study day,
    for a child whose day 0 has no date. `centre` is set where it is not the ledger's own.
    """

    course_id: str
    origin: Origin
    sex: Sex | Absence = NOT_RECORDED
    age_days_at_day0: int | Absence = NOT_RECORDED
    day0: date | None = None
    day0_is: DayZero = DayZero.INDICATION
    data_cut: date | None = None
    data_cut_day: int | None = None
    centre: str = ""

    @classmethod
    def of_course(cls, course: Course, centre: str) -> ChildFacts:
        """What a course says of its child, to be written into the ledger of a centre so named."""
        cut = course.data_cut_day
        data_cut = None
        if cut is not None and course.day0 is not None:
            try:
                data_cut = date.fromordinal(course.day0.toordinal() + cut)
            except (OverflowError, ValueError):
                data_cut = None
        return cls(
            course.course_id,
            course.origin,
            course.sex,
            course.age_days_at_day0,
            course.day0,
            course.day0_is,
            data_cut,
            cut if data_cut is None else None,
            "" if course.centre == centre else course.centre or "-",
        )

    def cut_day(self) -> int | None:
        """The last study day that the record covers."""
        if self.data_cut is not None and self.day0 is not None:
            return (self.data_cut - self.day0).days
        return self.data_cut_day

    def centre_name(self, own: str) -> str:
        """The centre as the course names it: the ledger's own unless another is written."""
        if not self.centre:
            return own
        return "" if self.centre == "-" else self.centre

    def payload(self) -> dict[str, Any]:
        """The same as an entry keeps it."""
        said: dict[str, Any] = {
            "course_id": self.course_id,
            "origin": self.origin.value,
            "sex": _plain(self.sex),
            "age_days_at_day0": _plain(self.age_days_at_day0),
            "day0": self.day0.isoformat() if self.day0 else None,
            "day0_is": self.day0_is.value,
            "data_cut": self.data_cut.isoformat() if self.data_cut else None,
        }
        if self.data_cut_day is not None:
            said["data_cut_day"] = self.data_cut_day
        if self.centre:
            said["centre"] = self.centre
        return said


def child_facts(payload: Mapping[str, Any]) -> ChildFacts:
    """What a payload of kind "child" says; refused with a `CourseError` of all its problems."""
    problems = [
        f"Child: the payload has an unknown part {key!r}. Known: {', '.join(_KEYS)}."
        for key in payload
        if key not in _KEYS
    ]
    course_id = payload.get("course_id")
    if not isinstance(course_id, str) or not course_id.strip():
        problems.append("Child: there is no pseudonym. Every course needs one.")
    elif len(course_id) > LONGEST_PSEUDONYM:
        problems.append(
            f"Child: the pseudonym has {len(course_id)} characters; at most "
            f"{LONGEST_PSEUDONYM} can be kept. Shorten it."
        )
    elif "\x00" in course_id:
        problems.append("Child: the pseudonym holds a zero byte. Type it again.")
    age = _known(payload.get("age_days_at_day0"))
    if not isinstance(age, Absence) and (
        isinstance(age, bool) or not isinstance(age, int) or not 0 <= age <= OLDEST_DAYS
    ):
        problems.append(
            f"Child: the age on day 0 is {age!r}, which is not a number of days from 0 to "
            f"{OLDEST_DAYS}. Check the birth date."
        )
    sex = _known(payload.get("sex"))
    cut_day = payload.get("data_cut_day")
    if cut_day is not None and (isinstance(cut_day, bool) or not isinstance(cut_day, int)):
        problems.append(f"Child: the day of data cut is {cut_day!r}, which is not a whole number.")
    centre = payload.get("centre", "")
    if not isinstance(centre, str):
        problems.append(f"Child: the centre is {centre!r}, which is not a text.")
    made = {
        "origin": _member(Origin, payload.get("origin"), "origin", problems),
        "sex": sex if isinstance(sex, Absence) else _member(Sex, sex, "sex", problems),
        "day0_is": _member(DayZero, payload.get("day0_is"), "what day 0 is", problems),
        "day0": _date(payload.get("day0"), "day 0", problems),
        "data_cut": _date(payload.get("data_cut"), "the data cut", problems),
    }
    if problems:
        raise CourseError(problems)
    assert isinstance(course_id, str)
    return ChildFacts(course_id, age_days_at_day0=age, data_cut_day=cut_day, centre=centre, **made)


def _plain(value: Any) -> Any:
    if value is NOT_RECORDED:
        return None
    if isinstance(value, Absence):
        return {"absent": value.code}
    return value.value if isinstance(value, Choice) else value


def _known(plain: Any) -> Any:
    if plain is None:
        return NOT_RECORDED
    if isinstance(plain, Mapping) and len(plain) == 1:
        return _ABSENCES.get(plain.get("absent", ""), plain)
    return plain


def _member(choices: type[Choice], code: Any, what: str, problems: list[str]) -> Any:
    try:
        return choices(code)
    except ValueError:
        problems.append(f"Child: {what} is {code!r}. Write one of: {', '.join(choices)}.")
        return None


def _date(text: Any, what: str, problems: list[str]) -> date | None:
    if text is None:
        return None
    full = date_in(text)[0] if isinstance(text, str) else None
    if full is None:
        problems.append(f"Child: {what} is {text!r}, which is not a full date as 2020-03-17.")
    return full

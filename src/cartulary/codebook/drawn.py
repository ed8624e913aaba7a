# SPDX-License-Identifier: Apache-2.0
"""A course drawn as a small table, the way one is sketched on paper; it is read into a `Course`.

    day 0 is infusion
    data cut on day 400
    day        | event      | facts
      0        | infusion   |
     28        | assessment | response: CR
     90        | transplant | reason: consolidation
    200 (month)| relapse    | cd19_status: negative, site: marrow
      ?        | new_therapy|

A day may be known `(month)` or `(year)` only, or not at all: `?`. Facts bear their field names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from cartulary.course.absence import Absence, is_known
from cartulary.course.course import Course, DayZero, Origin
from cartulary.course.dates import Precision
from cartulary.course.errors import CodebookError, CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event
from cartulary.course.fact import Fact, FactKind, facts_of

_SENTENCES: Final = (
    ("day0_is", re.compile(r"day 0 is (?:the )?(?:first )?(\w+)")),
    ("data_cut_day", re.compile(r"data cut on day (-?\d+)")),
    ("course_id", re.compile(r"child (\S+)")),
    ("age_days_at_day0", re.compile(r"age on day 0 is (\d+) days")),
    ("origin", re.compile(r"origin is (\w+)")),
)
_DAY: Final = re.compile(r"(\?|-?\d+)\s*(?:\((month|year)\))?")
_FACT: Final = re.compile(r"\s*,\s*(?=\w+\s*:)")
_NUMBERS: Final = {
    "day0_is": DayZero,
    "origin": Origin,
    "data_cut_day": int,
    "age_days_at_day0": int,
}


def course_from_drawing(text: str, course_id: str = "drawn") -> Course:
    """The course that a drawn table shows.

    Arguments: the table; the pseudonym it gets when the drawing names none.
    Returns: a `Course` with origin "simulated" unless the drawing says otherwise.
    Refuses, all at once: rows that are not `day | event | facts`, unknown events, facts and values.

    >>> course = course_from_drawing('''
    ...     day | event      | facts
    ...       0 | indication |
    ...      28 | assessment | response: CRi, marrow_blasts_percent: 2
    ... ''')
    >>> [(event.day, event.kind) for event in course]
    [(0, 'indication'), (28, 'assessment')]
    """
    made: dict[str, Any] = {"course_id": course_id, "origin": Origin.SIMULATED}
    events: list[Event] = []
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        drawn = line.strip()
        if not drawn or set(drawn) <= set("-|+ "):
            continue
        try:
            if "|" in drawn:
                events.extend(_event(drawn))
            else:
                made.update(_sentence(drawn))
        except (CodebookError, CourseError, ValueError) as error:
            problems.append(f"line {number} {drawn!r}: {error}")
    if problems:
        raise CodebookError([f"A drawn course cannot be read: {problem}" for problem in problems])
    return Course(events=tuple(events), **made)


def drawing_of(course: Course) -> str:
    """The table that shows a course: what `course_from_drawing` reads back, without its sources.

    >>> print(drawing_of(course_from_drawing("day 0 is infusion\\n0 | infusion |")))
    child drawn
    day 0 is infusion
    day | event    | facts
      0 | infusion |
    """
    lines = [f"child {course.course_id}"]
    if course.origin is not Origin.SIMULATED:
        lines.append(f"origin is {course.origin}")
    if course.day0_is is not DayZero.INDICATION:
        lines.append(f"day 0 is {course.day0_is}")
    if course.data_cut_day is not None:
        lines.append(f"data cut on day {course.data_cut_day}")
    if is_known(course.age_days_at_day0):
        lines.append(f"age on day 0 is {course.age_days_at_day0} days")
    rows = [("day", "event", "facts"), *((_day(e), e.kind, _facts(e)) for e in course)]
    days = max(len(row[0]) for row in rows)
    kinds = max(len(row[1]) for row in rows)
    lines += [f"{day:>{days}} | {kind:<{kinds}} | {facts}".rstrip() for day, kind, facts in rows]
    return "\n".join(lines)


def _sentence(line: str) -> dict[str, Any]:
    """What one line without bars says about the whole course."""
    for name, pattern in _SENTENCES:
        match = pattern.fullmatch(line)
        if match is not None:
            return {name: _NUMBERS.get(name, str)(match.group(1))}
    raise CodebookError(
        "the line says nothing that is understood. Write a row `day | event | facts`, or "
        "`day 0 is infusion`, `data cut on day 400`, `age on day 0 is 2000 days`, `child P-001`."
    )


def _event(line: str) -> Iterator[Event]:
    """The event of one row; nothing for the header."""
    cells = [cell.strip() for cell in line.split("|")]
    if cells[:2] == ["day", "event"]:
        return
    if len(cells) not in (2, 3):
        raise CodebookError(f"there are {len(cells)} columns. A row is `day | event | facts`.")
    match = _DAY.fullmatch(cells[0])
    if match is None:
        raise CodebookError(f"{cells[0]!r} is not a day. Write 28, 28 (month), 28 (year) or ?.")
    kind = cells[1]
    if kind not in EVENT_TYPE_OF_KIND:
        raise CodebookError(f"no event is called {kind!r}; known: {', '.join(EVENT_TYPE_OF_KIND)}.")
    event_type = EVENT_TYPE_OF_KIND[kind]
    written = _FACT.split(cells[2]) if len(cells) == 3 and cells[2] else []
    values = dict(_fact(event_type, part) for part in written)
    event_id = str(values.pop("event_id", ""))
    if match.group(1) == "?":
        yield event_type(None, Precision.UNKNOWN, event_id, **values)
        return
    yield event_type(int(match.group(1)), Precision(match.group(2) or "day"), event_id, **values)


def _fact(event_type: type[Event], written: str) -> tuple[str, Any]:
    """One `name: value` of a row, as the value its field holds."""
    name, colon, value = (part.strip() for part in written.partition(":"))
    if name == "event_id" and value:
        return name, value
    known = facts_of(event_type)
    if not colon or name not in known:
        raise CodebookError(
            f"{written!r} is not a fact of {event_type.kind}; it has: {', '.join(known)}."
        )
    return name, _value(known[name], value)


def _value(fact: Fact, written: str) -> Any:
    # A code of the fact's own comes first: a consent may be "refused" and yet be there.
    own = {choice.value for choice in fact.choices} if fact.choices is not None else set()
    for absence in Absence:
        if written == absence.code and written not in own:
            return absence
    match fact.kind:
        case FactKind.TEXT:
            return written
        case FactKind.NUMBER:
            return float(written)
        case FactKind.INTEGER | FactKind.DAY:
            return int(written)
        case FactKind.YES_NO:
            if written not in ("yes", "no"):
                raise CodebookError(f"{fact.name} is {written!r}. Write yes or no.")
            return written == "yes"
        case FactKind.CHOICE:
            return _code(fact, written)
        case FactKind.CHOICES:
            return tuple(_code(fact, part) for part in written.split())


def _code(fact: Fact, written: str) -> Any:
    assert fact.choices is not None
    codes = [choice.value for choice in fact.choices]
    if written not in codes:
        raise CodebookError(f"{fact.name} is {written!r}; known: {', '.join(codes)}.")
    return fact.choices(written)


def _day(event: Event) -> str:
    if event.day is None:
        return "?"
    known = event.precision
    return str(event.day) if known is Precision.DAY else f"{event.day} ({known})"


def _facts(event: Event) -> str:
    """The facts that are not merely unrecorded."""
    parts = [f"event_id: {event.event_id}"] if not _is_automatic(event) else []
    for name, value in event.values().items():
        if value is Absence.NOT_RECORDED:
            continue
        parts.append(f"{name}: {_written(value)}")
    return ", ".join(parts)


def _is_automatic(event: Event) -> bool:
    return re.fullmatch(rf"{event.kind}-\d+", event.event_id) is not None


def _written(value: Any) -> str:
    if isinstance(value, Absence):
        return value.code
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(str(item) for item in value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)

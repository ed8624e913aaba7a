# SPDX-License-Identifier: Apache-2.0
"""Courses as columns and back: which column holds what, and the two translations. Knows Polars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

import polars as pl

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.choice import Choice
from cartulary.course.course import Course, DayZero, Origin
from cartulary.course.dates import Precision
from cartulary.course.errors import CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND, EVENT_TYPES, Event, field_names
from cartulary.course.events.disease import Sex
from cartulary.course.fact import FactKind, facts_of

CHILD = "child"
ABSENCE_SUFFIX = ":absence"
CHILDREN_WITH_ABSENCE = ("sex", "age_days_at_day0")

CHILDREN_SCHEMA: dict[str, pl.DataType] = {
    "course_id": pl.String(),
    "origin": pl.String(),
    "centre": pl.String(),
    "sex": pl.String(),
    "age_days_at_day0": pl.Int32(),
    "day0": pl.Date(),
    "day0_is": pl.String(),
    "data_cut_day": pl.Int32(),
}

# Two of the four columns that every event has are texts, never null; a day may be null.
OF_EVERY_EVENT: dict[str, pl.DataType] = {
    CHILD: pl.UInt32(),
    "event_id": pl.String(),
    "source": pl.String(),
    "day": pl.Int32(),
    "precision": pl.String(),
}

TYPE_OF_FACT_KIND: dict[FactKind, pl.DataType] = {
    FactKind.TEXT: pl.String(),
    FactKind.CHOICE: pl.String(),
    FactKind.CHOICES: pl.List(pl.String()),
    FactKind.YES_NO: pl.Boolean(),
    FactKind.NUMBER: pl.Float64(),
    FactKind.INTEGER: pl.Int64(),
    FactKind.DAY: pl.Int32(),
}

# Courses are decoded a block at a time: lists of a million rows would not fit beside the frames.
BLOCK = 2048


def absence_column(name: str) -> str:
    """The column beside a fact that says why it is absent, if other than "not recorded"."""
    return name + ABSENCE_SUFFIX


def event_schema(kind: str) -> dict[str, pl.DataType]:
    """Columns and types of the frame of one kind of event, without the columns of absence."""
    facts = facts_of(EVENT_TYPE_OF_KIND[kind])
    return OF_EVERY_EVENT | {name: TYPE_OF_FACT_KIND[fact.kind] for name, fact in facts.items()}


EVENT_SCHEMAS: dict[str, dict[str, pl.DataType]] = {
    cls.kind: event_schema(cls.kind) for cls in EVENT_TYPES
}

EMPTY_FRAMES: dict[str, pl.DataFrame] = {
    kind: pl.DataFrame(schema=schema) for kind, schema in EVENT_SCHEMAS.items()
}


def in_column_order(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The columns of the schema, each followed by its column of absence if that says anything."""
    order = []
    for name in schema:
        order.append(name)
        beside = absence_column(name)
        if beside in frame.columns and frame[beside].null_count() < frame.height:
            order.append(beside)
    return frame if frame.columns == order else frame.select(order)


# --- from courses to columns -------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """A value as Polars stores it: a choice by its code, several as a list, an absence as None."""
    if isinstance(value, Absence):
        return None
    if isinstance(value, tuple):
        return [str.__str__(item) for item in value]
    return str.__str__(value) if isinstance(value, str) else value


def _columns_of(name: str, values: list[Any], dtype: pl.DataType) -> list[pl.Series]:
    """The column of one fact, and its column of absence when one value is absent for a reason."""
    if values.count(NOT_RECORDED) == len(values):
        return [pl.Series(name, [None], dtype=dtype).new_from_index(0, len(values))]
    columns = [_series(name, [_plain(value) for value in values], dtype)]
    reasons = [
        value.code if isinstance(value, Absence) and value is not NOT_RECORDED else None
        for value in values
    ]
    if any(reasons):
        columns.append(pl.Series(absence_column(name), reasons, dtype=pl.String))
    return columns


def _series(name: str, values: list[Any], dtype: pl.DataType) -> pl.Series:
    try:
        return pl.Series(name, values, dtype=dtype)
    except (TypeError, OverflowError, UnicodeEncodeError) as error:
        raise CourseError(
            f"Column {name!r} cannot be stored as {dtype}; one of its values does not fit "
            f"({str(error).splitlines()[0]}). Correct that value in its course."
        ) from error


def children_frame(courses: Sequence[Course]) -> pl.DataFrame:
    """One row a course: what is known of the child apart from its events."""
    columns: list[pl.Series] = []
    for name, dtype in CHILDREN_SCHEMA.items():
        values = list(map(attrgetter(name), courses))
        if name in CHILDREN_WITH_ABSENCE:
            columns.extend(_columns_of(name, values, dtype))
        else:
            columns.append(_series(name, [_plain(value) for value in values], dtype))
    return pl.DataFrame(columns)


def event_frames(courses: Sequence[Course]) -> dict[str, pl.DataFrame]:
    """One frame for every kind of event, filled in one pass over the courses."""
    events: dict[str, list[Event]] = {kind: [] for kind in EVENT_SCHEMAS}
    owners: dict[str, list[int]] = {kind: [] for kind in EVENT_SCHEMAS}
    for child, course in enumerate(courses):
        for event in course.events:
            events[event.kind].append(event)
            owners[event.kind].append(child)
    return {kind: _event_frame(kind, events[kind], owners[kind]) for kind in EVENT_SCHEMAS}


def _event_frame(kind: str, events: list[Event], owners: list[int]) -> pl.DataFrame:
    schema = EVENT_SCHEMAS[kind]
    if not events:
        return EMPTY_FRAMES[kind].clone()
    columns = [pl.Series(CHILD, owners, dtype=pl.UInt32)]
    for name, dtype in schema.items():
        if name == CHILD:
            continue
        values = list(map(attrgetter(name), events))
        if name in OF_EVERY_EVENT:
            columns.append(_series(name, [_plain(value) for value in values], dtype))
        else:
            columns.extend(_columns_of(name, values, dtype))
    return pl.DataFrame(columns)


# --- from columns to courses -------------------------------------------------------------------


def members_of(choices: type[Choice]) -> dict[str | None, Any]:
    """The choices by code, and "not recorded" for a null."""
    members: dict[str | None, Any] = {str.__str__(member): member for member in choices}
    members[None] = NOT_RECORDED
    return members


_ABSENCES = {absence.code: absence for absence in Absence}
_ORIGINS = members_of(Origin)
_DAY_ZEROS = members_of(DayZero)
_SEXES = members_of(Sex)
_PRECISIONS = members_of(Precision)


def _with_absences(values: list[Any], frame: pl.DataFrame, name: str) -> list[Any]:
    beside = absence_column(name)
    if beside not in frame.columns:
        return values
    return [
        value if code is None else _ABSENCES[code]
        for value, code in zip(values, frame[beside].to_list(), strict=True)
    ]


def _known_or_absent(column: pl.Series) -> list[Any]:
    """Values as they are, a null as "not recorded"."""
    if column.null_count() == 0:
        return column.to_list()
    return [NOT_RECORDED if value is None else value for value in column.to_list()]


def _fact_values(frame: pl.DataFrame, name: str, choices: type[Choice] | None) -> list[Any]:
    column = frame[name]
    if column.null_count() == frame.height:
        values: list[Any] = [NOT_RECORDED] * frame.height
    elif choices is None:
        values = _known_or_absent(column)
    elif column.dtype == pl.String:
        members = members_of(choices)
        values = [members[code] for code in column.to_list()]
    else:
        members = members_of(choices)
        values = [
            NOT_RECORDED if codes is None else tuple(members[code] for code in codes)
            for codes in column.to_list()
        ]
    return _with_absences(values, frame, name)


def events_of(kind: str, frame: pl.DataFrame) -> list[Event]:
    """The events of one kind, row by row.

    The rows were checked when the cohort was made, so the events are filled in without a second
    look; that look is what makes an event slow to build.
    """
    cls = EVENT_TYPE_OF_KIND[kind]
    columns: list[list[Any]] = []
    facts = facts_of(cls)
    for name in field_names(cls):
        if name == "precision":
            columns.append([_PRECISIONS[code] for code in frame[name].to_list()])
        elif name in facts:
            columns.append(_fact_values(frame, name, facts[name].choices))
        else:
            columns.append(frame[name].to_list())
    fill = [getattr(cls, name).__set__ for name in field_names(cls)]
    made = []
    for row in zip(*columns, strict=True):
        event = object.__new__(cls)
        for put, value in zip(fill, row, strict=True):
            put(event, value)
        made.append(event)
    return made


def row_offsets(frame: pl.DataFrame, children: int) -> list[int]:
    """Where the rows of each child begin in a frame sorted by child, and where the last ends."""
    if frame.height == 0:
        return [0] * (children + 1)
    edges = pl.int_range(0, children + 1, dtype=pl.UInt32, eager=True)
    return frame[CHILD].search_sorted(edges, side="left").to_list()


def courses_of(
    children: pl.DataFrame,
    events: Mapping[str, pl.DataFrame],
    offsets: Mapping[str, Sequence[int]],
    numbers: Iterable[int],
) -> Iterator[Course]:
    """The courses of the children with these row numbers, which follow one another."""
    wanted = list(numbers)
    for start in range(0, len(wanted), BLOCK):
        block = wanted[start : start + BLOCK]
        yield from _block_of_courses(children, events, offsets, block[0], block[-1] + 1)


def _block_of_courses(
    children: pl.DataFrame,
    events: Mapping[str, pl.DataFrame],
    offsets: Mapping[str, Sequence[int]],
    first: int,
    end: int,
) -> Iterator[Course]:
    bounds: list[tuple[Sequence[int], int, list[Event]]] = []
    for kind, frame in events.items():
        edge = offsets[kind]
        low, high = edge[first], edge[end]
        if high > low:
            bounds.append((edge, low, events_of(kind, frame.slice(low, high - low))))
    rows = children.slice(first, end - first)
    sexes = _with_absences([_SEXES[code] for code in rows["sex"].to_list()], rows, "sex")
    ages = _with_absences(_known_or_absent(rows["age_days_at_day0"]), rows, "age_days_at_day0")
    for child, (course_id, origin, centre, sex, age, day0, day0_is, cut) in enumerate(
        zip(
            rows["course_id"].to_list(),
            rows["origin"].to_list(),
            rows["centre"].to_list(),
            sexes,
            ages,
            rows["day0"].to_list(),
            rows["day0_is"].to_list(),
            rows["data_cut_day"].to_list(),
            strict=True,
        ),
        start=first,
    ):
        own: list[Event] = []
        for edge, low, made in bounds:
            own.extend(made[edge[child] - low : edge[child + 1] - low])
        yield Course(
            course_id,
            _ORIGINS[origin],
            tuple(own),
            centre=centre,
            sex=sex,
            age_days_at_day0=age,
            day0=day0,
            day0_is=_DAY_ZEROS[day0_is],
            data_cut_day=cut,
        )

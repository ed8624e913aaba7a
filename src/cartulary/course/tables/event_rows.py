# SPDX-License-Identifier: Apache-2.0
"""Rows as events: the day reckoned from the date, units made ours, the source written in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.dates import Precision
from cartulary.course.errors import CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event, Measurement
from cartulary.course.events.observation import Analyte
from cartulary.course.fact import FactKind, facts_of
from cartulary.course.tables.cells import BelowLimit, Notation
from cartulary.course.tables.columns import columns_of, date_key, precision_key
from cartulary.course.tables.days import When
from cartulary.course.tables.files import Table
from cartulary.course.tables.findings import Findings
from cartulary.course.tables.rows import table_rows
from cartulary.course.units import UNIT_OF_ANALYTE, folded, in_canonical_unit


@dataclass(slots=True)
class EventRow:
    """One row of an event's table, its cells parsed, its day not yet reckoned."""

    kind: str
    child: str
    file: str
    number: int
    event_id: str
    replaces: str
    date: When | None
    day: int | None
    precision: Precision | None
    undated: bool
    values: dict[str, Any]
    faulty: bool

    @property
    def place(self) -> str:
        """Where the row stands, as a message says it."""
        return f"{self.file} row {self.number}"


def event_rows(
    kind: str, table: Table, notation: Notation, findings: Findings
) -> Iterator[EventRow]:
    """Every row of a table of events, with the problems of its cells reported."""
    cls = EVENT_TYPE_OF_KIND[kind]
    required = [name for name, fact in facts_of(cls).items() if fact.required]
    for row in table_rows(table, columns_of(cls), notation, findings):
        values = row.values
        date, day, precision = (values.pop(key, None) for key in ("date", "day", "precision"))
        made = EventRow(
            kind,
            row.child,
            table.file,
            row.number,
            values.pop("event", ""),
            values.pop("replaces", ""),
            date if isinstance(date, When) else None,
            day if isinstance(day, int) else None,
            precision if isinstance(precision, Precision) else None,
            isinstance(date, Absence) or isinstance(day, Absence) or precision is Precision.UNKNOWN,
            values,
            row.faulty,
        )
        for name in required:
            if not made.faulty and isinstance(values.get(name, NOT_RECORDED), Absence):
                made.faulty = True
                fact = facts_of(cls)[name]
                _error(
                    findings,
                    made,
                    "row.required",
                    f"{fact.en} is not given.",
                    f"Without it the row does not say what {cls.en.lower()} it is.",
                    "Fill it in.",
                    column=fact.en,
                )
        yield made


def event_of(row: EventRow, day0: int | None, findings: Findings) -> Event | None:
    """The event that a row describes, or None with its problems reported.

    `day0` is the ordinal of the child's day 0, without which a date gives no study day.
    """
    cls = EVENT_TYPE_OF_KIND[row.kind]
    when = _main_day(row, day0, findings)
    values = dict(row.values)
    source = values.pop("source", row.place)
    stands = _second_days(row, values, day0, findings)
    if row.kind == Measurement.kind:
        stands = _in_our_unit(row, values, findings) and stands
    if when is None or not stands:
        return None
    try:
        return cls(when[0], when[1], row.event_id, source, **values)
    except CourseError as error:
        for problem in error.problems:
            _error(
                findings,
                row,
                "row.impossible",
                problem,
                "The event cannot exist as written.",
                "Check the row against the source.",
            )
        return None


def _main_day(
    row: EventRow, day0: int | None, findings: Findings
) -> tuple[int | None, Precision] | None:
    if row.date is not None:
        if day0 is None:
            return None
        day, precision = row.date.ordinal - day0, row.date.precision
        if row.day is not None and row.day != day:
            _two_days(findings, row, str(row.date.date), day, row.day)
            return None
        return day, precision
    if row.day is not None:
        if row.precision is Precision.UNKNOWN:
            _error(
                findings,
                row,
                "row.day_unknown",
                f"The row gives study day {row.day} and says that the date is unknown.",
                "Only one of the two can be so.",
                "Empty the day or the precision.",
            )
            return None
        return row.day, row.precision or Precision.DAY
    if not row.undated:
        findings.warning(
            "row.undated",
            "The row has no date and no study day.",
            "The event is kept with its date unknown, and counts in no figure that needs a day.",
            "Give the date, in part if need be, or write unknown.",
            file=row.file,
            row=row.number,
            course_id=row.child,
        )
    return None, Precision.UNKNOWN


def _second_days(
    row: EventRow, values: dict[str, Any], day0: int | None, findings: Findings
) -> bool:
    """Dates such as stop_date become study days such as stop_day, with their precision."""
    facts = facts_of(EVENT_TYPE_OF_KIND[row.kind])
    for name, fact in facts.items():
        if fact.kind is not FactKind.DAY:
            continue
        date = values.pop(date_key(name), None)
        if isinstance(date, Absence):
            values.setdefault(name, date)
        if not isinstance(date, When):
            continue
        if day0 is None:
            return False
        day = date.ordinal - day0
        given = values.get(name, day)
        if given != day:
            _two_days(findings, row, str(date.date), day, given)
            return False
        values[name] = day
        if precision_key(name) in facts:
            values[precision_key(name)] = date.precision
    return True


def needs_day0(row: EventRow) -> bool:
    """True when the row gives a calendar date, which only day 0 turns into a study day."""
    return row.date is not None or any(isinstance(v, When) for v in row.values.values())


def _two_days(findings: Findings, row: EventRow, date: str, day: int, given: object) -> None:
    _error(
        findings,
        row,
        "row.two_days",
        f"The row gives the date {date}, which is study day {day}, and study day {given}.",
        "Only one of the two can be so.",
        "Correct one, or leave one empty.",
    )


def _in_our_unit(row: EventRow, values: dict[str, Any], findings: Findings) -> bool:
    """A measurement in the unit in which its analyte is kept, "<5" taken apart."""
    value = values.get("value")
    if isinstance(value, BelowLimit):
        if values.get("limit", value.limit) != value.limit or values.get("below_limit") is False:
            _error(
                findings,
                row,
                "measurement.two_limits",
                f"The value is below {value.limit:g}, and another column says otherwise.",
                "Only one of the two can be so.",
                "Correct one, or leave the other columns empty.",
            )
            return False
        del values["value"]
        values["limit"], values["below_limit"] = value.limit, True
    analyte, unit = values.get("analyte"), values.get("unit")
    numbers = [name for name in ("value", "limit") if isinstance(values.get(name), (int, float))]
    if not isinstance(analyte, Analyte) or not numbers:
        return True
    kept = UNIT_OF_ANALYTE[analyte]
    if not isinstance(unit, str):
        findings.warning(
            "measurement.no_unit",
            f"The measurement has no unit; the number is taken to be in {kept}.",
            "In another unit the same number means something else.",
            f"Write the unit, such as {kept}.",
            value=values[numbers[0]],
            file=row.file,
            row=row.number,
            column="unit",
            course_id=row.child,
        )
        return True
    if folded(unit) == kept:
        values["unit"] = kept
        return True
    for name in numbers:
        converted = in_canonical_unit(analyte, values[name], unit)
        if converted is None:
            _error(
                findings,
                row,
                "measurement.unit",
                f"{analyte.en} is given in {unit!r}.",
                f"It is kept in {kept}, and no exact way there is known.",
                f"Convert the value to {kept}.",
                value=unit,
                column="unit",
            )
            return False
        values[name] = converted
    values["unit"] = kept
    return True


def _error(
    findings: Findings,
    row: EventRow,
    rule: str,
    fact: str,
    why: str,
    remedy: str,
    value: object = "",
    column: str = "",
) -> None:
    findings.error(
        rule,
        fact,
        why,
        remedy,
        value=value,
        file=row.file,
        row=row.number,
        column=column,
        course_id=row.child,
    )

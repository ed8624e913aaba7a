# SPDX-License-Identifier: Apache-2.0
"""The table of children read, and each child's day 0, age and data cut worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.course import DAYS_PER_YEAR, DayZero, Origin
from cartulary.course.dates import Precision
from cartulary.course.events import Apheresis, Indication, Infusion
from cartulary.course.events.disease import Sex
from cartulary.course.tables.children_table import CHILDREN_COLUMNS
from cartulary.course.tables.days import When
from cartulary.course.tables.event_rows import EventRow, needs_day0
from cartulary.course.tables.files import Table
from cartulary.course.tables.findings import Findings
from cartulary.course.tables.programme_table import About
from cartulary.course.tables.rows import table_rows

# Two ways to give an age may differ by the part of a year that one of them leaves out.
MOST_YEARS_APART = 1.0

_ANCHORS = {
    DayZero.INDICATION: Indication.kind,
    DayZero.APHERESIS: Apheresis.kind,
    DayZero.INFUSION: Infusion.kind,
}


@dataclass(slots=True)
class ChildRow:
    """One child as its row gives it."""

    child: str
    file: str
    number: int
    values: dict[str, Any]
    faulty: bool

    def date_of(self, key: str) -> When | None:
        """A date of this row, or None when it is absent."""
        when = self.values.get(key)
        return when if isinstance(when, When) else None


@dataclass(frozen=True, slots=True)
class DayZeroOf:
    """What day 0 of a child is, and on which date; None when no date is known."""

    when: When | None
    stands_for: DayZero

    @property
    def ordinal(self) -> int | None:
        """The ordinal of the calendar date that stands for day 0."""
        return self.when.ordinal if self.when else None

    @property
    def date(self) -> date | None:
        """The calendar date that stands for day 0."""
        return self.when.date.middle if self.when else None


def child_rows(table: Table, about: About, findings: Findings) -> dict[str, ChildRow]:
    """Every child by pseudonym; a second row for one child is an error."""
    found: dict[str, ChildRow] = {}
    for row in table_rows(table, CHILDREN_COLUMNS, about.notation, findings):
        first = found.get(row.child)
        if first is not None:
            findings.error(
                "child.twice",
                f"The child also stands in row {first.number}.",
                "One child has one course, and one row here.",
                "Remove one row, or give one of two children another pseudonym.",
                value=row.child,
                file=table.file,
                row=row.number,
                course_id=row.child,
            )
            continue
        row.values.pop("source", None)
        found[row.child] = ChildRow(row.child, table.file, row.number, row.values, row.faulty)
    return found


def day_zero_of(
    child: ChildRow, rows: Sequence[EventRow], about: About, findings: Findings
) -> DayZeroOf:
    """Day 0 of a child: its own date, the date of the indication, or of what stands for it."""
    stands_for = child.values.get("day0_is", about.day0_is)
    if not isinstance(stands_for, DayZero):
        stands_for = about.day0_is
    when = child.date_of("day0_date")
    if when is None and stands_for is DayZero.INDICATION:
        when = child.date_of("indication_date")
    anchor = _ANCHORS.get(stands_for)
    if when is None and anchor is not None:
        dates = [row.date for row in rows if row.kind == anchor and row.date is not None]
        when = min(dates, key=lambda one: one.ordinal, default=None)
    dated = [row for row in rows if needs_day0(row)]
    late = child.date_of("indication_date") if stands_for is not DayZero.INDICATION else None
    # A date that was refused is already reported; that day 0 is lacking follows from it.
    in_doubt = child.faulty or any(row.faulty and row.kind == anchor for row in rows)
    if when is None and (dated or late) and not in_doubt:
        _no_day_zero(child, dated, stands_for, findings)
    if when is not None and when.precision is not Precision.DAY:
        findings.warning(
            "child.day0_partial",
            f"Day 0 is known only {when.precision.en}: {when.date}.",
            "Every study day of the child is reckoned from the middle of it.",
            "Give the full date if it can be found.",
            value=when.date,
            file=child.file,
            row=child.number,
            course_id=child.child,
        )
    return DayZeroOf(when, stands_for)


def _no_day_zero(
    child: ChildRow, dated: Sequence[EventRow], stands_for: DayZero, findings: Findings
) -> None:
    first = f", first in {dated[0].place}" if dated else ""
    findings.error(
        "child.no_day0",
        f"{len(dated)} rows of the child give calendar dates{first}, but day 0 has no date.",
        f"Day 0 is the {stands_for.en}; without its date no study day can be reckoned.",
        "Give indication_date here or in the table of indications. If it is not known, write "
        "under day0_is what stands for it (apheresis, infusion), or day0_date.",
        file=child.file,
        row=child.number,
        course_id=child.child,
    )


def age_of(child: ChildRow, day0: DayZeroOf, findings: Findings) -> int | Absence:
    """The age in days on day 0, from the birth date or from the age as given."""
    days: Any = child.values.get("age_days", NOT_RECORDED)
    years = child.values.get("age_years", NOT_RECORDED)
    if isinstance(days, Absence):
        if not isinstance(years, Absence):
            days = round(years * DAYS_PER_YEAR)
        elif days is NOT_RECORDED:
            days = years
    birth = child.date_of("birth_date")
    if birth is None:
        return days  # type: ignore[no-any-return]
    if day0.ordinal is None:
        if isinstance(days, Absence):
            findings.warning(
                "child.no_age",
                "The child has a birth date but no date of day 0.",
                "The age on day 0 cannot be reckoned, and is not recorded.",
                "Give the age on day 0, or the date of the indication.",
                file=child.file,
                row=child.number,
                course_id=child.child,
            )
        return days  # type: ignore[no-any-return]
    reckoned = day0.ordinal - birth.ordinal
    if reckoned < 0:
        _age_error(child, findings, "The birth date lies after day 0.", "Check both dates.")
        return NOT_RECORDED
    if not isinstance(days, Absence) and abs(days - reckoned) > MOST_YEARS_APART * DAYS_PER_YEAR:
        _age_error(
            child,
            findings,
            f"By the birth date the age on day 0 is {reckoned / DAYS_PER_YEAR:.1f} years, but "
            f"{days / DAYS_PER_YEAR:.1f} is given.",
            "Correct one, or leave one empty.",
        )
        return NOT_RECORDED
    return reckoned


def _age_error(child: ChildRow, findings: Findings, fact: str, remedy: str) -> None:
    # The birth date itself is left out of the message: it would identify the child.
    findings.error(
        "child.age",
        fact,
        "A child has one age on day 0.",
        remedy,
        file=child.file,
        row=child.number,
        course_id=child.child,
    )


def data_cut_day_of(child: ChildRow, day0: DayZeroOf, about: About) -> int | None:
    """The last study day of the record: as given, or from the programme's data cut."""
    given = child.values.get("data_cut_day")
    if isinstance(given, int):
        return given
    if isinstance(given, Absence) or about.data_cut is None or day0.ordinal is None:
        return None
    return about.data_cut.toordinal() - day0.ordinal


def origin_of(child: ChildRow, about: About, findings: Findings) -> Origin | None:
    """Where the child's course comes from; an error when nobody says."""
    own = child.values.get("origin")
    origin = own if isinstance(own, Origin) else about.origin
    if origin is None:
        findings.error(
            "child.no_origin",
            "Nothing says where the course comes from.",
            "Figures never mix what was recorded, reconstructed and simulated.",
            "Write origin in the programme table: recorded, reconstructed or simulated.",
            file=child.file,
            row=child.number,
            course_id=child.child,
        )
    return origin


def sex_of(child: ChildRow) -> Sex | Absence:
    """The sex as recorded, or why it is not."""
    sex = child.values.get("sex", NOT_RECORDED)
    return sex if isinstance(sex, Sex | Absence) else NOT_RECORDED


def centre_of(child: ChildRow, about: About) -> str:
    """The child's centre: its own, or the programme's."""
    own = child.values.get("centre")
    return own if isinstance(own, str) else about.centre

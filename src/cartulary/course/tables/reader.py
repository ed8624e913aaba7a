# SPDX-License-Identifier: Apache-2.0
"""A programme's tables read into courses: everything, with every problem, and never by halves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cartulary.course.course import Course, DayZero, Origin
from cartulary.course.dates import Precision
from cartulary.course.errors import CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event, Indication
from cartulary.course.problem import Problem, Severity, has_errors
from cartulary.course.tables import child_rows as children_of
from cartulary.course.tables.amendments import last_of_each_chain
from cartulary.course.tables.child_rows import ChildRow, DayZeroOf
from cartulary.course.tables.dataset_folder import (
    dataset_files,
    is_dataset,
    origin_of,
    read_dataset,
)
from cartulary.course.tables.event_rows import EventRow, event_of, event_rows, needs_day0
from cartulary.course.tables.files import SourceFile
from cartulary.course.tables.findings import Findings
from cartulary.course.tables.programme_table import About, read_about
from cartulary.course.tables.refusal import shown
from cartulary.course.tables.table_names import CHILDREN, PROGRAMME, tables_at
from cartulary.course.tables.words import folded

if TYPE_CHECKING:
    from cartulary.course.cohort import Cohort


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A course that was left out of a cohort, and why."""

    course_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Readable:
    """The courses that could be read, before anything is decided about the others.

    `blocked` is true when an error names no child, so that any course may lack something.
    """

    courses: tuple[Course, ...]
    problems: tuple[Problem, ...]
    left_out: tuple[LeftOut, ...]
    blocked: bool
    name: str
    centre: str
    origin: Origin | None
    data_cut: date | None
    day0_is: DayZero
    language: str
    notes: tuple[str, ...]
    files: tuple[SourceFile, ...]
    not_reported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme as its files give it.

    `cohort` is None when there are errors, unless the good courses were asked for; then
    `left_out` names the others. `files` carry the SHA-256 of what was read. `not_reported` names
    the endpoint families, such as "os", of which the programme wants no figure made.
    """

    cohort: Cohort | None
    problems: tuple[Problem, ...]
    left_out: tuple[LeftOut, ...]
    name: str
    centre: str
    origin: Origin | None
    data_cut: date | None
    files: tuple[SourceFile, ...]
    day0_is: DayZero = DayZero.INDICATION
    language: str = ""
    notes: tuple[str, ...] = field(default=())
    not_reported: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        """True when anything that was read must be mended first."""
        return has_errors(self.problems)


def read_programme(path: Path | str, good_courses_only: bool = False) -> Programme:
    """A programme read from a folder of CSV files, one workbook, or a folder of Parquet files.

    Every problem of every cell is in `problems`. With errors there is no cohort, unless
    `good_courses_only`: then the courses without an error are the cohort and the rest are named
    in `left_out`. An error that names no child (an unreadable file, a column twice) leaves no
    course certain, so that there is no cohort either way. Never raises on bad input.

    >>> read_programme("no such programme").problems[0].rule
    'programme.missing'
    """
    if is_dataset(Path(path)):
        return _from_dataset(Path(path))
    readable = read_courses(path)
    errors = has_errors(readable.problems)
    cohort: Cohort | None = None
    if not readable.blocked and readable.courses and (good_courses_only or not errors):
        from cartulary.course.cohort import Cohort

        cohort = Cohort.from_courses(
            readable.courses, name=readable.name, data_cut=readable.data_cut, notes=readable.notes
        )
    return Programme(
        cohort,
        readable.problems,
        readable.left_out if cohort is not None else (),
        readable.name,
        readable.centre,
        readable.origin,
        readable.data_cut,
        readable.files,
        readable.day0_is,
        readable.language,
        readable.notes,
        readable.not_reported,
    )


def _from_dataset(path: Path) -> Programme:
    """A programme of columns: a cohort that was saved, or that a simulation wrote."""
    found = read_dataset(path)
    if isinstance(found, Problem):
        return Programme(None, (found,), (), path.name, "", None, None, ())
    centres = found.children["centre"].unique().to_list()
    return Programme(
        found,
        (),
        (),
        found.name,
        centres[0] if len(centres) == 1 else "",
        origin_of(found),
        found.data_cut,
        dataset_files(path),
        notes=found.notes,
    )


def read_courses(path: Path | str) -> Readable:
    """The courses without an error, and everything that is wrong with the rest.

    What `read_programme` decides on; `cartulary check` uses it to check the courses that could be
    read even when others could not.
    """
    findings = Findings()
    found = tables_at(Path(path), findings)
    about = read_about(found.tables[PROGRAMME], findings) if PROGRAMME in found.tables else About()
    if found.tables and PROGRAMME not in found.tables:
        _no_table(
            findings,
            path,
            "programme.no_description",
            "There is no table called programme.",
            "It says where the courses come from and up to when the record reaches.",
            "Add programme.csv with the rows key,value and origin,recorded.",
        )
        # One missing table is one problem, not one for each child.
        about.origin = Origin.RECORDED
    children: dict[str, ChildRow] = {}
    if CHILDREN in found.tables:
        children = children_of.child_rows(found.tables[CHILDREN], about, findings)
    elif found.tables:
        _no_table(
            findings,
            path,
            "programme.no_children",
            "There is no table called children.",
            "It says who is in the programme; a child without events counts too.",
            "Add children.csv with the columns child and indication_date.",
        )
    if CHILDREN in found.tables and not children and not findings.blocking:
        _no_table(
            findings,
            path,
            "programme.empty",
            "The table of children is empty.",
            "A programme without children has no figures.",
            "Add a row for every child for whom CAR-T was considered.",
        )
    rows_of: dict[str, list[EventRow]] = {child: [] for child in children}
    for kind in EVENT_TYPE_OF_KIND:
        if kind in found.tables:
            rows = event_rows(kind, found.tables[kind], about.notation, findings)
            _sort_by_child(rows, rows_of, CHILDREN in found.tables, findings)
    courses = [
        course
        for child in children.values()
        if (course := _course_of(child, rows_of[child.child], about, findings)) is not None
    ]
    good = tuple(course for course in courses if course.course_id not in findings.errors_of)
    left_out = _left_out(findings)
    return Readable(
        good,
        findings.close(),
        left_out,
        findings.blocking > 0,
        about.name,
        about.centre,
        about.origin if PROGRAMME in found.tables else None,
        about.data_cut,
        about.day0_is,
        about.language,
        about.notes,
        tuple(found.files),
        about.not_reported,
    )


def _no_table(
    findings: Findings, path: Path | str, rule: str, fact: str, why: str, remedy: str
) -> None:
    findings.error(rule, fact, why, remedy, file=shown(Path(path).name))


def _sort_by_child(
    rows: Iterable[EventRow],
    rows_of: dict[str, list[EventRow]],
    children_known: bool,
    findings: Findings,
) -> None:
    alike: dict[str, list[str]] | None = None
    for row in rows:
        held = rows_of.get(row.child)
        if held is not None:
            held.append(row)
            continue
        if not children_known:
            continue
        if alike is None:
            alike = {}
            for child in rows_of:
                alike.setdefault(_loosely(child), []).append(child)
        _unknown_child(row, alike.get(_loosely(row.child), []), findings)


def _loosely(child: str) -> str:
    """Pseudonyms that differ only in case, spaces or leading zeros may be one child's."""
    plain = folded(child)
    digits = plain.lstrip("abcdefghijklmnopqrstuvwxyz")
    return plain[: len(plain) - len(digits)] + (digits.lstrip("0") or digits)


def _unknown_child(row: EventRow, alike: list[str], findings: Findings) -> None:
    near = " or ".join(repr(child) for child in alike[:3])
    problem = Problem(
        Severity.ERROR,
        "row.unknown_child",
        f"The child {shown(row.child)!r} does not stand in the table of children.",
        "The row may be a child's that is counted without it.",
        f"Did you mean {near}?" if near else "Correct the pseudonym, or add the child.",
        value=shown(row.child),
        file=row.file,
        row=row.number,
        course_id=row.child,
    )
    findings.add(problem)
    for child in alike:
        findings.concerns(child, problem)


def _course_of(
    child: ChildRow, rows: list[EventRow], about: About, findings: Findings
) -> Course | None:
    standing = [rows[position] for position in last_of_each_chain(rows, findings)]
    day0 = children_of.day_zero_of(child, standing, about, findings)
    _indication_agrees(child, standing, findings)
    events: list[Event] = []
    for row in standing:
        if row.faulty or (day0.ordinal is None and needs_day0(row)):
            continue
        event = event_of(row, day0.ordinal, findings)
        if event is not None:
            events.append(event)
    if not any(row.kind == Indication.kind for row in standing):
        events += _indication_of(child, day0)
    origin = children_of.origin_of(child, about, findings)
    age = children_of.age_of(child, day0, findings)
    if origin is None or child.child in findings.errors_of:
        return None
    try:
        return Course(
            child.child,
            origin,
            tuple(events),
            centre=children_of.centre_of(child, about),
            sex=children_of.sex_of(child),
            age_days_at_day0=age,
            day0=day0.date,
            day0_is=day0.stands_for,
            data_cut_day=children_of.data_cut_day_of(child, day0, about),
        )
    except CourseError as error:
        for problem in error.problems:
            findings.error(
                "course.impossible",
                problem,
                "The course cannot exist as written.",
                "Check the rows of this child against the source.",
                file=child.file,
                row=child.number,
                course_id=child.child,
            )
        return None


def _indication_agrees(child: ChildRow, rows: list[EventRow], findings: Findings) -> None:
    """An indication without a date takes the child's; one with another date is an error."""
    own = child.date_of("indication_date")
    if own is None:
        return
    indications = [row for row in rows if row.kind == Indication.kind]
    for row in indications:
        if row.date is None and row.day is None:
            row.date = own
    if indications and not any(row.date == own or row.date is None for row in indications):
        row = indications[0]
        findings.error(
            "child.two_indications",
            f"{row.place} dates the indication {row.date.date if row.date else ''}, the table of "
            f"children {own.date}.",
            "Day 0 of a course is one day.",
            "Correct one of the dates, or leave one empty.",
            value=own.date,
            file=child.file,
            row=child.number,
            course_id=child.child,
        )


def _indication_of(child: ChildRow, day0: DayZeroOf) -> list[Event]:
    """The indication that stands in the table of children alone."""
    own = child.date_of("indication_date")
    if own is None or day0.ordinal is None:
        return []
    source = f"{child.file} row {child.number}"
    return [Indication(own.ordinal - day0.ordinal, Precision(own.precision), source=source)]


def _left_out(findings: Findings) -> tuple[LeftOut, ...]:
    left = []
    for course_id, first in findings.first_error_of.items():
        errors = findings.errors_of[course_id]
        place = f"{first.file} row {first.row}: " if first.row else ""
        count = f"{errors} errors, the first: " if errors > 1 else ""
        left.append(LeftOut(course_id, f"{count}{place}{first.fact}"))
    return tuple(left)

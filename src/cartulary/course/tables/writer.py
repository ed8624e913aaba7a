# SPDX-License-Identifier: Apache-2.0
"""A cohort written as a programme's tables, so that reading them gives the same courses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.course import Course
from cartulary.course.dates import Precision, calendar_date, study_day
from cartulary.course.errors import TableError
from cartulary.course.events import EVENT_TYPES, Event
from cartulary.course.fact import Fact, FactKind
from cartulary.course.tables.cells import cell_text, choice_text
from cartulary.course.tables.children_table import CHILDREN_COLUMNS, DAY0_IS, ORIGIN, SEX
from cartulary.course.tables.columns import (
    Column,
    Role,
    columns_of,
    date_key,
    header_of,
    precision_key,
)
from cartulary.course.tables.days import EARLIEST_YEAR, FURTHEST_DAY, LATEST_YEAR
from cartulary.course.tables.programme_table import KEYS
from cartulary.course.tables.refusal import guarded
from cartulary.course.tables.saving import (
    Content,
    Sheet,
    refuse_existing,
    refuse_language,
    save_folder,
    save_workbook,
)
from cartulary.course.tables.workbook import WORKBOOK_SUFFIXES

if TYPE_CHECKING:
    from cartulary.course.cohort import Cohort

Written = dict[str, Content]


def write_programme(cohort: Cohort, path: Path | str, lang: str = "en") -> None:
    """A cohort as a folder of CSV files, or as a workbook when the path ends in .xlsx.

    Words, decimal mark and delimiter are those of the language. `read_programme` gives the same
    courses back. Texts that a spreadsheet would run as a formula get an apostrophe before them.

    Refuses a file or folder that holds something already, and what a file cannot hold.
    """
    refuse_language(lang)
    place = Path(path)
    refuse_existing(place)
    to_workbook = place.suffix.casefold() in WORKBOOK_SUFFIXES
    courses = list(cohort.courses())
    sheets = [
        _about(cohort.name, cohort.data_cut, cohort.notes, courses, lang),
        _children(courses, cohort.data_cut, lang),
        *_events(courses, lang, place.name if to_workbook else ""),
    ]
    (save_workbook if to_workbook else save_folder)(sheets, place, lang)


def file_stem(kind: str, lang: str) -> str:
    """The name of the file of one kind of table, in Dutch or English."""
    return title(kind, lang).casefold().replace(" ", "_")


def title(kind: str, lang: str) -> str:
    """The name of the sheet of one kind of table, in Dutch or English."""
    own = {"programme": ("Programme", "Programma"), "children": ("Children", "Kinderen")}.get(kind)
    if own is not None:
        return own[lang == "nl"]
    return next(cls.label(lang) for cls in EVENT_TYPES if cls.kind == kind)


def about_header(lang: str) -> tuple[str, str]:
    """The header of the programme's table."""
    return ("sleutel", "waarde") if lang == "nl" else ("key", "value")


def _only(values: Sequence[Any]) -> Any:
    """The one value that all share, or None."""
    return values[0] if values and all(value == values[0] for value in values) else None


def _about(
    name: str, cut: date | None, notes: tuple[str, ...], courses: list[Course], lang: str
) -> Sheet:
    origin = _only([course.origin for course in courses])
    day0_is = _only([course.day0_is for course in courses])
    values: dict[str, list[str]] = {
        "name": [guarded(name)] if name else [],
        "centre": [guarded(c)] if (c := _only([course.centre for course in courses])) else [],
        "origin": [choice_text(ORIGIN, origin, lang)] if origin is not None else [],
        "data_cut": [_in_range(cut).isoformat()] if cut is not None else [],
        "day0_is": [choice_text(DAY0_IS, day0_is, lang)] if day0_is is not None else [],
        "language": [lang],
        "notes": [guarded(note) for note in notes if note],
    }
    rows = [(key.label(lang), value) for key in KEYS for value in values.get(key.name, ())]
    return Sheet(file_stem("programme", lang), title("programme", lang), about_header(lang), rows)


def _in_range(day: date) -> date:
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise TableError(
            f"The date {day} lies outside the years {EARLIEST_YEAR} to {LATEST_YEAR} that are "
            "read. Correct it, or leave the calendar out."
        )
    return day


def _children(courses: list[Course], cut: date | None, lang: str) -> Sheet:
    one_origin = _only([course.origin for course in courses]) is not None
    one_centre = _only([course.centre for course in courses]) is not None
    one_day0 = _only([course.day0_is for course in courses]) is not None
    rows: list[Written] = [
        {
            "child": guarded(course.course_id),
            "sex": cell_text(SEX, course.sex, lang),
            "age_days": _number_or_absence(course.age_days_at_day0, lang),
            "day0_date": "" if course.day0 is None else _in_range(course.day0).isoformat(),
            "day0_is": "" if one_day0 else choice_text(DAY0_IS, course.day0_is, lang),
            "centre": "" if one_centre or not course.centre else guarded(course.centre),
            "origin": "" if one_origin else choice_text(ORIGIN, course.origin, lang),
            "data_cut_day": _data_cut_day(course, cut, lang),
        }
        for course in courses
    ]
    return _sheet("children", CHILDREN_COLUMNS, rows, lang, always=("child",))


def _number_or_absence(value: int | Absence, lang: str) -> Content:
    if not isinstance(value, Absence):
        return value
    return "" if value is NOT_RECORDED else (value.nl if lang == "nl" else value.en)


def _data_cut_day(course: Course, cut: date | None, lang: str) -> Content:
    derived = None if cut is None or course.day0 is None else study_day(cut, course.day0)
    if course.data_cut_day == derived:
        return ""
    if course.data_cut_day is None:
        return NOT_RECORDED.nl if lang == "nl" else NOT_RECORDED.en
    return _near(course.data_cut_day)


def _near(day: int) -> int:
    if abs(day) > FURTHEST_DAY:
        raise TableError(
            f"Study day {day} lies further from day 0 than the {FURTHEST_DAY} days that are read. "
            "Correct the course."
        )
    return day


def _events(courses: list[Course], lang: str, workbook: str) -> list[Sheet]:
    sheets = []
    for cls in EVENT_TYPES:
        rows = [
            (course, event) for course in courses for event in course.events if type(event) is cls
        ]
        if rows:
            sheets.append(_event_sheet(cls, rows, lang, workbook))
    return sheets


def _event_sheet(
    cls: type[Event], rows: list[tuple[Course, Event]], lang: str, workbook: str
) -> Sheet:
    columns = columns_of(cls)
    facts = [
        column
        for column in columns
        if column.role is Role.FACT
        and column.fact is not None
        and column.fact.kind is not FactKind.DAY
    ]
    day_facts = [
        column.fact
        for column in columns
        if column.role is Role.FACT_DATE and column.fact is not None
    ]
    in_folder = f"{file_stem(cls.kind, lang)}.csv"
    place = f"{workbook} sheet {cls.label(lang)}" if workbook else in_folder
    own_source = any(
        event.source != f"{place} row {number}" for number, (_, event) in enumerate(rows, start=2)
    )
    written = [
        _event_row(course, event, facts, day_facts, own_source, lang) for course, event in rows
    ]
    always = ("child", "source") if own_source else ("child",)
    return _sheet(cls.kind, columns, written, lang, always)


def _event_row(
    course: Course,
    event: Event,
    facts: list[Column],
    day_facts: list[Fact],
    own_source: bool,
    lang: str,
) -> Written:
    row: Written = {"child": guarded(course.course_id), "event": guarded(event.event_id)}
    if own_source:
        row["source"] = guarded(event.source) if event.source else ""
    if event.day is None:
        row["date"] = "onbekend" if lang == "nl" else "unknown"
    elif (text := _date_text(event.day, event.precision, course.day0)) is not None:
        row["date"] = text
    else:
        row["day"] = _near(event.day)
        if event.precision is not Precision.DAY:
            row["precision"] = event.precision.nl if lang == "nl" else event.precision.en
    for column in facts:
        assert column.fact is not None
        row[column.key] = _fact_cell(column.fact, getattr(event, column.key), lang)
    for fact in day_facts:
        _write_day(row, fact, event, course.day0, lang)
    return row


def _fact_cell(fact: Fact, value: Any, lang: str) -> Content:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    text = cell_text(fact, value, lang)
    return guarded(text) if fact.kind is FactKind.TEXT and not isinstance(value, Absence) else text


def _date_text(day: int, precision: Precision, day0: date | None) -> str | None:
    """The date to write for a study day, or None when it would not read back as that day."""
    if day0 is None or abs(day) > FURTHEST_DAY:
        return None
    when = calendar_date(day, precision, day0)
    if when is None or study_day(when, day0) != day:
        return None
    return str(when) if EARLIEST_YEAR <= when.year <= LATEST_YEAR else None


def _write_day(row: Written, fact: Fact, event: Event, day0: date | None, lang: str) -> None:
    """A second day as a date where that reads back the same, else as a study day."""
    day = getattr(event, fact.name)
    own_precision = precision_key(fact.name)
    precision = getattr(event, own_precision, None)
    if isinstance(day, Absence):
        row[date_key(fact.name)] = cell_text(fact, day, lang)
        return
    shown = precision if isinstance(precision, Precision) else None
    if precision is None:
        shown = Precision.DAY
    text = _date_text(day, shown, day0) if shown is not None else None
    if text is not None:
        row[date_key(fact.name)] = text
        row.pop(own_precision, None)
    else:
        row[fact.name] = _near(day)


def _sheet(
    kind: str,
    columns: tuple[Column, ...],
    rows: list[Written],
    lang: str,
    always: tuple[str, ...],
) -> Sheet:
    """The columns in which anything is written, in their usual order.

    Where these alone could be misunderstood (a word that names another column in the other
    language), the columns of the template stand beside them.
    """
    used = {key for row in rows for key, cell in row.items() if cell != ""} | set(always)
    shown = [column for column in columns if column.key in used]
    header = header_of([column.header(lang) for column in shown], columns)
    if header.either or [h.column for h in header.headings] != shown:
        shown = [column for column in columns if column.key in used or column.in_template]
    return Sheet(
        file_stem(kind, lang),
        title(kind, lang),
        tuple(column.header(lang) for column in shown),
        [[row.get(column.key, "") for column in shown] for row in rows],
    )

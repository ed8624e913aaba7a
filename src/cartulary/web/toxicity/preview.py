# SPDX-License-Identifier: Apache-2.0
"""The grade that a row makes while it is typed, before anything is saved."""

from __future__ import annotations

from cartulary.course.errors import CourseError
from cartulary.course.events import Event
from cartulary.web.entry.form_reading import FormRead, event_read
from cartulary.web.entry.plausible import course_with
from cartulary.web.entry.typed import NotUnderstood
from cartulary.web.toxicity.days import GradeCell, decided_in, grade_cells
from cartulary.web.toxicity.row_form import DayPlace, is_empty


def graded_as_typed(day: DayPlace, read: FormRead) -> tuple[GradeCell, ...]:
    """The grades of a row as it stands; none while it is empty or a field cannot be read."""
    if is_empty(read) or any(isinstance(one.reading, NotUnderstood) for one in read.states()):
        return ()
    event = event_as_typed(day, read)
    if event is None:
        return ()
    course = course_with(day.grid.course, event, replaced=day.place.event)
    graded = day.grid.graded_in(course)
    return grade_cells(day.grid, day.after, graded, decided_in(day.grid))


def event_as_typed(day: DayPlace, read: FormRead) -> Event | None:
    """The finding that a row describes; None where it is none."""
    try:
        return event_read(read, day.grid.anchors, day.place.event)
    except CourseError:
        return None

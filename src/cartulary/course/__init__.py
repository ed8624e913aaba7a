# SPDX-License-Identifier: Apache-2.0
"""What happened to one child: the shared model of a course, standard library only."""

from __future__ import annotations

from cartulary.course.absence import (
    NOT_DONE,
    NOT_RECORDED,
    NOT_YET_DUE,
    REFUSED,
    Absence,
    is_known,
)
from cartulary.course.course import Course, DayZero, Origin
from cartulary.course.dates import PartialDate, Precision, calendar_date, study_day
from cartulary.course.errors import CartularyError, CodebookError, CourseError, EstimandError

__all__ = [
    "NOT_DONE",
    "NOT_RECORDED",
    "NOT_YET_DUE",
    "REFUSED",
    "Absence",
    "CartularyError",
    "CodebookError",
    "Course",
    "CourseError",
    "DayZero",
    "EstimandError",
    "Origin",
    "PartialDate",
    "Precision",
    "calendar_date",
    "is_known",
    "study_day",
]

# SPDX-License-Identifier: Apache-2.0
"""The timeline as a table: one row for every mark and every point, in order of lane and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cartulary.course.course import Course
from cartulary.web.children.curves import Curve
from cartulary.web.children.marks import Lane
from cartulary.web.children.panels import Clock


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the lane, the day after the anchor, the date where there is one, and the words."""

    lane: str
    day: str
    date: str
    until: str
    words: str
    event: str
    grade: int | None


def rows_of(
    course: Course, lanes: list[Lane], curves: list[Curve], clock: Clock
) -> list[tuple[str, list[Row]]]:
    """Rows by lane; lanes that hold nothing are named with no rows."""
    made = [
        (
            lane.title,
            [
                _row(
                    course,
                    clock,
                    lane.title,
                    mark.day,
                    mark.end,
                    mark.words,
                    mark.event,
                    mark.grade,
                )
                for mark in sorted(lane.marks, key=lambda mark: mark.day)
            ],
        )
        for lane in lanes
    ]
    for curve in curves:
        rows = [
            _row(course, clock, curve.title, point.day, None, point.words, point.event, None)
            for point in curve.points
        ]
        made.append((curve.title, rows))
    return made


def _row(
    course: Course,
    clock: Clock,
    lane: str,
    day: int,
    end: int | None,
    words: str,
    event: str,
    grade: int | None,
) -> Row:
    def said(study_day: int) -> str:
        after = clock.after(study_day)
        return f"D+{after}" if after >= 0 else f"D−{-after}"

    when = "" if course.day0 is None else (course.day0 + timedelta(days=day)).isoformat()
    return Row(lane, said(day), when, said(end) if end and end > day else "", words, event, grade)

# SPDX-License-Identifier: Apache-2.0
"""The list of children, a page at a time, so that twenty thousand are as fast as twenty."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Min

from cartulary.course.course import Course
from cartulary.course.events import Death
from cartulary.registry import clock, scope
from cartulary.registry.models import Child, Due
from cartulary.web.access import Seat
from cartulary.web.home.told import decisive_courses, status_words

A_PAGE = 40


def listed(seat: Seat, asked: str, page: str) -> dict[str, Any]:
    """One page of the children whose pseudonym holds what was asked."""
    asked = asked.strip()[:100]
    found = scope.children(seat).order_by("course_id")
    if asked:
        found = found.filter(course_id__icontains=asked)
    total = found.count()
    pages = max(1, -(-total // A_PAGE))
    number = min(max(int(page) if page.isdecimal() and len(page) < 7 else 1, 1), pages)
    rows = list(found[(number - 1) * A_PAGE : number * A_PAGE])
    due, courses = _next_due(rows), decisive_courses(rows)
    return {
        "asked": asked,
        "total": total,
        "pages": pages,
        "number": number,
        "children": [_row(child, courses.get(child.key), due.get(child.key)) for child in rows],
    }


def _next_due(children: list[Child]) -> dict[UUID, date]:
    """When the first open item of each child closes."""
    open_items = Due.objects.filter(child__in=children, done_on__isnull=True).order_by()
    first = open_items.values("child").annotate(first=Min("closes"))
    return dict(first.values_list("child", "first"))


def _row(child: Child, course: Course | None, due: date | None) -> dict[str, Any]:
    status, age = "", None
    if course is not None:
        status = status_words(course)
        if course.day0 is not None:
            today = (clock.today() - course.day0).days
            died = course.first(Death)
            age = course.age_years_on(today if died is None or died.day is None else died.day)
    return {
        "child": child,
        "status": status,
        "age": None if age is None else int(age),
        "due": due,
        "late": due is not None and due < clock.today(),
    }

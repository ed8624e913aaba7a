# SPDX-License-Identifier: Apache-2.0
"""B-cell aplasia as it was assessed: from the first assessment that says so until it is lost."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cartulary.course.course import Course
from cartulary.course.events import Assessment, Infusion, Relapse
from cartulary.web.children.marks import DARK_BAR, OPEN, Mark
from cartulary.web.entry.said_dates import d_plus


def aplasia_marks(course: Course, today: int) -> list[Mark]:
    """A bar from the infusion before the first "yes" to the last, and where "no" follows, the loss.

    Nothing is drawn beyond the last assessment: nobody looked.
    """
    seen = [
        (event.day, event.b_cell_aplasia, event.event_id)
        for event in course
        if isinstance(event, (Assessment, Relapse))
        and event.day is not None
        and isinstance(event.b_cell_aplasia, bool)
        and event.day <= today
    ]
    marks: list[Mark] = []
    begun: int | None = None
    last: tuple[int, str] | None = None
    for day, present, name in sorted(seen):
        if present:
            begun = _infusion_before(course, day) if begun is None else begun
            last = (day, name)
            continue
        if begun is not None and last is not None:
            marks.append(_bar(begun, *last))
            marks.append(
                Mark(
                    OPEN,
                    day,
                    _("B-cell aplasia lost, seen on %(day)s") % {"day": _on(course, day)},
                    _("lost by %(day)s") % {"day": _on(course, day)},
                    name,
                )
            )
            begun = last = None
    if begun is not None and last is not None:
        marks.append(_bar(begun, *last))
    return marks


def _bar(begun: int, end: int, name: str) -> Mark:
    words = _("B-cell aplasia for %(n)s days, as assessed") % {"n": end - begun}
    return Mark(DARK_BAR, begun, words, _("%(n)s days") % {"n": end - begun}, name, end)


def _infusion_before(course: Course, day: int) -> int:
    before = [one.day for one in course.all(Infusion) if one.day is not None and one.day <= day]
    return before[-1] if before else day


def _on(course: Course, day: int) -> str:
    infusion = _infusion_before(course, day)
    return d_plus(day - infusion) if infusion != day else str(day)

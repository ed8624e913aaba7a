# SPDX-License-Identifier: Apache-2.0
"""A child in a line: where the course stands, and what was written last."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartulary.course.course import Course
from cartulary.course.errors import CourseError
from cartulary.course.events import (
    EVENT_TYPE_OF_KIND,
    Apheresis,
    Assessment,
    Death,
    Event,
    Indication,
    Infusion,
    Lymphodepletion,
    Relapse,
)
from cartulary.course.events.disease import Cd19Status, Response
from cartulary.registry.courses import courses_of
from cartulary.registry.models import Child, Current
from cartulary.registry.payload import written_event
from cartulary.web.entry.said_dates import d_plus
from cartulary.web.entry.spoken import language, study_day_text
from cartulary.web.home.lines import names_of, when
from cartulary.web.home.places import child_url


@dataclass(frozen=True, slots=True)
class TouchedLine:
    """One child that was written to lately."""

    child_key: str
    course_id: str
    day: str
    status: str
    last: str
    when: str
    who: str
    url: str


def touched_lines(children: list[Child], today: date) -> list[TouchedLine]:
    """Each child with where the course stands and what was written last."""
    names = names_of(child.touched_by for child in children)
    courses, last = decisive_courses(children), _last_rows(children)
    return [
        _line(
            child,
            courses.get(child.key),
            last.get(child.key),
            today,
            names.get(child.touched_by, child.touched_by),
        )
        for child in children
    ]


def decisive_courses(children: list[Child]) -> dict[UUID, Course]:
    """The courses of children by key, with what `status_words` looks at and nothing else.

    A course that cannot be read is left out.
    """
    try:
        return {one.key: course for one, course in courses_of(children, kinds=_DECISIVE)}
    except CourseError:
        found = {}
        for child in children:
            with suppress(CourseError):
                found |= {one.key: course for one, course in courses_of([child], kinds=_DECISIVE)}
        return found


def _last_rows(children: list[Child]) -> dict[UUID, Current]:
    """What was written last about each child."""
    said = Current.objects.filter(child__in=children).order_by()
    last = said.values("child").annotate(last=Max("entry")).values_list("child", "last")
    rows = said.filter(entry__in=[entry for _, entry in last])
    return {row.child_id: row for row in rows}


def _line(
    child: Child, course: Course | None, last: Current | None, today: date, who: str
) -> TouchedLine:
    return TouchedLine(
        child_key=str(child.key),
        course_id=child.course_id,
        day="" if course is None else _today_words(course, today),
        status="" if course is None else status_words(course),
        last=_last_words(last, course),
        when=when(child.touched_at, today),
        who=who,
        url=child_url(child.key),
    )


def _today_words(course: Course, today: date) -> str:
    """Today as D+7 after the last infusion or a study day; "" without day 0 or after death."""
    if course.day0 is None or course.first(Death) is not None:
        return ""
    study_day = (today - course.day0).days
    given = course.infusion_days
    return d_plus(study_day - given[-1]) if given else study_day_text(study_day)


def status_words(course: Course) -> str:
    """Where the course stands, by its last decisive event.

    >>> from django.utils.translation import override
    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> drawn = "day 0 is infusion\\n0 | infusion |\\n28 | assessment | response: CR"
    >>> with override("en"):
    ...     status_words(course_from_drawing(drawn))
    'in remission since D+28'
    """
    death = course.last(Death)
    if death is not None:
        return _("died on %(day)s") % {"day": _on(course, death.day)}
    said = _("registered")
    since: int | None = None
    for event in course:
        if event.day is None:
            continue
        if isinstance(event, Assessment):
            if event.response in (Response.CR, Response.CRI):
                since = event.day if since is None else since
                said = _("in remission since %(day)s") % {"day": _on(course, since)}
            elif event.response is Response.NO_RESPONSE:
                since = None
                said = _("not in remission on %(day)s") % {"day": _on(course, event.day)}
        elif isinstance(event, tuple(_STEPS)):
            since = None
            said = _step_words(course, event)
    return said


def _step_words(course: Course, event: Event) -> str:
    day = {"day": _on(course, event.day)}
    if isinstance(event, Relapse):
        if event.cd19_status is Cd19Status.NEGATIVE:
            return _("CD19-negative relapse on %(day)s") % day
        if event.cd19_status is Cd19Status.POSITIVE:
            return _("CD19-positive relapse on %(day)s") % day
        return _("relapse on %(day)s") % day
    return str(_STEPS[type(event)]) % day


_STEPS: Final = {
    Indication: gettext_lazy("indicated on %(day)s, not collected yet"),
    Apheresis: gettext_lazy("collected on %(day)s, not infused yet"),
    Lymphodepletion: gettext_lazy("lymphodepletion from %(day)s"),
    Infusion: gettext_lazy("infused, response not assessed yet"),
    Relapse: gettext_lazy("relapse on %(day)s"),
}


_DECISIVE: Final = tuple(one.kind for one in (Assessment, Death, *_STEPS))


def _on(course: Course, day: int | None) -> str:
    """A study day as D+7 after the last infusion before it, or as a study day."""
    if day is None:
        return _("an unknown day")
    given = [one for one in course.infusion_days if one <= day]
    return d_plus(day - given[-1]) if given else study_day_text(day)


def _last_words(row: Current | None, course: Course | None) -> str:
    """What the last entry did to what, and on which day that was."""
    if row is None:
        return ""
    event_type = EVENT_TYPE_OF_KIND.get(row.kind)
    what = kind_words(row.kind)
    day = ""
    if event_type is not None:
        what = event_type.label(language())
        what = what if what[1:2].isupper() else what[:1].lower() + what[1:]
        event = None if course is None or row.withdrawn else _event_of(row, course)
        if event is not None and event.day is not None and course is not None:
            day = f", {_on(course, event.day)}"
    said = {"what": what, "day": day}
    if row.withdrawn:
        return _("withdrawn: %(what)s%(day)s") % said
    if row.version > 1:
        return _("amended: %(what)s%(day)s") % said
    return _("new: %(what)s%(day)s") % said


def _event_of(row: Current, course: Course) -> Event | None:
    try:
        return written_event(row.kind, row.event, json.loads(row.payload), course.day0)
    except CourseError:
        return None


def kind_words(kind: str) -> str:
    """What the kinds of entries are called that are no events of a course."""
    words = {
        "child": _("registration"),
        "query": _("query"),
        "verification": _("verification"),
        "resolution": _("answer to a finding"),
        "identity_check": _("identity check"),
        "snooze": _("worklist"),
        "handling": _("hand-off"),
        "consent_document": _("consent form"),
    }
    return words.get(kind, kind)

# SPDX-License-Identifier: Apache-2.0
"""Where a child is, in one or two sentences read from the course; nothing else is said."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from cartulary.course.absence import is_known
from cartulary.course.course import Course
from cartulary.course.events import Assessment, Indication, Infusion
from cartulary.web.children.marks import Lane
from cartulary.web.children.wording import word
from cartulary.web.entry.spoken import date_words, number_words
from cartulary.web.home.told import status_words


def finding(course: Course, lanes: list[Lane]) -> tuple[str, str]:
    """What came first, and the decisive clause, which the page sets in bold."""
    first = " ".join(part for part in (_infused(course), _worst(lanes)) if part)
    status = status_words(course)
    return first, f"{status[:1].upper()}{status[1:]}{_aplasia(course)}."


def about(course: Course) -> str:
    """Who the child is, without a name: sex, age at infusion, weight, reason, origin."""
    given = course.first(Infusion)
    parts = [word(course.sex)]
    if given is not None and given.day is not None:
        age = course.age_years_on(given.day)
        if age is not None:
            parts.append(_("%(n)s years at infusion") % {"n": int(age)})
        if is_known(given.weight_kg):
            parts.append(f"{number_words(given.weight_kg)} kg")
    else:
        age = course.age_years_on(0)
        if age is not None:
            parts.append(_("%(n)s years at indication") % {"n": int(age)})
    indication = course.first(Indication)
    if indication is not None:
        parts.append(word(indication.reason))
    parts.append(word(course.origin))
    return " · ".join(part for part in parts if part)


def _infused(course: Course) -> str:
    days = course.infusion_days
    if not days:
        return ""
    if course.day0 is None:
        return _("Infused on day %(day)s after the indication.") % {"day": days[0]}
    on = date_words(_calendar(course.day0, days[-1]))
    if len(days) == 1:
        return _("Infused on %(date)s, %(n)s days after the indication.") % {
            "date": on,
            "n": days[0],
        }
    return _("Infused %(times)s times, last on %(date)s.") % {"times": len(days), "date": on}


def _calendar(day0: date, day: int) -> date:
    return day0 + timedelta(days=day)


def _worst(lanes: list[Lane]) -> str:
    said = []
    for lane in lanes:
        if lane.name not in ("crs", "icans") or lane.worst is None or lane.worst == 0:
            continue
        said.append(_("%(what)s up to grade %(grade)s") % {"what": lane.title, "grade": lane.worst})
    return f"{', '.join(said)}." if said else ""


def _aplasia(course: Course) -> str:
    known = [
        event.b_cell_aplasia
        for event in course.all(Assessment)
        if event.day is not None and isinstance(event.b_cell_aplasia, bool)
    ]
    if not known:
        return ""
    return _("; B-cell aplasia ongoing") if known[-1] else _("; B cells back")

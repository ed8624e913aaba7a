# SPDX-License-Identifier: Apache-2.0
"""Who the child is, and the finding of the grid in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cartulary.course.absence import is_known
from cartulary.course.choice import Choice
from cartulary.web.entry.said_dates import d_plus
from cartulary.web.entry.spoken import date_words, number_words
from cartulary.web.entry.typed_choices import choice_words
from cartulary.web.toxicity.days import GradeCell, Row
from cartulary.web.toxicity.margin import SoFar, so_far_of
from cartulary.web.toxicity.place import GRADED_BY, GridPlace
from cartulary.web.toxicity.treatments import drug_counts


def about(place: GridPlace) -> str:
    """Sex, age and weight at infusion, when it was given, and what day it is today."""
    course, infusion = place.course, place.infusion
    parts = [choice_words(course.sex)] if isinstance(course.sex, Choice) else []
    if infusion is None:
        return " · ".join(parts)
    age = course.age_years_on(infusion.day)
    if age is not None:
        parts.append(_("%(n)s years at infusion") % {"n": int(age)})
    if is_known(infusion.event.weight_kg):
        parts.append(f"{number_words(infusion.event.weight_kg)} kg")
    given = place.date_of(0)
    if given is not None:
        parts.append(_("infusion %(date)s") % {"date": date_words(given)})
    if place.today is not None and 0 <= place.today <= place.last_day:
        parts.append(_("today %(day)s") % {"day": _day(place.today)})
    return " · ".join(parts)


def _day(after: int) -> str:
    return d_plus(after) if after else "D+0"


def sentence(place: GridPlace, rows: Sequence[Row]) -> tuple[str, str]:
    """The course of both toxicities so far, and the last day in the clause that is set bold."""
    first = [_course(one) for one in (so_far_of(place, kind, rows) for kind in GRADED_BY)]
    drugs = ", ".join(
        _("%(count)s × %(drug)s") % {"count": count, "drug": words}
        for words, count in drug_counts(place)
    )
    if drugs:
        first.append(_("Given: %(drugs)s.") % {"drugs": drugs})
    last = next((row for row in reversed(rows) if row.is_kept and row.after >= 0), None)
    if last is None:
        return "", _("No findings are written down after this infusion yet.")
    return " ".join(part for part in first if part), _last(last)


def _course(one: SoFar) -> str:
    found = one.episode
    if found is None:
        return ""
    words = {"name": one.name, "grade": found.highest, "first": one.first, "last": one.last}
    least = _("at least ") if found.is_minimum else ""
    if found.onset == found.end:
        text = _("%(name)s %(least)sgrade %(grade)s on %(first)s.")
    else:
        text = _("%(name)s up to %(least)sgrade %(grade)s, %(first)s to %(last)s.")
    return text % {**words, "least": least}


def _last(row: Row) -> str:
    said = ", ".join(_graded(one) for one in row.grades)
    when = pgettext("toxicity", "Today") if row.is_today else _("On %(day)s") % {"day": row.label}
    return f"{when}: {said}."


def _graded(one: GradeCell) -> str:
    name = one.explained.name
    if one.grade is None:
        return _("%(name)s unknown") % {"name": name}
    words = _("%(name)s grade %(grade)s") % {"name": name, "grade": one.grade}
    if one.decision is not None:
        return _("%(words)s (decided)") % {"words": words}
    return words

# SPDX-License-Identifier: Apache-2.0
"""Where the grid stands: the child, the infusion that days count from, and what today is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.http import HttpRequest

from cartulary.codebook.course_facts import LAST_DAY_OF_SIGNS, NumberedInfusion, numbered_infusions
from cartulary.codebook.expression import holds, parse
from cartulary.codebook.grading import DayGrade, grade_days
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_reader import scale_named
from cartulary.course.course import Course
from cartulary.course.dates import PartialDate, Precision
from cartulary.course.events import Finding
from cartulary.course.events.observation import ToxicityKind
from cartulary.registry.courses import course_of
from cartulary.registry.models import Child
from cartulary.web.entry.anchors import Anchors
from cartulary.web.entry.form_filling import date_text
from cartulary.web.entry.place import anchors_of, child_or_404
from cartulary.web.entry.spoken import study_day_text

# The scale that grades each toxicity of the grid, and the one that ELIANA used for CRS.
GRADED_BY = {ToxicityKind.CRS: "astct_crs_2019", ToxicityKind.ICANS: "astct_icans_2019"}
PENN = "penn_crs_2014"

# Findings from lymphodepletion on belong to the infusion that follows.
FIRST_DAY = -14
# How far the grid reaches when nothing is chosen; and how many days to come it shows.
SHOWN_AT_FIRST, TO_COME = 14, 3


@dataclass(frozen=True)
class GridPlace:
    """One child after one of its infusions. `infusion` is None while there is none."""

    child: Child
    course: Course
    anchors: Anchors
    infusions: tuple[NumberedInfusion, ...]
    infusion: NumberedInfusion | None

    @property
    def today(self) -> int | None:
        """Days from the infusion to today; None where the child's day 0 has no date."""
        day0 = self.course.day0
        if day0 is None or self.infusion is None:
            return None
        return (self.anchors.today - day0).days - self.infusion.day

    @property
    def last_day(self) -> int:
        """The last day after the infusion that scales read: 8 weeks, or until the next one."""
        assert self.infusion is not None
        later = [one.day for one in self.infusions if one.day > self.infusion.day]
        until_next = min(later, default=10**6) - self.infusion.day - 1
        return min(LAST_DAY_OF_SIGNS, until_next)

    @property
    def first_day(self) -> int:
        """The first day that belongs to this infusion: 14 days before, or after the one before."""
        assert self.infusion is not None
        earlier = [one.day for one in self.infusions if one.day < self.infusion.day]
        after_last = max(earlier, default=-(10**6)) + LAST_DAY_OF_SIGNS - self.infusion.day
        return min(0, max(FIRST_DAY, after_last))

    def study_day(self, after: int) -> int:
        """The study day of so many days after the infusion."""
        assert self.infusion is not None
        return self.infusion.day + after

    def date_of(self, after: int) -> date | None:
        """The date of so many days after the infusion."""
        return self.anchors.date_of(self.study_day(after))

    def date_typed(self, after: int) -> str:
        """The day as the form of an event takes it."""
        when = self.date_of(after)
        if when is None:
            return study_day_text(self.study_day(after))
        return date_text(PartialDate.of(when))

    def may_hold(self, after: int) -> bool:
        """True for a day on which findings can have been made: never one still to come."""
        today = self.today
        to = self.last_day if today is None else min(self.last_day, today)
        return self.first_day <= after <= to

    def findings_on(self, after: int) -> tuple[Finding, ...]:
        """The findings of a day; those whose date is known in part only belong to no day."""
        day = self.study_day(after)
        return tuple(
            one
            for one in self.course.all(Finding)
            if one.day == day and one.precision is Precision.DAY
        )

    @property
    def score(self) -> str:
        """The score of the child's age, as the scale of ICANS divides them."""
        scale = self.scale(ToxicityKind.ICANS)
        setting = next(one for one in scale.settings if "with_capd" in one.option.use)
        age = None if self.infusion is None else self.course.age_years_on(self.infusion.day)
        facts = {} if age is None else {"age_years": age}
        young = holds(parse(setting.option.use["with_capd"]), facts)
        return "capd_score" if young else "ice_score"

    def scale(self, kind: ToxicityKind) -> Scale:
        """The scale that grades this toxicity."""
        return scale_named(GRADED_BY[kind])

    @cached_property
    def scales(self) -> tuple[Scale, ...]:
        """Every scale that the grid reads findings for."""
        return (*(scale_named(one) for one in GRADED_BY.values()), scale_named(PENN))

    @cached_property
    def graded(self) -> Mapping[ToxicityKind, Mapping[int, DayGrade]]:
        """The computed grades by toxicity and by day after the infusion, worked out once."""
        return self.graded_in(self.course)

    def graded_in(self, course: Course) -> dict[ToxicityKind, dict[int, DayGrade]]:
        """The same of this course, which may say something else on a day."""
        assert self.infusion is not None
        return {
            kind: {
                one.days_after_infusion: one
                for one in grade_days(self.scale(kind), course, self.infusion.number)
            }
            for kind in GRADED_BY
        }


def event_of_day(place: GridPlace, after: int) -> str:
    """The event that the findings of a day become.

    Two people who begin the same day write the same event, so the second sees a conflict.
    """
    return _free(place, f"finding-day-{place.study_day(after)}", after)


def event_of_decision(place: GridPlace, kind: ToxicityKind, after: int) -> str:
    """The event that a decided grade becomes."""
    return _free(place, f"toxicity-{kind.value}-day-{place.study_day(after)}", after)


def _free(place: GridPlace, name: str, after: int) -> str:
    """This name, unless an event of another day bears it: when day 0 moved, names stayed."""
    day_of = {one.event_id: one.day for one in place.course}
    wanted, number = name, 1
    while day_of.get(wanted, place.study_day(after)) != place.study_day(after):
        number += 1
        wanted = f"{name}-{number}"
    return wanted


def grid_place(request: HttpRequest, key: UUID) -> GridPlace:
    """The place that a request asks for; the last infusion when it names none."""
    child = child_or_404(request, key)
    course = course_of(child)
    infusions = numbered_infusions(course)
    asked = request.POST.get("infusion", "") or request.GET.get("infusion", "")
    chosen = next((one for one in infusions if str(one.number) == asked), None)
    if chosen is None and infusions:
        chosen = infusions[-1]
    return GridPlace(child, course, anchors_of(child, course), infusions, chosen)


def day_asked(text: str) -> int | None:
    """Days after the infusion as an address or a form says them; None for anything else."""
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 3:
        return None
    return int(text)

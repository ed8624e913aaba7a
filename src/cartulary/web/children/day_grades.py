# SPDX-License-Identifier: Apache-2.0
"""Toxicity by day: the grade computed from findings, or the stretch that the centre reported."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cartulary.codebook.course_facts import numbered_infusions
from cartulary.codebook.grading import grade_days
from cartulary.codebook.scale_reader import scale_named
from cartulary.course.absence import is_known
from cartulary.course.course import Course
from cartulary.course.events import Toxicity
from cartulary.course.events.observation import GradeBasis, ToxicityKind
from cartulary.web.children.marks import BAR, CELL, DASH, Lane, Mark
from cartulary.web.entry.spoken import language

# The last day after an infusion of which a dash says "nobody looked".
LAST_DASH = 28

_LANES = (
    ("crs", "astct_crs_2019", ToxicityKind.CRS),
    ("icans", "astct_icans_2019", ToxicityKind.ICANS),
    ("febrile_neutropenia", "ctcae_febrile_neutropenia_5", ToxicityKind.FEBRILE_NEUTROPENIA),
    ("neutropenia", "ctcae_neutrophils_5", None),
)


def graded_lanes(course: Course, infusion_number: int | None, until: int) -> list[Lane]:
    """The four lanes of grades after one infusion, up to the study day `until` (today)."""
    return [_lane(course, infusion_number, until, *row) for row in _LANES]


def _lane(
    course: Course,
    number: int | None,
    until: int,
    name: str,
    scale_id: str,
    kind: ToxicityKind | None,
) -> Lane:
    scale = scale_named(scale_id)
    title = _short(scale_id, kind)
    marks: list[Mark] = []
    seen: set[int] = set()
    infusion = next((one for one in numbered_infusions(course) if one.number == number), None)
    if infusion is not None:
        for day in grade_days(scale, course, infusion.number, LAST_DASH + 2):
            grade = day.graded.grade
            if grade is None or day.day > until:
                continue
            seen.add(day.day)
            words = _("%(what)s grade %(grade)s, day %(day)s") % {
                "what": title,
                "grade": grade,
                "day": day.days_after_infusion,
            }
            marks.append(Mark(CELL, day.day, words, grade=grade))
    for event in _decided(course, kind):
        marks = _with_decided(marks, event, seen, title)
    if infusion is not None:
        covered = seen | {
            day
            for mark in marks
            if mark.shape == BAR
            for day in range(mark.day, (mark.end or mark.day) + 1)
        }
        for day_number in range(infusion.day, min(infusion.day + LAST_DASH, until) + 1):
            if day_number not in covered:
                words = _("%(what)s not assessed, day %(day)s") % {
                    "what": title,
                    "day": day_number - infusion.day,
                }
                marks.append(Mark(DASH, day_number, words))
    grades = [mark.grade for mark in marks if mark.grade is not None]
    return Lane(name, title, tuple(marks), max(grades, default=None), is_graded=True)


def _decided(course: Course, kind: ToxicityKind | None) -> list[Toxicity]:
    """What the centre said of this toxicity itself, by report or by override."""
    return [
        event
        for event in course.all(Toxicity)
        if event.toxicity is kind and event.day is not None and is_known(event.grade)
    ]


def _with_decided(marks: list[Mark], event: Toxicity, seen: set[int], title: str) -> list[Mark]:
    """A reported toxicity as a stretch; an override takes the place of the computed days."""
    assert event.day is not None
    assert is_known(event.grade)
    end = event.end_day if is_known(event.end_day) else event.day
    overrides = event.basis is GradeBasis.OVERRIDDEN
    words = (
        _("%(what)s decided as grade %(grade)s, the computed one overridden")
        if overrides
        else _("%(what)s, highest grade %(grade)s as reported")
    ) % {"what": title, "grade": event.grade}
    if overrides:
        kept = [mark for mark in marks if not event.day <= mark.day <= end]
        seen.update(range(event.day, end + 1))
        cells = [
            Mark(CELL, day, words, event=event.event_id, grade=event.grade)
            for day in range(event.day, end + 1)
        ]
        return kept + cells
    if event.grade == 0 or seen & set(range(event.day, end + 1)):
        return marks
    return [*marks, Mark(BAR, event.day, words, event=event.event_id, end=end, grade=event.grade)]


def _short(scale_id: str, kind: ToxicityKind | None) -> str:
    if kind is not None:
        return (
            kind.nl[:1].upper() + kind.nl[1:]
            if language() == "nl"
            else kind.en[:1].upper() + kind.en[1:]
        )
    return _("Neutropenia")

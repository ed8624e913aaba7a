# SPDX-License-Identifier: Apache-2.0
"""A scale over one course: grades by day, infusion, assessment or relapse, and toxicities."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from cartulary.codebook.course_facts import (
    LAST_DAY_OF_SIGNS,
    NumberedInfusion,
    days_of_signs,
    event_facts,
    infusion_facts,
    last_day_after,
    numbered_infusions,
)
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_parts import Graded, ScaleUnit
from cartulary.codebook.scale_reader import scale_named
from cartulary.course.absence import is_known
from cartulary.course.course import Course
from cartulary.course.errors import CodebookError
from cartulary.course.events import Assessment, Diagnosis, Event, Relapse, Toxicity
from cartulary.course.events.observation import GradeBasis, ToxicityKind


@dataclass(frozen=True, slots=True)
class DayGrade:
    """The grade of one day after one infusion, and the facts it was given on."""

    day: int
    days_after_infusion: int
    graded: Graded
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class UnitGrade:
    """The grade of one infusion, assessment, relapse or child, and the facts it was given on."""

    event_id: str
    day: int | None
    infusion_number: int | None
    graded: Graded
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Episode:
    """From the first day with a grade of 1 or more to the last.

    `resolved` says whether a later day was graded 0. `is_minimum` says whether some day could not
    be graded, or could have been graded higher had more been recorded.
    """

    onset: int
    end: int
    highest: int
    highest_day: int
    resolved: bool
    is_minimum: bool

    @property
    def duration_days(self) -> int:
        """Days from onset to end, both counted."""
        return self.end - self.onset + 1


@dataclass(frozen=True, slots=True)
class ToxicityRecord:
    """One toxicity after one infusion, reported or computed. Grade 0 says it was looked for.

    `grade` is None when it was reported without one; `infusion_number` is None when no infusion
    came before it. Days are study days of the course.
    """

    kind: ToxicityKind
    grade: int | None
    scale: str
    infusion_number: int | None
    onset_day: int | None
    end_day: int | None
    basis: GradeBasis
    event_id: str = ""
    flags: tuple[str, ...] = ()
    is_minimum: bool = False


def grade_days(
    scale: Scale, course: Course, infusion_number: int, last_day: int = LAST_DAY_OF_SIGNS
) -> tuple[DayGrade, ...]:
    """The grade of every day after one infusion on which something was recorded, in order.

    Days run from the infusion to the day before the next, and at most `last_day` days. A fact
    carried over (fever seen earlier, tocilizumab given) holds from the day it is recorded on;
    before anything is recorded it is unknown, except on the day of the infusion itself.
    Refuses a scale of another unit than the day of one child, and an infusion that is not there.

    >>> from cartulary.course import Origin
    >>> from cartulary.course.events import Finding, Infusion
    >>> from cartulary.codebook.scale_reader import scales
    >>> course = Course("P-1", Origin.RECORDED, (Infusion(30), Finding(33, temperature_c=39.0)))
    >>> [(g.day, g.graded.grade) for g in grade_days(scales()["astct_crs_2019"], course, 1)]
    [(33, 1)]
    """
    if scale.unit is not ScaleUnit.CHILD_DAY:
        raise CodebookError(
            f"The scale {scale.id} grades one {scale.unit.en}, not a day. Use `grade_units`."
        )
    infusion = _infusion(course, infusion_number)
    return tuple(
        DayGrade(day, day - infusion.day, scale.grade(facts), facts)
        for day, facts in days_of_signs(scale, course, infusion, last_day)
    )


def grade_units(scale: Scale, course: Course) -> tuple[UnitGrade, ...]:
    """The grade of every infusion, assessment, relapse, or of the child, as the scale's unit says.

    A child is graded at its first diagnosis. Refuses a scale that grades days: see `grade_days`.

    >>> from cartulary.course import Origin
    >>> from cartulary.course.events import Infusion
    >>> from cartulary.codebook.scale_reader import scales
    >>> course = Course("P-1", Origin.RECORDED, (Infusion(30, weight_kg=20, dose_cells=1.2e8),))
    >>> grade_units(scales()["dose_band_tisagenlecleucel"], course)[0].graded.grade
    'per_kg_above'
    """
    if scale.unit is ScaleUnit.CHILD_DAY:
        raise CodebookError(
            f"The scale {scale.id} grades a {scale.unit.en}, not the course. Use `grade_days`."
        )
    if scale.unit is ScaleUnit.INFUSION:
        return tuple(
            _unit(scale, one.event, infusion_facts(scale, course, one), one.number)
            for one in numbered_infusions(course)
        )
    events: Iterable[Event]
    if scale.unit is ScaleUnit.ASSESSMENT:
        events = course.all(Assessment)
    elif scale.unit is ScaleUnit.RELAPSE:
        events = course.all(Relapse)
    else:
        events = course.all(Diagnosis)[:1]
    return tuple(
        _unit(scale, event, event_facts(scale, course, event), infusion_before(course, event.day))
        for event in events
    )


def _unit(scale: Scale, event: Event, facts: Mapping[str, object], number: int | None) -> UnitGrade:
    return UnitGrade(event.event_id, event.day, number, scale.grade(facts), facts)


def _infusion(course: Course, number: int) -> NumberedInfusion:
    infusions = numbered_infusions(course)
    for one in infusions:
        if one.number == number:
            return one
    known = ", ".join(str(one.number) for one in infusions) or "none"
    raise CodebookError(
        f"Course {course.course_id} has no dated infusion number {number}. Days are counted after "
        f"an infusion. Its infusions: {known}."
    )


def infusion_before(course: Course, day: int | None) -> int | None:
    """The number of the last infusion on or before a day, or None."""
    if day is None:
        return None
    before = [one.number for one in numbered_infusions(course) if one.day <= day]
    return before[-1] if before else None


def episode(grades: Iterable[DayGrade]) -> Episode | None:
    """Onset, highest grade and end over the graded days; None when no day has grade 1 or more.

    Days that could not be graded do not end an episode. One infusion has one episode: days of
    grade 0 between two days of grade 1 or more belong to it.
    """
    days = sorted(grades, key=lambda one: one.day)
    graded = [(one.day, int(one.graded.grade)) for one in days if one.graded.grade is not None]
    ill = [(day, grade) for day, grade in graded if grade >= 1]
    if not ill:
        return None
    onset, end = ill[0][0], ill[-1][0]
    highest = max(grade for _, grade in ill)
    during = [one for one in days if onset <= one.day <= end]
    return Episode(
        onset=onset,
        end=end,
        highest=highest,
        highest_day=next(day for day, grade in ill if grade == highest),
        resolved=any(day > end for day, _ in graded),
        is_minimum=any(one.graded.grade is None or one.graded.is_minimum for one in during),
    )


#: The scale that grades each kind of toxicity from what was recorded.
SCALE_OF_TOXICITY: Final[Mapping[ToxicityKind, tuple[str, ...]]] = {
    ToxicityKind.CRS: ("astct_crs_2019",),
    ToxicityKind.ICANS: ("astct_icans_2019",),
    ToxicityKind.FEBRILE_NEUTROPENIA: ("ctcae_febrile_neutropenia_5",),
    ToxicityKind.IEC_HS: ("iec_hs_2023",),
    ToxicityKind.ICAHT: ("icaht_early_2023", "icaht_late_2023"),
}


#: A grade 0 is computed only if each of these days after infusion was graded: the 10 days for
#: which European centres watch a child daily.
WATCHED_DAYS: Final = range(1, 11)


def toxicities_of(
    course: Course, computed_kinds: Collection[ToxicityKind] = tuple(SCALE_OF_TOXICITY)
) -> tuple[ToxicityRecord, ...]:
    """Every toxicity of a course, each with the infusion it followed.

    `computed_kinds` are those that are computed where they were not reported.

    What the centre reported stands. Where a kind was not reported after an infusion, and findings
    or counts allow a grade, the computed one is given; its basis says so. From daily findings a
    grade 0 is computed only when the first 10 days after the infusion were all graded, or all up
    to death or the next infusion: a quiet day is not a quiet course. An infusion is the one named
    in the event, else the last on or before the onset.

    >>> from cartulary.course import Origin
    >>> from cartulary.course.events import Finding, Infusion
    >>> from cartulary.course.events.observation import OxygenSupport
    >>> course = Course("P-1", Origin.RECORDED, (
    ...     Infusion(30), Finding(33, temperature_c=39.0, hypotension=False, vasopressors=0,
    ...                           oxygen_support=OxygenSupport.NONE)))
    >>> [(t.kind.en, t.grade, t.onset_day, t.basis.value) for t in toxicities_of(course)]
    [('CRS', 1, 33, 'computed')]
    """
    reported = [
        _reported(course, event) for event in course.all(Toxicity) if not is_of_one_day(event)
    ]
    known = {(one.kind, one.infusion_number) for one in reported}
    computed: list[ToxicityRecord] = []
    for infusion in numbered_infusions(course):
        for kind, scale_ids in SCALE_OF_TOXICITY.items():
            if (kind, infusion.number) in known or kind not in computed_kinds:
                continue
            for scale_id in scale_ids:
                found = _computed(course, infusion, kind, scale_named(scale_id))
                if found is not None:
                    computed.append(found)
    return (*reported, *computed)


def is_of_one_day(event: Toxicity) -> bool:
    """True for a computed grade that was overridden on one day, which says nothing of the others.

    >>> is_of_one_day(Toxicity(36, toxicity=ToxicityKind.CRS, grade=0, end_day=36,
    ...                        basis=GradeBasis.OVERRIDDEN))
    True
    """
    return (
        event.basis is GradeBasis.OVERRIDDEN
        and event.day is not None
        and event.end_day == event.day
        and is_known(event.grade)
    )


def _as_decided(
    days: tuple[DayGrade, ...], course: Course, infusion: NumberedInfusion, kind: ToxicityKind
) -> tuple[DayGrade, ...]:
    """The days with each grade that was overridden in the place of the computed one."""
    by_day = {one.day: one for one in days}
    last = infusion.day + last_day_after(course, infusion, ("next_infusion",))
    for event in course.all(Toxicity):
        day = event.day
        if event.toxicity is not kind or day is None or not is_of_one_day(event):
            continue
        if infusion.day <= day <= min(last, infusion.day + LAST_DAY_OF_SIGNS):
            assert is_known(event.grade)
            facts = by_day[day].facts if day in by_day else {}
            by_day[day] = DayGrade(day, day - infusion.day, Graded(event.grade), facts)
    return tuple(by_day[day] for day in sorted(by_day))


def _reported(course: Course, event: Toxicity) -> ToxicityRecord:
    assert isinstance(event.toxicity, ToxicityKind)
    named = event.infusion_number
    return ToxicityRecord(
        kind=event.toxicity,
        grade=event.grade if is_known(event.grade) else None,
        scale=event.scale if is_known(event.scale) else "",
        infusion_number=named if is_known(named) else infusion_before(course, event.day),
        onset_day=event.day,
        end_day=event.end_day if is_known(event.end_day) else None,
        basis=event.basis if is_known(event.basis) else GradeBasis.REPORTED,
        event_id=event.event_id,
    )


def _computed(
    course: Course, infusion: NumberedInfusion, kind: ToxicityKind, scale: Scale
) -> ToxicityRecord | None:
    """What a scale makes of one infusion; None when nothing was recorded that it can grade."""
    if scale.unit is ScaleUnit.INFUSION:
        graded = scale.grade(infusion_facts(scale, course, infusion))
        if graded.grade is None:
            return None
        return _as_toxicity(kind, scale, infusion, int(graded.grade), graded)
    days = _as_decided(grade_days(scale, course, infusion.number), course, infusion, kind)
    gradable = [one for one in days if one.graded.grade is not None]
    if not gradable:
        return None
    flags = tuple(dict.fromkeys(flag for one in days for flag in one.graded.flags))
    found = episode(days)
    if found is None:
        last = last_day_after(course, infusion, ("next_infusion", "death"))
        watched = {one.days_after_infusion for one in gradable}
        if not watched.issuperset(day for day in WATCHED_DAYS if day <= last):
            return None
        unknown = any(one.graded.grade is None or one.graded.is_minimum for one in days)
        return _as_toxicity(kind, scale, infusion, 0, Graded(0, flags=flags), unknown)
    return ToxicityRecord(
        kind=kind,
        grade=found.highest,
        scale=scale.id,
        infusion_number=infusion.number,
        onset_day=found.onset,
        end_day=found.end if found.resolved else None,
        basis=_basis(course, infusion, kind),
        flags=flags,
        is_minimum=found.is_minimum,
    )


def _basis(course: Course, infusion: NumberedInfusion, kind: ToxicityKind) -> GradeBasis:
    """Overridden as soon as one day of it was."""
    last = infusion.day + last_day_after(course, infusion, ("next_infusion",))
    overridden = any(
        is_of_one_day(one) and one.toxicity is kind and infusion.day <= (one.day or 0) <= last
        for one in course.all(Toxicity)
    )
    return GradeBasis.OVERRIDDEN if overridden else GradeBasis.COMPUTED


def _as_toxicity(
    kind: ToxicityKind,
    scale: Scale,
    infusion: NumberedInfusion,
    grade: int,
    graded: Graded,
    is_minimum: bool | None = None,
) -> ToxicityRecord:
    return ToxicityRecord(
        kind=kind,
        grade=grade,
        scale=scale.id,
        infusion_number=infusion.number,
        onset_day=None,
        end_day=None,
        basis=GradeBasis.COMPUTED,
        flags=graded.flags,
        is_minimum=graded.is_minimum if is_minimum is None else is_minimum,
    )

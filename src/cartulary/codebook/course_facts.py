# SPDX-License-Identifier: Apache-2.0
"""The facts that a scale reads, taken from one course: by day, by infusion, by assessment, ...

What the course does not hold stays absent: nothing is filled in that nobody wrote down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cartulary.codebook.expression import holds
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_inputs import factor_from_canonical
from cartulary.codebook.scale_parts import From, Input
from cartulary.codebook.series_plain import NEVER, series_facts
from cartulary.course.absence import Absence, is_known
from cartulary.course.choice import Choice
from cartulary.course.course import Course
from cartulary.course.events import (
    Death,
    Event,
    Finding,
    Infusion,
    Lymphodepletion,
    Measurement,
    NewTherapy,
    Relapse,
    Transplant,
    Treatment,
)
from cartulary.course.events.observation import Analyte, Specimen
from cartulary.course.units import in_canonical_unit

Facts = dict[str, object]

#: Bedside signs are read for this long after an infusion: 8 weeks, as ELIANA counted toxicity.
LAST_DAY_OF_SIGNS: Final = 56

_STOPPING: Final[Mapping[str, type[Event]]] = {
    "relapse": Relapse,
    "new_therapy": NewTherapy,
    "transplant": Transplant,
    "death": Death,
}


@dataclass(frozen=True, slots=True)
class NumberedInfusion:
    """One dated infusion with its number: the recorded one, or its place in the course."""

    number: int
    day: int
    event: Infusion


def numbered_infusions(course: Course) -> tuple[NumberedInfusion, ...]:
    """The dated infusions of a course in order of day, each with its number."""
    dated = [event for event in course.all(Infusion) if event.day is not None]
    return tuple(
        NumberedInfusion(event.number if is_known(event.number) else place, event.day or 0, event)
        for place, event in enumerate(dated, start=1)
    )


def last_day_after(course: Course, infusion: NumberedInfusion, stops_at: Iterable[str]) -> int:
    """The last day after an infusion that counts, in days after it; `NEVER` if nothing stops."""
    stop = NEVER
    for name in stops_at:
        if name == "next_infusion":
            stop = min(stop, _days_to_next(course, infusion) - 1)
            continue
        later = (event.day for event in course.all(_STOPPING[name]) if event.day is not None)
        stop = min([stop, *(day - infusion.day for day in later if day > infusion.day)])
    return stop


def _days_to_next(course: Course, infusion: NumberedInfusion) -> int:
    later = (day for day in course.infusion_days if day > infusion.day)
    return min((day - infusion.day for day in later), default=NEVER)


def measured_values(course: Course, analyte: Analyte) -> Iterator[tuple[int, float]]:
    """Day and value of every dated blood value of one analyte, in the unit it is kept in.

    A value below the limit of quantification stands at that limit. A value in a unit without an
    exact way to the kept one is left out.
    """
    for event in course.all(Measurement):
        if event.analyte is not analyte or event.day is None:
            continue
        if is_known(event.specimen) and event.specimen is not Specimen.BLOOD:
            continue
        value = event.value
        if not is_known(value) and event.below_limit is True:
            value = event.limit
        if not is_known(value):
            continue
        kept = in_canonical_unit(analyte, value, event.unit) if is_known(event.unit) else value
        if kept is not None:
            yield event.day, kept


def lowest_by_day(course: Course, analyte: Analyte, infusion: NumberedInfusion) -> dict[int, float]:
    """The lowest value of each measured day from an infusion on, by day after it."""
    lowest: dict[int, float] = {}
    for day, value in measured_values(course, analyte):
        after = day - infusion.day
        if after >= 0:
            lowest[after] = min(value, lowest.get(after, value))
    return lowest


def merged(events: Iterable[Event], one: Input) -> object:
    """The value of one fact over the events of one day: the highest, or lowest, that is known."""
    values = [getattr(event, one.fact) for event in events]
    known = [value for value in values if is_known(value)]
    if not known:
        return None
    pick = max if one.several == "highest" else min
    return pick(known, key=_weight)


def _weight(value: object) -> float:
    """How much a value weighs against another: its size, or its place in its list of choices."""
    if isinstance(value, Choice):
        kind: type[Enum] = type(value)
        return list(kind).index(value)
    return float(value) if isinstance(value, (bool, int, float)) else 0.0


def day_facts(scale: Scale, course: Course, day: int) -> Facts:
    """The facts of one study day: findings, blood values and age; nothing carried over yet."""
    findings = [event for event in course.all(Finding) if event.day == day]
    facts: Facts = {}
    for one in scale.inputs:
        match one.source:
            case From.FINDING:
                facts[one.name] = merged(findings, one)
            case From.MEASUREMENT:
                facts[one.name] = _measured_on(course, one, day)
            case From.COURSE if one.name == "age_years":
                facts[one.name] = course.age_years_on(day)
            case _:
                continue
    return known_only(facts)


def known_only(facts: Mapping[str, object]) -> Facts:
    """The facts that are there."""
    return {
        name: value
        for name, value in facts.items()
        if value is not None and not isinstance(value, Absence)
    }


def _measured_on(course: Course, one: Input, day: int) -> float | None:
    analyte = Analyte(one.analyte)
    values = [value for when, value in measured_values(course, analyte) if when == day]
    if not values:
        return None
    return _in_unit(one, max(values) if one.pick == "highest_of_day" else min(values))


def _in_unit(one: Input, value: float) -> float:
    factor = factor_from_canonical(Analyte(one.analyte), one.unit)
    assert factor is not None
    return value / factor


def days_of_signs(
    scale: Scale, course: Course, infusion: NumberedInfusion, last_day: int = LAST_DAY_OF_SIGNS
) -> list[tuple[int, Facts]]:
    """Every day after an infusion on which the scale has something to read, with its facts.

    Days run from the infusion to the day before the next one, and at most `last_day` days.
    Facts carried from day to day (fever seen earlier, drugs given) are filled in.
    """
    last = infusion.day + min(last_day, _days_to_next(course, infusion) - 1)
    days = {event.day for event in course.all(Finding) if event.day is not None}
    for one in scale.inputs:
        if one.source is From.MEASUREMENT:
            days |= {day for day, _ in measured_values(course, Analyte(one.analyte))}
    rows: list[tuple[int, Facts]] = []
    for day in sorted(day for day in days if infusion.day <= day <= last):
        facts = day_facts(scale, course, day)
        if facts.keys() - {"age_years"}:
            rows.append((day, facts))
    return _with_carried(scale, course, infusion, rows)


def _with_carried(
    scale: Scale, course: Course, infusion: NumberedInfusion, rows: list[tuple[int, Facts]]
) -> list[tuple[int, Facts]]:
    carried = [one for one in scale.inputs if one.source is From.CARRIED]
    filled: list[tuple[int, Facts]] = []
    for place, (day, facts) in enumerate(rows):
        found: Facts = dict(facts)
        for one in carried:
            reach = place + 1 if one.reach == "this_or_earlier" else place
            value = _carried(one, rows[:reach], day == infusion.day)
            if value is not True and _was_given(one, course, infusion.day, day):
                value = True
            if value is not None:
                found[one.name] = value
        filled.append((day, found))
    return filled


def _carried(one: Input, rows: list[tuple[int, Facts]], is_first_day: bool) -> bool | None:
    """Whether something held on one of these days; None when nobody can tell."""
    assert one.when is not None
    if not rows and is_first_day:
        return False
    answers = [holds(one.when, facts) for _, facts in rows]
    if True in answers:
        return True
    return None if None in answers or not answers else False


def _was_given(one: Input, course: Course, first: int, last: int) -> bool:
    if one.reach == "earlier":
        last -= 1
    return any(
        treatment.day is not None
        and first <= treatment.day <= last
        and str(treatment.drug) in one.drugs
        for treatment in course.all(Treatment)
    )


def infusion_facts(scale: Scale, course: Course, infusion: NumberedInfusion) -> Facts:
    """The facts of one infusion: dose and weight, values before lymphodepletion, series after."""
    facts: Facts = {}
    for one in scale.inputs:
        if one.source is From.INFUSION:
            facts[one.name] = getattr(infusion.event, one.fact)
        elif one.source is From.MEASUREMENT:
            facts[one.name] = _before_lymphodepletion(course, one, infusion)
        elif one.source is From.COURSE and one.name == "age_years":
            facts[one.name] = course.age_years_on(infusion.day)
        elif one.source is From.SERIES:
            values = lowest_by_day(course, Analyte(one.analyte), infusion)
            stop = last_day_after(course, infusion, one.stops_at)
            facts |= series_facts([one], values, stop)
    return _with_both_doses(known_only(facts), scale)


def _with_both_doses(facts: Facts, scale: Scale) -> Facts:
    """Dose per kg from total dose and weight, or the other way round, where one is absent."""
    weight = facts.get("weight_kg")
    per_kg, total = facts.get("dose_cells_per_kg"), facts.get("dose_cells")
    if isinstance(weight, (int, float)):
        names = scale.input_names
        if per_kg is None and isinstance(total, (int, float)) and "dose_cells_per_kg" in names:
            facts["dose_cells_per_kg"] = total / weight
        if total is None and isinstance(per_kg, (int, float)) and "dose_cells" in names:
            facts["dose_cells"] = per_kg * weight
    return facts


def _before_lymphodepletion(course: Course, one: Input, infusion: NumberedInfusion) -> float | None:
    earlier = [day for day in course.infusion_days if day < infusion.day]
    previous = max(earlier, default=-NEVER)
    starts = [
        event.day
        for event in course.all(Lymphodepletion)
        if event.day is not None and previous < event.day <= infusion.day
    ]
    if not starts or one.within_days is None:
        return None
    start = max(starts)
    values = [
        (day, value)
        for day, value in measured_values(course, Analyte(one.analyte))
        if max(previous + 1, start - one.within_days) <= day <= start
    ]
    if not values:
        return None
    last = max(day for day, _ in values)
    return _in_unit(one, min(value for day, value in values if day == last))


def event_facts(scale: Scale, course: Course, event: Event) -> Facts:
    """The facts of one assessment, relapse or diagnosis, and of the course on that day."""
    facts: Facts = {}
    for one in scale.inputs:
        if one.source.value == event.kind:
            facts[one.name] = getattr(event, one.fact)
        elif one.source is From.COURSE:
            facts[one.name] = _course_fact(one.name, course, event.day)
    return known_only(facts)


def _course_fact(name: str, course: Course, day: int | None) -> float | int | None:
    if day is None:
        return None
    if name == "age_years":
        return course.age_years_on(day)
    before = [infused for infused in course.infusion_days if infused <= day]
    if not before:
        return None
    return day - (min(before) if name == "days_after_first_infusion" else max(before))

# SPDX-License-Identifier: Apache-2.0
"""The strategies reach everything: each kind, each choice, each absence, each odd branch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, find, settings

from cartulary.course import Course, Precision
from cartulary.course.absence import Absence
from cartulary.course.events import (
    EVENT_TYPE_OF_KIND,
    EVENT_TYPES,
    Apheresis,
    Assessment,
    Death,
    Indication,
    Infusion,
    LastContact,
    NewTherapy,
    Product,
    Relapse,
    Transplant,
)
from cartulary.course.events.cells import ProductStatus
from cartulary.course.events.disease import Decision
from cartulary.course.events.treatment import TransplantReason
from cartulary.course.fact import FactKind, facts_of
from tests.strategies.courses import events, fact_values, plausible_courses

# Only whether something is found matters here, not the smallest example of it.
SEARCH = settings(
    max_examples=5000,
    database=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
FACTS = [(cls.kind, name) for cls in EVENT_TYPES for name in facts_of(cls)]


@pytest.mark.parametrize("cls", EVENT_TYPES)
def test_every_kind_has_a_strategy(cls: type) -> None:
    assert isinstance(find(events(cls.kind), lambda event: True, settings=SEARCH), cls)


@pytest.mark.parametrize(("kind", "name"), FACTS)
def test_every_choice_and_every_absence_has_a_strategy(kind: str, name: str) -> None:
    fact = facts_of(EVENT_TYPE_OF_KIND[kind])[name]
    wanted: list[object] = [] if fact.required else list(Absence)
    if fact.kind is FactKind.CHOICE and fact.choices is not None:
        wanted.extend(fact.choices)
    if fact.kind is FactKind.CHOICES and fact.choices is not None:
        wanted.extend((member,) for member in fact.choices)
    if fact.kind is FactKind.YES_NO:
        wanted.extend((True, False))
    for value in wanted:
        assert find(fact_values(fact), lambda v, value=value: v == value, settings=SEARCH) == value


def _lengths_after_infusion(course: Course, cls: type) -> set[int]:
    first = course.first(Infusion)
    if first is None or first.day is None:
        return set()
    return {e.day - first.day for e in course.events if isinstance(e, cls) and e.day is not None}


def _precision(course: Course, precision: Precision) -> bool:
    return any(event.precision is precision for event in course)


BRANCHES: dict[str, Callable[[Course], bool]] = {
    "never infused": lambda c: not c.all(Infusion) and bool(c.all(Apheresis)),
    "never collected": lambda c: not c.all(Apheresis),
    "product failed": lambda c: any(e.status is ProductStatus.FAILED for e in c.all(Product)),
    "declined": lambda c: any(e.decision is Decision.DECLINED for e in c.all(Indication)),
    "second infusion": lambda c: len(c.infusion_days) == 2,
    "died before infusion": lambda c: bool(c.all(Death)) and not c.all(Infusion),
    "death on the day of relapse": lambda c: bool(
        {e.day for e in c.all(Relapse)} & {e.day for e in c.all(Death)} - {None}
    ),
    "death on the day of last contact": lambda c: bool(
        {e.day for e in c.all(LastContact)} & {e.day for e in c.all(Death)} - {None}
    ),
    "neither death nor last contact": lambda c: not c.all(Death) and not c.all(LastContact),
    "relapse on day 60 after infusion": lambda c: 60 in _lengths_after_infusion(c, Relapse),
    "assessment on day 28": lambda c: 28 in _lengths_after_infusion(c, Assessment),
    "assessment on day 90": lambda c: 90 in _lengths_after_infusion(c, Assessment),
    "transplant and relapse on one day": lambda c: bool(
        {e.day for e in c.all(Relapse)} & {e.day for e in c.all(Transplant)} - {None}
    ),
    "transplant in remission": lambda c: any(
        e.reason is TransplantReason.CONSOLIDATION for e in c.all(Transplant)
    ),
    "new therapy": lambda c: bool(c.all(NewTherapy)),
    "date unknown": lambda c: _precision(c, Precision.UNKNOWN),
    "date to the month": lambda c: _precision(c, Precision.MONTH),
    "date to the year": lambda c: _precision(c, Precision.YEAR),
    "infusion without a date": lambda c: any(e.day is None for e in c.all(Infusion)),
    "age unknown": lambda c: isinstance(c.age_days_at_day0, Absence),
}


@pytest.mark.parametrize("branch", BRANCHES)
def test_every_odd_branch_occurs_among_plausible_courses(branch: str) -> None:
    assert BRANCHES[branch](find(plausible_courses(), BRANCHES[branch], settings=SEARCH))


@pytest.mark.parametrize("cls", EVENT_TYPES)
def test_every_kind_of_event_occurs_in_plausible_courses(cls: type) -> None:
    found = find(plausible_courses(), lambda c: any(isinstance(e, cls) for e in c), settings=SEARCH)
    assert any(isinstance(event, cls) for event in found)

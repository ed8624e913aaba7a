# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies for anything that can exist: facts, events, courses, cohorts."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from cartulary.course import Absence, Course, DayZero, Origin, Precision
from cartulary.course.cohort import Cohort
from cartulary.course.events import EVENT_TYPE_OF_KIND, EVENT_TYPES, Event
from cartulary.course.events.disease import Sex
from cartulary.course.fact import Fact, FactKind, facts_of

# Days on which a definition turns: drawn often, so that ties and boundaries are tried.
BOUNDARY_LENGTHS = (0, 1, 27, 28, 29, 30, 59, 60, 61, 89, 90, 91, 100, 180, 365, 366, 730)


def days() -> st.SearchStrategy[int]:
    """Study days, the boundaries of definitions half of the time."""
    return st.one_of(
        st.sampled_from(BOUNDARY_LENGTHS), st.integers(min_value=-1500, max_value=3000)
    )


def absences() -> st.SearchStrategy[Absence]:
    """Each of the named reasons for which a fact has no value."""
    return st.sampled_from(tuple(Absence))


def texts() -> st.SearchStrategy[str]:
    """Texts with something in them, plain ones and any that a file can hold."""
    return st.one_of(
        st.sampled_from(("a", "P-001", "pr 2", "é·µ", "not_done", "null")),
        st.text(
            st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=8
        ).filter(lambda text: bool(text.strip())),
    )


def _bounded(fact: Fact, low: float, high: float) -> tuple[float, float]:
    return (
        low if fact.low is None else fact.low,
        high if fact.high is None else fact.high,
    )


def known_values(fact: Fact) -> st.SearchStrategy[Any]:
    """Every value that may stand in this field, absences aside; limits are drawn often."""
    if fact.kind is FactKind.TEXT:
        return texts()
    if fact.kind is FactKind.YES_NO:
        return st.booleans()
    if fact.kind is FactKind.DAY:
        return days()
    if fact.kind is FactKind.CHOICE:
        assert fact.choices is not None
        return st.sampled_from(tuple(fact.choices))
    if fact.kind is FactKind.CHOICES:
        assert fact.choices is not None
        return st.lists(st.sampled_from(tuple(fact.choices)), unique=True, max_size=3).map(tuple)
    edges = [e for e in (fact.low, fact.high, fact.usual_low, fact.usual_high) if e is not None]
    if fact.kind is FactKind.INTEGER:
        low, high = _bounded(fact, -1000, 1000)
        inside: st.SearchStrategy[Any] = st.integers(int(low), int(high))
        edges = [int(edge) for edge in edges]
    else:
        low, high = _bounded(fact, -1e6, 1e6)
        inside = st.floats(low, high, allow_nan=False, allow_infinity=False)
    return st.one_of(st.sampled_from(edges), inside) if edges else inside


def fact_values(fact: Fact) -> st.SearchStrategy[Any]:
    """Every value of this field: the known ones and, where it may be absent, each absence."""
    if fact.required:
        return known_values(fact)
    return st.one_of(known_values(fact), absences())


@st.composite
def whens(draw: st.DrawFn) -> dict[str, Any]:
    """A day with its precision; sometimes no day at all."""
    precision = draw(
        st.sampled_from((Precision.DAY, Precision.DAY, Precision.DAY, *tuple(Precision)))
    )
    day = None if precision is Precision.UNKNOWN else draw(days())
    return {"day": day, "precision": precision}


@st.composite
def events(draw: st.DrawFn, kind: str) -> Event:
    """Any event of one kind that can exist; most of its facts are left unrecorded."""
    cls = EVENT_TYPE_OF_KIND[kind]
    facts = facts_of(cls)
    optional = [name for name, fact in facts.items() if not fact.required]
    chosen = draw(st.lists(st.sampled_from(optional), unique=True, max_size=5)) if optional else []
    values = {
        name: draw(fact_values(fact))
        for name, fact in facts.items()
        if fact.required or name in chosen
    }
    return cls(**draw(whens()), source=draw(st.sampled_from(("", "relapse.csv, row 3"))), **values)


def any_event() -> st.SearchStrategy[Event]:
    """Any event of any kind."""
    return st.sampled_from(EVENT_TYPES).flatmap(lambda cls: events(cls.kind))


@st.composite
def courses(draw: st.DrawFn, course_id: str | None = None, max_events: int = 8) -> Course:
    """Any course that can exist, sensible or not."""
    held = draw(st.lists(any_event(), max_size=max_events))
    if draw(st.booleans()):
        own = draw(st.permutations([f"e{number}" for number in range(len(held))]))
        held = [_with_id(event, name) for event, name in zip(held, own, strict=True)]
    return Course(
        course_id if course_id is not None else draw(texts()),
        draw(st.sampled_from(tuple(Origin))),
        tuple(held),
        centre=draw(st.sampled_from(("", "PMC", "elders"))),
        sex=draw(st.one_of(st.sampled_from(tuple(Sex)), absences())),
        age_days_at_day0=draw(st.one_of(st.integers(0, 11000), absences())),
        day0=draw(st.one_of(st.none(), st.dates(date(2012, 1, 1), date(2030, 12, 31)))),
        day0_is=draw(st.sampled_from(tuple(DayZero))),
        data_cut_day=draw(st.one_of(st.none(), days())),
    )


def _with_id(event: Event, event_id: str) -> Event:
    return type(event)(event.day, event.precision, event_id, event.source, **event.values())


@st.composite
def cohorts(
    draw: st.DrawFn,
    of: st.SearchStrategy[Course] | None = None,
    min_size: int = 0,
    max_size: int = 6,
) -> Cohort:
    """A cohort of any courses, or of courses from the strategy given."""
    drawn = draw(
        st.lists(
            courses() if of is None else of,
            min_size=min_size,
            max_size=max_size,
            unique_by=lambda course: course.course_id,
        )
    )
    return Cohort.from_courses(
        drawn,
        name=draw(st.sampled_from(("", "drawn"))),
        data_cut=draw(st.one_of(st.none(), st.just(date(2026, 1, 1)))),
        notes=draw(st.sampled_from(((), ("made by a strategy",)))),
    )

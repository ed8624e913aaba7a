# SPDX-License-Identifier: Apache-2.0
"""The ledger as of any past moment: a child, a cohort, a programme."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartulary.course import Course, CourseError, Origin
from cartulary.course.cohort import Cohort
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry.bulk import append_many
from cartulary.registry.canonical import canonical_json
from cartulary.registry.child_payload import ChildFacts
from cartulary.registry.clock import end_of
from cartulary.registry.cohort_reading import Row, cohort_of_rows
from cartulary.registry.courses import cohort_of, course_of, current_events, programme_of
from cartulary.registry.models import Centre, Child
from cartulary.registry.payload import payload_of
from cartulary.registry.writing import Change, Hand, append, register
from tests.registry.conftest import DAY0, Clock, amend, write
from tests.registry.test_bulk import many
from tests.strategies.courses import courses, events

MAY = datetime(2024, 5, 1, 12, tzinfo=UTC)


def infusion(day: int) -> dict[str, Any]:
    return {"date": f"2020-04-{day:02d}", "facts": {"number": 1}}


@pytest.fixture
def corrected(hand: Hand, child: Child) -> Child:
    """Infused in June, corrected in July, withdrawn in August, written again in September."""
    for month, change in enumerate(
        (
            write(child, "infusion", infusion(14)),
            amend(child, "infusion", infusion(15), "infusion-1", 1),
            Change(child.key, "infusion-1", "infusion", "withdraw", None, 2, "other child"),
            Change(child.key, "infusion-1", "infusion", "write", infusion(20), 3),
        ),
        start=6,
    ):
        append(hand, [change], now=datetime(2024, month, 1, 12, tzinfo=UTC))
    return child


@pytest.mark.parametrize(
    ("as_of", "days"),
    [
        (date(2024, 5, 31), ()),
        (date(2024, 6, 1), (35,)),
        (datetime(2024, 6, 1, 11, 59, tzinfo=UTC), ()),
        (datetime(2024, 6, 1, 12, tzinfo=UTC), (35,)),
        (date(2024, 7, 15), (36,)),
        (date(2024, 8, 1), ()),
        (date(2024, 9, 1), (41,)),
        (None, (41,)),
    ],
)
def test_a_course_as_it_stood(
    corrected: Child, as_of: datetime | date | None, days: tuple[int, ...]
) -> None:
    assert course_of(corrected, as_of).infusion_days == days
    cohort = cohort_of([corrected], as_of)
    assert cohort.course("P-001").infusion_days == days


def test_what_was_withdrawn_is_shown_as_withdrawn_at_that_time(corrected: Child) -> None:
    (_, august) = current_events(corrected, date(2024, 8, 15))
    assert (august.version, august.withdrawn, august.payload) == (3, True, infusion(15))
    (_, june) = current_events(corrected, date(2024, 6, 15))
    assert (june.version, june.withdrawn, june.author) == (1, False, "anna")


def test_a_child_that_was_not_yet_registered_is_not_there(corrected: Child) -> None:
    with pytest.raises(CourseError, match="not in the ledger at that moment"):
        course_of(corrected, date(2024, 4, 30))
    assert len(cohort_of([corrected], date(2024, 4, 30))) == 0
    assert programme_of(corrected.centre, date(2024, 4, 30)).cohort is None


def test_a_withdrawn_child_is_in_no_cohort_but_was(hand: Hand, corrected: Child) -> None:
    gone = Change(corrected.key, "child", "child", "withdraw", None, 1, "no consent")
    append(hand, [gone], now=datetime(2024, 12, 1, tzinfo=UTC))
    assert programme_of(hand.centre).cohort is None
    then = programme_of(hand.centre, date(2024, 11, 1)).cohort
    assert then is not None
    assert then.course_ids == ("P-001",)


def test_day_0_too_is_as_it_stood(hand: Hand, corrected: Child) -> None:
    facts = ChildFacts("P-001", Origin.RECORDED, day0=date(2020, 3, 12))
    append(
        hand,
        [amend(corrected, "child", facts.payload(), "child", 1)],
        now=datetime(2024, 12, 1, tzinfo=UTC),
    )
    assert course_of(corrected).infusion_days == (39,)
    assert course_of(corrected, date(2024, 11, 1)).infusion_days == (41,)


def test_the_end_of_a_day_is_that_of_the_hospital() -> None:
    assert end_of(date(2024, 6, 1)) < datetime(2024, 6, 1, 22, tzinfo=UTC)
    assert end_of(date(2024, 6, 1)) >= datetime(2024, 6, 1, 21, 59, 59, tzinfo=UTC)
    assert end_of(date(2024, 12, 1)) >= datetime(2024, 12, 1, 22, 59, 59, tzinfo=UTC)


def test_a_programme_says_what_its_files_would_say(hand: Hand, child: Child) -> None:
    Centre.objects.filter(pk=hand.centre.pk).update(
        programme="The programme",
        language="nl",
        notes=["made up"],
        not_reported=["os"],
        data_cut=date(2024, 1, 1),
    )
    centre = Centre.objects.get()
    register(hand, course_id="A-000", now=MAY + timedelta(hours=1))
    programme = programme_of(centre)
    assert programme.cohort is not None
    # In the order of registration, not of the alphabet.
    assert programme.cohort.course_ids == ("P-001", "A-000")
    assert (programme.name, programme.centre, programme.language) == (
        *("The programme", "Our centre", "nl"),
    )
    assert (programme.notes, programme.not_reported) == (("made up",), ("os",))
    assert programme.data_cut == programme.cohort.data_cut == date(2024, 1, 1)
    assert programme.files[0].name == "ledger of ours, entry 2"
    assert programme_of(centre, language="en").language == "en"
    assert programme_of(centre, MAY + timedelta(minutes=30)).files[0].name.endswith("entry 1")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=courses(course_id="P-1"))
def test_any_course_comes_back_from_the_ledger(db: None, drawn: Course) -> None:
    with transaction.atomic():
        written = written_course(drawn)
        assert course_of(written) == drawn
        assert list(cohort_of([written]).courses()) == [drawn]
        assert cohort_of([written]).equals(Cohort.from_courses([drawn]))
        transaction.set_rollback(True)


@settings(max_examples=60)
@given(drawn=st.lists(courses(), max_size=4, unique_by=lambda course: course.course_id))
def test_many_courses_read_as_columns_are_those_read_one_by_one(drawn: list[Course]) -> None:
    bare = [replace(course, events=()) for course in drawn]
    rows: dict[str, list[Row]] = {}
    for number, course in enumerate(drawn):
        for event in course.events:
            text = canonical_json(payload_of(event, course.day0))
            rows.setdefault(event.kind, []).append((number, event.event_id, text))
    read = cohort_of_rows(bare, rows, name="drawn", data_cut=DAY0, notes=("a note",))
    assert read.equals(Cohort.from_courses(drawn, "drawn", DAY0, ("a note",)))
    assert list(read.courses()) == drawn


@pytest.mark.parametrize("kind", EVENT_TYPE_OF_KIND)
@settings(max_examples=15)
@given(data=st.data(), day0=st.sampled_from((None, DAY0)))
def test_every_kind_is_read_as_columns(kind: str, data: st.DataObject, day0: date | None) -> None:
    held = data.draw(st.lists(events(kind), min_size=1, max_size=4))
    course = Course("P-1", Origin.RECORDED, tuple(held), day0=day0)
    rows = [
        (0, event.event_id, canonical_json({**payload_of(event, day0), "time": "07:40"}))
        for event in course.events
    ]
    read = cohort_of_rows([replace(course, events=())], {kind: rows})
    assert read.equals(Cohort.from_courses([course]))


def test_a_ledger_of_many_children_is_read_alike_both_ways(hand: Hand, clock: Clock) -> None:
    append_many(hand, many(60, 3), clock())
    append_many(hand, [], clock())
    children = list(Child.objects.order_by("-position"))
    both = cohort_of(children, name="all")
    parts = [cohort_of(children[:30], name="all"), cohort_of(children[30:], name="all")]
    assert both.equals(Cohort.concat(parts, name="all"))
    assert both.course_ids[0] == "P-00059"
    assert cohort_of(children, MAY + timedelta(hours=1), name="all").equals(both)
    assert len(cohort_of(children, MAY)) == 0


def written_course(course: Course) -> Child:
    """A course written into the ledger of a new centre, as an import would."""
    centre = Centre.objects.create(code="drawn", name="PMC")
    hand = Hand(None, "anna", centre, "import")
    clock = Clock()
    key = Child().key
    facts = ChildFacts.of_course(course, centre.name)
    changes = [Change(key, "child", "child", "write", facts.payload(), 0)]
    changes += [
        Change(key, event.event_id, event.kind, "write", payload_of(event, course.day0), 0)
        for event in course.events
    ]
    append(hand, changes, now=clock())
    return Child.objects.get(key=key)

# SPDX-License-Identifier: Apache-2.0
"""Many courses read at once are those that are read one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from cartulary.course.events import Infusion
from cartulary.registry import worklists
from cartulary.registry.courses import course_of, courses_of
from cartulary.registry.models import Child, Current, Due, Finding
from cartulary.registry.writing import Change, Hand, append, register
from tests.registry.conftest import DAY0, Clock, write


@pytest.fixture
def children(hand: Hand, clock: Clock) -> list[Child]:
    """Six children, each infused and measured."""
    made = []
    for number in range(6):
        child = register(
            hand, course_id=f"P-{number}", age_days_at_day0=2000, day0=DAY0, now=clock()
        )
        facts: dict[str, Any] = {"analyte": "crp", "value": 5.0 + number, "unit": "mg/L"}
        append(
            hand,
            [
                write(child, "infusion", {"date": "2020-04-14", "facts": {"number": 1}}),
                write(child, "measurement", {"date": "2020-04-15", "facts": facts}),
            ],
            now=clock(),
        )
        made.append(child)
    return made


def test_each_course_is_the_one_that_is_read_alone(children: list[Child]) -> None:
    assert [(one.key, course) for one, course in courses_of(children)] == [
        (one.key, course_of(one)) for one in children
    ]


def test_some_kinds_alone_leave_the_other_events_out(children: list[Child]) -> None:
    for child, course in courses_of(children, kinds=("infusion",)):
        assert course.events == course_of(child).all(Infusion)
        assert course.day0 == DAY0


def test_a_child_that_was_withdrawn_is_left_out(
    children: list[Child], hand: Hand, clock: Clock
) -> None:
    gone = children[2]
    change = Change(gone.key, "child", "child", "withdraw", None, 1, "registered twice")
    before = clock()
    append(hand, [change], now=clock())
    assert [child.key for child, _ in courses_of(children)] == [
        child.key for child in children if child is not gone
    ]
    assert len(list(courses_of(children, before))) == len(children)


def test_six_courses_cost_no_more_statements_than_one(
    children: list[Child], django_assert_num_queries: Any
) -> None:
    for some in (children[:1], children):
        with django_assert_num_queries(2):
            list(courses_of(some))


def test_a_course_that_cannot_be_read_does_not_keep_the_others_from_their_worklists(
    children: list[Child],
) -> None:
    broken = Current.objects.get(child=children[1], kind="infusion")
    broken.payload = json.dumps({"date": "no date", "facts": {"number": 1}})
    broken.save()
    Due.objects.all().delete()
    Finding.objects.all().delete()
    worklists.refresh_all(children)
    listed = set(Due.objects.values_list("child", flat=True))
    assert listed == {child.key for child in children} - {children[1].key}


def test_outside_every_centre_postgresql_shows_no_row_also_in_a_join(
    children: list[Child],
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no row-level security")
    from cartulary.registry.scope import within

    with within([]):
        assert not Current.objects.filter(child__withdrawn=False).exists()
    with within([children[0].centre_id + 1]):
        assert not Current.objects.filter(child__withdrawn=False).exists()
    with within([children[0].centre_id + 1, children[0].centre_id]):
        assert Current.objects.filter(child__withdrawn=False).count() == 18

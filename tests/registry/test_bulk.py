# SPDX-License-Identifier: Apache-2.0
"""Many changes at once are written by the same rules as one, all of them or none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from cartulary.course import Origin
from cartulary.registry.bulk import append_many
from cartulary.registry.child_payload import ChildFacts
from cartulary.registry.courses import cohort_of, programme_of
from cartulary.registry.current import differences
from cartulary.registry.models import ChainHead, Child, Current, Entry
from cartulary.registry.payload import payload_of
from cartulary.registry.verifying import verify
from cartulary.registry.writing import Change, Conflict, Hand, Refused, append, register
from tests.registry.conftest import Clock, OwnLedger, amend, write

INFUSION = {"date": "2020-04-14", "facts": {"number": 1}}


def many(children: int, events: int) -> Iterator[Change]:
    """The changes of an import: each child, then its events."""
    for number in range(children):
        key = uuid4()
        day0 = date(2020, 1, 1) + timedelta(days=number)
        facts = ChildFacts(f"P-{number:05d}", Origin.SIMULATED, day0=day0)
        yield Change(key, "child", "child", "write", facts.payload(), 0)
        for count in range(events):
            payload = {
                "date": (day0 + timedelta(days=count)).isoformat(),
                "facts": {"temperature_c": 38.5, "oxygen_support": "none"},
            }
            yield Change(key, "", "finding", "write", payload, 0)


def test_a_batch_is_one_chain_and_one_projection(hand: Hand, clock: Clock) -> None:
    batch = uuid4()
    told: list[int] = []
    children = append_many(hand, many(300, 20), clock(), batch, told.append)
    assert len(children) == 300
    assert told == [4000, 6300]
    verdict = verify(hand.centre)
    assert (verdict.intact, verdict.entries) == (True, 6300)
    assert differences(hand.centre) == ()
    assert Entry.objects.filter(batch=batch).count() == 6300
    assert ChainHead.objects.get().number == 6300
    assert Child.objects.filter(entries=21).count() == 300
    programme = programme_of(hand.centre)
    assert programme.cohort is not None
    assert programme.cohort.course("P-00007").events[19].event_id == "finding-20"


def test_one_by_one_and_in_bulk_say_the_same(hand: Hand, clock: Clock) -> None:
    changes = list(many(3, 5))
    append_many(hand, changes, clock())
    in_bulk = said()
    for key in {change.child for change in changes}:
        gone = Change(key, "child", "child", "withdraw", None, 1, "to be written anew")
        append(hand, [gone], now=clock())
    anew = {change.child: uuid4() for change in changes}
    for change in changes:
        one = Change(anew[change.child], "", change.kind, "write", change.payload, 0)
        append(hand, [one], now=clock())
    back = {new: old for old, new in anew.items()}
    one_by_one = {(back[row[0]], *row[1:]) for row in said() if row[0] in back}
    assert one_by_one == in_bulk
    assert verify(hand.centre).intact


def said() -> set[tuple[UUID, str, str, int, str]]:
    """What stands of every event."""
    return set(Current.objects.values_list("child_id", "event", "payload", "version", "date"))


def test_amendments_and_withdrawals_go_in_bulk_too(hand: Hand, child: Child, clock: Clock) -> None:
    append(hand, [write(child, "infusion", INFUSION)] * 3, now=clock())
    changed = {"date": "2020-04-15", "facts": {"number": 2}}
    append_many(
        hand,
        [
            amend(child, "infusion", changed, "infusion-1", 1),
            amend(child, "infusion", changed, "infusion-1", 2),
            Change(child.key, "infusion-2", "infusion", "withdraw", None, 1, "undone"),
            write(child, "infusion", changed),
        ],
        clock(),
    )
    assert dict(Current.objects.values_list("event", "version")) == {
        "child": 1,
        "infusion-1": 3,
        "infusion-2": 2,
        "infusion-3": 1,
        "infusion-4": 1,
    }
    assert differences(hand.centre) == ()


def test_one_bad_change_among_thousands_keeps_all_out(hand: Hand, clock: Clock) -> None:
    changes = list(many(300, 20))
    changes[5500] = Change(changes[5500].child, "", "finding", "write", {"facts": {}}, 0)
    with pytest.raises(Refused, match="there is no date"):
        append_many(hand, changes, clock())
    assert not Entry.objects.exists()
    assert not Child.objects.exists()
    assert not ChainHead.objects.filter(number__gt=0).exists()


def test_a_stale_change_in_bulk_is_a_conflict(hand: Hand, child: Child, clock: Clock) -> None:
    append(hand, [write(child, "infusion", INFUSION)], now=clock())
    append(hand, [amend(child, "infusion", INFUSION, "infusion-1", 1)], now=clock())
    with pytest.raises(Conflict):
        append_many(hand, [amend(child, "infusion", INFUSION, "infusion-1", 1)], clock())


def test_a_cohort_goes_through_the_ledger_unchanged(hand: Hand, clock: Clock) -> None:
    append_many(hand, many(20, 10), clock())
    cohort = cohort_of(Child.objects.order_by("position"))
    changes = []
    for course in cohort.courses():
        key = uuid4()
        facts = ChildFacts.of_course(course, "Our centre")
        renamed = {**facts.payload(), "course_id": "again " + course.course_id}
        changes.append(Change(key, "child", "child", "write", renamed, 0))
        changes += [
            Change(key, e.event_id, e.kind, "write", payload_of(e, course.day0), 0)
            for e in course.events
        ]
    append_many(hand, changes, clock())
    again = cohort_of(Child.objects.filter(course_id__startswith="again").order_by("position"))
    assert again.events["finding"].equals(cohort.events["finding"])


def test_pragmas_are_put_back(own_ledger: OwnLedger) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite alone has them")

    def pragmas() -> list[int]:
        with connection.cursor() as cursor:
            found = []
            for name in ("cache_size", "temp_store", "synchronous", "foreign_keys"):
                cursor.execute(f"PRAGMA {name}")
                found.append(cursor.fetchone()[0])
            cursor.execute("PRAGMA journal_mode")
            return [*found, cursor.fetchone()[0]]

    before = pragmas()
    append_many(own_ledger.hand, many(2, 2), Clock()())
    assert pragmas() == before
    assert before[2:] == [2, 1, "wal"]


def test_a_payload_is_kept_as_it_was_written(hand: Hand, child: Child, clock: Clock) -> None:
    odd = {"date": None, "facts": {"agent": "é"}, "reasons": {"agent": "said twice"}}
    append_many(hand, [write(child, "infection", odd)], clock())
    assert json.loads(Entry.objects.get(number=2).payload) == odd


def test_a_registered_child_and_its_events_go_together(hand: Hand, clock: Clock) -> None:
    first = register(hand, course_id="P-x", day0=date(2020, 1, 1), now=clock())
    children = append_many(
        hand, [*many(1, 1), write(first, "relapse", {"date": "2020", "facts": {}})], clock()
    )
    assert {child.course_id for child in children} == {"P-x", "P-00000"}

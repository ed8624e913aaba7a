# SPDX-License-Identifier: Apache-2.0
"""What is written stands; what cannot be written is refused whole, with every reason."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from cartulary.course import NOT_DONE, Origin
from cartulary.course.events import Infusion
from cartulary.registry import after_write
from cartulary.registry.chain import clock_behind
from cartulary.registry.courses import course_of, current_events, history_of
from cartulary.registry.models import Account, Centre, ChainHead, Child, Current, Entry
from cartulary.registry.writing import Change, Conflict, Hand, Refused, append, register
from tests.registry.conftest import Clock, amend, write

INFUSION = {"date": "2020-04-14", "facts": {"number": 1}}


def test_a_child_is_registered_with_the_first_entry(child: Child) -> None:
    entry = Entry.objects.get()
    assert (entry.number, entry.event, entry.kind, entry.act) == (1, "child", "child", "write")
    assert (child.course_id, child.position, child.entries, child.touched_by) == (
        *("P-001", 1, 1, "anna"),
    )
    assert course_of(child).day0 == date(2020, 3, 10)


def test_events_get_names_and_keep_the_names_they_bring(
    hand: Hand, child: Child, clock: Clock
) -> None:
    changes = [
        write(child, "infusion", INFUSION),
        write(child, "infusion", INFUSION),
        write(child, "infusion", INFUSION, "the third"),
        write(child, "infusion", INFUSION, "infusion-4"),
        write(child, "infusion", INFUSION),
    ]
    entries = append(hand, changes, now=clock())
    assert [e.event for e in entries] == [
        *("infusion-1", "infusion-2", "the third", "infusion-4", "infusion-3"),
    ]
    assert [e.event for e in append(hand, [write(child, "infusion", INFUSION)], now=clock())] == [
        "infusion-5"
    ]
    assert [e.number for e in entries] == [2, 3, 4, 5, 6]


def test_an_amendment_stands_and_says_what_was_there_before(
    hand: Hand, child: Child, clock: Clock
) -> None:
    append(hand, [write(child, "infusion", INFUSION)], now=clock())
    better = {"date": "2020-04-15", "facts": {"number": 1, "weight_kg": 20}}
    append(hand, [amend(child, "infusion", better, "infusion-1", 1)], now=clock())
    infusion = course_of(child).first(Infusion)
    assert infusion is not None
    assert (infusion.day, infusion.weight_kg) == (36, 20)
    first, second = history_of(child, "infusion-1")
    assert (first.version, second.version, second.reason) == (1, 2, "typed wrongly")
    assert '"2020-04-14"' in first.payload


def test_what_is_withdrawn_is_gone_from_the_course_and_not_from_the_history(
    hand: Hand, child: Child, clock: Clock
) -> None:
    append(hand, [write(child, "infusion", INFUSION)], now=clock())
    gone = Change(child.key, "infusion-1", "infusion", "withdraw", None, 1, reason="other child")
    append(hand, [gone], now=clock())
    assert course_of(child).events == ()
    (_, event) = current_events(child)
    assert (event.withdrawn, event.version, event.payload) == (True, 2, INFUSION)
    again = Change(child.key, "infusion-1", "infusion", "write", INFUSION, 2)
    (entry,) = append(hand, [again], now=clock())
    assert entry.version == 3
    assert course_of(child).infusion_days == (35,)


def test_the_second_of_two_people_sees_both_versions(
    hand: Hand, child: Child, clock: Clock
) -> None:
    append(hand, [write(child, "infusion", INFUSION)], now=clock())
    hers = {"date": "2020-04-15", "facts": {"number": 1}}
    his = {"date": "2020-04-16", "facts": {"number": 1}}
    append(hand, [amend(child, "infusion", hers, "infusion-1", 1)], now=clock())
    change = amend(child, "infusion", his, "infusion-1", 1)
    with pytest.raises(Conflict, match="now has version 2") as conflict:
        append(hand, [change], now=clock())
    assert conflict.value.mine is change
    assert '"2020-04-15"' in conflict.value.theirs.payload
    assert course_of(child).infusion_days == (36,)


def test_two_who_name_a_new_event_alike_do_not_overwrite_each_other(
    hand: Hand, child: Child, clock: Clock
) -> None:
    append(hand, [write(child, "infusion", INFUSION, "x")], now=clock())
    with pytest.raises(Conflict) as conflict:
        append(hand, [write(child, "infusion", INFUSION, "x")], now=clock())
    assert conflict.value.theirs.version == 1


def test_a_change_that_is_sent_twice_is_written_once(
    hand: Hand, child: Child, clock: Clock
) -> None:
    change = Change(child.key, "", "infusion", "write", INFUSION, 0, entry_id="from-the-app-1")
    (first,) = append(hand, [change], now=clock())
    (second,) = append(hand, [change], now=clock())
    (third, fourth) = append(hand, [change, change], now=clock())
    assert ChainHead.objects.get().recorded_at == first.recorded_at
    assert append(hand, [], now=clock()) == []
    assert {first.pk} == {second.pk, third.pk, fourth.pk}
    assert Entry.objects.filter(kind="infusion").count() == 1


def test_a_name_that_was_used_for_something_else_is_refused(
    hand: Hand, child: Child, clock: Clock
) -> None:
    change = Change(child.key, "", "infusion", "write", INFUSION, 0, entry_id="app-1")
    append(hand, [change], now=clock())
    other = Change(child.key, "", "relapse", "write", {"date": None, "facts": {}}, 0, "", "app-1")
    with pytest.raises(Refused, match="was sent under this name before"):
        append(hand, [other], now=clock())


def refusals(child: Child) -> dict[str, Change]:
    """Changes that cannot be written, by the rule that says so."""
    key = child.key
    return {
        "event.impossible": write(child, "infusion", {"date": "2020-04-14", "facts": {"x": 1}}),
        "change.no_reason": Change(key, "there", "infusion", "amend", INFUSION, 1, reason="  "),
        "event.unknown": amend(child, "infusion", INFUSION, "not there", 1),
        "event.exists": Change(key, "there", "infusion", "write", INFUSION, 1),
        "event.kind": amend(child, "relapse", {"date": None, "facts": {}}, "there", 1),
        "child.unknown": Change(uuid.uuid4(), "", "infusion", "write", INFUSION, 0),
        "change.unknown": write(child, "surprise", INFUSION),
        "change.empty": Change(key, "", "infusion", "write", None, 0),
        "event.name": write(child, "infusion", INFUSION, "a\nb"),
        "entry.name": Change(key, "", "infusion", "write", INFUSION, 0, "", "x" * 101),
        "change.not_json": write(child, "query", {"asked": {1, 2}}),
        "change.reason": Change(key, "there", "infusion", "amend", INFUSION, 1, "a\x00b"),
    }


RULES = (
    *("event.impossible", "change.no_reason", "event.unknown", "event.exists", "event.kind"),
    *("child.unknown", "change.unknown", "change.empty", "event.name", "entry.name"),
    *("change.not_json", "change.reason"),
)


@pytest.mark.parametrize("rule", RULES)
def test_what_cannot_be_written_is_refused_whole(
    hand: Hand, child: Child, clock: Clock, rule: str
) -> None:
    append(hand, [write(child, "infusion", INFUSION, "there")], now=clock())
    good = write(child, "infusion", INFUSION)
    with pytest.raises(Refused) as refused:
        append(hand, [good, refusals(child)[rule]], now=clock())
    (problem,) = refused.value.problems
    assert problem.rule == rule
    assert problem.why
    assert problem.remedy
    assert Entry.objects.count() == 2
    assert ChainHead.objects.get().number == 2


def test_every_refusal_is_tried(child: Child) -> None:
    assert set(refusals(child)) == set(RULES)


def test_every_problem_of_every_change_is_said_at_once(
    hand: Hand, child: Child, clock: Clock
) -> None:
    wrong = {"date": "2020-04-14", "facts": {"number": 99, "weight_kg": 0.5}}
    with pytest.raises(Refused) as refused:
        append(
            hand,
            [write(child, "infusion", wrong), write(child, "relapse", {"facts": {}})],
            now=clock(),
        )
    assert len(refused.value.problems) == 3


def test_a_child_of_another_centre_does_not_exist_here(child: Child, clock: Clock) -> None:
    other = Hand(None, "bob", Centre.objects.create(code="theirs", name="Theirs"), "form")
    with pytest.raises(Refused, match="no such child at this centre"):
        append(other, [write(child, "infusion", INFUSION)], now=clock())


def test_two_children_of_a_centre_never_share_a_pseudonym(
    hand: Hand, child: Child, clock: Clock
) -> None:
    with pytest.raises(Refused, match="same pseudonym"):
        register(hand, course_id="P-001", now=clock())
    elsewhere = Hand(None, "bob", Centre.objects.create(code="theirs", name="Theirs"), "form")
    assert register(elsewhere, course_id="P-001", now=clock()).course_id == "P-001"


def test_a_withdrawn_child_gives_its_pseudonym_up_and_takes_no_events(
    hand: Hand, child: Child, clock: Clock
) -> None:
    append(hand, [Change(child.key, "child", "child", "withdraw", None, 1, "twice")], now=clock())
    child.refresh_from_db()
    assert child.withdrawn
    with pytest.raises(Refused, match="was withdrawn from the ledger"):
        append(hand, [write(child, "infusion", INFUSION)], now=clock())
    second = register(hand, course_id="P-001", now=clock())
    assert second.key != child.key
    back = Change(child.key, "child", "child", "write", {**_said(child), "course_id": "P-001"}, 2)
    with pytest.raises(Refused, match="same pseudonym"):
        append(hand, [back], now=clock())


def test_pseudonyms_can_be_exchanged_through_a_third(
    hand: Hand, child: Child, clock: Clock
) -> None:
    second = register(hand, course_id="P-002", now=clock())

    def renamed(one: Child, name: str, seen: int) -> Change:
        said = {**_said(one), "course_id": name}
        return Change(one.key, "child", "child", "amend", said, seen, reason="mixed up")

    append(hand, [renamed(child, "P-x", 1)], now=clock())
    append(hand, [renamed(second, "P-001", 1)], now=clock())
    append(hand, [renamed(child, "P-002", 2)], now=clock())
    assert dict(Child.objects.values_list("key", "course_id")) == {
        child.key: "P-002",
        second.key: "P-001",
    }


def _said(child: Child) -> dict[str, Any]:
    return dict(next(e.payload for e in current_events(child) if e.event == "child"))


def test_another_day_0_moves_the_study_days_and_leaves_the_dates(
    hand: Hand, child: Child, clock: Clock
) -> None:
    append(hand, [write(child, "infusion", INFUSION)], now=clock())
    later = {**_said(child), "day0": "2020-03-12"}
    append(hand, [amend(child, "child", later, "child", 1)], now=clock())
    child.refresh_from_db()
    assert child.day0 == date(2020, 3, 12)
    assert course_of(child).infusion_days == (33,)


def test_the_child_itself_needs_no_name(hand: Hand, child: Child, clock: Clock) -> None:
    said = {**_said(child), "sex": "male"}
    append(hand, [Change(child.key, "", "child", "amend", said, 1, "forgotten")], now=clock())
    child.refresh_from_db()
    assert child.sex == "male"


def test_day_0_is_not_taken_away_while_dates_depend_on_it(
    hand: Hand, child: Child, clock: Clock
) -> None:
    append(hand, [write(child, "infusion", INFUSION)], now=clock())
    without = {**_said(child), "day0": None}
    with pytest.raises(Refused, match="while an event depends on it") as refused:
        append(hand, [amend(child, "child", without, "child", 1)], now=clock())
    assert refused.value.problems[0].event_ids == ("infusion-1",)


def test_a_child_without_a_date_of_day_0_has_study_days(hand: Hand, clock: Clock) -> None:
    child = register(
        hand, course_id="S-1", origin=Origin.SIMULATED, age_days_at_day0=NOT_DONE, now=clock()
    )
    append(hand, [write(child, "infusion", {"day": 35, "facts": {}})], now=clock())
    course = course_of(child)
    assert (course.infusion_days, course.age_days_at_day0) == ((35,), NOT_DONE)


def test_the_clock_never_takes_the_ledger_back(hand: Hand, child: Child) -> None:
    before = Entry.objects.get().recorded_at
    back = before - timedelta(days=3)
    (entry,) = append(hand, [write(child, "infusion", INFUSION)], now=back)
    assert entry.recorded_at == before
    assert clock_behind(hand.centre, back) == timedelta(days=3)
    assert clock_behind(hand.centre, before) is None


def test_a_centre_never_changes_its_code(centre: Centre) -> None:
    centre.code = "renamed"
    with pytest.raises(Exception, match="cannot become 'renamed'"):
        centre.save()


def test_current_and_child_follow_in_the_same_write(hand: Hand, child: Child, clock: Clock) -> None:
    append(hand, [write(child, "infusion", INFUSION)], now=clock())
    row = Current.objects.get(child=child, event="infusion-1")
    assert (row.version, row.entry, row.date, row.withdrawn) == (1, 2, "2020-04-14", False)
    child.refresh_from_db()
    assert (child.entries, child.touched_at) == (2, clock.moment)


@pytest.fixture
def told() -> Iterator[list[Child]]:
    """The children that a follower was told of."""
    children: list[Child] = []
    after_write.follow(children.append)
    yield children
    after_write.unfollow(children.append)


def test_followers_hear_of_each_child_once(
    hand: Hand, child: Child, clock: Clock, told: list[Child]
) -> None:
    append(hand, [write(child, "infusion", INFUSION)] * 2, now=clock())
    assert [one.key for one in told] == [child.key]


def test_a_follower_that_fails_stops_nothing_and_is_logged_without_values(
    hand: Hand, child: Child, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(one: Child) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM registry_child")

    after_write.follow(fails)
    try:
        with caplog.at_level("ERROR"):
            append(hand, [write(child, "infusion", INFUSION)], now=clock())
    finally:
        after_write.unfollow(fails)
    assert Entry.objects.count() == 2
    assert any(str(child.key) in line and "P-001" not in line for line in caplog.messages)


def test_the_account_of_the_hand_is_not_needed(
    account: Account, centre: Centre, clock: Clock
) -> None:
    child = register(Hand(account, "anna", centre, "form"), course_id="P-9", now=clock())
    assert Entry.objects.get(child=child.key).author == "anna"


def test_a_moment_without_a_zone_is_refused(hand: Hand) -> None:
    with pytest.raises((ValueError, TypeError, RuntimeWarning)):
        register(hand, course_id="P-1", now=datetime(2024, 1, 1))

# SPDX-License-Identifier: Apache-2.0
"""Data queries: their steps on the chain, who is next, and what changed under them."""

from __future__ import annotations

import pytest

from cartulary.registry import queries
from cartulary.registry.models import Centre, Child, Entry
from cartulary.registry.queries import MOVES, DataQuery, QueryState
from cartulary.registry.writing import Change, Conflict, Hand, Refused, append
from tests.registry.conftest import Clock, amend, write

INFUSION = {"date": "2020-04-14", "facts": {"number": 1, "weight_kg": 24.6}}


@pytest.fixture
def infused(hand: Hand, child: Child, clock: Clock) -> Child:
    append(hand, [write(child, "infusion", INFUSION)], now=clock())
    return child


def asked(hand: Hand, child: Child, clock: Clock, to: str = "bram") -> DataQuery:
    number = queries.ask(
        hand, child, "infusion-1", "weight_kg", "Weighed that day?", to=to, now=clock()
    )
    found = queries.query_numbered(hand.centre, number)
    assert found is not None
    return found


def again(hand: Hand, query: DataQuery) -> DataQuery:
    found = queries.query_numbered(hand.centre, query.number)
    assert found is not None
    return found


def test_a_query_stands_on_one_field_with_the_value_it_was_asked_about(
    hand: Hand, infused: Child, clock: Clock
) -> None:
    query = asked(hand, infused, clock)
    assert (query.state, query.event, query.field) == (
        QueryState.OPEN,
        "infusion-1",
        "weight_kg",
    )
    assert (query.value, query.value_now, query.changed) == (24.6, 24.6, False)
    assert (query.asked_by, query.to, query.text) == ("anna", "bram", "Weighed that day?")
    assert Entry.objects.get(number=query.number).kind == "query"


def test_every_step_is_an_entry_with_its_words(hand: Hand, infused: Child, clock: Clock) -> None:
    bram = Hand(None, "bram", hand.centre, "form")
    query = asked(hand, infused, clock)
    queries.move(bram, query, QueryState.ANSWERED, "Yes, at 8.", now=clock())
    queries.move(hand, again(hand, query), QueryState.REOPENED, "Which scale?", now=clock())
    queries.move(bram, again(hand, query), QueryState.ANSWERED, "The ward's.", now=clock())
    queries.move(hand, again(hand, query), QueryState.CLOSED, "Thank you.", now=clock())
    done = again(hand, query)
    assert [(s.state.value, s.author, s.text) for s in done.steps] == [
        ("open", "anna", "Weighed that day?"),
        ("answered", "bram", "Yes, at 8."),
        ("reopened", "anna", "Which scale?"),
        ("answered", "bram", "The ward's."),
        ("closed", "anna", "Thank you."),
    ]
    numbers = [step.entry for step in done.steps]
    assert numbers == sorted(numbers)
    assert done.text == "Weighed that day?"
    assert Entry.objects.filter(kind="query").count() == 5


@pytest.mark.parametrize("state", list(QueryState))
def test_a_step_that_cannot_follow_is_refused(
    hand: Hand, infused: Child, clock: Clock, state: QueryState
) -> None:
    query = asked(hand, infused, clock)
    if state in MOVES[QueryState.OPEN]:
        queries.move(hand, query, state, "words", now=clock())
        assert again(hand, query).state is state
        return
    with pytest.raises(Refused, match="cannot become"):
        queries.move(hand, query, state, "words", now=clock())
    assert again(hand, query).state is QueryState.OPEN


def test_a_closed_query_can_only_be_reopened() -> None:
    assert MOVES[QueryState.CLOSED] == frozenset({QueryState.REOPENED})
    assert set(MOVES) == set(QueryState)


def test_words_are_needed_at_every_step(hand: Hand, infused: Child, clock: Clock) -> None:
    with pytest.raises(Refused, match="no reason"):
        queries.ask(hand, infused, "infusion-1", "weight_kg", "  ", now=clock())
    query = asked(hand, infused, clock)
    with pytest.raises(Refused, match="no reason"):
        queries.move(hand, query, QueryState.ANSWERED, "", now=clock())


@pytest.mark.parametrize(
    ("event", "field"),
    [("infusion-1", "colour"), ("infusion-9", "weight_kg"), ("child", "sex"), ("", "")],
)
def test_a_query_about_nothing_is_refused(
    hand: Hand, infused: Child, clock: Clock, event: str, field: str
) -> None:
    with pytest.raises(Refused, match="no such field"):
        queries.ask(hand, infused, event, field, "Why?", now=clock())


def test_a_change_of_the_field_flags_the_query(hand: Hand, infused: Child, clock: Clock) -> None:
    query = asked(hand, infused, clock)
    other_field = {"date": "2020-04-14", "facts": {"number": 2, "weight_kg": 24.6}}
    append(hand, [amend(infused, "infusion", other_field, "infusion-1", 1)], now=clock())
    assert not again(hand, query).changed
    heavier = {"date": "2020-04-14", "facts": {"number": 2, "weight_kg": 24.8}}
    append(hand, [amend(infused, "infusion", heavier, "infusion-1", 2)], now=clock())
    found = again(hand, query)
    assert (found.changed, found.value, found.value_now) == (True, 24.6, 24.8)


def test_a_withdrawn_event_flags_the_query(hand: Hand, infused: Child, clock: Clock) -> None:
    query = asked(hand, infused, clock)
    gone = Change(infused.key, "infusion-1", "infusion", "withdraw", None, 1, "wrong child")
    append(hand, [gone], now=clock())
    found = again(hand, query)
    assert found.gone
    assert found.changed


def test_of_two_people_who_answer_the_second_is_told(
    hand: Hand, infused: Child, clock: Clock
) -> None:
    query = asked(hand, infused, clock)
    queries.move(hand, query, QueryState.ANSWERED, "Yes.", now=clock())
    with pytest.raises(Conflict):
        queries.move(hand, query, QueryState.CLOSED, "No.", now=clock())
    assert again(hand, query).last.text == "Yes."


def test_lists_go_by_state_and_by_whose_turn_it_is(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    for to in ("bram", "clinician", "bram"):
        asked(hand, infused, clock, to)
    first = asked(hand, infused, clock)
    queries.move(hand, first, QueryState.ANSWERED, "Yes.", now=clock())
    open_ones = queries.rows(centre, states=(QueryState.OPEN, QueryState.REOPENED))
    assert open_ones.count() == 3
    assert queries.rows(centre, states=(QueryState.OPEN,), to=("bram",)).count() == 2
    assert queries.counts(centre) == {
        QueryState.OPEN: 3,
        QueryState.ANSWERED: 1,
        QueryState.CLOSED: 0,
        QueryState.REOPENED: 0,
    }
    page = queries.page(open_ones, limit=2)
    assert [one.to for one in page] == ["bram", "clinician"]
    assert [one.to for one in queries.page(open_ones, offset=2)] == ["bram"]


def test_words_that_look_like_a_state_do_not_make_one(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    queries.ask(
        hand,
        infused,
        "infusion-1",
        "date",
        'Is it "state":"closed"? And "to":"bram"?',
        to='b"ram',
        now=clock(),
    )
    assert queries.counts(centre)[QueryState.CLOSED] == 0
    assert queries.rows(centre, to=("bram",)).count() == 0
    assert queries.rows(centre, to=('b"ram',)).count() == 1


def test_the_query_of_another_centre_is_not_there(hand: Hand, infused: Child, clock: Clock) -> None:
    other = Centre.objects.create(code="theirs", name="Their centre")
    query = asked(hand, infused, clock)
    assert queries.query_numbered(other, query.number) is None
    assert queries.query_numbered(hand.centre, query.number + 1) is None
    assert queries.rows(other).count() == 0

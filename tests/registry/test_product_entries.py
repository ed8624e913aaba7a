# SPDX-License-Identifier: Apache-2.0
"""A product's steps on the ledger: what each writes, what a mismatch leaves, what a race does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from cartulary.course.absence import is_known
from cartulary.course.events import Custody, Infusion, Product
from cartulary.course.events.cells import CustodyStep, ProductStatus
from cartulary.registry import queries
from cartulary.registry.change import Change, Conflict, Hand
from cartulary.registry.courses import course_of
from cartulary.registry.identifiers import Which
from cartulary.registry.models import Centre, Child, Entry
from cartulary.registry.policies import Attempt, Stays
from cartulary.registry.product_life import label_read, rows_from, to_read
from cartulary.registry.product_life_proof import altered, entries_of_life
from cartulary.registry.product_life_reading import ProductStory, story_of
from cartulary.registry.product_life_states import Act, State
from cartulary.registry.product_life_writing import Mismatch, NotNow, Signer, Wish, take
from cartulary.registry.verifying import verify
from cartulary.registry.writing import append

PRODUCT = "product-1"
TODAY = "2020-09-29"
Clock = Callable[[], datetime]


class Bench:
    """A laboratory bench: steps taken by anna, second signatures by bert."""

    def __init__(self, centre: Centre, child: Child, clock: Clock) -> None:
        self.centre, self.child, self.clock = centre, child, clock

    @property
    def story(self) -> ProductStory:
        found = story_of(self.child, PRODUCT)
        assert found is not None
        return found

    def state(self, bag: str = "") -> State:
        return self.story.life.unit(bag).state

    def take(self, act: Act, bag: str = "", who: str = "anna", **wanted: Any) -> list[Entry]:
        """One signature, with right identifiers unless `read` says otherwise."""
        life = self.story.life
        unit = life.unit(bag)
        row = next((row for row, _ in rows_from(life, unit) if row.act is act), None)
        read = wanted.pop("read", None)
        if read is None and row is not None:
            label = label_read(unit, row)
            read = {which: life.expected(label, which) for which in to_read(life, unit, row)}
        attempt = Attempt(
            act,
            bag,
            highest_celsius=wanted.pop("highest", None),
            temperature_said=wanted.pop("stays", Stays.WITHIN),
        )
        wish = Wish(
            act,
            bag,
            read,
            wanted.pop("date", "2020-09-01"),
            wanted.pop("time", "10:00"),
            wanted.pop("reason", "drawn"),
            attempt,
            wanted,
        )
        signer = Signer(Hand(None, who, self.centre, "form"), lambda _: True, "tester")
        return take(signer, self.child, PRODUCT, wish, now=self.clock(), today=TODAY)

    def do(self, act: Act, bag: str = "", **wanted: Any) -> None:
        """A step with as many signatures as it asks."""
        self.take(act, bag, **dict(wanted))
        if self.story.life.unit(bag).asked is not None:
            self.take(act, bag, "bert", **dict(wanted))


@pytest.fixture
def bench(centre: Centre, child: Child, hand: Hand, clock: Clock) -> Bench:
    collected = {"number": 1, "donation_id": "G123498654321"}
    ordered = {
        "product_id": "P-0031",
        "site": "central",
        "apheresis_number": 1,
        "status": "ordered",
    }
    append(
        hand,
        [
            Change(
                child.key,
                "apheresis-1",
                "apheresis",
                "write",
                {"date": "2020-03-20", "facts": collected},
                0,
            ),
            Change(
                child.key,
                PRODUCT,
                "product",
                "write",
                {"date": "2020-03-15", "facts": ordered},
                0,
            ),
        ],
        now=clock(),
    )
    made = Bench(centre, child, clock)
    made.do(Act.IDENTIFY, identifiers={"chain_of_identity": "NL-COI-0418"})
    made.do(Act.SPECIFY, limits={"form": "frozen", "product_high_celsius": -150.0})
    return made


def until(bench: Bench, last: Act) -> Bench:
    """The usual way until an act, that act included."""
    for act, date in (
        (Act.COLLECT, "2020-03-20"),
        (Act.SEND, "2020-03-20"),
        (Act.HAND_IN, "2020-03-21"),
        (Act.START, "2020-03-22"),
        (Act.RELEASE, "2020-04-18"),
        (Act.SHIP, "2020-04-29"),
        (Act.RECEIVE, "2020-05-01"),
        (Act.STORE, "2020-05-01"),
        (Act.THAW, "2020-05-06"),
        (Act.INFUSE, "2020-05-06"),
    ):
        bench.do(act, date=date)
        if act is last:
            return bench
    return bench


def test_the_whole_way_writes_the_courses_own_events(bench: Bench) -> None:
    until(bench, Act.THAW)
    bench.do(Act.INFUSE, date="2020-05-06", dose_cells=8e7, weight_kg=32.0)
    course = course_of(bench.child)
    custody = course.all(Custody)
    # On one day the course orders by kind and name; the days are enough to tell the way.
    assert sorted((event.day, event.step.value) for event in custody) == [
        (10, "collection"),
        (10, "dispatch"),
        (11, "manufacture"),
        (50, "dispatch"),
        (52, "receipt"),
        (52, "storage"),
        (57, "bedside"),
        (57, "thaw"),
    ]
    assert all(event.identifiers_checked == 2 for event in custody)
    assert all(event.identifiers_match is True for event in custody)
    (product,) = course.all(Product)
    assert product.status is ProductStatus.RELEASED
    assert (product.started_day, product.decided_day) == (12, 39)
    (infusion,) = course.all(Infusion)
    assert (infusion.day, infusion.number, infusion.product_id) == (57, 1, "P-0031")
    assert infusion.dose_cells_per_kg == pytest.approx(2.5e6)
    assert bench.state() is State.INFUSED
    assert verify(bench.centre).intact


def test_a_mismatch_writes_what_was_read_asks_the_laboratory_and_moves_nothing(
    bench: Bench,
) -> None:
    until(bench, Act.SHIP)
    before = course_of(bench.child)
    wrong = {Which.CHAIN_OF_IDENTITY: "NL-COI-0412-B", Which.DONATION: "=G12349865432177"}
    with pytest.raises(Mismatch) as blocked:
        bench.take(Act.RECEIVE, read=wrong, date="2020-05-01")
    assert bench.state() is State.SHIPPED
    assert course_of(bench.child) == before
    (entry,) = blocked.value.entries
    facts = json.loads(entry.payload)["facts"]
    assert entry.kind == "identity_check"
    assert facts["happened"] is False
    assert [(r["read"], r["expected"], r["agrees"]) for r in facts["readings"]] == [
        ("NL-COI-0412-B", "NL-COI-0418", False),
        ("G123498654321", "G123498654321", True),
    ]
    query = queries.query_numbered(bench.centre, facts["query"])
    assert query is not None
    assert (query.event, query.to, query.state) == (PRODUCT, "laboratory", "open")
    assert "NL-COI-0412-B" in query.text
    # The right bag then goes on.
    bench.do(Act.RECEIVE, date="2020-05-01")
    assert bench.state() is State.RECEIVED
    assert len(bench.story.blocked) == 1


def test_one_scan_is_enough_to_block_and_nobody_is_let_by(bench: Bench) -> None:
    until(bench, Act.SHIP)
    with pytest.raises(Mismatch):
        bench.take(Act.RECEIVE, read={Which.DONATION: "G123417654321"}, date="2020-05-01")
    assert bench.state() is State.SHIPPED


def test_two_who_take_the_same_step_at_once_write_it_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both saw the bag on its way; the second is told, and writes nothing."""
    until(bench, Act.SHIP)
    seen = bench.story
    bench.do(Act.RECEIVE, date="2020-05-01")
    count = Entry.objects.count()
    monkeypatch.setattr("cartulary.registry.product_life_writing.story_of", lambda *_: seen)
    with pytest.raises(Conflict):
        bench.take(
            Act.RECEIVE,
            who="bert",
            read={Which.CHAIN_OF_IDENTITY: "NL-COI-0418", Which.DONATION: "G123498654321"},
            date="2020-05-01",
        )
    assert Entry.objects.count() == count


def test_a_release_out_of_specification_names_who_approved_and_keeps_both_reasons(
    bench: Bench,
) -> None:
    until(bench, Act.START)
    bench.do(Act.REJECT, date="2020-04-18", reason="viability 72%")
    with pytest.raises(NotNow):
        bench.take(Act.SHIP, date="2020-04-19")
    asked = bench.take(Act.APPROVE, "", "anna", date="2020-04-19", reason="no time to wait")
    assert [entry.kind for entry in asked] == ["handling"]
    assert bench.state() is State.OUT_OF_SPECIFICATION
    with pytest.raises(NotNow):
        bench.take(Act.APPROVE, "", "anna", date="2020-04-19")
    bench.take(Act.APPROVE, "", "bert", date="2020-04-19", reason="")
    assert bench.state() is State.RELEASED_WITH_APPROVAL
    (product,) = course_of(bench.child).all(Product)
    assert product.status is ProductStatus.RELEASED_OUT_OF_SPECIFICATION
    assert product.failure_reason == "viability 72%"
    assert product.approved_by == "tester"
    assert bench.story.life.steps[-1].details["reason"] == "no time to wait"


def test_too_warm_on_the_way_is_written_and_quarantined(bench: Bench) -> None:
    until(bench, Act.SHIP)
    bench.do(Act.RECEIVE, date="2020-05-01", highest=-120.0)
    assert bench.state() is State.QUARANTINED
    warm = [e for e in course_of(bench.child).all(Custody) if e.temperature_in_range is False]
    assert [event.step for event in warm] == [CustodyStep.RECEIPT]
    with pytest.raises(NotNow):
        bench.take(Act.STORE, date="2020-05-02")
    bench.do(Act.LIFT, date="2020-05-02", reason="accepted by the manufacturer")
    bench.do(Act.STORE, date="2020-05-02")
    assert bench.state() is State.STORED


def test_two_bags_given_on_one_day_are_one_infusion(bench: Bench) -> None:
    until(bench, Act.START)
    bags = [
        {"name": name, "chain_of_identity": f"NL-COI-0418-{name}", "dose_cells": 4e7}
        for name in "AB"
    ]
    bench.do(Act.SPLIT, date="2020-04-10", bags=bags)
    bench.do(Act.RELEASE, date="2020-04-18")
    for bag in "AB":
        for act in (Act.SHIP, Act.RECEIVE, Act.STORE, Act.THAW):
            bench.do(act, bag, date="2020-05-06")
        bench.do(Act.INFUSE, bag, date="2020-05-06", dose_cells=4e7, weight_kg=20.0)
    (infusion,) = course_of(bench.child).all(Infusion)
    assert infusion.dose_cells == 8e7
    assert infusion.dose_cells_per_kg == pytest.approx(4e6)


def test_a_product_followed_on_paper_is_taken_over_where_the_record_stands(
    bench: Bench, hand: Hand, clock: Clock
) -> None:
    product = bench.story.product
    released = {**product.facts, "status": "released", "decided_day": "2020-04-18"}
    receipt = {"product_id": "P-0031", "step": "receipt", "identifiers_checked": 2}
    append(
        hand,
        [
            Change(
                bench.child.key,
                PRODUCT,
                "product",
                "amend",
                {**product.payload, "facts": released},
                product.version,
                "from paper",
            ),
            Change(
                bench.child.key,
                "",
                "custody",
                "write",
                {"date": "2020-05-01", "facts": receipt},
                0,
            ),
        ],
        now=clock(),
    )
    assert not bench.story.is_followed
    assert bench.story.state() is State.RECEIVED
    bench.do(Act.ADOPT, date="2020-05-02", state="received", reason="papers seen")
    assert bench.state() is State.RECEIVED
    bench.do(Act.STORE, date="2020-05-02")
    assert bench.state() is State.STORED


def test_a_step_that_is_taken_back_leaves_the_course_as_it_was_and_stays_in_the_ledger(
    bench: Bench,
) -> None:
    until(bench, Act.START)
    before = course_of(bench.child)
    bench.do(Act.RELEASE, date="2020-04-18")
    bench.do(Act.SHIP, date="2020-04-29")
    for _ in range(2):
        undone = bench.story.life.steps[-1]
        entries = bench.take(Act.TAKE_BACK, reason="wrong line", takes_back=undone.sequence)
        assert entries[0].kind == "handling"
        assert all("wrong line" in entry.reason for entry in entries[1:])
    assert bench.state() is State.IN_MANUFACTURE
    assert course_of(bench.child) == before
    life = bench.story.life
    assert [one.undone.act for one in life.taken_back] == [Act.SHIP, Act.RELEASE]
    numbers = {one.undone.entry for one in life.taken_back} | {
        one.by.entry for one in life.taken_back
    }
    assert numbers <= entries_of_life(bench.story)
    assert verify(bench.centre).intact
    bench.do(Act.RELEASE, date="2020-04-19")
    assert course_of(bench.child).all(Product)[0].status is ProductStatus.RELEASED


def test_what_somebody_changed_since_stays_when_a_step_is_taken_back(bench: Bench) -> None:
    until(bench, Act.RELEASE)
    said = bench.story.product
    payload = {**said.payload, "facts": {**said.facts, "viability_percent": 84.0}}
    hand = Hand(None, "anna", bench.centre, "form")
    change = Change(
        bench.child.key, PRODUCT, "product", "amend", payload, said.version, reason="late"
    )
    append(hand, [change], now=bench.clock())
    bench.do(Act.TAKE_BACK)
    (product,) = course_of(bench.child).all(Product)
    assert (product.status, product.viability_percent) == (ProductStatus.STARTED, 84.0)


def test_the_step_somebody_saw_as_the_last_is_taken_back_or_none(bench: Bench) -> None:
    until(bench, Act.SEND)
    seen = bench.story.life.steps[-1].sequence
    bench.do(Act.HAND_IN, date="2020-03-21")
    with pytest.raises(NotNow, match="in between"):
        bench.take(Act.TAKE_BACK, takes_back=seen)
    with pytest.raises(NotNow, match="reason"):
        bench.take(Act.TAKE_BACK, reason=" ")
    assert bench.state() is State.AT_MANUFACTURER
    until_now = Entry.objects.count()
    bench.take(Act.QUARANTINE)
    with pytest.raises(NotNow, match="lifted"):
        bench.take(Act.TAKE_BACK)
    assert Entry.objects.count() == until_now + 1


def test_a_hand_off_says_its_bag_its_time_and_its_readings(bench: Bench) -> None:
    until(bench, Act.RELEASE)
    bags = [{"name": "A", "chain_of_identity": "NL-COI-0418-A"}, {"name": "B", "bag": "2"}]
    bench.do(Act.SPLIT, bags=bags)
    bench.do(Act.SHIP, "A", date="2020-04-29", time="07:50", highest=-171.0)
    hand_off = course_of(bench.child).all(Custody)[-1]
    assert (hand_off.bag, hand_off.time_of_day) == ("A", "07:50")
    assert (hand_off.highest_celsius, is_known(hand_off.lowest_celsius)) == (-171.0, False)
    assert hand_off.temperature_in_range is True


def test_the_past_is_as_it_was(bench: Bench) -> None:
    until(bench, Act.SHIP)
    moment = bench.clock()
    bench.do(Act.RECEIVE, date="2020-05-01")
    then = story_of(bench.child, PRODUCT, moment)
    assert then is not None
    assert then.life.unit().state is State.SHIPPED
    assert bench.state() is State.RECEIVED


def test_an_entry_of_the_proof_that_was_altered_is_named(bench: Bench) -> None:
    until(bench, Act.RECEIVE)
    numbers = entries_of_life(bench.story)
    assert altered(bench.centre, numbers) == ()
    gone = max(numbers) + 1000
    assert altered(bench.centre, {*numbers, gone}) == (gone,)

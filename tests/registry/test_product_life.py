# SPDX-License-Identifier: Apache-2.0
"""The product's life cycle: the whole table walked, and no way to "infused" around it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cartulary.course.events.cells import ProductStatus, Site
from cartulary.registry.identifiers import MisreadError, Reading, Which, canonical, check_character
from cartulary.registry.permissions import MAY, Permission
from cartulary.registry.policies import Attempt, Stays, in_the_way, judged, mismatches, missing
from cartulary.registry.product_life import WHOLE, Step, rows_from, still_to_come, to_read
from cartulary.registry.product_life_back import TAKES_BACK, last_step
from cartulary.registry.product_life_drawing import PLACES, drawing
from cartulary.registry.product_life_limits import Limits
from cartulary.registry.product_life_obstacles import HOLDS
from cartulary.registry.product_life_page import page
from cartulary.registry.product_life_states import DONE, FINAL, Act, Must, State
from cartulary.registry.product_life_table import TABLE
from cartulary.registry.roles import Role
from tests.registry.product_steps import CHAIN, RECORD, SAYS, WAY, Story, at, identified

CENTRAL_FROZEN = {"any", "central", "central_frozen", "frozen"}
TODAY = "2020-09-29"


# --- the table ------------------------------------------------------------------------------------


def test_every_state_can_be_reached_and_has_a_place_in_the_picture() -> None:
    assert set(WAY) == set(State) == set(PLACES)
    for state in State:
        assert at(state).state() is state


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_an_act_moves_the_cells_as_the_table_says_and_not_otherwise(state: State, act: Act) -> None:
    """Every state by every act, for a product that is made elsewhere and frozen."""
    rows = [
        row
        for row in TABLE
        if row.act is act and state in row.sources and row.path.value in CENTRAL_FROZEN
    ]
    story = at(state)
    if not rows:
        story.steps.append(story.step(act, **SAYS.get(act, {})))
        assert story.state() is state
        assert [fault.act for fault in story.life.faults] == [act]
        return
    (row,) = rows
    if act is Act.TAKE_BACK:
        _is_taken_back_or_has_another_way(story, state)
        return
    story.do(act, **SAYS.get(act, {}))
    expected = row.target or state
    if act is Act.LIFT:
        expected = State.RECEIVED
    if act is Act.ADOPT:
        expected = State.RECEIVED
    assert story.state() is expected


#: Where the last step leads back to; a quarantine has a step of its own.
_BACK = {
    State.ORDERED: State.ORDERED,
    State.COLLECTED: State.ORDERED,
    State.SENT: State.COLLECTED,
    State.AT_MANUFACTURER: State.SENT,
    State.IN_MANUFACTURE: State.AT_MANUFACTURER,
    State.RELEASED: State.IN_MANUFACTURE,
    State.OUT_OF_SPECIFICATION: State.IN_MANUFACTURE,
    State.RELEASED_WITH_APPROVAL: State.OUT_OF_SPECIFICATION,
    State.FAILED: State.IN_MANUFACTURE,
    State.SHIPPED: State.RELEASED,
    State.RECEIVED: State.SHIPPED,
    State.STORED: State.RECEIVED,
    State.THAWED: State.STORED,
    State.RETURNED: State.RECEIVED,
    State.DISCARDED: State.RECEIVED,
    State.CANCELLED: State.ORDERED,
}


def _is_taken_back_or_has_another_way(story: Story, state: State) -> None:
    if state not in _BACK:
        story.steps.append(story.step(Act.TAKE_BACK))
        assert story.state() is state
        assert len(story.life.faults) == 1
        return
    last = story.steps[-1]
    story.do(Act.TAKE_BACK, reason="wrong line")
    assert story.state() is _BACK[state]
    (one,) = story.life.taken_back
    assert (one.undone.sequence, one.by) == (last.sequence, story.steps[-1])
    assert last.sequence not in {step.sequence for step in story.life.steps}


def test_only_the_last_step_is_taken_back_and_the_one_before_it_after_that() -> None:
    story = at(State.RECEIVED)
    shipped = story.steps[-2].sequence
    story.steps.append(story.step(Act.TAKE_BACK, **{TAKES_BACK: shipped}))
    assert story.state() is State.RECEIVED
    assert [fault.act for fault in story.life.faults] == [Act.TAKE_BACK]
    story.steps.append(story.step(Act.TAKE_BACK))
    assert story.state() is State.SHIPPED
    # What did not hold then does not hold now that the step in its way is gone.
    assert len(story.life.faults) == 1
    story.steps.append(story.step(Act.TAKE_BACK))
    assert story.state() is State.RELEASED
    story.steps.append(story.step(Act.SHIP))
    assert story.state() is State.SHIPPED


def test_a_request_is_taken_back_before_somebody_else_agrees() -> None:
    story = at(State.STORED)
    story.steps.append(replace(story.step(Act.THAW), asks=True))
    assert story.life.unit().asked is not None
    story.do(Act.TAKE_BACK)
    assert story.life.unit().asked is None
    story.do(Act.THAW)
    story.do(Act.TAKE_BACK)
    assert story.life.unit().asked is not None, "the first signature still stands"


def test_a_bag_goes_back_by_itself_and_a_division_only_while_no_bag_went_on() -> None:
    story = at(State.RELEASED)
    story.do(Act.SPLIT, **SAYS[Act.SPLIT])
    story.do(Act.SHIP, "A")
    assert last_step(story.life, story.life.unit("B")) is None
    story.do(Act.TAKE_BACK, "A")
    assert (story.state("A"), story.state("B")) == (State.RELEASED, State.RELEASED)
    story.do(Act.TAKE_BACK, "B")
    assert not story.life.is_divided


def test_a_label_is_not_made_to_agree_by_taking_back_what_named_it() -> None:
    story = identified()
    story.steps[0] = replace(story.steps[0], details={"identifiers": {"chain_of_identity": CHAIN}})
    for act in WAY[State.AT_MANUFACTURER]:
        story.do(act)
    story.do(Act.START, identifiers={"batch": "B-2291"})
    assert codes(story, Act.TAKE_BACK) == {"back"}
    story.steps.append(story.step(Act.TAKE_BACK))
    assert story.state() is State.IN_MANUFACTURE
    assert len(story.life.faults) == 1


def test_who_takes_back_is_who_may_do_it_and_more_where_it_lets_cells_go_on() -> None:
    laboratory = frozenset({Permission.WRITE_PRODUCT})
    director = frozenset({Permission.APPROVE_RELEASE})
    assert codes(at(State.RECEIVED), Act.TAKE_BACK, may=laboratory) == set()
    for state in (State.DISCARDED, State.FAILED, State.OUT_OF_SPECIFICATION, State.CANCELLED):
        assert codes(at(state), Act.TAKE_BACK, may=laboratory) == {"permission"}, state
        assert codes(at(state), Act.TAKE_BACK, may=director) == set(), state
    warm = at(State.SHIPPED)
    warm.do(Act.RECEIVE, temperature={"in_range": False})
    assert codes(warm, Act.TAKE_BACK, may=laboratory) == {"permission"}
    assert codes(warm, Act.TAKE_BACK, may=director) == set()
    asked = at(State.THAWED)
    asked.steps.append(replace(asked.step(Act.INFUSE), asks=True))
    assert codes(asked, Act.TAKE_BACK, may=frozenset({Permission.SIGN_BEDSIDE})) == set()
    for acts in {row.act for row in TABLE}:
        assert len({(row.may, row.back) for row in TABLE if row.act is acts}) == 1


@pytest.mark.parametrize(
    ("site", "form", "acts"),
    [
        (
            Site.CENTRAL,
            "frozen",
            "collect send hand_in start release ship receive store thaw infuse",
        ),
        (Site.CENTRAL, "fresh", "collect send hand_in start release ship receive infuse"),
        (Site.IN_HOUSE, "frozen", "collect hand_in start release store thaw infuse"),
        (Site.IN_HOUSE, "fresh", "collect hand_in start release infuse"),
    ],
)
def test_each_kind_of_product_has_its_own_way_to_the_child(
    site: Site, form: str, acts: str
) -> None:
    story = identified(form, site)
    ahead = [row.act.value for row in still_to_come(story.life, story.life.unit())]
    assert ahead == acts.split()
    for act in ahead:
        story.do(Act(act))
    assert story.state() is State.INFUSED


def test_what_depends_on_the_way_waits_until_the_way_is_known() -> None:
    story = identified(form="")
    for act in WAY[State.RECEIVED]:
        story.do(act)
    unit = story.life.unit()
    assert still_to_come(story.life, unit) == ()
    ways = in_the_way(
        story.life, unit, story.row(Act.STORE), allowed=lambda _: True, username="x", today=TODAY
    )
    assert "form" in {way.code for way in ways}


def test_nothing_follows_a_final_state_and_the_table_is_whole() -> None:
    assert all(not row.sources & FINAL for row in TABLE if row.act is not Act.TAKE_BACK)
    assert all(State.INFUSED not in row.sources for row in TABLE)
    assert {row.act for row in TABLE} == set(Act)
    assert set(HOLDS) == set(Must)
    for row in TABLE:
        assert row.target is None or row.act in DONE
        assert row.custody is None or row.checks, "a hand-off without identifiers"
        assert MAY[row.may], f"nobody may {row.act}"
        assert row.second is None or MAY[row.second]
    giving = [row for row in TABLE if row.target is State.INFUSED]
    assert all(row.second is not None and Must.RECORDED_RELEASED in row.must for row in giving)
    bedside = Permission.SIGN_BEDSIDE
    assert all((row.may, row.second, row.back) == (bedside, bedside, None) for row in giving)
    assert MAY[bedside] == {Role.CLINICIAN}


def test_the_page_and_the_picture_in_the_docs_are_those_of_the_table(repository: Path) -> None:
    reference = repository / "docs" / "reference"
    remedy = "run python -m cartulary.registry.product_life_page docs/reference/product_life.md"
    assert (reference / "product_life.md").read_text(encoding="utf-8") == page(), remedy
    assert (reference / "product_life.svg").read_text(encoding="utf-8") == drawing(), remedy


# --- identifiers, two people, quarantine ----------------------------------------------------------


@pytest.mark.parametrize("act", [row.act for row in TABLE if row.checks])
def test_a_step_with_one_wrong_identifier_changes_nothing(act: Act) -> None:
    state = next(
        state
        for state in WAY
        for row in TABLE
        if row.act is act and state in row.sources and row.path.value in CENTRAL_FROZEN
    )
    story = at(state)
    step = story.step(act, **SAYS.get(act, {}))
    for place in range(len(step.readings)):
        readings = list(step.readings)
        readings[place] = replace(readings[place], read="NL-COI-0412-B")
        wrong = Story(story.record, [*story.steps, replace(step, readings=tuple(readings))])
        assert wrong.state() is state
        assert wrong.life.faults
    # Nor does it help to say that the wrong one was expected.
    forged = tuple(Reading(one.which, "X-1", "X-1") for one in step.readings)
    assert Story(story.record, [*story.steps, replace(step, readings=forged)]).state() is state


def test_one_person_cannot_be_both_pairs_of_eyes() -> None:
    story = at(State.STORED)
    first = replace(story.step(Act.THAW), asks=True)
    story.steps.append(first)
    again = replace(story.step(Act.THAW), first=first.sequence)
    alone = Story(story.record, [*story.steps, again])
    assert alone.state() is State.STORED
    with_another = Story(story.record, [*story.steps, replace(again, author="bert")])
    assert with_another.state() is State.THAWED
    without_first = Story(
        story.record, [*story.steps[:-1], replace(again, author="bert", sequence=99)]
    )
    assert without_first.state() is State.STORED


def test_cells_out_of_their_temperature_go_into_quarantine_until_it_is_lifted() -> None:
    story = at(State.SHIPPED)
    story.do(Act.RECEIVE, temperature={"judged": "outside", "in_range": False})
    assert story.state() is State.QUARANTINED
    unit = story.life.unit()
    assert unit.held is State.RECEIVED
    story.do(Act.LIFT, reason="the manufacturer accepts it")
    assert story.state() is State.RECEIVED


def test_a_reading_outside_its_limit_is_outside_whatever_somebody_says() -> None:
    story = at(State.SHIPPED)
    story.do(Act.SPECIFY, limits={"form": "frozen", "product_high_celsius": -150.0})
    row = story.row(Act.RECEIVE)
    warm = Attempt(Act.RECEIVE, WHOLE, highest_celsius=-120.0, temperature_said=Stays.WITHIN)
    cold = Attempt(Act.RECEIVE, WHOLE, highest_celsius=-160.0)
    said = Attempt(Act.RECEIVE, WHOLE, temperature_said=Stays.NOT_JUDGED)
    assert judged(story.life, row, warm) is Stays.OUTSIDE
    assert judged(story.life, row, cold) is Stays.WITHIN
    assert judged(story.life, row, said) is Stays.NOT_JUDGED
    half = Attempt(Act.RECEIVE, WHOLE, lowest_celsius=-180.0)
    assert judged(story.life, row, half) is None, "the end that has a limit was not read"


def test_without_a_limit_somebody_is_asked_and_nothing_is_assumed() -> None:
    story = at(State.SHIPPED)
    row, unit = story.row(Act.RECEIVE), story.life.unit()
    silent = Attempt(Act.RECEIVE, WHOLE, story.step(Act.RECEIVE).readings, highest_celsius=-20.0)
    assert {one.code for one in missing(story.life, unit, row, silent)} == {"temperature"}


def test_two_bags_with_one_label_are_told_apart_by_a_third_identifier() -> None:
    story = at(State.RELEASED)
    bags = [{"name": "A", "bag": "1"}, {"name": "B", "bag": "2"}]
    story.do(Act.SPLIT, bags=bags)
    life = story.life
    read = to_read(life, life.unit("B"), story.row(Act.SHIP, "B"))
    assert read == (Which.CHAIN_OF_IDENTITY, Which.DONATION, Which.BAG)
    step = story.step(Act.SHIP, "B")
    of_a = tuple(replace(one, read="1") if one.which is Which.BAG else one for one in step.readings)
    story.steps.append(replace(step, readings=of_a))
    assert story.state("B") is State.RELEASED


def test_bags_go_their_own_way_after_a_division_and_together_before_it() -> None:
    story = at(State.IN_MANUFACTURE)
    story.do(Act.SPLIT, **SAYS[Act.SPLIT])
    story.do(Act.RELEASE)
    assert [unit.state for unit in story.life.units] == [State.RELEASED, State.RELEASED]
    story.do(Act.SHIP, "A")
    assert (story.state("A"), story.state("B")) == (State.SHIPPED, State.RELEASED)
    assert story.life.unit("B").backup
    # The whole of a divided product is no bag, and it is divided once.
    story.steps.append(story.step(Act.RECEIVE, WHOLE))
    story.steps.append(story.step(Act.SPLIT, **SAYS[Act.SPLIT]))
    assert len(story.life.faults) == 2
    assert len(story.life.units) == 2


def test_a_known_identifier_is_not_made_to_agree_afterwards() -> None:
    story = at(State.SHIPPED)
    said = {"identifiers": {"chain_of_identity": "NL-COI-0412-B"}}
    story.steps.append(story.step(Act.IDENTIFY, **said))
    assert story.life.identifiers[Which.CHAIN_OF_IDENTITY] == "NL-COI-0418"
    assert story.life.faults
    story.steps.pop()
    story.do(Act.RELABEL, **said)
    assert story.life.identifiers[Which.CHAIN_OF_IDENTITY] == "NL-COI-0412-B"


# --- what must hold -------------------------------------------------------------------------------


def codes(story: Story, act: Act, *, may: frozenset[Permission] | None = None) -> set[str]:
    """What is in the way of an act for somebody who may everything, or only this."""
    allowed = set(Permission) if may is None else may
    return {
        way.code.split(".")[0]
        for way in in_the_way(
            story.life,
            story.life.unit(),
            story.row(act),
            allowed=lambda permission: permission in allowed,
            username="somebody",
            today=TODAY,
        )
    }


def test_a_product_of_another_child_an_unreleased_one_and_an_expired_one_go_nowhere() -> None:
    story = at(State.STORED)
    assert codes(story, Act.THAW) == set()
    story.record = replace(RECORD, made_for="M-099")
    assert codes(story, Act.THAW) == {"made_for_child"}
    for status in ProductStatus:
        story.record = replace(RECORD, status=status)
        expected = set() if status.may_be_infused else {"recorded_released"}
        assert codes(story, Act.THAW) == expected, status
    story.record = RECORD
    story.do(Act.SPECIFY, limits={"form": "frozen", "expires": "2020-09-28"})
    assert codes(story, Act.THAW) == {"not_expired"}


def test_a_result_outside_its_limit_is_not_released_within_specification() -> None:
    story = at(State.IN_MANUFACTURE)
    story.do(Act.SPECIFY, limits={"form": "frozen", "viability_low_percent": 80.0})
    assert codes(story, Act.RELEASE) == {"within_specification"}, "the result is not there yet"
    for viability, expected in ((79.9, {"within_specification"}), (80.0, set())):
        story.record = replace(RECORD, results={"viability_percent": viability})
        assert codes(story, Act.RELEASE) == expected
    assert codes(story, Act.REJECT) == set()


def test_who_may_not_is_told_who_may_and_a_release_out_of_specification_needs_approval() -> None:
    story = at(State.OUT_OF_SPECIFICATION)
    laboratory = frozenset({Permission.WRITE_PRODUCT})
    clinician = frozenset({Permission.REQUEST_RELEASE})
    director = frozenset({Permission.APPROVE_RELEASE})
    assert codes(story, Act.APPROVE, may=laboratory) == {"permission"}
    assert codes(story, Act.APPROVE, may=director) == {"permission"}, "a physician asks first"
    assert codes(story, Act.APPROVE, may=clinician) == set()
    story.steps.append(replace(story.step(Act.APPROVE, reason="no time"), asks=True))
    assert codes(story, Act.APPROVE, may=clinician) == {"permission"}
    assert codes(story, Act.APPROVE, may=director) == set()


def test_a_step_cannot_lie_before_the_one_it_follows() -> None:
    story = identified()
    story.steps.append(replace(story.step(Act.COLLECT), date="2020-08-20", time="10:40"))
    unit, row = story.life.unit(), story.row(Act.SEND)
    readings = story.step(Act.SEND).readings
    for date, time, early in (
        ("2020-08-20", "10:39", True),
        ("2020-08-20", "10:40", False),
        ("2020-08-20", "", False),
        ("2020-08-19", "23:00", True),
    ):
        attempt = Attempt(Act.SEND, WHOLE, readings, date, time, temperature_said=Stays.NOT_JUDGED)
        found = {one.code for one in missing(story.life, unit, row, attempt)}
        assert found == ({"when"} if early else set())


# --- reading labels -------------------------------------------------------------------------------


def test_the_check_character_is_that_of_the_printed_examples() -> None:
    # The Red Book's annex 2 works out H (17) for this number; ISBT 128's appendix A 10 for that.
    assert check_character("G123498654321") == "H"
    assert check_character("G123417654321") == "A"
    assert canonical(Which.DONATION, "=G12341765432170") == "G123417654321"


@pytest.mark.parametrize(
    ("which", "typed", "kept"),
    [
        (Which.DONATION, "=G12349865432100", "G123498654321"),
        (Which.DONATION, "G1234 98 654321", "G123498654321"),
        (Which.DONATION, "g123498654321h\r\n", "G123498654321"),
        (Which.DONATION, "LAB 2020/17", "LAB2020/17"),
        (Which.CHAIN_OF_IDENTITY, "nl·coi·0418·a", "NL-COI-0418-A"),
        (Which.CHAIN_OF_IDENTITY, "&/XXG123420000123", "XXG123420000123"),
        (Which.BATCH, "\x1db–2291\t", "B-2291"),
        (Which.BAG, "   ", ""),
    ],
)
def test_what_a_scanner_adds_is_taken_off(which: Which, typed: str, kept: str) -> None:
    assert canonical(which, typed) == kept


@pytest.mark.parametrize(
    ("which", "typed"),
    [
        (Which.DONATION, "G123498654321X"),
        (Which.DONATION, "=G12349865432178"),
        (Which.CHAIN_OF_IDENTITY, "=G12349865432100"),
        (Which.DONATION, "&/XXG123420000123"),
        (Which.BATCH, "&/XXG123420000123"),
        (Which.CHAIN_OF_IDENTITY, "&/G1234"),
    ],
)
def test_what_cannot_be_that_identifier_is_read_again_and_not_recorded(
    which: Which, typed: str
) -> None:
    with pytest.raises(MisreadError) as misread:
        canonical(which, typed)
    assert misread.value.text("nl") != misread.value.text("en")


# --- no way around --------------------------------------------------------------------------------

_DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from([state.value for state in State]),
        "identifiers": st.sampled_from(
            [{"chain_of_identity": "NL-COI-0412-B"}, {"batch": "B-9"}, {"donation": "X"}]
        ),
        "bags": st.sampled_from([SAYS[Act.SPLIT]["bags"], [{"name": "A"}], []]),
        "limits": st.sampled_from([{"form": "fresh"}, {"form": "frozen"}, {}]),
        "temperature": st.sampled_from([{"in_range": False}, {"in_range": True}]),
    },
)


_LOST = {State.FAILED, State.DISCARDED, State.CANCELLED, State.RETURNED, State.QUARANTINED}
#: The second pair of eyes is asked at these.
_BY_TWO = {row.act for row in TABLE if row.second is not None}
_READ_AT = {row.act for row in TABLE if row.checks}


class Ward(RuleBasedStateMachine):
    """Steps in any order, right and wrong, by anybody: what the fold lets stand."""

    @initialize(
        site=st.sampled_from([Site.CENTRAL, Site.IN_HOUSE]),
        form=st.sampled_from(["frozen", "fresh", ""]),
        start=st.sampled_from([None, *State]),
    )
    def begin(self, site: Site, form: str, start: State | None) -> None:
        self.story = identified(form, site) if start is None or start in FINAL else at(start)

    @rule(data=st.data(), wrong=st.sampled_from(["", "read", "both", "none"]), details=_DETAILS)
    def anything(self, data: st.DataObject, wrong: str, details: dict[str, object]) -> None:
        """A step that is likely to be possible, with something that may be wrong with it."""
        story = self.story
        life = story.life
        bag = data.draw(st.sampled_from([*(unit.bag for unit in life.units), WHOLE, "Z"]))
        here = [row.act for row, fit in rows_from(life, life.unit(bag)) if fit]
        act = data.draw(st.sampled_from([*here * 3, *Act]))
        step = story.step(act, bag, data.draw(st.sampled_from(["anna", "bert"])), **details)
        if wrong and step.readings:
            one = step.readings[0]
            expected = OTHER if wrong == "both" else one.expected
            other = replace(one, read=OTHER, expected=expected)
            step = replace(step, readings=(other, *step.readings[1:]) if wrong != "none" else ())
        self._take(
            replace(
                step,
                asks=act in _BY_TWO and data.draw(st.booleans()),
                first=len(story.steps) if data.draw(st.booleans()) else 0,
            )
        )

    @rule(data=st.data(), warm=st.booleans())
    def properly(self, data: st.DataObject, warm: bool) -> None:
        """The next signature of a step that is possible, by the one or the other."""
        story = self.story
        life = story.life
        unit = data.draw(st.sampled_from(life.units))
        here = [row for row, fit in rows_from(life, unit) if fit]
        if not here:
            return
        onward = [row for row in here if row.target is not None and row.target not in _LOST]
        row = data.draw(st.sampled_from([*onward * 3, *here]))
        author = data.draw(st.sampled_from(["anna", "bert"]))
        said = {**SAYS.get(row.act, {}), **({"temperature": {"in_range": False}} if warm else {})}
        step = story.step(row.act, unit.bag, author, **said)
        if row.second is not None:
            asked = unit.asked is not None and unit.asked.act is row.act
            first = unit.asked.sequence if asked and unit.asked is not None else 0
            step = replace(step, asks=not asked, first=first)
        self._take(step)

    def _take(self, step: Step) -> None:
        self.story.steps.append(step)

    @invariant()
    def every_step_that_stands_has_what_its_row_asks(self) -> None:
        if not hasattr(self, "story"):
            return
        life = self.story.life
        refused = {fault.sequence for fault in life.faults}
        stood = [step for step in life.steps if step.sequence not in refused]
        for step in stood:
            assert all(reading.read != OTHER for reading in step.readings), "a wrong bag went on"
            assert step.act not in _READ_AT or len(step.readings) >= 2
            if step.act in _BY_TWO and not step.asks:
                (first,) = (one for one in stood if one.sequence == step.first)
                assert first.asks
                assert first.act is step.act
                assert first.author != step.author

    @invariant()
    def nothing_is_infused_that_was_not_released_or_stands_in_quarantine(self) -> None:
        if not hasattr(self, "story"):
            return
        life = self.story.life
        for unit in life.units:
            if unit.state is State.INFUSED:
                done = [step for step in life.steps_of(unit) if not step.asks]
                released = {Act.RELEASE, Act.APPROVE, Act.ADOPT}
                assert any(step.act in released for step in done), "never released, and given"
                assert not _is_halted(done), "given out of quarantine"


OTHER = "NL-COI-9999-Z"


def _is_halted(steps: list[Step]) -> bool:
    """Whether something stopped the cells that nobody lifted."""
    halted = False
    for step in steps:
        warm = step.in_range is False and step.act in _MOVES
        if step.act is Act.LIFT:
            halted = False
        elif warm or step.act is Act.QUARANTINE:
            halted = True
    return halted


_MOVES = {row.act for row in TABLE if row.target is not None and row.target not in FINAL}


TestWard = Ward.TestCase
TestWard.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)


def test_the_machine_above_can_infuse_at_all() -> None:
    """So that its invariants speak of something."""
    story = at(State.THAWED)
    story.do(Act.INFUSE)
    assert story.state() is State.INFUSED
    assert mismatches(Attempt(Act.INFUSE, WHOLE, story.steps[-1].readings)) == ()


def test_limits_go_through_an_entry_and_come_back() -> None:
    plain = {"form": "frozen", "cells_low_celsius": 2.0, "expires": "2021-03-01"}
    assert Limits.of({**plain, "unknown": 1}).plain() == plain

# SPDX-License-Identifier: Apache-2.0
"""Nobody sees another centre's children, and nobody leaves without consent for the purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from cartulary.course.events.treatment import ConsentStatus, Purpose
from cartulary.registry.consent import consents_of, permits
from cartulary.registry.models import Account, Centre, Child, Membership
from cartulary.registry.scope import OutOfScope, child_of, children, exportable
from cartulary.registry.writing import Change, Hand, append, register
from tests.registry.conftest import Clock, write

RESEARCH = Purpose.RESEARCH
ON = date(2024, 6, 1)


def consent(
    child: Child,
    when: str | None,
    status: str = "given",
    purpose: str = "research",
    version: str = "2.0",
) -> Change:
    facts = {"purpose": purpose, "status": status, "version": version}
    return write(child, "consent", {"date": when, "facts": facts})


CASES: dict[str, tuple[list[tuple[Any, ...]], bool]] = {
    "never asked": ([], False),
    "given": ([("2024-05-01",)], True),
    "given for something else": ([("2024-05-01", "given", "biobank")], False),
    "declined": ([("2024-05-01", "refused")], False),
    "given tomorrow": ([("2024-06-02",)], False),
    "given today": ([("2024-06-01",)], True),
    "withdrawn later": ([("2024-05-01",), ("2024-05-20", "withdrawn")], False),
    "withdrawn after today": ([("2024-05-01",), ("2024-06-20", "withdrawn")], True),
    "withdrawn and given again": (
        [("2024-03-01",), ("2024-04-01", "withdrawn"), ("2024-05-01",)],
        True,
    ),
    "written in another order": (
        [("2024-05-01",), ("2024-03-01",), ("2024-04-01", "withdrawn")],
        True,
    ),
    "given and withdrawn on one day": (
        [("2024-05-01", "withdrawn"), ("2024-05-01",)],
        False,
    ),
    "given in this month": ([("2024-06",)], False),
    "given in a month that is over": ([("2024-05",)], True),
    "withdrawn in the month in which it was given": (
        [("2024-05-20",), ("2024-05", "withdrawn")],
        False,
    ),
    "withdrawn in a month before it was given": (
        [("2024-05-20",), ("2024-04", "withdrawn")],
        True,
    ),
    "withdrawn some day in the year after": ([("2023-05-20",), ("2024", "withdrawn")], False),
    "given on an unknown day": ([(None,)], True),
    "withdrawn on an unknown day": ([("2024-05-01",), (None, "withdrawn")], False),
}


@pytest.mark.parametrize("case", CASES)
def test_the_last_consent_on_the_day_decides(
    hand: Hand, child: Child, clock: Clock, case: str
) -> None:
    said, expected = CASES[case]
    append(hand, [consent(child, *one) for one in said], now=clock())
    assert permits(child, RESEARCH, ON) is expected


def test_a_consent_that_was_withdrawn_from_the_ledger_was_never_given(
    hand: Hand, child: Child, clock: Clock
) -> None:
    append(hand, [consent(child, "2024-05-01")], now=clock())
    wrong = Change(child.key, "consent-1", "consent", "withdraw", None, 1, "wrong child")
    append(hand, [wrong], now=clock())
    assert not permits(child, RESEARCH, ON)


def test_only_the_versions_asked_for_count(hand: Hand, child: Child, clock: Clock) -> None:
    append(hand, [consent(child, "2024-05-01", version="1.0")], now=clock())
    assert permits(child, RESEARCH, ON)
    assert permits(child, RESEARCH, ON, versions={"1.0", "2.0"})
    assert not permits(child, RESEARCH, ON, versions={"2.0"})


def test_it_is_said_which_consent_decides(hand: Hand, child: Child, clock: Clock) -> None:
    append(hand, [consent(child, "2024-05-01")], now=clock())
    said = consents_of([child], RESEARCH, ON)[child.key]
    assert (said.permits, said.status, said.version, said.event) == (
        *(True, ConsentStatus.GIVEN, "2.0", "consent-1"),
    )


@dataclass(frozen=True)
class Seat:
    centre: Centre


@pytest.fixture
def theirs(db: None, clock: Clock) -> Child:
    other = Centre.objects.create(code="theirs", name="Theirs")
    return register(Hand(None, "bob", other, "form"), course_id="T-1", now=clock())


def test_a_seat_sees_the_children_of_its_centre_in_order(
    hand: Hand, child: Child, theirs: Child, clock: Clock
) -> None:
    second = register(hand, course_id="A-001", now=clock())
    gone = register(hand, course_id="P-003", now=clock())
    append(hand, [Change(gone.key, "child", "child", "withdraw", None, 1, "twice")], now=clock())
    assert list(children(Seat(hand.centre))) == [child, second]
    assert child_of(Seat(hand.centre), child.key) == child
    for other in (theirs, gone):
        with pytest.raises(Child.DoesNotExist):
            child_of(Seat(hand.centre), other.key)


def member(account: Account, centre: Centre, since: str, until: str | None = None) -> None:
    Membership.objects.create(
        account=account, centre=centre, role="director", since=since, until=until
    )


def test_an_export_holds_who_consented_and_counts_the_others(
    hand: Hand, child: Child, theirs: Child, account: Account, clock: Clock
) -> None:
    member(account, hand.centre, "2024-01-01")
    register(hand, course_id="P-002", now=clock())
    append(hand, [consent(child, "2024-05-01")], now=clock())
    found = exportable(account, hand.centre, RESEARCH, on=ON)
    assert (found.children, found.left_out) == ((child,), 1)
    cohort = found.cohort()
    assert cohort.course_ids == ("P-001",)
    assert cohort.children["day0"].null_count() == 1


def test_for_its_own_quality_of_care_a_centre_reckons_from_every_child(
    hand: Hand, child: Child, account: Account
) -> None:
    member(account, hand.centre, "2024-01-01")
    assert exportable(account, hand.centre, None, on=ON).children == (child,)


@pytest.mark.parametrize(
    ("since", "until"), [("2024-06-02", None), ("2024-01-01", "2024-05-31"), (None, None)]
)
def test_without_a_role_on_that_day_nothing_leaves(
    hand: Hand, child: Child, theirs: Child, account: Account, since: str, until: str | None
) -> None:
    member(account, theirs.centre, "2024-01-01")
    if since is not None:
        member(account, hand.centre, since, until)
    with pytest.raises(OutOfScope, match="has no role at centre ours"):
        exportable(account, hand.centre, None, on=ON)


def test_an_account_that_is_closed_exports_nothing(
    hand: Hand, child: Child, account: Account
) -> None:
    member(account, hand.centre, "2024-01-01", "2024-06-01")
    assert exportable(account, hand.centre, None, on=ON).children == (child,)
    account.is_active = False
    with pytest.raises(OutOfScope):
        exportable(account, hand.centre, None, on=ON)


def test_a_command_of_the_server_needs_no_account(hand: Hand, child: Child) -> None:
    assert exportable(None, hand.centre, None, on=ON).children == (child,)

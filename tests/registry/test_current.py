# SPDX-License-Identifier: Apache-2.0
"""The projections say what the entries say, and can be worked out from them alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartulary.course import Origin
from cartulary.registry.bulk import append_many
from cartulary.registry.child_payload import ChildFacts
from cartulary.registry.courses import current_events
from cartulary.registry.current import Difference, differences, rebuild
from cartulary.registry.models import Centre, ChainHead, Child, Current, Entry
from cartulary.registry.verifying import verify
from cartulary.registry.writing import Change, Conflict, Hand, Refused, append, register
from tests.registry.conftest import Clock, amend, write

INFUSION = {"date": "2020-04-14", "facts": {"number": 1}}
OTHER = {"date": "2020-04-15", "facts": {"number": 2}}


def dumped() -> tuple[list[Any], list[Any]]:
    """Every value of both projections, but the row numbers of the database."""
    fields = [f.attname for f in Current._meta.concrete_fields if f.attname != "id"]
    return (
        list(Child.objects.order_by("key").values()),
        list(Current.objects.order_by("child", "event").values(*fields)),
    )


@pytest.fixture
def filled(hand: Hand, child: Child, clock: Clock) -> Child:
    """A child with an event written, one amended, one withdrawn, one written again."""
    append(hand, [write(child, "infusion", INFUSION)] * 4, now=clock())
    gone = [
        Change(child.key, f"infusion-{n}", "infusion", "withdraw", None, 1, "twice") for n in (3, 4)
    ]
    again = Change(child.key, "infusion-4", "infusion", "write", OTHER, 2)
    append(hand, [amend(child, "infusion", OTHER, "infusion-2", 1), *gone, again], now=clock())
    child.refresh_from_db()
    return child


def test_what_was_written_needs_no_rebuild(filled: Child) -> None:
    assert differences(filled.centre) == ()
    before = dumped()
    done = rebuild(filled.centre)
    assert (done.children, done.events, done.mended) == (1, 5, [])
    assert dumped() == before


def test_a_rebuild_from_nothing_is_equal_to_the_byte(hand: Hand, filled: Child) -> None:
    register(hand, course_id="P-002", now=Clock()())
    before = dumped()
    Child.objects.all().delete()
    assert not Current.objects.exists()
    rebuild(filled.centre)
    assert dumped() == before
    assert differences(filled.centre) == ()


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ({"payload": "{}"}, "differs in payload"),
        ({"version": 9, "entry": 99}, "differs in version, entry"),
        ({"withdrawn": True}, "differs in withdrawn"),
        ({"date": "2020"}, "differs in date"),
        ({"kind": "relapse"}, "differs in kind"),
    ],
)
def test_an_event_edited_past_the_ledger_is_named_and_mended(
    filled: Child, edit: dict[str, Any], says: str
) -> None:
    before = dumped()
    Current.objects.filter(event="infusion-2").update(**edit)
    assert differences(filled.centre) == (Difference(filled.key, "infusion-2", says),)
    assert rebuild(filled.centre).mended == [Difference(filled.key, "infusion-2", says)]
    assert dumped() == before


@pytest.mark.parametrize(
    "edit",
    [
        {"course_id": "P-007"},
        {"sex": "male"},
        {"day0": date(2021, 1, 1)},
        {"entries": 0},
        {"position": 5},
        {"touched_by": "bob"},
        {"withdrawn": True},
        {"data_cut": date(2021, 1, 1)},
        {"age_days_at_day0": 1},
    ],
)
def test_a_child_edited_past_the_ledger_is_named_and_mended(
    filled: Child, edit: dict[str, Any]
) -> None:
    before = dumped()
    Child.objects.update(**edit)
    (name,) = edit
    assert differences(filled.centre) == (Difference(filled.key, "", f"differs in {name}"),)
    rebuild(filled.centre)
    assert dumped() == before


def test_rows_that_are_missing_or_have_no_entry_are_mended(filled: Child) -> None:
    before = dumped()
    Current.objects.filter(event="infusion-1").delete()
    Current.objects.filter(event="infusion-2").update(event="made up")
    ghost = Child.objects.get()
    ghost.pk, ghost.course_id = None, "ghost"
    ghost.key = Child().key
    ghost.save(force_insert=True)
    assert {(d.event, d.what) for d in differences(filled.centre)} == {
        ("infusion-1", "is missing"),
        ("infusion-2", "is missing"),
        ("made up", "has no entry"),
        ("", "has no entry"),
    }
    rebuild(filled.centre)
    assert dumped() == before


def test_a_rebuild_leaves_other_centres_alone(filled: Child) -> None:
    other = Centre.objects.create(code="theirs", name="Theirs")
    register(Hand(None, "bob", other, "form"), course_id="T-1", now=Clock()())
    Child.objects.filter(centre=other).update(sex="male")
    assert differences(filled.centre) == ()
    rebuild(filled.centre)
    assert Child.objects.get(centre=other).sex == "male"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("register", "write", "amend", "withdraw", "again", "rename")),
        st.integers(0, 2),
        st.integers(0, 3),
    ),
    max_size=25,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, together=st.booleans())
def test_after_any_history_the_projections_are_what_a_rebuild_gives(
    db: None, steps: list[tuple[str, int, int]], together: bool
) -> None:
    with transaction.atomic():
        centre = Centre.objects.create(code="drawn", name="Drawn")
        hand = Hand(None, "anna", centre, "form")
        played(hand, steps, together)
        assert differences(centre) == ()
        assert verify(centre).intact
        assert Entry.objects.filter(centre=centre).count() == (
            ChainHead.objects.filter(centre=centre).values_list("number", flat=True).first() or 0
        )
        for child in Child.objects.filter(centre=centre):
            versions = {e.event: e.version for e in current_events(child)}
            rows = Current.objects.filter(child=child).values_list("event", "version")
            assert versions == dict(rows)
        transaction.set_rollback(True)


def played(hand: Hand, steps: list[tuple[str, int, int]], together: bool) -> None:
    """Play the steps, each by itself or in bulk; what is refused changes nothing."""
    clock = Clock()
    keys = [Child().key for _ in range(3)]
    seen: dict[tuple[int, int], int] = {}
    for act, which, number in steps:
        key, event = keys[which], f"infusion-{number}"
        slot = (which, -1) if act in ("register", "rename") else (which, number)
        version = seen.get(slot, 0)
        facts = ChildFacts(f"P-{number}", Origin.RECORDED, day0=date(2020, 3, 10)).payload()
        change = {
            "register": Change(key, "child", "child", "write", facts, version),
            "rename": Change(key, "child", "child", "amend", facts, version, "mistyped"),
            "write": Change(key, event, "infusion", "write", INFUSION, version),
            "again": Change(key, event, "infusion", "write", OTHER, version),
            "amend": Change(key, event, "infusion", "amend", OTHER, version, "mistyped"),
            "withdraw": Change(key, event, "infusion", "withdraw", None, version, "twice"),
        }[act]
        before = dumped()
        try:
            if together:
                append_many(hand, [change], clock())
            else:
                append(hand, [change], now=clock())
        except (Refused, Conflict):
            assert dumped() == before
        else:
            seen[slot] = version + 1

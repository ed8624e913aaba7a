# SPDX-License-Identifier: Apache-2.0
"""On PostgreSQL the rows of another centre do not exist, whatever the app forgets to ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from cartulary.registry import reading_log
from cartulary.registry.anchoring import anchor_to_file
from cartulary.registry.courses import programme_of
from cartulary.registry.current import differences, rebuild
from cartulary.registry.models import Account, Batch, Centre, Child, Current, Entry, Reading
from cartulary.registry.scope import OutOfScope, within
from cartulary.registry.verifying import verify
from cartulary.registry.walls import WALLED
from cartulary.registry.writing import Hand, append, register
from tests.registry.conftest import NOON, Clock, OwnLedger, write

INFUSION = {"day": 35, "facts": {}}


@pytest.fixture(autouse=True)
def _on_postgresql(database: str) -> None:
    if database != "postgresql":
        pytest.skip("SQLite has no row-level security; run with --database postgresql")


@pytest.fixture
def both(own_ledger: OwnLedger, _everywhere: None) -> Iterator[tuple[Child, Child]]:
    """A child of ours and a child of theirs, seen from within no centre at all."""
    clock = Clock()
    theirs = Centre.objects.create(code="theirs", name="Theirs")
    made = []
    account = Account.objects.create_user(username="anna")
    for centre in (own_ledger.centre, theirs):
        hand = Hand(None, "anna", centre, "form")
        child = register(hand, course_id="P-001", now=clock())
        append(hand, [write(child, "infusion", INFUSION)], now=clock())
        reading_log.read(account, centre, child, "timeline")
        Batch.objects.create(centre=centre, at=clock(), file_name="x.csv")
        made.append(child)
    with within([]):
        yield made[0], made[1]


def counts() -> dict[str, int]:
    """How many rows each walled table seems to have, asked past the app."""
    found = {}
    with connection.cursor() as cursor:
        for table in WALLED:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


def test_the_role_of_the_tests_is_one_for_whom_walls_hold(both: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


@pytest.mark.django_db
def test_every_table_with_a_centre_is_walled_or_decides_who_may_come_in() -> None:
    with_centre = {
        model._meta.db_table
        for model in apps.get_app_config("registry").get_models()
        if any(field.column == "centre_id" for field in model._meta.concrete_fields)
    }
    assert with_centre - set(WALLED) == {"registry_membership", "registry_token"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        assert {name for (name,) in cursor.fetchall()} == set(WALLED)


def test_outside_of_every_centre_there_is_nothing(both: Any) -> None:
    assert set(counts().values()) == {0}


def test_within_a_centre_there_is_that_centre_alone(both: tuple[Child, Child]) -> None:
    ours, theirs = both
    with within([ours.centre_id]):
        assert list(Child.objects.all()) == [ours]
        assert set(Entry.objects.values_list("child", flat=True)) == {ours.key}
        assert {row.child_id for row in Current.objects.all()} == {ours.key}
        assert [row.child for row in Reading.objects.all()] == [ours.key]
        mine = counts()
    with within([ours.centre_id, theirs.centre_id]):
        assert Child.objects.count() == 2
        together = counts()
    with within("all"):
        assert counts() == together
    assert {name: 2 * count for name, count in mine.items()} == together


def test_a_row_of_another_centre_is_not_changed_nor_taken_nor_added(
    both: tuple[Child, Child],
) -> None:
    ours, theirs = both
    with within([ours.centre_id]):
        assert Child.objects.filter(key=theirs.key).update(sex="male") == 0
        assert Batch.objects.filter(centre_id=theirs.centre_id).delete()[0] == 0
        for row in (
            Batch(centre_id=theirs.centre_id, at=theirs.touched_at, file_name="y.csv"),
            Current(
                centre_id=theirs.centre_id,
                child_id=ours.key,
                event="x",
                kind="relapse",
                version=1,
                entry=1,
                payload="{}",
            ),
        ):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                row.save(force_insert=True)
    with within("all"):
        assert Child.objects.get(key=theirs.key).sex == ""
        assert Batch.objects.count() == 2


def test_a_row_is_not_moved_to_another_centre(both: tuple[Child, Child]) -> None:
    ours, theirs = both
    with (
        within([ours.centre_id]),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        Child.objects.filter(key=ours.key).update(centre_id=theirs.centre_id)


def test_writing_works_within_its_own_centre_only(both: tuple[Child, Child]) -> None:
    ours, theirs = both
    change = write(theirs, "infusion", INFUSION)
    hand = Hand(None, "bob", theirs.centre, "form")
    with within([theirs.centre_id]):
        (entry,) = append(hand, [change], now=Clock().moment)
        assert entry.number == 3
    with within([ours.centre_id]), pytest.raises(OutOfScope):
        append(hand, [change], now=Clock().moment)


def test_an_empty_view_is_never_taken_for_an_empty_ledger(both: tuple[Child, Child]) -> None:
    ours, theirs = both
    for asks in (verify, rebuild, differences, programme_of, lambda one: anchor_to_file(one, NOON)):
        with within([theirs.centre_id]), pytest.raises(OutOfScope, match="outside that centre"):
            asks(ours.centre)
    with within([theirs.centre_id, ours.centre_id]):
        assert verify(ours.centre).entries == 2


def test_scopes_nest_and_end_even_after_a_fault(both: tuple[Child, Child]) -> None:
    ours, theirs = both
    with within([ours.centre_id]):
        with within([theirs.centre_id]):
            assert list(Child.objects.all()) == [theirs]
        assert list(Child.objects.all()) == [ours]
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            within("all"),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT no_such_column FROM registry_child")
        assert list(Child.objects.all()) == [ours]
    assert not Child.objects.exists()


def test_a_new_connection_is_within_what_was_said_before(both: tuple[Child, Child]) -> None:
    ours, _ = both
    with within([ours.centre_id]):
        connection.close()
        assert list(Child.objects.all()) == [ours]
    connection.close()
    assert not Child.objects.exists()

# SPDX-License-Identifier: Apache-2.0
"""The database itself refuses to change what was written, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cartulary.registry import clock as real_clock
from cartulary.registry import reading_log
from cartulary.registry.models import Account, Child, Entry, Reading
from cartulary.registry.writing import Hand, append
from tests.registry.conftest import Clock, write

PAYLOAD = {"date": "2020-04-14", "facts": {}}


@pytest.fixture
def filled(hand: Hand, child: Child, account: Account, clock: Clock) -> Child:
    """A child with two entries and a reading."""
    append(hand, [write(child, "infusion", PAYLOAD)], now=clock())
    reading_log.read(account, hand.centre, child, "timeline")
    return child


ON_BOTH = (
    "UPDATE registry_entry SET payload = 'x' WHERE number = 1",
    "UPDATE registry_entry SET reason = reason",
    "UPDATE registry_entry SET seal = 'x'",
    "DELETE FROM registry_entry WHERE number = 2",
    "DELETE FROM registry_entry",
    "UPDATE registry_reading SET page = 'x'",
    "DELETE FROM registry_reading",
)
ON_SQLITE = (
    "INSERT OR REPLACE INTO registry_entry SELECT * FROM registry_entry WHERE number = 2",
    "REPLACE INTO registry_entry SELECT * FROM registry_entry WHERE number = 1",
    "UPDATE OR REPLACE registry_entry SET number = 1 WHERE number = 2",
    "INSERT OR REPLACE INTO registry_reading SELECT * FROM registry_reading",
)
ON_POSTGRESQL = ("TRUNCATE registry_entry", "TRUNCATE registry_reading CASCADE")


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


@pytest.mark.parametrize("statement", ON_BOTH)
def test_nothing_that_was_written_is_changed(filled: Child, statement: str) -> None:
    before = list(Entry.objects.values()), list(Reading.objects.values())
    assert refused(statement)
    assert (list(Entry.objects.values()), list(Reading.objects.values())) == before


@pytest.mark.parametrize("statement", ON_SQLITE)
def test_sqlite_replaces_nothing(filled: Child, statement: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a statement of SQLite alone")
    assert refused(statement)
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("statement", ON_POSTGRESQL)
def test_postgresql_truncates_nothing(filled: Child, statement: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a statement of PostgreSQL alone")
    # What is still to be checked of foreign keys would be in the way of TRUNCATE before us.
    connection.check_constraints()
    assert refused(statement)
    assert Entry.objects.count() == 2


def copied(**changed: Any) -> Entry:
    """The last entry once more, with these fields changed."""
    entry = Entry.objects.order_by("-number")[0]
    entry.pk = None
    for name, value in changed.items():
        setattr(entry, name, value)
    return entry


@pytest.mark.parametrize(
    "made",
    [
        lambda last: copied(number=last.number + 2, version=9, previous_hash=last.hash),
        lambda last: copied(number=last.number + 1, version=9, previous_hash="0" * 64),
        lambda last: copied(number=1, version=9, previous_hash="0" * 64),
        lambda last: copied(number=last.number, version=9),
    ],
    ids=["leaves a gap", "follows another", "begins anew", "stands twice"],
)
def test_the_chain_is_never_forked(filled: Child, made: Callable[[Entry], Entry]) -> None:
    last = Entry.objects.order_by("-number")[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        made(last).save(force_insert=True)
    assert Entry.objects.count() == 2


def test_an_entry_in_line_is_taken(filled: Child) -> None:
    last = Entry.objects.order_by("-number")[0]
    copied(number=last.number + 1, version=9, previous_hash=last.hash).save(force_insert=True)
    assert Entry.objects.count() == 3


def test_a_reading_tells_who_when_and_what(filled: Child, account: Account) -> None:
    (reading,) = reading_log.readings_of(filled)
    assert (reading.account, reading.page, reading.child) == (account, "timeline", filled.key)
    assert abs((real_clock.now() - reading.at).total_seconds()) < 60
    assert list(reading_log.readings_by(account, filled.centre)) == [reading]

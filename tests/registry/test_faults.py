# SPDX-License-Identifier: Apache-2.0
"""A full disk, a busy or read-only ledger: said plainly, and nothing half-written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import OperationalError, connection

from cartulary.registry.bulk import append_many
from cartulary.registry.current import differences
from cartulary.registry.faults import StorageError, told_plainly
from cartulary.registry.models import Child, Entry
from cartulary.registry.verifying import verify
from cartulary.registry.writing import Change, append, register
from tests.registry.conftest import Clock, OwnLedger, write
from tests.registry.test_bulk import many


@pytest.fixture
def child(own_ledger: OwnLedger) -> Child:
    return register(own_ledger.hand, course_id="P-1", day0=date(2020, 1, 1), now=Clock()())


@pytest.fixture
def full_disk(own_ledger: OwnLedger, child: Child) -> Iterator[None]:
    """Room for ten more pages, and then no more."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no limit that a test can set")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages + 10}")
        yield
        cursor.execute("PRAGMA max_page_count=1073741823")


def finding(child: Child, text: str) -> Change:
    return write(child, "finding", {"date": "2020-01-02", "facts": {}, "source": text})


def test_a_full_disk_is_said_and_nothing_is_half_written(
    own_ledger: OwnLedger, child: Child, full_disk: None
) -> None:
    def until_full() -> Iterator[int]:
        for number in range(1000):
            changes = [finding(child, f"{number} " + "x" * 500)] * 3
            yield from (e.number for e in append(own_ledger.hand, changes, now=Clock()()))

    written = [1]
    with pytest.raises(StorageError, match="disk of the ledger is full"):
        written.extend(until_full())
    assert len(written) > 1
    assert Entry.objects.count() == len(written)
    assert verify(own_ledger.centre).intact
    assert differences(own_ledger.centre) == ()


def test_an_import_that_fills_the_disk_leaves_nothing(
    own_ledger: OwnLedger, child: Child, full_disk: None
) -> None:
    with pytest.raises(StorageError, match="Make room"):
        append_many(own_ledger.hand, many(300, 20), Clock()())
    assert Entry.objects.count() == 1
    assert Child.objects.count() == 1
    assert verify(own_ledger.centre).intact


def test_when_there_is_room_again_writing_goes_on(
    own_ledger: OwnLedger, child: Child, full_disk: None
) -> None:
    with pytest.raises(StorageError):
        append_many(own_ledger.hand, many(300, 20), Clock()())
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count=1073741823")
    append_many(own_ledger.hand, many(3, 20), Clock()())
    assert verify(own_ledger.centre).intact


def test_a_ledger_that_somebody_holds_is_said_to_be_busy(
    own_ledger: OwnLedger, child: Child
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("on PostgreSQL a writer waits for the head of the chain")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=50")
    other = sqlite3.connect(own_ledger.home / "ledger.sqlite3", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="busy for too long"):
            append(own_ledger.hand, [finding(child, "")], now=Clock()())
        # Whoever only reads is never kept waiting.
        assert verify(own_ledger.centre).entries == 1
        other.execute("ROLLBACK")
    finally:
        other.close()
    append(own_ledger.hand, [finding(child, "")], now=Clock()())
    assert Entry.objects.count() == 2


def test_a_read_only_ledger_is_said(own_ledger: OwnLedger, child: Child) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("SET default_transaction_read_only = on")
    with pytest.raises(StorageError, match="cannot be written"):
        append(own_ledger.hand, [finding(child, "")], now=Clock()())
    assert Entry.objects.count() == 1


def test_a_fault_that_is_ours_is_not_dressed_up() -> None:
    with pytest.raises(OperationalError, match="no such column"), told_plainly():
        raise OperationalError("no such column: x")


def test_reading_goes_on_while_somebody_writes(own_ledger: OwnLedger, child: Child) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL readers never wait")
    other = sqlite3.connect(own_ledger.home / "ledger.sqlite3", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE registry_centre SET name = 'changed'")
        assert differences(own_ledger.centre) == ()
        other.execute("ROLLBACK")
    finally:
        other.close()

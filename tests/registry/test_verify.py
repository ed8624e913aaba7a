# SPDX-License-Identifier: Apache-2.0
"""Whatever somebody with access to the database does to the chain, verifying names it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from cartulary.registry.anchoring import anchor_to_file
from cartulary.registry.bulk import append_many
from cartulary.registry.canonical import Line, hash_of, moment_text
from cartulary.registry.keys import seal_key
from cartulary.registry.models import Centre, Entry
from cartulary.registry.triggers import postgresql_undo, sqlite_undo
from cartulary.registry.verifying import MOST_FAULTS, verify
from cartulary.registry.writing import append, register
from tests.registry.conftest import Clock, OwnLedger, write

Sql = Callable[..., list[Any]]
ENTRIES = 12


@pytest.fixture
def ledger(own_ledger: OwnLedger, as_it_is_stored: Sql) -> OwnLedger:
    """Twelve entries, and no trigger to protect them."""
    clock = Clock()
    child = register(own_ledger.hand, course_id="P-001", day0=clock.moment.date(), now=clock())
    for day in range(ENTRIES - 1):
        payload = {"date": f"2024-06-{day + 1:02d}", "facts": {"temperature_c": 38.5}}
        append(own_ledger.hand, [write(child, "finding", payload)], now=clock())
    statements = sqlite_undo() if connection.vendor == "sqlite" else postgresql_undo()
    for statement in statements:
        as_it_is_stored(statement)
    return own_ledger


def faults(ledger: OwnLedger, **options: Any) -> dict[int, list[str]]:
    """What verifying says, by entry."""
    verdict = verify(ledger.centre, **options)
    said: dict[int, list[str]] = {}
    for fault in verdict.faults:
        said.setdefault(fault.number, []).append(fault.what)
    assert verdict.intact == (not said)
    return said


def line_of(entry: Entry) -> Line:
    """The line that an entry of our centre hashes, written out once more."""
    return Line(
        *("ours", entry.number, str(entry.child), entry.event, entry.kind, entry.act),
        *(entry.version, entry.payload, entry.reason, None, entry.via, entry.author),
        *(entry.client_id, moment_text(entry.recorded_at), entry.previous_hash),
    )


def rechained(sql: Sql, start: int, key: bytes | None = None) -> None:
    """Make hashes right again from an entry on, as a forger would; with a key, seals too."""
    previous = Entry.objects.get(number=start - 1).hash if start > 1 else "0" * 64
    for entry in Entry.objects.filter(number__gte=start).order_by("number"):
        entry.previous_hash = previous
        previous = hash_of(line_of(entry))
        seal = entry.seal if key is None else hmac.digest(key, previous.encode(), "sha256").hex()
        sql(
            "UPDATE registry_entry SET previous_hash = %s, hash = %s, seal = %s WHERE number = %s",
            *(entry.previous_hash, previous, seal, entry.number),
        )
    last = Entry.objects.order_by("-number")[0]
    sql("UPDATE registry_chainhead SET number = %s, hash = %s", last.number, last.hash)


def test_a_whole_chain_is_intact(ledger: OwnLedger) -> None:
    verdict = verify(ledger.centre)
    assert (verdict.intact, verdict.entries, verdict.faults) == (True, ENTRIES, ())
    assert verdict.head == Entry.objects.order_by("-number")[0].hash


def test_an_edited_payload_is_named(ledger: OwnLedger, as_it_is_stored: Sql) -> None:
    as_it_is_stored(
        "UPDATE registry_entry SET payload = replace(payload, '38.5', '36.5') WHERE number = 5"
    )
    assert faults(ledger) == {5: ["its contents are not what was written"]}


COLUMNS = {
    "event": "'finding-99'",
    "kind": "'relapse'",
    "act": "'withdraw'",
    "version": "7",
    "payload": "'{}'",
    "reason": "'because'",
    "via": "'api'",
    "author": "'bob'",
    "client_id": "'mine'",
    "batch": "'12345678123456781234567812345678'",
    "child": "'12345678123456781234567812345678'",
    "recorded_at": "'2024-05-01 12:00:30.000001+00:00'",
    "hash": "'" + "a" * 64 + "'",
    "previous_hash": "'" + "b" * 64 + "'",
    "seal": "'" + "c" * 64 + "'",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_an_edit_of_any_column_is_named(
    ledger: OwnLedger, as_it_is_stored: Sql, column: str
) -> None:
    value = COLUMNS[column]
    if column == "recorded_at" and connection.vendor == "sqlite":
        value = "'2024-05-01 12:00:30.000001'"
    as_it_is_stored(f"UPDATE registry_entry SET {column} = {value} WHERE number = 6")
    assert 6 in faults(ledger)


def test_every_column_is_tried(ledger: OwnLedger, as_it_is_stored: Sql) -> None:
    fields = {field.column for field in Entry._meta.concrete_fields}
    assert fields - set(COLUMNS) == {"id", "centre_id", "number"}


def test_an_entry_given_to_another_centre_is_missed(
    ledger: OwnLedger, as_it_is_stored: Sql
) -> None:
    other = Centre.objects.create(code="theirs", name="Theirs")
    as_it_is_stored("UPDATE registry_entry SET centre_id = %s WHERE number = 1", other.pk)
    assert faults(ledger)[1] == ["it is missing"]
    assert verify(other).faults[0].what == "its contents are not what was written"


def test_a_deleted_row_is_named(ledger: OwnLedger, as_it_is_stored: Sql) -> None:
    as_it_is_stored("DELETE FROM registry_entry WHERE number = 5")
    said = faults(ledger)
    assert said[5] == ["it is missing"]
    assert said[6] == ["it does not follow entry 4"]


def test_several_deleted_rows_are_named_together(ledger: OwnLedger, as_it_is_stored: Sql) -> None:
    as_it_is_stored("DELETE FROM registry_entry WHERE number IN (1, 2, 7, 8, 9)")
    said = faults(ledger)
    assert said[1] == ["it is missing, and so is every entry until 2"]
    assert said[7] == ["it is missing, and so is every entry until 9"]


def test_deleted_rows_with_the_rest_moved_up_are_found(
    ledger: OwnLedger, as_it_is_stored: Sql
) -> None:
    as_it_is_stored("DELETE FROM registry_entry WHERE number = 5")
    for number in range(6, ENTRIES + 1):
        as_it_is_stored(
            "UPDATE registry_entry SET number = %s WHERE number = %s", number - 1, number
        )
    rechained(as_it_is_stored, 5)
    said = faults(ledger)
    assert all("not made with the ledger's key" in said[number][0] for number in range(5, ENTRIES))
    assert "speak of it, and it is missing" in said[ENTRIES][0]


def test_swapped_rows_are_named_with_each_other(ledger: OwnLedger, as_it_is_stored: Sql) -> None:
    for before, after in ((4, 100), (9, 4), (100, 9)):
        as_it_is_stored("UPDATE registry_entry SET number = %s WHERE number = %s", after, before)
    said = faults(ledger)
    assert "it stands in the place of entry 4, but is 9" in said[4]
    assert "it stands in the place of entry 9, but is 4" in said[9]


def test_swapped_contents_are_named(ledger: OwnLedger, as_it_is_stored: Sql) -> None:
    one, other = (Entry.objects.get(number=number).payload for number in (4, 9))
    as_it_is_stored("UPDATE registry_entry SET payload = %s WHERE number = 4", other)
    as_it_is_stored("UPDATE registry_entry SET payload = %s WHERE number = 9", one)
    assert set(faults(ledger)) == {4, 9}


def test_a_forged_tail_is_found_although_its_chain_is_right(
    ledger: OwnLedger, as_it_is_stored: Sql
) -> None:
    as_it_is_stored("UPDATE registry_entry SET author = 'bob' WHERE number = 8")
    rechained(as_it_is_stored, 8)
    said = faults(ledger)
    assert set(said) == set(range(8, ENTRIES + 1))
    assert said[8] == [
        "it was not written by this ledger: its seal is not made with the ledger's key"
    ]


def test_a_forged_tail_sealed_with_another_key_is_found(
    ledger: OwnLedger, as_it_is_stored: Sql
) -> None:
    as_it_is_stored("UPDATE registry_entry SET author = 'bob' WHERE number = 8")
    rechained(as_it_is_stored, 8, key=os.urandom(32))
    assert set(faults(ledger)) == set(range(8, ENTRIES + 1))


def test_a_forged_tail_whose_chain_was_left_as_it_was_is_found(
    ledger: OwnLedger, as_it_is_stored: Sql
) -> None:
    as_it_is_stored("UPDATE registry_entry SET author = 'bob' WHERE number >= 8")
    assert set(faults(ledger)) == set(range(8, ENTRIES + 1))


def test_a_row_that_was_added_past_the_ledger_is_found(
    ledger: OwnLedger, as_it_is_stored: Sql
) -> None:
    last = Entry.objects.order_by("-number")[0]
    last.pk, last.number, last.version = None, last.number + 1, 9
    last.previous_hash = last.hash
    last.hash = hash_of(line_of(last))
    last.save(force_insert=True)
    said = faults(ledger)
    assert said[ENTRIES + 1] == [
        "it was not written by this ledger: its seal is not made with the ledger's key",
        f"the head knows only {ENTRIES} entries of {ENTRIES + 1}",
    ]


def test_rows_cut_off_at_the_end_are_missed_by_the_head(
    ledger: OwnLedger, as_it_is_stored: Sql
) -> None:
    as_it_is_stored("DELETE FROM registry_entry WHERE number > 10")
    assert faults(ledger) == {11: ["it is missing, and so is every entry until 12"]}


def test_rows_cut_off_with_the_head_set_back_are_missed_by_what_is_current(
    ledger: OwnLedger, as_it_is_stored: Sql
) -> None:
    as_it_is_stored("DELETE FROM registry_entry WHERE number > 10")
    rechained(as_it_is_stored, 11)
    assert faults(ledger) == {12: ["the current events speak of it, and it is missing"]}


def test_rows_cut_off_with_everything_set_back_are_missed_by_an_anchor(
    ledger: OwnLedger, as_it_is_stored: Sql
) -> None:
    anchor = anchor_to_file(ledger.centre, Clock()())
    as_it_is_stored("DELETE FROM registry_entry WHERE number > 10")
    as_it_is_stored("DELETE FROM registry_current WHERE entry > 10")
    as_it_is_stored("UPDATE registry_centre SET anchored_number = 0, anchored_at = NULL")
    rechained(as_it_is_stored, 11)
    assert faults(ledger, anchors=()) == {}
    ledger.centre.refresh_from_db()
    assert faults(ledger) == {12: [f"it was anchored at {anchor.at}, and is missing"]}


def test_a_head_that_speaks_of_another_entry_is_found(
    ledger: OwnLedger, as_it_is_stored: Sql
) -> None:
    as_it_is_stored("UPDATE registry_chainhead SET hash = %s", "a" * 64)
    assert faults(ledger) == {12: ["it is not the entry that the head speaks of"]}


def test_a_head_that_is_gone_is_found(ledger: OwnLedger, as_it_is_stored: Sql) -> None:
    as_it_is_stored("DELETE FROM registry_chainhead")
    assert faults(ledger) == {12: ["the chain has entries, but no head"]}


def test_an_anchor_of_another_history_is_found(ledger: OwnLedger, as_it_is_stored: Sql) -> None:
    anchor_to_file(ledger.centre, Clock()())
    as_it_is_stored("UPDATE registry_entry SET author = 'bob' WHERE number = 12")
    rechained(as_it_is_stored, 12, key=seal_key())
    # Whoever has the key too can forge the chain, but not what was written elsewhere.
    assert "it is not the entry that was anchored" in faults(ledger)[12][0]


def test_strange_values_are_faults_and_no_crash(ledger: OwnLedger, as_it_is_stored: Sql) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps the types of its columns")
    as_it_is_stored("UPDATE registry_entry SET payload = x'00ff' WHERE number = 3")
    as_it_is_stored("UPDATE registry_entry SET recorded_at = 5 WHERE number = 4")
    as_it_is_stored("UPDATE registry_entry SET child = 'short' WHERE number = 5")
    as_it_is_stored("UPDATE registry_entry SET number = 'nine' WHERE number = 9")
    assert {3, 4, 5, 9} <= set(faults(ledger))


def test_progress_is_told(ledger: OwnLedger) -> None:
    told: list[tuple[int, int]] = []
    verify(ledger.centre, lambda done, of: told.append((done, of)))
    assert told[-1] == (ENTRIES, ENTRIES)


def test_a_long_forged_tail_is_counted_and_not_kept_in_memory(
    own_ledger: OwnLedger, as_it_is_stored: Sql
) -> None:
    clock = Clock()
    child = register(own_ledger.hand, course_id="P-001", day0=clock.moment.date(), now=clock())
    payload = {"date": "2024-06-01", "facts": {}}
    append_many(own_ledger.hand, [write(child, "finding", payload)] * (MOST_FAULTS + 50), clock())
    statements = sqlite_undo() if connection.vendor == "sqlite" else postgresql_undo()
    for statement in statements:
        as_it_is_stored(statement)
    as_it_is_stored("UPDATE registry_entry SET author = 'bob'")
    verdict = verify(own_ledger.centre)
    assert (len(verdict.faults), verdict.unnamed) == (MOST_FAULTS, 51)
    assert not verdict.intact


def test_the_hash_is_over_json_that_anybody_can_make(ledger: OwnLedger) -> None:
    entry = Entry.objects.get(number=7)
    text = json.dumps(line_of(entry)._asdict(), sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == entry.hash

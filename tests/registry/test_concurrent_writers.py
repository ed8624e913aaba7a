# SPDX-License-Identifier: Apache-2.0
"""Sixteen processes write at once: nothing is lost, the chain is one, no edit is overwritten."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from cartulary.registry.current import differences
from cartulary.registry.models import Child, Current, Entry
from cartulary.registry.verifying import verify
from cartulary.registry.writing import append, register
from tests.registry.conftest import Clock, OwnLedger, write

WRITERS = 16


@pytest.fixture
def shared(own_ledger: OwnLedger) -> Child:
    """The child that all of them write about."""
    return register(own_ledger.hand, course_id="P-001", now=Clock()())


def at_once(ledger: OwnLedger, what: str, times: int) -> list[str]:
    """What the writers say they did; they begin together."""
    process = ledger.start("many_writers.py", what, str(WRITERS), str(times))
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out.splitlines()


def test_nothing_is_lost_and_the_chain_is_never_forked(
    own_ledger: OwnLedger, shared: Child
) -> None:
    times = 12
    acknowledged = set(at_once(own_ledger, "add", times))
    assert len(acknowledged) == WRITERS * times
    stored = {
        f"{entry.number} {entry.hash} {entry.event}"
        for entry in Entry.objects.exclude(kind="child")
    }
    assert stored == acknowledged
    verdict = verify(own_ledger.centre)
    assert verdict.intact, verdict.faults
    assert verdict.entries == 1 + WRITERS * times
    assert differences(own_ledger.centre) == ()


def test_no_edit_of_one_event_is_overwritten_unseen(own_ledger: OwnLedger, shared: Child) -> None:
    times = 3
    first = write(shared, "finding", {"day": 0, "facts": {}}, "counter")
    append(own_ledger.hand, [first], now=Clock()())
    said = Counter(at_once(own_ledger, "count", times))
    assert said["written"] == WRITERS * times
    counter = Current.objects.get(event="counter")
    assert json.loads(counter.payload)["day"] == WRITERS * times
    assert counter.version == 1 + WRITERS * times
    # Without a single conflict nobody was in anybody's way, and nothing was tried.
    assert said["conflict"] > 0
    assert said["conflict with nobody"] == 0
    assert verify(own_ledger.centre).intact

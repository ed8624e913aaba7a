# SPDX-License-Identifier: Apache-2.0
"""Two hundred writers are killed in the midst of their work; what they acknowledged is there."""

from __future__ import annotations

from collections import Counter

import pytest

from cartulary.registry.current import differences
from cartulary.registry.models import Entry
from cartulary.registry.verifying import verify
from cartulary.registry.writing import append, register
from tests.registry.conftest import Clock, OwnLedger, write

KILLS = 200


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_the_chain_is_whole(own_ledger: OwnLedger) -> None:
    child = register(own_ledger.hand, course_id="P-001", now=Clock()())
    process = own_ledger.start("killed_writers.py", str(KILLS), "7")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    lines = out.splitlines()
    said = Counter(line.partition(" ")[0] for line in lines)
    assert said["killed"] == KILLS, lines[:5]
    # Fewer would mean that the writers were killed before they had begun.
    assert said["wrote"] > KILLS
    stored = {entry.event: entry for entry in Entry.objects.all()}
    for line in lines:
        word, *rest = line.split()
        if word != "wrote":
            continue
        entry = stored[rest[0]]
        assert rest[1:] in ([], [str(entry.number), entry.hash])
    verdict = verify(own_ledger.centre)
    assert verdict.intact, verdict.faults
    assert verdict.entries == len(stored)
    assert differences(own_ledger.centre) == ()
    (entry,) = append(
        own_ledger.hand, [write(child, "finding", {"day": 1, "facts": {}})], now=Clock()()
    )
    assert entry.number == verdict.entries + 1

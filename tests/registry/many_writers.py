# SPDX-License-Identifier: Apache-2.0
"""Starts many processes that write into one ledger at once, and prints what each of them did.

A warm process forks the writers, so that sixteen of them start in a moment.
"""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime

import django

django.setup()

from cartulary.registry.courses import current_events  # noqa: E402
from cartulary.registry.models import Centre, Child  # noqa: E402
from cartulary.registry.scope import within  # noqa: E402
from cartulary.registry.writing import Change, Conflict, Hand, append  # noqa: E402

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


def add(hand: Hand, child: Child, times: int) -> list[str]:
    """Add events; says the number, hash and name of each entry."""
    said = []
    for count in range(times):
        payload = {"day": count, "facts": {}, "source": hand.username}
        name = f"{hand.username}-{count}"
        change = Change(child.key, name, "finding", "write", payload, 0)
        (entry,) = append(hand, [change], now=NOW)
        said.append(f"{entry.number} {entry.hash} {entry.event}")
    return said


def count_up(hand: Hand, child: Child, times: int) -> list[str]:
    """Add one to the number in an event, looking again whenever somebody was first."""
    said: list[str] = []
    while said.count("written") < times:
        seen = next(e for e in current_events(child) if e.event == "counter")
        payload = {"day": seen.payload["day"] + 1, "facts": {}}
        change = Change(child.key, "counter", "finding", "amend", payload, seen.version, "count")
        try:
            append(hand, [change], now=NOW)
            said.append("written")
        except Conflict as conflict:
            newer = conflict.theirs.version > seen.version
            said.append("conflict" if newer else "conflict with nobody")
    return said


def one_writer(what: str, who: str, times: int, start: int, pipe: int) -> None:
    with within("all"):
        child = Child.objects.get()
        hand = Hand(None, who, Centre.objects.get(), "command")
        os.read(start, 1)
        said = (add if what == "add" else count_up)(hand, child, times)
    os.write(pipe, "".join(f"{line}\n" for line in said).encode())


def main() -> None:
    what, writers, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    start_reading, start_writing = os.pipe()
    pipes = []
    for number in range(writers):
        reading, writing = os.pipe()
        if os.fork() == 0:
            status = 1
            try:
                one_writer(what, f"w{number}", times, start_reading, writing)
                status = 0
            except BaseException:  # noqa: BLE001 - told here, for the fork ends without more
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(writing)
        pipes.append(reading)
    # All of them begin at one moment.
    os.write(start_writing, b"." * writers)
    for reading in pipes:
        with os.fdopen(reading, "rb") as pipe:
            sys.stdout.write(pipe.read().decode())
    failed = sum(os.wait()[1] != 0 for _ in pipes)
    sys.exit(failed)


if __name__ == "__main__":
    main()

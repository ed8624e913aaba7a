# SPDX-License-Identifier: Apache-2.0
"""Starts writers one after another and kills each in the midst of its work; prints what they said.

A warm process forks each writer, so that two hundred of them take seconds.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import uuid
from datetime import UTC, datetime

import django

django.setup()

from cartulary.registry.bulk import append_many  # noqa: E402
from cartulary.registry.models import Centre, Child  # noqa: E402
from cartulary.registry.scope import within  # noqa: E402
from cartulary.registry.writing import Change, Hand, append  # noqa: E402

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
MOST_WRITES = 5
LONGEST_SECONDS = 0.02


def write_until_killed(key: uuid.UUID, who: str, pipe: int) -> None:
    """Write without end, one entry or a few at a time, and say so after each."""
    with within("all"):
        hand = Hand(None, who, Centre.objects.get(), "command")
        count = 0
        os.write(pipe, b"begun\n")
        while True:
            changes = [
                Change(key, f"{who}-{count}-{part}", "finding", "write", _PAYLOAD, 0)
                for part in range(1 + count % 3)
            ]
            if count % 4 == 3:
                append_many(hand, changes, NOW)
                said = "\n".join(f"wrote {change.event}" for change in changes)
            else:
                entries = append(hand, changes, now=NOW)
                said = "\n".join(f"wrote {e.event} {e.number} {e.hash}" for e in entries)
            os.write(pipe, f"{said}\n".encode())
            count += 1


_PAYLOAD = {"day": 3, "facts": {"temperature_c": 38.5}}


def main() -> None:
    kills, seed = int(sys.argv[1]), int(sys.argv[2])
    draw = random.Random(seed)
    with within("all"):
        key = Child.objects.get().key
    django.db.connections.close_all()
    for number in range(kills):
        reading, writing = os.pipe()
        writer = os.fork()
        if writer == 0:
            os.close(reading)
            try:
                write_until_killed(key, f"w{number}", writing)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            # After some lines and some moment more, whatever the writer is doing then.
            said = b"".join(pipe.readline() for _ in range(1 + draw.randrange(MOST_WRITES)))
            time.sleep(draw.random() * LONGEST_SECONDS)
            os.kill(writer, signal.SIGKILL)
            said += pipe.read()
        _, status = os.waitpid(writer, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else "ended by itself")
        # A line that was cut off was not heard, so it is no promise.
        sys.stdout.write(said[: said.rfind(b"\n") + 1].decode())


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""One long task in a process of its own, so that no page waits and no server swells.

python -m cartulary.web.evidence.worker FOLDER

It reads `command.json` in the folder, waits for its turn, runs that, keeps what is said on the
way in `progress`, and at the end writes `done.json`: the status and a hash of each file made.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

LONGEST_SECONDS = 600
TURN = "turn.lock"
COMMAND, PROGRESS, DONE, RUNNING = "command.json", "progress", "done.json", "running"
MADE = "made"


def work(folder: Path, longest_seconds: float = LONGEST_SECONDS) -> int:
    """Run the task of a folder and write down how it ended; its status."""
    command = json.loads((folder / COMMAND).read_text(encoding="utf-8"))
    with (folder.parent / TURN).open("w") as turn:
        # One at a time: the pages keep the other core.
        fcntl.flock(turn, fcntl.LOCK_EX)
        status = _run(command, folder, longest_seconds)
    done = {"status": status, "files": _files(folder / MADE) if status == 0 else {}}
    written(folder / DONE, done)
    (folder / RUNNING).unlink(missing_ok=True)
    return status


def written(place: Path, said: dict[str, Any]) -> None:
    """Write JSON as a whole or not at all."""
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    beside.write_text(json.dumps(said, sort_keys=True), encoding="utf-8")
    beside.replace(place)


def _run(command: list[str], folder: Path, longest_seconds: float) -> int:
    with (folder / PROGRESS).open("wb") as progress:
        try:
            # What runs is written by the server alone: fixed words and checked options.
            ended = subprocess.run(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=progress,
                timeout=longest_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            progress.write(b"\nstopped: it took too long\n")
            return 124
    return ended.returncode


def _files(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
        if file.is_file()
    }


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(work(Path(sys.argv[1])))

# SPDX-License-Identifier: Apache-2.0
"""Tasks that run beside the server, each in a folder of its own: begun, followed, kept a while."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from cartulary.registry import keys
from cartulary.web.evidence.worker import COMMAND, DONE, PROGRESS, RUNNING
from cartulary.web.evidence.worker import written as written

WANTED: Final = "wanted.json"
#: A task that has not ended after so long will not.
LOST_SECONDS: Final = 900
_STEP: Final = re.compile(r"^([a-z][^\n]*?) \.\.\.$", re.MULTILINE)
_working: list[subprocess.Popen[bytes]] = []


def begin(folder: Path, command: list[str], said: dict[str, Any], kept: int) -> None:
    """Begin a task in a new folder; of the folders beside it, the oldest past `kept` go.

    When somebody else began the same one just now, theirs goes on.
    """
    shutil.rmtree(folder, ignore_errors=True)
    _forget_oldest(folder.parent, kept)
    folder.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    beside = Path(mkdtemp(prefix=".", dir=folder.parent))
    written(beside / WANTED, said)
    (beside / COMMAND).write_text(json.dumps(command), encoding="utf-8")
    (beside / RUNNING).touch()
    try:
        beside.rename(folder)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        return
    start(folder)


def start(folder: Path) -> None:
    """Run the task of a folder in a process of its own, which outlives this one."""
    _working[:] = [process for process in _working if process.poll() is None]
    process = subprocess.Popen(  # noqa: S603 - fixed words and our own folder
        [sys.executable, "-m", "cartulary.web.evidence.worker", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | {"CARTULARY_HOME": str(keys.home())},
    )
    _working.append(process)


def state(folder: Path) -> str:
    """How it goes: working, done, failed, or lost when the server was stopped meanwhile."""
    done = ended(folder)
    if done:
        return "done" if done["status"] == 0 else "failed"
    try:
        began = (folder / RUNNING).stat().st_mtime
    except OSError:
        return "lost"
    return "lost" if time.time() - began > LOST_SECONDS else "working"


def seconds(folder: Path) -> float:
    """How long a task has been at it."""
    try:
        return max(0.0, time.time() - (folder / RUNNING).stat().st_mtime)
    except OSError:
        return 0.0


def ended(folder: Path) -> dict[str, Any]:
    """How it ended: `status` and `files`; empty while it goes on."""
    return read(folder / DONE)


def steps(folder: Path) -> tuple[str, ...]:
    """What the task said it was doing, the last still going on."""
    try:
        text = (folder / PROGRESS).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    return tuple(_STEP.findall(text))


def read(place: Path) -> dict[str, Any]:
    """JSON that was written down; empty where there is none."""
    try:
        said: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except OSError:
        return {}
    return said


def _forget_oldest(beside: Path, kept: int) -> None:
    if not beside.is_dir():
        return
    found = [place for place in beside.iterdir() if place.is_dir() and place.name[0] != "."]
    found.sort(key=lambda place: place.stat().st_mtime)
    for place in found[: max(0, len(found) - kept + 1)]:
        if not (place / RUNNING).exists():
            shutil.rmtree(place, ignore_errors=True)

# SPDX-License-Identifier: Apache-2.0
"""Long simulations in a process of their own: begun, followed, stopped, known when broken off.

What is running holds a lock on a file, which the system lets go when the process ends in whatever
way. It is stopped by a file that it looks for, so that it never ends in the middle of a write.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cartulary.registry import keys
from cartulary.web.importing.work_files import ENDED, LOCK, LOST, PROGRESS, WANTED, WORKING, written

STOP: Final = "stop"
STOPPED: Final = "stopped"
#: Of finished runs so many are remembered; what they made stands on the shelf.
KEPT: Final = 20
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_working: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class Work:
    """What is being done, or was done last.

    `state` is working, done, refused (`ended["said"]` says why), broken (our own fault), stopped,
    or lost when its process ended before it did. `seconds` is how long it has been at it once its
    turn came; `is_waiting` while another run goes first.
    """

    state: str
    done: int = 0
    of: int = 0
    seconds: float = 0.0
    is_waiting: bool = False
    is_stopping: bool = False
    ended: dict[str, Any] = field(default_factory=dict)
    wanted: dict[str, Any] = field(default_factory=dict)

    @property
    def percent(self) -> int | None:
        """How much is done; None where nothing was counted yet."""
        return min(100, 100 * self.done // self.of) if self.of else None

    @property
    def minutes_left(self) -> int | None:
        """Whole minutes that the rest will take at the pace so far, at least one.

        >>> Work("working", done=25, of=100, seconds=60).minutes_left
        3
        """
        if not self.done or self.done >= self.of:
            return None
        left = self.seconds * (self.of - self.done) / self.done
        return max(1, round(left / 60))


def begin(folder: Path, wanted: dict[str, Any]) -> bool:
    """Begin this in a process of its own; False when it is being done already."""
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, _FILE_MODE)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        _forget_oldest(folder)
        for name in (ENDED, PROGRESS, STOP):
            (folder / name).unlink(missing_ok=True)
        written(folder / WANTED, wanted)
        start(folder, lock)
    finally:
        # The new process holds the lock now, and nobody else.
        os.close(lock)
    return True


def start(folder: Path, lock: int) -> None:
    """Run what a folder asks for in a process that outlives this one."""
    _working[:] = [process for process in _working if process.poll() is None]
    process = subprocess.Popen(  # noqa: S603 - fixed words and our own folder
        [sys.executable, "-m", "cartulary.web.lookahead.worker", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=(lock,),
        env=os.environ | {"CARTULARY_HOME": str(keys.home())},
    )
    _working.append(process)


def stop(folder: Path) -> bool:
    """Ask what is running to stop; False when nothing is."""
    now = work_in(folder)
    if now is None or now.state != WORKING:
        return False
    (folder / STOP).touch(_FILE_MODE)
    return True


def work_in(folder: Path) -> Work | None:
    """What is being done in a folder, or was last; None when nothing ever was."""
    wanted = read(folder / WANTED)
    if not wanted:
        return None
    running = _is_running(folder)
    # Read after the lock was tried: what ended in between has said so.
    ended = read(folder / ENDED)
    if ended:
        return Work(str(ended["state"]), ended=ended, wanted=wanted)
    if not running:
        return Work(LOST, wanted=wanted)
    said = read(folder / PROGRESS)
    began = said.get("began")
    return Work(
        WORKING,
        int(said.get("done", 0)),
        int(said.get("of", 0)),
        max(0.0, time.time() - float(began)) if began else 0.0,
        is_waiting=began is None,
        is_stopping=(folder / STOP).exists(),
        wanted=wanted,
    )


def read(place: Path) -> dict[str, Any]:
    """JSON that was written down; empty where there is none."""
    try:
        said: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return said


def _is_running(folder: Path) -> bool:
    try:
        lock = os.open(folder / LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _forget_oldest(folder: Path) -> None:
    """Of the runs beside this one the oldest go, but none that is being done."""
    beside = [one for one in folder.parent.iterdir() if one.is_dir() and one != folder]
    beside.sort(key=lambda one: one.stat().st_mtime)
    for one in beside[: max(0, len(beside) - KEPT)]:
        if not _is_running(one):
            shutil.rmtree(one, ignore_errors=True)

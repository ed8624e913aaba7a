# SPDX-License-Identifier: Apache-2.0
"""Work as the pages see it: begun in a folder of its own, followed there, and stopped.

What is running holds a lock on a file, which the system lets go when the process ends in whatever
way. It is stopped by a file that it looks for, so that it never ends in the middle of a write.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cartulary.registry import keys
from cartulary.web.beside.work_files import (
    ENDED,
    FILE_MODE,
    FOLDER_MODE,
    LOCK,
    LOST,
    PROGRESS,
    STOP,
    WANTED,
    WORKING,
    read,
    written,
)

# A process takes so long at most to end once its work is done, on a machine that is busy too.
_LETS_GO_SECONDS: Final = 10.0
_working: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class Work:
    """What is being done, or was done last.

    `state` is working, done, refused (`ended` says why), broken (our own fault), stopped, or lost
    when its process ended before it did. `step`, `done` and `of` say how far it is, `seconds` how
    long it has been at it once its turn came; `is_waiting` while other work goes first.
    """

    state: str
    step: str = ""
    done: int = 0
    of: int = 0
    seconds: float = 0.0
    is_waiting: bool = False
    is_stopping: bool = False
    ended: dict[str, Any] = field(default_factory=dict)
    wanted: dict[str, Any] = field(default_factory=dict)

    @property
    def act(self) -> str:
        """Which of the works that its worker knows."""
        return str(self.wanted.get("act", ""))

    @property
    def percent(self) -> int | None:
        """How much of a counted step is done; None where nothing can be counted."""
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


def begin(folder: Path, wanted: dict[str, Any], worker: str, *, kept: int | None = None) -> bool:
    """Begin what is wanted in a process of its own; False when it is being done already.

    Arguments: the folder of this work; what is wanted; the module that is run on the folder; of
    the folders beside it, how many stay.
    """
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        if not _take(lock, folder):
            return False
        if kept is not None:
            _forget_oldest(folder, kept)
        for name in (ENDED, PROGRESS, STOP):
            (folder / name).unlink(missing_ok=True)
        written(folder / WANTED, wanted)
        start(folder, lock, worker)
    finally:
        # The new process holds the lock now, and nobody else.
        os.close(lock)
    return True


def start(folder: Path, lock: int, worker: str) -> None:
    """Run a worker on a folder in a process that outlives this one, and holds the lock."""
    _working[:] = [process for process in _working if process.poll() is None]
    process = subprocess.Popen(  # noqa: S603 - a module of ours and our own folder
        [sys.executable, "-m", worker, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # What it logs stands where the server logs.
        stderr=None,
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
    (folder / STOP).touch(FILE_MODE)
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
        str(said.get("step", "")),
        int(said.get("done", 0)),
        int(said.get("of", 0)),
        max(0.0, time.time() - float(began)) if began else 0.0,
        is_waiting=began is None,
        is_stopping=(folder / STOP).exists(),
        wanted=wanted,
    )


def told(folder: Path, work: Work) -> bool:
    """Remember that somebody was told how it ended; True the first time."""
    if work.ended.get("told"):
        return False
    written(folder / ENDED, {**work.ended, "told": True})
    return True


def forget(folder: Path) -> None:
    """What was done is no news any more."""
    shutil.rmtree(folder, ignore_errors=True)


def _take(lock: int, folder: Path) -> bool:
    """Take the lock; a process that has said how it ended lets go of it within a moment."""
    last = time.monotonic() + _LETS_GO_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not (folder / ENDED).exists() or time.monotonic() > last:
                return False
            time.sleep(0.02)
        else:
            return True


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


def _forget_oldest(folder: Path, kept: int) -> None:
    """Of the folders beside this one the oldest go, but none in which something is being done."""
    beside = [one for one in folder.parent.iterdir() if one.is_dir() and one != folder]
    beside.sort(key=lambda one: one.stat().st_mtime)
    for one in beside[: max(0, len(beside) - kept)]:
        if not _is_running(one):
            forget(one)

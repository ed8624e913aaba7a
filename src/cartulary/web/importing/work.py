# SPDX-License-Identifier: Apache-2.0
"""The long work of an import in a process of its own: begun, followed, and known when it broke off.

Small files are done while somebody waits; a hundred thousand rows never hold up a page. What is
running holds a lock on a file, which the system lets go when the process ends in whatever way.
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
from cartulary.registry.importing_upload import Upload
from cartulary.registry.models import Batch
from cartulary.web.importing.work_files import (
    BROKEN,
    DONE,
    ENDED,
    LOCK,
    LOST,
    PROGRESS,
    REFUSED,
    WANTED,
    WORKING,
    written,
)

__all__ = ["BROKEN", "DONE", "LOST", "REFUSED", "WORKING", "Work", "begin", "work_of"]

READ, WRITE, ERRORS, AFTER = "read", "write", "errors", "after"

# What takes well under a second is not worth a second page.
_SMALL_TABLES_BYTES: Final = 128 * 1024
_SMALL_WORKBOOK_BYTES: Final = 32 * 1024
# A process takes so long at most to end once its work is done.
_LETS_GO_SECONDS: Final = 2.0
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_working: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class Work:
    """What is done with an upload, or was done last.

    `state` is working, done, refused (with what a refusal says), broken (our own fault), or lost
    when its process ended before it did. `step`, `done` and `of` say how far it is.
    """

    act: str
    state: str
    step: str = ""
    done: int = 0
    of: int = 0
    ended: dict[str, Any] = field(default_factory=dict)
    wanted: dict[str, Any] = field(default_factory=dict)

    @property
    def percent(self) -> int | None:
        """How much of a counted step is done; None where nothing can be counted."""
        return min(100, 100 * self.done // self.of) if self.of else None


def is_small(upload: Upload) -> bool:
    """True when all of it is done before anybody wonders."""
    if upload.tables.is_file():
        return upload.tables.stat().st_size <= _SMALL_WORKBOOK_BYTES
    return sum(one.stat().st_size for one in upload.tables.iterdir()) <= _SMALL_TABLES_BYTES


def begin(upload: Upload, wanted: dict[str, Any]) -> bool:
    """Begin this work in a process of its own; False when something is being done already."""
    folder = folder_of(upload)
    folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, _FILE_MODE)
    try:
        if not _take(lock, folder):
            return False
        (folder / ENDED).unlink(missing_ok=True)
        (folder / PROGRESS).unlink(missing_ok=True)
        written(folder / WANTED, wanted)
        start(upload, lock)
    finally:
        # The new process holds the lock now, and nobody else.
        os.close(lock)
    return True


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


def start(upload: Upload, lock: int) -> None:
    """Run what is wanted of an upload in a process that outlives this one."""
    _working[:] = [process for process in _working if process.poll() is None]
    process = subprocess.Popen(  # noqa: S603 - fixed words and our own folder
        [sys.executable, "-m", "cartulary.web.importing.worker", str(upload.folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=(lock,),
        env=os.environ | {"CARTULARY_HOME": str(keys.home())},
    )
    _working.append(process)


def work_of(upload: Upload) -> Work | None:
    """What is being done with an upload; None when nothing ever was."""
    folder = folder_of(upload)
    wanted = _read(folder / WANTED)
    if not wanted:
        return None
    act = str(wanted["act"])
    running = _is_running(folder)
    # Read after the lock was tried: what ended in between has said so.
    ended = _read(folder / ENDED)
    if ended:
        return Work(act, str(ended["state"]), ended=ended, wanted=wanted)
    if not running:
        return Work(act, LOST, wanted=wanted)
    said = _read(folder / PROGRESS)
    step, done, of = str(said.get("step", "")), int(said.get("done", 0)), int(said.get("of", 0))
    return Work(act, WORKING, step, done, of, wanted=wanted)


def forget(upload: Upload) -> None:
    """What was done is no news any more."""
    shutil.rmtree(folder_of(upload), ignore_errors=True)


def told(upload: Upload, work: Work) -> bool:
    """Remember that somebody was told how it ended; True the first time."""
    if work.ended.get("told"):
        return False
    written(folder_of(upload) / ENDED, {**work.ended, "told": True})
    return True


def batch_of(upload: Upload, work: Work) -> Batch | None:
    """The import that this work wrote; also when it broke off just afterwards."""
    key = work.wanted.get("batch")
    if not key:
        return None
    return Batch.objects.filter(key=key, centre_id=upload.centre_id).first()


def folder_of(upload: Upload) -> Path:
    """Where the work of an upload is written down."""
    return upload.folder / "work"


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


def _read(place: Path) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return said

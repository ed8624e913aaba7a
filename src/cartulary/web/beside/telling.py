# SPDX-License-Identifier: Apache-2.0
"""How long work tells the pages how far it is."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Final

from cartulary.web.beside.work_files import PROGRESS, written

# Progress is written so often at most; a page asks once a second, or less.
_EVERY_SECONDS: Final = 0.3


class Telling:
    """Where the work says how far it is, and holds off a stop while it writes its result."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.may_end = threading.Lock()
        self._began = time.time()
        self._step = ""
        self._at = 0.0

    def __call__(self, step: str, done: int, of: int) -> None:
        """Of this step so many of so many are done; 0 of 0 where nothing is counted."""
        now = time.monotonic()
        if step == self._step and 1 < done < of and now - self._at < _EVERY_SECONDS:
            return
        self._step, self._at = step, now
        said = {"step": step, "done": done, "of": of, "began": self._began}
        written(self.folder / PROGRESS, said)

    def progress(self, done: int, of: int) -> None:
        """The same for work of a single step."""
        self(self._step, done, of)

    def begun(self) -> None:
        """Its turn has come."""
        self._began = time.time()
        self.progress(0, 0)

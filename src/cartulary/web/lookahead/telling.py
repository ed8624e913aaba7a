# SPDX-License-Identifier: Apache-2.0
"""How a long simulation tells the pages how far it is."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Final

from cartulary.web.importing.work_files import PROGRESS, written

# Progress is written so often at most; the page asks every two seconds.
_EVERY_SECONDS: Final = 0.5


class Told:
    """Where the work says how far it is, and holds off a stop while it writes its result."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.may_end = threading.Lock()
        self._began = time.time()
        self._at = 0.0

    def progress(self, done: int, of: int) -> None:
        """So many of so many are done."""
        now = time.monotonic()
        if 1 < done < of and now - self._at < _EVERY_SECONDS:
            return
        self._at = now
        written(self.folder / PROGRESS, {"done": done, "of": of, "began": self._began})

    def begun(self) -> None:
        """Its turn has come."""
        self._began = time.time()
        self.progress(0, 0)

# SPDX-License-Identifier: Apache-2.0
"""The files through which the pages and the process that does the work hear of each other."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

WORKING, DONE, REFUSED, BROKEN, LOST = "working", "done", "refused", "broken", "lost"
STOPPED: Final = "stopped"
WANTED, PROGRESS, ENDED, LOCK = "wanted.json", "progress.json", "ended.json", "running.lock"
STOP: Final = "stop"
#: Of work that shares this file one is done at a time.
TURN: Final = "turn.lock"
FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600


def written(place: Path, said: dict[str, Any]) -> None:
    """Write JSON as a whole or not at all."""
    part = place.with_name(f".{place.name}.{os.getpid()}")
    part.write_text(json.dumps(said), encoding="utf-8")
    part.chmod(FILE_MODE)
    part.replace(place)


def read(place: Path) -> dict[str, Any]:
    """JSON that was written down; empty where there is none."""
    try:
        said: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return said

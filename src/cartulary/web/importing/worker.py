# SPDX-License-Identifier: Apache-2.0
"""The process that does the long work of one upload, after those that came before it.

python -m cartulary.web.importing.worker FOLDER
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cartulary.web.importing.work_files import (
    BROKEN,
    DONE,
    ENDED,
    PROGRESS,
    REFUSED,
    WANTED,
    written,
)

_TURN: Final = "turn.lock"
# Progress is written so often at most; the page asks once a second.
_EVERY_SECONDS: Final = 0.3
_log = logging.getLogger("cartulary.importing")


def work(upload_folder: Path) -> str:
    """Do what is wanted of an upload, and write down how it ended; its state."""
    from cartulary.registry import scope
    from cartulary.registry.importing_upload import upload_in

    folder = upload_folder / "work"
    wanted = json.loads((folder / WANTED).read_text(encoding="utf-8"))
    with (upload_folder.parent / _TURN).open("w") as turn:
        # One at a time: the pages keep the other core, and the ledger has one writer anyway.
        fcntl.flock(turn, fcntl.LOCK_EX)
        upload = upload_in(upload_folder, UUID(upload_folder.name))
        with scope.within([upload.centre_id]):
            ended = _done(upload, wanted, _Progress(folder / PROGRESS))
    written(folder / ENDED, ended)
    return str(ended["state"])


def _done(upload: Any, wanted: dict[str, Any], progress: _Progress) -> dict[str, Any]:
    from cartulary.course.errors import CartularyError
    from cartulary.registry.importing_refusal import ImportingRefusal
    from cartulary.web.importing.doing import do

    try:
        return {"state": DONE, **do(upload, wanted, progress)}
    except ImportingRefusal as error:
        values = {name: _plain(value) for name, value in error.values.items()}
        return {"state": REFUSED, "text": error.text, "values": values}
    except CartularyError as error:
        return {"state": REFUSED, "said": str(error)}
    except Exception as error:  # noqa: BLE001 - the page must hear of it, whatever it is
        # What the error says may be a value of a child; the log names only where it came from.
        _log.error("The work on upload %s failed: %s", upload.key, type(error).__name__)
        return {"state": BROKEN}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


class _Progress:
    """Writes down how far it is, now and then."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._step = ""
        self._at = 0.0

    def __call__(self, step: str, done: int, of: int) -> None:
        now = time.monotonic()
        if step == self._step and now - self._at < _EVERY_SECONDS:
            return
        self._step, self._at = step, now
        written(self._place, {"step": step, "done": done, "of": of})


if __name__ == "__main__":
    import django

    os.umask(0o077)
    django.setup()
    work(Path(sys.argv[1]))

# SPDX-License-Identifier: Apache-2.0
"""The process that does one long simulation, after those that came before it.

python -m cartulary.web.lookahead.worker FOLDER
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

from cartulary.web.importing.work_files import (
    BROKEN,
    DONE,
    ENDED,
    REFUSED,
    WANTED,
    written,
)
from cartulary.web.lookahead.telling import Told
from cartulary.web.lookahead.work import STOP, STOPPED

_TURN: Final = "turn.lock"
_LOOKS_EVERY_SECONDS: Final = 0.3
#: Pages go first wherever both want the processor.
_NICER: Final = 10
_log = logging.getLogger("cartulary.lookahead")


def work(folder: Path) -> str:
    """Do what a folder asks for and write down how it ended; its state."""
    wanted = json.loads((folder / WANTED).read_text(encoding="utf-8"))
    told = Told(folder)
    threading.Thread(target=_stop_when_asked, args=(told,), daemon=True).start()
    with (folder.parent / _TURN).open("w") as turn:
        # One at a time: each takes all but one of the processors.
        fcntl.flock(turn, fcntl.LOCK_EX)
        told.begun()
        ended = _done(wanted, told)
    with told.may_end:
        written(folder / ENDED, ended)
    return str(ended["state"])


def _done(wanted: dict[str, Any], told: Told) -> dict[str, Any]:
    from cartulary.course.errors import CartularyError
    from cartulary.web.lookahead.doing import do

    try:
        return {"state": DONE, **do(wanted, told)}
    except CartularyError as error:
        return {"state": REFUSED, "said": str(error)}
    except Exception as error:  # noqa: BLE001 - the page must hear of it, whatever it is
        _log.exception("The simulation %s failed: %s", told.folder.name, type(error).__name__)
        return {"state": BROKEN}


def _stop_when_asked(told: Told) -> None:
    """Ends this process, wherever it is, but never while it writes a result."""
    while not (told.folder / STOP).exists():
        if (told.folder / ENDED).exists():
            return
        time.sleep(_LOOKS_EVERY_SECONDS)
    with told.may_end:
        if not (told.folder / ENDED).exists():
            written(told.folder / ENDED, {"state": STOPPED})
        os._exit(0)


if __name__ == "__main__":
    import django

    os.umask(0o077)
    os.nice(_NICER)
    django.setup()
    work(Path(sys.argv[1]))

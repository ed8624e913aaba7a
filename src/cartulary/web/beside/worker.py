# SPDX-License-Identifier: Apache-2.0
"""The process that does one long work: in its turn, to its end, which it writes down."""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from cartulary.web.beside.telling import Telling
from cartulary.web.beside.work_files import (
    BROKEN,
    DONE,
    ENDED,
    REFUSED,
    STOP,
    STOPPED,
    TURN,
    WANTED,
    read,
    written,
)

#: Does what is wanted, tells how far it is, and gives what is to be remembered of it.
Do = Callable[[dict[str, Any], Telling], dict[str, Any]]

_LOOKS_EVERY_SECONDS: Final = 0.3
_log = logging.getLogger("cartulary.beside")


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """The work is not done, for a reason that the page puts into words from what is `said`."""

    def __init__(self, **said: Any) -> None:
        self.said = said
        super().__init__()


def carry_out(folder: Path, turns: Path, do: Do, *, stops: bool = False) -> str:
    """Do what a folder asks for and write down how it ended; its state.

    Arguments: the folder; the folder of whose works one is done at a time; what does it; whether
    it ends when somebody asks for that.
    """
    wanted = read(folder / WANTED)
    telling = Telling(folder)
    if stops:
        threading.Thread(target=_stop_when_asked, args=(telling,), daemon=True).start()
    with (turns / TURN).open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        telling.begun()
        ended = _ended(wanted, telling, do)
    with telling.may_end:
        written(folder / ENDED, ended)
    return str(ended["state"])


def _ended(wanted: dict[str, Any], telling: Telling, do: Do) -> dict[str, Any]:
    from cartulary.course.errors import CartularyError

    try:
        return {"state": DONE, **do(wanted, telling)}
    except Refused as refused:
        return {"state": REFUSED, **refused.said}
    except CartularyError as error:
        return {"state": REFUSED, "said": str(error)}
    except Exception as error:  # noqa: BLE001 - the page must hear of it, whatever it is
        # What the error says may be a value of a child; the log names only where it came from.
        where = "".join(traceback.format_tb(error.__traceback__)).replace("\n", " ")
        _log.error("The work %r failed: %s, at %s", wanted.get("act"), type(error).__name__, where)
        return {"state": BROKEN}


def _stop_when_asked(telling: Telling) -> None:
    """Ends this process, wherever it is, but never while it writes a result."""
    folder = telling.folder
    while not (folder / STOP).exists():
        if (folder / ENDED).exists():
            return
        time.sleep(_LOOKS_EVERY_SECONDS)
    with telling.may_end:
        if not (folder / ENDED).exists():
            written(folder / ENDED, {"state": STOPPED})
        os._exit(0)

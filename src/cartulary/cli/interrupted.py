# SPDX-License-Identifier: Apache-2.0
"""Ctrl+C: the one message, the one status, and an end that waits for no thread."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: As a shell counts a program that Ctrl+C ended: 128 and the signal's number.
INTERRUPTED: Final = 130
INTERRUPTED_WORDS: Final = "cartulary: interrupted; nothing was half-written."
_SHOW_CURSOR: Final = "\x1b[?25h\n"


def heard_while_waiting() -> None:
    """From now on Ctrl+C is heard in the middle of a wait for a thread or a process.

    Polars hangs its own handler before Python's when it is imported, and has the system go on with
    whatever was waited for; Python would not look up before that is over.
    """
    if hasattr(signal, "siginterrupt"):
        signal.siginterrupt(signal.SIGINT, True)


@contextmanager
def ends_at_once() -> Iterator[None]:
    """While it lasts, Ctrl+C ends the program there and then, its threads with it.

    For reckoning that writes nothing: a thread that simulates cannot be told to stop, and would
    be waited for. What writes stands outside, where Ctrl+C unwinds as everywhere.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end(_number: int, _frame: object) -> None:
    # Written past the buffers: the signal may have come in the middle of another line.
    cursor = _SHOW_CURSOR if sys.stderr.isatty() else ""
    os.write(2, f"{cursor}{INTERRUPTED_WORDS}\n".encode())
    os._exit(INTERRUPTED)

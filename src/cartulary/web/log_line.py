# SPDX-License-Identifier: Apache-2.0
"""How a line of the log is written: the time in UTC, and never more than one line."""

from __future__ import annotations

import logging
import os
import time
import traceback
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any


class OneLine(logging.Formatter):
    r"""Writes UTC, and escapes what would end the line, so that nobody forges the next one.

    >>> record = logging.LogRecord("a", 20, "", 0, "kept out: %s", ("x\ny",), None)
    >>> print(OneLine("%(message)s").format(record))
    kept out: x\ny
    """

    converter = time.gmtime
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """The whole of it, as one line."""
        return super().format(record).replace("\n", " | ")

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        """Where it broke and what kind of error it was; its message may hold a child's value."""
        kind, error, _ = ei
        frames = traceback.extract_tb(error.__traceback__) if error is not None else []
        places = [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames]
        return f"{kind.__name__ if kind else 'error'} at " + " < ".join(reversed(places))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The message with its line ends made visible."""
        written = super().formatMessage(record)
        return written.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n")


class PrivateFile(WatchedFileHandler):
    """A log that only its owner reads; opened anew after another program has put it away."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(descriptor, "a", encoding=self.encoding)

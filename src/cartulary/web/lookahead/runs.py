# SPDX-License-Identifier: Apache-2.0
"""Where the long simulations of this server are done, each in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from cartulary.registry import keys
from cartulary.web.beside import work

#: Of finished runs so many are remembered; what they made stands on the shelf.
KEPT: Final = 20
_RUNS: Final = "look-ahead"
_WORKER: Final = "cartulary.web.lookahead.worker"


def run_folder(name: str) -> Path:
    """The folder of one run."""
    return keys.home() / _RUNS / name


def begin(folder: Path, wanted: dict[str, Any]) -> bool:
    """Begin a run in a process of its own; False when it is being done already."""
    return work.begin(folder, wanted, _WORKER, kept=KEPT)

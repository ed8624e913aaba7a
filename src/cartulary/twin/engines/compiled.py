# SPDX-License-Identifier: Apache-2.0
"""Compiled code is kept from one run to the next, and thrown away when what it is made of changes.

Numba goes by the age of one file, but ours is made from several: an equation that was changed must
not go on being simulated as it was.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_SOURCES = (
    _HERE.parent / "equations.py",
    _HERE.parent / "slopes.py",
    _HERE.parent / "elimination.py",
    _HERE / "method.py",
    *sorted(_HERE.glob("*_kernel.py")),
    _HERE.parent / "extinction_kernel.py",
)


def make_ready(kernel: Any) -> None:
    """Before a kernel's first call: drops kept code that is out of date, and says if any compiles.

    kernel: a function compiled by Numba with `cache=True`, of a file in this folder.
    """
    if kernel.signatures:
        return
    file = Path(kernel.py_func.__code__.co_filename).stem
    kept = Path(kernel.stats.cache_path)
    made_from = hashlib.sha256(b"\0".join(source.read_bytes() for source in _SOURCES)).hexdigest()
    stamp = kept / f"{file}.{kernel.__name__}.made_from"
    found = sorted(kept.glob(f"{file}.{kernel.__name__}-*.nb?")) if kept.is_dir() else []
    if not stamp.is_file() or stamp.read_text() != made_from:
        for old in found:
            old.unlink(missing_ok=True)
        found = []
        kept.mkdir(parents=True, exist_ok=True)
        stamp.write_text(made_from)
    if not found:
        _say_what_is_waited_for()


@cache
def _say_what_is_waited_for() -> None:
    """The user waits, and must know for what; the model is several kernels, told of once."""
    print(  # noqa: T201
        "cartulary: compiling the model for this processor (once, up to a minute).",
        file=sys.stderr,
    )

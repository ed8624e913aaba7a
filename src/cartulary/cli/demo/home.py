# SPDX-License-Identifier: Apache-2.0
"""The demo's folder, which is marked as one, so that no real ledger is ever taken for it."""

from __future__ import annotations

import shutil
from pathlib import Path

from cartulary.course.errors import CartularyError

MARK = "this-is-a-demo.txt"
WORDS = "Invented children, no patient data. Made by `cartulary demo`; it may be thrown away.\n"


def prepared(home: Path, *, fresh: bool) -> None:
    """Make the folder, or take the demo that is there; refuses a folder that is not a demo."""
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise CartularyError(
            f"The folder {home} holds something that is no demo. A demo writes invented children "
            "and weak accounts into its folder. Choose an empty one with --home."
        )
    if fresh and home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / MARK).write_text(WORDS, encoding="utf-8")

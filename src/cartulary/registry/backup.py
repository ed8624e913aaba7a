# SPDX-License-Identifier: Apache-2.0
"""A backup of the whole home while it is used: of one moment, encrypted, and read back."""

from __future__ import annotations

import sqlite3
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from cartulary.registry import keys
from cartulary.registry.sealed_file import seal, unsealed
from cartulary.registry.unpacking import ALONG, LEDGER, BackupError, Heads, heads_in

SHORTEST_PASSPHRASE = 12


def back_up(target: Path, passphrase: str, now: datetime) -> Heads:
    """Write an encrypted backup beside the running app; gives the heads that it holds.

    The ledger is copied by SQLite's own online backup, so that it is of one moment. The copy is
    looked at before it is sealed, and the sealed file is read back. Refuses PostgreSQL, which has
    its own tools, a short passphrase, and a file that is there.
    """
    if connection.vendor != "sqlite":
        raise BackupError(
            "This ledger is in PostgreSQL, which cartulary backup does not copy. Its own tools "
            "copy it at one moment. Use pg_dump or your archive, and keep the home's keys apart."
        )
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BackupError(
            f"The passphrase has {len(passphrase)} characters. Fewer than {SHORTEST_PASSPHRASE} "
            "can be guessed by whoever finds the file. Choose a longer one."
        )
    if target.exists():
        raise BackupError(
            f"There is a file {target.name} already. A backup never overwrites another. Choose "
            "another name, such as one with the date."
        )
    home = keys.home()
    with tempfile.TemporaryDirectory(prefix="cartulary-backup-", dir=home) as place:
        copy = Path(place) / LEDGER
        _copy(Path(settings.DATABASES["default"]["NAME"]), copy)
        held = heads_in(copy)
        packed = Path(place) / "home.tar"
        with tarfile.open(packed, "w") as tar:
            tar.add(copy, LEDGER)
            for name in ALONG:
                if (home / name).exists():
                    tar.add(home / name, name)
        seal(packed, target, passphrase, {"made_at": now.isoformat(), "heads": held})
        _read_back(target, passphrase, packed)
    return held


def _copy(database: Path, copy: Path) -> None:
    source = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
    target = sqlite3.connect(copy)
    try:
        source.backup(target, pages=4096)
        target.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as fault:
        raise BackupError(
            f"The ledger cannot be copied ({fault}). Nothing was written. Make room on the disk, "
            "or see what holds it."
        ) from fault
    finally:
        target.close()
        source.close()


def _read_back(target: Path, passphrase: str, packed: Path) -> None:
    """Compare what the sealed file holds with what went in, byte by byte."""
    with packed.open("rb") as read:
        for part in unsealed(target, passphrase):
            if read.read(len(part)) != part:
                break
        else:
            if not read.read(1):
                return
    target.unlink()
    raise BackupError(
        f"The backup {target.name} could not be read back as it was written. The disk may be "
        "failing. It was removed; write to another disk."
    )

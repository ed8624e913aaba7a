# SPDX-License-Identifier: Apache-2.0
"""A backup unpacked into an empty home, before Django knows of that home; all of it or nothing."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
import tempfile
from pathlib import Path

from cartulary.course.errors import CartularyError
from cartulary.registry.sealed_file import header_of, unsealed

LEDGER = "ledger.sqlite3"
# What goes along: the keys, without which nothing can be verified or opened, and the anchors.
ALONG = ("keys", "anchors")

Heads = dict[str, list[object]]


class BackupError(CartularyError):
    """A backup that cannot be made or restored."""


def restore(source: Path, home: Path, passphrase: str) -> Heads:
    """Unpack a backup into a home that is empty; gives the heads that it must have.

    Nothing stays behind when it does not open or does not hold what its header says.
    """
    said: Heads = header_of(source)["heads"]
    if home.exists() and any(home.iterdir()):
        raise BackupError(
            f"The folder {home} is not empty. A restore never writes over a ledger. Name a new "
            "folder with --home, and look at both before one goes."
        )
    was_there = home.exists()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with tempfile.TemporaryDirectory(prefix="restore-", dir=home) as place:
            packed = Path(place) / "home.tar"
            with packed.open("wb") as out:
                for part in unsealed(source, passphrase):
                    out.write(part)
            with tarfile.open(packed) as tar:
                tar.extractall(home, filter="data")
        held = heads_in(home / LEDGER)
        if held != said:
            raise BackupError(
                f"The ledger in {source.name} does not end where its header says. It was put "
                "together from two. Nothing was restored. Take another backup."
            )
    except BaseException:
        for left in home.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        if not was_there:
            home.rmdir()
        raise
    for folder in (home, *(home / name for name in ALONG if (home / name).exists())):
        folder.chmod(0o700)
    return held


def heads_in(copy: Path) -> Heads:
    """The heads in a copied ledger, after SQLite itself has found it sound."""
    database = sqlite3.connect(copy)
    try:
        sound = database.execute("PRAGMA integrity_check").fetchone()[0]
        rows = database.execute(
            "SELECT c.code, h.number, h.hash FROM registry_chainhead h "
            "JOIN registry_centre c ON c.id = h.centre_id ORDER BY c.code"
        ).fetchall()
    except sqlite3.Error as fault:
        raise BackupError(
            f"The copied ledger cannot be read ({fault}). It is not whole. Take another backup."
        ) from fault
    finally:
        database.close()
    if sound != "ok":
        raise BackupError(
            f"The copied ledger is damaged: {sound}. The disk may be failing. Keep older backups."
        )
    return {code: [number, hash_text] for code, number, hash_text in rows}

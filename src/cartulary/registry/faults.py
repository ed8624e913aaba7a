# SPDX-License-Identifier: Apache-2.0
"""What can go wrong beneath the ledger, said so that somebody can mend it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError

from cartulary.course.errors import CartularyError


class StorageError(CartularyError):
    """The database could not keep what was written; nothing of it was kept."""


_SAYINGS = (
    (
        ("database or disk is full", "no space left", "disk full", "could not extend file"),
        "The disk of the ledger is full. Nothing of this write was kept, and nothing that stood "
        "there was harmed. Make room, and save again.",
    ),
    (
        ("database is locked", "lock timeout", "deadlock detected"),
        "The ledger was busy for too long. Nothing of this write was kept. Save again; if it "
        "happens often, see which long write is going on, or use PostgreSQL.",
    ),
    (
        ("readonly database", "read-only transaction"),
        "The ledger cannot be written: the file, its folder or the server is read-only. Nothing "
        "of this write was kept. Check the rights of the home folder.",
    ),
    (
        ("malformed", "not a database"),
        "The file of the ledger is damaged. Nothing of this write was kept. Stop, and restore "
        "the last backup.",
    ),
)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turns a fault of the disk or the server into a `StorageError` that says the remedy."""
    try:
        yield
    except DatabaseError as error:
        text = str(error).lower()
        for signs, saying in _SAYINGS:
            if any(sign in text for sign in signs):
                raise StorageError(saying) from error
        raise

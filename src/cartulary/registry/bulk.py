# SPDX-License-Identifier: Apache-2.0
"""Many changes at once, as an import brings them: in one transaction, and fast."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import connection, transaction

from cartulary.registry.change import Change, Hand, Refused
from cartulary.registry.desk import Desk
from cartulary.registry.faults import told_plainly
from cartulary.registry.models import Child

__all__ = ["Refused", "append_many"]

# So many changes are looked up, chained and written together.
_PART = 4000
# SQLite keeps 2 MB of pages in memory unless told otherwise, and then spills while it writes.
_PAGES_KIB = 64 * 1024
_IN_MEMORY = 2


def append_many(
    hand: Hand,
    changes: Iterable[Change],
    now: datetime,
    batch: UUID | None = None,
    progress: Callable[[int], object] | None = None,
) -> list[Child]:
    """Write all of these changes or none, and return the children they are about.

    The rules are those of `writing.append`. `progress` is called with how many were written so
    far. The worklists are not refreshed: whoever writes so many does that once, afterwards.
    """
    with told_plainly(), _room_for_pages(), transaction.atomic():
        desk = Desk(hand, now, batch)
        written = 0
        coming = iter(changes)
        while part := list(islice(coming, _PART)):
            written += len(desk.put(part))
            if progress is not None:
                progress(written)
        return desk.close()


@contextmanager
def _room_for_pages() -> Iterator[None]:
    """On SQLite: pages and the journals of statements stay in memory while so much is written."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        before = {}
        for pragma, value in (("cache_size", -_PAGES_KIB), ("temp_store", _IN_MEMORY)):
            cursor.execute(f"PRAGMA {pragma}")
            before[pragma] = int(cursor.fetchone()[0])
            cursor.execute(f"PRAGMA {pragma}={value}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for pragma, value in before.items():
                cursor.execute(f"PRAGMA {pragma}={value}")

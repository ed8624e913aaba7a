# SPDX-License-Identifier: Apache-2.0
"""Several reads of the database that all see the same moment, and keep no writer waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """Reads inside see one state of the database; inside a transaction that is its own.

    For reading only. An ordinary transaction would hold the whole SQLite file against writers.
    """
    if connection.in_atomic_block or _is_within_another():
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def _is_within_another() -> bool:
    """Whether a moment is already being looked at; on PostgreSQL that is an atomic block."""
    held = connection.connection
    return connection.vendor == "sqlite" and held is not None and held.in_transaction

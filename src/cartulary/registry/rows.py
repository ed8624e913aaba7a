# SPDX-License-Identifier: Apache-2.0
"""Entries and their projection as rows of the database, many at a time."""

# ruff: noqa: S608 - every name in these statements is our own

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection

from cartulary.registry.canonical import Line

_ENTRY = (
    *("centre_id", "number", "child", "event", "kind", "act", "version", "payload", "reason"),
    *("batch", "via", "author", "client_id", "recorded_at", "previous_hash", "hash", "seal"),
)
_CURRENT = (
    *("centre_id", "child_id", "event", "kind", "version", "entry", "payload", "date"),
    "withdrawn",
)

INSERT_ENTRY = f"INSERT INTO registry_entry ({', '.join(_ENTRY)}) VALUES {{rows}}"
PUT_CURRENT = (
    f"INSERT INTO registry_current ({', '.join(_CURRENT)}) VALUES {{rows}} "
    "ON CONFLICT (child_id, event) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _CURRENT if name != "event")
)

# Rows in one statement: SQLite keeps a journal for each statement, which costs as much as a row.
_TOGETHER = 100


# So many (child, event) pairs are looked up in one query.
_PAIRS = 500


def find_current(pairs: Sequence[tuple[Any, str]]) -> Iterator[tuple[Any, ...]]:
    """What stands of these events, each named by its child's key as stored and its own name.

    A row: the same two, then kind, version, entry, payload, date, withdrawn. Pairs are looked up
    as pairs: by two lists the database would try every child with every name.
    """
    with connection.cursor() as cursor:
        for start in range(0, len(pairs), _PAIRS):
            part = pairs[start : start + _PAIRS]
            # CROSS JOIN keeps SQLite from walking through every event there is.
            cursor.execute(
                f"WITH wanted(child, name) AS (VALUES {', '.join(['(%s, %s)'] * len(part))}) "
                "SELECT child_id, event, kind, version, entry, payload, date, withdrawn "
                "FROM wanted CROSS JOIN registry_current "
                "WHERE child_id = wanted.child AND event = wanted.name",
                list(chain.from_iterable(part)),
            )
            yield from cursor.fetchall()


def stored_key(key: UUID | str) -> Any:
    """A UUID as this database stores one."""
    made = key if isinstance(key, UUID) else UUID(key)
    return made if connection.features.has_native_uuid_field else made.hex


def text_of(key: UUID) -> str:
    """A UUID as this database gives one when asked for text."""
    return str(key) if connection.features.has_native_uuid_field else key.hex


def stored_moment(moment: datetime) -> Any:
    """A moment as this database stores one."""
    return connection.ops.adapt_datetimefield_value(moment)


def insert_entries(
    centre_id: int, recorded_at: datetime, sealed: Iterable[tuple[Line, str, str]]
) -> None:
    """Add entries that share a moment; each line comes with its hash and seal."""
    moment = stored_moment(recorded_at)
    native = connection.features.has_native_uuid_field
    rows = [
        (
            centre_id,
            line.number,
            line.child if native else line.child.replace("-", ""),
            line.event,
            line.kind,
            line.act,
            line.version,
            line.payload,
            line.reason,
            line.batch if native or line.batch is None else line.batch.replace("-", ""),
            line.via,
            line.author,
            line.client_id,
            moment,
            line.previous_hash,
            hash_text,
            seal,
        )
        for line, hash_text, seal in sealed
    ]
    _execute(INSERT_ENTRY, rows)


def put_current(rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows of the projection, or put them in the place of those of the same event.

    A row: centre, child as stored, event, kind, version, entry, payload, date, withdrawn.
    """
    _execute(PUT_CURRENT, rows)


def _execute(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    one = f"({', '.join(['%s'] * len(rows[0]))})"
    whole = len(rows) - len(rows) % _TOGETHER
    with connection.cursor() as cursor:
        if whole:
            cursor.executemany(
                statement.format(rows=", ".join([one] * _TOGETHER)),
                [
                    list(chain.from_iterable(rows[start : start + _TOGETHER]))
                    for start in range(0, whole, _TOGETHER)
                ],
            )
        if whole < len(rows):
            cursor.executemany(statement.format(rows=one), rows[whole:])

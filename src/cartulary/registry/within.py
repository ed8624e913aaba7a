# SPDX-License-Identifier: Apache-2.0
"""Which centres exist for the database now: PostgreSQL refuses the rows of all others by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from cartulary.course.errors import CartularyError
from cartulary.registry.models import Centre

SETTING = "cartulary.centres"
ALL = "all"


class OutOfScope(CartularyError):  # noqa: N818 - the word for what it is
    """Somebody asked for the children of a centre that they may not see."""


_centres: ContextVar[str] = ContextVar("centres", default="")


@contextmanager
def within(centres: Iterable[int] | Literal["all"]) -> Iterator[None]:
    """Only the rows of these centres (their ids) exist, as far as PostgreSQL is concerned.

    Outside of it no row of any centre does. On SQLite the functions of `scope` stand alone.
    `within("all")` is for commands that an administrator of the server runs.
    """
    text = ALL if centres == ALL else ",".join(str(int(centre)) for centre in centres)
    before = _centres.get()
    token = _centres.set(text)
    _tell(connection, text)
    try:
        yield
    finally:
        _centres.reset(token)
        _tell(connection, before)


def refuse_outside(centre: Centre) -> None:
    """Refuses to go on where this centre's rows do not exist: none found is not none there."""
    told = _centres.get()
    if connection.vendor != "postgresql" or told == ALL or str(centre.pk) in told.split(","):
        return
    raise OutOfScope(
        f"The ledger of centre {centre.code} was asked for from outside that centre. The database "
        "shows none of its rows there, and an empty ledger would look whole. Ask within its scope."
    )


def _tell(database: BaseDatabaseWrapper, text: str) -> None:
    """Set the session's centres, if there is a session and it can still be told.

    A transaction that failed takes its setting back by itself when it is given up.
    """
    if database.vendor != "postgresql" or database.connection is None:
        return
    if database.connection.closed or _has_failed(database.connection):
        return
    with database.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, text])


def _has_failed(session: Any) -> bool:
    from psycopg.pq import TransactionStatus

    return session.info.transaction_status in (
        TransactionStatus.INERROR,
        TransactionStatus.UNKNOWN,
    )


def _tell_new_connection(connection: BaseDatabaseWrapper, **_: Any) -> None:
    _tell(connection, _centres.get())


connection_created.connect(_tell_new_connection, dispatch_uid="cartulary.registry.scope")

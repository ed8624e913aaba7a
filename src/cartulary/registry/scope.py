# SPDX-License-Identifier: Apache-2.0
"""What may be seen and what may leave: the one door to the children of a centre."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol
from uuid import UUID

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import Q, QuerySet

from cartulary.course.cohort import Cohort
from cartulary.course.errors import CartularyError
from cartulary.course.events.treatment import Purpose
from cartulary.registry.clock import today
from cartulary.registry.consent import consents_of
from cartulary.registry.courses import AsOf, cohort_of
from cartulary.registry.models import Account, Centre, Child, Membership

SETTING = "cartulary.centres"
ALL = "all"


class OutOfScope(CartularyError):  # noqa: N818 - the word for what it is
    """Somebody asked for the children of a centre at which they have no role."""


class Seated(Protocol):
    """Somebody at a centre, as the pages know them."""

    @property
    def centre(self) -> Centre: ...


@dataclass(frozen=True, slots=True)
class Exportable:
    """The children who may leave for a purpose, and how many may not."""

    children: tuple[Child, ...]
    left_out: int
    purpose: Purpose | None

    def cohort(self, as_of: AsOf = None, *, name: str = "") -> Cohort:
        """Their courses without a calendar date, as every exit requires."""
        return cohort_of(self.children, as_of, name=name).without_calendar()


def children(seat: Seated) -> QuerySet[Child]:
    """The children that somebody may see: those of their centre, in order of registration."""
    return Child.objects.filter(centre=seat.centre, withdrawn=False).order_by("position")


def child_of(seat: Seated, key: UUID) -> Child:
    """One child of the centre; `Child.DoesNotExist` for any other, as if there were none."""
    return children(seat).get(key=key)


def exportable(
    account: Account | None, centre: Centre, purpose: Purpose | None, *, on: date | None = None
) -> Exportable:
    """The children of a centre who may leave it for a purpose on a day (today).

    With a purpose, only those whose consent for it stands. Without one the centre reckons from
    its own record, for its own quality of care, and no consent is asked. `account` is None for a
    command that an administrator of the server runs. Refuses an account without a role there.
    """
    day = on or today()
    if account is not None and not _has_role(account, centre, day):
        raise OutOfScope(
            f"Account {account.get_username()} has no role at centre {centre.code} on {day}. "
            "Nobody exports the children of another centre. Ask its administrator for a role."
        )
    found = list(Child.objects.filter(centre=centre, withdrawn=False).order_by("position"))
    if purpose is None:
        return Exportable(tuple(found), 0, None)
    consents = consents_of(found, purpose, day)
    kept = tuple(child for child in found if consents[child.key].permits)
    return Exportable(kept, len(found) - len(kept), purpose)


def _has_role(account: Account, centre: Centre, day: date) -> bool:
    return (
        account.is_active
        and Membership.objects.filter(
            Q(until__isnull=True) | Q(until__gte=day),
            account=account,
            centre=centre,
            since__lte=day,
        ).exists()
    )


_centres: ContextVar[str] = ContextVar("centres", default="")


@contextmanager
def within(centres: Iterable[int] | Literal["all"]) -> Iterator[None]:
    """Only the rows of these centres (their ids) exist, as far as PostgreSQL is concerned.

    Outside of it no row of any centre does. On SQLite the scoping functions of this module stand
    alone. `within("all")` is for commands that an administrator of the server runs.
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

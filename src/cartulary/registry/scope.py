# SPDX-License-Identifier: Apache-2.0
"""What may be seen and what may leave: the one door to the children of a centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from django.db.models import Q, QuerySet

from cartulary.course.events.treatment import Purpose
from cartulary.registry.clock import today
from cartulary.registry.consent import consents_of
from cartulary.registry.courses import AsOf, cohort_of
from cartulary.registry.models import Account, Centre, Child, Membership
from cartulary.registry.within import OutOfScope, within

if TYPE_CHECKING:
    from cartulary.course.cohort import Cohort

__all__ = [
    "Exportable",
    "OutOfScope",
    "Seated",
    "child_of",
    "children",
    "exportable",
    "within",
]


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

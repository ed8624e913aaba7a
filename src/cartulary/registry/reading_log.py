# SPDX-License-Identifier: Apache-2.0
"""Who looked at which child, when, on which page and why: a log that nobody can take back."""

from __future__ import annotations

from django.db.models import QuerySet

from cartulary.registry.clock import now
from cartulary.registry.courses import AsOf, moment_of
from cartulary.registry.models import Account, Centre, Child, Reading


def read(
    account: Account,
    centre: Centre,
    child: Child | None,
    page: str,
    as_of: AsOf = None,
    purpose: str = "",
) -> Reading:
    """Write down that an account looked; `child` is None for a page of many children.

    `page` names the kind of page, such as "timeline"; never a value and never a pseudonym.
    """
    return Reading.objects.create(
        at=now(),
        account=account,
        centre=centre,
        child=None if child is None else child.key,
        page=page,
        as_of=moment_of(as_of),
        purpose=purpose,
    )


def readings_of(child: Child) -> QuerySet[Reading]:
    """Who looked at a child, last first."""
    return Reading.objects.filter(child=child.key).select_related("account").order_by("-at", "-id")


def readings_by(account: Account, centre: Centre) -> QuerySet[Reading]:
    """What an account looked at in a centre, last first."""
    return Reading.objects.filter(account=account, centre=centre).order_by("-at", "-id")

# SPDX-License-Identifier: Apache-2.0
"""Accounts and roles: given, ended, shut and let in again; each change a line in the security log.

The administrator's pages and `cartulary user` change people through these functions alone.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from cartulary.course.errors import CartularyError
from cartulary.registry.models import Account, Centre, Membership
from cartulary.registry.roles import Role

log = logging.getLogger("cartulary.security")


class AccountError(CartularyError):
    """A change to an account that cannot be made as asked."""


def valid_on(day: date) -> Q:
    """The memberships that hold on a day; `until` is the last day that they do."""
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))


def memberships_on(account: Account, day: date) -> QuerySet[Membership]:
    """The roles of somebody that hold on a day, by centre."""
    held = Membership.objects.filter(valid_on(day), account=account)
    return held.select_related("centre").order_by("centre__name", "role")


def make_account(
    username: str, *, first_name: str = "", last_name: str = "", language: str = "nl", by: str
) -> tuple[Account, str]:
    """A new account without a role, and the password for its first sign-in.

    Refuses a name that is taken.
    """
    if Account.objects.filter(username__iexact=username).exists():
        raise AccountError(
            f"There is an account {username!r} already. A name is given once, to one person. "
            "Choose another name, or give that account a role here."
        )
    password = one_time_password()
    account = Account.objects.create_user(
        username=username,
        password=password,
        first_name=first_name,
        last_name=last_name,
        language=language,
        password_is_one_time=True,
    )
    log.info("account %s made by %s", username, by)
    return account, password


def give_role(
    account: Account, centre: Centre, role: Role, *, since: date, until: date | None = None, by: str
) -> Membership:
    """Somebody has a role at a centre from `since` up to and including `until`.

    A role that was to begin that same day is given anew. Refuses an end before the beginning, and
    a role that the account has at that time already.
    """
    if until is not None and until < since:
        raise AccountError(
            f"The role would end on {until}, before it begins on {since}. Nobody would ever have "
            "it. Change one of the two dates."
        )
    held = Membership.objects.filter(account=account, centre=centre, role=role.value)
    overlapping = held.filter(Q(until__isnull=True) | Q(until__gte=since))
    if until is not None:
        overlapping = overlapping.filter(since__lte=until)
    if overlapping.exists():
        raise AccountError(
            f"{account.username} is {role.en} at {centre.name} already in that time. Two periods "
            "of one role would overlap. End the first, or choose a later date."
        )
    given, _ = Membership.objects.update_or_create(
        account=account, centre=centre, role=role.value, since=since, defaults={"until": until}
    )
    log.info(
        "role %s at %s given to %s from %s until %s by %s",
        *(role.value, centre.code, account.username, since, until or "further notice", by),
    )
    return given


def end_role(membership: Membership, *, on: date, by: str) -> None:
    """The role no longer holds on this day; sessions end, so that nothing lingers."""
    membership.until = on - timedelta(days=1)
    membership.save(update_fields=["until"])
    end_sessions(membership.account)
    log.info(
        "role %s at %s of %s ended on %s by %s",
        *(membership.role, membership.centre.code, membership.account.username, on, by),
    )


def new_password(account: Account, *, by: str) -> str:
    """A new password for one sign-in; the old one and every session end."""
    password = one_time_password()
    account.set_password(password)
    account.password_is_one_time = True
    account.save(update_fields=["password", "password_is_one_time"])
    end_sessions(account)
    log.info("password of %s replaced by %s", account.username, by)
    return password


def reset_second_factor(account: Account, *, by: str) -> None:
    """Takes every second factor away; the next sign-in sets up a new one."""
    from allauth.mfa.models import Authenticator

    Authenticator.objects.filter(user=account).delete()
    end_sessions(account)
    log.info("second factor of %s reset by %s", account.username, by)


def shut(account: Account, *, by: str) -> None:
    """Nobody signs in with this account any more; what it wrote stays. Its API tokens end too."""
    from cartulary.registry.clock import now

    with transaction.atomic():
        account.is_active = False
        account.save(update_fields=["is_active"])
        account.tokens.filter(revoked_at__isnull=True).update(revoked_at=now())
        end_sessions(account)
    log.info("account %s shut by %s", account.username, by)


def reopen(account: Account, *, by: str) -> None:
    """The account may sign in again."""
    account.is_active = True
    account.save(update_fields=["is_active"])
    log.info("account %s opened again by %s", account.username, by)


def end_sessions(account: Account, *, but: str | None = None) -> int:
    """Ends every session of an account except the one with the key `but`; says how many."""
    from allauth.usersessions.models import UserSession

    sessions = [row for row in UserSession.objects.filter(user=account) if row.session_key != but]
    for session in sessions:
        session.end()
    return len(sessions)


def belongs_only_to(account: Account, centres: Iterable[int]) -> bool:
    """True when the account never had a role at another centre than these (ids).

    Only then may their administrator replace its password or second factor: else whoever gives
    somebody of another centre a role here could sign in as them there.
    """
    return not account.memberships.exclude(centre_id__in=list(centres)).exists()


def one_time_password() -> str:
    """A password at random, easy to read aloud: four groups of four.

    >>> len(one_time_password())
    19
    """
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
    return "-".join(groups)

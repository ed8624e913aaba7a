# SPDX-License-Identifier: Apache-2.0
"""The accounts of a centre as its administrator sees them, and what may be done with each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language, gettext

from cartulary.registry.accounts import belongs_only_to, memberships_on
from cartulary.registry.models import Account, Centre, Membership
from cartulary.registry.permissions import MAY, TOGETHER_WITH, Permission
from cartulary.registry.roles import Role
from cartulary.web.access import Seat

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One period of a role at this centre. `state` is now, later or past."""

    membership: Membership
    word: str
    state: str


@dataclass(frozen=True, slots=True)
class Person:
    """An account with its roles at this centre, its second factors and its last sign-in."""

    account: Account
    roles: tuple[RoleLine, ...]
    factors: tuple[str, ...]
    last_login: datetime | None

    @property
    def name(self) -> str:
        """The person's own name, else the name of the account."""
        return self.account.get_full_name() or self.account.get_username()

    @property
    def roles_now(self) -> list[RoleLine]:
        """The roles that hold today."""
        return [line for line in self.roles if line.state == "now"]

    @property
    def roles_later(self) -> list[RoleLine]:
        """The roles that begin on a later day."""
        return [line for line in self.roles if line.state == "later"]

    @property
    def standing(self) -> str:
        """Whether the account can come in: shut, fresh (never signed in), bare (no factor), in."""
        if not self.account.is_active:
            return "shut"
        if self.last_login is None:
            return "fresh"
        return "in" if self.factors else "bare"


def of_centre(centre: Centre) -> QuerySet[Account]:
    """Everybody who has, had or will have a role at the centre."""
    here = Membership.objects.filter(centre=centre)
    return (
        Account.objects.filter(memberships__in=here)
        .distinct()
        .order_by("last_name", "first_name", "username")
        .prefetch_related(
            Prefetch("memberships", here.order_by("role", "-since"), to_attr="roles_here"),
            Prefetch(
                "authenticator_set",
                Authenticator.objects.filter(type__in=FACTORS),
                to_attr="factors_held",
            ),
        )
    )


def persons(accounts: Iterable[Account], today: date) -> list[Person]:
    """The accounts as lines of the list."""
    return [person(account, today) for account in accounts]


def person(account: Account, today: date) -> Person:
    """One account of `of_centre` as its page shows it."""
    roles = tuple(
        RoleLine(row, role_word(Role(row.role)), _state(row, today))
        for row in account.roles_here  # type: ignore[attr-defined]
    )
    held = {row.type for row in account.factors_held}  # type: ignore[attr-defined]
    return Person(account, roles, factor_words(held), account.last_login)


def role_word(role: Role) -> str:
    """The role in the language of the page."""
    return role.en if get_language() == "en" else role.nl


@dataclass(frozen=True, slots=True)
class TruthTable:
    """Who may what, as `permissions.MAY` says it: a row for each permission."""

    roles: tuple[str, ...]
    rows: tuple[tuple[str, tuple[bool, ...]], ...]


def truth_table() -> TruthTable:
    """The table in the language of the page."""
    return TruthTable(
        tuple(role_word(role) for role in Role),
        tuple((_said(row), tuple(role in held for role in Role)) for row, held in MAY.items()),
    )


def _said(row: Permission) -> str:
    """The permission in words, with the role that it needs beside those of its row."""
    words = row.en if get_language() == "en" else row.nl
    beside = TOGETHER_WITH.get(row)
    if beside is None:
        return words
    return gettext("%(what)s, if also %(role)s") % {"what": words, "role": role_word(beside)}


def factor_words(held: Iterable[str]) -> tuple[str, ...]:
    """The second factors in words."""
    words = {
        Authenticator.Type.TOTP.value: gettext("authenticator app"),
        Authenticator.Type.WEBAUTHN.value: gettext("passkey"),
    }
    return tuple(words[kind] for kind in words if kind in set(held))


def sessions_of(account: Account) -> list[UserSession]:
    """Where the account is signed in now, the last first."""
    alive: list[UserSession] = UserSession.objects.purge_and_list(account)
    return sorted(alive, key=lambda session: session.last_seen_at, reverse=True)


def why_not(seat: Seat, account: Account, today: date) -> str:
    """Why this administrator may not touch the account itself; empty when they may."""
    if account.pk == seat.account.pk:
        return gettext(
            "This is your own account. What it may do is decided by another administrator; your "
            "password and second factor are under your own name, at the top of the page."
        )
    administered = {
        row.centre_id
        for row in memberships_on(seat.account, today)
        if row.role == Role.ADMINISTRATOR.value
    }
    if not belongs_only_to(account, administered):
        return gettext(
            "This person also has or had a role at another centre. Password, second factor and "
            "closing are left to whoever runs this server (cartulary user); roles here are yours."
        )
    return ""


def _state(row: Membership, today: date) -> str:
    if row.since > today:
        return "later"
    return "now" if row.until is None or row.until >= today else "past"

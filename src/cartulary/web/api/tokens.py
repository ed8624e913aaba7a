# SPDX-License-Identifier: Apache-2.0
"""Tokens: what a program shows instead of a password, never more than its owner may."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cartulary.course.events.treatment import Purpose
from cartulary.registry.models import Account, Centre, Token
from cartulary.registry.permissions import Permission, may
from cartulary.registry.roles import Role
from cartulary.registry.writing import Hand
from cartulary.web.access import Seat, memberships_of

log = logging.getLogger("cartulary.security")

#: What every secret begins with, so that a search for leaked secrets finds it.
PREFIX = "cartulary_"
_SECRET_BYTES = 32
# A token that is used says so to the database no more often than this.
_NOTED_EVERY = timedelta(minutes=1)

#: What a token that reads may carry beside USE_API_READ.
READING = (Permission.SEE_CHILDREN, Permission.SEE_EVIDENCE, Permission.EXPORT_REPORT)
#: What a token that writes may carry beside USE_API_WRITE.
WRITING = (
    Permission.WRITE_EVENTS,
    Permission.WRITE_TOXICITY,
    Permission.WRITE_PRODUCT,
    Permission.AMEND,
    Permission.WITHDRAW,
)


@dataclass(frozen=True, slots=True)
class TokenSeat:
    """The owner of a token at its centre, with what the token was given and the roles still carry.

    `purpose` is None for the centre's own care and quality of care.
    """

    account: Account
    centre: Centre
    roles: frozenset[Role]
    granted: frozenset[Permission]
    purpose: Purpose | None
    token: Token

    def may(self, permission: Permission) -> bool:
        """True when the token was given the permission and a role of today carries it."""
        return permission in self.granted and may(self.roles, permission)

    def hand(self, via: str = "api") -> Hand:
        """The hand that writes for this token."""
        return Hand(self.account, self.account.get_username(), self.centre, via)


def offered(seat: Seat) -> tuple[Permission, ...]:
    """The permissions that somebody may give a token: those they hold themselves."""
    reading = READING if seat.may(Permission.USE_API_READ) else ()
    writing = WRITING if seat.may(Permission.USE_API_WRITE) else ()
    return tuple(one for one in (*reading, *writing) if seat.may(one))


def make_token(
    seat: Seat,
    *,
    name: str,
    purpose: Purpose | None,
    permissions: Iterable[Permission],
    expires: datetime,
    now: datetime,
) -> tuple[Token, str]:
    """A new token and its secret, which is kept nowhere: only its hash is."""
    chosen = [one for one in offered(seat) if one in set(permissions)]
    if any(one in READING for one in chosen):
        chosen.append(Permission.USE_API_READ)
    if any(one in WRITING for one in chosen):
        chosen.append(Permission.USE_API_WRITE)
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    token = Token.objects.create(
        account=seat.account,
        centre=seat.centre,
        name=name,
        purpose="" if purpose is None else purpose.value,
        permissions=[one.value for one in chosen],
        secret_hash=hash_of(secret),
        made_at=now,
        expires=expires,
    )
    log.info("token %s of %s made", token.key, seat.account.get_username())
    return token, secret


def end_token(token: Token, *, now: datetime) -> None:
    """The token opens nothing from now on; that it was there stays known."""
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        log.info("token %s of %s ended", token.key, token.account.get_username())


def hash_of(secret: str) -> str:
    """SHA-256 of a secret; a secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def seat_of_secret(secret: str, *, now: datetime, today: date) -> TokenSeat | None:
    """The seat of a secret; None for one that is unknown, ended or expired, or has no role left.

    Roles begin and end on dates, hence `today`.
    """
    token = (
        Token.objects.select_related("account", "centre")
        .filter(secret_hash=hash_of(secret), revoked_at__isnull=True, expires__gt=now)
        .first()
    )
    if token is None or not token.account.is_active:
        return None
    held = memberships_of(token.account, today)
    roles = frozenset(Role(row.role) for row in held if row.centre_id == token.centre_id)
    if not roles:
        return None
    if token.last_used is None or now - token.last_used > _NOTED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used=now)
    granted = frozenset(Permission(code) for code in token.permissions)
    purpose = Purpose(token.purpose) if token.purpose else None
    return TokenSeat(token.account, token.centre, roles, granted, purpose, token)

# SPDX-License-Identifier: Apache-2.0
"""Who sits where: the seat of a request, and the permission that every view declares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest

from cartulary.registry.accounts import memberships_on
from cartulary.registry.models import Account, Centre, Membership
from cartulary.registry.permissions import Permission, may
from cartulary.registry.roles import Role
from cartulary.registry.writing import Hand

View = TypeVar("View", bound=Callable[..., Any])

CENTRE_IN_SESSION = "cartulary_centre"

# What a view may declare instead of a permission.
OPEN = "open"  # anybody, signed in or not
SIGNED_IN = "signed_in"  # anybody who is signed in with a second factor, with or without a role


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody at one centre, with the roles they have there today."""

    account: Account
    centre: Centre
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """True when one of the roles carries the permission."""
        return may(self.roles, permission)

    def hand(self, via: str = "form") -> Hand:
        """The hand that writes for this seat."""
        return Hand(self.account, self.account.get_username(), self.centre, via)

    @property
    def role(self) -> Role:
        """The first of the roles, to be shown."""
        return next(role for role in Role if role in self.roles)


class SeatedRequest(HttpRequest):
    """A request that passed the access middleware; for type hints only."""

    seat: Seat


def page(*needs: Permission, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Declares what a view needs: any one of the permissions. A view without it is refused.

    `methods` other than those named answer 405.
    """

    def declare(view: View) -> View:
        view.needs = frozenset(needs)  # type: ignore[attr-defined]
        view.methods = methods  # type: ignore[attr-defined]
        return view

    return declare


def open_page(view: View) -> View:
    """Declares a view for anybody, signed in or not."""
    view.needs = OPEN  # type: ignore[attr-defined]
    return view


def signed_in_page(view: View) -> View:
    """Declares a view for anybody who is signed in."""
    view.needs = SIGNED_IN  # type: ignore[attr-defined]
    return view


def needs_of(view: Any) -> frozenset[Permission] | str | None:
    """What a view declares, or None when it declares nothing."""
    return getattr(view, "needs", None)


def memberships_of(account: Account, on: date) -> list[Membership]:
    """The roles of somebody that hold on a day, by centre."""
    return list(memberships_on(account, on))


def seat_of(account: Account, held: list[Membership], centre_id: int | None) -> Seat | None:
    """The seat at the chosen centre, or at the first; `held` are the roles of today.

    None for somebody without a role.
    """
    if not held:
        return None
    centres = {row.centre_id: row.centre for row in held}
    chosen = centre_id if centre_id in centres else next(iter(centres))
    assert chosen is not None
    roles = frozenset(Role(row.role) for row in held if row.centre_id == chosen)
    return Seat(account, centres[chosen], roles)


def proven_anew(view: View) -> View:
    """What a view changes is asked again of whoever did not prove themselves these last minutes.

    The page itself opens; a POST goes on after the password or second factor. Put it under @page.
    """
    return reauthentication_required(view, allow_get=True)  # type: ignore[no-any-return]

# SPDX-License-Identifier: Apache-2.0
"""The demo's accounts, one a role, with a new password and codes for one time at every start."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from cartulary.registry.roles import Role

CENTRE = "example"
SINCE = date(2015, 1, 1)
PEOPLE = (
    ("j.dewit", "J. de Wit", Role.DATA_MANAGER),
    ("k.bakker", "K. Bakker", Role.CLINICIAN),
    ("r.peeters", "R. Peeters", Role.CLINICIAN),
    ("h.mulder", "H. Mulder", Role.LABORATORY),
    ("f.aydin", "F. Aydın", Role.LABORATORY),
    ("m.jansen", "M. Jansen", Role.DIRECTOR),
    ("a.visser", "A. Visser", Role.AUDITOR),
    ("b.smit", "B. Smit", Role.ADMINISTRATOR),
)
# Who also reads forecasts: a role given besides one's own, never to everybody of that role.
READS_FORECASTS = "k.bakker"
CODES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Person:
    """How somebody signs in to the demo."""

    username: str
    role: Role
    password: str
    secret: str
    codes: tuple[str, ...]


def people() -> list[Person]:
    """Every account of the demo, made where it is not there, each with a fresh way in."""
    from django.contrib.auth.hashers import make_password

    from cartulary.registry.models import Account, Centre, Membership

    centre = Centre.objects.get(code=CENTRE)
    made = []
    for username, name, role in PEOPLE:
        password = secrets.token_urlsafe(9)
        first, _, last = name.partition(" ")
        account, _ = Account.objects.update_or_create(
            username=username,
            defaults={
                "first_name": first,
                "last_name": last,
                "password": make_password(password),
                "language": "nl",
            },
        )
        for held in (role, Role.FORECASTS) if username == READS_FORECASTS else (role,):
            Membership.objects.get_or_create(
                account=account, centre=centre, role=held.value, defaults={"since": SINCE}
            )
        secret, codes = _second_factor(account)
        made.append(Person(username, role, password, secret, codes))
    return made


def _second_factor(account: object) -> tuple[str, tuple[str, ...]]:
    """A TOTP secret and codes that work once each, thrown away with the demo."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    Authenticator.objects.filter(user=account).delete()
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    codes = RecoveryCodes.activate(account).get_unused_codes()
    return secret, tuple(codes[:CODES_SHOWN])


def print_people(found: list[Person], say: Callable[[str], object]) -> None:
    """Who can sign in, and how."""
    say("")
    say("Demo accounts. Every account has a second factor; type one of its codes, each works once,")
    say("or put the secret into an authenticator app.")
    say("")
    say(f"{'account':<10} {'role':<20} {'password':<14} {'codes for one time':<30} secret")
    for one in found:
        codes = " ".join(one.codes)
        say(f"{one.username:<10} {one.role.en:<20} {one.password:<14} {codes:<30} {one.secret}")
    say("")

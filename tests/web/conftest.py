# SPDX-License-Identifier: Apache-2.0
"""A centre, somebody in every role, signed in with a second factor, and a child to look at."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from cartulary.registry import clock, scope
from cartulary.registry.models import Account, Centre, Child, Membership
from cartulary.registry.roles import Role
from cartulary.registry.writing import Hand, register
from cartulary.web.access import Seat

PASSWORD = "a long pass phrase 7"


@pytest.fixture(autouse=True)
def _all_centres(db: None):
    """Tests look at every centre; requests narrow this to the seat's own."""
    with scope.within("all"):
        yield


@pytest.fixture
def centre() -> Centre:
    return Centre.objects.create(code="ours", name="Our centre")


@pytest.fixture
def other_centre() -> Centre:
    return Centre.objects.create(code="theirs", name="Their centre")


@pytest.fixture
def account_of(centre: Centre) -> Callable[..., Account]:
    """Somebody in a role; made once for each role and centre."""

    def made(role: Role | str, at: Centre | None = None) -> Account:
        place = at or centre
        name = f"{Role(role).value}-{place.code}"
        account = Account.objects.filter(username=name).first()
        if account is None:
            account = Account.objects.create_user(
                username=name, password=PASSWORD, language="en", first_name=Role(role).en
            )
            Membership.objects.create(
                account=account, centre=place, role=Role(role).value, since=date(2015, 1, 1)
            )
            Authenticator.objects.create(
                user=account, type=Authenticator.Type.TOTP, data={"secret": "unused"}
            )
        return account

    return made


@pytest.fixture
def client_of(account_of: Callable[..., Account], centre: Centre) -> Callable[..., Client]:
    """A browser in which somebody of that role is signed in, in English unless said otherwise.

    `also` is a second role that the same person has.
    """

    def made(
        role: Role | str, at: Centre | None = None, lang: str = "en", also: Role | None = None
    ) -> Client:
        client = Client()
        account = account_of(role, at)
        if also is not None:
            Membership.objects.get_or_create(
                account=account, centre=at or centre, role=also.value, since=date(2015, 1, 1)
            )
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session["language"] = lang
        session.save()
        return client

    return made


@pytest.fixture
def seat(account_of: Callable[..., Account], centre: Centre) -> Callable[..., Seat]:
    """The seat of somebody in that role."""

    def made(role: Role | str, at: Centre | None = None) -> Seat:
        return Seat(account_of(role, at), at or centre, frozenset({Role(role)}))

    return made


@pytest.fixture
def hand(account_of: Callable[..., Account], centre: Centre) -> Hand:
    """The hand of the centre's data manager."""
    account = account_of(Role.DATA_MANAGER)
    return Hand(account, account.username, centre, "form")


@pytest.fixture
def a_child(hand: Hand) -> Child:
    """A girl of seven with an indication on 3 February 2020 and nothing else."""
    return register(
        hand,
        course_id="M-001",
        age_days_at_day0=2700,
        day0=date(2020, 2, 3),
        now=clock.now(),
    )


@pytest.fixture
def their_child(account_of: Callable[..., Account], other_centre: Centre) -> Child:
    """A child of the other centre."""
    account = account_of(Role.DATA_MANAGER, other_centre)
    return register(
        Hand(account, account.username, other_centre, "form"),
        course_id="T-001",
        age_days_at_day0=3000,
        day0=date(2020, 1, 6),
        now=clock.now(),
    )


@pytest.fixture
def clock_ahead(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock of sessions and codes ahead by some seconds."""
    real = time.time

    def ahead(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + seconds)

    return ahead


@pytest.fixture
def no_work_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long tasks are written down and not begun: the test asks who may, not what comes of it."""
    monkeypatch.setattr("cartulary.web.evidence.tasks.start", lambda folder: None)
    monkeypatch.setattr("cartulary.web.beside.work.start", lambda folder, lock, worker: None)


def proven(client: Client) -> Client:
    """The browser of somebody who has just shown who they are."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return client

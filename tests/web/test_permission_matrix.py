# SPDX-License-Identifier: Apache-2.0
"""Every route of the app, walked by every role, at the own centre and from another."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cartulary.registry import clock
from cartulary.registry.models import Centre, Child
from cartulary.registry.permissions import MAY, Permission, may
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append
from cartulary.web.access import OPEN, SIGNED_IN, needs_of

# The laboratory writes products and hand-offs and nothing else, so it is asked about those.
EVENT, KIND = "infusion-1", "infusion"
LABORATORY_EVENT, LABORATORY_KIND = "product-1", "product"


def routes(
    patterns: list[URLPattern | URLResolver], namespaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, URLPattern]]:
    """Every named route with its namespaces before its name."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from routes(pattern.url_patterns, inner)
        else:
            yield ":".join((*namespaces, pattern.name or "?")), pattern


ROUTES = dict(routes(get_resolver().url_patterns))


def is_of_accounts(pattern: URLPattern) -> bool:
    # allauth redirects old addresses by nameless views; the middleware refuses those.
    held = getattr(pattern.callback, "view_class", pattern.callback)
    return pattern.name is None or held.__module__.startswith("allauth.")


OURS = {name: pattern for name, pattern in ROUTES.items() if not is_of_accounts(pattern)}
SEATED = {
    name: pattern
    for name, pattern in OURS.items()
    if isinstance(needs_of(pattern.callback), frozenset)
}


def sample(argument: str, child: Child, role: Role | None = None) -> object:
    """A value for one argument of a route; what does not exist gives 404, which is no refusal."""
    lab = role is Role.LABORATORY
    return {
        "key": child.key,
        "event": LABORATORY_EVENT if lab else EVENT,
        "kind": LABORATORY_KIND if lab else KIND,
        "field": "date",
        "pk": 1,
        "number": 1,
    }.get(argument, uuid.UUID(int=7))


def address(name: str, pattern: URLPattern, child: Child, role: Role | None = None) -> str:
    arguments = {key: sample(key, child, role) for key in pattern.pattern.converters}
    return reverse(name, kwargs=arguments)


def with_an_infusion(hand: Hand, child: Child) -> Child:
    infusion = {"date": "2020-03-17", "facts": {"number": 1}}
    product = {"date": "2020-02-10", "facts": {"product_id": "P-1"}}
    changes = [
        Change(child.key, EVENT, KIND, "write", infusion, 0),
        Change(child.key, LABORATORY_EVENT, LABORATORY_KIND, "write", product, 0),
    ]
    append(hand, changes, now=clock.now())
    return child


@pytest.fixture
def ours(hand: Hand, a_child: Child) -> Child:
    return with_an_infusion(hand, a_child)


@pytest.fixture
def theirs(account_of: Callable[..., object], other_centre: Centre, their_child: Child) -> Child:
    account = account_of(Role.DATA_MANAGER, other_centre)
    return with_an_infusion(
        Hand(account, account.username, other_centre, "form"),  # type: ignore[attr-defined, arg-type]
        their_child,
    )


def asked(client: Client, pattern: URLPattern, url: str) -> int:
    client.raise_request_exception = False
    methods = getattr(pattern.callback, "methods", ("GET",))
    if "GET" in methods:
        return client.get(url).status_code
    return client.post(url).status_code


def test_the_truth_table_has_a_row_for_every_permission() -> None:
    assert set(MAY) == set(Permission)
    assert all(MAY[Permission(row)] <= set(Role) for row in MAY)


def test_an_auditor_writes_nothing_and_an_administrator_sees_no_child() -> None:
    writing = {
        *(Permission.WRITE_EVENTS, Permission.WRITE_TOXICITY, Permission.WRITE_PRODUCT),
        *(Permission.AMEND, Permission.WITHDRAW, Permission.WRITE_IDENTITY),
        *(Permission.IMPORT_TABLES, Permission.UNDO_IMPORT, Permission.OVERRIDE_GRADE),
    }
    assert not any(may(frozenset({Role.AUDITOR}), permission) for permission in writing)
    held = {row for row in Permission if may(frozenset({Role.ADMINISTRATOR}), row)}
    assert held == {Permission.ADMINISTER, Permission.VERIFY_LEDGER}


@pytest.mark.parametrize("name", OURS)
def test_every_view_declares_what_it_needs(name: str) -> None:
    needs = needs_of(OURS[name].callback)
    assert needs in (OPEN, SIGNED_IN) or (isinstance(needs, frozenset) and needs), (
        f"{name} declares nothing, so it is refused to everybody. Give its view @page(...)."
    )


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_what_the_truth_table_says_and_nothing_else(
    role: Role, client_of: Callable[..., Client], ours: Child
) -> None:
    client = client_of(role)
    wrong = []
    for name, pattern in SEATED.items():
        needs = needs_of(pattern.callback)
        allowed = any(may(frozenset({role}), permission) for permission in needs)
        status = asked(client, pattern, address(name, pattern, ours, role))
        if (status == 403) == allowed or status >= 500:
            wrong.append(f"{name}: {status}, allowed: {allowed}")
    assert not wrong, "\n".join(wrong)


def test_the_laboratory_writes_no_infusion(client_of: Callable[..., Client], ours: Child) -> None:
    answer = client_of(Role.LABORATORY).get(
        reverse("entry:new", kwargs={"key": ours.key, "kind": "infusion"})
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("role", Role)
def test_a_child_of_another_centre_is_not_there(
    role: Role, client_of: Callable[..., Client], ours: Child, theirs: Child
) -> None:
    client = client_of(role)
    seen = []
    for name, pattern in SEATED.items():
        if "key" not in pattern.pattern.converters:
            continue
        for method in getattr(pattern.callback, "methods", ("GET",)):
            url = address(name, pattern, theirs)
            answer = client.generic(method, url)
            if answer.status_code not in (403, 404, 405):
                seen.append(f"{method} {name}: {answer.status_code}")
            if b"T-001" in answer.content:
                seen.append(f"{method} {name}: names the child")
    assert not seen, "\n".join(seen)


def test_a_stranger_gets_no_further_than_signing_in(client: Client, ours: Child) -> None:
    through = []
    for name, pattern in SEATED.items():
        url = address(name, pattern, ours)
        for method in getattr(pattern.callback, "methods", ("GET",)):
            answer = client.generic(method, url)
            door = answer.status_code == 302 and "/account/login/" in answer["Location"]
            if not (door or answer.status_code in (401, 403)):
                through.append(f"{method} {name}: {answer.status_code}")
    assert not through, "\n".join(through)


def test_no_address_holds_a_pseudonym(ours: Child) -> None:
    assert not [
        name for name, pattern in SEATED.items() if "course_id" in pattern.pattern.converters
    ]

# SPDX-License-Identifier: Apache-2.0
"""Every route of the app, walked by every role, at the own centre and from another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cartulary.registry.models import Account, Centre, Child
from cartulary.registry.permissions import MAY, Permission, may
from cartulary.registry.roles import Role
from cartulary.registry.writing import Hand
from cartulary.web.access import OPEN, SIGNED_IN, Seat, needs_of
from cartulary.web.api.door import Needs
from cartulary.web.api.service import api
from tests.web.api_client import program
from tests.web.conftest import proven
from tests.web.route_samples import OF_ARGUMENT, OF_ROUTE, POST_NEEDS, World, address, world

pytestmark = pytest.mark.usefixtures("no_work_beside")


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
NAMES_SOMETHING = {name: pattern for name, pattern in SEATED.items() if pattern.pattern.converters}
# The role that is given beside another carries nothing by itself, so there is nowhere to lead it.
HOLDING = frozenset().union(*MAY.values())
# Whose role has no home is led to the first page that the menu offers.
LED_ON = {"home:home"}


@pytest.fixture
def ours(hand: Hand, a_child: Child) -> World:
    return world(hand, a_child)


@pytest.fixture
def theirs(account_of: Callable[..., Account], other_centre: Centre, their_child: Child) -> World:
    account = account_of(Role.DATA_MANAGER, other_centre)
    return world(Hand(account, account.username, other_centre, "form"), their_child)


def answered(client: Client, method: str, url: str) -> tuple[int, bytes, HttpResponseBase]:
    """Status, whole content, and the answer itself. Reading a file to its end closes it."""
    answer = client.generic(method, url)
    streamed = getattr(answer, "streaming_content", None)
    content = b"".join(streamed) if streamed is not None else answer.content
    return answer.status_code, content, answer


def methods_of(pattern: URLPattern) -> tuple[str, ...]:
    return getattr(pattern.callback, "methods", ("GET",))


def allowed(name: str, pattern: URLPattern, role: Role, method: str) -> bool:
    needs = needs_of(pattern.callback)
    if method == "POST" and name in POST_NEEDS:
        needs = POST_NEEDS[name]
    return any(may(frozenset({role}), need) for need in needs)


# --- the table ---------------------------------------------------------------------------------


def test_the_truth_table_has_a_row_for_every_permission() -> None:
    assert set(MAY) == set(Permission)
    assert all(MAY[Permission(row)] <= set(Role) for row in MAY)


def test_an_auditor_writes_nothing_and_an_administrator_sees_no_child() -> None:
    writing = {
        *(Permission.WRITE_EVENTS, Permission.WRITE_TOXICITY, Permission.WRITE_PRODUCT),
        *(Permission.AMEND, Permission.WITHDRAW, Permission.WRITE_IDENTITY),
        *(Permission.IMPORT_TABLES, Permission.UNDO_IMPORT, Permission.OVERRIDE_GRADE),
        *(Permission.SIGN_BEDSIDE, Permission.REQUEST_RELEASE, Permission.ASSIGN_IDENTIFIERS),
        *(Permission.USE_API_WRITE, Permission.APPROVE_RELEASE, Permission.ERASE_IDENTITY),
    }
    assert not any(may(frozenset({Role.AUDITOR}), permission) for permission in writing)
    held = {row for row in Permission if may(frozenset({Role.ADMINISTRATOR}), row)}
    # The library of forecasts is of simulated children alone.
    simulated = {Permission.BUILD_FORECASTS}
    assert held == {Permission.ADMINISTER, Permission.VERIFY_LEDGER} | simulated


def test_every_permission_opens_something() -> None:
    """A row of the table that no view asks for would tell a reviewer what is not so."""
    asked = {need for pattern in SEATED.values() for need in needs_of(pattern.callback)}
    asked |= {need for _, _, route in OPERATIONS for need in route.auth_callbacks[0].permissions}
    asked |= ASKED_WITHIN_A_PAGE
    assert not set(Permission) - asked


# Asked of the seat within a page that other permissions open.
ASKED_WITHIN_A_PAGE = {
    *(Permission.ANSWER_QUERY, Permission.CLOSE_QUERY, Permission.APPROVE_RELEASE),
    *(Permission.SIGN_BEDSIDE, Permission.REQUEST_RELEASE, Permission.ASSIGN_IDENTIFIERS),
}


# --- every view declares, and every route can be walked -----------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_every_view_declares_what_it_needs(name: str) -> None:
    needs = needs_of(OURS[name].callback)
    assert needs in (OPEN, SIGNED_IN) or (isinstance(needs, frozenset) and needs), (
        f"{name} declares nothing, so it is refused to everybody. Give its view @page(...)."
    )


def test_every_route_that_names_something_has_a_sample() -> None:
    without = [
        name
        for name, pattern in NAMES_SOMETHING.items()
        if name not in OF_ROUTE and not set(pattern.pattern.converters) <= OF_ARGUMENT
    ]
    assert not without, f"add these to tests/web/route_samples.py: {without}"
    assert set(OF_ROUTE) <= set(SEATED), "tests/web/route_samples.py names routes that are gone"


def test_no_address_holds_a_pseudonym() -> None:
    named = {name: set(pattern.pattern.converters) for name, pattern in OURS.items()}
    assert not [name for name, arguments in named.items() if arguments & {"course_id", "child"}]


# --- every role --------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_what_the_truth_table_says_and_nothing_else(
    role: Role, client_of: Callable[..., Client], ours: World
) -> None:
    client = proven(client_of(role))
    client.raise_request_exception = False
    wrong = []
    for name, pattern in SEATED.items():
        for method in methods_of(pattern):
            status, _, _ = answered(client, method, address(name, pattern, ours, role))
            if not allowed(name, pattern, role, method):
                right = status == (302 if name in LED_ON and role in HOLDING else 403)
            elif method == "GET":
                right = status in (200, 302, 303)
            else:
                # A POST that says nothing may be refused for what it says.
                right = status < 500 and status not in (401, 403, 405)
            if not right:
                wrong.append(f"{method} {name}: {status}")
    assert not wrong, "\n".join(wrong)


def test_the_laboratory_writes_no_infusion(client_of: Callable[..., Client], ours: World) -> None:
    there = reverse("entry:new", kwargs={"key": ours.child.key, "kind": "infusion"})
    assert client_of(Role.LABORATORY).get(there).status_code == 403


# --- another centre, and nobody ----------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_what_is_of_another_centre_is_not_there(
    role: Role, client_of: Callable[..., Client], ours: World, theirs: World
) -> None:
    client = proven(client_of(role))
    seen = []
    for name, pattern in NAMES_SOMETHING.items():
        for method in methods_of(pattern):
            status, content, _ = answered(client, method, address(name, pattern, theirs, role))
            expected = (403, 404) if name in POST_NEEDS and method == "POST" else (403,)
            if allowed(name, pattern, role, method):
                expected = (404,)
            if status not in expected:
                seen.append(f"{method} {name}: {status}, not {expected}")
            if b"T-001" in content:
                seen.append(f"{method} {name}: names the child")
    assert not seen, "\n".join(seen)


@pytest.mark.parametrize("role", Role)
def test_no_page_of_many_names_a_child_of_another_centre(
    role: Role, client_of: Callable[..., Client], ours: World, theirs: World
) -> None:
    client = proven(client_of(role))
    seen = []
    for name, pattern in SEATED.items():
        if pattern.pattern.converters:
            continue
        for method in methods_of(pattern):
            _, content, _ = answered(client, method, reverse(name))
            if b"T-001" in content or b"Their centre" in content:
                seen.append(f"{method} {name}")
    for asked in ("T-001", "T-", str(theirs.child.key)):
        answer = client.post("/search/", {"q": asked})
        if answer.status_code not in (200, 403) or f"/{theirs.child.key}/" in str(answer.content):
            seen.append(f"search {asked}: {answer.status_code}")
    assert not seen, "\n".join(seen)


def test_a_stranger_gets_no_further_than_signing_in(client: Client, ours: World) -> None:
    through = []
    for name, pattern in OURS.items():
        if needs_of(pattern.callback) == OPEN:
            continue
        url = address(name, pattern, ours) if name in SEATED else reverse(name)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            status, _, answer = answered(client, method, url)
            door = status == 302 and "/account/login/" in answer["Location"]
            if not (door or status == 401):
                through.append(f"{method} {name}: {status}")
    assert not through, "\n".join(through)


def test_what_anybody_may_open_shows_nothing_of_a_child(client: Client, ours: World) -> None:
    open_to_all = {name for name, pattern in OURS.items() if needs_of(pattern.callback) == OPEN}
    outside = {"healthz", "choose_language", "api:openapi", "api:nowhere"}
    # The routes of the service ask for a token themselves; tests/web/test_api.py walks them.
    of_the_service = {name for name in open_to_all if name.startswith("api:v1-")}
    assert open_to_all == outside | of_the_service
    for name in outside - {"api:nowhere"}:
        assert b"M-001" not in answered(client, "GET", reverse(name))[1]


# --- the service -------------------------------------------------------------------------------

OPERATIONS = [
    (method, path, operation)
    for _, router in api._routers
    for path, view in router.path_operations.items()
    for operation in view.operations
    for method in operation.methods
]


def test_every_route_of_the_service_asks_for_permissions() -> None:
    assert len(OPERATIONS) > 5
    for method, path, operation in OPERATIONS:
        asked = [one for one in operation.auth_callbacks if isinstance(one, Needs)]
        assert len(asked) == len(operation.auth_callbacks) == 1, f"{method} {path}"
        assert asked[0].permissions & {Permission.USE_API_READ, Permission.USE_API_WRITE}


@pytest.mark.parametrize("role", Role)
def test_a_token_of_each_role_opens_what_the_truth_table_says_and_nothing_elsewhere(
    role: Role, seat: Callable[..., Seat], ours: World, theirs: World
) -> None:
    held = program(seat(role))
    wrong = []
    for method, path, operation in OPERATIONS:
        (needs,) = operation.auth_callbacks
        may_use = all(may(frozenset({role}), one) for one in needs.permissions)
        for whose, child in (("ours", ours.child), ("theirs", theirs.child)):
            url = f"/api/v1{path}".replace("{key}", str(child.key)).replace("{table}", "children")
            answer = held.ask(
                method, url, {"course_id": child.course_id} if "search" in path else None
            )
            if not may_use:
                right = answer.status_code == 403
            elif whose == "theirs" and "{key}" in path:
                right = answer.status_code == 404
            else:
                right = answer.status_code < 500 and answer.status_code not in (401, 403, 404)
            if whose == "theirs" and b"T-001" in answer.content:
                right = False
            if not right:
                wrong.append(f"{method} {path} of {whose}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_without_a_token_the_service_says_nothing(
    client_of: Callable[..., Client], ours: World
) -> None:
    for browser in (Client(), client_of(Role.DATA_MANAGER)):
        for method, path, _ in OPERATIONS:
            url = f"/api/v1{path}".replace("{key}", str(ours.child.key)).replace("{table}", "x")
            status, content, _ = answered(browser, method, url)
            assert status == 401, f"{method} {path}"
            assert b"M-001" not in content

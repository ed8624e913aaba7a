# SPDX-License-Identifier: Apache-2.0
"""A list of many children asks the database as often as a list of two."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cartulary.registry.models import Child
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append
from cartulary.studies.single_estimate import DEFAULT_DAYS
from cartulary.web.api.estimate_routes import USUAL_DAYS
from cartulary.web.event_address import address_of
from cartulary.web.verification.child import ON_A_PAGE
from tests.web.worklist_child import infused_child

ClientOf = Callable[..., Client]


def asked(client: Client, address: str) -> int:
    """How many statements a look at a page takes, once what is loaded once is loaded."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as statements:
        client.get(address)
        return len(statements.captured_queries)


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("/?whose=all", Role.DATA_MANAGER),
        ("/children/", Role.DATA_MANAGER),
        ("/findings/", Role.DATA_MANAGER),
        ("/products/", Role.LABORATORY),
    ],
)
def test_more_children_are_not_more_statements(
    client_of: ClientOf, hand: Hand, address: str, role: Role
) -> None:
    def some(first: int, last: int) -> None:
        for number in range(first, last):
            child = infused_child(hand, f"M-{number:03d}", 90 + number)
            product = {"date": "2020-02-10", "facts": {"product_id": f"P-{number}"}}
            append(
                hand,
                [Change(child.key, "product-1", "product", "write", product, 0)],
                now=child.touched_at,
            )

    client = client_of(role)
    some(0, 6)
    few = asked(client, address)
    some(6, 12)
    assert asked(client, address) == few


def test_a_course_of_many_events_is_verified_a_page_at_a_time(
    client_of: ClientOf, hand: Hand
) -> None:
    child = infused_child(hand, "M-001", 90)
    append(
        hand,
        [_measured(child, number) for number in range(ON_A_PAGE + 5)],
        now=child.touched_at,
    )
    client = client_of(Role.AUDITOR)
    address = f"/verification/children/{child.key}/"
    first = client.get(address).content.decode()
    shown = events_on(first)
    assert len(shown) == ON_A_PAGE
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    rest = events_on(client.get(address + following[1].replace("&amp;", "&")).content.decode())
    assert len(rest) == 7
    assert not set(shown) & set(rest)
    # A link to one event opens the page on which it stands.
    there = client.get(address, {"at": address_of(rest[-1])}).content.decode()
    assert events_on(there) == rest
    # What was verified is shown again afterwards, wherever it stands.
    saved: Any = client.post(
        address, {"event": rest[0], "source": "lab report", "is-value": "agrees"}, follow=True
    )
    assert events_on(saved.content.decode()) == rest


def test_the_service_reckons_the_days_of_the_command() -> None:
    assert USUAL_DAYS == DEFAULT_DAYS


def events_on(page: str) -> list[str]:
    return re.findall(r'<input type="hidden" name="event" value="([^"]+)">', page)


def _measured(child: Child, number: int) -> Change:
    payload = {
        "date": "2020-02-10",
        "facts": {"analyte": "crp", "value": 5.0 + number, "unit": "mg/L"},
    }
    return Change(child.key, f"measurement-{number}", "measurement", "write", payload, 0)

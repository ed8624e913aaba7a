# SPDX-License-Identifier: Apache-2.0
"""Events in addresses: nothing that anybody typed, and old links still lead there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client, override_settings
from django.urls import NoReverseMatch, reverse
from hypothesis import given
from hypothesis import strategies as st

from cartulary.registry import clock
from cartulary.registry.models import Child
from cartulary.registry.writing import Change, Hand, append
from cartulary.web.event_address import LONGEST_ADDRESS, address_of, event_at

TYPED = "M-001 / Jansen, 12-3-2011"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80))
def test_a_name_comes_back_and_is_not_to_be_seen(name: str) -> None:
    address = address_of(name)
    assert event_at(address) == name
    assert re.fullmatch(r"[A-Za-z0-9_-]+", address)
    assert len(address) < LONGEST_ADDRESS
    assert len(name) < 4 or name not in address


def test_names_of_one_length_and_near_it_have_addresses_of_one_length() -> None:
    assert len({len(address_of("x" * size)) for size in range(1, 17)}) == 1


def test_another_installation_has_other_addresses() -> None:
    ours = address_of("infusion-1")
    address_of.cache_clear()
    with override_settings(SECRET_KEY="another key"):
        theirs = address_of("infusion-1")
    address_of.cache_clear()
    assert ours != theirs
    assert event_at(theirs) == theirs


def test_an_event_without_a_name_has_no_address() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("entry:event", args=["00000000-0000-4000-8000-000000000000", ""])


def test_what_was_typed_stands_in_no_address(
    a_child: Child, hand: Hand, client_of: Callable[..., Client]
) -> None:
    said = {"date": "2020-03-17", "facts": {"number": 1}}
    append(hand, [Change(a_child.key, TYPED, "infusion", "write", said, 0)], now=clock.now())
    client = client_of("data_manager")
    to = reverse("entry:event", args=[a_child.key, TYPED])
    pages = [
        f"/children/{a_child.key}/",
        f"/children/{a_child.key}/table/",
        f"/children/{a_child.key}/events/",
        to,
        reverse("queries:ask", args=[a_child.key, TYPED]),
        f"/verification/children/{a_child.key}/",
    ]
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        addresses = re.findall(r'(?:href|hx-get|hx-post|action)="([^"]*)"', page)
        assert not [one for one in addresses if "Jansen" in one or "M-001" in one], address
    assert to in client.get(f"/children/{a_child.key}/events/").content.decode()


def test_a_link_of_before_still_leads_there(
    a_child: Child, hand: Hand, client_of: Callable[..., Client]
) -> None:
    said = {"date": "2020-03-17", "facts": {"number": 1}}
    append(hand, [Change(a_child.key, "infusion-1", "infusion", "write", said, 0)], now=clock.now())
    client = client_of("clinician")
    before = client.get(f"/children/{a_child.key}/events/infusion-1/")
    now = client.get(reverse("entry:event", args=[a_child.key, "infusion-1"]))
    assert (before.status_code, now.status_code) == (200, 200)
    chosen = client.get(f"/children/{a_child.key}/?event=infusion-1").content.decode()
    assert "17 March 2020" in chosen

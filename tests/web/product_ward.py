# SPDX-License-Identifier: Apache-2.0
"""The page of one product as people with several roles use it, for the tests of its pages."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cartulary.registry import clock
from cartulary.registry.change import Change, Hand
from cartulary.registry.models import Child
from cartulary.registry.product_life_reading import story_of
from cartulary.registry.product_life_states import Act, State
from cartulary.registry.roles import Role
from cartulary.registry.writing import append

RIGHT = {"read_chain_of_identity": "NL-COI-0418", "read_donation": "=G12349865432177"}
Clients = Callable[..., Client]


class Ward:
    """The page of one product, as people with several roles use it."""

    def __init__(self, child: Child, client_of: Clients) -> None:
        self.child, self.client_of = child, client_of
        self.url = reverse("product:product", args=[child.key, "product-1"])

    def state(self, bag: str = "") -> State:
        story = story_of(self.child, "product-1")
        assert story is not None
        return story.life.unit(bag).state

    def page(self, role: Role = Role.LABORATORY, lang: str = "en", query: str = "") -> str:
        answer = self.client_of(role, lang=lang).get(self.url + query)
        assert answer.status_code == 200
        return answer.content.decode()

    def post(
        self, act: Act, role: Role = Role.LABORATORY, *, go: bool = True, **typed: str
    ) -> HttpResponse:
        """A press of the button, or with go=False an Enter after a scan."""
        data = {"act": act.value, "temperature_said": "within", **typed}
        data.setdefault("date", "2020-05-01")
        data.setdefault("time", "10:00")
        if go:
            data["go"] = "1"
        return self.client_of(role).post(self.url, data)

    def done(self, act: Act, role: Role = Role.LABORATORY, **typed: str) -> None:
        answer = self.post(act, role, **{**RIGHT, **typed})
        said = re.findall(r'class="error".*?</div>', answer.content.decode(), re.S)
        assert answer.status_code == 302, (act, said)


def ward_of(a_child: Child, hand: Hand, client_of: Clients) -> Ward:
    """A product that is ordered and has its identifiers and limits."""
    collected = {"number": 1, "donation_id": "G123498654321"}
    ordered = {
        "product_id": "P-0031",
        "site": "central",
        "apheresis_number": 1,
        "status": "ordered",
    }
    changes = [
        Change(a_child.key, f"{kind}-1", kind, "write", {"date": date, "facts": facts}, 0)
        for kind, date, facts in (
            ("apheresis", "2020-02-12", collected),
            ("product", "2020-02-05", ordered),
        )
    ]
    append(hand, changes, now=clock.now())
    made = Ward(a_child, client_of)
    made.done(Act.IDENTIFY, new_chain_of_identity="nl-coi-0418", new_batch="B-2291")
    made.done(Act.SPECIFY, form="frozen", product_high_celsius="-150", viability_low_percent="70")
    return made


WAY = {
    Act.COLLECT: {"read_child": "M-001"},
    Act.SEND: {},
    Act.HAND_IN: {},
    Act.START: {},
    Act.RELEASE: {},
    Act.SHIP: {},
}


def until(ward: Ward, last: Act) -> Ward:
    for act, typed in WAY.items():
        if act is Act.RELEASE:
            ward.client_of(Role.LABORATORY).post(
                ward.url + "results/", {"viability_percent": "84,5"}
            )
        ward.done(act, **typed)
        if act is last:
            return ward
    return ward


def divide(ward: Ward) -> Ward:
    typed = {
        "bag0_name": "A",
        "bag0_chain_of_identity": "NL-COI-0418-A",
        "bag0_dose_cells": "40",
        "bag1_name": "B",
        "bag1_chain_of_identity": "NL-COI-0418-B",
        "bag1_backup": "on",
    }
    ward.done(Act.SPLIT, **typed)
    return ward

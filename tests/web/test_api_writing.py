# SPDX-License-Identifier: Apache-2.0
"""Writing by a program: once under each name, with the version that was seen, or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from cartulary.registry.models import Centre, Child, Current, Entry
from cartulary.registry.permissions import Permission
from cartulary.registry.roles import Role
from cartulary.registry.verifying import verify
from cartulary.web.access import Seat
from tests.web.api_client import Program, program

INFUSION = {"date": "2020-03-17", "facts": {"number": 1}}
OTHER = {"date": "2020-03-18", "facts": {"number": 1}}


@pytest.fixture
def data(seat: Callable[..., Seat]) -> Program:
    return program(seat(Role.DATA_MANAGER))


@pytest.fixture
def infused(data: Program, a_child: Child) -> dict[str, Any]:
    """The body that wrote the child's infusion."""
    body = sent(a_child)
    assert data.post("/api/v1/entries", body).status_code == 201
    return body


def sent(child: Child, **more: Any) -> dict[str, Any]:
    body = {"entry_id": "lims-1", "course": str(child.key), "kind": "infusion", "payload": INFUSION}
    return body | more


def test_an_entry_is_written_by_the_owner_of_the_token(
    infused: dict[str, Any], data: Program, a_child: Child, centre: Centre
) -> None:
    entry = Entry.objects.get(centre=centre, client_id="lims-1")
    assert (entry.via, entry.author, entry.version) == ("api", "data_manager-ours", 1)
    assert Current.objects.get(child=a_child, event="infusion-1").version == 1
    assert verify(centre).intact
    history = data.get(f"/api/v1/courses/{a_child.key}/entries")["entries"]
    assert [one["kind"] for one in history] == ["child", "infusion"]
    assert history[1]["previous_hash"] == history[0]["hash"]


def test_the_same_change_twice_is_one_entry(
    infused: dict[str, Any], data: Program, centre: Centre
) -> None:
    held = Entry.objects.filter(centre=centre).count()
    again = data.post("/api/v1/entries", infused)
    assert again.status_code == 200
    assert again.json()["entry_id"] == "lims-1"
    assert again.json()["event"] == "infusion-1"
    assert Entry.objects.filter(centre=centre).count() == held


@pytest.mark.parametrize(
    "other",
    [
        {"payload": OTHER},
        {"kind": "death"},
        {"event": "another"},
        {"act": "withdraw", "payload": None, "event": "infusion-1", "expected_version": 1},
        {"reason": "another reason"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_change_under_the_same_name_is_a_conflict(
    infused: dict[str, Any], data: Program, centre: Centre, other: dict[str, Any]
) -> None:
    held = Entry.objects.filter(centre=centre).count()
    answer = data.post("/api/v1/entries", infused | other)
    assert answer.status_code == 409, answer.content
    assert answer.json()["type"] == "urn:cartulary:entry.name_used"
    assert Entry.objects.filter(centre=centre).count() == held


def test_an_amendment_needs_the_version_that_stands(
    infused: dict[str, Any], data: Program, a_child: Child
) -> None:
    amended = sent(
        a_child,
        entry_id="lims-2",
        act="amend",
        event="infusion-1",
        expected_version=1,
        payload=OTHER,
        reason="read wrongly",
    )
    done = data.post("/api/v1/entries", amended)
    assert (done.status_code, done.json()["version"]) == (201, 2)
    late = data.post(
        "/api/v1/entries",
        amended | {"entry_id": "lims-3", "payload": INFUSION | {"time": "07:40"}},
    )
    assert late.status_code == 409
    told = late.json()
    assert told["type"] == "urn:cartulary:conflict"
    assert (told["theirs"]["version"], told["theirs"]["payload"]) == (2, OTHER)
    assert told["mine"]["expected_version"] == 1
    assert told["mine"]["payload"] == INFUSION | {"time": "07:40"}
    # What was sent before is still what was sent before, though the version has moved on.
    assert data.post("/api/v1/entries", amended).status_code == 200


def test_a_withdrawal_needs_a_reason(
    infused: dict[str, Any], data: Program, a_child: Child
) -> None:
    taken = sent(
        a_child,
        entry_id="lims-2",
        act="withdraw",
        event="infusion-1",
        expected_version=1,
        payload=None,
    )
    refused = data.post("/api/v1/entries", taken)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:cartulary:change.no_reason")
    assert data.post("/api/v1/entries", taken | {"reason": "wrong child"}).status_code == 201
    assert Current.objects.get(child=a_child, event="infusion-1").withdrawn


def test_a_child_is_registered_under_a_key_of_the_sender(data: Program, centre: Centre) -> None:
    key = str(uuid.uuid4())
    child = {
        "course_id": "M-077",
        "origin": "recorded",
        "sex": "female",
        "age_days_at_day0": 2700,
        "day0": "2020-02-03",
        "day0_is": "indication",
        "data_cut": None,
    }
    body = {"entry_id": key, "course": key, "kind": "child", "payload": child}
    assert data.post("/api/v1/entries", body).status_code == 201
    assert data.post("/api/v1/entries", body).status_code == 200
    read = data.get(f"/api/v1/courses/{key}")
    assert (read["course_id"], read["sex"], read["day0"]) == ("M-077", "female", "2020-02-03")
    other = str(uuid.uuid4())
    twice = data.post("/api/v1/entries", body | {"entry_id": other, "course": other})
    assert twice.json()["type"] == "urn:cartulary:child.twice"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"payload": {"date": "2020-3-7", "facts": {}}}, "date"),
        ({"payload": {"date": None, "facts": {"number": -1}}}, "number"),
        ({"payload": {"date": None, "facts": {"no_such_fact": 1}}}, "no_such_fact"),
        ({"payload": None}, ""),
        ({"kind": "query"}, "kind"),
        ({"kind": "no such kind"}, "kind"),
        ({"course": str(uuid.UUID(int=7))}, "child"),
        ({"unknown": 1}, ""),
        ({"entry_id": ""}, ""),
        ({"entry_id": "a\u0000b"}, ""),
        ({"expected_version": -1}, ""),
        ({"expected_version": 2**70}, ""),
        ({"reason": "a\u0000b"}, "reason"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    data: Program, a_child: Child, wrong: dict[str, Any], says: str
) -> None:
    held = Entry.objects.count()
    answer = data.post("/api/v1/entries", sent(a_child) | wrong)
    assert answer.status_code == 422, answer.content
    told = answer.json()
    assert told["title"]
    assert told["detail"]
    assert told["remedy"]
    assert says in answer.content.decode()
    assert Entry.objects.count() == held


def test_the_laboratory_writes_products_and_no_infusions(
    seat: Callable[..., Seat], a_child: Child
) -> None:
    laboratory = program(seat(Role.LABORATORY))
    product = {"date": "2020-02-10", "facts": {"product_id": "P-1"}}
    body = sent(a_child, kind="product", payload=product)
    assert laboratory.post("/api/v1/entries", body).status_code == 201
    assert laboratory.post("/api/v1/entries", sent(a_child, entry_id="b")).status_code == 403


def test_withdrawing_needs_its_own_permission(
    seat: Callable[..., Seat], infused: dict[str, Any], a_child: Child
) -> None:
    writer = program(
        seat(Role.DATA_MANAGER), permissions=[Permission.WRITE_EVENTS, Permission.AMEND]
    )
    body = sent(a_child, entry_id="b", event="infusion-1", expected_version=1, reason="wrong")
    taken = body | {"act": "withdraw", "payload": None}
    assert writer.post("/api/v1/entries", taken).status_code == 403
    assert writer.post("/api/v1/entries", body | {"act": "amend"}).status_code == 201

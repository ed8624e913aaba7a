# SPDX-License-Identifier: Apache-2.0
"""The service for programs: what it reads, what it refuses, and that it says so."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cartulary.course.events.treatment import Purpose
from cartulary.registry import clock
from cartulary.registry.models import Child, Reading, Token
from cartulary.registry.permissions import Permission
from cartulary.registry.roles import Role
from cartulary.registry.scope import exportable
from cartulary.registry.writing import Change, Hand, append, register
from cartulary.studies.single_estimate import endpoint_estimates
from cartulary.web.access import Seat
from cartulary.web.api import door
from cartulary.web.api.service import api
from tests.web.api_client import Program, program

Seats = Callable[..., Seat]
INFUSION = {"date": "2020-03-17", "facts": {"number": 1}}


@pytest.fixture
def data(seat: Seats) -> Program:
    return program(seat(Role.DATA_MANAGER))


def sent(child: Child, **more: Any) -> dict[str, Any]:
    """An infusion to write, under a name of its own."""
    body = {"entry_id": "lims-1", "course": str(child.key), "kind": "infusion", "payload": INFUSION}
    return body | more


def test_a_course_is_read_as_it_stands_and_as_it_stood(
    data: Program, hand: Hand, a_child: Child
) -> None:
    before = clock.now()
    append(hand, [Change(a_child.key, "", "infusion", "write", INFUSION, 0)], now=clock.now())
    now = data.get(f"/api/v1/courses/{a_child.key}")
    assert now["course_id"] == "M-001"
    assert [(one["event"], one["payload"]) for one in now["events"]] == [("infusion-1", INFUSION)]
    moment = before.isoformat().replace("+00:00", "Z")
    then = data.get(f"/api/v1/courses/{a_child.key}?as_of={moment}")
    assert then["events"] == []
    early = data.ask("GET", f"/api/v1/courses/{a_child.key}?as_of=2001-01-01")
    assert early.status_code == 404
    assert data.get("/api/v1/courses?as_of=2001-01-01")["courses"] == []


def test_courses_come_in_pages(data: Program, hand: Hand, a_child: Child) -> None:
    for number in range(2, 6):
        register(hand, course_id=f"M-00{number}", now=clock.now())
    seen, after = [], 0
    while after is not None:
        page = data.get(f"/api/v1/courses?limit=2&after={after}")
        assert len(page["courses"]) <= 2
        seen += [one["course_id"] for one in page["courses"]]
        after = page["next"]
    assert seen == ["M-001", "M-002", "M-003", "M-004", "M-005"]


def test_a_child_is_looked_up_without_its_name_in_an_address(data: Program, a_child: Child) -> None:
    found = data.post("/api/v1/courses/search", {"course_id": "M-0"}).json()
    assert [one["key"] for one in found["courses"]] == [str(a_child.key)]
    assert not data.post("/api/v1/courses/search", {"course_id": "T"}).json()["courses"]


def test_findings_are_those_of_the_worklist(data: Program, hand: Hand, a_child: Child) -> None:
    append(hand, [Change(a_child.key, "", "infusion", "write", INFUSION, 0)], now=clock.now())
    of_child = data.get(f"/api/v1/courses/{a_child.key}/findings")["findings"]
    assert of_child, "a course of one infusion has something to say about it"
    assert all(one["fact"] and one["remedy"] for one in of_child)
    of_centre = data.get("/api/v1/findings")["findings"]
    assert sorted(one["rule"] for one in of_centre) == sorted(one["rule"] for one in of_child)
    later = data.get(f"/api/v1/courses/{a_child.key}/findings?as_of={clock.today()}")["findings"]
    assert sorted(one["rule"] for one in later) == sorted(one["rule"] for one in of_child)
    errors = data.get("/api/v1/findings?severity=error")["findings"]
    assert {one["severity"] for one in errors} <= {"error"}


def test_every_reading_is_written_down(data: Program, a_child: Child) -> None:
    key = a_child.key
    paths = {
        "api courses": "/api/v1/courses",
        "api course": f"/api/v1/courses/{key}",
        "api entries": f"/api/v1/courses/{key}/entries",
        "api findings": f"/api/v1/courses/{key}/findings",
        "api cohort": "/api/v1/cohort",
    }
    for page, path in paths.items():
        held = Reading.objects.count()
        data.get(path)
        last = Reading.objects.order_by("-id").first()
        assert last is not None
        assert (Reading.objects.count(), last.page) == (held + 1, page)
        assert last.child == (key if str(key) in path else None)
        assert last.account.username == "data_manager-ours"


def test_estimates_are_those_of_the_studies(
    data: Program, hand: Hand, centre: Any, followed: list[Child]
) -> None:
    told = data.get("/api/v1/estimates?endpoint=os.infusion&day=100&day=300")
    expected = endpoint_estimates(
        exportable(None, centre, None).cohort(), "os.infusion", days=[100, 300]
    ).to_dict()
    for key in ("endpoint", "definition", "clock", "children", "figures", "missing"):
        assert told[key] == expected[key]
    assert told["figures"][0]["n"] == len(followed)
    few = data.ask("GET", "/api/v1/estimates?endpoint=os.infusion&site=bone_marrow")
    assert (few.status_code, few.json()["type"]) == (422, "urn:cartulary:too-few")
    for path in (
        "endpoint=no.such",
        "endpoint=os.infusion&by=star_sign",
        "endpoint=os.infusion&day=-1",
    ):
        answer = data.ask("GET", f"/api/v1/estimates?{path}")
        assert answer.status_code == 422, answer.content
        assert answer["Content-Type"] == "application/problem+json"


@pytest.fixture
def followed(hand: Hand) -> list[Child]:
    """Six children who were infused and followed, one of whom died."""
    children = []
    for number in range(6):
        child = register(hand, course_id=f"F-{number}", age_days_at_day0=3000, now=clock.now())
        facts: list[tuple[str, int, dict[str, Any]]] = [
            ("indication", 0, {}),
            ("infusion", 30, {"number": 1}),
            ("death", 200, {}) if number == 0 else ("last_contact", 400 + number, {}),
        ]
        changes = [
            Change(child.key, "", kind, "write", {"day": day, "facts": said}, 0)
            for kind, day, said in facts
        ]
        append(hand, changes, now=clock.now())
        children.append(child)
    return children


def test_a_cohort_holds_those_who_consent_to_the_purpose(
    seat: Seats, hand: Hand, followed: list[Child]
) -> None:
    given = {"date": None, "facts": {"purpose": "research", "status": "given"}}
    for child in followed[:2]:
        append(hand, [Change(child.key, "", "consent", "write", given, 0)], now=clock.now())
    research = program(seat(Role.DIRECTOR), purpose=Purpose.RESEARCH)
    about = research.get("/api/v1/cohort")
    assert (about["children"], about["without_consent"]) == (2, 4)
    rows = research.get("/api/v1/cohort/children")["rows"]
    assert [row["course_id"] for row in rows] == ["F-0", "F-1"]
    assert "day0" not in rows[0]
    assert research.get("/api/v1/cohort/infusion")["rows"][0]["day"] == 30
    assert research.ask("GET", "/api/v1/cohort/no_table").status_code == 404
    own = program(seat(Role.DIRECTOR))
    assert own.get("/api/v1/cohort")["children"] == 6
    # The record with its dates is for own care alone.
    assert research.ask("GET", "/api/v1/courses").json()["type"] == "urn:cartulary:other-purpose"


def test_small_counts_do_not_leave_for_another_purpose(
    seat: Seats, hand: Hand, centre: Any, followed: list[Child]
) -> None:
    given = {"date": None, "facts": {"purpose": "research", "status": "given"}}
    for child in followed:
        append(hand, [Change(child.key, "", "consent", "write", given, 0)], now=clock.now())
    path = "/api/v1/estimates?endpoint=os.infusion&day=300"
    figures = program(
        seat(Role.DIRECTOR), purpose=Purpose.RESEARCH, permissions=[Permission.SEE_EVIDENCE]
    )
    centre.suppress_below = 0
    centre.save()
    assert figures.ask("GET", path).status_code == 200
    centre.suppress_below = 3
    centre.save()
    # One of the six died: a count of one is under the limit.
    assert figures.ask("GET", path).json()["type"] == "urn:cartulary:too-few"
    assert program(seat(Role.DIRECTOR)).ask("GET", path).status_code == 200


def test_a_child_of_another_centre_is_nowhere(
    data: Program, a_child: Child, their_child: Child
) -> None:
    for path in ("", "/entries", "/findings"):
        answer = data.ask("GET", f"/api/v1/courses/{their_child.key}{path}")
        assert answer.status_code == 404
        assert b"T-001" not in answer.content
    answer = data.post("/api/v1/entries", sent(their_child))
    assert answer.json()["problems"][0]["rule"] == "child.unknown"
    assert b"T-001" not in data.post("/api/v1/courses/search", {"course_id": "T-0"}).content


def test_a_token_ends_with_its_time_its_owner_its_role_and_by_hand(
    seat: Seats, account_of: Callable[..., Any]
) -> None:
    def status() -> int:
        return held.ask("GET", "/api/v1/courses").status_code

    held = program(seat(Role.DATA_MANAGER))
    assert status() == 200
    token = Token.objects.get(key=held.token.key)
    assert token.last_used is not None
    assert held.secret not in str(Token.objects.filter(key=token.key).values())
    past = clock.now() - timedelta(seconds=1)
    for field in ("expires", "revoked_at"):
        before = getattr(token, field)
        Token.objects.filter(key=token.key).update(**{field: past})
        assert status() == 401
        Token.objects.filter(key=token.key).update(**{field: before})
    account = account_of(Role.DATA_MANAGER)
    account.is_active = False
    account.save()
    assert status() == 401
    account.is_active = True
    account.save()
    assert status() == 200
    account.memberships.update(until=clock.today() - timedelta(days=1))
    assert status() == 401


def test_a_session_opens_nothing_of_the_service(
    client_of: Callable[..., Client], a_child: Child
) -> None:
    answer = client_of(Role.DATA_MANAGER).get(f"/api/v1/courses/{a_child.key}")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def needs() -> list[tuple[str, str, door.Needs]]:
    """Every route with what it asks of a token."""
    found = []
    for method, path, auth in operations():
        assert len(auth) == 1
        assert isinstance(auth[0], door.Needs)
        found.append((method, path, auth[0]))
    return found


def operations() -> list[tuple[str, str, list[Any]]]:
    return [
        (operation.methods[0], f"/api/v1{path}", list(operation.auth_callbacks))
        for bound in api._get_bound_routers()
        for path, view in bound.path_operations.items()
        for operation in view.operations
    ]


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_what_the_truth_table_says(
    role: Role, seat: Seats, a_child: Child, followed: list[Child]
) -> None:
    held = program(seat(role))
    wrong = []
    for method, path, need in needs():
        assert need.permissions
        path = path.replace("{key}", str(a_child.key)).replace("{table}", "children")
        path += "?endpoint=os.infusion" if path.endswith("estimates") else ""
        body = sent(a_child) if path.endswith("entries") else {"course_id": "M"}
        if role is Role.LABORATORY and method == "POST":
            facts = {"date": "2020-02-10", "facts": {"product_id": "P-1"}}
            body = sent(a_child, kind="product", payload=facts)
        answer = held.ask(method, path, body if method == "POST" else None)
        allowed = all(seat(role).may(one) for one in need.permissions)
        if (answer.status_code == 403) == allowed or answer.status_code >= 500:
            wrong.append(f"{method} {path}: {answer.status_code}, allowed: {allowed}")
    assert not wrong, "\n".join(wrong)


def test_a_token_never_does_more_than_it_was_given(seat: Seats, a_child: Child) -> None:
    reads = program(seat(Role.DATA_MANAGER), permissions=[Permission.SEE_CHILDREN])
    assert reads.ask("GET", "/api/v1/courses").status_code == 200
    assert reads.post("/api/v1/entries", sent(a_child)).status_code == 403
    assert reads.ask("GET", "/api/v1/cohort").status_code == 403
    writes = program(seat(Role.DATA_MANAGER), permissions=[Permission.WRITE_EVENTS])
    assert writes.post("/api/v1/entries", sent(a_child)).status_code == 201
    assert writes.ask("GET", "/api/v1/courses").status_code == 403
    amended = sent(a_child, entry_id="b", event="infusion-1", act="amend", expected_version=1)
    assert writes.post("/api/v1/entries", amended | {"reason": "typed"}).status_code == 403
    product = sent(a_child, entry_id="c", kind="product")
    assert writes.post("/api/v1/entries", product).status_code == 403


def test_too_many_requests_wait(data: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "CALLS_PER_MINUTE", 2)
    monkeypatch.setattr(door.time, "time", lambda: 1_000_000_000.0)
    answers = [data.ask("GET", "/api/v1/courses").status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert 1 <= int(data.ask("GET", "/api/v1/courses")["Retry-After"]) <= 60


def test_no_value_reaches_a_log(
    data: Program, a_child: Child, caplog: pytest.LogCaptureFixture
) -> None:
    secret_value = "a-value-of-a-child"
    with caplog.at_level(logging.DEBUG):
        payload = {"date": "2020-03-17", "facts": {"number": secret_value}}
        refused = data.post("/api/v1/entries", sent(a_child, payload=payload))
        data.post("/api/v1/courses/search", {"course_id": secret_value, "x": secret_value})
        data.ask("POST", "/api/v1/entries", f'{{"payload": "{secret_value}"'.encode())
    assert refused.status_code == 422
    lines = [one for one in caplog.records if not one.name.startswith("django.db")]
    assert secret_value not in " ".join(one.getMessage() for one in lines)
    assert "M-001" not in " ".join(one.getMessage() for one in lines)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1]", b'{"a":1,"a":2}', b'{"a": NaN}', b'"\\ud800"', b"\xff", b"[" * 100_000],
)
def test_a_body_that_cannot_be_read_is_refused(data: Program, body: bytes) -> None:
    answer = data.ask("POST", "/api/v1/courses/search", body)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"]
    assert answer.json()["remedy"]


def test_an_unknown_address_and_a_wrong_method_are_said_plainly(data: Program) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/courses", 405),
        ("GET", f"/api/v1/courses/{uuid.uuid4()}", 404),
        ("GET", "/api/v1/courses/M-001", 422),
    ):
        answer = data.ask(method, path)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")

# SPDX-License-Identifier: Apache-2.0
"""The service keeps to its own description, whatever is sent: no fault of ours, no odd shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cartulary.registry.models import Child, Entry
from cartulary.registry.roles import Role
from cartulary.registry.verifying import verify
from cartulary.web.access import Seat
from cartulary.web.api import door
from cartulary.web.api.entry_routes import KINDS
from cartulary.web.api.service import description
from cartulary.web.wsgi import application
from tests.web.api_client import program

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROUTES = [(method, path) for path, methods in description()["paths"].items() for method in methods]
EXAMPLES = settings(
    max_examples=12,
    suppress_health_check=list(HealthCheck),
    database=None,
)


@pytest.fixture
def sender(
    seat: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch, a_child: Child
) -> dict[str, str]:
    """The headers of a program that may do much, and is in a hurry."""
    monkeypatch.setattr(door, "CALLS_PER_MINUTE", 10**9)
    return {"Authorization": f"Bearer {program(seat(Role.DATA_MANAGER)).secret}"}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_answers_as_it_is_described(
    method: str, path: str, mode: GenerationMode, sender: dict[str, str], a_child: Child
) -> None:
    operation = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)[path][method]
    known = {"key": str(a_child.key)} if "{key}" in path and mode.is_positive else None
    answers = []

    @EXAMPLES
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=known))
    def held_to_it(case: Any) -> None:
        answer = case.call(headers=sender)
        answers.append(answer.status_code)
        # What is said of a value that no schema can refuse is for the other tests.
        refused = [negative_data_rejection] if mode.is_negative and method == "post" else []
        case.validate_response(answer, checks=[*CHECKS, *refused])

    held_to_it()
    # Headers are varied too, so some came without their token; not all did.
    assert set(answers) - {401}


def test_whatever_is_sent_to_be_written_is_written_or_refused(
    sender: dict[str, str], a_child: Child
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operation = schema["/api/v1/entries"]["post"]

    @settings(EXAMPLES, max_examples=40)
    @given(case=operation.as_strategy(), kind=st.sampled_from(sorted(KINDS)))
    def written_or_refused(case: Any, kind: str) -> None:
        before = Entry.objects.count()
        case.body = case.body | {"course": str(a_child.key), "kind": kind}
        answer = case.call(headers=sender)
        case.validate_response(answer, checks=CHECKS)
        assert (Entry.objects.count() > before) == (answer.status_code == 201)

    written_or_refused()
    assert verify(a_child.centre).intact

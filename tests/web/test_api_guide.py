# SPDX-License-Identifier: Apache-2.0
"""The guide to the service, followed to the letter."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from cartulary.registry.roles import Role
from cartulary.web.access import Seat
from tests.web.api_client import program

_EXCHANGE = re.compile(
    r"^```text\n(?P<method>GET|POST) (?P<path>\S+)\n(?P<body>.*?)(?P<status>\d{3})\n```$",
    re.M | re.S,
)


def test_every_exchange_of_the_guide_goes_as_it_says(
    seat: Callable[..., Seat], repository: Path
) -> None:
    text = (repository / "docs" / "how-to" / "use_the_api.md").read_text(encoding="utf-8")
    found = list(_EXCHANGE.finditer(text))
    assert len(found) == text.count("```text")
    held = program(seat(Role.DATA_MANAGER))
    for exchange in found:
        body = json.loads(exchange["body"]) if exchange["body"].strip() else None
        answer = held.ask(exchange["method"], exchange["path"], body)
        where = f"{exchange['method']} {exchange['path']}"
        assert answer.status_code == int(exchange["status"]), f"{where}: {answer.content!r}"

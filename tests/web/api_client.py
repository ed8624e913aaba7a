# SPDX-License-Identifier: Apache-2.0
"""A program that talks to the service with a token."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from cartulary.course.events.treatment import Purpose
from cartulary.registry import clock
from cartulary.registry.models import Token
from cartulary.registry.permissions import Permission
from cartulary.web.access import Seat
from cartulary.web.api.tokens import make_token, offered


@dataclass
class Program:
    """One token and the secret that it was made with."""

    token: Token
    secret: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send one request, in English unless a header says otherwise."""
        client = Client()
        client.raise_request_exception = False
        sent = {"Authorization": f"Bearer {self.secret}", "Accept-Language": "en", **headers}
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body)
        return client.generic(method, path, data, content_type="application/json", headers=sent)

    def get(self, path: str) -> Any:
        """What a GET that goes well answers."""
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, path: str, body: Any) -> HttpResponse:
        """A POST of JSON."""
        return self.ask("POST", path, body)


def program(
    seat: Seat,
    *,
    purpose: Purpose | None = None,
    permissions: Iterable[Permission] | None = None,
    days: int = 30,
) -> Program:
    """A program of somebody, with all that they may give it unless said otherwise."""
    now = clock.now()
    token, secret = make_token(
        seat,
        name="a program",
        purpose=purpose,
        permissions=offered(seat) if permissions is None else permissions,
        expires=now + timedelta(days=days),
        now=now,
    )
    return Program(token, secret)

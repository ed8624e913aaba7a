# SPDX-License-Identifier: Apache-2.0
"""A body that can be read in one way only: JSON in UTF-8, no name twice, no infinity."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser


class StrictBody(Parser):
    """Refuses, with 400, what two readers could understand differently."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as Python values."""
        try:
            text = request.body.decode("utf-8")
            return read_strictly(text)
        except (ValueError, RecursionError):
            raise HttpError(400, "unreadable") from None


def read_strictly(text: str) -> Any:
    """JSON read strictly; a ValueError or RecursionError otherwise.

    >>> read_strictly('{"a": 1, "a": 2}')
    Traceback (most recent call last):
    ...
    ValueError: the same name twice
    """
    found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    # Half a character can be written in JSON and kept nowhere.
    json.dumps(found, ensure_ascii=False).encode("utf-8")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the same name twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError("not a number of JSON")

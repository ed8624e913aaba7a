# SPDX-License-Identifier: Apache-2.0
"""Addresses of a child's pages: keys and names of events, never a pseudonym or a value."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote
from uuid import UUID

#: The form that registers a child.
REGISTER_URL: Final = "/children/new/"


def child_url(child: UUID | str) -> str:
    """The child's timeline."""
    return f"/children/{child}/"


def event_url(child: UUID | str, event: str) -> str:
    """One event: its value and history.

    >>> event_url("k", "infusion-1")
    '/children/k/events/infusion-1/'
    """
    return f"/children/{child}/events/{quote(event, safe='')}/"


def new_event_url(child: UUID | str, kind: str) -> str:
    """The form of a new event."""
    return f"/children/{child}/events/new/{kind}/"

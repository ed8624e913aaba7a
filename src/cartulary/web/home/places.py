# SPDX-License-Identifier: Apache-2.0
"""Addresses of a child's pages: keys and sealed names, never a pseudonym or a value."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from cartulary.web.event_address import address_of

#: The form that registers a child.
REGISTER_URL: Final = "/children/new/"


def child_url(child: UUID | str) -> str:
    """The child's timeline."""
    return f"/children/{child}/"


def event_url(child: UUID | str, event: str) -> str:
    """One event: its value and history."""
    return f"/children/{child}/events/{address_of(event)}/"


def new_event_url(child: UUID | str, kind: str) -> str:
    """The form of a new event."""
    return f"/children/{child}/events/new/{kind}/"

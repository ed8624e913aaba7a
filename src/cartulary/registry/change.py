# SPDX-License-Identifier: Apache-2.0
"""A change that somebody wants to make, and the two ways in which it is turned down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cartulary.course.errors import CartularyError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.problem import Problem
from cartulary.registry.child_payload import CHILD
from cartulary.registry.models import Account, Centre, Current

# Entries that stand on the same chain and are no part of a course.
REGISTRY_KINDS = (
    CHILD,
    "query",
    "verification",
    "resolution",
    "identity_check",
    "snooze",
    "handling",
    "consent_document",
)
KINDS = frozenset((*REGISTRY_KINDS, *EVENT_TYPE_OF_KIND))


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes, at which centre, and how: "form", "import", "api" or "command"."""

    account: Account | None
    username: str
    centre: Centre
    via: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to write.

    `event` "" names a new event `<kind>-<n>`. `expected_version` is the version that was seen
    when the change was made, 0 for a new event. `entry_id` is the sender's own name for the
    change: sent twice, it is written once.
    """

    child: UUID
    event: str
    kind: str
    act: str
    payload: Mapping[str, Any] | None
    expected_version: int
    reason: str = ""
    entry_id: str = ""


class Conflict(CartularyError):  # noqa: N818 - the word for what it is
    """Somebody else changed the event in between; both versions are here."""

    def __init__(self, theirs: Current, mine: Change) -> None:
        self.theirs = theirs
        self.mine = mine
        super().__init__(
            f"The event {theirs.event!r} now has version {theirs.version}, but the change was "
            f"made to version {mine.expected_version}. Somebody else saved in between. Look at "
            "both, and save the one that holds."
        )


class Refused(CartularyError):  # noqa: N818 - the word for what it is
    """The change cannot be written; every problem at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

# SPDX-License-Identifier: Apache-2.0
"""What stands while entries are being written: a child and its events, as far as looked up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cartulary.registry.models import Child


@dataclass(slots=True)
class Standing:
    """What stands of one event: its last version."""

    kind: str
    version: int
    entry: int
    payload: str
    date: str
    withdrawn: bool


@dataclass(slots=True)
class AtHand:
    """A child that is written about: its row, and what of its events is known here.

    `key` is the child's key with dashes, `stored` as the database keeps it. `is_new` says that the
    child is registered by this write, `unwritten` that none of its events is in the database yet.
    `events` holds those that were looked up, None for one that is not there. `names` holds the
    names that are taken, for as far as a name is to be found.
    """

    row: Child
    is_new: bool
    key: str
    stored: Any
    day0: date | None
    events: dict[str, Standing | None] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    touched: bool = False
    unwritten: bool = False

    def forget_events(self) -> None:
        """What was looked up is in the database now; a million events need not stay in memory."""
        self.events.clear()
        self.names.clear()
        self.unwritten = False

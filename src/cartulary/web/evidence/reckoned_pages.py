# SPDX-License-Identifier: Apache-2.0
"""Views of the outcomes that were reckoned, found again while the ledger stays as it was."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cartulary.registry import keys
from cartulary.registry.models import Centre
from cartulary.web.evidence import tasks
from cartulary.web.evidence.evidence_wanted import EvidenceWanted, key_of
from cartulary.web.evidence.worker import MADE

#: So many views of a centre are kept; the oldest go.
KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class ReckonedPage:
    """A view under its key; `page` is empty until it is reckoned."""

    key: str
    folder: Path
    state: str
    steps: tuple[str, ...]
    page: dict[str, Any]


def asked(wanted: EvidenceWanted, centre: Centre) -> ReckonedPage:
    """The view, or how far it is; its reckoning is begun when it was never asked for."""
    key = key_of(wanted, centre)
    folder = _folder(centre) / key
    # One that failed is not begun again by each look at the page.
    if tasks.state(folder) == "lost":
        command = [sys.executable, "-m", "cartulary.web.evidence.reckoner", str(folder)]
        tasks.begin(folder, command, wanted.said(), KEPT)
    state = tasks.state(folder)
    page = tasks.read(folder / MADE / "page.json") if state == "done" else {}
    return ReckonedPage(key, folder, state, tasks.steps(folder), page)


def behind(centre: Centre, key: str, group: str) -> list[str] | None:
    """The keys of the children behind a figure of a view; None where there is no such view."""
    if not re.fullmatch(r"[0-9a-f]{32}", key):
        return None
    folder = _folder(centre) / key
    if tasks.state(folder) != "done":
        return None
    found: list[str] = tasks.read(folder / MADE / "behind.json").get(group, [])
    return found


def _folder(centre: Centre) -> Path:
    return keys.home() / "outcomes" / centre.code

# SPDX-License-Identifier: Apache-2.0
"""Views of the outcomes that were reckoned, found again while the ledger stays as it was."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from cartulary.registry import keys
from cartulary.registry.models import Centre
from cartulary.web.evidence import tasks
from cartulary.web.evidence.evidence_wanted import EvidenceWanted, key_of, name_of
from cartulary.web.evidence.worker import MADE

#: So many views of a centre are kept; the oldest go.
KEPT: Final = 200
# Of each view, the key of the state that was last seen whole.
_LAST: Final = ".last"


@dataclass(frozen=True, slots=True)
class ReckonedPage:
    """A view under its key; `page` is empty until it is reckoned.

    `older` is the same view of an earlier state of the ledger, shown meanwhile.
    """

    key: str
    folder: Path
    wanted: EvidenceWanted
    state: str
    steps: tuple[str, ...]
    seconds: float
    page: dict[str, Any]
    older: ReckonedPage | None = None

    @property
    def shown(self) -> ReckonedPage:
        """Itself once it is reckoned, else the older one where there is one."""
        return self.older if self.state == "working" and self.older is not None else self


def asked(wanted: EvidenceWanted, centre: Centre) -> ReckonedPage:
    """The view, or how far it is; its reckoning is begun when it was never asked for."""
    key = key_of(wanted, centre)
    folder = _folder(centre) / key
    # One that failed is not begun again by each look at the page.
    if tasks.state(folder) == "lost":
        command = [sys.executable, "-m", "cartulary.web.evidence.reckoner", str(folder)]
        tasks.begin(folder, command, wanted.said(), KEPT)
    view = _view(folder, wanted)
    last = _folder(centre) / _LAST / name_of(wanted)
    if view.state == "done":
        _remember(last, key)
        return view
    return _view(folder, wanted, _older(centre, last, wanted)) if view.state == "working" else view


def found(centre: Centre, key: str) -> ReckonedPage | None:
    """A view that was reckoned, by its key; None where there is none."""
    if not re.fullmatch(r"[0-9a-f]{32}", key):
        return None
    folder = _folder(centre) / key
    said = tasks.read(folder / tasks.WANTED)
    if not said or tasks.state(folder) != "done":
        return None
    return _view(folder, EvidenceWanted.of(said))


def is_current(view: ReckonedPage, centre: Centre) -> bool:
    """Whether nothing was written, and no setting changed, since the view was reckoned."""
    return key_of(view.wanted, centre) == view.key


def behind(view: ReckonedPage, group: str) -> list[str]:
    """The keys of the children behind a number of a view."""
    children: list[str] = tasks.read(view.folder / MADE / "behind.json").get(group, [])
    return children


def _view(folder: Path, wanted: EvidenceWanted, older: ReckonedPage | None = None) -> ReckonedPage:
    state = tasks.state(folder)
    page = _page(folder) if state == "done" else {}
    return ReckonedPage(
        folder.name,
        folder,
        wanted,
        state,
        tasks.steps(folder),
        tasks.seconds(folder),
        page,
        older,
    )


@lru_cache(maxsize=32)
def _page(folder: Path) -> dict[str, Any]:
    """What was reckoned, which never changes; to be read, not written to."""
    return tasks.read(folder / MADE / "page.json")


def _older(centre: Centre, last: Path, wanted: EvidenceWanted) -> ReckonedPage | None:
    """The same view as it was; never for a purpose, because a consent may have ended."""
    if wanted.purpose is not None:
        return None
    key = str(tasks.read(last).get("key", ""))
    before = found(centre, key) if key else None
    return before if before is not None and "refusal" not in before.page else None


def _remember(last: Path, key: str) -> None:
    if tasks.read(last).get("key") != key:
        last.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        tasks.written(last, {"key": key})


def _folder(centre: Centre) -> Path:
    return keys.home() / "outcomes" / centre.code

# SPDX-License-Identifier: Apache-2.0
"""Reports that were made or are being made: asked for, found again, and given out."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cartulary.registry import keys
from cartulary.registry.models import Centre
from cartulary.web.evidence import tasks
from cartulary.web.evidence.report_wanted import ReportWanted, head_of, key_of
from cartulary.web.evidence.worker import MADE

#: So many reports of a centre are kept; the oldest go.
KEPT: Final = 40
# `cartulary` without its being installed as a command.
_CARTULARY: Final = "import sys; from cartulary.cli.main import main; main(sys.argv[1:])"


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report under its key. `state` is working, done, failed or lost.

    `steps` are what the making said it was doing, the last still going on; `files` the hash of
    each file by name; `children` how many children the report is of, None if that is withheld;
    `is_current` is false once an entry was written after it.
    """

    key: str
    folder: Path
    wanted: ReportWanted
    state: str
    steps: tuple[str, ...]
    files: dict[str, str]
    children: int | None
    is_current: bool

    def file(self, form: str) -> Path:
        """Where one form of it lies."""
        return self.folder / MADE / f"report.{form}"


def ask(wanted: ReportWanted, centre: Centre) -> str:
    """The key of a report; its making is begun unless it was made or is being made already."""
    key = key_of(wanted, centre)
    folder = _folder(centre) / key
    found = made_report(centre, key)
    if found is not None and found.state in ("working", "done"):
        return key
    home = str(keys.home())
    command = [sys.executable, "-c", _CARTULARY, "report", "--registry", home, *wanted.options()]
    said = {**wanted.said(), "head": head_of(centre)}
    tasks.begin(folder, [*command, "--out", str(folder / MADE)], said, KEPT)
    return key


def made_report(centre: Centre, key: str) -> MadeReport | None:
    """A report of a centre by its key; None when there is none."""
    if not re.fullmatch(r"[0-9a-f]{32}", key):
        return None
    folder = _folder(centre) / key
    said = tasks.read(folder / tasks.WANTED)
    if not said:
        return None
    done = tasks.ended(folder)
    state = tasks.state(folder)
    return MadeReport(
        key,
        folder,
        ReportWanted.of(said),
        state,
        tasks.steps(folder),
        done.get("files", {}),
        _children(folder) if state == "done" else None,
        said["head"] == head_of(centre),
    )


def _children(folder: Path) -> int | None:
    """How many children a report is of, as it says itself."""
    said = tasks.read(folder / MADE / "report.json")
    for figure in said.get("figures", ()):
        if figure["id"] == "flow.indication":
            return None if figure["withheld"] else int(figure["value"])
    return None


def _folder(centre: Centre) -> Path:
    return keys.home() / "reports" / centre.code

# SPDX-License-Identifier: Apache-2.0
"""The report that somebody wants: language, children, day and small counts, and its own key."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cartulary.course.events.treatment import Purpose
from cartulary.registry import clock
from cartulary.registry.models import Centre, ChainHead

FORMS = ("pdf", "html", "xlsx", "json")

# What of a centre stands in its report, beside the entries.
_OF_CENTRE = (
    *("code", "name", "programme", "language", "notes", "not_reported", "data_cut", "origin"),
    "day0_is",
)


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """One report of a centre.

    `suppress` withholds counts below it; 0 shows all. `purpose` None is the centre's own use.
    `first` and `last` bound the dates of indication; `as_of` is a past day of the ledger.
    """

    centre: str
    lang: str
    suppress: int = 0
    purpose: Purpose | None = None
    first: date | None = None
    last: date | None = None
    as_of: date | None = None

    def options(self) -> list[str]:
        """The same as options of `cartulary report`."""
        said: list[str] = ["--centre", self.centre, "--lang", self.lang]
        said += ["--suppress", str(self.suppress), "--good-courses"]
        for name, value in (
            ("--purpose", self.purpose.value if self.purpose else None),
            ("--from", self.first),
            ("--to", self.last),
            ("--as-of", self.as_of),
        ):
            if value is not None:
                said += [name, str(value)]
        return said

    def said(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "centre": self.centre,
            "lang": self.lang,
            "suppress": self.suppress,
            "purpose": self.purpose.value if self.purpose else "",
            "first": _iso(self.first),
            "last": _iso(self.last),
            "as_of": _iso(self.as_of),
        }

    @classmethod
    def of(cls, said: dict[str, Any]) -> ReportWanted:
        """A report as `said` gave it."""
        return cls(
            said["centre"],
            said["lang"],
            int(said["suppress"]),
            Purpose(said["purpose"]) if said["purpose"] else None,
            *(date.fromisoformat(said[n]) if said[n] else None for n in ("first", "last", "as_of")),
        )


def key_of(wanted: ReportWanted, centre: Centre) -> str:
    """The name under which a report is kept: of all that decides what stands in it.

    The ledger's head is in it, so that a report is made anew after any entry; and the day, for
    a purpose, because consent may end by itself.
    """
    settled: dict[str, Any] = {
        **wanted.said(),
        **settled_of(centre),
        "on": clock.today().isoformat() if wanted.purpose else "",
    }
    return hashlib.sha256(json.dumps(settled, sort_keys=True).encode()).hexdigest()[:32]


def settled_of(centre: Centre) -> dict[str, Any]:
    """What decides every figure of a centre: its ledger, its settings, the version, definitions."""
    return {
        "head": head_of(centre),
        "of_centre": {name: str(getattr(centre, name)) for name in _OF_CENTRE},
        "cartulary": version("cartulary"),
        "codebook": _own_definitions(),
    }


def head_of(centre: Centre) -> str:
    """The hash of the last entry of a centre; empty when nothing was written."""
    head = ChainHead.objects.filter(centre=centre).first()
    return head.hash if head is not None else ""


def _own_definitions() -> str:
    """When the centre's own definitions were last changed."""
    folder = os.environ.get("CARTULARY_CODEBOOK", "")
    if not folder:
        return ""
    changed = (file.stat().st_mtime_ns for file in Path(folder).rglob("*.toml"))
    return f"{folder} {max(changed, default=0)}"


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""

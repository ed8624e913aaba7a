# SPDX-License-Identifier: Apache-2.0
"""When a centre's chain was last read from end to end, and what that showed.

It is kept outside the database, sealed with the ledger's key: who forges entries cannot also say
that they were verified.
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cartulary.registry import keys
from cartulary.registry.canonical import canonical_json, seal_of
from cartulary.registry.models import Centre
from cartulary.registry.verifying import Verdict

#: So many faults are kept with a verification; the others are counted.
FAULTS_KEPT: Final = 50


@dataclass(frozen=True, slots=True)
class LastVerification:
    """That the chain was read on a moment, how far, and what was found."""

    at: datetime
    by: str
    intact: bool
    entries: int
    head: str
    faults: tuple[tuple[int, str], ...]
    more_faults: int = 0

    def said(self) -> dict[str, Any]:
        """The same as it is kept."""
        return {
            **asdict(self),
            "at": self.at.isoformat(),
            "faults": [list(fault) for fault in self.faults],
        }


def remember(centre: Centre, verdict: Verdict, by: str, at: datetime) -> LastVerification:
    """Keep what a verification showed; the file is replaced as a whole or not at all."""
    faults = tuple((fault.number, fault.what) for fault in verdict.faults[:FAULTS_KEPT])
    more = len(verdict.faults) - len(faults) + verdict.unnamed
    made = LastVerification(at, by, verdict.intact, verdict.entries, verdict.head, faults, more)
    said = made.said()
    line = canonical_json(said | {"seal": seal_of(canonical_json(said), keys.seal_key())})
    place = _file(centre)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = place.with_suffix(f".{os.getpid()}.new")
    beside.write_text(line + "\n", encoding="utf-8")
    beside.replace(place)
    return made


def last_verification(centre: Centre) -> LastVerification | None:
    """The last verification of a centre; None where there was none, or its seal is not ours."""
    try:
        said = json.loads(_file(centre).read_text(encoding="utf-8"))
        seal = said.pop("seal")
        right = seal_of(canonical_json(said), keys.seal_key())
        if not hmac.compare_digest(right, str(seal)):
            return None
        return LastVerification(
            datetime.fromisoformat(said["at"]),
            said["by"],
            bool(said["intact"]),
            int(said["entries"]),
            said["head"],
            tuple((int(number), str(what)) for number, what in said["faults"]),
            int(said["more_faults"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _file(centre: Centre) -> Path:
    return keys.home() / "verified" / f"{centre.code}.json"

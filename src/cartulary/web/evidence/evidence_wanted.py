# SPDX-License-Identifier: Apache-2.0
"""What the page of outcomes is asked for: definition, children, cohorts; read from an address."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.endpoint_reader import endpoints
from cartulary.course.course import Origin
from cartulary.course.events.treatment import Purpose
from cartulary.registry import clock
from cartulary.registry.models import Centre
from cartulary.web.evidence.report_wanted import settled_of

#: What children may be chosen by, in the order of the sentence.
GROUPS = ("product", "site", "burden", "bridging", "reason", "age", "sex", "prior_transplant")
CLOCKS = ("infusion", "apheresis", "indication", "remission")
MAIN = "efs.hypothetical.infusion"
#: Published cohorts that stand beside it at once.
MOST_BESIDE = 2
NONE = "none"


@dataclass(frozen=True, slots=True)
class EvidenceWanted:
    """One view of the outcomes. Codes alone: nothing of a child is in it.

    `beside` are ids of published cohorts, None for those shown first; `origin` "" is the
    centre's own; `purpose` None is the centre's own use.
    """

    centre: str
    lang: str
    endpoint: str = MAIN
    codes: Mapping[str, str] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    beside: tuple[str, ...] | None = None
    suppress: int = 0
    as_of: date | None = None
    origin: str = ""
    purpose: Purpose | None = None

    def said(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "centre": self.centre,
            "lang": self.lang,
            "endpoint": self.endpoint,
            "codes": dict(self.codes),
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
            "beside": None if self.beside is None else list(self.beside),
            "suppress": self.suppress,
            "as_of": self.as_of.isoformat() if self.as_of else "",
            "origin": self.origin,
            "purpose": self.purpose.value if self.purpose else "",
        }

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> EvidenceWanted:
        """A view as `said` gave it."""
        return cls(
            said["centre"],
            said["lang"],
            said["endpoint"],
            said["codes"],
            _day(said["first"]),
            _day(said["last"]),
            None if said["beside"] is None else tuple(said["beside"]),
            said["suppress"],
            _day(said["as_of"]),
            said["origin"],
            Purpose(said["purpose"]) if said["purpose"] else None,
        )

    @property
    def clock(self) -> str:
        """Where the endpoint's clock starts, as its id ends."""
        return self.endpoint.rsplit(".", 1)[-1]

    @property
    def is_narrowed(self) -> bool:
        """Whether children are chosen by anything."""
        return bool(self.codes or self.first or self.last or self.purpose or self.origin)

    def query_parts(self) -> dict[str, str]:
        """The same as the parts of an address, those that are not as they are at first."""
        parts = {
            "endpoint": "" if self.endpoint == MAIN else self.endpoint,
            **{name: self.codes.get(name, "") for name in GROUPS},
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "beside": "" if self.beside is None else (" ".join(self.beside) or NONE),
            "as_of": self.as_of.isoformat() if self.as_of else "",
            "origin": self.origin,
            "purpose": self.purpose.value if self.purpose else "",
        }
        return {name: value for name, value in parts.items() if value}

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        return urlencode(self.query_parts())

    def with_word(self, name: str, value: str) -> str:
        """The query of the same view with one word changed."""
        parts = {**self.query_parts(), name: value}
        if name == "endpoint":
            # Another outcome has other cohorts; those of the address may not print it.
            parts.pop("beside", None)
            parts["endpoint"] = "" if value == MAIN else value
        return urlencode({key: said for key, said in parts.items() if said})


def wanted_of(query: Mapping[str, str], centre: Centre, lang: str) -> EvidenceWanted:
    """What an address asks for; what it says that is not understood is left out."""
    endpoint = query.get("endpoint", "") or MAIN
    if endpoint not in endpoints() or endpoint.rsplit(".", 1)[-1] not in CLOCKS:
        endpoint = MAIN
    purpose = query.get("purpose", "")
    origin = query.get("origin", "")
    return EvidenceWanted(
        centre.code,
        lang,
        endpoint,
        {name: code for name in GROUPS if (code := query.get(name, "")[:60])},
        _day(query.get("from", "")),
        _day(query.get("to", "")),
        _beside(query.get("beside", "")),
        centre.suppress_below if centre.suppress_below > 1 else 0,
        _day(query.get("as_of", "")),
        origin if origin in {one.value for one in Origin} else "",
        Purpose(purpose) if purpose in {one.value for one in Purpose} else None,
    )


def _beside(text: str) -> tuple[str, ...] | None:
    if text == NONE:
        return ()
    found = [name for name in dict.fromkeys(text.split()) if name in benchmarks()]
    return tuple(found[:MOST_BESIDE]) or None


def key_of(wanted: EvidenceWanted, centre: Centre) -> str:
    """The name under which a view is kept: of all that decides what stands in it."""
    today = clock.today().isoformat() if wanted.purpose else ""
    return _hashed({**wanted.said(), **settled_of(centre), "on": today})


def name_of(wanted: EvidenceWanted) -> str:
    """The name of a view whatever the ledger says by now: its older state is shown meanwhile."""
    return _hashed(wanted.said())


def _hashed(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

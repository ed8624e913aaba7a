# SPDX-License-Identifier: Apache-2.0
"""What the page of outcomes is asked for: definition, children, studies; read from an address."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from cartulary.codebook.endpoint_reader import endpoints
from cartulary.registry.models import Centre
from cartulary.web.evidence.report_wanted import settled_of

#: What children may be chosen by, in the order of the sentence.
GROUPS = ("product", "site", "burden", "bridging", "reason", "age", "sex", "prior_transplant")
STUDIES = ("eliana", "cibmtr")
CLOCKS = ("infusion", "apheresis", "indication", "remission")
MAIN = "efs.hypothetical.infusion"


@dataclass(frozen=True, slots=True)
class EvidenceWanted:
    """One view of the outcomes. Codes alone: nothing of a child is in it."""

    centre: str
    lang: str
    endpoint: str = MAIN
    codes: Mapping[str, str] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    studies: tuple[str, ...] = STUDIES
    suppress: int = 0
    as_of: date | None = None

    def said(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "centre": self.centre,
            "lang": self.lang,
            "endpoint": self.endpoint,
            "codes": dict(self.codes),
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
            "studies": list(self.studies),
            "suppress": self.suppress,
            "as_of": self.as_of.isoformat() if self.as_of else "",
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
            tuple(said["studies"]),
            said["suppress"],
            _day(said["as_of"]),
        )

    @property
    def clock(self) -> str:
        """Where the endpoint's clock starts, as its id ends."""
        return self.endpoint.rsplit(".", 1)[-1]

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        parts = {
            "endpoint": "" if self.endpoint == MAIN else self.endpoint,
            **{name: self.codes.get(name, "") for name in GROUPS},
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "beside": "" if self.studies == STUDIES else ("-".join(self.studies) or "none"),
            "as_of": self.as_of.isoformat() if self.as_of else "",
        }
        return urlencode({name: value for name, value in parts.items() if value})


def wanted_of(query: Mapping[str, str], centre: Centre, lang: str) -> EvidenceWanted:
    """What an address asks for; what it says that is not understood is left out."""
    endpoint = query.get("endpoint", "") or MAIN
    if endpoint not in endpoints() or endpoint.rsplit(".", 1)[-1] not in CLOCKS:
        endpoint = MAIN
    beside = query.get("beside", "")
    chosen = tuple(name for name in STUDIES if name in beside.split("-"))
    return EvidenceWanted(
        centre.code,
        lang,
        endpoint,
        {name: code for name in GROUPS if (code := query.get(name, "")[:60])},
        _day(query.get("from", "")),
        _day(query.get("to", "")),
        chosen if beside else STUDIES,
        centre.suppress_below if centre.suppress_below > 1 else 0,
        _day(query.get("as_of", "")),
    )


def key_of(wanted: EvidenceWanted, centre: Centre) -> str:
    """The name under which a view is kept: of all that decides what stands in it."""
    settled = {**wanted.said(), **settled_of(centre)}
    return hashlib.sha256(json.dumps(settled, sort_keys=True).encode()).hexdigest()[:32]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

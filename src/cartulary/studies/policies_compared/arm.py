# SPDX-License-Identifier: Apache-2.0
"""One arm of a comparison: which policy, for which children, with what changed in the model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from cartulary.codebook.words import Words
from cartulary.twin.policy import Policy
from cartulary.twin.population import Population

_NO_CHANGES: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Arm:
    """A policy for a population; `changes` are typical values of parameters set for this arm.

    >>> from cartulary.codebook.words import Words
    >>> Arm.__dataclass_fields__["changes"].default_factory()
    mappingproxy({})
    """

    id: str
    words: Words
    policy: Policy
    population: Population
    changes: Mapping[str, float] = field(default_factory=lambda: _NO_CHANGES)

    @property
    def fingerprint(self) -> str:
        """What decides the arm's figures, wherever its files lie and whatever it is called."""
        policy = replace(self.policy, file="", source="", edition="", summary=Words("", ""))
        population = replace(self.population, file="", edition="", summary=Words("", ""))
        held = (
            replace(policy, policy_id="", name=Words("", "")),
            replace(population, population_id="", name=Words("", "")),
            sorted(self.changes.items()),
        )
        return hashlib.sha256(repr(held).encode()).hexdigest()

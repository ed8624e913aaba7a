# SPDX-License-Identifier: Apache-2.0
"""Outcomes of groups of simulated children, gathered draw by draw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cartulary.studies.policies_compared.children_read import Floats, YesNo
from cartulary.studies.questions.found import Quantity
from cartulary.studies.questions.over_draws import (
    OverDraws,
    chance_of_share,
    mean_and_noise,
    over_draws,
)

Key = tuple[str, ...]


class ByGroup:
    """Means of groups under keys such as (outcome, group), one a draw."""

    def __init__(self) -> None:
        self._values: dict[Key, list[float]] = defaultdict(list)
        self._noises: dict[Key, list[float]] = defaultdict(list)
        self._shares: dict[Key, list[float]] = defaultdict(list)

    def add(self, outcome: str, values: Floats, groups: Mapping[str, YesNo]) -> None:
        """One draw: the mean of each group, and how large a share of all each group is."""
        counted = np.isfinite(values)
        for name, who in groups.items():
            mean, noise, n = mean_and_noise(values, who)
            self._values[outcome, name].append(mean)
            self._noises[outcome, name].append(noise)
            self._shares[outcome, name].append(n / max(int(counted.sum()), 1))

    def over(self, outcome: str, group: str) -> OverDraws:
        """The mean over draws and what the parameters leave open."""
        return over_draws(self._values[outcome, group], self._noises[outcome, group])

    def share_of_all(self, outcome: str, group: str) -> float:
        """How large the group is among those who count, the mean over draws."""
        return float(np.mean(self._shares[outcome, group]))

    def quantity(self, outcome: str, group: str, kind: str, programme: int) -> Quantity:
        """The figure with both uncertainties; chance is that of a whole group of this size."""
        found = self.over(outcome, group)
        told = quantity_of(found, kind)
        if kind != "share":
            return told
        low, high = chance_of_share(found.value, programme)
        return replace(told, chance_low=low, chance_high=high)


def quantity_of(found: OverDraws, kind: str) -> Quantity:
    """The figure with what the parameters leave open, where more than noise is seen of it."""
    if not found.resolved:
        return Quantity(found.value, kind)
    return Quantity(found.value, kind, found.low, found.high)

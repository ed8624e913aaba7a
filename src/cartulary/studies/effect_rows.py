# SPDX-License-Identifier: Apache-2.0
"""One row of a table of analyses, and how an analysis that was refused stands in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cartulary.course.errors import EstimandError
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp


@dataclass(frozen=True, kw_only=True)
class EffectRow:
    """One analysis: what it says of the hazard with a transplant over that without.

    ratio: its value is absent with the reason in its notes where the analysis was refused.
    kept, lost: children in the analysis, and children that left before its landmark. treated: how
    many of those kept count as transplanted. biased: True for the analysis that is wrong.
    """

    method: str
    says: str
    ratio: Estimate
    kept: int
    lost: int
    treated: int
    biased: bool = False


@dataclass(frozen=True)
class Writer:
    """How hazard ratios without an interval, and refused analyses, are written down."""

    follow_up: FollowUp
    level: float
    label: str

    def try_(self, make: Callable[[], Estimate]) -> Estimate:
        """The figure, or an absent one with the reason."""
        try:
            return make()
        except EstimandError as refusal:
            return self.absent(str(refusal))

    def absent(self, why: str) -> Estimate:
        """A hazard ratio that is not given."""
        return self.ratio(None, "not estimated", why)

    def ratio(self, value: float | None, method: str, note: str) -> Estimate:
        """A hazard ratio without an interval, and the reason."""
        rows = self.follow_up
        return Estimate(
            value=value,
            low=None,
            high=None,
            level=self.level,
            method=method,
            unit=rows.unit,
            n=rows.n,
            events=rows.events,
            endpoint=rows.endpoint,
            definition=rows.definition,
            origin=rows.origin,
            missing=rows.missing,
            notes=(note,),
            label=self.label,
        )

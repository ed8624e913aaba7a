# SPDX-License-Identifier: Apache-2.0
"""One row of a table of analyses, and how an analysis that was refused stands in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cartulary.course.errors import EstimandError
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp

#: Why an analysis could not be made; `NOT_NAMED` where the refusal's own sentence must do.
NOBODY_EXPOSED: Final = "nobody_exposed"
NO_EVENT: Final = "no_event"
SMALL_GROUP: Final = "small_group"
NO_START: Final = "no_start"
CURVE_AT_BOUND: Final = "curve_at_bound"
FEW_FOLLOWERS: Final = "few_followers"
NOT_FOLLOWED: Final = "not_followed"
NOT_NAMED: Final = "not_named"
#: Why there is no comparison at all.
NOBODY_COUNTED: Final = "nobody_counted"
NOBODY_LOOKED: Final = "nobody_looked"


class NoComparisonError(EstimandError):
    """Nobody can be compared; `why` is the code of the reason."""

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True, kw_only=True)
class EffectRow:
    """One analysis: what it says of the hazard with an exposure over that without.

    ratio: its value is absent with the reason in its notes where the analysis was refused; `why`
    is then the code of that reason. kept: children in the analysis; lost_to_event, lost_to_end:
    children that had the event, or were followed no longer, before its landmark. exposed: how
    many of those kept count as exposed. events_exposed, events_unexposed: events after and
    without, where they are told apart. day: of a landmark. biased: True for the analysis that is
    wrong.
    """

    method: str
    says: str
    ratio: Estimate
    kept: int
    exposed: int
    lost_to_event: int = 0
    lost_to_end: int = 0
    events_exposed: int | None = None
    events_unexposed: int | None = None
    day: float | None = None
    why: str = ""
    biased: bool = False

    @property
    def lost(self) -> int:
        """Children that left before the landmark."""
        return self.lost_to_event + self.lost_to_end

    @property
    def unexposed(self) -> int:
        """Children kept that do not count as exposed."""
        return self.kept - self.exposed


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

# SPDX-License-Identifier: Apache-2.0
"""What the figure of estimands needs to be drawn: a value and an interval a strategy, by clock."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.course.errors import EstimandError
from cartulary.evidence.estimate import checked_origin


@dataclass(frozen=True, slots=True)
class StrategyMark:
    """One strategy from one clock. `label` and `detail` are finished words.

    value: None where it cannot be had, with a few words in `absent`. limits: the share if all who
    left at an intercurrent event had had the event on the day after, or never. apart: True for a
    figure that answers another question than its neighbours.
    """

    label: str
    detail: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    events: int = 0
    limits: tuple[float, float] | None = None
    apart: bool = False
    absent: str = ""

    def __post_init__(self) -> None:
        shares = (self.value, self.low, self.high, *(self.limits or ()))
        if any(share is not None and not 0.0 <= share <= 1.0 for share in shares):
            raise EstimandError(
                f"{self.label!r} has the shares {shares}. A share lies between 0 and 1. Divide a "
                "percentage by 100."
            )
        if self.value is None and not self.absent:
            raise EstimandError(
                f"{self.label!r} has no value and no reason. A reader cannot tell why its line is "
                "empty. Say why in `absent`."
            )


@dataclass(frozen=True, slots=True)
class ClockGroup:
    """The strategies from one clock. `title` and `detail` are finished words."""

    title: str
    detail: str
    marks: tuple[StrategyMark, ...]


@dataclass(frozen=True, slots=True)
class EstimandsData:
    """A figure of one family of endpoints at one month; `notes` stand under it, in words.

    Refuses: an origin no figure can draw; no group, or a group without a strategy.
    """

    axis: str
    origin: str
    groups: tuple[ClockGroup, ...]
    limits_words: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked_origin(self.origin)
        if not self.groups or not all(group.marks for group in self.groups):
            raise EstimandError(
                "A clock has no strategy to draw. The figure would be empty. Leave the clock out, "
                "or say in words why there is none."
            )

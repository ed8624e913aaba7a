# SPDX-License-Identifier: Apache-2.0
"""What one method found: figures of both groups and how they differ, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.overlap import BalanceTable
from cartulary.evidence.melded import worse_origin
from cartulary.studies.target_trial.align import Aligned
from cartulary.studies.target_trial.borrowed import Borrowing
from cartulary.studies.target_trial.protocol import METHODS
from cartulary.studies.target_trial.weights import GroupWeights


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """One method's answer.

    target: the children it speaks of. treated, control: the chance to be free of the event at the
    day; difference: the first less the second; risk_ratio: chance of the event, first over second.
    hazard_ratio: None where the method gives none. effective: of treated and controls, None where
    nothing is weighted. refusal: why there is no answer, or empty. borrowing: a method's priors.
    """

    method: str
    target: str
    treated: Estimate
    control: Estimate
    difference: Estimate
    risk_ratio: Estimate | None
    hazard_ratio: Estimate | None
    effective: tuple[float, float] | None
    balance: BalanceTable | None
    notes: tuple[str, ...] = ()
    refusal: str = ""
    weights: GroupWeights | None = field(default=None, repr=False)
    borrowing: Borrowing | None = field(default=None, repr=False)

    @property
    def excludes_no_difference(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0.0 or high < 0.0)


def figure_words(aligned: Aligned) -> dict[str, Any]:
    """The words every figure of a study carries."""
    rows = aligned.treated.follow_up
    return {"unit": rows.unit, "endpoint": rows.endpoint, "definition": rows.definition}


def absent(aligned: Aligned, method: str, why: str) -> Comparison:
    """A method that was refused."""
    one, two = aligned.treated.follow_up, aligned.control.follow_up
    figure = Estimate(
        value=None,
        low=None,
        high=None,
        level=aligned.protocol.level,
        method=method,
        n=one.n + two.n,
        events=one.events + two.events,
        at_days=float(aligned.protocol.day),
        origin=worse_origin(one.origin, two.origin),
        missing=one.missing + two.missing,
        notes=(why,),
        **figure_words(aligned),
    )
    return Comparison(
        method=method,
        target=METHODS[method],
        treated=figure,
        control=figure,
        difference=figure,
        risk_ratio=None,
        hazard_ratio=None,
        effective=None,
        balance=None,
        refusal=why,
    )

# SPDX-License-Identifier: Apache-2.0
"""Figures of two weighted groups with intervals for which the weights are found anew."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import survival_replicates
from cartulary.evidence.distributions import half_width
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.melded import worse_origin
from cartulary.studies.target_trial.align import Aligned
from cartulary.studies.target_trial.results import figure_words
from cartulary.studies.target_trial.weights import GroupWeights, jackknife_error

JACKKNIFE: Final = "Efron B, Stein C. Ann Stat 1981;9:586-596"


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """A chance in both groups, whole and with each child or pair left out in turn.

    treated, control: the chances; treated_without, control_without, strata: shape (k,).
    """

    treated: float
    control: float
    treated_without: FloatArray
    control_without: FloatArray
    strata: FloatArray


def survival_pair(one: FollowUp, two: FollowUp, weights: GroupWeights, day: float) -> Pair:
    """The weighted Kaplan-Meier chances of both groups on a day.

    Arguments: the rows of treated and controls, under any one definition; their weights; the day.
    """
    return Pair(
        treated=float(survival_replicates(one, [day], weights.treated[:, None])[0, 0]),
        control=float(survival_replicates(two, [day], weights.control[:, None])[0, 0]),
        treated_without=survival_replicates(one, [day], weights.left_out_treated)[:, 0],
        control_without=survival_replicates(two, [day], weights.left_out_control)[:, 0],
        strata=weights.strata,
    )


class JackknifedFigures:
    """Estimates from a `Pair`, in the words that they share.

    Intervals are normal: of the difference as it is, of ratios on their logarithm, of a chance on
    log(-log).
    """

    def __init__(
        self,
        aligned: Aligned,
        one: FollowUp,
        two: FollowUp,
        how: str,
        citations: tuple[str, ...],
        notes: tuple[str, ...],
    ) -> None:
        self.day, self.level = float(aligned.protocol.day), aligned.protocol.level
        self.rows = {"treated": one, "control": two}
        self.reach = half_width(self.level)
        shared = {**figure_words(aligned), "definition": one.definition}
        self.words: dict[str, Any] = {
            "method": how, "citations": citations, "notes": notes, "level": self.level,
            "at_days": self.day, **shared,
        }  # fmt: skip
        self.both: dict[str, Any] = {
            **self.words,
            "n": one.n + two.n,
            "events": one.events_by(self.day) + two.events_by(self.day),
            "origin": worse_origin(one.origin, two.origin),
            "missing": one.missing + two.missing,
        }

    def survival(self, label: str, pair: Pair) -> Estimate:
        """The chance of "treated" or "control"."""
        rows = self.rows[label]
        value = pair.treated if label == "treated" else pair.control
        without = pair.treated_without if label == "treated" else pair.control_without
        low, high = _log_log(value, jackknife_error(without, pair.strata) * self.reach)
        return Estimate(
            value=value, low=min(low, value), high=max(high, value), n=rows.n,
            events=rows.events_by(self.day), origin=rows.origin, missing=rows.missing, label=label,
            **self.words,
        )  # fmt: skip

    def difference(self, pair: Pair) -> Estimate:
        """The chance of the treated less that of the controls."""
        value = pair.treated - pair.control
        gaps = pair.treated_without - pair.control_without
        error = jackknife_error(gaps, pair.strata) * self.reach
        return Estimate(
            value=value, low=max(-1.0, value - error), high=min(1.0, value + error),
            label="difference", **self.both,
        )  # fmt: skip

    def risk_ratio(self, pair: Pair) -> Estimate:
        """The chance of the event, treated over controls."""
        ratio = (1.0 - pair.treated) / (1.0 - pair.control)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(1.0 - pair.treated_without) - np.log(1.0 - pair.control_without)
        error = jackknife_error(logs, pair.strata) * self.reach
        words = {**self.both, "method": f"ratio of chances of the event, {self.words['method']}"}
        return Estimate(
            value=ratio, low=ratio * math.exp(-error), high=ratio * math.exp(error),
            label="risk ratio", **words,
        )  # fmt: skip


def _log_log(value: float, margin: float) -> tuple[float, float]:
    """Limits of a survival on the scale of log(-log); the margin is on the scale of survival."""
    if not 0.0 < value < 1.0:
        return max(0.0, value - margin), min(1.0, value + margin)
    spread = margin / abs(value * math.log(value))
    return value ** math.exp(spread), value ** math.exp(-spread)

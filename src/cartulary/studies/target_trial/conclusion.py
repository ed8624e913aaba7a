# SPDX-License-Identifier: Apache-2.0
"""What a study concludes: the estimate, how sure, and what was not aligned; words come later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from cartulary.course.errors import EstimandError
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.e_value import EValue
from cartulary.studies.target_trial.align import Aligned
from cartulary.studies.target_trial.protocol import ADJUSTING
from cartulary.studies.target_trial.results import Comparison
from cartulary.studies.target_trial.sensitivity import Sensitivity
from cartulary.studies.target_trial.unaligned import Unaligned

Verdict: TypeAlias = Literal["higher", "lower", "not_told_apart"]
FEW_EVENTS: Final = 10
FEW_EFFECTIVE: Final = 30.0


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """The estimate, how sure, and what was not aligned.

    verdict: whether the treated were free of the event more often, less often, or cannot be told
    apart, by the interval of the main difference. estimate: that difference. reach: half the
    width of its interval, the least difference these data could have told apart. agreeing: how
    many of the `done` adjusted methods point the same way, and of those `firmly` with an interval
    that leaves out 0. refused: methods that could not be done. few: which groups are small
    ("treated", "control"). simulated: whether any child is.
    """

    verdict: Verdict
    estimate: Estimate
    main: Comparison
    reach: float
    done: int
    agreeing: int
    firmly: int
    refused: tuple[str, ...]
    e_value: EValue | None
    tips_at: int | None
    few: tuple[str, ...]
    simulated: bool
    unaligned: tuple[Unaligned, ...]


def conclude(
    aligned: Aligned,
    comparisons: Sequence[Comparison],
    sensitive: Sensitivity,
    apart: tuple[Unaligned, ...],
) -> Conclusion:
    """The conclusion of a study from its parts.

    Arguments: the aligned groups; every comparison, the main one first; what the main estimate
    withstands; what could not be aligned.

    Refuses: a main comparison that was refused, of which nothing can be concluded.
    """
    main = comparisons[0]
    value, low, high = main.difference.value, main.difference.low, main.difference.high
    if value is None or low is None or high is None:
        raise EstimandError(
            f"The main method ({main.method}) gave no estimate: {main.refusal or 'no interval'} "
            "Nothing can be concluded from it. Mend the protocol."
        )
    verdict: Verdict = "higher" if low > 0.0 else "lower" if high < 0.0 else "not_told_apart"
    adjusted = [c for c in comparisons if c.method in ADJUSTING]
    done = [c for c in adjusted if c.difference.value is not None]
    same = [c for c in done if _sign(c.difference) == _sign(main.difference)]
    tipping = sensitive.tipping
    return Conclusion(
        verdict=verdict,
        estimate=main.difference,
        main=main,
        reach=0.5 * (high - low),
        done=len(done),
        agreeing=len(same),
        firmly=sum(c.excludes_no_difference for c in same),
        refused=tuple(c.method for c in adjusted if c.refusal),
        e_value=sensitive.e_value,
        tips_at=None if tipping is None else tipping.tips_at,
        few=_small(aligned, main),
        simulated=any(group.follow_up.origin == "simulated" for group in aligned.groups),
        unaligned=apart,
    )


def _sign(difference: Estimate) -> bool:
    """Whether a difference lies above 0."""
    return difference.value is not None and difference.value > 0.0


def _small(aligned: Aligned, main: Comparison) -> tuple[str, ...]:
    """Groups with few events by the day, or worth few children."""
    sizes = main.effective or tuple(float(group.follow_up.n) for group in aligned.groups)
    day = float(aligned.protocol.day)
    return tuple(
        group.group.name
        for group, effective in zip(aligned.groups, sizes, strict=True)
        if effective < FEW_EFFECTIVE or group.follow_up.events_by(day) < FEW_EVENTS
    )

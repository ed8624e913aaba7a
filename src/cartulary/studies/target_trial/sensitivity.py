# SPDX-License-Identifier: Apache-2.0
"""How much would have to be otherwise before the main estimate no longer says what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cartulary.course.errors import EstimandError
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.e_value import EValue, e_value
from cartulary.evidence.external_control.tipping_point import (
    CensoringTipping,
    censoring_tipping_point,
)
from cartulary.studies.target_trial.align import Aligned
from cartulary.studies.target_trial.results import Comparison

#: Shares of children with an unseen confounder in the group that has less of it, and more.
PREVALENCES: Final = ((0.1, 0.3), (0.2, 0.5), (0.1, 0.6))


@dataclass(frozen=True, slots=True)
class Confounder:
    """An unseen yes-or-no confounder, more common in the group that fared worse.

    fewer, more: its shares in the better and the worse group. explains: the risk ratio it would
    need to explain the estimate; moves: to move the interval to no difference. None where no
    strength would do.
    """

    fewer: float
    more: float
    explains: float | None
    moves: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Sensitivity:
    """What the main estimate withstands.

    e_value: None where the risk ratio does not exist. lost: treated children out of view before
    the day without the event. tipping: how many of them would have to have had it before the
    lower limit of the treated no longer lies above the controls' estimate; None where it does
    not lie above it to begin with, or cannot be computed.
    """

    e_value: EValue | None
    confounders: tuple[Confounder, ...]
    lost: int
    tipping: CensoringTipping | None


def sensitivity(aligned: Aligned, main: Comparison) -> Sensitivity:
    """E-value, confounders and tipping point of the main estimate.

    Arguments: the aligned groups and the main comparison.

    Returns: a `Sensitivity`; what does not exist is None.
    """
    ratio = main.risk_ratio
    rows, day = aligned.treated.follow_up, float(aligned.protocol.day)
    lost = int(((rows.status == 0) & (rows.exit < day)).sum())
    tipping = None
    threshold = main.control.value
    if threshold is not None and 0.0 <= threshold <= 1.0:
        try:
            found = censoring_tipping_point(rows, day, threshold, level=aligned.protocol.level)
        except EstimandError:
            found = None
        tipping = None if found is None or found.tips_at == 0 else found
    return Sensitivity(
        e_value=None if ratio is None else _e_value(ratio),
        confounders=() if ratio is None else _confounders(ratio),
        lost=lost,
        tipping=tipping,
    )


def _e_value(ratio: Estimate) -> EValue:
    assert ratio.value is not None
    return e_value(ratio.value, ratio.low, ratio.high, measure="risk ratio")


def _confounders(ratio: Estimate) -> tuple[Confounder, ...]:
    """The strength each pair of shares would need."""
    assert ratio.value is not None
    nearer = ratio.high if ratio.value < 1.0 else ratio.low
    assert nearer is not None
    held = nearer >= 1.0 if ratio.value < 1.0 else nearer <= 1.0
    return tuple(
        Confounder(
            fewer,
            more,
            needed_association(ratio.value, fewer, more),
            1.0 if held else needed_association(nearer, fewer, more),
        )
        for fewer, more in PREVALENCES
    )


def needed_association(ratio: float, fewer: float, more: float) -> float | None:
    """The risk ratio of a confounder that alone would make this ratio out of none.

    Solves (1 + p (g - 1)) / (1 + q (g - 1)) = R, with R the ratio or its inverse below 1, p the
    lesser and q the greater share: g = 1 + (1 - R) / (R q - p). None where R q <= p.

    Source: as `confounder_bias`.

    >>> round(needed_association(0.8, 0.2, 0.5), 10)
    2.0
    >>> needed_association(0.3, 0.2, 0.5) is None
    True
    """
    least = min(ratio, 1.0 / ratio)
    room = least * more - fewer
    return 1.0 + (1.0 - least) / room if room > 0.0 else None

# SPDX-License-Identifier: Apache-2.0
"""How strong an unmeasured confounder would have to be to explain a result away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources

RatioMeasure: TypeAlias = Literal["risk ratio", "odds ratio", "hazard ratio"]
_MEASURES: tuple[RatioMeasure, ...] = ("risk ratio", "odds ratio", "hazard ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class EValue:
    """The confounding that would explain a ratio away.

    point: for the estimate. limit: for the limit of its interval nearer 1, which is 1 where the
    interval holds 1, and None where no interval was given. risk_ratio: the ratio on the scale of
    risks that `point` was computed from. words: what it means, in a sentence.
    """

    point: float
    limit: float | None
    risk_ratio: float
    measure: RatioMeasure
    words: str
    citations: tuple[str, ...] = (external_sources.E_VALUE,)


def e_value(
    ratio: float,
    low: float | None = None,
    high: float | None = None,
    *,
    measure: RatioMeasure = "risk ratio",
    common: bool = True,
) -> EValue:
    """The least strength of association, with treatment and with outcome both, of a confounder
    that would move the estimate to 1.

    E = RR + sqrt(RR (RR - 1)), with 1 / RR for RR below 1. Where the outcome is common (more than
    15% by the end of follow-up) a hazard ratio is first made a risk ratio,
    (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1 / HR)), and an odds ratio its square root.

    Arguments: the ratio and its interval, without unit; common: as above, not asked of a risk
    ratio.

    Returns: an `EValue`, at least 1.

    Refuses: ratios that are not above 0; an interval that does not hold its ratio.

    Source: VanderWeele and Ding 2017.

    >>> found = e_value(10.73, low=8.02)
    >>> round(found.point, 5), round(found.limit, 5)
    (20.94777, 15.52336)
    >>> round(e_value(0.5, measure="hazard ratio").point, 4)
    2.6064
    """
    if measure not in _MEASURES:
        raise EstimandError(
            f"There is no E-value of a {measure!r}. It is defined for ratios. "
            f"Give one of {', '.join(_MEASURES)}."
        )
    given = [limit for limit in (low, ratio, high) if limit is not None]
    if any(not (math.isfinite(x) and x > 0.0) for x in given) or given != sorted(given):
        raise EstimandError(
            f"The {measure} is {ratio} ({low} to {high}). A ratio is above 0 and lies inside its "
            "interval. Check the figures and their order."
        )
    risk = _risk_ratio(ratio, measure, common=common)
    limit = None
    nearer = low if ratio >= 1.0 else high
    if nearer is not None:
        crosses = nearer <= 1.0 if ratio >= 1.0 else nearer >= 1.0
        limit = 1.0 if crosses else _strength(_risk_ratio(nearer, measure, common=common))
    point = _strength(risk)
    words = (
        f"A confounder tied to both treatment and outcome by a risk ratio of {point:.2f} each, "
        "beyond what was adjusted for, could explain the estimate; a weaker one could not."
    )
    if limit is not None:
        words += (
            " The interval already holds no difference."
            if limit == 1.0
            else f" One of {limit:.2f} each could move the interval to hold no difference."
        )
    return EValue(point=point, limit=limit, risk_ratio=risk, measure=measure, words=words)


def _risk_ratio(ratio: float, measure: RatioMeasure, *, common: bool) -> float:
    """The ratio on the scale of risks."""
    if measure == "risk ratio" or not common:
        return ratio
    if measure == "odds ratio":
        return math.sqrt(ratio)
    above: float = 1.0 - 0.5 ** math.sqrt(ratio)
    below: float = 1.0 - 0.5 ** math.sqrt(1.0 / ratio)
    return above / below


def _strength(risk: float) -> float:
    """The E-value of a risk ratio."""
    away = max(risk, 1.0 / risk)
    return away + math.sqrt(away * (away - 1.0))

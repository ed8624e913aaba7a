# SPDX-License-Identifier: Apache-2.0
"""A share of children (or infusions), with an interval that holds for few of them."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.counted import counted
from cartulary.evidence.distributions import (
    beta_quantile,
    binomial_log_masses,
    checked_level,
    half_width,
)
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.hypothesis_test import HypothesisTest

ProportionInterval: TypeAlias = Literal["clopper-pearson", "wilson", "jeffreys"]
Alternative: TypeAlias = Literal["two-sided", "greater", "less"]

_NAMES: dict[ProportionInterval, tuple[str, str]] = {
    "clopper-pearson": ("Clopper-Pearson", sources.CLOPPER_PEARSON),
    "wilson": ("Wilson", sources.WILSON),
    "jeffreys": ("Jeffreys", sources.JEFFREYS),
}
# R counts outcomes as no likelier than the one seen up to this relative difference.
_TIE = 1.0 + 1e-7


def checked_counts(events: int, n: int) -> None:
    """Refuse counts that no group of children can show."""
    if events != int(events) or n != int(n) or not 0 <= events <= n or n == 0:
        raise EstimandError(
            f"{events} of {n} is not a share. Both are whole, n is above 0, and events lie "
            "between 0 and n. Check the counts and the unit."
        )


def clopper_pearson(events: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Exact limits of a share: quantiles of Beta(x, n - x + 1) and Beta(x + 1, n - x).

    Counts need not be whole: a clustered sample has an effective size.

    >>> low, high = clopper_pearson(52, 63)
    >>> round(low, 3), round(high, 3)
    (0.709, 0.909)
    """
    tail = (1.0 - checked_level(level)) / 2.0
    low = float(beta_quantile(events, n - events + 1.0, tail))
    return low, float(beta_quantile(events + 1.0, n - events, 1.0 - tail))


def wilson(events: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Score limits of a share: the p for which |x / n - p| = z sqrt(p (1 - p) / n).

    >>> [round(limit, 4) for limit in wilson(0, 19)]
    [0.0, 0.1682]
    """
    z = half_width(level)
    share, square = events / n, z * z / n
    centre = share + square / 2.0
    reach = z * math.sqrt(share * (1.0 - share) / n + square / (4.0 * n))
    low = 0.0 if events == 0 else (centre - reach) / (1.0 + square)
    high = 1.0 if events == n else (centre + reach) / (1.0 + square)
    return low, high


def jeffreys(events: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Quantiles of Beta(x + 1/2, n - x + 1/2), open to 0 at x = 0 and to 1 at x = n.

    >>> [round(limit, 3) for limit in jeffreys(0, 19)]
    [0.0, 0.122]
    """
    tail = (1.0 - checked_level(level)) / 2.0
    a, b = events + 0.5, n - events + 0.5
    low = 0.0 if events == 0 else float(beta_quantile(a, b, tail))
    high = 1.0 if events == n else float(beta_quantile(a, b, 1.0 - tail))
    return low, high


def proportion(
    events: int,
    n: int,
    *,
    unit: str,
    origin: str,
    interval: ProportionInterval = "clopper-pearson",
    level: float = 0.95,
    at_days: float | None = None,
    endpoint: str = "",
    definition: str = "",
    missing: int = 0,
    label: str = "",
) -> Estimate:
    """A share x / n with its interval; with none or all, the rule of three in a note.

    Arguments: counts, and the words every figure carries (see `Estimate`). The unit must be one
    whose outcomes are independent: for infusions of children who had several, use
    `clustered_proportion`.

    Returns: an `Estimate`. With n = 0 its value is None: nobody could be judged.

    Refuses: counts that are not a share.

    Source: Clopper and Pearson 1934; Wilson 1927; Brown, Cai and DasGupta 2001 for Jeffreys.

    >>> share = proportion(65, 79, unit="child", origin="recorded")
    >>> round(share.low, 3), round(share.high, 3)
    (0.721, 0.9)
    """
    if interval not in _NAMES:
        raise EstimandError(
            f"There is no interval {interval!r} for a share. An interval must say how it was "
            f"made. Use one of {', '.join(_NAMES)}."
        )
    name, cite = _NAMES[interval]
    value: float | None = None
    low: float | None = None
    high: float | None = None
    notes: tuple[str, ...] = (f"no {unit} could be judged",)
    cites: tuple[str, ...] = (cite,)
    if n != 0 or events != 0:
        checked_counts(events, n)
        rule = {"clopper-pearson": clopper_pearson, "wilson": wilson, "jeffreys": jeffreys}
        value = events / n
        low, high = rule[interval](events, n, level)
        low, high = min(low, value), max(high, value)
        told = rule_of_three(events, n, unit=unit)
        notes = (told,) if told else ()
        cites = (cite, sources.RULE_OF_THREE) if told else (cite,)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        method=f"share, {name} interval",
        unit=unit,
        n=n,
        events=events,
        at_days=at_days,
        endpoint=endpoint,
        definition=definition,
        origin=origin,
        missing=missing,
        citations=cites,
        notes=notes,
        label=label,
    )


def rule_of_three(events: int, n: int, *, unit: str) -> str:
    """One sentence for none or all of n: the one-sided 95% limit 1 - 0.05^(1/n); else empty.

    >>> rule_of_three(0, 22, unit="infusion")
    'none of 22 infusions: with 95% confidence the true share is below 12.7%'
    """
    if n == 0 or 0 < events < n:
        return ""
    limit = 0.05 ** (1.0 / n)
    if events == 0:
        return (
            f"none of {counted(n, unit)}: with 95% confidence the true share is below "
            f"{100.0 * (1.0 - limit):.1f}%"
        )
    share = f"{100.0 * limit:.1f}%"
    return f"all of {counted(n, unit)}: with 95% confidence the true share is above {share}"


def binomial_test(
    events: int,
    n: int,
    expected_share: float,
    *,
    unit: str,
    origin: str,
    alternative: Alternative = "two-sided",
    definition: str = "",
) -> HypothesisTest:
    """The exact test that the true share is a given one.

    Two-sided: the total chance of all counts no likelier than the one seen.

    Refuses: counts that are not a share; a given share outside 0 to 1.

    >>> round(binomial_test(15, 19, 0.5, unit="child", origin="recorded").p_value, 6)
    0.019211
    """
    checked_counts(events, n)
    if alternative not in ("two-sided", "greater", "less"):
        raise EstimandError(
            f"There is no alternative {alternative!r}. A p value must say what it was against. "
            "Use two-sided, greater or less."
        )
    if not 0.0 <= expected_share <= 1.0:
        raise EstimandError(
            f"The given share is {expected_share}. A share lies between 0 and 1. "
            "Write 0.81 for 81%."
        )
    masses = np.exp(binomial_log_masses(n, expected_share))
    if alternative == "greater":
        p_value = float(masses[events:].sum())
    elif alternative == "less":
        p_value = float(masses[: events + 1].sum())
    else:
        p_value = float(masses[masses <= masses[events] * _TIE].sum())
    return HypothesisTest(
        method=f"exact binomial test against {expected_share:g}, {alternative}",
        p_value=min(1.0, p_value),
        unit=unit,
        n=n,
        events=events,
        origin=origin,
        observed=(float(events),),
        expected=(n * expected_share,),
        definition=definition,
        citations=(sources.CLOPPER_PEARSON,),
    )

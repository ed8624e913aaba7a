# SPDX-License-Identifier: Apache-2.0
"""Two shares side by side: their difference, and how surprising it is."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.distributions import hypergeometric_log_masses
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.hypothesis_test import HypothesisTest
from cartulary.evidence.proportion import checked_counts, wilson

FisherKind: TypeAlias = Literal["fisher", "mid-p"]
_TIE = 1.0 + 1e-7


def proportion_difference(
    events: int,
    n: int,
    other_events: int,
    other_n: int,
    *,
    unit: str,
    origin: str,
    level: float = 0.95,
    definition: str = "",
    endpoint: str = "",
    label: str = "",
) -> Estimate:
    """The difference p1 - p2 of two independent shares with Newcombe's score interval.

    d - sqrt((p1 - l1)^2 + (u2 - p2)^2) to d + sqrt((u1 - p1)^2 + (p2 - l2)^2), with l and u the
    Wilson limits of each share.

    Returns: an `Estimate` between -1 and 1; n and events are those of both groups together.

    Refuses: counts that are not shares.

    Source: Newcombe 1998, method 10.

    >>> found = proportion_difference(56, 70, 48, 80, unit="child", origin="recorded")
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)
    """
    checked_counts(events, n)
    checked_counts(other_events, other_n)
    p, q = events / n, other_events / other_n
    low, high = difference_limits(
        p, wilson(events, n, level), q, wilson(other_events, other_n, level)
    )
    return Estimate(
        value=p - q,
        low=low,
        high=high,
        level=level,
        method="difference of shares, Newcombe score interval",
        unit=unit,
        n=n + other_n,
        events=events + other_events,
        origin=origin,
        endpoint=endpoint,
        definition=definition,
        citations=(sources.NEWCOMBE,),
        label=label,
    )


def difference_limits(
    p: float, limits: tuple[float, float], q: float, other_limits: tuple[float, float]
) -> tuple[float, float]:
    """Limits of p - q recovered from the limits of each (the square-and-add method)."""
    (low, high), (other_low, other_high) = limits, other_limits
    below = math.hypot(p - low, other_high - q)
    above = math.hypot(high - p, q - other_low)
    return p - q - below, p - q + above


def fisher_exact(
    events: int,
    n: int,
    other_events: int,
    other_n: int,
    *,
    unit: str,
    origin: str,
    kind: FisherKind = "fisher",
    definition: str = "",
    groups: tuple[str, str] = ("first", "second"),
) -> HypothesisTest:
    """Fisher's exact test of equal shares, two-sided, given the total of events.

    The total chance of all tables no likelier than the one seen; "mid-p" counts tables exactly
    as likely as it by half, which is less conservative for few children.

    Refuses: counts that are not shares.

    >>> round(fisher_exact(3, 4, 1, 4, unit="child", origin="recorded").p_value, 7)
    0.4857143
    """
    checked_counts(events, n)
    checked_counts(other_events, other_n)
    if kind not in ("fisher", "mid-p"):
        raise EstimandError(
            f'There is no exact test {kind!r}. A p value must say how it was made. Use "fisher" '
            'or "mid-p".'
        )
    total = events + other_events
    smallest, log_masses = hypergeometric_log_masses(n, other_n, total)
    masses = np.exp(log_masses)
    seen = masses[events - smallest]
    p_value = float(masses[masses <= seen * _TIE].sum())
    if kind == "mid-p":
        as_likely = (masses <= seen * _TIE) & (masses >= seen / _TIE)
        p_value -= 0.5 * float(masses[as_likely].sum())
    return HypothesisTest(
        method="Fisher's exact test" + (", mid-p" if kind == "mid-p" else ""),
        p_value=min(1.0, max(0.0, p_value)),
        unit=unit,
        n=n + other_n,
        events=total,
        origin=origin,
        groups=groups,
        observed=(float(events), float(other_events)),
        expected=(total * n / (n + other_n), total * other_n / (n + other_n)),
        definition=definition,
    )

# SPDX-License-Identifier: Apache-2.0
"""Two survivals at a day compared exactly enough for few children: melded beta products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources, sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.distributions import beta_quantile, checked_level
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.hypothesis_test import HypothesisTest
from cartulary.evidence.kaplan_meier import kaplan_meier
from cartulary.evidence.survival_curve import SurvivalCurve

_NODES = 121
_REACH = 3.4
_HALVINGS = 40
_NO_VARIANCE = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class MeldedComparison:
    """The difference of two survivals at a day, and the test that it is 0."""

    difference: Estimate
    test: HypothesisTest


@dataclass(frozen=True, slots=True)
class _Beta:
    """A beta variable; a = 0 is the point 0 and b = 0 the point 1."""

    a: float
    b: float

    def below(self, x: FloatArray) -> FloatArray:
        """The chance of at most x; shape of x."""
        from scipy.special import betainc

        if self.a <= 0.0:
            return np.where(x >= 0.0, 1.0, 0.0)
        if self.b <= 0.0:
            return np.where(x >= 1.0, 1.0, 0.0)
        return np.asarray(betainc(self.a, self.b, np.clip(x, 0.0, 1.0)), dtype=np.float64)


def melded_survival_difference(
    follow_up: FollowUp, other: FollowUp, day: float, *, level: float = 0.95
) -> MeldedComparison:
    """Survival at a day of the first follow-up less that of the second, for few children.

    With L and U the beta product variables whose quantiles are the lower and upper limit of each
    survival, the interval runs from the tail quantile of L1 - U2 to that of U1 - L2, and
    p = 2 min(P(L1 <= U2), P(U1 >= L2)), at most 1. Without censoring p is twice Fisher's
    one-sided p.

    Arguments: two follow-ups of one cause on one clock, entered on day 0; day, fixed beforehand.

    Returns: the difference as an `Estimate` between -1 and 1, and the test. n and events are
    those of both groups together.

    Refuses: late entry, weights or several causes (the beta product is then not exact); a day
    beyond the last day followed in either group while survivors remain; groups that differ in
    unit, definition, clock or, without saying so, origin.

    Source: Fay, Proschan and Brittain 2015; the beta product by moments, as `kaplan_meier`.

    >>> def rows(status):
    ...     return FollowUp(exit=[40 if died else 60 for died in status], status=status,
    ...                     cause_names=("death",), unit="child", clock="infusion",
    ...                     definition="os, edition 1", origin="recorded")
    >>> found = melded_survival_difference(rows([0, 0, 0, 1]), rows([0, 1, 1, 1]), 50)
    >>> found.difference.value, round(found.test.p_value, 6)
    (0.5, 0.485714)
    """
    checked_level(level)
    refuse_unlike(follow_up, other)
    for rows in (follow_up, other):
        _refuse_inexact(rows)
    first, second = kaplan_meier(follow_up, level=level), kaplan_meier(other, level=level)
    survival = [_read(curve, day) for curve in (first, second)]
    lower, upper = zip(*(_confidence(curve, day) for curve in (first, second)), strict=True)
    tail = (1.0 - level) / 2.0
    value = survival[0] - survival[1]
    low = min(value, _difference_quantile(lower[0], upper[1], tail))
    high = max(value, _difference_quantile(upper[0], lower[1], 1.0 - tail))
    above = _difference_below(lower[0], upper[1], 0.0)
    under = 1.0 - _difference_below(upper[0], lower[1], 0.0, strictly=True)
    p_value = min(1.0, 2.0 * min(above, under))
    at_risk = [int(rows.numbers_at_risk([day])[0]) for rows in (follow_up, other)]
    notes: tuple[str, ...] = (f"at risk on day {day:g}: {at_risk[0]} and {at_risk[1]}",)
    if follow_up.origin != other.origin:
        notes += (f"the first group is {follow_up.origin}, the second {other.origin}",)
    events = follow_up.events_by(day) + other.events_by(day)
    cites = (external_sources.MELDED, sources.BETA_PRODUCT)
    origin = worse_origin(follow_up.origin, other.origin)
    difference = Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        method="difference of survivals, melded beta product (moments) interval",
        unit=follow_up.unit,
        n=follow_up.n + other.n,
        events=events,
        at_days=day,
        endpoint=follow_up.endpoint,
        definition=follow_up.definition,
        origin=origin,
        missing=follow_up.missing + other.missing,
        at_risk=sum(at_risk),
        citations=cites,
        notes=notes,
    )
    test = HypothesisTest(
        method="equal survival at a day, melded beta products (moments)",
        p_value=p_value,
        unit=follow_up.unit,
        n=follow_up.n + other.n,
        events=events,
        origin=origin,
        endpoint=follow_up.endpoint,
        definition=follow_up.definition,
        missing=follow_up.missing + other.missing,
        citations=cites,
        notes=notes,
    )
    return MeldedComparison(difference=difference, test=test)


def refuse_unlike(follow_up: FollowUp, other: FollowUp) -> None:
    """Refuse two groups whose difference would mix two meanings."""
    for name in ("unit", "definition", "clock"):
        if getattr(follow_up, name) != getattr(other, name):
            raise EstimandError(
                f"The groups differ in {name}: {getattr(follow_up, name)!r} and "
                f"{getattr(other, name)!r}. Their difference would mix two meanings. "
                "Compare groups under one definition."
            )


def worse_origin(origin: str, other: str) -> str:
    """The origin further from a record: a figure is no better than its weaker half.

    >>> worse_origin("recorded", "reconstructed")
    'reconstructed'
    """
    order = ("recorded", "reconstructed", "simulated")
    return max(origin, other, key=order.index)


def _refuse_inexact(rows: FollowUp) -> None:
    """Refuse rows for which the beta product is not exact."""
    faults = [
        words
        for words, found in (
            ("late entry", rows.late_entry),
            ("weights", rows.weights is not None),
            ("several causes", len(rows.cause_names) > 1),
        )
        if found
    ]
    if faults:
        raise EstimandError(
            f"A group of {rows.n} rows has {' and '.join(faults)}. The beta product interval is "
            "exact only for whole rows followed from the origin to one kind of event. Use "
            "restricted_mean_difference(), or bootstrap_survival() for each group."
        )


def _read(curve: SurvivalCurve, day: float) -> float:
    """Survival at the day, refused where the curve has ended."""
    found = curve.survival_at(day)
    if found.value is None:
        last = curve.follow_up.last_day
        raise EstimandError(
            f"Day {day:g} is asked for but one group was followed to day {last:g}. Survival "
            f"there is not known. Compare at a day up to {last:g}."
        )
    return found.value


def _confidence(curve: SurvivalCurve, day: float) -> tuple[_Beta, _Beta]:
    """The lower and upper beta product variables of survival at a day."""
    seen = curve.days <= day
    n, d = curve.at_risk[seen], curve.events[seen]
    mean = float(np.exp(np.log1p(-d / (n + 1.0)).sum()))
    square = mean * float(np.exp(np.log1p(-d / (n + 2.0)).sum()))
    if seen.any():
        r = float(max(0.0, n[-1] - d[-1] - curve.censored[seen][-1]))
    else:
        r = float(curve.at_risk[0])
    lower = _fitted(mean * r / (r + 1.0), square * r / (r + 2.0))
    return lower, _fitted(mean, square)


def _fitted(mean: float, square: float) -> _Beta:
    """The beta variable with these two moments."""
    variance = square - mean * mean
    if variance <= _NO_VARIANCE * mean:
        return _Beta(0.0, 1.0) if mean <= 0.5 else _Beta(1.0, 0.0)
    size = (mean - square) / variance
    return _Beta(mean * size, (1.0 - mean) * size)


def _difference_below(x: _Beta, y: _Beta, d: float, *, strictly: bool = False) -> float:
    """P(X - Y <= d), or < d: double-exponential quadrature over Y between its kinks."""
    if y.a <= 0.0 or y.b <= 0.0:
        point = (1.0 if y.b <= 0.0 else 0.0) + d
        if strictly and (x.a <= 0.0 or x.b <= 0.0):
            return float((1.0 if x.b <= 0.0 else 0.0) < point)
        return float(x.below(np.array([point]))[0])
    low, high = (float(p) for p in y.below(np.array([max(0.0, -d), min(1.0, 1.0 - d)])))
    if high <= low:
        return 1.0 - high
    t = np.linspace(-_REACH, _REACH, _NODES)
    inner = 0.5 * np.pi * np.sinh(t)
    weight = 0.25 * np.pi * np.cosh(t) / np.cosh(inner) ** 2 * (t[1] - t[0])
    share = 0.5 * (1.0 + np.tanh(inner))
    at = beta_quantile(y.a, y.b, low + (high - low) * share)
    return min(1.0, float((high - low) * (weight * x.below(at + d)).sum()) + 1.0 - high)


def _difference_quantile(x: _Beta, y: _Beta, probability: float) -> float:
    """The point below which X - Y falls with this probability, by bisection."""
    low, high = -1.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _difference_below(x, y, middle) < probability:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)

# SPDX-License-Identifier: Apache-2.0
"""Mean time free of the event up to a day: the area under a survival curve."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.distributions import half_width, normal_two_sided
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.kaplan_meier import kaplan_meier
from cartulary.evidence.survival_curve import SurvivalCurve

NO_SPREAD = "no spread is seen by this day: no interval"


def restricted_mean(
    follow_up: FollowUp, tau: float, *, level: float = 0.95, small_sample: bool = False
) -> Estimate:
    """Mean days free of the event within the first tau days.

    mu = integral of S from 0 to tau; Var = sum over event days t_j <= tau of
    [integral of S from t_j to tau]^2 d_j / (n_j (n_j - d_j)).

    Arguments: tau in days, chosen before the data were seen. small_sample multiplies the
    variance by events / (events - 1), as Kaplan and Meier proposed.

    Returns: an `Estimate` in days; the interval is value -+ z SE, within 0 and tau, and absent
    where the curve shows no spread: a width of 0 would claim certainty.

    Refuses: tau not above 0; tau beyond the last day followed (unless everyone had the event),
    where the curve does not exist; what `kaplan_meier` refuses.

    Source: Klein and Moeschberger 2003, section 4.5.

    >>> rows = FollowUp(exit=[10, 20, 30, 40], status=[1, 1, 1, 1], cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> restricted_mean(rows, 40).value
    25.0
    """
    value, variance, curve, events = _area(follow_up, tau)
    rows = curve.follow_up
    if small_sample and events > 1:
        variance *= events / (events - 1.0)
    reach = half_width(level) * math.sqrt(variance)
    return Estimate(
        value=value,
        low=max(0.0, value - reach) if variance > 0.0 else None,
        high=min(tau, value + reach) if variance > 0.0 else None,
        level=level,
        method="restricted mean (area under Kaplan-Meier), normal interval",
        unit=rows.unit,
        n=rows.n,
        events=events,
        at_days=tau,
        endpoint=rows.endpoint,
        definition=rows.definition,
        origin=rows.origin,
        missing=rows.missing,
        at_risk=int(rows.numbers_at_risk([tau])[0]),
        citations=(sources.KLEIN_MOESCHBERGER,),
        notes=("in days", *curve.notes, *(() if variance > 0.0 else (NO_SPREAD,))),
    )


def restricted_mean_lost(
    follow_up: FollowUp, tau: float, *, level: float = 0.95, small_sample: bool = False
) -> Estimate:
    """Mean days lost to the event within the first tau days: tau less the restricted mean.

    >>> rows = FollowUp(exit=[10, 20, 30, 40], status=[1, 1, 1, 1], cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> restricted_mean_lost(rows, 40).value
    15.0
    """
    kept = restricted_mean(follow_up, tau, level=level, small_sample=small_sample)
    assert kept.value is not None
    return replace(
        kept,
        value=tau - kept.value,
        low=None if kept.high is None else tau - kept.high,
        high=None if kept.low is None else tau - kept.low,
        method="restricted mean time lost (area above Kaplan-Meier), normal interval",
    )


def restricted_mean_difference(
    follow_up: FollowUp, other: FollowUp, tau: float, *, level: float = 0.95
) -> Estimate:
    """Difference in mean days free of the event within tau days, first less second.

    Returns: an `Estimate` in days; the note gives the two-sided p value of no difference.

    Refuses: two follow-ups that share neither unit nor definition; what `restricted_mean`
    refuses of either.

    >>> rows = FollowUp(exit=[10, 20, 30, 40], status=[1, 1, 1, 1], cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> restricted_mean_difference(rows, rows, 40).value
    0.0
    """
    for name in ("unit", "definition", "clock", "origin"):
        if getattr(follow_up, name) != getattr(other, name):
            raise EstimandError(
                f"The groups differ in {name}: {getattr(follow_up, name)!r} and "
                f"{getattr(other, name)!r}. Their difference would mix two meanings. "
                "Compare groups under one definition."
            )
    value, variance, curve, events = _area(follow_up, tau)
    other_value, other_variance, other_curve, other_events = _area(other, tau)
    rows, other_rows = curve.follow_up, other_curve.follow_up
    std_error = math.sqrt(variance + other_variance)
    reach = half_width(level) * std_error
    difference = value - other_value
    notes = [*curve.notes, *(note for note in other_curve.notes if note not in curve.notes)]
    if std_error > 0.0:
        notes.append(f"p = {normal_two_sided(difference / std_error):.4g}")
    if min(variance, other_variance) == 0.0:
        both = variance == other_variance
        notes.append(
            NO_SPREAD if both else "one group shows no spread: interval and p are too narrow"
        )
    return Estimate(
        value=difference,
        low=difference - reach if std_error > 0.0 else None,
        high=difference + reach if std_error > 0.0 else None,
        level=level,
        method="difference of restricted means, normal interval",
        unit=rows.unit,
        n=rows.n + other_rows.n,
        events=events + other_events,
        at_days=tau,
        endpoint=rows.endpoint,
        definition=rows.definition,
        origin=rows.origin,
        missing=rows.missing + other_rows.missing,
        citations=(sources.KLEIN_MOESCHBERGER,),
        notes=("in days", *notes),
    )


def _area(follow_up: FollowUp, tau: float) -> tuple[float, float, SurvivalCurve, int]:
    """Area under the curve to tau, its variance, the curve, events by tau."""
    if not (math.isfinite(tau) and tau > 0.0):
        raise EstimandError(f"tau is {tau}. An area needs a stretch of days. Give a day above 0.")
    curve = kaplan_meier(follow_up, small_sample=False)
    _refuse_beyond(curve, tau)
    inside = curve.days < tau
    days = np.concatenate(([0.0], curve.days[inside], [tau]))
    survival = np.concatenate(([1.0], curve.survival[inside]))
    pieces = survival * np.diff(days)
    ahead = np.cumsum(pieces[::-1])[::-1]
    d, n = curve.events[inside], curve.at_risk[inside]
    product = n * (n - d)
    # Where nobody survives, the area ahead is 0 and so is the term.
    term = np.divide(d, product, out=np.zeros_like(d), where=(product > 0.0) & (survival[1:] > 0.0))
    variance = float((ahead[1:] ** 2 * term).sum())
    return float(pieces.sum()), variance, curve, curve.follow_up.events_by(tau)


def _refuse_beyond(curve: SurvivalCurve, tau: float) -> None:
    """Refuse an area whose edge nobody reached."""
    last = curve.follow_up.last_day
    if tau > last and curve.survival[-1] > 0.0:
        raise EstimandError(
            f"tau is day {tau:g} but the last day of follow-up is {last:g}. The curve beyond it "
            f"does not exist. Choose tau at most {last:g}."
        )

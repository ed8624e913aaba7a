# SPDX-License-Identifier: Apache-2.0
"""Survival by Kaplan and Meier, with left truncation, and intervals that hold for few children."""

from __future__ import annotations

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.interval import IntervalScale, checked_scale
from cartulary.evidence.risk_table import RiskTable, in_view, risk_table
from cartulary.evidence.survival_curve import SurvivalCurve


def kaplan_meier(
    follow_up: FollowUp,
    *,
    level: float = 0.95,
    interval: IntervalScale = "log-log",
    small_sample: bool = True,
    start_day: float = 0.0,
) -> SurvivalCurve:
    """The share still free of the event after each day.

    S(t) = prod over days j <= t of (1 - d_j / n_j), with d_j events among n_j at risk
    (entry < day j <= exit; events before censoring on one day). Greenwood's variance
    S(t)^2 sum d_j / (n_j (n_j - d_j)).

    Arguments:
        follow_up: one cause; shape (n,) arrays. Weights count as numbers of units.
        level: of the interval.
        interval: the scale on which the interval is symmetric; log-log by default.
        small_sample: use the beta product interval where S is 0 or 1, where fewer than 3 events
            happened, or where fewer than 5 are at risk. False gives R's interval everywhere,
            which does not exist (NaN) where S is 0 or 1.
        start_day: survival given being event-free until this day: rows that leave before it take
            no part, as `start.time` in R. The cure when the first risk sets of late-entering
            rows empty.

    Returns: a `SurvivalCurve` over the m days on which a row leaves.

    Refuses: several causes at once (1 - KM of one cause is not a share of children when others
    compete); a follow-up whose other causes were turned into censoring; nobody at risk.

    Source: Kaplan and Meier 1958; Fay, Brittain and Proschan 2013 for the small-sample rule.

    >>> rows = FollowUp(exit=[30, 90, 200, 400], status=[1, 0, 1, 0], cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> kaplan_meier(rows).survival_at(365).value
    0.375
    """
    checked_scale(interval)
    checked_level(level)
    _refuse_competing(follow_up)
    kept = in_view(follow_up)
    if start_day > 0.0:
        kept = kept.subset(kept.exit >= start_day)
    if kept.n == 0:
        raise EstimandError(
            f"Nobody is at risk after day {start_day:g} (of {follow_up.n} rows). A curve needs at "
            "least one unit under observation. Check the population or the start day."
        )
    table = risk_table(kept)
    survival, std_error = _product_limit(table)
    return SurvivalCurve(
        days=table.days,
        survival=survival,
        std_error=std_error,
        at_risk=table.at_risk,
        events=table.any_event,
        censored=table.censored,
        level=level,
        interval=interval,
        small_sample_rule=small_sample,
        start_day=start_day,
        follow_up=kept,
        never_at_risk=follow_up.never_at_risk,
    )


def _refuse_competing(follow_up: FollowUp) -> None:
    """Refuse the questions whose answer would not be a share of children."""
    if len(follow_up.cause_names) > 1:
        raise EstimandError(
            f"The follow-up has {len(follow_up.cause_names)} causes "
            f"({', '.join(follow_up.cause_names)}). A Kaplan-Meier curve has one kind of event. "
            "Use time_to_any() for the time to the first of them, or cumulative_incidence() for "
            "each."
        )
    if follow_up.cause_specific:
        raise EstimandError(
            f"Other causes than {follow_up.cause_names[0]!r} were turned into censoring. 1 - KM "
            "then overstates the share of children with the event. Use cumulative_incidence()."
        )


def _product_limit(table: RiskTable) -> tuple[FloatArray, FloatArray]:
    """S(t) and its Greenwood standard error; both shape (m,)."""
    survival: FloatArray = np.asarray(np.cumprod(table.survivors / table.at_risk), dtype=np.float64)
    product = table.at_risk * table.survivors
    terms = np.divide(table.any_event, product, out=np.zeros_like(product), where=product > 0.0)
    # Once nobody is left S is 0 and stays there, so the missing infinite term is multiplied by 0.
    return survival, survival * np.sqrt(np.cumsum(terms))

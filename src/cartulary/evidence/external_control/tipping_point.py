# SPDX-License-Identifier: Apache-2.0
"""How much would have to be otherwise before the conclusion turns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.kaplan_meier import kaplan_meier
from cartulary.evidence.proportion import checked_counts
from cartulary.evidence.risk_table import in_view
from cartulary.evidence.two_proportions import proportion_difference


@dataclass(frozen=True, kw_only=True, eq=False)
class TippingGrid:
    """The difference of two shares for every way the children not judged could have ended.

    value, low, high: first share less second with its interval, for i events among the first
    group's missing (rows) and j among the second's (columns); shape (missing + 1, other + 1).
    observed: the difference among those judged. tips: whether the verdict differs from the
    observed one; shape as value. fewest: the fewest children whose outcome departs from their
    own group's observed share that turn the verdict, or None where none do.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    observed: Estimate
    fewest: int | None

    @property
    def tips(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Where the verdict (higher, lower, not told apart) is not the observed one."""
        assert self.observed.low is not None
        assert self.observed.high is not None
        return np.asarray(
            ((self.low > 0.0) != (self.observed.low > 0.0))
            | ((self.high < 0.0) != (self.observed.high < 0.0)),
            dtype=bool,
        )


def tipping_grid(
    events: int,
    n: int,
    missing: int,
    other_events: int,
    other_n: int,
    other_missing: int,
    *,
    unit: str,
    origin: str,
    level: float = 0.95,
    definition: str = "",
) -> TippingGrid:
    """Every way the children not judged could have ended, and which of them turn the verdict.

    For i = 0..missing and j = 0..other_missing: the difference
    (events + i) / (n + missing) - (other_events + j) / (other_n + other_missing) with Newcombe's
    interval. The distance of (i, j) from what was seen is
    |i - missing p| + |j - other_missing q|, with p and q the observed shares; `fewest` is the
    least such distance that turns the verdict, rounded up.

    Arguments: counts of those judged, and how many were not.

    Returns: a `TippingGrid`.

    Refuses: counts that are not shares; a negative number missing.

    >>> grid = tipping_grid(18, 20, 2, 60, 100, 0, unit="child", origin="recorded")
    >>> grid.value.shape, grid.fewest
    ((3, 1), 2)
    """
    checked_counts(events, n)
    checked_counts(other_events, other_n)
    if min(missing, other_missing) < 0:
        raise EstimandError(
            f"{missing} and {other_missing} are missing. A count is not negative. "
            "Pass how many were not judged."
        )
    words = {"unit": unit, "origin": origin, "definition": definition}
    observed = proportion_difference(events, n, other_events, other_n, level=level, **words)
    cells = [
        [
            proportion_difference(
                events + i,
                n + missing,
                other_events + j,
                other_n + other_missing,
                level=level,
                **words,
            )
            for j in range(other_missing + 1)
        ]
        for i in range(missing + 1)
    ]
    value, low, high = (
        np.array([[getattr(cell, name) for cell in row] for row in cells], dtype=np.float64)
        for name in ("value", "low", "high")
    )
    grid = TippingGrid(value=value, low=low, high=high, observed=observed, fewest=None)
    away = (
        np.abs(np.arange(missing + 1) - missing * events / n)[:, None]
        + np.abs(np.arange(other_missing + 1) - other_missing * other_events / other_n)[None, :]
    )
    tips = grid.tips
    return grid if not tips.any() else replace(grid, fewest=int(np.ceil(away[tips].min() - 1e-9)))


@dataclass(frozen=True, kw_only=True, eq=False)
class CensoringTipping:
    """Survival at a day as more of the early-censored are taken to have had the event.

    taken: 0..m; shape (m + 1,). survival, low, high: after taking so many; shape (m + 1,).
    threshold: what the lower limit is held against. tips_at: the fewest taken with which the
    lower limit no longer lies above the threshold, or None where it does even with all.
    """

    taken: IntArray
    survival: FloatArray
    low: FloatArray
    high: FloatArray
    threshold: float
    tips_at: int | None


def censoring_tipping_point(
    follow_up: FollowUp, day: float, threshold: float, *, level: float = 0.95
) -> CensoringTipping:
    """How many of the children lost before a day would have to have had the event.

    Rows censored before the day, the first lost first, are taken one by one to have had the event
    on their last day; survival at the day and its interval are computed anew each time.

    Arguments: one cause; threshold: a survival, such as that of a published control.

    Returns: a `CensoringTipping`; tips_at is 0 where the conclusion does not hold as observed.

    Refuses: a threshold outside 0 to 1; a day beyond the last followed; what `kaplan_meier`
    refuses.

    >>> rows = FollowUp(exit=[40, 60, *[400] * 18], status=[0, 0, *[0] * 18],
    ...                 cause_names=("death",), unit="child", clock="infusion",
    ...                 definition="os, edition 1", origin="recorded")
    >>> censoring_tipping_point(rows, 365, 0.7).tips_at
    2
    """
    checked_level(level)
    if not 0.0 <= threshold <= 1.0:
        raise EstimandError(
            f"The threshold is {threshold}. Survival is a share. Give a number from 0 to 1."
        )
    rows = in_view(follow_up)
    lost = np.flatnonzero((rows.status == 0) & (rows.exit < day))
    lost = lost[np.argsort(rows.exit[lost], kind="stable")]
    found = []
    for k in range(lost.size + 1):
        status = rows.status.copy()
        status[lost[:k]] = 1
        at = kaplan_meier(replace(rows, status=status), level=level).survival_at(day)
        if at.value is None or at.low is None or at.high is None:
            raise EstimandError(
                f"Survival on day {day:g} has no interval: follow-up ends on day "
                f"{rows.last_day:g}. A conclusion cannot turn that cannot be drawn. "
                "Choose an earlier day."
            )
        found.append((at.value, at.low, at.high))
    table = np.array(found, dtype=np.float64)
    turned = np.flatnonzero(table[:, 1] <= threshold)
    return CensoringTipping(
        taken=np.arange(lost.size + 1, dtype=np.int64),
        survival=table[:, 0],
        low=table[:, 1],
        high=table[:, 2],
        threshold=threshold,
        tips_at=int(turned[0]) if turned.size else None,
    )


def confounder_bias(association: float, prevalence: float, other_prevalence: float) -> float:
    """The factor by which an unmeasured yes-or-no confounder inflates a risk ratio.

    (1 + p1 (g - 1)) / (1 + p0 (g - 1)), with g the confounder's own risk ratio and p1, p0 its
    prevalence in the treated and the controls. Divide the observed ratio by it.

    Refuses: an association not above 0; prevalences outside 0 to 1.

    >>> round(confounder_bias(2.0, 0.6, 0.2), 4)
    1.3333
    """
    shares = (prevalence, other_prevalence)
    if not association > 0.0 or any(not 0.0 <= share <= 1.0 for share in shares):
        raise EstimandError(
            f"The confounder has association {association} and prevalences {shares}. A ratio is "
            "above 0 and a prevalence a share. Check the figures."
        )
    return (1.0 + prevalence * (association - 1.0)) / (1.0 + other_prevalence * (association - 1.0))

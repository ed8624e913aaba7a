# SPDX-License-Identifier: Apache-2.0
"""Gray's test of equal cumulative incidence in two or more groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.distributions import chi_square_tail
from cartulary.evidence.follow_up import SEVERAL_OF_ONE_CHILD, FollowUp
from cartulary.evidence.grouping import compared_groups, quadratic_form
from cartulary.evidence.hypothesis_test import HypothesisTest
from cartulary.evidence.risk_table import GroupedTable, grouped_table


def gray_test(
    follow_up: FollowUp, cause: str, *, strata: ArrayLike | None = None
) -> HypothesisTest:
    """Gray's k-sample test on the incidence of one cause, with equal weight on all days.

    The score of group g is the sum over days j of c_gj - c_j R_gj / R_j, where c are events of
    the cause and R_gj = n_gj (1 - F_gj-) / S_gj- is the group's risk set with those removed by a
    competing cause put back. The covariance is that of Gray's paper with R's correction for ties.

    Arguments:
        follow_up: with `group`; all rows enter on day 0.
        cause: the cause whose incidence is compared.
        strata: a label for each row, shape (n,): groups are compared within strata.

    Returns: a `HypothesisTest`; `expected` holds the sum of c_j R_gj / R_j.

    Refuses: late entry (the test is not defined for it), no groups, one group, weights.

    Source: Gray 1988.

    >>> rows = FollowUp(exit=[10, 20, 30, 15, 25, 35], status=[1, 1, 2, 2, 0, 1],
    ...                 cause_names=("relapse", "death"), group=["a"] * 3 + ["b"] * 3,
    ...                 unit="child", clock="remission", definition="cir, edition 1",
    ...                 origin="recorded")
    >>> gray_test(rows, "relapse").df
    1
    """
    number = follow_up.cause_number(cause)
    refuse_late_entry(follow_up)
    compared = compared_groups(follow_up, strata, "Gray's test")
    k = len(compared.labels)
    observed, scores, covariance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for rows, codes in compared.by_stratum():
        table = grouped_table(rows, codes, k)
        own = table.events[number - 1]
        other = table.events.sum(axis=0) - own
        score, spread = _one_stratum(table, own, other)
        observed += own.sum(axis=1)
        scores += score
        covariance += spread
    statistic, df = quadratic_form(scores, covariance) if observed.sum() else (0.0, 0)
    return HypothesisTest(
        method="Gray's test" + (", stratified" if strata is not None else ""),
        statistic=statistic if df else None,
        df=df or None,
        p_value=chi_square_tail(statistic, df) if df else None,
        unit=follow_up.unit,
        n=compared.rows.n,
        events=compared.rows.events_of(cause),
        groups=compared.labels,
        observed=tuple(observed.tolist()),
        expected=tuple((observed - scores).tolist()),
        endpoint=follow_up.endpoint,
        definition=follow_up.definition,
        origin=follow_up.origin,
        missing=follow_up.missing,
        citations=(sources.GRAY,),
        notes=(
            *(() if df else (f"no {cause} while two groups were at risk: nothing to compare",)),
            *((SEVERAL_OF_ONE_CHILD,) if follow_up.dependent_rows else ()),
        ),
    )


def refuse_late_entry(follow_up: FollowUp) -> None:
    """Gray's risk set puts back children whose censoring is unknown; entry must be day 0."""
    if follow_up.late_entry:
        raise EstimandError(
            "Gray's test was asked of rows that enter late. Its risk set keeps children who had a "
            "competing event, and no rule says when they would have entered. Use log_rank() on "
            "cause_alone(), or start the clock at entry."
        )


def previous(values: FloatArray, first: float) -> FloatArray:
    """The values one day earlier along the last axis, `first` before the first day."""
    lead = np.full((*values.shape[:-1], 1), first)
    return np.concatenate((lead, values[..., :-1]), axis=-1)


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """top / bottom, 0 where bottom is 0."""
    return np.divide(top, bottom, out=np.zeros(np.broadcast(top, bottom).shape), where=bottom > 0)


def gray_curves(
    at_risk: FloatArray, own: FloatArray, other: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Each group's S, S-, F- of the cause and adjusted risk set R; all shape (..., groups, m)."""
    stays = 1.0 - _ratio(own + other, at_risk)
    survival: FloatArray = np.asarray(np.cumprod(stays, axis=-1), dtype=np.float64)
    survival_before = previous(survival, 1.0)
    incidence = np.cumsum(survival_before * _ratio(own, at_risk), axis=-1)
    incidence_before = previous(incidence, 0.0)
    adjusted = _ratio(at_risk * (1.0 - incidence_before), survival_before)
    return survival, survival_before, incidence_before, adjusted


def _one_stratum(
    table: GroupedTable, own: FloatArray, other: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Scores (k,) and covariance (k, k) of one stratum."""
    n = table.at_risk
    survival, before, _, adjusted = gray_curves(n, own, other)
    c = own.sum(axis=0)
    total = adjusted.sum(axis=0)
    scores = (own - _ratio(c * adjusted, total)).sum(axis=1)
    reach = _ratio(n, before)
    reached = reach.sum(axis=0)
    pooled = np.cumsum(_ratio(c, reached))
    pooled_before = previous(pooled, 0.0)
    hazard = _ratio(c, reached * (1.0 - pooled_before))
    k = len(n)
    covariance = np.zeros((k, k))
    for g in range(k):
        covariance += _group_covariance(
            g, n, own, other, survival, before, reach, reached, pooled, hazard, c
        )
    return scores, covariance


def _group_covariance(
    g: int,
    n: FloatArray,
    own: FloatArray,
    other: FloatArray,
    survival: FloatArray,
    before: FloatArray,
    reach: FloatArray,
    reached: FloatArray,
    pooled: FloatArray,
    hazard: FloatArray,
    c: FloatArray,
) -> FloatArray:
    """What the children of group g add to the covariance of all scores; shape (k, k)."""
    k = len(n)
    same = (np.arange(k) == g).astype(np.float64)[:, None]
    here = n[g] > 0.0
    pull = np.where((n > 0.0) & here, reach * (same - _ratio(reach[g], reached)), 0.0)
    built = np.cumsum(pull * hazard, axis=1)
    ahead = built[:, -1:] - built
    free = np.where(survival[g] > 0.0, _ratio(1.0 - pooled, survival[g]), 0.0)
    # A cause event: it moves the score now, and through F and S what lies ahead.
    kept = np.where(survival[g] > 0.0, 1.0 - free, 1.0)
    several = c > 1.0
    tie = np.where(several, 1.0 - _ratio(c - 1.0, reached * before[g] - 1.0), 1.0)
    own_variance = np.where(here, tie * _ratio(before[g] * c, reached * n[g]), 0.0)
    own_move = pull + kept * ahead
    # A competing event: it moves only what lies ahead.
    d = other[g]
    tie = np.where(d > 1.0, 1.0 - _ratio(d - 1.0, n[g] - 1.0), 1.0)
    other_variance = tie * _ratio(before[g] ** 2 * d, n[g] ** 2)
    other_move = free * ahead
    return (own_move * own_variance) @ own_move.T + (other_move * other_variance) @ other_move.T

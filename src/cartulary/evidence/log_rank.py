# SPDX-License-Identifier: Apache-2.0
"""The log-rank test of equal hazards in two or more groups."""

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

_ROUNDING = 1e-12


def log_rank(
    follow_up: FollowUp, *, strata: ArrayLike | None = None, rho: float = 0.0
) -> HypothesisTest:
    """The k-sample log-rank test, stratified and weighted if asked.

    O_g - E_g = sum_j w_j (d_gj - d_j n_gj / n_j) over the days with an event, with the
    hypergeometric covariance sum_j w_j^2 d_j (n_j - d_j) / (n_j - 1) p_g (1[g = h] - p_h),
    p = n_gj / n_j, and w_j = S(j-)^rho from the pooled curve of each stratum.

    Arguments:
        follow_up: one cause, with `group`; late entry is allowed.
        strata: a label for each row, shape (n,): groups are compared within strata.
        rho: 0 for the log-rank test, 1 for Peto and Peto's (more weight to early days).

    Returns: a `HypothesisTest` with chi-square statistic, events observed and expected by group.

    Refuses: no groups, one group, weights, several causes.

    Source: Mantel 1966; Harrington and Fleming 1982 for rho.

    >>> rows = FollowUp(exit=[6, 7, 10, 1, 1, 2], status=[1, 0, 1, 1, 1, 1],
    ...                 cause_names=("relapse",), group=["a", "a", "a", "b", "b", "b"],
    ...                 unit="child", clock="remission", definition="rfs, edition 1",
    ...                 origin="recorded")
    >>> log_rank(rows).observed
    (2.0, 3.0)
    """
    if len(follow_up.cause_names) > 1:
        raise EstimandError(
            f"The follow-up has {len(follow_up.cause_names)} causes. The log-rank test compares "
            "one hazard. Use cause_alone() or time_to_any(), or gray_test() for incidences."
        )
    compared = compared_groups(follow_up, strata, "The log-rank test")
    k = len(compared.labels)
    observed, expected = np.zeros(k), np.zeros(k)
    scores, covariance = np.zeros(k), np.zeros((k, k))
    for rows, codes in compared.by_stratum():
        table = grouped_table(rows, codes, k)
        seen, awaited, score, spread = _one_stratum(table, rho)
        observed += seen
        expected += awaited
        scores += score
        covariance += spread
    statistic, df = quadratic_form(scores, covariance)
    name = "log-rank" if rho == 0.0 else f"Fleming-Harrington (rho {rho:g})"
    return HypothesisTest(
        method=name + (" test, stratified" if strata is not None else " test"),
        statistic=statistic if df else None,
        df=df or None,
        p_value=chi_square_tail(statistic, df) if df else None,
        unit=follow_up.unit,
        n=compared.rows.n,
        events=compared.rows.events,
        groups=compared.labels,
        observed=tuple(observed.tolist()),
        expected=tuple(expected.tolist()),
        endpoint=follow_up.endpoint,
        definition=follow_up.definition,
        origin=follow_up.origin,
        missing=follow_up.missing,
        citations=(sources.LOG_RANK,) if rho == 0.0 else (sources.FLEMING_HARRINGTON,),
        notes=(
            *(() if df else ("no event while two groups were at risk: nothing to compare",)),
            *((SEVERAL_OF_ONE_CHILD,) if follow_up.dependent_rows else ()),
        ),
    )


def _one_stratum(
    table: GroupedTable, rho: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Observed, expected, weighted scores (k,) and their covariance (k, k)."""
    by_group = table.events[0]
    d, n = by_group.sum(axis=0), table.at_risk.sum(axis=0)
    # The last group follows from the others: observed, expected and covariance add up.
    p = table.at_risk[:-1] / n
    weight = np.ones(1)
    if rho != 0.0:
        weight = np.concatenate(([1.0], np.cumprod(1.0 - d / n)[:-1])) ** rho
    tied = np.divide(n - d, n - 1.0, out=np.zeros_like(n), where=n > 1.0)
    scale = d * tied if rho == 0.0 else weight * weight * d * tied
    expected = p @ d
    weighted = (
        by_group.sum(axis=1)[:-1] - expected if rho == 0.0 else (by_group[:-1] - p * d) @ weight
    )
    scaled = p * scale
    covariance = np.diag(scaled.sum(axis=1)) - scaled @ p.T
    return (
        by_group.sum(axis=1),
        np.append(expected, d.sum() - expected.sum()),
        np.append(weighted, -weighted.sum()),
        _completed(covariance, scale.sum()),
    )


def _completed(part: FloatArray, scale: float) -> FloatArray:
    """The covariance of all groups from that of all but the last; rows add to 0."""
    full = np.empty((len(part) + 1, len(part) + 1))
    full[:-1, :-1] = part
    full[-1, :-1] = full[:-1, -1] = -part.sum(axis=1)
    full[-1, -1] = part.sum()
    # A group never at risk together with another leaves rounding, not information.
    empty = np.abs(np.diag(full)) <= _ROUNDING * scale
    full[empty, :] = 0.0
    full[:, empty] = 0.0
    return full

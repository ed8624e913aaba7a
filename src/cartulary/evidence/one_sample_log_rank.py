# SPDX-License-Identifier: Apache-2.0
"""One cohort against a known hazard: observed events beside those expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.distributions import poisson_limits, poisson_two_sided
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.hypothesis_test import HypothesisTest
from cartulary.evidence.risk_table import in_view


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedExpected:
    """The ratio of observed to expected events, and the test that it is 1."""

    ratio: Estimate
    test: HypothesisTest


def one_sample_log_rank(
    follow_up: FollowUp,
    cumulative_hazard: Callable[[FloatArray], FloatArray],
    *,
    level: float = 0.95,
    reference: str,
) -> ObservedExpected:
    """The one-sample log-rank test, with the exact Poisson interval of observed / expected.

    O = events; E = sum over rows of H0(exit) - H0(entry). O is compared with a Poisson count of
    mean E; the p value is twice the smaller tail.

    Arguments:
        follow_up: one cause; late entry is allowed for by H0(entry).
        cumulative_hazard: H0 by day, from shape (n,) to shape (n,): -log of a published survival.
        reference: what H0 was taken from, for the report.

    Returns: the ratio as an `Estimate` (1 means as expected) and the test.

    Refuses: several causes; weights; a cumulative hazard that is negative, falls or is infinite.
    H0 is taken as known: its own uncertainty is not in the interval.

    Source: Breslow 1975; Garwood 1936 for the interval.

    >>> rows = FollowUp(exit=[100, 200, 300], status=[1, 0, 1], cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> found = one_sample_log_rank(rows, lambda days: days / 300, reference="constant hazard")
    >>> found.test.expected
    (2.0,)
    """
    if len(follow_up.cause_names) > 1 or follow_up.weights is not None:
        raise EstimandError(
            f"The follow-up has {len(follow_up.cause_names)} causes"
            f"{' and weights' if follow_up.weights is not None else ''}. Observed and expected "
            "events are counts of one cause. Use cause_alone() or time_to_any(), unweighted."
        )
    rows = in_view(follow_up)
    accrued = np.asarray(cumulative_hazard(rows.exit), dtype=np.float64)
    # An entry on day 0 has no lower bound: what the curve loses on day 0 itself is lived through.
    at_entry = np.asarray(cumulative_hazard(rows.entry), dtype=np.float64)
    before = np.where(rows.entry <= 0.0, 0.0, at_entry)
    lived = accrued - before
    if rows.n == 0 or not np.isfinite(lived).all() or bool(np.any(lived < 0.0)):
        raise EstimandError(
            f"The cumulative hazard of {reference!r} cannot be used for {rows.n} rows: it must be "
            "finite and never fall between entry and exit. Expected events would mean nothing. "
            "Check the curve, and censor at its last day."
        )
    expected = float(lived.sum())
    if expected <= 0.0:
        raise EstimandError(
            f"{reference!r} expects no event in this follow-up. A ratio to 0 does not exist. "
            "Check that the curve and the follow-up share a clock and a unit of time."
        )
    observed = rows.events
    low, high = poisson_limits(observed, level)
    cites = (sources.ONE_SAMPLE_LOG_RANK, sources.GARWOOD)
    note = f"expected from {reference}, taken as known"
    ratio = Estimate(
        value=observed / expected,
        low=low / expected,
        high=high / expected,
        level=level,
        method="observed / expected events, exact Poisson interval",
        unit=rows.unit,
        n=rows.n,
        events=observed,
        endpoint=rows.endpoint,
        definition=rows.definition,
        origin=rows.origin,
        missing=rows.missing,
        citations=cites,
        notes=(note,),
    )
    test = HypothesisTest(
        method="one-sample log-rank test, exact Poisson",
        p_value=poisson_two_sided(observed, expected),
        statistic=(observed - expected) / expected**0.5,
        unit=rows.unit,
        n=rows.n,
        events=observed,
        origin=rows.origin,
        observed=(float(observed),),
        expected=(expected,),
        endpoint=rows.endpoint,
        definition=rows.definition,
        missing=rows.missing,
        citations=cites,
        notes=(note,),
    )
    return ObservedExpected(ratio=ratio, test=test)

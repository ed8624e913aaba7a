# SPDX-License-Identifier: Apache-2.0
"""Each treated child paired with the control most like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.arrays import IntArray
from cartulary.evidence.external_control.overlap import (
    FEWEST_EFFECTIVE,
    Weighting,
    balance_table,
    checked_covariates,
    checked_treated,
    pooled_spread,
)
from cartulary.evidence.external_control.propensity import firth_logistic

CALIPER = 0.2
_FORBIDDEN = 1e6


@dataclass(frozen=True, kw_only=True, eq=False)
class MatchedPairs:
    """Pairs of a treated child and a control.

    treated, control: their rows; shape (pairs,). weighting: 1 for children in a pair and 0 for
    the others, with the balance reached. unmatched: the rows of treated children without a pair.
    """

    treated: IntArray
    control: IntArray
    weighting: Weighting
    unmatched: IntArray


def optimal_pairs(
    covariates: ArrayLike,
    treated: ArrayLike,
    names: Sequence[str],
    *,
    caliper: float | None = CALIPER,
) -> MatchedPairs:
    """One control for each treated child, as near as possible for all of them together.

    Minimises the sum of |l_i - l_j| over the pairs, with l the log odds of treatment from a Firth
    logistic model, by linear assignment. Pairs further apart than `caliper` standard deviations
    of l are not made.

    Arguments: covariates known before treatment: shape (n, p); treated: shape (n,); names: p;
    caliper: in standard deviations, or None for no limit.

    Returns: `MatchedPairs`; the same rows give the same pairs.

    Refuses: fewer than 10 pairs; a caliper not above 0; missing or constant covariates.

    Source: Rosenbaum and Rubin 1983.

    >>> age = np.concatenate([np.arange(12.0), np.arange(12.0) + 0.1])[:, None]
    >>> found = optimal_pairs(age, np.repeat([True, False], 12), ["age"])
    >>> found.control.size, found.unmatched.size
    (12, 0)
    """
    from scipy.optimize import linear_sum_assignment

    if caliper is not None and not caliper > 0.0:
        raise EstimandError(
            f"The caliper is {caliper}. It is the furthest apart that a pair may lie. Give a "
            "number above 0, or None."
        )
    chosen = checked_treated(treated)
    x = checked_covariates(covariates, names, chosen.size)
    e = firth_logistic(x, chosen).chances
    logit = np.log(e) - np.log1p(-e)
    rows, others = np.flatnonzero(chosen), np.flatnonzero(~chosen)
    apart = np.abs(logit[rows][:, None] - logit[others][None, :])
    furthest = np.inf if caliper is None else caliper * float(logit.std(ddof=1))
    # A pair beyond the caliper costs more than any set of pairs within it.
    cost = np.where(apart <= furthest, apart, _FORBIDDEN)
    first, second = linear_sum_assignment(cost)
    kept = apart[first, second] <= furthest
    one, two = rows[first[kept]], others[second[kept]]
    if one.size < FEWEST_EFFECTIVE:
        raise EstimandError(
            f"Only {one.size} of {rows.size} treated children have a control within the caliper "
            f"(of {others.size} controls). Below {FEWEST_EFFECTIVE:g} pairs the estimate would "
            "rest on a few chance resemblances. Use fewer covariates or overlap weights, or report "
            "the groups side by side without a comparison."
        )
    weights = np.zeros(chosen.size)
    weights[one] = weights[two] = 1.0
    unmatched = np.setdiff1d(rows, one)
    notes = (
        [f"{unmatched.size} treated children have no control like them and are left out"]
        if unmatched.size
        else []
    )
    return MatchedPairs(
        treated=np.asarray(one, dtype=np.int64),
        control=np.asarray(two, dtype=np.int64),
        weighting=Weighting(
            weights=weights,
            method="optimal pairs on the log odds of treatment (Firth logistic)",
            target="the treated children with a pair",
            balance=balance_table(
                x[~chosen],
                weights[~chosen],
                x[one].mean(axis=0),
                pooled_spread(x[chosen], x[~chosen]),
                names,
            ),
            citations=(external_sources.PROPENSITY, external_sources.FIRTH),
            notes=tuple(notes),
        ),
        unmatched=np.asarray(unmatched, dtype=np.int64),
    )

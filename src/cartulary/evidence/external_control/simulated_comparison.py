# SPDX-License-Identifier: Apache-2.0
"""Children of one study, their responses predicted in the children of another (STC)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.distributions import half_width
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.entropy_balancing import checked_target, exponential_tilt
from cartulary.evidence.external_control.overlap import refuse_little_left
from cartulary.evidence.external_control.propensity import firth_logistic
from cartulary.evidence.proportion import checked_counts


def simulated_treatment_comparison(
    responses: ArrayLike,
    covariates: ArrayLike,
    target: ArrayLike,
    names: Sequence[str],
    comparator_events: int,
    comparator_n: int,
    *,
    unit: str,
    origin: str,
    level: float = 0.95,
    definition: str = "",
    endpoint: str = "",
) -> Estimate:
    """The share that would have responded among the comparator's children, less theirs.

    A Firth logistic model of the response is averaged over children weighted to the published
    means, p = sum w_i p(x_i) / sum w_i: a marginal share, not a coefficient. Variance g' V g, with
    V that of the coefficients and g the slope of p in them, plus q (1 - q) / m.

    Arguments: responses: shape (n,); covariates: shape (n, p); target: published means: shape
    (p,); names: p; the comparator's counts.

    Returns: the difference as an `Estimate` with a normal interval.

    Refuses: a target outside the data; fewer than 10 effective children; counts that are no share;
    all or none responding, where a model learns nothing.

    Source: Remiro-Azocar, Heath and Baio 2022 for marginalisation.

    >>> age = np.arange(1.0, 41.0)[:, None]
    >>> found = simulated_treatment_comparison(np.arange(40) % 2, age, [20.5], ["age"], 10, 40,
    ...                                        unit="child", origin="recorded")
    >>> round(found.value, 6)
    0.25
    """
    y = np.asarray(responses).astype(np.bool_)
    x, goal = checked_target(covariates, target, names)
    checked_counts(comparator_events, comparator_n)
    if y.shape != (x.shape[0],) or y.all() or not y.any():
        raise EstimandError(
            f"{int(y.sum())} of {y.size} responded among {x.shape[0]} children. A model learns "
            "nothing from all or none. Compare the shares with proportion_difference()."
        )
    _, weights = exponential_tilt(x, goal)
    effective = refuse_little_left(weights, "weighting to the published means")
    fit = firth_logistic(x, y)
    w = weights / weights.sum()
    p, q = float(w @ fit.chances), comparator_events / comparator_n
    slope = (w * fit.chances * (1.0 - fit.chances)) @ np.column_stack([np.ones(y.size), x])
    variance = float(slope @ fit.covariance @ slope) + q * (1.0 - q) / comparator_n
    reach = half_width(level) * float(np.sqrt(variance))
    return Estimate(
        value=p - q,
        low=max(-1.0, p - q - reach),
        high=min(1.0, p - q + reach),
        level=level,
        method="difference of shares, outcome model averaged over weighted children (STC)",
        unit=unit,
        n=y.size + comparator_n,
        events=int(y.sum()) + comparator_events,
        origin=origin,
        definition=definition,
        endpoint=endpoint,
        citations=(external_sources.STANDARDISED_COMPARISON, external_sources.FIRTH),
        notes=(
            "unanchored: valid only if the covariates hold everything that both predicts the "
            "outcome and differs between the studies",
            f"{y.size} children weighted are worth {effective:.1f}; means taken as known",
        ),
    )

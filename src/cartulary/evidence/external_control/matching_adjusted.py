# SPDX-License-Identifier: Apache-2.0
"""Children of one study weighted to resemble the published table of another (MAIC)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import Draws, percentile_interval, resampling_counts
from cartulary.evidence.distributions import half_width
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.entropy_balancing import (
    checked_target,
    exponential_tilt,
)
from cartulary.evidence.external_control.overlap import (
    Weighting,
    balance_table,
    refuse_little_left,
)
from cartulary.evidence.external_control.two_group_hazard import (
    log_hazard_ratios,
    weighted_hazard_ratio,
)
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.melded import refuse_unlike, worse_origin
from cartulary.evidence.proportion import checked_counts

_CITE = (external_sources.MATCHING_ADJUSTED,)
_MOST_FAILED = 0.05
_RESAMPLES = 1_000
_TREATED_ONLY = (
    "unanchored: valid only if the covariates hold everything that both predicts the outcome and "
    "differs between the studies"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedShares:
    """Two shares after weighting: the first over the second, less the second, and their odds."""

    ratio: Estimate
    difference: Estimate
    odds_ratio: Estimate


def matching_adjusted_weights(
    covariates: ArrayLike, target: ArrayLike, names: Sequence[str]
) -> Weighting:
    """w_i = exp(b' (x_i - t)), with b minimising their sum: the weighted means are the target's.

    Arguments: covariates of the children whose rows are held: shape (n, p); target: published
    means (a second moment may stand as a covariate of its own): shape (p,); names: p.

    Returns: a `Weighting`; the weights are not scaled: their sum is the least the search found.

    Refuses: a target outside the data; fewer than 10 effective children; missing or constant
    covariates; a search that does not converge.

    Source: Signorovitch and others 2012.

    >>> age = np.arange(1.0, 41.0)[:, None]
    >>> found = matching_adjusted_weights(age, [25.0], ["age"])
    >>> round(float(found.weights @ (age[:, 0] - 25.0)), 6) + 0.0
    0.0
    """
    x, goal = checked_target(covariates, target, names)
    _, weights = exponential_tilt(x, goal)
    refuse_little_left(weights, "matching adjustment")
    return Weighting(
        weights=weights,
        method="matching-adjusted weights (MAIC)",
        target="the children of the published table",
        balance=balance_table(x, weights, goal, x.std(axis=0, ddof=1), names),
        citations=_CITE,
        notes=(_TREATED_ONLY,),
    )


def matching_adjusted_hazard_ratio(
    follow_up: FollowUp, weighting: Weighting, comparator: FollowUp, *, level: float = 0.95
) -> Estimate:
    """The hazard ratio of weighted children over a comparator, by weighted Cox regression.

    Normal interval of the log with the sandwich error over the rows of both groups: the
    comparator's own variance is counted, the weights are taken as given.

    Arguments: one cause each; comparator: usually reconstructed from its curve.

    Returns: an `Estimate` of the ratio.

    Refuses: groups under different definitions; no event in one of them; another number of
    weights than rows.

    Source: Signorovitch and others 2012.

    >>> def rows(days):
    ...     return FollowUp(exit=days, status=np.ones(len(days)), cause_names=("death",),
    ...                     unit="child", clock="infusion", definition="os, edition 1",
    ...                     origin="recorded")
    >>> age = np.arange(1.0, 41.0)[:, None]
    >>> same = matching_adjusted_weights(age, [20.5], ["age"])
    >>> days = np.arange(40.0) + 1
    >>> abs(round(matching_adjusted_hazard_ratio(rows(days), same, rows(days)).value, 6))
    1.0
    """
    refuse_unlike(follow_up, comparator)
    _refuse_other_rows(weighting, follow_up.n)
    fit = weighted_hazard_ratio(follow_up, weighting.weights, comparator, np.ones(comparator.n))
    reach = half_width(level) * fit.std_error
    return Estimate(
        value=math.exp(fit.log_ratio),
        low=math.exp(fit.log_ratio - reach),
        high=math.exp(fit.log_ratio + reach),
        level=level,
        method="hazard ratio, weighted Cox regression (Efron), sandwich interval",
        label="hazard ratio",
        citations=_CITE,
        notes=(_TREATED_ONLY, _effective(weighting), "weights taken as given"),
        **_words(follow_up, comparator),
    )


def bootstrap_matching_adjusted_hazard_ratio(
    follow_up: FollowUp,
    covariates: ArrayLike,
    target: ArrayLike,
    names: Sequence[str],
    comparators: Sequence[FollowUp],
    draws: Draws,
    *,
    n_resamples: int = _RESAMPLES,
    level: float = 0.95,
) -> Estimate:
    """The same hazard ratio with everything resampled: children, weights and comparator.

    In each resample the children are drawn anew, their weights found anew, and the comparator's
    rows drawn anew from one of its reconstructions. Percentile interval.

    Arguments: comparators: one follow-up, or several reconstructions of one curve; draws: a
    seeded generator.

    Returns: an `Estimate`; the point is that of the whole sample with the first comparator.

    Refuses: what the weighting refuses; more than 5% of resamples whose target lies outside them.

    Source: Signorovitch and others 2012; Efron 1981.

    >>> def rows(days):
    ...     return FollowUp(exit=days, status=np.ones(len(days)), cause_names=("death",),
    ...                     unit="child", clock="infusion", definition="os, edition 1",
    ...                     origin="recorded")
    >>> age, days = np.arange(1.0, 41.0)[:, None], np.arange(40.0) + 1
    >>> found = bootstrap_matching_adjusted_hazard_ratio(
    ...     rows(days), age, [22.0], ["age"], [rows(days)], np.random.default_rng(1),
    ...     n_resamples=200)
    >>> found.low < found.value < found.high
    True
    """
    if not comparators:
        raise EstimandError(
            "There is no comparator. A ratio has two groups. Pass at least one follow-up."
        )
    x, goal = checked_target(covariates, target, names)
    weighting = matching_adjusted_weights(x, goal, names)
    point = matching_adjusted_hazard_ratio(follow_up, weighting, comparators[0], level=level)
    each = max(1, -(-n_resamples // len(comparators)))
    logs, failed = [], 0
    for comparator in comparators:
        refuse_unlike(follow_up, comparator)
        counts = resampling_counts(follow_up.n, each, draws)
        tried = [_resampled_weights(x, goal, column) for column in counts.T]
        found = [weights for weights in tried if weights is not None]
        failed += each - len(found)
        if not found:
            continue
        weights = np.column_stack(found)
        other = resampling_counts(comparator.n, len(found), draws)
        logs.append(log_hazard_ratios(follow_up, weights, comparator, other))
    if failed > _MOST_FAILED * each * len(comparators):
        raise EstimandError(
            f"In {failed} of {each * len(comparators)} resamples the target lies outside the "
            "resampled children. The overlap hangs on one or two of them, and no interval tells "
            "how much. Use fewer covariates."
        )
    low, high = percentile_interval(np.concatenate(logs), level)
    value = point.value
    assert value is not None
    left_out = (f"{failed} resamples without overlap left out",) if failed else ()
    return Estimate(
        value=value,
        low=min(value, math.exp(low)),
        high=max(value, math.exp(high)),
        level=level,
        method="hazard ratio, weighted Cox regression, percentile interval over children, "
        "weights and comparator",
        label="hazard ratio",
        citations=(*_CITE, external_sources.BOOTSTRAP),
        notes=(
            _TREATED_ONLY,
            _effective(weighting),
            f"{each * len(comparators)} resamples over {len(comparators)} version(s) of the "
            "comparator",
            *left_out,
        ),
        **_words(follow_up, comparators[0]),
    )


def matching_adjusted_shares(
    responses: ArrayLike,
    weighting: Weighting,
    comparator_events: int,
    comparator_n: int,
    *,
    unit: str,
    origin: str,
    level: float = 0.95,
    definition: str = "",
    endpoint: str = "",
) -> MatchedShares:
    """Weighted share of responses beside a published one.

    p = sum w y / sum w with variance sum [w (y - p) / (1 - w / sum w)]^2 / (sum w)^2 (HC3), and q
    of m with variance q (1 - q) m / (m - 1)^2, the same formula with equal weights. Normal
    intervals: of log p - log q, of p - q, and of the log odds.

    Arguments: responses: yes or no of each child: shape (n,); the comparator's counts.

    Returns: `MatchedShares`. A ratio with none or all on one side is absent, with a note.

    Refuses: counts that are not a share; another number of weights than responses.

    Source: Signorovitch and others 2012.

    >>> age = np.arange(1.0, 41.0)[:, None]
    >>> same = matching_adjusted_weights(age, [20.5], ["age"])
    >>> found = matching_adjusted_shares(np.arange(40) % 2, same, 10, 40, unit="child",
    ...                                  origin="recorded")
    >>> round(found.difference.value, 6)
    0.25
    """
    y = np.asarray(responses, dtype=np.float64)
    _refuse_other_rows(weighting, y.size)
    checked_counts(comparator_events, comparator_n)
    w = weighting.weights / weighting.weights.sum()
    # Weights that add to 1 only to rounding would leave odds of 1e16 where all responded.
    p = 1.0 if bool(y.all()) else float(w @ y)
    q, m = comparator_events / comparator_n, comparator_n
    p_variance = float(((w * (y - p) / (1.0 - w)) ** 2).sum())
    q_variance = q * (1.0 - q) * m / max(m - 1.0, 1.0) ** 2
    z = half_width(level)
    words: dict[str, Any] = {
        "level": level,
        "unit": unit,
        "n": y.size + m,
        "events": int(y.sum()) + comparator_events,
        "origin": origin,
        "definition": definition,
        "endpoint": endpoint,
        "citations": _CITE,
    }
    notes = (_TREATED_ONLY, _effective(weighting), "weights taken as given")

    def on_log(first: float, second: float, error: float, label: str) -> Estimate:
        method = f"{label} of weighted shares, sandwich (HC3) interval"
        if not (min(p, q) > 0.0 and max(p, q) < 1.0):
            why = "none or all responded on one side: the ratio has no interval"
            return Estimate(
                value=None,
                low=None,
                high=None,
                method=method,
                label=label,
                notes=(*notes, why),
                **words,
            )
        gap = math.log(first) - math.log(second)
        return Estimate(
            value=math.exp(gap),
            low=math.exp(gap - z * error),
            high=math.exp(gap + z * error),
            method=method,
            label=label,
            notes=notes,
            **words,
        )

    inside = min(p, q) > 0.0 and max(p, q) < 1.0
    ratio_error = math.sqrt(p_variance / p**2 + q_variance / q**2) if inside else 0.0
    odds_error = (
        math.sqrt(p_variance / (p * (1 - p)) ** 2 + q_variance / (q * (1 - q)) ** 2)
        if inside
        else 0.0
    )
    reach = z * math.sqrt(p_variance + q_variance)
    difference = Estimate(
        value=p - q,
        low=max(-1.0, p - q - reach) if reach > 0.0 else None,
        high=min(1.0, p - q + reach) if reach > 0.0 else None,
        method="difference of weighted shares, sandwich (HC3) interval",
        label="difference",
        notes=notes if reach > 0.0 else (*notes, "no spread is seen: no interval"),
        **words,
    )
    odds = (p / (1 - p), q / (1 - q)) if inside else (1.0, 1.0)
    return MatchedShares(
        ratio=on_log(p, q, ratio_error, "risk ratio"),
        difference=difference,
        odds_ratio=on_log(*odds, odds_error, "odds ratio"),
    )


def _resampled_weights(x: FloatArray, goal: FloatArray, counts: FloatArray) -> FloatArray | None:
    """Weights of one resample over all rows, 0 for those not drawn; None without overlap."""
    drawn = np.flatnonzero(counts)
    rows = np.repeat(drawn, counts[drawn].astype(np.int64))
    if bool(np.any(np.ptp(x[rows], axis=0) == 0.0)):
        return None
    try:
        _, weights = exponential_tilt(x[rows], goal)
    except EstimandError:
        return None
    placed = np.bincount(rows, weights=weights, minlength=x.shape[0])
    return placed.astype(np.float64, copy=False)


def _refuse_other_rows(weighting: Weighting, n: int) -> None:
    """One weight a row."""
    if weighting.weights.shape != (n,):
        raise EstimandError(
            f"There are {weighting.weights.size} weights for {n} children. Each child has one. "
            "Weight the same children that are compared."
        )


def _effective(weighting: Weighting) -> str:
    """How much is left, in words."""
    return f"{weighting.weights.size} children weighted are worth {weighting.effective:.1f}"


def _words(follow_up: FollowUp, comparator: FollowUp) -> dict[str, Any]:
    """What both groups' figure carries."""
    return {
        "unit": follow_up.unit,
        "n": follow_up.n + comparator.n,
        "events": follow_up.events + comparator.events,
        "endpoint": follow_up.endpoint,
        "definition": follow_up.definition,
        "origin": worse_origin(follow_up.origin, comparator.origin),
        "missing": follow_up.missing + comparator.missing,
    }

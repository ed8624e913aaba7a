# SPDX-License-Identifier: Apache-2.0
"""Survival with earlier children counted at a discount, by conjugate piecewise-constant hazards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.priors import DISCOUNTS
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.melded import refuse_unlike, worse_origin
from cartulary.evidence.risk_table import in_view

_TERMS = 6_000
_HALVINGS = 100
_SMALL = 1e-10


def power_prior_survival(
    follow_up: FollowUp,
    control: FollowUp,
    tau: float,
    cuts: ArrayLike,
    *,
    discounts: Sequence[float] = DISCOUNTS,
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Survival at tau with earlier children counted at a discount a0, for every a0 asked for.

    On each interval k the hazard is Gamma(1 / (2 K) + d_k + a0 d0_k, T_k + a0 T0_k), with d events
    in T days lived. S(tau) = exp(-sum_k hazard_k L_k): its mean is prod (1 + L_k / rate_k)^-shape,
    its quantiles those of a sum of gamma variables, by Moschopoulos' series. Exact.

    Arguments: follow_up and control: one cause, one definition; cuts: days that divide 0 to tau,
    each above 0 and below tau: shape (K - 1,), may be empty; tau in days.

    Returns: one `Estimate` for each discount, posterior mean and central interval.

    Refuses: cuts out of order; an interval that nobody lived in; weights; discounts outside 0 to
    1.

    Source: Ibrahim and Chen 2000; Moschopoulos 1985.

    >>> rows = FollowUp(exit=[100, 300, 400, 500], status=[1, 0, 1, 0], cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> found = power_prior_survival(rows, rows, 365, [180])
    >>> found[0].high - found[0].low > found[-1].high - found[-1].low
    True
    """
    refuse_unlike(follow_up, control)
    edges = _edges(cuts, tau)
    tail = (1.0 - checked_level(level)) / 2.0
    d, lived = _exposure(follow_up, edges)
    d0, lived0 = _exposure(control, edges)
    length = np.diff(edges)
    found = []
    for a0 in discounts:
        if not 0.0 <= a0 <= 1.0:
            raise EstimandError(
                f"A discount is {a0}. An earlier child counts between not at all (0) and fully "
                "(1). Give a number from 0 to 1."
            )
        shape, rate = 0.5 / length.size + d + a0 * d0, lived + a0 * lived0
        if not (rate > 0.0).all():
            k = int(np.argmin(rate))
            raise EstimandError(
                f"Nobody was followed between day {edges[k]:g} and {edges[k + 1]:g} (a0 = {a0:g}). "
                "The hazard there is not known. Choose an earlier tau, or other cuts."
            )
        value = float(np.exp(-(shape * np.log1p(length / rate)).sum()))
        low, high = (
            float(np.exp(-gamma_sum_quantile(shape, length / rate, 1.0 - q)))
            for q in (tail, 1.0 - tail)
        )
        found.append(
            Estimate(
                value=value,
                low=min(low, value),
                high=max(high, value),
                level=level,
                method=f"posterior mean, power prior with a0 = {a0:g} (piecewise hazard)",
                unit=follow_up.unit,
                n=follow_up.n,
                events=follow_up.events_by(tau),
                at_days=tau,
                endpoint=follow_up.endpoint,
                definition=follow_up.definition,
                origin=worse_origin(follow_up.origin, control.origin) if a0 else follow_up.origin,
                missing=follow_up.missing,
                citations=(external_sources.POWER_PRIOR, external_sources.SUM_OF_GAMMAS),
                notes=(
                    f"borrows {a0 * float(d0.sum()):g} of {int(d0.sum())} earlier events",
                    "no concurrent control: what is borrowed is taken to be alike",
                ),
                label=f"a0 = {a0:g}",
            )
        )
    return tuple(found)


def gamma_sum_quantile(shape: FloatArray, scale: FloatArray, probability: float) -> float:
    """Quantile of a sum of independent gamma variables, by bisection on Moschopoulos' series.

    Arguments: shape and scale of each: shape (K,).

    Refuses: scales so unequal that the series does not settle.

    >>> round(gamma_sum_quantile(np.array([1.0]), np.array([2.0]), 0.5), 6)
    1.386294
    """
    from scipy.special import gammainc

    least = float(scale.min())
    weights = _mixture(shape, scale)
    total = float(shape.sum())
    order = np.arange(weights.size)

    def below(x: float) -> float:
        return float(weights @ gammainc(total + order, x / least))

    low, high = 0.0, float(shape @ scale) + 1e-300
    while below(high) < probability:
        high *= 2.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if below(middle) < probability:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _mixture(shape: FloatArray, scale: FloatArray) -> FloatArray:
    """The weights of the gamma variables of common scale that the sum is a mixture of."""
    ratio = 1.0 - scale.min() / scale
    first = float(np.exp((shape * np.log(scale.min() / scale)).sum()))
    powers = np.array([float(shape @ ratio**i) for i in range(1, _TERMS + 1)])
    left = 1.0 - first
    found = np.zeros(_TERMS + 1)
    found[0] = first
    for k in range(1, _TERMS + 1):
        if left < _SMALL:
            return found[:k]
        found[k] = float(powers[:k] @ found[k - 1 :: -1][:k]) / k
        left -= found[k]
    raise EstimandError(
        f"The hazards of {shape.size} intervals are known so unequally (scales "
        f"{scale.min():.3g} to {scale.max():.3g}) that their sum has no exact quantile here. The "
        "thinnest interval decides it alone. Use fewer cuts."
    )


def _edges(cuts: ArrayLike, tau: float) -> FloatArray:
    """0, the cuts, tau."""
    inner = np.atleast_1d(np.asarray(cuts, dtype=np.float64))
    edges = np.concatenate(([0.0], inner, [tau]))
    if not np.isfinite(edges).all() or bool(np.any(np.diff(edges) <= 0.0)):
        raise EstimandError(
            f"The cuts are {inner.tolist()} and tau is {tau:g}. Intervals follow one another from "
            "day 0 to tau. Give rising days between them."
        )
    return edges


def _exposure(follow_up: FollowUp, edges: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Events and days lived in each interval (start, stop]; shapes (K,)."""
    if len(follow_up.cause_names) > 1 or follow_up.weights is not None:
        raise EstimandError(
            f"A group of {follow_up.n} rows has {len(follow_up.cause_names)} causes"
            f"{' and weights' if follow_up.weights is not None else ''}. Events are counts of one "
            "cause. Use cause_alone() or time_to_any(), unweighted."
        )
    rows = in_view(follow_up)
    start, stop = edges[:-1, None], edges[1:, None]
    lived = np.clip(np.minimum(rows.exit, stop) - np.maximum(rows.entry, start), 0.0, None)
    ended = (rows.status > 0) & (rows.exit <= stop) & ((rows.exit > start) | (start == 0.0))
    return ended.sum(axis=1).astype(np.float64), np.asarray(lived.sum(axis=1), dtype=np.float64)

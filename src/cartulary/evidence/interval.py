# SPDX-License-Identifier: Apache-2.0
"""Intervals of a share that was estimated over time: on which scale, and when too few remain."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray
from cartulary.evidence.distributions import beta_quantile, checked_level, half_width

IntervalScale: TypeAlias = Literal["log-log", "log", "plain"]
SCALES: tuple[IntervalScale, ...] = ("log-log", "log", "plain")

FEWEST_EVENTS = 3
FEWEST_AT_RISK = 5
_NO_VARIANCE = 1e-15


def checked_scale(scale: str) -> None:
    """Refuse a scale nobody has defined."""
    if scale not in SCALES:
        raise EstimandError(
            f"There is no interval scale {scale!r}. An interval must say how it was made. "
            f"Use one of {', '.join(SCALES)}."
        )


def transformed_interval(
    share: FloatArray, std_error: FloatArray, level: float, scale: IntervalScale
) -> tuple[FloatArray, FloatArray]:
    """Limits of a share p from its standard error s, symmetric on a transformed scale.

    log-log: p^exp(-+ z s / (p log p)). log: p exp(-+ z s / p), at most 1. plain: p -+ z s,
    within 0 and 1. All shapes (m,).
    Returns NaN where the scale has no limits: p = 0 (log and log-log) and p = 1 (log-log).
    """
    z = half_width(level)
    if scale == "plain":
        return np.maximum(share - z * std_error, 0.0), np.minimum(share + z * std_error, 1.0)
    # 0 / 0 at p = 0 or 1 is set to NaN below. A huge spread near p = 1 means "no information":
    # exp overflows to the limits 0 and 1.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        if scale == "log":
            spread = np.exp(z * std_error / share)
            low, high = share / spread, np.minimum(share * spread, 1.0)
        else:
            logarithm = np.log(share)
            factor = share * logarithm
            np.divide(std_error, factor, out=factor)
            factor *= -z
            np.exp(factor, out=factor)
            low, high = logarithm * factor, np.divide(logarithm, factor, out=factor)
            np.exp(low, out=low)
            np.exp(high, out=high)
    outside = share <= 0.0
    if scale == "log-log":
        outside |= share >= 1.0
    if outside.any():
        low[outside] = high[outside] = np.nan
    return low, high


def too_few(share: FloatArray, events_so_far: FloatArray, at_risk: FloatArray) -> BoolArray:
    """Where a normal approximation is not trusted: p is 0 or 1, few events, or few at risk."""
    return np.asarray(
        (share <= 0.0)
        | (share >= 1.0)
        | (events_so_far < FEWEST_EVENTS)
        | (at_risk < FEWEST_AT_RISK),
        dtype=bool,
    )


def all_or_none_limit(n: FloatArray, level: float) -> FloatArray:
    """Clopper-Pearson's lower limit of n out of n: tail^(1/n), and 0 for n = 0; shape of n."""
    tail = (1.0 - checked_level(level)) / 2.0
    some = n > 0.0
    return np.where(some, tail ** (1.0 / np.where(some, n, 1.0)), 0.0)


def beta_product_interval(
    at_risk: FloatArray,
    events: FloatArray,
    left_after: FloatArray,
    level: float,
    wanted: BoolArray,
) -> tuple[FloatArray, FloatArray]:
    """Limits of survival after each day from a product of beta variables, fitted by moments.

    After day j the upper limit is a quantile of prod_i Beta(n_i - d_i + 1, d_i), i <= j, and the
    lower one of that product times Beta(r_j, 1), where r_j are still under observation after
    day j. Each product is replaced by the one beta variable with its first two moments. Without
    censoring both are Clopper-Pearson limits.

    Arguments: at_risk n, events d, left_after r: shape (m,), in order of day, starting from the
    first day; wanted: the days asked for; shape (m,).
    Returns: low and high of the days asked for; shape (wanted days,).
    Source: Fay, Brittain and Proschan 2013, without that paper's Monte Carlo variant.
    """
    tail = (1.0 - level) / 2.0
    mean = np.cumsum(np.log1p(-events / (at_risk + 1.0)))
    second = np.cumsum(np.log1p(-events / (at_risk + 2.0)))
    first, square = np.exp(mean[wanted]), np.exp((mean + second)[wanted])
    r = left_after[wanted]
    moments = np.stack([first * r / (r + 1.0), first]), np.stack([square * r / (r + 2.0), square])
    low, high = _moment_beta_quantile(*moments, np.array([[tail], [1.0 - tail]]))
    return low, high


def _moment_beta_quantile(
    mean: FloatArray, second_moment: FloatArray, probability: FloatArray
) -> FloatArray:
    """Quantile of the beta variable with these two moments; a variance of 0 is a point."""
    variance = second_moment - mean * mean
    spread = variance > _NO_VARIANCE * mean
    size = np.divide(mean - second_moment, variance, out=np.ones_like(mean), where=spread)
    found = beta_quantile(mean * size, (1.0 - mean) * size, probability)
    return np.where(spread, found, mean)

# SPDX-License-Identifier: Apache-2.0
"""What a number of patient-years can say about a rate: exact Poisson, at the smallest counts."""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc

from cartulary.course.errors import EstimandError
from cartulary.evidence.distributions import poisson_limits
from cartulary.twin.population_children import Floats

#: One-sided level of the test, that of a two-sided 95% interval.
LEVEL = 0.025
#: A study has power where it would find what is there so often.
ENOUGH_POWER = 0.8


def upper_limit(patient_years: Floats, events: int = 0, level: float = 0.95) -> Floats:
    """The highest rate a year that so many events leave possible: Garwood's exact upper limit.

    With no event at all it is 3.69 / PY for a two-sided 95% interval. inf without patient-years.

    >>> upper_limit(np.array([1000.0])).round(5).tolist()
    [0.00369]
    """
    years = np.asarray(patient_years, dtype=np.float64)
    _, high = poisson_limits(events, level)
    limit: Floats = np.divide(high, years, out=np.full(years.shape, np.inf), where=years > 0)
    return limit


def seen_at_all(patient_years: Floats, rate_a_year: float) -> Floats:
    """The probability of at least one event: 1 - exp(-rate PY)."""
    chance: Floats = -np.expm1(-_rate(rate_a_year) * np.asarray(patient_years, dtype=np.float64))
    return chance


def power(
    patient_years: Floats, background_a_year: float, ratio: float, level: float = LEVEL
) -> Floats:
    """The probability that an exact one-sided test finds a rate above a known background.

    The critical count c is the smallest with P(X >= c) <= level at the background; the power is
    P(X >= c) at `ratio` times the background. Counts are few, so the test is stricter than its
    level says, and power rises in a saw.

    Arguments: patient-years; the background, events a year; the ratio to be found; the level.
    Refuses: a rate that is not above 0.

    >>> power(np.array([0.0, 1e5]), 0.001, 2.0).round(3).tolist()
    [0.0, 1.0]
    """
    expected = _rate(background_a_year) * np.asarray(patient_years, dtype=np.float64)
    critical = critical_count(expected, level)
    # P(X >= c) is the regularised incomplete gamma function of c at the mean.
    found: Floats = np.where(expected > 0, gammainc(critical, np.maximum(ratio, 0) * expected), 0.0)
    return found


def critical_count(expected: Floats, level: float = LEVEL) -> Floats:
    """The smallest count that is reached by chance with at most the level's probability.

    >>> critical_count(np.array([0.0, 1.0, 10.0])).tolist()
    [1.0, 4.0, 18.0]
    """
    means = np.asarray(expected, dtype=np.float64)
    # A normal bound to start from, then one step up at a time until all are high enough.
    count = np.maximum(np.floor(means + 1.5 * np.sqrt(means)), 1.0)
    while True:
        short = (means > 0) & (gammainc(count, means) > level)
        if not short.any():
            break
        count = np.where(short, count + 1.0, count)
    while True:
        lower = (count > 1) & (gammainc(np.maximum(count - 1.0, 1.0), means) <= level)
        if not lower.any():
            return count
        count = np.where(lower, count - 1.0, count)


def first_for_good(times: Floats, reached: np.ndarray) -> float:
    """The first time from which on something holds to the last; NaN where it does not.

    >>> first_for_good(np.array([1.0, 2.0, 3.0]), np.array([True, False, True]))
    3.0
    """
    missed = np.flatnonzero(~np.asarray(reached, dtype=np.bool_))
    start = int(missed[-1]) + 1 if len(missed) else 0
    return float(times[start]) if start < len(times) else float("nan")


def _rate(rate_a_year: float) -> float:
    if not rate_a_year > 0 or not np.isfinite(rate_a_year):
        raise EstimandError(
            f"A rate of {rate_a_year} a year is none that could be found. Give one above 0, for "
            "instance 0.001 for one in 1,000 patient-years."
        )
    return float(rate_a_year)

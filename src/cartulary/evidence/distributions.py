# SPDX-License-Identifier: Apache-2.0
"""Quantiles and tails of the few distributions evidence needs.

SciPy is imported inside each function: reading `--help` should not wait for it.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray

_STANDARD_NORMAL = NormalDist()


def checked_level(level: float) -> float:
    """The confidence level, refused unless it lies strictly between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise EstimandError(
            f"The confidence level is {level}. It is a share of 1, strictly between 0 and 1. "
            "Write 0.95 for a 95% interval."
        )
    return level


def normal_quantile(probability: float) -> float:
    """The point below which a standard normal variable falls with this probability."""
    return _STANDARD_NORMAL.inv_cdf(probability)


def half_width(level: float) -> float:
    """The normal multiplier of a two-sided interval: 1.96 for 0.95."""
    return normal_quantile(0.5 + checked_level(level) / 2.0)


def student_half_width(level: float, df: float) -> float:
    """The multiplier of a two-sided interval from Student's t with df degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.5 + checked_level(level) / 2.0))


def normal_two_sided(z: float) -> float:
    """The chance of a standard normal variable at least this far from zero."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def chi_square_tail(statistic: float, df: int) -> float:
    """The chance of a chi-square variable at least this large."""
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))


def beta_quantile(a: ArrayLike, b: ArrayLike, probability: ArrayLike) -> FloatArray:
    """Quantile of Beta(a, b); a = 0 is the point mass at 0 and b = 0 the point mass at 1."""
    from scipy.special import betaincinv

    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    inside = (first > 0.0) & (second > 0.0)
    found = betaincinv(np.where(inside, first, 1.0), np.where(inside, second, 1.0), probability)
    return np.where(inside, found, np.where(first > 0.0, 1.0, 0.0))


def binomial_log_masses(n: int, p: float) -> FloatArray:
    """log P(X = x) for x = 0..n of Binomial(n, p); shape (n + 1,)."""
    from scipy.special import gammaln, xlog1py, xlogy

    x = np.arange(n + 1, dtype=np.float64)
    ways = gammaln(n + 1.0) - gammaln(x + 1.0) - gammaln(n - x + 1.0)
    return np.asarray(ways + xlogy(x, p) + xlog1py(n - x, -p), dtype=np.float64)


def hypergeometric_log_masses(row: int, other_row: int, column: int) -> tuple[int, FloatArray]:
    """Smallest cell and log P of each possible cell of a 2x2 table with these margins."""
    from scipy.special import gammaln

    smallest = max(0, column - other_row)
    x = np.arange(smallest, min(row, column) + 1, dtype=np.float64)

    def ways(n: float, k: FloatArray | float) -> FloatArray:
        return np.asarray(gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0))

    masses = ways(row, x) + ways(other_row, column - x) - ways(row + other_row, float(column))
    return smallest, np.asarray(masses, dtype=np.float64)


def poisson_limits(observed: int, level: float) -> tuple[float, float]:
    """Exact (Garwood) limits of a Poisson mean from one count."""
    from scipy.special import gammaincinv

    tail = (1.0 - checked_level(level)) / 2.0
    low = float(gammaincinv(observed, tail)) if observed > 0 else 0.0
    return low, float(gammaincinv(observed + 1.0, 1.0 - tail))


def poisson_two_sided(observed: int, expected: float) -> float:
    """Twice the smaller tail of a Poisson count, at most 1."""
    from scipy.special import gammainc, gammaincc

    below = float(gammaincc(observed + 1.0, expected))
    above = float(gammainc(observed, expected)) if observed > 0 else 1.0
    return min(1.0, 2.0 * min(below, above))

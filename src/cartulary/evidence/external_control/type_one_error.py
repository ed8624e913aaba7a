# SPDX-License-Identifier: Apache-2.0
"""What borrowing costs when earlier children were unlike: errors counted, not simulated."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.distributions import binomial_log_masses, checked_level
from cartulary.evidence.external_control.priors import SharePrior


def type_one_error(
    prior: SharePrior, n: int, shares: ArrayLike, *, certainty: float = 0.975
) -> FloatArray:
    """How often a treatment that does nothing would be declared better, by exact enumeration.

    Success is declared when P(p > p0 | y) > certainty, with p given a uniform prior and the n
    treated children's y, and p0 drawn from the borrowed prior alone (there is no concurrent
    control). The error at a true common share s is the sum of Binomial(n, s) over the y declared.

    Arguments: n treated children; shares: the true shares to try, of treated and of what controls
    would have had: shape (k,).

    Returns: the error at each; shape (k,). It rises where earlier studies were worse than the
    truth, past 1 - certainty if they weigh enough: that is what borrowing costs.

    Refuses: no children; shares outside 0 to 1.

    >>> from cartulary.evidence.external_control.priors import robust_map_prior
    >>> prior = robust_map_prior([30], [60], spread_scale=0.1)
    >>> error = type_one_error(prior, 20, [0.5, 0.7])
    >>> bool(error[0] < error[1])
    True
    """
    s = np.atleast_1d(np.asarray(shares, dtype=np.float64))
    checked_level(certainty)
    if n < 1 or not ((s >= 0.0) & (s <= 1.0)).all():
        raise EstimandError(
            f"Errors were asked for {n} children at shares {s.tolist()}. Both must be possible. "
            "Give at least one child, and shares from 0 to 1."
        )
    from scipy.special import betainc

    p = prior.shares
    y = np.arange(n + 1.0)
    above = 1.0 - betainc(y[:, None] + 1.0, n - y[:, None] + 1.0, p[None, :]) @ prior.mass
    declared = above > certainty
    masses = np.stack([np.exp(binomial_log_masses(n, share)) for share in s.tolist()])
    return np.asarray(masses[:, declared].sum(axis=1), dtype=np.float64)

# SPDX-License-Identifier: Apache-2.0
"""Borrowing a share from earlier studies, with the price of being wrong beside it.

Priors live on a fine grid of the log odds; every integral is a sum over it, so nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.counted import several
from cartulary.evidence.distributions import beta_quantile, checked_level
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.proportion import checked_counts

DISCOUNTS = (0.0, 0.1, 0.25, 0.5, 1.0)
VAGUE = 0.2
_REACH = 12.0
_CELLS = 1_201
_SPREADS = 61
_WIDEST = 6.0


@dataclass(frozen=True, kw_only=True, eq=False)
class SharePrior:
    """What earlier studies say of a share.

    log_odds: the grid; mass: the prior chance of each cell, adding to 1; both shape (cells,).
    method, citations, notes: as in `Estimate`. spread: the posterior mean of the spread between
    studies on the log-odds scale, or None.
    """

    log_odds: FloatArray
    mass: FloatArray
    method: str
    citations: tuple[str, ...]
    notes: tuple[str, ...] = ()
    spread: float | None = None

    @property
    def shares(self) -> FloatArray:
        """The grid as shares; shape (cells,)."""
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * self.log_odds)), dtype=np.float64)

    @property
    def mean(self) -> float:
        """The prior mean."""
        return float(self.mass @ self.shares)

    @property
    def effective(self) -> float:
        """The children it is worth, by moments: mean (1 - mean) / variance - 1."""
        p = self.shares
        variance = float(self.mass @ (p - self.mean) ** 2)
        return self.mean * (1.0 - self.mean) / variance - 1.0

    @property
    def effective_local(self) -> float:
        """The children it is worth, by the expected local information ratio.

        The mean over the prior of -d2 log prior / d theta2 over p (1 - p), the information of one
        child about the log odds theta. Where the prior reaches shares near 0 or 1, at which a child
        tells hardly anything, it is large and `effective` is the one to report.
        """
        # The tails beyond one in a million hold no information and only rounding.
        total = np.cumsum(self.mass)
        inside = slice(
            int(np.searchsorted(total, 1e-6)), int(np.searchsorted(total, 1.0 - 1e-6)) + 1
        )
        theta, mass = self.log_odds[inside], self.mass[inside]
        curve = np.log(np.maximum(mass, 1e-300))
        step = theta[1] - theta[0]
        bend = -(curve[2:] - 2.0 * curve[1:-1] + curve[:-2]) / step**2
        p = 0.5 * (1.0 + np.tanh(0.5 * theta[1:-1]))
        return float((mass[1:-1] * bend / (p * (1.0 - p))).sum())

    def quantile(self, probability: float) -> float:
        """The share below which the prior puts this probability."""
        return _quantile(self.shares, self.mass, probability)


@dataclass(frozen=True, kw_only=True, eq=False)
class SharePosterior:
    """A share after borrowing.

    estimate: posterior mean and central interval. borrowed: the prior's worth in children.
    conflict: the prior chance of counts no likelier than those seen; small means that the new
    children contradict the old. mass: on the prior's grid; shape (cells,).
    """

    estimate: Estimate
    borrowed: float
    conflict: float
    mass: FloatArray

    def chance_above(self, share: float, shares: FloatArray) -> float:
        """The posterior chance that the share exceeds a value; shares: the prior's grid."""
        return float(self.mass[shares > share].sum())


def power_prior_shares(
    events: int,
    n: int,
    control_events: int,
    control_n: int,
    *,
    unit: str,
    origin: str,
    discounts: Sequence[float] = DISCOUNTS,
    level: float = 0.95,
    definition: str = "",
    endpoint: str = "",
) -> tuple[Estimate, ...]:
    """A share with earlier children counted at a discount a0, for every a0 asked for.

    Posterior Beta(1/2 + y + a0 y0, 1/2 + n - y + a0 (n0 - y0)): exact.

    Arguments: counts of the children themselves and of the earlier ones; discounts from 0 (not
    counted) to 1 (counted as their own).

    Returns: one `Estimate` for each discount, posterior mean and central interval.

    Refuses: counts that are no share; a discount outside 0 to 1.

    Source: Ibrahim and Chen 2000.

    >>> found = power_prior_shares(9, 10, 60, 100, unit="child", origin="recorded")
    >>> [round(one.value, 3) for one in found]
    [0.864, 0.738, 0.681, 0.648, 0.626]
    """
    checked_counts(events, n)
    checked_counts(control_events, control_n)
    tail = (1.0 - checked_level(level)) / 2.0
    found = []
    for a0 in _checked_discounts(discounts):
        a = 0.5 + events + a0 * control_events
        b = 0.5 + (n - events) + a0 * (control_n - control_events)
        found.append(
            Estimate(
                value=a / (a + b),
                low=float(beta_quantile(a, b, tail)),
                high=float(beta_quantile(a, b, 1.0 - tail)),
                level=level,
                method=f"posterior mean, power prior with a0 = {a0:g} (beta-binomial)",
                unit=unit,
                n=n,
                events=events,
                origin=origin,
                definition=definition,
                endpoint=endpoint,
                citations=(external_sources.POWER_PRIOR,),
                notes=(
                    f"borrows the worth of {a0 * control_n:g} of {control_n} earlier "
                    f"{unit if control_n == 1 else several(unit)}",
                    "no concurrent control: what is borrowed is taken to be alike; nothing is "
                    "adjusted for",
                ),
                label=f"a0 = {a0:g}",
            )
        )
    return tuple(found)


def robust_map_prior(
    events: ArrayLike, n: ArrayLike, *, vague: float = VAGUE, spread_scale: float = 1.0
) -> SharePrior:
    """What a new study's share may be, after earlier studies, with a vague part against surprise.

    y_k ~ Binomial(n_k, p_k), logit p_k ~ N(mu, tau^2), mu ~ N(0, 4^2), tau ~ half-normal. The
    prior of the new study is (1 - vague) times its predictive density plus vague times the
    uniform. The integrals over (mu, tau) and over each p_k are sums over one grid.

    Arguments: counts of each earlier study: shape (k,); vague: the share of the uniform part;
    spread_scale: of tau, on the log-odds scale.

    Returns: a `SharePrior`.

    Refuses: no study; counts that are no share; a vague part outside 0 to 1 (0 is refused too: a
    prior that cannot be wrong is not robust).

    Source: Schmidli and others 2014.

    >>> prior = robust_map_prior([12, 15, 9], [20, 22, 18])
    >>> 0.5 < prior.mean < 0.65, prior.effective < 60
    (True, True)
    """
    y, size = np.atleast_1d(np.asarray(events)), np.atleast_1d(np.asarray(n))
    if y.shape != size.shape or y.size == 0:
        raise EstimandError(
            f"There are {y.size} counts of events for {size.size} studies. Each study has both. "
            "Pass two lists of equal length."
        )
    for one, of in zip(y.tolist(), size.tolist(), strict=True):
        checked_counts(one, of)
    if not 0.0 < vague <= 1.0 or not spread_scale > 0.0:
        raise EstimandError(
            f"The vague part is {vague} and the scale of the spread {spread_scale}. Without a "
            "vague part the prior cannot yield to new data. Give a part above 0, up to 1, and a "
            "scale above 0."
        )
    theta, tau = np.linspace(-_REACH, _REACH, _CELLS), _spread_grid(spread_scale)
    # mu lives on the grid of theta, so that a spread of 0 is no special case.
    weight = _joint(y.astype(np.float64), size.astype(np.float64), theta, tau, spread_scale)
    predictive = np.zeros(_CELLS)
    for k, spread in enumerate(tau.tolist()):
        predictive += np.convolve(weight[:, k], _kernel(theta, spread), mode="same")
    p = 0.5 * (1.0 + np.tanh(0.5 * theta))
    flat = p * (1.0 - p)
    mass = (1.0 - vague) * predictive / predictive.sum() + vague * flat / flat.sum()
    return SharePrior(
        log_odds=theta,
        mass=np.asarray(mass / mass.sum(), dtype=np.float64),
        method=f"robust MAP prior of {y.size} studies, {100 * vague:g}% vague",
        citations=(external_sources.ROBUST_MAP,),
        notes=(
            f"spread between studies half-normal with scale {spread_scale:g} on the log odds",
            "the vague part keeps success from being declared below a high share, whatever n is: "
            "choose it and the scale beforehand",
        ),
        spread=float((weight.sum(axis=0) * tau).sum()),
    )


def discounted_prior(
    control_events: int, control_n: int, discount: float, *, vague: float = 0.0
) -> SharePrior:
    """The power prior of a share as a `SharePrior`, to ask its conflict and its errors.

    (1 - vague) Beta(1/2 + a0 y0, 1/2 + a0 (n0 - y0)) plus vague times the uniform.

    Arguments: counts of the earlier children; discount a0 from 0 to 1; vague: as in
    `robust_map_prior`, but 0 is allowed.

    Refuses: counts that are no share; a discount or a vague part outside 0 to 1.

    Source: Ibrahim and Chen 2000.

    >>> round(discounted_prior(60, 100, 0.5).effective, 2)
    51.0
    """
    checked_counts(control_events, control_n)
    _checked_discounts((discount,))
    _checked_discounts((vague,))
    theta = np.linspace(-_REACH, _REACH, _CELLS)
    a = 0.5 + discount * control_events
    b = 0.5 + discount * (control_n - control_events)
    p = 0.5 * (1.0 + np.tanh(0.5 * theta))
    power = a * theta - (a + b) * np.logaddexp(0.0, theta)
    density, flat = np.exp(power - power.max()), p * (1.0 - p)
    mass = (1.0 - vague) * density / density.sum() + vague * flat / flat.sum()
    return SharePrior(
        log_odds=theta,
        mass=np.asarray(mass, dtype=np.float64),
        method=f"power prior with a0 = {discount:g}",
        citations=(external_sources.POWER_PRIOR,),
        notes=(f"{control_n} earlier children at a discount of {discount:g}",),
    )


def posterior_share(
    prior: SharePrior,
    events: int,
    n: int,
    *,
    unit: str,
    origin: str,
    level: float = 0.95,
    definition: str = "",
    endpoint: str = "",
) -> SharePosterior:
    """A share after its prior met new children, and whether the two agree.

    Posterior proportional to prior times p^y (1 - p)^(n - y) on the grid. Conflict: the sum of the
    prior predictive chances of all counts no likelier than y.

    Refuses: counts that are no share.

    Source: Schmidli and others 2014; Box 1980 for the conflict.

    >>> prior = robust_map_prior([12, 15, 9], [20, 22, 18])
    >>> found = posterior_share(prior, 19, 20, unit="child", origin="recorded")
    >>> found.conflict < 0.2
    True
    """
    checked_counts(events, n)
    tail = (1.0 - checked_level(level)) / 2.0
    mass = _updated(prior, events, n)
    shares = prior.shares
    predictive = _predictive(prior, n)
    conflict = float(predictive[predictive <= predictive[events] * (1.0 + 1e-9)].sum())
    estimate = Estimate(
        value=float(mass @ shares),
        low=_quantile(shares, mass, tail),
        high=_quantile(shares, mass, 1.0 - tail),
        level=level,
        method=f"posterior mean, {prior.method} (quadrature)",
        unit=unit,
        n=n,
        events=events,
        origin=origin,
        definition=definition,
        endpoint=endpoint,
        citations=(*prior.citations, external_sources.PREDICTIVE_CHECK),
        notes=(
            *prior.notes,
            f"the prior is worth {prior.effective:.1f} {several(unit)} (moments)",
            f"prior-data conflict p = {conflict:.3g}",
        ),
    )
    return SharePosterior(
        estimate=estimate, borrowed=prior.effective, conflict=min(1.0, conflict), mass=mass
    )


def _checked_discounts(discounts: Sequence[float]) -> Sequence[float]:
    """Refuse discounts outside 0 to 1."""
    if not discounts or any(not 0.0 <= a0 <= 1.0 for a0 in discounts):
        raise EstimandError(
            f"The discounts are {tuple(discounts)}. An earlier child counts between not at all "
            "(0) and fully (1). Give numbers from 0 to 1."
        )
    return discounts


def _spread_grid(scale: float) -> FloatArray:
    """Values of tau, closer together near 0; shape (spreads,)."""
    share = (np.arange(_SPREADS) + 0.5) / _SPREADS
    return np.asarray(_WIDEST * scale * share**2, dtype=np.float64)


def _joint(
    y: FloatArray, n: FloatArray, mu: FloatArray, tau: FloatArray, scale: float
) -> FloatArray:
    """Posterior chance of each (mu, tau) cell; shape (means, spreads)."""
    # The width of each tau cell: the grid is uneven.
    widths = np.diff(_WIDEST * scale * np.linspace(0.0, 1.0, tau.size + 1) ** 2)
    total = -0.5 * (mu[:, None] / 4.0) ** 2 - 0.5 * (tau / scale) ** 2 + np.log(widths)
    kernels = [_kernel(mu, spread) for spread in tau.tolist()]
    for one, of in zip(y.tolist(), n.tolist(), strict=True):
        power = one * mu - of * np.logaddexp(0.0, mu)
        likely = np.exp(power - power.max())
        seen = np.column_stack([np.convolve(likely, kernel, mode="same") for kernel in kernels])
        total = total + np.log(np.maximum(seen, 1e-300))
    chance = np.exp(total - total.max())
    return np.asarray(chance / chance.sum(), dtype=np.float64)


def _kernel(grid: FloatArray, spread: float) -> FloatArray:
    """The normal law of one spread on the grid, adding to 1; a point where it is narrower."""
    found = np.exp(-0.5 * (grid / spread) ** 2)
    return np.asarray(found / found.sum(), dtype=np.float64)


def _updated(prior: SharePrior, events: int, n: int) -> FloatArray:
    """The posterior mass on the prior's grid."""
    theta = prior.log_odds
    power = events * theta - n * np.logaddexp(0.0, theta)
    found = prior.mass * np.exp(power - power.max())
    return np.asarray(found / found.sum(), dtype=np.float64)


def _predictive(prior: SharePrior, n: int) -> FloatArray:
    """The prior chance of each count 0..n; shape (n + 1,)."""
    from scipy.special import gammaln

    y = np.arange(n + 1.0)
    ways = gammaln(n + 1.0) - gammaln(y + 1.0) - gammaln(n - y + 1.0)
    theta = prior.log_odds
    power = ways[:, None] + y[:, None] * theta - n * np.logaddexp(0.0, theta)
    return np.asarray(np.exp(power) @ prior.mass, dtype=np.float64)


def _quantile(shares: FloatArray, mass: FloatArray, probability: float) -> float:
    """Where the running mass reaches a probability, between the middles of cells."""
    middle = np.cumsum(mass) - 0.5 * mass
    return float(np.interp(probability, middle, shares))

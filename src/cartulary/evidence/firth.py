# SPDX-License-Identifier: Apache-2.0
"""Cox's model with Firth's penalty: finite for few events, with profile likelihood intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.cox import checked_sets
from cartulary.evidence.distributions import checked_level, chi_square_tail, half_width
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.hypothesis_test import HypothesisTest
from cartulary.evidence.newton import refuse_singular
from cartulary.evidence.partial_likelihood import Evaluation, RiskSets, Ties, evaluate
from cartulary.evidence.spells import Spells

FIRTH = "Heinze G, Schemper M. Biometrics 2001;57:114-119"
# Of a standardised coefficient.
_SETTLED = 1e-11
_MOST_STEPS = 500
_LONGEST = 1.0
_FARTHEST = 200.0
_WIDEST_RATIO = 20.0


@dataclass(frozen=True, kw_only=True, eq=False)
class FirthFit:
    """Penalised log hazard ratios of p covariates.

    coefficients, std_error, low, high: shape (p,), in the order of `names`; low and high are
    profile likelihood limits, NaN where the profile never falls far enough. covariance: inverse
    information; shape (p, p). p_values: penalised likelihood-ratio, one covariate at a time.
    penalised_likelihood and its value at 0 include half the log determinant of the information.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    low: FloatArray
    high: FloatArray
    p_values: FloatArray
    penalised_likelihood: float
    penalised_likelihood_null: float
    ties: str
    level: float
    spells: Spells = field(repr=False)

    @property
    def std_error(self) -> FloatArray:
        """Standard errors of the coefficients; shape (p,)."""
        return np.sqrt(np.diag(self.covariance))

    def hazard_ratio(self, name: str) -> Estimate:
        """exp(b) with its profile likelihood interval."""
        if name not in self.names:
            raise EstimandError(
                f"There is no covariate {name!r} in this model. It has "
                f"{', '.join(self.names)}. Name one of these."
            )
        k, rows = self.names.index(name), self.spells
        b, low, high = (float(v[k]) for v in (self.coefficients, self.low, self.high))
        notes = []
        if math.isnan(low) or math.isnan(high):
            notes.append("the likelihood sets no limit on one side")
        elif high - low > math.log(_WIDEST_RATIO):
            notes.append(
                f"the interval spans a factor of {math.exp(high - low):.0f}: these data cannot say"
            )
        return Estimate(
            value=math.exp(b),
            low=None if math.isnan(low) else math.exp(low),
            high=None if math.isnan(high) else math.exp(high),
            level=self.level,
            method=f"Cox model, Firth penalty ({self.ties} ties), profile likelihood interval",
            unit=rows.unit,
            n=max(rows.n, rows.events),
            events=rows.events,
            endpoint=rows.endpoint,
            definition=rows.definition,
            origin=rows.origin,
            missing=rows.missing,
            clusters=rows.n_children,
            citations=(FIRTH,),
            notes=tuple(notes),
            label=name,
        )

    def likelihood_ratio_test(self) -> HypothesisTest:
        """Twice the gain in penalised log likelihood over 0 for all covariates, on p df."""
        rows, df = self.spells, len(self.names)
        statistic = max(2.0 * (self.penalised_likelihood - self.penalised_likelihood_null), 0.0)
        return HypothesisTest(
            method=f"penalised likelihood-ratio test of a Cox model ({self.ties} ties)",
            statistic=statistic,
            df=df,
            p_value=chi_square_tail(statistic, df),
            unit=rows.unit,
            n=rows.n,
            events=rows.events,
            endpoint=rows.endpoint,
            definition=rows.definition,
            origin=rows.origin,
            missing=rows.missing,
            citations=(FIRTH,),
        )


def cox_firth(
    spells: Spells,
    *,
    ties: Ties = "efron",
    fewest_events_per_covariate: float = 1.0,
    level: float = 0.95,
) -> FirthFit:
    """Log hazard ratios that maximise log L(b) + log det I(b) / 2.

    The penalty removes the first-order bias and keeps estimates finite where covariates separate
    the events. Limits of b_k are where the penalised likelihood, maximised over the others with
    the same penalty, has fallen by half a chi-square quantile.

    Arguments: as in `cox`; `level` is of the profile likelihood intervals.
    Returns: a `FirthFit`.
    Refuses: no covariate; no event; fewer events than covariates; covariates that do not vary or
    repeat each other; weights, for which the penalty has no agreed size.
    Source: Firth 1993; Heinze and Schemper 2001.

    >>> rows = Spells(entry=[0] * 6, exit=[3, 5, 8, 9, 12, 14], event=[1, 1, 1, 0, 0, 0],
    ...               covariates={"burden": [1, 1, 1, 0, 0, 0]}, unit="child",
    ...               clock="infusion", definition="os, edition 1", origin="simulated")
    >>> cox_firth(rows).hazard_ratio("burden").value < 100
    True
    """
    checked_level(level)
    if spells.weights is not None:
        raise EstimandError(
            "Firth's penalty was asked for with weights. How large the penalty is of a weighted "
            "child is not agreed. Leave the weights out, or use cox with robust variance."
        )
    sets = checked_sets(spells, ties, fewest_events_per_covariate)
    p = len(spells.names)
    refuse_singular(evaluate(sets, np.zeros(p)).information, spells.names, sets.event_rows.size)
    best = _maximised(sets, np.zeros(p), None)
    inverse = np.asarray(np.linalg.inv(best.at.information), dtype=np.float64)
    drop = half_width(level) ** 2 / 2.0
    low, high, p_values = np.empty(p), np.empty(p), np.empty(p)
    for k in range(p):
        spread = math.sqrt(inverse[k, k])
        low[k] = _limit(sets, best, k, -spread, best.value - drop)
        high[k] = _limit(sets, best, k, spread, best.value - drop)
        without = best.b.copy()
        without[k] = 0.0
        gain = 2.0 * (best.value - _maximised(sets, without, k).value)
        p_values[k] = chi_square_tail(max(gain, 0.0), 1)
    # The determinant is of the information per unit of each covariate, as given.
    units = float(np.log(sets.scale).sum())
    return FirthFit(
        names=spells.names,
        coefficients=best.b / sets.scale,
        covariance=inverse / np.outer(sets.scale, sets.scale),
        low=low / sets.scale,
        high=high / sets.scale,
        p_values=p_values,
        penalised_likelihood=best.value + units,
        penalised_likelihood_null=_penalised(sets, np.zeros(p))[0] + units,
        ties=ties,
        level=level,
        spells=spells,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Peak:
    """Where the penalised likelihood is largest, and its value there."""

    b: FloatArray
    value: float
    at: Evaluation


def _penalised(sets: RiskSets, b: FloatArray) -> tuple[float, Evaluation]:
    """log L + log det I / 2 and what it was computed from; -inf where I is singular."""
    at = evaluate(sets, b)
    sign, size = np.linalg.slogdet(at.information)
    value = at.log_likelihood + size / 2.0 if sign > 0 else -math.inf
    return (value if math.isfinite(value) else -math.inf), at


def _maximised(sets: RiskSets, begin: FloatArray, fixed: int | None) -> _Peak:
    """Scoring steps on the penalised slope; one coefficient may stay where it is."""
    b = begin.copy()
    free = np.array([k for k in range(b.size) if k != fixed], dtype=np.int64)
    value, at = _penalised(sets, b)
    if not free.size:
        return _Peak(b, value, at)
    slope, step = _direction(sets, at, free, b.size)
    for _ in range(_MOST_STEPS):
        gain = float(slope @ step)
        moved, there = _penalised(sets, b + step)
        while moved < value - 1e-12 * (1.0 + abs(value)) and float(np.abs(step).max()) > 1e-14:
            step /= 2.0
            moved, there = _penalised(sets, b + step)
        new_slope, new_step = _direction(sets, there, free, b.size)
        # The information is not the curvature of the penalty: with a few events a step may pass
        # the top as far as it began below it. The slopes at both ends tell how far to go.
        reached = float(new_slope @ step)
        if reached < -0.5 * gain:
            step *= gain / (gain - reached)
            moved, there = _penalised(sets, b + step)
            new_slope, new_step = _direction(sets, there, free, b.size)
        b, value, at, slope = b + step, moved, there, new_slope
        if float(np.abs(new_step).max()) < _SETTLED:
            return _Peak(b, value, at)
        step = new_step
    raise EstimandError(
        f"The penalised likelihood found no maximum in {_MOST_STEPS} steps from {begin}. The "
        "covariates leave almost nothing to estimate from. Use fewer covariates."
    )


def _direction(
    sets: RiskSets, at: Evaluation, free: IntArray, p: int
) -> tuple[FloatArray, FloatArray]:
    """The penalised slope and the scoring step in the free coefficients, 0 in others; (p,)."""
    inverse = np.asarray(np.linalg.inv(at.information), dtype=np.float64)
    slope, step = np.zeros(p), np.zeros(p)
    slope[free] = (at.slope + _penalty_slope(sets, at, inverse))[free]
    step[free] = np.linalg.solve(at.information[np.ix_(free, free)], slope[free])
    return slope, step * min(1.0, _LONGEST / max(float(np.abs(step).max()), 1e-300))


def _penalty_slope(sets: RiskSets, at: Evaluation, inverse: FloatArray) -> FloatArray:
    """Slope of log det I / 2: half the sum over cells and l of u E[y (y' inverse y)]; (p,).

    y is x less its mean in the risk set, E the mean over it. With z = x' inverse x and mean m:
    E[z x] - 2 E[x x'] inverse m + 2 m (m' inverse m) - m E[z].
    """
    x, p = sets.x, len(sets.x)
    z = np.einsum("kn,kl,ln->n", x, inverse, x)
    f, D, u = sets.fraction, at.denominators, sets.event_weight

    def mean(amount: FloatArray) -> FloatArray:
        drawn = at.r * amount
        whole = sets.over_risk_sets(drawn)
        own = sets.by_cell(drawn[sets.event_rows])
        if sets.late:
            whole = np.where(sets.events_alone, own, whole)
        found = np.repeat(whole, sets.per_cell)
        if sets.tied:
            found -= f * np.repeat(own, sets.per_cell)
        return np.asarray(found / D)

    m = np.stack([mean(row) for row in x])
    turned = inverse @ m
    second = np.zeros((p, D.size))
    for k in range(p):
        for j in range(k + 1):
            product = mean(x[k] * x[j])
            second[k] += product * turned[j]
            if j < k:
                second[j] += product * turned[k]
    first = np.stack([mean(z * row) for row in x])
    each = first - 2.0 * second + 2.0 * m * np.einsum("kn,kn->n", m, turned) - m * mean(z)
    return np.asarray(each @ u / 2.0)


def _limit(sets: RiskSets, best: _Peak, k: int, stride: float, target: float) -> float:
    """Where the profile of b_k falls to the target, going one way; NaN if it never does."""
    near, near_value, b = float(best.b[k]), best.value, best.b
    far = near + 2.0 * stride
    while True:
        peak = _profile(sets, b, k, far)
        if peak.value < target:
            break
        near, near_value, b = far, peak.value, peak.b
        far = near + 1.5 * (far - float(best.b[k]))
        if abs(far) > _FARTHEST:
            return math.nan
    far_value = peak.value
    # Illinois: false position that halves the value of an end kept twice.
    side = 0
    for _ in range(100):
        share = (near_value - target) / (near_value - far_value)
        middle = near + share * (far - near)
        peak = _profile(sets, b, k, middle)
        if abs(peak.value - target) < 1e-12 * (1.0 + abs(target)) or abs(far - near) < 1e-12:
            return middle
        if peak.value > target:
            near, near_value, b = middle, peak.value, peak.b
            far_value = target + (far_value - target) / (2.0 if side == 1 else 1.0)
            side = 1
        else:
            far, far_value = middle, peak.value
            near_value = target + (near_value - target) / (2.0 if side == -1 else 1.0)
            side = -1
    return middle


def _profile(sets: RiskSets, b: FloatArray, k: int, value: float) -> _Peak:
    """The maximum over the other coefficients with b_k at a value, from a near start."""
    begin = b.copy()
    begin[k] = value
    return _maximised(sets, begin, k)

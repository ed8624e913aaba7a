# SPDX-License-Identifier: Apache-2.0
"""Weights for children who were censored by something that happened to them.

Censoring at a transplant leaves behind those who were not transplanted. Where the chance of it
depends on what is known at the start, each child that stays is counted for those like it that
left: by one over the chance of having stayed so long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray
from cartulary.evidence.bootstrap import Draws, percentile_interval
from cartulary.evidence.counted import counted
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.firth import cox_firth
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.immortal_time import refuse_later_covariate
from cartulary.evidence.rows import refuse_rows
from cartulary.evidence.spells import KnownOn, baseline_spells
from cartulary.evidence.weighted_survival import (
    WeightedCurve,
    effective_number,
    weighted_kaplan_meier,
)

ROBINS_FINKELSTEIN = "Robins JM, Finkelstein DM. Biometrics 2000;56:779-788"
COLE_HERNAN = "Cole SR, Hernan MA. Am J Epidemiol 2008;168:656-664"
FEWEST_LEAVING_PER_COVARIATE = 5
RESAMPLES = 500
_FEWEST_RESAMPLES = 100
_MOST_BROKEN = 0.05
_THIN = 0.5
_NEARLY_ALL = 1.0 - 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class CensoringWeights:
    """One weight a row and day: one over the chance of not having been censored before that day.

    days, hazard, marginal: the days on which rows left, the hazard of leaving at relative hazard
    1, and the hazard over all; shape (c,). relative: the relative hazard of each row; shape (n,).
    low, high: limits to which weights are truncated. truncated: how many of the weights at risk
    on event days were beyond them. ratios: hazard ratios of leaving, one a covariate.
    """

    follow_up: FollowUp = field(repr=False)
    left: BoolArray = field(repr=False)
    days: FloatArray
    hazard: FloatArray
    marginal: FloatArray
    relative: FloatArray
    stabilised: bool
    low: float
    high: float
    truncated: int
    ratios: tuple[Estimate, ...]
    method: str

    def on(self, day: float) -> FloatArray:
        """The weight of every row just before it can have an event on a day; shape (n,).

        A row that leaves and one that has the event on one day: the event goes first.
        """
        return np.clip(self._whole(day), self.low, self.high)

    def _whole(self, day: float) -> FloatArray:
        """Weights before truncation."""
        before = _sum_before(self.days, self.hazard, day)
        at_entry = _sums_until(self.days, self.hazard, self.follow_up.entry)
        power = np.maximum(before - at_entry, 0.0) * self.relative
        if self.stabilised:
            overall = _sum_before(self.days, self.marginal, day)
            entered = _sums_until(self.days, self.marginal, self.follow_up.entry)
            power = power - np.maximum(overall - entered, 0.0)
        return np.exp(power)

    @property
    def n_left(self) -> int:
        """How many rows were censored by the intercurrent event."""
        return int(np.count_nonzero(self.left))

    def largest_by(self, day: float) -> float:
        """The largest weight of a row at risk on an event day, up to a day; 1 before the first."""
        return max((float(w.max()) for w in self._at_risk(day)), default=1.0)

    def effective_on(self, day: float) -> float:
        """Effective number of the rows at risk on a day: (sum w)^2 / sum w^2."""
        rows = self.follow_up
        there = (rows.exit >= day) & ((rows.entry < day) | (rows.entry <= 0.0))
        return effective_number(self.on(day)[there])

    def _at_risk(self, until: float) -> list[FloatArray]:
        """Truncated weights of the rows at risk on each event day."""
        return [np.clip(w, self.low, self.high) for w in _weights_at_risk(self, until)]

    def survival_curve(self, *, level: float = 0.95) -> WeightedCurve:
        """The weighted survival curve, as if nobody had left; robust interval."""
        thin = [
            w for w in self._at_risk(np.inf) if effective_number(w) < _THIN * w.size and w.size > 1
        ]
        notes = [
            f"{self.n_left} censored by the intercurrent event, weighted by {self.method}; "
            f"largest weight {self.largest_by(np.inf):.2f}"
        ]
        if self.truncated:
            notes.append(f"{self.truncated} weights truncated to {self.low:.2f}-{self.high:.2f}")
        if thin:
            notes.append("on some days the weights leave less than half of the children's number")
        return weighted_kaplan_meier(
            self.follow_up,
            self.on,
            weighting="inverse probability of censoring",
            level=level,
            notes=tuple(notes),
            citations=(ROBINS_FINKELSTEIN, COLE_HERNAN),
        )


def censoring_weights(
    follow_up: FollowUp,
    left: ArrayLike,
    *,
    covariates: Mapping[str, ArrayLike] | None = None,
    known_on: KnownOn = 0.0,
    stabilised: bool = True,
    truncate: tuple[float, float] | None = (0.01, 0.99),
    fewest_per_covariate: float = FEWEST_LEAVING_PER_COVARIATE,
) -> CensoringWeights:
    """Weights that undo censoring by an intercurrent event, given what is known at the start.

    w_i(t) = exp(r_i sum over u < t of h(u)), r_i = exp(x_i b), from a Cox model of leaving with
    Firth's penalty and h(u) = leavers / sum of r at risk; stabilised, less the same sum without
    covariates. On one day events go before leaving. Without covariates w(t) is one over Kaplan and
    Meier's share that has not left before t, the same for every row at risk, and the weighted curve
    is the Kaplan-Meier curve itself.

    Arguments:
        follow_up: one cause; shape (n,).
        left: whether the row was censored by the intercurrent event; other censoring is taken as
            unrelated to the outcome; shape (n,).
        covariates: numbers by name, shape (n,), each known by the row's entry (`known_on`).
        stabilised: divide by the chance of staying without covariates.
        truncate: the shares of all weights at risk on event days below and above which weights
            are set to that quantile; None for no truncation.
        fewest_per_covariate: how many must have left for each covariate.

    Returns: `CensoringWeights`.

    Refuses: a row that left and had the event; nobody who left; fewer than 5 who left for each
    covariate; a covariate dated after the row's entry, or missing; several causes.

    Source: Robins and Finkelstein 2000; Cole and Hernan 2008 for truncation.

    >>> rows = FollowUp(exit=[30, 90, 120, 200, 400], status=[1, 0, 0, 1, 0],
    ...                 cause_names=("relapse",), unit="child", clock="infusion",
    ...                 definition="efs.hypothetical, edition 1", origin="recorded")
    >>> made = censoring_weights(rows, [False, True, False, False, False], stabilised=False)
    >>> round(float(made.on(200)[3]), 4)
    1.3333
    """
    gone = _checked_left(follow_up, left)
    named = {k: np.asarray(v, dtype=np.float64) for k, v in (covariates or {}).items()}
    share_low, share_high = truncate or (0.0, 1.0)
    if not 0.0 <= share_low < share_high <= 1.0:
        raise EstimandError(
            f"The weights were to be truncated at {truncate}. These are shares of all weights, "
            "the smaller first. Write (0.01, 0.99)."
        )
    n_left = int(np.count_nonzero(gone))
    if n_left < fewest_per_covariate * len(named):
        raise EstimandError(
            f"{counted(n_left, follow_up.unit)} were censored by the intercurrent event, for "
            f"{len(named)} covariate{'s' if len(named) > 1 else ''}. Fewer than "
            f"{fewest_per_covariate:g} for each cannot show on what leaving depended. Use fewer "
            "covariates, or report plain censoring beside the treatment policy."
        )
    coded = _leaving(follow_up, gone)
    relative = np.ones(follow_up.n)
    ratios: tuple[Estimate, ...] = ()
    method = "the Kaplan-Meier share that has not left, without covariates"
    if named:
        relative, ratios = _relative_hazards(follow_up, coded, named, known_on)
        method = f"a Cox model of leaving (Firth penalty) with {', '.join(named)}"
    days, hazard, marginal = _hazards(coded, relative)
    if not named:
        # The product limit: exp of these sums is one over Kaplan and Meier's share still there.
        hazard = marginal = -np.log1p(-np.minimum(marginal, _NEARLY_ALL))
    real = np.unique(follow_up.exit)[(days.astype(np.int64) - 1) // 2]
    made = CensoringWeights(
        follow_up=follow_up,
        left=gone,
        days=real,
        hazard=hazard,
        marginal=marginal,
        relative=relative,
        stabilised=stabilised,
        low=0.0,
        high=np.inf,
        truncated=0,
        ratios=ratios,
        method=method,
    )
    every = _weights_at_risk(made, np.inf)
    if truncate is None or not every or not named:
        return made
    whole = np.concatenate(every)
    low, high = (float(q) for q in np.quantile(whole, [share_low, share_high]))
    beyond = int(np.count_nonzero((whole < low) | (whole > high)))
    return replace(made, low=low, high=high, truncated=beyond)


def bootstrap_censoring_weighted(
    follow_up: FollowUp,
    left: ArrayLike,
    day: float,
    draws: Draws,
    *,
    covariates: Mapping[str, ArrayLike] | None = None,
    n_resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Estimate:
    """Weighted survival at a day; its interval resamples children and fits the weights anew.

    Arguments: as in `censoring_weights`; the day; a seeded generator.
    Returns: an `Estimate` with a percentile interval; without one where more than 1 in 20
    resamples could not be weighted.
    Refuses: fewer than 100 resamples; what `censoring_weights` refuses.

    >>> rows = FollowUp(exit=range(1, 41), status=[1, 0] * 20, cause_names=("relapse",),
    ...                 unit="child", clock="infusion", definition="efs, edition 1",
    ...                 origin="simulated")
    >>> found = bootstrap_censoring_weighted(rows, [False, True] * 20, 20,
    ...                                      np.random.default_rng(1), n_resamples=100)
    >>> found.low < found.value < found.high
    True
    """
    if n_resamples < _FEWEST_RESAMPLES:
        raise EstimandError(
            f"{n_resamples} resamples were asked for. The tails of so few are noise. "
            f"Ask for at least {_FEWEST_RESAMPLES}."
        )
    gone = _checked_left(follow_up, left)
    named = {k: np.asarray(v, dtype=np.float64) for k, v in (covariates or {}).items()}
    curve = censoring_weights(follow_up, gone, covariates=named).survival_curve(level=level)
    found = curve.survival_at(day)
    if found.value is None:
        return found
    bare = replace(follow_up, child_ids=None)
    replicates = np.full(n_resamples, np.nan)
    for b in range(n_resamples):
        rows = np.asarray(draws.integers(0, bare.n, size=(bare.n,)), dtype=np.int64)
        try:
            again = censoring_weights(
                taken(bare, rows), gone[rows], covariates={k: v[rows] for k, v in named.items()}
            )
        except EstimandError:
            continue
        curve_b = again.survival_curve(level=level)
        position = int(np.searchsorted(curve_b.days, day, side="right")) - 1
        replicates[b] = curve_b.survival[position] if position >= 0 else 1.0
    usable = replicates[np.isfinite(replicates)]
    broken = n_resamples - usable.size
    notes = [note for note in found.notes if "weights as known" not in note]
    low: float | None = None
    high: float | None = None
    if broken > _MOST_BROKEN * n_resamples:
        notes.append(f"{broken} of {n_resamples} resamples could not be weighted: no interval")
    else:
        low, high = percentile_interval(usable, level)
        low, high = min(low, found.value), max(high, found.value)
        notes.append("the interval allows for the weights being estimated")
        if broken:
            notes.append(f"{broken} of {n_resamples} resamples could not be weighted")
    return replace(
        found,
        low=low,
        high=high,
        method=f"{found.method.split(',')[0]}, percentile interval of {n_resamples} resamples",
        notes=tuple(notes),
    )


def taken(follow_up: FollowUp, rows: ArrayLike) -> FollowUp:
    """The rows with these positions, any of them several times; without child ids."""
    chosen = np.asarray(rows, dtype=np.int64)
    return replace(
        follow_up,
        entry=follow_up.entry[chosen],
        exit=follow_up.exit[chosen],
        status=follow_up.status[chosen],
        child_ids=None,
        weights=None if follow_up.weights is None else follow_up.weights[chosen],
        group=None if follow_up.group is None else follow_up.group[chosen],
    )


def _checked_left(follow_up: FollowUp, left: ArrayLike) -> BoolArray:
    """Who left, refused where they also had the event, or where nobody did."""
    gone = np.asarray(left)
    if gone.dtype != np.bool_ or gone.shape != (follow_up.n,):
        raise EstimandError(
            f"left has type {gone.dtype} and shape {gone.shape}. It says yes or no for each of "
            f"{follow_up.n} rows. Pass {follow_up.n} booleans."
        )
    if len(follow_up.cause_names) != 1:
        raise EstimandError(
            f"The follow-up has {len(follow_up.cause_names)} causes. Weights against leaving are "
            "for one kind of event. Use time_to_any()."
        )
    refuse_rows(
        gone & (follow_up.status > 0),
        "left and had the event",
        "The intercurrent event comes first or not at all",
        "Let the earlier of the two decide",
    )
    if not gone.any():
        raise EstimandError(
            f"None of {counted(follow_up.n, follow_up.unit)} was censored by an intercurrent "
            "event. There is nothing to weight. Use kaplan_meier()."
        )
    return gone


def _leaving(follow_up: FollowUp, gone: BoolArray) -> FollowUp:
    """The time to leaving, in positions 2k + 1 (event) and 2k + 2 (other) of the k-th exit day.

    So a row that has the event is no longer at risk of leaving on that day.
    """
    grid = np.unique(follow_up.exit)
    exits = 2 * np.searchsorted(grid, follow_up.exit) + 1 + (follow_up.status == 0)
    entries = 2 * np.searchsorted(grid, follow_up.entry, side="right")
    late = follow_up.entry > 0.0
    return FollowUp(
        entry=np.where(late, np.minimum(entries, exits), 0),
        exit=exits,
        status=gone.astype(np.int64),
        cause_names=("intercurrent event",),
        unit=follow_up.unit,
        clock=follow_up.clock,
        definition=follow_up.definition,
        origin=follow_up.origin,
        weights=follow_up.weights,
    )


def _relative_hazards(
    follow_up: FollowUp, coded: FollowUp, named: Mapping[str, FloatArray], known_on: KnownOn
) -> tuple[FloatArray, tuple[Estimate, ...]]:
    """exp(x b) of each row around the mean covariates, and the hazard ratios."""
    for name in named:
        day = known_on.get(name, np.inf) if isinstance(known_on, Mapping) else known_on
        refuse_later_covariate(name, day, follow_up.entry, follow_up.clock)
    spells = baseline_spells(replace(coded, weights=None), named, known_on=0.0)
    fit = cox_firth(spells)
    x = np.column_stack([*named.values()])
    power = (x - x.mean(axis=0)) @ fit.coefficients
    return np.exp(power), tuple(fit.hazard_ratio(name) for name in named)


def _hazards(coded: FollowUp, relative: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Days on which rows left, Breslow's hazard at relative hazard 1, and that of everyone."""
    w = np.ones(coded.n) if coded.weights is None else coded.weights
    days = np.unique(coded.exit[coded.status > 0])
    hazard, marginal = np.empty(days.size), np.empty(days.size)
    for j, day in enumerate(days.tolist()):
        there = (coded.exit >= day) & ((coded.entry < day) | (coded.entry <= 0.0))
        leaving = float(w[there & (coded.exit == day) & (coded.status > 0)].sum())
        hazard[j] = leaving / float((w * relative)[there].sum())
        marginal[j] = leaving / float(w[there].sum())
    return days, hazard, marginal


def _weights_at_risk(made: CensoringWeights, until: float) -> list[FloatArray]:
    """Weights before truncation of the rows at risk, one array an event day up to a day."""
    rows = made.follow_up
    days = np.unique(rows.exit[(rows.status > 0) & rows.at_some_risk & (rows.exit <= until)])
    wide = replace(made, low=0.0, high=np.inf)
    return [
        wide.on(day)[(rows.exit >= day) & ((rows.entry < day) | (rows.entry <= 0.0))]
        for day in days.tolist()
    ]


def _sum_before(days: FloatArray, hazard: FloatArray, day: float) -> float:
    """The cumulative hazard just before a day."""
    return float(hazard[: np.searchsorted(days, day, side="left")].sum())


def _sums_until(days: FloatArray, hazard: FloatArray, entry: FloatArray) -> FloatArray:
    """The cumulative hazard up to and with each day of entry; 0 for entries at the origin."""
    sums = np.concatenate(([0.0], np.cumsum(hazard)))
    return np.where(entry > 0.0, sums[np.searchsorted(days, entry, side="right")], 0.0)

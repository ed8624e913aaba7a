# SPDX-License-Identifier: Apache-2.0
"""Two strategies compared in children of whom most could still have followed either.

"Transplant by day 120 in remission" and "no transplant by day 120" are told apart only as time
goes by. So every child is copied, one clone a strategy; a clone is censored when its child departs
from the strategy, and those that stay are weighted for those that left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray
from cartulary.evidence.bootstrap import Draws, percentile_interval, resampling_counts
from cartulary.evidence.clone_models import Clones, StrategyFit, strategies
from cartulary.evidence.counted import counted
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_sources import BOOTSTRAP
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.immortal_time import refuse_later_covariate
from cartulary.evidence.rows import refuse_rows
from cartulary.evidence.spells import KnownOn, checked_exposure

HERNAN = "Hernan MA. BMJ 2018;360:k182"
MARINGE = "Maringe C, et al. Int J Epidemiol 2020;49:1719-1729"
FEWEST_FOLLOWERS = 5
FEWEST_STARTS_PER_COVARIATE = 5
RESAMPLES = 500
_FEWEST_RESAMPLES = 100
_MOST_BROKEN = 0.05
# The followers of a strategy may stand for a third less than all, or half as many more.
_MOST_UNLIKE = 1.0 / 3.0


@dataclass(frozen=True, kw_only=True, eq=False)
class StrategyCurve:
    """Weighted survival under one strategy, over the m days with an event of its clones.

    days, survival, at_risk (clones), effective ((sum w)^2 / sum w^2 of those): shape (m,).
    followers: children seen to follow it beyond the grace period. censored: clones that were
    censored because their child departed from it. largest_weight: of any clone at risk.
    """

    name: str
    days: FloatArray
    survival: FloatArray
    at_risk: FloatArray
    effective: FloatArray
    followers: int
    censored: int
    largest_weight: float

    def value_at(self, day: float) -> float:
        """Weighted survival at the end of a day."""
        position = int(np.searchsorted(self.days, day, side="right")) - 1
        return float(self.survival[position]) if position >= 0 else 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class CloneCensorWeight:
    """Both strategies from one time zero, and what differs at a day.

    survival: at `horizon`, with the strategy first, without it second. difference: the first
    less the second. cumulative_hazard_ratio: log of the first over log of the second, which is
    the hazard ratio where hazards are proportional.
    """

    with_it: StrategyCurve
    without_it: StrategyCurve
    grace_day: float
    horizon: float
    survival: tuple[Estimate, Estimate]
    difference: Estimate
    cumulative_hazard_ratio: Estimate
    model: str
    follow_up: FollowUp = field(repr=False)


def clone_censor_weight(
    follow_up: FollowUp,
    treatment_day: ArrayLike,
    draws: Draws | None,
    *,
    grace_day: float = 120.0,
    horizon: float = 365.0,
    name: str = "transplant",
    remission_lost_day: ArrayLike | None = None,
    covariates: Mapping[str, ArrayLike] | None = None,
    known_on: KnownOn = 0.0,
    n_resamples: int = RESAMPLES,
    fewest_followers: int = FEWEST_FOLLOWERS,
    level: float = 0.95,
) -> CloneCensorWeight:
    """Survival under "treated by day g in remission" and under "not treated by day g".

    With: a clone is censored on day g when its child is still in remission and untreated; those
    treated by then stand for all in remission on day g, weight 1 / p(x), p the share of them
    (with covariates: Firth's logistic model). Without: a clone is censored when its child is
    treated by day g; those left are weighted by one over the chance of not having been treated
    before, from the hazard of treatment among the untreated in remission (with covariates: Cox's
    model with Firth's penalty). A child that has the event, is lost or loses its remission by day
    g untreated has followed both. What is given after day g, or after remission is lost, is
    ignored. On one day events go before treatment. Curves are weighted product limits.

    Arguments:
        follow_up: one cause, all from the clock's origin on; shape (n,). Children are taken to be
            in remission at the origin.
        treatment_day: on that clock, NaN where there was none; shape (n,).
        draws: a seeded generator for resampling children, each with both its clones; None for no
            intervals.
        grace_day: g. horizon: the day on which the strategies are compared.
        remission_lost_day: for an outcome that is not itself the relapse; NaN for never; (n,).
        covariates: numbers by name, shape (n,), known by the origin (`known_on`).
        n_resamples, level: of percentile intervals.

    Returns: a `CloneCensorWeight`.

    Refuses: fewer than 5 children that followed a strategy beyond day g; children who come under
    observation late, or were treated by the origin; fewer than 5 treatments for each covariate;
    a covariate dated after the origin; a horizon before day g or beyond the follow-up; covariates
    under which some children have nobody like them who followed a strategy.

    Source: Hernan 2018; Maringe and others 2020.

    >>> rows = FollowUp(exit=[30, 90, *range(200, 216)], status=[1, 1] + [0, 1] * 8,
    ...                 cause_names=("relapse",), unit="child", clock="remission",
    ...                 definition="rfs.treatment_policy, edition 1", origin="simulated")
    >>> day = [float("nan")] * 10 + [50, 60, 70, 80, 90, 100, 110, 119]
    >>> found = clone_censor_weight(rows, day, None, horizon=210)
    >>> found.with_it.followers, found.without_it.followers
    (8, 8)
    """
    checked_level(level)
    clones = _clones(follow_up, treatment_day, remission_lost_day, grace_day, name)
    named = {k: np.asarray(v, dtype=np.float64) for k, v in (covariates or {}).items()}
    _check(clones, follow_up, horizon, name, fewest_followers)
    _check_covariates(clones, named, known_on, follow_up)
    model = f"with {', '.join(named)}" if named else "without covariates"
    fits = strategies(clones, np.ones((follow_up.n, 1)), named, strict=True)
    words = f"{name} by day {grace_day:g}", f"no {name} by day {grace_day:g}"
    if named:
        _check_overlap(fits, words)
    curves = tuple(
        _curve(fit, told, followers, censored)
        for fit, told, followers, censored in zip(
            fits,
            words,
            (clones.starts, clones.stays_without),
            (clones.departs_with, clones.started),
            strict=True,
        )
    )
    values = np.array([curve.value_at(horizon) for curve in curves])
    replicates = _replicates(clones, named, horizon, draws, n_resamples)
    limits = _Limits(follow_up, horizon, level, n_resamples if draws is not None else 0, model)
    first, second = values.tolist()
    return CloneCensorWeight(
        with_it=curves[0],
        without_it=curves[1],
        grace_day=grace_day,
        horizon=horizon,
        survival=(
            limits.estimate(curves[0].name, first, replicates[0]),
            limits.estimate(curves[1].name, second, replicates[1]),
        ),
        difference=limits.estimate("difference", first - second, replicates[0] - replicates[1]),
        cumulative_hazard_ratio=limits.estimate(
            "ratio of cumulative hazards",
            _hazard_ratio(values[:1], values[1:])[0],
            _hazard_ratio(replicates[0], replicates[1]),
        ),
        model=model,
        follow_up=follow_up,
    )


def _clones(
    follow_up: FollowUp,
    treatment_day: ArrayLike,
    lost_day: ArrayLike | None,
    grace_day: float,
    name: str,
) -> Clones:
    """Who started by the grace day in remission, and when that could no longer be."""
    if len(follow_up.cause_names) != 1:
        raise EstimandError(
            f"The follow-up has {len(follow_up.cause_names)} causes. Strategies are compared by "
            "one event. Use time_to_any()."
        )
    if follow_up.late_entry:
        raise EstimandError(
            f"{int(np.count_nonzero(follow_up.entry > 0.0))} of "
            f"{counted(follow_up.n, follow_up.unit)} come under observation late. Both strategies "
            "begin at one time zero, at which every child must be seen. Count days from a clock "
            "that starts no later than observation."
        )
    if not np.isfinite(grace_day) or grace_day <= 0.0:
        raise EstimandError(
            f"The grace period ends on day {grace_day}. A strategy leaves time to follow it. "
            "Give a day after the clock's origin."
        )
    day = checked_exposure(treatment_day, follow_up.n, name)
    refuse_rows(
        day <= 0.0,
        f"had {name} by the clock's origin",
        "For them there is nothing left to choose",
        "Leave these children out, or start the clock earlier",
    )
    lost = np.full(follow_up.n, np.nan)
    if lost_day is not None:
        lost = checked_exposure(lost_day, follow_up.n, "loss of remission")
    lost = np.where(np.isnan(lost), np.inf, lost)
    started = (day < follow_up.exit) & (day < lost) & (day <= grace_day)
    return Clones(
        exit=follow_up.exit,
        event=follow_up.status > 0,
        start=np.where(started, day, np.inf),
        lost=lost,
        grace=grace_day,
        weights=np.ones(follow_up.n) if follow_up.weights is None else follow_up.weights,
    )


def _check(clones: Clones, follow_up: FollowUp, horizon: float, name: str, fewest: int) -> None:
    """Refuse strategies too few children followed, and a day about which nothing is known."""
    g, unit = clones.grace, follow_up.unit
    if not g <= horizon <= follow_up.last_day:
        raise EstimandError(
            f"The strategies were to be compared on day {horizon:g}; the grace period ends on day "
            f"{g:g} and the last {unit} was followed to day {follow_up.last_day:g}. Before the one "
            "they do not differ, after the other nothing is known. Choose a day between."
        )
    for followers, words in (
        (clones.starts, f"{name} by day {g:g}"),
        (clones.stays_without, f"no {name} by day {g:g}"),
    ):
        if followers < fewest:
            raise EstimandError(
                f"{counted(followers, unit)} followed the strategy "
                f"'{words}'; the smallest number allowed is {fewest}. So few would each stand for "
                "many others, and the curve would be theirs. Describe these children, choose "
                "another grace period before looking at the events, or say how many there were."
            )


def _check_covariates(
    clones: Clones, named: Mapping[str, FloatArray], known_on: KnownOn, follow_up: FollowUp
) -> None:
    """Refuse covariates that are missing, later than the origin, or too many."""
    for name, column in named.items():
        day = known_on.get(name, np.inf) if isinstance(known_on, Mapping) else known_on
        refuse_later_covariate(name, day, follow_up.entry, follow_up.clock)
        if column.shape != (follow_up.n,) or not np.isfinite(column).all():
            raise EstimandError(
                f"{name} is missing for {int(np.count_nonzero(~np.isfinite(column)))} of "
                f"{counted(follow_up.n, follow_up.unit)}. Without it the chance of treatment is "
                "not known. Leave these children out and say how many, or leave out the covariate."
            )
    if clones.started < FEWEST_STARTS_PER_COVARIATE * len(named):
        raise EstimandError(
            f"{counted(clones.started, follow_up.unit)} were treated in the grace period, for "
            f"{len(named)} covariate{'s' if len(named) > 1 else ''}. Fewer than "
            f"{FEWEST_STARTS_PER_COVARIATE} for each cannot show on what treatment depended. Use "
            "fewer covariates."
        )


def _check_overlap(fits: tuple[StrategyFit, StrategyFit], words: tuple[str, str]) -> None:
    """Refuse weights that do not make the followers of a strategy stand for everyone."""
    for fit, told in zip(fits, words, strict=True):
        stood = float(fit.stands_for[0])
        if not 1.0 - _MOST_UNLIKE < stood < 1.0 / (1.0 - _MOST_UNLIKE):
            raise EstimandError(
                f"Weighted, the children who followed '{told}' stand for a share of {stood:.2f} of "
                "those who were in remission on the grace day, where it should be near 1. Some "
                "children have nobody like them who did so, and no weight can replace them. Leave "
                "out the covariate that decides it and say so, or restrict the question to "
                "children who could have had either."
            )


def _curve(fit: StrategyFit, name: str, followers: int, censored: int) -> StrategyCurve:
    """The only column of a fit as a curve."""
    return StrategyCurve(
        name=name,
        days=fit.days,
        survival=fit.survival[:, 0],
        at_risk=fit.at_risk,
        effective=fit.effective[:, 0],
        followers=followers,
        censored=censored,
        largest_weight=float(fit.largest[0]),
    )


def _replicates(
    clones: Clones,
    named: Mapping[str, FloatArray],
    horizon: float,
    draws: Draws | None,
    n_resamples: int,
) -> FloatArray:
    """Survival under both strategies at the horizon in every resample; shape (2, resamples)."""
    if draws is None:
        return np.empty((2, 0))
    if n_resamples < _FEWEST_RESAMPLES:
        raise EstimandError(
            f"{n_resamples} resamples were asked for. The tails of so few are noise. "
            f"Ask for at least {_FEWEST_RESAMPLES}."
        )
    counts = resampling_counts(clones.exit.size, n_resamples, draws)
    fits = strategies(clones, counts, named)
    found = np.ones((2, n_resamples))
    for row, fit in enumerate(fits):
        position = int(np.searchsorted(fit.days, horizon, side="right")) - 1
        if position >= 0:
            found[row] = fit.survival[position]
    return found


def _hazard_ratio(first: FloatArray, second: FloatArray) -> FloatArray:
    """log S over log S; NaN where one of them is 0 or 1."""
    usable: BoolArray = (first > 0.0) & (first < 1.0) & (second > 0.0) & (second < 1.0)
    a, b = np.where(usable, first, 0.5), np.where(usable, second, 0.5)
    return np.where(usable, np.log(a) / np.log(b), np.nan)


@dataclass(frozen=True, slots=True)
class _Limits:
    """How figures of the comparison are written down."""

    follow_up: FollowUp
    horizon: float
    level: float
    n_resamples: int
    model: str

    def estimate(self, label: str, value: float, replicates: FloatArray) -> Estimate:
        """A figure with the percentile interval of its replicates."""
        rows, notes = self.follow_up, []
        low: float | None = None
        high: float | None = None
        told = value if np.isfinite(value) else None
        usable = replicates[np.isfinite(replicates)]
        broken = self.n_resamples - usable.size
        if told is None:
            notes.append("a curve is at 0 or 1, so its logarithm says nothing")
        elif not self.n_resamples:
            notes.append("no interval: children were not resampled")
        elif broken > _MOST_BROKEN * self.n_resamples:
            notes.append(f"{broken} of {self.n_resamples} resamples gave no figure: no interval")
        else:
            low, high = percentile_interval(usable, self.level)
            low, high = min(low, told), max(high, told)
            notes.append("the interval resamples children, and fits the weights anew each time")
            if broken:
                notes.append(f"{broken} of {self.n_resamples} resamples gave no figure")
        return Estimate(
            value=told,
            low=low,
            high=high,
            level=self.level,
            method=f"clone-censor-weight, weights {self.model}",
            unit=rows.unit,
            n=rows.n,
            events=rows.events_by(self.horizon),
            at_days=self.horizon,
            endpoint=rows.endpoint,
            definition=rows.definition,
            origin=rows.origin,
            missing=rows.missing,
            citations=(HERNAN, MARINGE, *((BOOTSTRAP,) if self.n_resamples else ())),
            notes=tuple(notes),
            label=label,
        )

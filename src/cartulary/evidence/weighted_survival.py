# SPDX-License-Identifier: Apache-2.0
"""Survival of children whose weights change from day to day, with a robust interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.arrays import BoolArray, FloatArray, IntArray
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.interval import (
    FEWEST_AT_RISK,
    FEWEST_EVENTS,
    beta_product_interval,
    transformed_interval,
)
from cartulary.evidence.risk_table import in_view
from cartulary.evidence.rows import refuse_rows

WeightOn: TypeAlias = Callable[[float], FloatArray]
ROBUST = "Lin DY, Wei LJ. J Am Stat Assoc 1989;84:1074-1078"
KNOWN_WEIGHTS = "the interval takes the weights as known; resampling children allows for them"


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightedCurve:
    """Weighted survival over the m days with an event.

    days, survival, std_error: shape (m,). at_risk and events: counts of rows on each day;
    effective: (sum w)^2 / sum w^2 of the rows at risk; left_effective: the same of the rows that
    stay after the day; largest: the largest weight at risk; hazard: weighted share with the event.
    """

    days: FloatArray
    survival: FloatArray
    std_error: FloatArray
    at_risk: FloatArray
    events: FloatArray
    hazard: FloatArray
    effective: FloatArray
    left_effective: FloatArray
    largest: FloatArray
    level: float
    weighting: str
    notes: tuple[str, ...]
    citations: tuple[str, ...]
    follow_up: FollowUp = field(repr=False)

    def survival_at(self, day: float) -> Estimate:
        """Weighted survival at the end of a day; None beyond the last day followed.

        The interval is log-log with a robust standard error; where survival is 0 or 1, with fewer
        than 3 events, or with fewer than 5 at risk, the beta product interval on effective
        numbers.
        """
        rows = self.follow_up
        if not np.isfinite(day) or day < 0.0:
            raise EstimandError(
                f"Day {day} is not on this curve. Survival is asked for at a day on the "
                "endpoint's clock. Ask for a day from 0 on."
            )
        at_risk = int(rows.numbers_at_risk([day])[0])
        position = int(np.searchsorted(self.days, day, side="right")) - 1
        value = float(self.survival[position]) if position >= 0 else 1.0
        notes = [*self.notes]
        method = f"weighted Kaplan-Meier ({self.weighting}), log-log interval (robust by child)"
        low: float | None = None
        high: float | None = None
        told: float | None = value
        if day > rows.last_day and value > 0.0:
            notes.append(
                f"no {rows.unit} was followed to day {day:g}; "
                f"the last day of follow-up is {rows.last_day:g}"
            )
            told = None
        else:
            few = (
                position < 0
                or not 0.0 < value < 1.0
                or self.events[: position + 1].sum() < FEWEST_EVENTS
                or at_risk < FEWEST_AT_RISK
            )
            low, high = self._few_limits(position, at_risk) if few else self._limits(position)
            if few:
                method = (
                    f"weighted Kaplan-Meier ({self.weighting}), beta product (moments) interval "
                    "on effective numbers"
                )
            low, high = min(low, value), max(high, value)
            notes.append(KNOWN_WEIGHTS)
            if at_risk < FEWEST_AT_RISK:
                notes.append(f"at risk <{FEWEST_AT_RISK}: {at_risk} on day {day:g}")
        return Estimate(
            value=told,
            low=low,
            high=high,
            level=self.level,
            method=method,
            unit=rows.unit,
            n=rows.n_in_view,
            events=rows.events_by(day),
            at_days=day,
            endpoint=rows.endpoint,
            definition=rows.definition,
            origin=rows.origin,
            missing=rows.missing,
            at_risk=at_risk if told is not None else 0,
            citations=(sources.KAPLAN_MEIER, ROBUST, *self.citations),
            notes=tuple(notes),
        )

    def _limits(self, position: int) -> tuple[float, float]:
        """Log-log limits after a step."""
        low, high = transformed_interval(
            self.survival[position : position + 1],
            self.std_error[position : position + 1],
            self.level,
            "log-log",
        )
        return float(low[0]), float(high[0])

    def _few_limits(self, position: int, at_risk: int) -> tuple[float, float]:
        """Beta product limits after a step, on effective numbers."""
        if position < 0:
            n = np.array([float(at_risk)])
            low, high = beta_product_interval(n, np.zeros(1), n, self.level, np.array([True]))
            return float(low[0]), float(high[0])
        wanted = np.zeros(self.days.shape, dtype=bool)
        wanted[position] = True
        low, high = beta_product_interval(
            self.effective, self.effective * self.hazard, self.left_effective, self.level, wanted
        )
        return float(low[0]), float(high[0])


def weighted_kaplan_meier(
    follow_up: FollowUp,
    weight_on: WeightOn,
    *,
    weighting: str,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    notes: tuple[str, ...] = (),
    citations: tuple[str, ...] = (),
) -> WeightedCurve:
    """Survival from weights that may differ by row and by day.

    S(t) = prod over event days j <= t of (1 - h_j), h_j = sum w_ij dN_ij / sum w_ij Y_ij. With
    U_i(t) = sum over j <= t of w_ij (dN_ij - h_j Y_ij) / (sum w_kj Y_kj (1 - h_j)), the robust
    variance is S(t)^2 sum over clusters of (sum of their U_i(t))^2. Weights of 1 give the
    Kaplan-Meier curve with Greenwood's variance.

    Arguments:
        follow_up: one cause; shape (n,) arrays. Its own weights multiply those given.
        weight_on: the weight of every row on a day; shape (n,); above 0 for rows at risk.
        weighting: in a few words, what the weights are.
        clusters: what is taken as independent; shape (n,); the children where they are named.
        level: of the interval. notes, citations: passed on to every figure.

    Returns: a `WeightedCurve`.

    Refuses: several causes; nobody at risk; one cluster for all rows; a weight that is not a number
    above 0.

    Source: Lin and Wei 1989 for the robust variance.

    >>> rows = FollowUp(exit=[30, 90, 200, 400], status=[1, 0, 1, 0], cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> weighted_kaplan_meier(rows, lambda day: np.ones(4), weighting="none").survival.tolist()
    [0.75, 0.375]
    """
    checked_level(level)
    if len(follow_up.cause_names) != 1:
        raise EstimandError(
            f"The follow-up has {len(follow_up.cause_names)} causes. Weighted survival has one "
            "kind of event. Use time_to_any() for the time to the first of them."
        )
    if in_view(follow_up).n == 0:
        raise EstimandError(
            f"Nobody is at risk on any day (of {follow_up.n} rows). A curve needs at least one "
            "unit under observation. Check the population."
        )
    rows = follow_up
    days = np.unique(rows.exit[(rows.status > 0) & rows.at_some_risk])
    influence = np.zeros(rows.n)
    codes = _clusters(rows, clusters)
    if rows.n > 1 and np.unique(codes).size == 1:
        raise EstimandError(
            f"All {rows.n} rows are of one cluster. The spread between clusters could only be 0, "
            "and the interval would claim certainty. Give what is independent, such as children."
        )
    found = np.zeros((8, days.size))
    survival = 1.0
    for j, day in enumerate(days.tolist()):
        at_risk = (rows.exit >= day) & ((rows.entry < day) | (rows.entry <= 0.0))
        event = at_risk & (rows.exit == day) & (rows.status > 0)
        w = _weights(rows, weight_on(day), at_risk)
        total, own = float(w.sum()), float(w[event].sum())
        h = min(own / total, 1.0)
        survival *= 1.0 - h
        if h < 1.0:
            influence += w * (event - h * at_risk) / (total * (1.0 - h))
        spread = np.bincount(codes, weights=influence)
        stay = np.where(rows.exit > day, w, 0.0)
        found[:, j] = (
            survival,
            survival * float(np.sqrt(spread @ spread)),
            np.count_nonzero(at_risk),
            np.count_nonzero(event),
            h,
            effective_number(w),
            effective_number(stay),
            w.max(),
        )
    return WeightedCurve(
        days=days,
        survival=found[0],
        std_error=found[1],
        at_risk=found[2],
        events=found[3],
        hazard=found[4],
        effective=found[5],
        left_effective=found[6],
        largest=found[7],
        level=level,
        weighting=weighting,
        notes=notes,
        citations=citations,
        follow_up=rows,
    )


def effective_number(weights: FloatArray) -> float:
    """How many rows of equal weight would say as much: (sum w)^2 / sum w^2; 0 for nobody.

    >>> effective_number(np.array([1.0, 1.0, 0.0]))
    2.0
    """
    square = float(weights @ weights)
    return float(weights.sum()) ** 2 / square if square > 0.0 else 0.0


def _weights(rows: FollowUp, given: FloatArray, at_risk: BoolArray) -> FloatArray:
    """The weights of the rows at risk, 0 for the others."""
    w = np.asarray(given, dtype=np.float64)
    if w.shape != (rows.n,):
        raise EstimandError(
            f"The weights have shape {w.shape} for {rows.n} rows. Every row has a weight on every "
            "day. Return one weight a row."
        )
    refuse_rows(
        at_risk & ~(np.isfinite(w) & (w > 0.0)),
        "have a weight that is not a number above 0 while they are at risk",
        "A weight says how many units a row stands for",
        "Leave out rows of weight 0, and truncate weights that grow without bound",
    )
    own = np.ones(rows.n) if rows.weights is None else rows.weights
    return np.where(at_risk, w * own, 0.0)


def _clusters(rows: FollowUp, clusters: ArrayLike | None) -> IntArray:
    """The cluster of each row as a position."""
    labels = rows.child_ids if clusters is None else np.asarray(clusters)
    if labels is None:
        return np.arange(rows.n)
    if labels.shape != (rows.n,):
        raise EstimandError(
            f"clusters has shape {labels.shape} for {rows.n} rows. Every row is in one cluster. "
            "Pass one label a row."
        )
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)

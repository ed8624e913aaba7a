# SPDX-License-Identifier: Apache-2.0
"""Hazards of moving, and shares of children in each state, over any graph of states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.distributions import checked_level, half_width
from cartulary.evidence.interval import IntervalScale, checked_scale
from cartulary.evidence.occupancy import Course, Start, greenwood_course, robust_course
from cartulary.evidence.occupancy_curve import OccupancyCurve
from cartulary.evidence.transition_table import TransitionTable, transition_table
from cartulary.evidence.transitions import Transitions

OccupancyVariance: TypeAlias = Literal["greenwood", "robust"]
VARIANCES: tuple[OccupancyVariance, ...] = ("greenwood", "robust")
_WHOLE = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class TransitionHazards:
    """The cumulative hazard of each arrow of the graph, over the m days on which anyone moved.

    hazards, std_error, low, high, moves, at_risk: shape (arrows, m), in the order of `arrows`;
    at_risk counts who could have made the move. The limits are symmetric on the log scale.
    """

    days: FloatArray
    hazards: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    moves: FloatArray
    at_risk: FloatArray
    level: float
    variance: str
    transitions: Transitions = field(repr=False)

    @property
    def arrows(self) -> tuple[tuple[str, str], ...]:
        """The arrows, in the order of the rows of `hazards`."""
        return self.transitions.allowed


def transition_hazards(
    transitions: Transitions,
    *,
    start_day: float = 0.0,
    variance: Literal["greenwood", "aalen"] = "greenwood",
    level: float = 0.95,
) -> TransitionHazards:
    """The Nelson-Aalen cumulative hazard of every move.

    A_hj(t) = sum over days u in (s, t] of d_hj(u) / n_h(u), with variance
    sum d (n - d) / n^3 (greenwood) or sum d / n^2 (aalen); limits A exp(-+ z se / A).

    Arguments: stays; the day after which moves count; the variance; the level of the interval.
    Returns: a `TransitionHazards`; an arrow nobody took has hazard 0 and no upper limit (NaN).
    Refuses: a variance of another name; nobody at risk after the start day.
    Source: Andersen, Borgan, Gill and Keiding 1993.

    >>> stays = Transitions(entry=[0, 0, 40], exit=[60, 40, 90],
    ...                     from_state=["well", "well", "ill"],
    ...                     to_state=["censored", "ill", "dead"], child_ids=["a", "b", "b"],
    ...                     states=("well", "ill", "dead"), allowed=(("well", "ill"),
    ...                     ("ill", "dead")), unit="child", clock="infusion",
    ...                     definition="an example", origin="simulated")
    >>> transition_hazards(stays).hazards.tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """
    if variance not in ("greenwood", "aalen"):
        raise EstimandError(
            f"There is no variance {variance!r} for a cumulative hazard. An interval must say how "
            "it was made. Use greenwood or aalen."
        )
    _check_followed(transitions, start_day)
    table = transition_table(transitions, start_day)
    n = table.at_risk[:, table.arrows[:, 0]]
    left = n - table.moves if variance == "greenwood" else n
    terms = np.divide(table.moves * left, n**3, out=np.zeros_like(n), where=n > 0.0)
    hazards, std_error = np.cumsum(table.hazards, axis=0).T, np.sqrt(np.cumsum(terms, axis=0)).T
    some = hazards > 0.0
    ratio = np.divide(std_error, hazards, out=np.zeros_like(hazards), where=some)
    spread = np.exp(half_width(level) * ratio)
    return TransitionHazards(
        days=table.days,
        hazards=hazards,
        std_error=std_error,
        low=np.where(some, hazards / spread, 0.0),
        high=np.where(some, hazards * spread, np.nan),
        moves=table.moves.T,
        at_risk=n.T,
        level=level,
        variance=variance,
        transitions=transitions,
    )


def occupancy(
    transitions: Transitions,
    *,
    start: str | Mapping[str, float] | None = None,
    start_day: float = 0.0,
    variance: OccupancyVariance = "greenwood",
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    interval: IntervalScale = "log-log",
) -> OccupancyCurve:
    """The share of children in each state after each day, from a start, over any graph.

    p(t) = p(s) prod over days u in (s, t] of (I + dA(u)), with dA_hj = d_hj / n_h and rows that
    add to 0 (Aalen and Johansen). All rows at risk after day s count, whatever the state the
    child was in on day s: moves are taken to depend on the state and the day only.
    `transitions.in_state_on()` gives rows for which this need not be assumed.

    Arguments:
        transitions: the stays; late entry, gaps and cycles are allowed.
        start: a state, or shares by state that add to 1, just after `start_day`; None for the
            shares of those under observation then, whose sampling error is counted (R's survfit
            takes them as known at the origin).
        start_day: s; 0 for the clock's origin, a later day for prediction from that day.
        variance: "greenwood" takes weights as numbers of children, each child's moves as
            independent; "robust" is the infinitesimal jackknife by cluster, weights as sampling
            weights, as R's survfit.
        clusters: a label for each row, for "robust"; shape (rows,); children by default.
        level, interval: of the interval, and the scale on which it is symmetric.

    Returns: an `OccupancyCurve`; arrays of shape (K, m).

    Refuses: shares that do not add to 1; a start on which nothing is known, because nobody was
    seen in that state after day s; a start in final states only.

    Source: Aalen and Johansen 1978; Andersen, Borgan, Gill and Keiding 1993.

    >>> stays = Transitions(entry=[0, 0, 0, 40], exit=[60, 40, 50, 90],
    ...                     from_state=["well", "well", "well", "ill"],
    ...                     to_state=["censored", "ill", "dead", "dead"],
    ...                     child_ids=["a", "b", "c", "b"], states=("well", "ill", "dead"),
    ...                     allowed=(("well", "ill"), ("well", "dead"), ("ill", "dead")),
    ...                     unit="child", clock="infusion", definition="an example",
    ...                     origin="simulated")
    >>> round(occupancy(stays, start="well").occupancy_at(50, "well").value, 4)
    0.3333
    """
    checked_scale(interval)
    checked_level(level)
    table, begun, course = followed_course(
        transitions, start, start_day, variance, clusters, horizon=start_day
    )
    return OccupancyCurve(
        days=table.days,
        occupancy=course.occupancy.T,
        covariance=course.covariance,
        at_risk=table.at_risk.T,
        start=begun.share,
        start_day=start_day,
        level=level,
        interval=interval,
        variance=variance,
        emptied=_emptied(transitions, table),
        transitions=transitions,
    )


def followed_course(
    transitions: Transitions,
    start: str | Mapping[str, float] | None,
    start_day: float,
    variance: OccupancyVariance,
    clusters: ArrayLike | None,
    horizon: float,
) -> tuple[TransitionTable, Start, Course]:
    """The table of moves, the start, and shares and time spent up to a horizon."""
    if variance not in VARIANCES:
        raise EstimandError(
            f"There is no variance {variance!r} for an occupancy. An interval must say how it was "
            f"made. Use one of {', '.join(VARIANCES)}."
        )
    if clusters is not None and variance != "robust":
        raise EstimandError(
            "Clusters were given with the Greenwood variance, which takes children as "
            'independent. The clusters would be ignored. Use variance="robust".'
        )
    _check_followed(transitions, start_day)
    begun = _start(transitions, start, start_day)
    table = transition_table(transitions, start_day)
    if variance == "greenwood":
        return table, begun, greenwood_course(table, begun, start_day, horizon)
    codes = _cluster_codes(transitions, clusters)
    return table, begun, robust_course(transitions, table, begun, start_day, horizon, codes)


def _check_followed(transitions: Transitions, start_day: float) -> None:
    """Refuse a start after which nobody was observed."""
    if not np.isfinite(start_day) or start_day < 0.0:
        raise EstimandError(
            f"The start day is {start_day}. Days count from the clock's origin. "
            "Give a day from 0 on."
        )
    if not bool(np.any((transitions.exit > start_day) & (transitions.exit > transitions.entry))):
        raise EstimandError(
            f"Nobody was under observation after day {start_day:g} "
            f"(of {transitions.n_children} children). Nothing is known of what follows. "
            "Check the population or the start day."
        )


def _start(
    transitions: Transitions, start: str | Mapping[str, float] | None, start_day: float
) -> Start:
    """The shares just after the start day, refused where nothing could follow from them."""
    rows, k = transitions, len(transitions.states)
    share = np.zeros(k)
    if start is None:
        there = (rows.entry <= start_day) & (rows.exit > start_day)
        weights = np.ones(rows.n_rows) if rows.weights is None else rows.weights
        counted = np.where(there, weights, 0.0)
        if not there.any():
            raise EstimandError(
                f"Nobody was under observation on day {start_day:g}: all came later. The shares "
                "of the start cannot be counted. Give start, or a later start day."
            )
        share = np.bincount(rows.from_state, weights=counted, minlength=k) / counted.sum()
        return Start(share, counted, rows.from_state)
    given = {start: 1.0} if isinstance(start, str) else dict(start)
    for state, part in given.items():
        share[rows.state_number(state)] = part
    if not np.all(share >= 0.0) or not abs(float(share.sum()) - 1.0) <= _WHOLE:
        raise EstimandError(
            f"The shares of the start are {given}. They say where all children are, so none is "
            "negative and they add to 1. Correct the shares."
        )
    seen = np.bincount(rows.from_state[rows.exit > start_day], minlength=k)
    for state in (s for s in given if share[rows.state_number(s)] > 0.0):
        if state not in rows.final and seen[rows.state_number(state)] == 0:
            raise EstimandError(
                f"Nobody was seen in {state!r} after day {start_day:g}. What would follow from "
                "there is not in these data. Choose another start, or an earlier day."
            )
    if {s for s in given if share[rows.state_number(s)] > 0.0} <= set(rows.final):
        raise EstimandError(
            f"The start is {', '.join(given)}, which nobody leaves. There is nothing to predict. "
            "Choose a state with a way out."
        )
    return Start(share, None, rows.from_state)


def _cluster_codes(transitions: Transitions, clusters: ArrayLike | None) -> IntArray:
    """The cluster of each row as a position, refused where a cluster splits a child."""
    if clusters is None:
        return transitions.child_codes
    labels = np.asarray(clusters)
    if labels.shape != (transitions.n_rows,):
        raise EstimandError(
            f"clusters has shape {labels.shape} for {transitions.n_rows} rows. Every stay is in "
            "one cluster. Pass one label a row."
        )
    codes = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    pairs = np.unique(np.stack([transitions.child_codes, codes]), axis=1).shape[1]
    if pairs > transitions.n_children:
        raise EstimandError(
            f"{pairs - transitions.n_children} children lie in more than one cluster. Clusters "
            "are taken as independent. Give all stays of a child one cluster."
        )
    return codes


def _emptied(transitions: Transitions, table: TransitionTable) -> tuple[str, ...]:
    """States that everyone present left at once although others were still to come."""
    rows, found = transitions, []
    leaving = np.zeros_like(table.at_risk)
    np.add.at(leaving.T, table.arrows[:, 0], table.moves.T)
    empty = (leaving >= table.at_risk) & (table.at_risk > 0.0)
    for k, state in enumerate(rows.states):
        days = table.days[empty[:, k]]
        if days.size and bool(np.any(rows.entry[rows.from_state == k] >= days[0])):
            found.append(state)
    return tuple(found)

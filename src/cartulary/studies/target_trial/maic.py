# SPDX-License-Identifier: Apache-2.0
"""The treated weighted to resemble the controls' table of means (MAIC).

A matching-adjusted comparison reads nothing of the controls but the means of their covariates and
their curve, as if they were a published study. It speaks of children like the controls. Here the
table is that of the controls under the protocol: eligible, counted from the common start. A paper's
own table is not taken: its children cannot be held to this time zero and this wait.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources, sources
from cartulary.evidence.arrays import BoolArray, FloatArray
from cartulary.evidence.distributions import half_width
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.entropy_balancing import exponential_tilt
from cartulary.evidence.external_control.matching_adjusted import (
    matching_adjusted_hazard_ratio,
    matching_adjusted_shares,
    matching_adjusted_weights,
)
from cartulary.evidence.external_control.overlap import Weighting
from cartulary.evidence.melded import worse_origin
from cartulary.studies.target_trial.align import Aligned
from cartulary.studies.target_trial.jackknifed import JACKKNIFE, JackknifedFigures, survival_pair
from cartulary.studies.target_trial.protocol import MAIC, MAIC_BINARY, METHODS
from cartulary.studies.target_trial.results import Comparison, figure_words
from cartulary.studies.target_trial.weights import GroupWeights

#: A share above which children of unknown state would decide a yes-or-no comparison.
MOST_UNKNOWN = 0.2
_MOST_BROKEN = 0.05
_YES_OR_NO = 2


def matching_adjusted(aligned: Aligned) -> Comparison:
    """Survival and the hazard ratio among children like the controls.

    Treated children weigh w_i = exp(b' (x_i - t)), with t the controls' means (and mean squares
    where the protocol asks for spreads too); controls weigh 1. The jackknife finds table and
    weights anew without each child of either group, so that the controls' own variance counts
    twice over: in their curve, and in the table. The hazard ratio is that of a weighted Cox model
    with a sandwich error over the rows of both groups.

    Refuses: what `matching_adjusted_weights` refuses; a table out of reach without more than 5%
    of the children.

    Source: Signorovitch and others 2012.
    """
    day = float(aligned.protocol.day)
    one, two = aligned.treated.follow_up, aligned.control.follow_up
    weighting, weights = _weights(aligned)
    how = "weighted Kaplan-Meier (MAIC), jackknife interval over both groups and the table"
    cites = (external_sources.MATCHING_ADJUSTED, sources.KAPLAN_MEIER, JACKKNIFE)
    figures = JackknifedFigures(aligned, one, two, how, cites, weighting.notes)
    pair = survival_pair(one, two, weights, day)
    return Comparison(
        method=MAIC,
        target=METHODS[MAIC],
        treated=figures.survival("treated", pair),
        control=figures.survival("control", pair),
        difference=figures.difference(pair),
        risk_ratio=figures.risk_ratio(pair),
        hazard_ratio=_hazard_ratio(aligned, weighting, figures.both),
        effective=weights.effective,
        balance=weighting.balance,
        notes=weighting.notes,
        weights=weights,
    )


def matching_adjusted_binary(aligned: Aligned) -> Comparison:
    """Shares free of the event among children whose state on the day is known.

    The weighted share of the treated beside the counts of the controls, with the robust (HC3)
    variance of the one and the binomial variance of the other. Children lost before the day have
    no state on it and are left out, which favours neither group only where loss is rare.

    Refuses: more than 20% of a group without a known state; what the weights refuse.

    Source: Signorovitch and others 2012.
    """
    day, level = float(aligned.protocol.day), aligned.protocol.level
    known, free = zip(
        *(_states(aligned, name, day) for name in ("treated", "control")), strict=True
    )
    x1, x0 = _columns(aligned)
    weighting = matching_adjusted_weights(
        x1[known[0]], x0[known[1]].mean(axis=0), _column_names(aligned)
    )
    words = figure_words(aligned)
    origin = worse_origin(*(group.follow_up.origin for group in aligned.groups))
    y, m = free[0][known[0]], int(known[1].sum())
    found = matching_adjusted_shares(
        y, weighting, int(free[1][known[1]].sum()), m, level=level, origin=origin, **words
    )
    lost = [int((~one).sum()) for one in known]
    had = sum(int((one & ~other).sum()) for one, other in zip(known, free, strict=True))
    notes = (
        *found.difference.notes,
        f"{lost[0]} treated and {lost[1]} controls were lost before the day and are left out",
    )
    # The same comparison for the chance of the event, whose ratio every other method gives.
    events = matching_adjusted_shares(
        ~y, weighting, int((~free[1][known[1]]).sum()), m, level=level, origin=origin, **words
    )
    w = weighting.weights / weighting.weights.sum()
    share = float(w @ y)
    errors = (
        float(np.sqrt((((y - share) * w / (1.0 - w)) ** 2).sum())),
        float(np.sqrt(free[1][known[1]].var(ddof=1) / m)),
    )
    how = "weighted share of known states (MAIC), HC3 and binomial interval"
    figures = _Shares(aligned, how, notes)
    return Comparison(
        method=MAIC_BINARY,
        target=METHODS[MAIC_BINARY],
        treated=figures.share("treated", share, errors[0], known[0], free[0]),
        control=figures.share(
            "control", float(free[1][known[1]].mean()), errors[1], known[1], free[1]
        ),
        difference=_on_day(found.difference, day, had, notes),
        risk_ratio=None if events.ratio.value is None else _on_day(events.ratio, day, had, notes),
        hazard_ratio=None,
        effective=(weighting.effective, float(m)),
        balance=weighting.balance,
        notes=notes,
    )


class _Shares:
    """Shares of each group in the words they have in common."""

    def __init__(self, aligned: Aligned, how: str, notes: tuple[str, ...]) -> None:
        self.aligned, self.how, self.notes = aligned, how, notes

    def share(
        self, label: str, value: float, error: float, known: BoolArray, free: BoolArray
    ) -> Estimate:  # fmt: skip
        """One group's share with a normal interval held within 0 and 1."""
        protocol = self.aligned.protocol
        group = self.aligned.treated if label == "treated" else self.aligned.control
        reach = half_width(protocol.level) * error
        return Estimate(
            value=value, low=max(0.0, value - reach), high=min(1.0, value + reach),
            level=protocol.level, method=self.how, n=int(known.sum()),
            events=int((known & ~free).sum()), origin=group.follow_up.origin,
            at_days=float(protocol.day), missing=group.follow_up.missing + int((~known).sum()),
            citations=(external_sources.MATCHING_ADJUSTED,), notes=self.notes, label=label,
            **figure_words(self.aligned),
        )  # fmt: skip


def _on_day(estimate: Estimate, day: float, events: int, notes: tuple[str, ...]) -> Estimate:
    """The estimate with its day, the children who had the event by then, and its notes."""
    return replace(estimate, at_days=day, events=events, notes=notes)


def _states(aligned: Aligned, name: str, day: float) -> tuple[BoolArray, BoolArray]:
    """Whose state on the day is known, and who is free of the event then."""
    group = aligned.treated if name == "treated" else aligned.control
    rows = group.follow_up
    had = (rows.status > 0) & (rows.exit <= day)
    known = np.asarray(had | (rows.exit >= day), dtype=np.bool_)
    lost = int((~known).sum())
    if lost > MOST_UNKNOWN * rows.n:
        raise EstimandError(
            f"Of {rows.n} children of the {name} group {lost} went out of view before day "
            f"{day:g}. A yes or no about the others would count their events and not their time. "
            "Use maic, which takes the time to the event, or an earlier day."
        )
    return known, np.asarray(~had, dtype=np.bool_)


def _columns(aligned: Aligned) -> tuple[FloatArray, FloatArray]:
    """What is matched: the covariates, and their squares where spreads are matched too."""
    x1, x0 = aligned.treated.covariates, aligned.control.covariates
    if not aligned.protocol.maic_spreads:
        return x1, x0
    # A yes or no is its own square. The others' squares are taken around a common centre: the
    # match is the same, and the arithmetic steadier.
    numbers = _numbers(x1)
    centre = x0.mean(axis=0)
    squares = [(x[:, numbers] - centre[numbers]) ** 2 for x in (x1, x0)]
    return np.column_stack([x1, squares[0]]), np.column_stack([x0, squares[1]])


def _column_names(aligned: Aligned) -> tuple[str, ...]:
    """The names of those columns."""
    if not aligned.protocol.maic_spreads:
        return aligned.names
    numbers = _numbers(aligned.treated.covariates)
    return (*aligned.names, *(f"{aligned.names[k]} squared" for k in numbers))


def _numbers(x: FloatArray) -> list[int]:
    """The columns that are more than a yes or no."""
    return [k for k in range(x.shape[1]) if np.unique(x[:, k]).size > _YES_OR_NO]


def _weights(aligned: Aligned) -> tuple[Weighting, GroupWeights]:
    """The weights, and the same without each child of either group, the table found anew."""
    x1, x0 = _columns(aligned)
    n1, n0 = x1.shape[0], x0.shape[0]
    weighting = matching_adjusted_weights(x1, x0.mean(axis=0), _column_names(aligned))
    whole = weighting.weights * (n1 / weighting.weights.sum())
    treated = np.repeat(whole[:, None], n1 + n0, axis=1)
    control = np.ones((n0, n1 + n0))
    treated[np.arange(n1), np.arange(n1)] = 0.0
    control[np.arange(n0), n1 + np.arange(n0)] = 0.0
    broken = 0
    for k in range(n1 + n0):
        mine = np.arange(n1) != k
        others = np.arange(n0) != k - n1
        try:
            treated[mine, k] = exponential_tilt(x1[mine], x0[others].mean(axis=0))[1]
        except EstimandError:
            broken += 1
    if broken > _MOST_BROKEN * (n1 + n0):
        raise EstimandError(
            f"Without one or another of {broken} children the controls' table is out of reach of "
            f"the {n1} treated. The overlap hangs on them. Use fewer covariates, or match means "
            "alone."
        )
    return weighting, GroupWeights(
        method=MAIC,
        says="MAIC",
        treated=whole,
        control=np.ones(n0),
        left_out_treated=treated,
        left_out_control=control,
        strata=np.repeat([1.0, 0.0], [n1, n0]),
        balance=weighting.balance,
        notes=weighting.notes,
        citations=weighting.citations,
    )


def _hazard_ratio(aligned: Aligned, weighting: Weighting, both: dict[str, Any]) -> Estimate:
    """The ratio with its sandwich interval, or why there is none."""
    try:
        return matching_adjusted_hazard_ratio(
            aligned.treated.follow_up,
            weighting,
            aligned.control.follow_up,
            level=aligned.protocol.level,
        )
    except EstimandError as refusal:
        words = {**both, "method": "hazard ratio, weighted Cox regression", "at_days": None}
        return Estimate(
            value=None, low=None, high=None, label="hazard ratio",
            **{**words, "notes": (str(refusal),)},
        )  # fmt: skip

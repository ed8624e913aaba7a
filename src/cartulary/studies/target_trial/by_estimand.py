# SPDX-License-Identifier: Apache-2.0
"""The study's endpoint under every strategy of ICH E9(R1), weighted as the main method weights.

What is made of treatment that follows after the start can decide a comparison. So the same
children, with the same weights, are judged under each strategy, and what cannot be had is a row
with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import incidence_replicates
from cartulary.evidence.censoring_weights import (
    COLE_HERNAN,
    FEWEST_LEAVING_PER_COVARIATE,
    ROBINS_FINKELSTEIN,
    CensoringWeights,
    censoring_weights,
)
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.interval import FEWEST_EVENTS
from cartulary.studies.estimands import (
    COMPOSITE,
    HYPOTHETICAL,
    HYPOTHETICAL_WEIGHTED,
    PRINCIPAL_STRATUM,
    STRINGENT,
    TREATMENT_POLICY,
    WHILE_ON_TREATMENT,
)
from cartulary.studies.target_trial import intercurrent
from cartulary.studies.target_trial.align import Aligned, AlignedGroup
from cartulary.studies.target_trial.jackknifed import (
    JACKKNIFE,
    JackknifedFigures,
    Pair,
    survival_pair,
)
from cartulary.studies.target_trial.results import Comparison
from cartulary.studies.target_trial.weights import GroupWeights

ICH_E9_R1: Final = "ICH E9(R1). Addendum on estimands and sensitivity analysis. 2019"
ASKED: Final = (
    TREATMENT_POLICY,
    HYPOTHETICAL,
    HYPOTHETICAL_WEIGHTED,
    COMPOSITE,
    STRINGENT,
    WHILE_ON_TREATMENT,
    PRINCIPAL_STRATUM,
)
#: Strategies that make something of other treatment, and nothing where nobody had any.
_OF_OTHER: Final = (HYPOTHETICAL, COMPOSITE, WHILE_ON_TREATMENT)

Why: TypeAlias = Literal[
    "no_other_treatment",
    "few_leaving",
    "few_events",
    "not_followed",
    "no_relapse",
    "not_identified",
    "not_weighted",
    "refused",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a strategy has no figure: a code, the group it is about, its numbers, or words of ours.

    counts: of few_leaving, who left and the covariates; of few_events, the events; of
    not_followed, the last day.
    """

    why: Why
    group: str = ""
    counts: tuple[int, ...] = ()
    words: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class StrategyFigures:
    """One strategy. events: of treated and controls, over all of follow-up; None with a refusal."""

    strategy: str
    treated: Estimate | None = None
    control: Estimate | None = None
    difference: Estimate | None = None
    events: tuple[int, int] | None = None
    refusal: Refusal | None = None
    #: The largest weight against leaving, where there is one.
    largest: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class ByEstimand:
    """Every strategy, and how many had other treatment first, by kind, of treated and controls.

    weighting: the method whose weights were used; "" where none could be. stringent: the
    definition that the stringent row follows.
    """

    rows: tuple[StrategyFigures, ...]
    other: tuple[dict[str, int], dict[str, int]]
    weighting: str
    stringent: str = intercurrent.STRINGENT
    citations: tuple[str, ...] = field(default=(ICH_E9_R1,))

    @property
    def spread(self) -> tuple[float, float] | None:
        """The least and greatest difference that the choice of strategy alone gives.

        While on treatment answers another question and is left out.
        """
        found = [
            row.difference.value
            for row in self.rows
            if row.difference is not None
            and row.difference.value is not None
            and row.strategy != WHILE_ON_TREATMENT
        ]
        return (min(found), max(found)) if found else None


def by_estimand(aligned: Aligned, main: Comparison) -> ByEstimand:
    """The main comparison under every strategy.

    Treatment policy: other treatment is ignored. Hypothetical: follow-up ends at it, and
    with weights those who stay are counted for those like them who left (a model in each group,
    with the protocol's covariates). Composite: it counts as the event. Stringent: so does a
    molecular relapse, as in the field's stringent edition. While on treatment: one less the
    incidence of the event before it. Principal stratum: refused.

    Arguments: the aligned groups; the main comparison, whose weights are used.

    Returns: a `ByEstimand`; intervals by jackknife, with weights against leaving taken as known.

    Source: ICH E9(R1) 2019; Robins and Finkelstein 2000 for the weights against leaving.
    """
    weights = main.weights
    other = (aligned.treated.after.counts(), aligned.control.after.counts())
    if weights is None:
        lacking = tuple(
            StrategyFigures(strategy=name, refusal=Refusal("not_weighted")) for name in ASKED
        )
        return ByEstimand(rows=lacking, other=other, weighting="")
    rows = tuple(_row(aligned, weights, name) for name in ASKED)
    return ByEstimand(rows=rows, other=other, weighting=weights.method)


def _row(aligned: Aligned, weights: GroupWeights, strategy: str) -> StrategyFigures:
    """One strategy, or why not."""
    refusal = _refused(aligned, strategy)
    if refusal is not None:
        return StrategyFigures(strategy=strategy, refusal=refusal)
    one, two = (_rows_under(group, strategy) for group in aligned.groups)
    refusal = _too_little(aligned, one, two)
    if refusal is not None:
        return StrategyFigures(strategy=strategy, refusal=refusal)
    day, largest = float(aligned.protocol.day), None
    cites: tuple[str, ...] = (*weights.citations, ICH_E9_R1, sources.KAPLAN_MEIER, JACKKNIFE)
    how = f"weighted Kaplan-Meier ({weights.says}), jackknife interval"
    try:
        if strategy == HYPOTHETICAL_WEIGHTED:
            against = [
                _against_leaving(aligned, group, rows)
                for group, rows in zip(aligned.groups, (one, two), strict=True)
            ]
            pair = _weighted_pair(one, two, weights, against, day)
            largest = max(1.0, *(made.largest_by(day) for made in against if made is not None))
            cites = (*cites, ROBINS_FINKELSTEIN, COLE_HERNAN)
            how = f"{how}; weights against leaving taken as known"
        elif strategy == WHILE_ON_TREATMENT:
            pair = _incidence_pair(one, two, weights, day)
            cites = (*cites, sources.AALEN_JOHANSEN)
            how = f"one less the weighted Aalen-Johansen incidence ({weights.says}), jackknife"
        else:
            pair = survival_pair(one, two, weights, day)
    except EstimandError as found:
        return StrategyFigures(strategy=strategy, refusal=Refusal("refused", words=str(found)))
    figures = JackknifedFigures(
        aligned, _one_cause(one), _one_cause(two), how, cites, weights.notes
    )  # fmt: skip
    return StrategyFigures(
        strategy=strategy,
        treated=figures.survival("treated", pair),
        control=figures.survival("control", pair),
        difference=figures.difference(pair),
        events=(_wanted(one), _wanted(two)),
        largest=largest,
    )


def _refused(aligned: Aligned, strategy: str) -> Refusal | None:
    """Why a strategy does not apply to this study at all."""
    if strategy == PRINCIPAL_STRATUM:
        return Refusal("not_identified")
    if strategy == STRINGENT and not intercurrent.counts_relapse(aligned.protocol.endpoint):
        return Refusal("no_relapse")
    had = any(np.isfinite(group.after.before_event).any() for group in aligned.groups)
    if strategy in (*_OF_OTHER, HYPOTHETICAL_WEIGHTED) and not had:
        return Refusal("no_other_treatment")
    if strategy == HYPOTHETICAL_WEIGHTED:
        for group in aligned.groups:
            left = int(np.isfinite(group.after.before_event).sum())
            if 0 < left < FEWEST_LEAVING_PER_COVARIATE * len(aligned.names):
                return Refusal("few_leaving", group.group.name, (left, len(aligned.names)))
    return None


def _too_little(aligned: Aligned, one: FollowUp, two: FollowUp) -> Refusal | None:
    """Too few events by the day, or nobody followed to it, under this strategy."""
    day = float(aligned.protocol.day)
    for group, rows in zip(aligned.groups, (one, two), strict=True):
        if rows.last_day < day and rows.events < rows.n:
            return Refusal("not_followed", group.group.name, (int(rows.last_day),))
        events = int(np.count_nonzero((rows.status == 1) & (rows.exit <= day)))
        if events < FEWEST_EVENTS:
            return Refusal("few_events", group.group.name, (events,))
    return None


def _rows_under(group: AlignedGroup, strategy: str) -> FollowUp:
    """One group's rows under a strategy. Other treatment on the day of the event comes after it."""
    after = group.after
    rows, first = after.policy, after.before_event
    had = np.isfinite(first)
    # What a row that had other treatment becomes under each strategy.
    becomes = {HYPOTHETICAL: 0, HYPOTHETICAL_WEIGHTED: 0, COMPOSITE: 1, WHILE_ON_TREATMENT: 2}
    exits, status = rows.exit, rows.status
    if strategy in becomes:
        exits = np.where(had, first, exits)
        status = np.where(had, becomes[strategy], status)
    elif strategy == STRINGENT:
        sooner = np.minimum(np.where(had, first, np.inf), after.molecular)
        # A censored row may have its molecular relapse on the last day it was seen.
        ends = np.where(rows.status > 0, sooner < rows.exit, sooner <= rows.exit)
        exits, status = np.where(ends, sooner, exits), np.where(ends, 1, status)
    said = f"{rows.definition}, {strategy.replace('_', ' ')}"
    if strategy == STRINGENT:
        said = f"{said} (as {intercurrent.STRINGENT})"
    return replace(
        rows,
        exit=exits,
        status=status.astype(np.int64),
        cause_names=("event", "other treatment") if strategy == WHILE_ON_TREATMENT else ("event",),
        definition=said,
    )


def _one_cause(rows: FollowUp) -> FollowUp:
    """The rows with the event alone as their cause."""
    if len(rows.cause_names) == 1:
        return rows
    return replace(rows, status=np.where(rows.status == 1, 1, 0), cause_names=("event",))


def _wanted(rows: FollowUp) -> int:
    """How many had the event that the strategy speaks of."""
    return int(np.count_nonzero(rows.status == 1))


def _incidence_pair(one: FollowUp, two: FollowUp, weights: GroupWeights, day: float) -> Pair:
    """One less the weighted incidence of the event before other treatment."""

    def free(rows: FollowUp, columns: FloatArray) -> FloatArray:
        return np.asarray(1.0 - incidence_replicates(rows, "event", [day], columns)[:, 0])

    return Pair(
        treated=float(free(one, weights.treated[:, None])[0]),
        control=float(free(two, weights.control[:, None])[0]),
        treated_without=free(one, weights.left_out_treated),
        control_without=free(two, weights.left_out_control),
        strata=weights.strata,
    )


def _against_leaving(
    aligned: Aligned, group: AlignedGroup, rows: FollowUp
) -> CensoringWeights | None:
    """Weights for those who left at other treatment; None where nobody of the group did."""
    left = np.isfinite(group.after.before_event) & (rows.status == 0)
    if not left.any():
        return None
    columns = dict(zip(aligned.names, group.covariates.T, strict=True))
    return censoring_weights(rows, left, covariates=columns, known_on=0.0)


def _weighted_pair(
    one: FollowUp,
    two: FollowUp,
    weights: GroupWeights,
    against: list[CensoringWeights | None],
    day: float,
) -> Pair:
    """Survival of both groups with two weights each: the main method's, and against leaving."""

    def chance(rows: FollowUp, made: CensoringWeights | None, columns: FloatArray) -> FloatArray:
        free = np.ones(columns.shape[1])
        ended = rows.status > 0
        for on in np.unique(rows.exit[ended & (rows.exit <= day)]).tolist():
            w = columns if made is None else columns * made.on(on)[:, None]
            had = w[ended & (rows.exit == on)].sum(axis=0)
            there = w[rows.exit >= on].sum(axis=0)
            free *= 1.0 - np.divide(had, there, out=np.zeros_like(had), where=there > 0.0)
        return free

    return Pair(
        treated=float(chance(one, against[0], weights.treated[:, None])[0]),
        control=float(chance(two, against[1], weights.control[:, None])[0]),
        treated_without=chance(one, against[0], weights.left_out_treated),
        control_without=chance(two, against[1], weights.left_out_control),
        strata=weights.strata,
    )

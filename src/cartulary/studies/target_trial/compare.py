# SPDX-License-Identifier: Apache-2.0
"""Treated children and controls compared by every method that the protocol names."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.cox_fit import COX
from cartulary.evidence.distributions import half_width
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.overlap import refuse_outside
from cartulary.evidence.external_control.two_group_hazard import log_hazard_ratios
from cartulary.evidence.interval import FEWEST_EVENTS
from cartulary.studies.target_trial.align import Aligned
from cartulary.studies.target_trial.borrowing import with_power_prior, with_robust_map
from cartulary.studies.target_trial.jackknifed import JACKKNIFE, JackknifedFigures, survival_pair
from cartulary.studies.target_trial.maic import matching_adjusted, matching_adjusted_binary
from cartulary.studies.target_trial.model_based import augmented, standardised
from cartulary.studies.target_trial.protocol import (
    AUGMENTED,
    MAIC,
    MAIC_BINARY,
    METHODS,
    POWER_PRIOR,
    ROBUST_MAP,
    STANDARDISATION,
)
from cartulary.studies.target_trial.results import Comparison, absent
from cartulary.studies.target_trial.weights import GroupWeights, group_weights, jackknife_error

_REFUSED_RATIO = "A hazard ratio needs an event in both groups while both are followed."


#: Methods that do not weight both groups and compare their curves.
_OTHERWISE: Final[dict[str, Callable[[Aligned], Comparison]]] = {
    STANDARDISATION: standardised,
    AUGMENTED: augmented,
    MAIC: matching_adjusted,
    MAIC_BINARY: matching_adjusted_binary,
    POWER_PRIOR: with_power_prior,
    ROBUST_MAP: with_robust_map,
}


def compare(aligned: Aligned, method: str) -> Comparison:
    """One comparison of the aligned groups at the protocol's day.

    Survival of each group over the children the method speaks of, their difference, the ratio of
    their chances of the event, and, for methods that weight, the hazard ratio. Intervals of
    weighted figures are normal with a jackknife error for which the weights are found anew: the
    difference as it is, ratios on their logarithm, survival on log(-log).

    Arguments: aligned groups; one of `METHODS`.

    Returns: a `Comparison`; where the method is refused, one whose `refusal` says why and whose
    figures are absent.
    """
    try:
        _refuse_short(aligned)
        if METHODS[method] == "treated":
            target = aligned.treated.covariates.mean(axis=0)
            refuse_outside(target, aligned.control.covariates, aligned.names)
        if method in _OTHERWISE:
            return _OTHERWISE[method](aligned)
        return _weighted(aligned, group_weights(aligned, method))
    except EstimandError as refusal:
        return absent(aligned, method, str(refusal))


def compare_all(aligned: Aligned) -> tuple[Comparison, ...]:
    """Every method of the protocol, the main one first.

    Refuses: a main method that cannot be done, with its reason. Another is not put in its place:
    a method chosen after seeing which one works is no longer the protocol's.
    """
    found = tuple(compare(aligned, method) for method in aligned.protocol.methods)
    main = found[0]
    if main.refusal:
        raise EstimandError(
            f"The protocol's main method ({main.method}) was refused. {main.refusal} The study "
            "stops here; nothing was written."
        )
    return found


def _refuse_short(aligned: Aligned) -> None:
    """Refuse a day that one group does not reach, or too few events for any interval."""
    day = float(aligned.protocol.day)
    for group in aligned.groups:
        rows = group.follow_up
        if rows.last_day < day and rows.events < rows.n:
            raise EstimandError(
                f"The {group.group.name} group was followed to day {rows.last_day:g} after the "
                f"start, and survival is asked for on day {day:g}. What was not seen cannot be "
                "compared. Choose an earlier day."
            )
        had = rows.events_by(day)
        if had < FEWEST_EVENTS:
            raise EstimandError(
                f"The {group.group.name} group has {had} events by day {day:g} among {rows.n} "
                f"children. Below {FEWEST_EVENTS} an interval of an adjusted figure would be "
                "guesswork. Wait for more follow-up, or report the groups side by side."
            )


def _weighted(aligned: Aligned, weights: GroupWeights) -> Comparison:
    """Survival, difference and ratios of the weighted groups."""
    day = float(aligned.protocol.day)
    one, two = aligned.treated.follow_up, aligned.control.follow_up
    pair = survival_pair(one, two, weights, day)
    how = f"weighted Kaplan-Meier ({weights.says}), jackknife interval"
    cites = (*weights.citations, sources.KAPLAN_MEIER, JACKKNIFE)
    figures = JackknifedFigures(aligned, one, two, how, cites, weights.notes)
    return Comparison(
        method=weights.method,
        target=METHODS[weights.method],
        treated=figures.survival("treated", pair),
        control=figures.survival("control", pair),
        difference=figures.difference(pair),
        risk_ratio=figures.risk_ratio(pair),
        hazard_ratio=_hazard_ratio(aligned, weights, figures.both),
        effective=weights.effective,
        balance=weights.balance,
        notes=weights.notes,
        weights=weights,
    )


def _hazard_ratio(aligned: Aligned, weights: GroupWeights, both: dict[str, Any]) -> Estimate:
    """The weighted hazard ratio over all of follow-up, treated over controls."""
    one, two = aligned.treated.follow_up, aligned.control.follow_up
    words = {
        **both,
        "n": one.n + two.n,
        "events": one.events + two.events,
        "at_days": None,
        "method": f"hazard ratio, weighted Cox regression ({weights.says}), jackknife interval",
        "label": "hazard ratio",
        "citations": (*weights.citations, COX, JACKKNIFE),
    }
    try:
        whole = log_hazard_ratios(
            one, weights.treated[:, None], two, weights.control[:, None]
        )[0]  # fmt: skip
        without = log_hazard_ratios(
            one, weights.left_out_treated, two, weights.left_out_control
        )  # fmt: skip
    except EstimandError as refusal:
        return Estimate(value=None, low=None, high=None, **{**words, "notes": (str(refusal),)})
    if not (np.isfinite(whole) and np.isfinite(without).all()):
        return Estimate(value=None, low=None, high=None, **{**words, "notes": (_REFUSED_RATIO,)})
    error = jackknife_error(without, weights.strata) * half_width(aligned.protocol.level)
    return Estimate(
        value=math.exp(whole), low=math.exp(whole - error), high=math.exp(whole + error), **words
    )

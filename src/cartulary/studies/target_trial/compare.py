# SPDX-License-Identifier: Apache-2.0
"""Treated children and controls compared by every method that the protocol names."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import survival_replicates
from cartulary.evidence.distributions import half_width
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.overlap import refuse_outside
from cartulary.evidence.external_control.two_group_hazard import log_hazard_ratios
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.interval import FEWEST_EVENTS
from cartulary.evidence.melded import worse_origin
from cartulary.studies.target_trial.align import Aligned
from cartulary.studies.target_trial.model_based import augmented, standardised
from cartulary.studies.target_trial.protocol import AUGMENTED, METHODS, STANDARDISATION
from cartulary.studies.target_trial.results import Comparison, absent, figure_words
from cartulary.studies.target_trial.weights import GroupWeights, group_weights, jackknife_error

JACKKNIFE: Final = "Efron B, Stein C. Ann Stat 1981;9:586-596"
_REFUSED_RATIO = "A hazard ratio needs an event in both groups while both are followed."


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
        if method == STANDARDISATION:
            return standardised(aligned)
        if method == AUGMENTED:
            return augmented(aligned)
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
    day, level = float(aligned.protocol.day), aligned.protocol.level
    one, two = aligned.treated.follow_up, aligned.control.follow_up
    whole = [
        float(survival_replicates(rows, [day], w[:, None])[0, 0])
        for rows, w in ((one, weights.treated), (two, weights.control))
    ]
    without = [
        survival_replicates(rows, [day], w)[:, 0]
        for rows, w in ((one, weights.left_out_treated), (two, weights.left_out_control))
    ]
    words = figure_words(aligned)
    how = f"weighted Kaplan-Meier ({weights.says}), jackknife interval"
    notes = weights.notes
    cites = (*weights.citations, JACKKNIFE)
    reach = half_width(level)

    def survival(rows: FollowUp, value: float, left_out: FloatArray, label: str) -> Estimate:
        low, high = _log_log(value, jackknife_error(left_out, weights.strata) * reach)
        return Estimate(
            value=value, low=low, high=high, method=how, n=rows.n, events=rows.events_by(day),
            at_days=day, origin=rows.origin, missing=rows.missing, citations=cites, notes=notes,
            label=label, level=level, **words,
        )  # fmt: skip

    both: dict[str, Any] = {
        "n": one.n + two.n,
        "events": one.events_by(day) + two.events_by(day),
        "at_days": day,
        "origin": worse_origin(one.origin, two.origin),
        "missing": one.missing + two.missing,
        "citations": cites,
        "notes": notes,
        "level": level,
        **words,
    }
    difference = whole[0] - whole[1]
    error = jackknife_error(without[0] - without[1], weights.strata) * reach
    ratio = (1.0 - whole[0]) / (1.0 - whole[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(1.0 - without[0]) - np.log(1.0 - without[1])
    risk_error = jackknife_error(logs, weights.strata) * reach
    return Comparison(
        method=weights.method,
        target=METHODS[weights.method],
        treated=survival(one, whole[0], without[0], "treated"),
        control=survival(two, whole[1], without[1], "control"),
        difference=Estimate(
            value=difference,
            low=max(-1.0, difference - error),
            high=min(1.0, difference + error),
            method=how,
            label="difference",
            **both,
        ),
        risk_ratio=Estimate(
            value=ratio,
            low=ratio * math.exp(-risk_error),
            high=ratio * math.exp(risk_error),
            method=f"ratio of chances of the event, {how}",
            label="risk ratio",
            **both,
        ),
        hazard_ratio=_hazard_ratio(aligned, weights, both),
        effective=weights.effective,
        balance=weights.balance,
        notes=notes,
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


def _log_log(value: float, margin: float) -> tuple[float, float]:
    """Limits of a survival on the scale of log(-log); the margin is on the scale of survival."""
    if not 0.0 < value < 1.0:
        return max(0.0, value - margin), min(1.0, value + margin)
    spread = margin / abs(value * math.log(value))
    return value ** math.exp(spread), value ** math.exp(-spread)

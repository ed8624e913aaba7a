# SPDX-License-Identifier: Apache-2.0
"""Comparisons that model the outcome of the controls: standardised, and doubly robust."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import survival_replicates
from cartulary.evidence.cox import cox
from cartulary.evidence.cox_fit import COX
from cartulary.evidence.distributions import half_width
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.doubly_robust import augmented_comparison
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.melded import worse_origin
from cartulary.evidence.spells import baseline_spells
from cartulary.studies.target_trial.align import Aligned
from cartulary.studies.target_trial.protocol import AUGMENTED, METHODS, PROPENSITY, STANDARDISATION
from cartulary.studies.target_trial.results import Comparison, figure_words
from cartulary.studies.target_trial.weights import group_weights, jackknife_error

_METHOD: Final = "outcome model of the controls averaged over the treated (STC), jackknife interval"
_MOST_BROKEN = 0.05


def standardised(aligned: Aligned) -> Comparison:
    """The treated as they were, beside what the controls' outcomes predict for them.

    S1 is Kaplan-Meier of the treated; S0 the mean over treated children of exp(-H0(t) exp(x b)),
    with H0 and b of a Cox model of the controls: a marginal figure, not a coefficient. Jackknife
    interval with the model fitted anew.

    Refuses: what `cox` refuses, such as too few events for the covariates; a model that fails
    without more than 5% of the children.

    Source: Remiro-Azocar, Heath and Baio 2022 for marginalisation; Cox 1972.
    """
    day, level = float(aligned.protocol.day), aligned.protocol.level
    one, two = aligned.treated.follow_up, aligned.control.follow_up
    x1, x0 = aligned.treated.covariates, aligned.control.covariates
    centre = x0.mean(axis=0)
    x1, x0 = x1 - centre, x0 - centre
    names = aligned.names
    s1 = float(survival_replicates(one, [day], np.ones((one.n, 1)))[0, 0])
    predicted = _predicted(two, x0, x1, names, day)
    s0 = float(predicted.mean())
    less = survival_replicates(one, [day], 1.0 - np.eye(one.n))[:, 0]
    others = (predicted.sum() - predicted) / (one.n - 1)
    broken = 0
    refitted = np.full(two.n, s0)
    for i in range(two.n):
        kept = np.arange(two.n) != i
        try:
            refitted[i] = _predicted(two.subset(kept), x0[kept], x1, names, day).mean()
        except EstimandError:
            broken += 1
    if broken > _MOST_BROKEN * two.n:
        raise EstimandError(
            f"Without one or another of {broken} controls the model of their outcome fails. It "
            "hangs on single children. Use fewer covariates."
        )
    strata = np.repeat([1.0, 0.0], [one.n, two.n])
    treated_left = np.concatenate([less, np.full(two.n, s1)])
    control_left = np.concatenate([others, refitted])
    figures = _Figures(aligned, _METHOD, (external_sources.STANDARDISED_COMPARISON, COX))
    reach = half_width(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(1.0 - treated_left) - np.log(1.0 - control_left)
    return Comparison(
        method=STANDARDISATION,
        target=METHODS[STANDARDISATION],
        treated=figures.survival("treated", s1, jackknife_error(treated_left, strata) * reach),
        control=figures.survival("control", s0, jackknife_error(control_left, strata) * reach),
        difference=figures.difference(
            s1 - s0, jackknife_error(treated_left - control_left, strata) * reach
        ),
        risk_ratio=figures.ratio((1.0 - s1) / (1.0 - s0), jackknife_error(logs, strata) * reach),
        hazard_ratio=None,
        effective=None,
        balance=None,
        notes=figures.notes,
    )


def augmented(aligned: Aligned) -> Comparison:
    """The doubly robust difference at the day: right if either of its two models is.

    The ratio of chances is their quotient with a normal interval of its logarithm; the covariance
    of the two chances follows from the errors of both and of their difference.
    """
    day, level = float(aligned.protocol.day), aligned.protocol.level
    found = augmented_comparison(
        aligned.treated.follow_up,
        aligned.control.follow_up,
        aligned.treated.covariates,
        aligned.control.covariates,
        aligned.names,
        day,
        level=level,
    )
    weights = group_weights(aligned, PROPENSITY)
    reach = half_width(level)
    s1, s0 = _value(found.treated), _value(found.control)
    e1, e0, ed = (_error(one, reach) for one in (found.treated, found.control, found.difference))
    figures = _Figures(aligned, found.difference.method, found.difference.citations)
    return Comparison(
        method=AUGMENTED,
        target=METHODS[AUGMENTED],
        treated=figures.survival("treated", s1, e1 * reach),
        control=figures.survival("control", s0, e0 * reach),
        difference=figures.difference(s1 - s0, ed * reach),
        risk_ratio=_quotient(figures, s1, s0, (e1, e0, ed), reach),
        hazard_ratio=None,
        effective=weights.effective,
        balance=weights.balance,
        notes=figures.notes,
        weights=weights,
    )


def _predicted(
    rows: FollowUp, x: FloatArray, target: FloatArray, names: tuple[str, ...], day: float
) -> FloatArray:
    """Survival at the day that a Cox model of some rows predicts for others; shape (targets,)."""
    columns = dict(zip(names, x.T, strict=True))
    fit = cox(baseline_spells(rows, columns, known_on=0))
    base = fit.predicted_survival(dict.fromkeys(names, 0.0))
    place = int(np.searchsorted(base.days, day, side="right")) - 1
    hazard = 0.0 if place < 0 else float(base.hazard[place])
    return np.asarray(np.exp(-hazard * np.exp(target @ fit.coefficients)), dtype=np.float64)


def _value(estimate: Estimate) -> float:
    assert estimate.value is not None
    return estimate.value


def _error(estimate: Estimate, reach: float) -> float:
    """The standard error behind a normal interval."""
    assert estimate.low is not None
    assert estimate.high is not None
    return (estimate.high - estimate.low) / (2.0 * reach)


def _quotient(
    figures: _Figures, s1: float, s0: float, errors: tuple[float, float, float], reach: float
) -> Estimate | None:
    """(1 - S1) / (1 - S0); None where an augmented chance lies outside 0 to 1."""
    r1, r0 = 1.0 - s1, 1.0 - s0
    if r1 <= 0.0 or r0 <= 0.0:
        return None
    e1, e0, ed = errors
    covariance = 0.5 * (e1**2 + e0**2 - ed**2)
    variance = (e1 / r1) ** 2 + (e0 / r0) ** 2 - 2.0 * covariance / (r1 * r0)
    return figures.ratio(r1 / r0, math.sqrt(max(variance, 0.0)) * reach)


class _Figures:
    """Estimates of one method with the words they share."""

    def __init__(self, aligned: Aligned, method: str, citations: tuple[str, ...]) -> None:
        self.one, self.two = aligned.treated.follow_up, aligned.control.follow_up
        self.notes = (f"adjusted for {', '.join(aligned.names)}",)
        self.day = float(aligned.protocol.day)
        self.words: dict[str, Any] = {
            "method": method,
            "citations": citations,
            "notes": self.notes,
            "level": aligned.protocol.level,
            **figure_words(aligned),
        }

    def survival(self, label: str, value: float, margin: float) -> Estimate:
        """A chance to be free of the event; limits held within 0 and 1 where the value is."""
        rows = self.one if label == "treated" else self.two
        low, high = value - margin, value + margin
        return Estimate(
            value=value, low=min(value, max(0.0, low)), high=max(value, min(1.0, high)),
            n=rows.n, events=rows.events_by(self.day), at_days=self.day, origin=rows.origin,
            missing=rows.missing, label=label, **self.words,
        )  # fmt: skip

    def difference(self, value: float, margin: float) -> Estimate:
        """A difference of two chances."""
        return Estimate(
            value=value, low=value - margin, high=value + margin, label="difference", **self._both()
        )  # fmt: skip

    def ratio(self, value: float, margin: float) -> Estimate:
        """A ratio of two chances, its interval on the logarithm."""
        return Estimate(
            value=value, low=value * math.exp(-margin), high=value * math.exp(margin),
            label="risk ratio", **self._both(),
        )  # fmt: skip

    def _both(self) -> dict[str, Any]:
        one, two = self.one, self.two
        return {
            "n": one.n + two.n,
            "events": one.events_by(self.day) + two.events_by(self.day),
            "at_days": self.day,
            "origin": worse_origin(one.origin, two.origin),
            "missing": one.missing + two.missing,
            **self.words,
        }

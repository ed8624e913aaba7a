# SPDX-License-Identifier: Apache-2.0
"""A fitted Cox model and what may be read from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.distributions import chi_square_tail, half_width
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.hypothesis_test import HypothesisTest
from cartulary.evidence.interval import IntervalScale, transformed_interval
from cartulary.evidence.newton import Maximum
from cartulary.evidence.partial_likelihood import RiskSets
from cartulary.evidence.spells import Spells

COX = "Cox DR. J R Stat Soc B 1972;34:187-220"
EFRON = "Efron B. J Am Stat Assoc 1977;72:557-565"
BRESLOW = "Breslow NE. Biometrics 1974;30:89-99"
LIN_WEI = "Lin DY, Wei LJ. J Am Stat Assoc 1989;84:1074-1078"
_WIDEST_RATIO = 20.0


@dataclass(frozen=True, kw_only=True, eq=False)
class PredictedSurvival:
    """Survival predicted for stated covariates, over the m days with an event in a stratum.

    days, hazard (cumulative), std_error (of survival), survival, low, high: shape (m,).
    """

    days: FloatArray
    hazard: FloatArray
    survival: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    covariates: Mapping[str, float]
    level: float


@dataclass(frozen=True, kw_only=True, eq=False)
class CoxFit:
    """Log hazard ratios of p covariates with their covariance and likelihood.

    coefficients, std_error: shape (p,), in the order of `names`. covariance: the one asked for;
    model_covariance: the inverse information; shape (p, p). log_likelihood and
    log_likelihood_null: at the coefficients and at 0.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    model_covariance: FloatArray
    log_likelihood: float
    log_likelihood_null: float
    score: float
    steps: int
    ties: str
    variance: str
    level: float
    spells: Spells = field(repr=False)
    risk_sets: RiskSets = field(repr=False)
    found: Maximum = field(repr=False)

    @property
    def std_error(self) -> FloatArray:
        """Standard errors of the coefficients; shape (p,)."""
        return np.sqrt(np.diag(self.covariance))

    def _position(self, name: str) -> int:
        """The place of a covariate, refused when it is not in the model."""
        if name not in self.names:
            raise EstimandError(
                f"There is no covariate {name!r} in this model. It has "
                f"{', '.join(self.names)}. Name one of these."
            )
        return self.names.index(name)

    def hazard_ratio(self, name: str, *, per: float = 1.0) -> Estimate:
        """exp(per b) with its Wald interval exp(per b -+ z per se)."""
        k = self._position(name)
        b, se = per * float(self.coefficients[k]), abs(per) * float(self.std_error[k])
        margin = half_width(self.level) * se
        rows, notes = self.spells, []
        if math.exp(min(2.0 * margin, 50.0)) > _WIDEST_RATIO:
            notes.append(
                f"the interval spans a factor of {math.exp(min(2.0 * margin, 50.0)):.0f}: "
                "these data cannot say"
            )
        return Estimate(
            value=math.exp(b),
            low=math.exp(b - margin),
            high=math.exp(min(b + margin, 700.0)),
            level=self.level,
            method=f"Cox model ({self.ties} ties), Wald interval ({self.variance} variance)",
            unit=rows.unit,
            n=max(rows.n, rows.events),
            events=rows.events,
            endpoint=rows.endpoint,
            definition=rows.definition,
            origin=rows.origin,
            missing=rows.missing,
            clusters=rows.n_children,
            citations=self.citations,
            notes=tuple(notes),
            label=name if per == 1.0 else f"{name} per {per:g}",
        )

    @property
    def citations(self) -> tuple[str, ...]:
        """Where the model, its ties and its variance are described."""
        robust = (LIN_WEI,) if self.variance == "robust" else ()
        return (COX, EFRON if self.ties == "efron" else BRESLOW, *robust)

    def likelihood_ratio_test(self) -> HypothesisTest:
        """Twice the gain in log likelihood over a model without covariates, on p df."""
        if self.variance == "robust":
            raise EstimandError(
                "The likelihood-ratio test was asked for with a robust variance. It takes rows as "
                "independent, which the clusters or weights are not. Use wald_test()."
            )
        gain = 2.0 * (self.log_likelihood - self.log_likelihood_null)
        return self._test("likelihood ratio", max(gain, 0.0))

    def wald_test(self) -> HypothesisTest:
        """b' covariance^-1 b, on p df."""
        b = self.coefficients
        return self._test("Wald", float(b @ np.linalg.solve(self.covariance, b)))

    def score_test(self) -> HypothesisTest:
        """The slope at 0 in units of its model variance, on p df; for one group the log-rank."""
        if self.variance == "robust":
            raise EstimandError(
                "The score test was asked for with a robust variance. It takes rows as "
                "independent, which the clusters or weights are not. Use wald_test()."
            )
        return self._test("score", self.score)

    def _test(self, name: str, statistic: float) -> HypothesisTest:
        """A test that no covariate matters."""
        rows, df = self.spells, len(self.names)
        return HypothesisTest(
            method=f"{name} test of a Cox model ({self.ties} ties)",
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
            citations=self.citations,
        )

    def predicted_survival(
        self,
        covariates: Mapping[str, float],
        *,
        stratum: str | None = None,
        interval: IntervalScale = "log-log",
    ) -> PredictedSurvival:
        """Survival of a child whose covariates are, and stay, as stated.

        H(t) = exp(x b) sum over days of a, with the variance of Efron's (or Breslow's) estimate
        and of the coefficients. Zeros for all covariates give the baseline.

        Refuses: a covariate without a value; a stratum that is not there, or none where the
        model has several.
        """
        unsaid = [name for name in self.names if name not in covariates]
        if unsaid or len(covariates) > len(self.names):
            raise EstimandError(
                f"The covariates stated are {', '.join(covariates) or 'none'}; the model has "
                f"{', '.join(self.names)}. A prediction is for a child about whom all are known. "
                "State a value for each."
            )
        labels, sets, at = self.spells.stratum_labels, self.risk_sets, self.found.at
        wanted = labels[0] if stratum is None and len(labels) == 1 else stratum
        if wanted not in labels:
            raise EstimandError(
                f"The stratum is {stratum!r}; the model has {', '.join(labels)}. Each stratum has "
                "a hazard of its own. Name one of these."
            )
        here = sets.stratum == labels.index(wanted)
        x = (np.array([covariates[n] for n in self.names]) - sets.centre) / sets.scale
        ratio = math.exp(float(x @ self.found.b) - at.shift)
        hazard = ratio * np.cumsum(at.a[here])
        drawn = np.cumsum((at.alpha * at.S1 - at.beta * at.D1)[:, here], axis=1)
        away = ratio * (drawn - x[:, None] * np.cumsum(at.a[here])) * sets.scale[:, None]
        variance = ratio**2 * np.cumsum(at.alpha[here])
        variance = variance + np.einsum("kt,kl,lt->t", away, self.covariance, away)
        survival = np.exp(-hazard)
        std_error = survival * np.sqrt(variance)
        low, high = transformed_interval(survival, std_error, self.level, interval)
        return PredictedSurvival(
            days=sets.days[here],
            hazard=hazard,
            survival=survival,
            std_error=std_error,
            low=low,
            high=high,
            covariates=dict(covariates),
            level=self.level,
        )

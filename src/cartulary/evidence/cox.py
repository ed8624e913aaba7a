# SPDX-License-Identifier: Apache-2.0
"""Hazard ratios by Cox's model, with delayed entry, changing covariates, strata and clusters."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import IntArray
from cartulary.evidence.cox_fit import CoxFit
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.newton import maximum
from cartulary.evidence.partial_likelihood import TIES, RiskSets, Ties, risk_sets
from cartulary.evidence.robust_variance import sandwich
from cartulary.evidence.spells import Spells

CoxVariance: TypeAlias = Literal["model", "robust"]
FEWEST_EVENTS_PER_COVARIATE = 8.0


def cox(
    spells: Spells,
    *,
    ties: Ties = "efron",
    variance: CoxVariance = "model",
    clusters: ArrayLike | None = None,
    fewest_events_per_covariate: float = FEWEST_EVENTS_PER_COVARIATE,
    level: float = 0.95,
) -> CoxFit:
    """Log hazard ratios that maximise the partial likelihood.

    log L(b) = sum over events of w x b - sum over cells and l of u log(S0 - f D0), with f = l / d
    of d tied events (Efron) or 0 (Breslow); see `partial_likelihood`. A cell is a day of a
    stratum on which events happen; a row is at risk when entry < day <= exit.

    Arguments:
        spells: rows and covariates; `baseline_spells` and `exposure_spells` make them.
        ties: "efron" (default, as R) or "breslow".
        variance: "model" is the inverse information, rows independent and weights as numbers of
            units; "robust" the sandwich by cluster, weights as sampling weights.
        clusters: a label for each row, for "robust"; shape (rows,); children by default.
        fewest_events_per_covariate: refuse a model with fewer; lower it to insist.
        level: of intervals.

    Returns: a `CoxFit`.

    Refuses: no covariate; no event; more covariates than the events carry; covariates that do
    not vary or repeat each other; events that covariates separate perfectly; no more clusters than
    covariates.

    Source: Cox 1972; Efron 1977; Breslow 1974; Lin and Wei 1989 for the robust variance.

    >>> rows = Spells(entry=[0] * 8, exit=[3, 5, 8, 9, 12, 14, 20, 25],
    ...               event=[1, 1, 0, 1, 1, 1, 1, 0],
    ...               covariates={"burden": [1, 0, 1, 1, 0, 1, 0, 0]}, unit="child",
    ...               clock="infusion", definition="os, edition 1", origin="simulated")
    >>> round(cox(rows, fewest_events_per_covariate=6).hazard_ratio("burden").value, 3)
    2.497
    """
    checked_level(level)
    sets = checked_sets(spells, ties, fewest_events_per_covariate)
    if variance not in ("model", "robust"):
        raise EstimandError(
            f"There is no variance {variance!r} for a Cox model. An interval must say how it was "
            "made. Use model or robust."
        )
    if clusters is not None and variance != "robust":
        raise EstimandError(
            "Clusters were given with the model variance, which takes rows as independent. The "
            'clusters would be ignored. Use variance="robust".'
        )
    found = maximum(sets, spells.names)
    inverse = np.asarray(np.linalg.inv(found.at.information), dtype=np.float64)
    used = inverse
    if variance == "robust":
        codes = _cluster_codes(spells, clusters)
        _refuse_few_clusters(codes[sets.kept], len(spells.names))
        used = sandwich(sets, found.at, inverse, codes)
    outer = np.outer(sets.scale, sets.scale)
    zero = found.at_zero
    return CoxFit(
        names=spells.names,
        coefficients=found.b / sets.scale,
        covariance=used / outer,
        model_covariance=inverse / outer,
        log_likelihood=found.at.log_likelihood,
        log_likelihood_null=zero.log_likelihood,
        score=float(zero.slope @ np.linalg.solve(zero.information, zero.slope)),
        steps=found.steps,
        ties=ties,
        variance=variance,
        level=level,
        spells=spells,
        risk_sets=sets,
        found=found,
    )


def checked_sets(spells: Spells, ties: Ties, fewest: float) -> RiskSets:
    """The risk sets, refused where the events cannot carry the covariates."""
    if ties not in TIES:
        raise EstimandError(
            f"There is no rule for ties called {ties!r}. Tied events must be counted in a stated "
            f"way. Use one of {', '.join(TIES)}."
        )
    p = len(spells.names)
    if p == 0:
        raise EstimandError(
            "The rows have no covariates. A Cox model compares hazards by something. "
            "Give at least one, or use kaplan_meier()."
        )
    if spells.events == 0:
        raise EstimandError(
            f"None of {spells.n_rows} rows had the event. Hazards without events cannot be "
            "compared. Report the follow-up and the upper limit of the curve instead."
        )
    if spells.events < fewest * p:
        raise EstimandError(
            f"{p} covariate{'s' if p > 1 else ''} with {spells.events} events: "
            f"{spells.events / p:.1f} events for each, and fewer than {fewest:g} give estimates "
            "that are far off and intervals that are too narrow. Use fewer covariates, use "
            "cox_firth, or lower fewest_events_per_covariate and say so."
        )
    return risk_sets(spells, ties)


def _cluster_codes(spells: Spells, clusters: ArrayLike | None) -> IntArray:
    """The cluster of each row as a position."""
    if clusters is None:
        return spells.child_codes
    labels = np.asarray(clusters)
    if labels.shape != (spells.n_rows,):
        raise EstimandError(
            f"clusters has shape {labels.shape} for {spells.n_rows} rows. Every row is in one "
            "cluster. Pass one label a row."
        )
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _refuse_few_clusters(codes: IntArray, p: int) -> None:
    """Refuse a robust variance that can only be 0: what clusters add to the slope adds to 0."""
    n = int(np.unique(codes).size)
    if n <= p:
        raise EstimandError(
            f"{n} cluster{'s' if n > 1 else ''} for {p} covariate{'s' if p > 1 else ''}. The "
            "spread between clusters could only be 0, and the interval would claim certainty. "
            "Give more clusters, and at best many, or use the model variance."
        )

# SPDX-License-Identifier: Apache-2.0
"""Treated and controls compared with two models, of which one may be wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.arrays import BoolArray, FloatArray
from cartulary.evidence.distributions import student_half_width
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.overlap import (
    checked_covariates,
    checked_treated,
    refuse_little_left,
)
from cartulary.evidence.external_control.propensity import firth_logistic
from cartulary.evidence.external_control.pseudo_observations import (
    PseudoKind,
    pseudo_observations,
)
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.melded import refuse_unlike, worse_origin

_CHILDREN_PER_COEFFICIENT = 2
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentedComparison:
    """Both groups' figure over the same children, and the difference.

    treated, control: what the target children would have had under each; difference: first less
    second.
    """

    treated: Estimate
    control: Estimate
    difference: Estimate


def augmented_comparison(
    treated: FollowUp,
    control: FollowUp,
    covariates: ArrayLike,
    control_covariates: ArrayLike,
    names: Sequence[str],
    tau: float,
    *,
    kind: PseudoKind = "survival",
    cause: str | None = None,
    everyone: bool = False,
    level: float = 0.95,
) -> AugmentedComparison:
    """The augmented (doubly robust) difference at a day, on pseudo-observations.

    For the treated (ATT): mean over the treated of theta_i - m0(x_i), less the mean over controls
    of w_i (theta_i - m0(x_i)) with w = e / (1 - e) scaled to add to 1. For everyone (ATE): mean of
    m1 + A (theta - m1) / e less mean of m0 + (1 - A)(theta - m0) / (1 - e). e is a Firth logistic
    model, m0 and m1 linear in the covariates. Variance from the influence of each child.

    Arguments: one follow-up and covariate matrix a group: shapes (n1, p), (n0, p); tau in days;
    kind and cause as in `pseudo_observations`; everyone: True for ATE.

    Returns: an `AugmentedComparison`; intervals by Student's t with n1 - 1 degrees of freedom.

    Refuses: groups under different definitions; fewer than 10 effective controls; too many
    covariates; what `pseudo_observations` refuses.

    Source: Robins, Rotnitzky and Zhao 1994; Andersen, Klein and Rosthoj 2003.

    >>> def rows(days):
    ...     return FollowUp(exit=days, status=np.ones(len(days)), cause_names=("death",),
    ...                     unit="child", clock="infusion", definition="os, edition 1",
    ...                     origin="recorded")
    >>> age = np.arange(20.0)[:, None]
    >>> found = augmented_comparison(rows(np.arange(20) + 11), rows(np.arange(20) + 1), age, age,
    ...                              ["age"], 15)
    >>> round(found.difference.value, 10)
    0.5
    """
    refuse_unlike(treated, control)
    theta = np.concatenate(
        [pseudo_observations(rows, tau, kind, cause) for rows in (treated, control)]
    )
    a = checked_treated(np.repeat([True, False], [treated.n, control.n]))
    stacked = np.vstack([np.asarray(covariates), np.asarray(control_covariates)])
    x = checked_covariates(stacked, names, a.size)
    _refuse_too_many(x, a, names, everyone=everyone)
    e = firth_logistic(x, a).chances
    refuse_little_left((e / (1.0 - e))[~a], "weighting by the odds of treatment, in the controls,")
    m0 = _fitted(x, theta, ~a)
    parts = _everyone(theta, a, e, m0, _fitted(x, theta, a)) if everyone else _att(theta, a, e, m0)
    target = "all children of both groups" if everyone else "the treated children"
    notes = (
        f"over {target}; adjusted for {', '.join(names)}",
        "one of the two models may be wrong for the value; the interval needs both to be right",
        *(("in days",) if kind == "restricted mean" else ()),
    )

    # With few treated the normal interval is too narrow; simulation shows that this mends it.
    n_treated = treated.n
    wider = student_half_width(level, n_treated - 1) * math.sqrt(n_treated / (n_treated - 1))

    def figure(values: tuple[float, FloatArray], label: str) -> Estimate:
        value, influence = values
        impossible = kind != "restricted mean" and abs(value - 0.5) > 0.5 + _ROUNDING
        impossible = impossible and label != "difference"
        reach = wider * float(np.sqrt((influence**2).sum()))
        return Estimate(
            value=value,
            low=value - reach if reach > 0.0 else None,
            high=value + reach if reach > 0.0 else None,
            level=level,
            method=f"augmented (doubly robust) {kind} on pseudo-observations, Student interval",
            unit=treated.unit,
            n=a.size,
            events=treated.events_by(tau, cause) + control.events_by(tau, cause),
            at_days=tau,
            endpoint=treated.endpoint,
            definition=treated.definition,
            origin=worse_origin(treated.origin, control.origin),
            missing=treated.missing + control.missing,
            citations=(external_sources.AUGMENTED, external_sources.PSEUDO_OBSERVATIONS),
            notes=(
                *notes,
                *(() if reach > 0.0 else ("no spread is seen: no interval",)),
                *(("not between 0 and 1: the models fit badly",) if impossible else ()),
            ),
            label=label,
        )

    (one, one_if), (zero, zero_if) = parts
    return AugmentedComparison(
        treated=figure((one, one_if), "treated"),
        control=figure((zero, zero_if), "control"),
        difference=figure((one - zero, one_if - zero_if), "difference"),
    )


_Part = tuple[float, FloatArray]


def _att(theta: FloatArray, a: BoolArray, e: FloatArray, m0: FloatArray) -> tuple[_Part, _Part]:
    """Both means over the treated, with each child's influence; shape (n,)."""
    n1 = int(a.sum())
    one = float(theta[a].mean())
    w = np.where(a, 0.0, e / (1.0 - e))
    w = w / w.sum()
    zero = float(m0[a].mean()) + float(w @ (theta - m0))
    one_if = np.where(a, (theta - one) / n1, 0.0)
    zero_if = np.where(a, (m0 - m0[a].mean()) / n1, 0.0)
    residual = theta - m0
    zero_if = zero_if + w * (residual - float(w @ residual))
    return (one, one_if), (zero, zero_if)


def _everyone(
    theta: FloatArray, a: BoolArray, e: FloatArray, m0: FloatArray, m1: FloatArray
) -> tuple[_Part, _Part]:
    """Both means over all, with each child's influence; shape (n,)."""
    n = a.size
    found = []
    for group, chance, m in ((a, e, m1), (~a, 1.0 - e, m0)):
        w = np.where(group, 1.0 / chance, 0.0)
        w = w / w.sum()
        residual = theta - m
        correction = float(w @ residual)
        value = float(m.mean()) + correction
        influence = (m - m.mean()) / n + w * (residual - correction)
        found.append((value, np.asarray(influence, dtype=np.float64)))
    return found[0], found[1]


def _fitted(x: FloatArray, theta: FloatArray, group: BoolArray) -> FloatArray:
    """The outcome that a linear model of one group expects of every child; shape (n,)."""
    design = np.column_stack([np.ones(x.shape[0]), x])
    b = np.linalg.lstsq(design[group], theta[group], rcond=None)[0]
    return np.asarray(design @ b, dtype=np.float64)


def _refuse_too_many(x: FloatArray, a: BoolArray, names: Sequence[str], *, everyone: bool) -> None:
    """Refuse an outcome model with hardly more children than coefficients."""
    smallest = int(min(a.sum(), (~a).sum())) if everyone else int((~a).sum())
    needed = _CHILDREN_PER_COEFFICIENT * (x.shape[1] + 1)
    if smallest < needed:
        raise EstimandError(
            f"A model of {len(names)} covariates was asked of {smallest} children; it needs "
            f"{needed}. It would repeat their chance outcomes. Use fewer covariates, or weighting "
            "alone."
        )

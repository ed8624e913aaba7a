# SPDX-License-Identifier: Apache-2.0
"""What each child contributes to a figure at a day, so that a mean can be taken over children."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import (
    incidence_replicates,
    restricted_mean_replicates,
    survival_replicates,
)
from cartulary.evidence.follow_up import FollowUp

PseudoKind: TypeAlias = Literal["survival", "restricted mean", "incidence"]
_KINDS: tuple[PseudoKind, ...] = ("survival", "restricted mean", "incidence")
_CELLS_AT_ONCE = 2_000_000


def pseudo_observations(
    follow_up: FollowUp, tau: float, kind: PseudoKind = "survival", cause: str | None = None
) -> FloatArray:
    """Pseudo-observations of survival, mean event-free days, or the incidence of a cause at tau.

    n theta - (n - 1) theta_(-i), with theta_(-i) the figure without child i.

    Arguments: tau, a day not beyond follow-up; cause, for "incidence".

    Returns: shape (n,). Without censoring they are the children's own outcomes (0 or 1, or days).

    Refuses: fewer than two rows; weights; late entry, under which they are biased; a day beyond
    the last followed; a cause missing or not asked for.

    Source: Andersen, Klein and Rosthoj 2003.

    >>> rows = FollowUp(exit=[10, 20, 30, 40], status=[1, 1, 0, 0], cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> [round(value, 10) for value in pseudo_observations(rows, 25).tolist()]
    [0.0, 0.0, 1.0, 1.0]
    """
    if kind not in _KINDS or (kind == "incidence") != (cause is not None):
        raise EstimandError(
            f"A pseudo-observation of {kind!r} with cause {cause!r} does not exist. An incidence "
            f"names its cause and nothing else does. Use one of {', '.join(_KINDS)}."
        )
    if follow_up.n < 2 or follow_up.weights is not None or follow_up.never_at_risk:
        raise EstimandError(
            f"The follow-up has {follow_up.n} rows, {follow_up.never_at_risk} never at risk"
            f"{', and weights' if follow_up.weights is not None else ''}. Each row is left out "
            "once and must count once. Pass at least two unweighted rows at some risk."
        )
    if follow_up.late_entry:
        raise EstimandError(
            f"{int((follow_up.entry > 0.0).sum())} of {follow_up.n} rows enter late. Leaving out a "
            "row that came late does not show what that child would have had. Start the clock "
            "at entry, or at a landmark that all have reached."
        )
    if tau > follow_up.last_day or not tau > 0.0:
        raise EstimandError(
            f"tau is day {tau:g} but follow-up runs to day {follow_up.last_day:g}. The figure is "
            "not known beyond it. Choose a day above 0 and within follow-up."
        )
    n = follow_up.n

    def figures(counts: FloatArray) -> FloatArray:
        if kind == "survival":
            return survival_replicates(follow_up, [tau], counts)[:, 0]
        if kind == "restricted mean":
            return restricted_mean_replicates(follow_up, tau, counts)
        assert cause is not None
        return incidence_replicates(follow_up, cause, [tau], counts)[:, 0]

    whole = float(figures(np.ones((n, 1)))[0])
    width = max(1, _CELLS_AT_ONCE // n)
    parts = []
    for start in range(0, n, width):
        left_out = np.arange(start, min(start + width, n))
        counts = np.ones((n, left_out.size))
        counts[left_out, np.arange(left_out.size)] = 0.0
        parts.append(figures(counts))
    return np.asarray(n * whole - (n - 1) * np.concatenate(parts), dtype=np.float64)

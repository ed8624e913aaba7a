# SPDX-License-Identifier: Apache-2.0
"""Which rows belong to which group and stratum when groups are compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.risk_table import group_codes, in_view

_FEWEST_GROUPS = 2
# Sums of products leave this much, relative to the spread, where groups never met.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Rows at some risk, the group of each (0..groups-1), and the stratum of each."""

    rows: FollowUp
    labels: tuple[str, ...]
    codes: IntArray
    strata: IntArray | None

    def by_stratum(self) -> Iterator[tuple[FollowUp, IntArray]]:
        """Each stratum's rows and their groups; one stratum where none were named."""
        if self.strata is None:
            yield self.rows, self.codes
            return
        for stratum in range(int(self.strata.max()) + 1):
            here = self.strata == stratum
            yield self.rows.subset(here), self.codes[here]


def compared_groups(follow_up: FollowUp, strata: ArrayLike | None, test: str) -> Compared:
    """The groups of a follow-up, refused when there is nothing to compare.

    Arguments: `strata` labels each row of the follow-up, shape (n,), or None.
    """
    if follow_up.group is None:
        raise EstimandError(
            f"{test} was asked of a follow-up without groups. A test compares groups. "
            "Pass group when making the follow-up."
        )
    if follow_up.weights is not None:
        raise EstimandError(
            f"{test} was asked of weighted rows. Its variance counts each row once. "
            "Leave the weights out, or compare curves with a bootstrap."
        )
    placed: IntArray | None = None
    if strata is not None:
        named = np.asarray(strata)
        if named.shape != (follow_up.n,):
            raise EstimandError(
                f"strata has shape {named.shape} for {follow_up.n} rows. Every row is in one "
                "stratum. Pass one label a row."
            )
        placed = group_codes(named)[1][follow_up.at_some_risk]
    rows = in_view(follow_up)
    assert rows.group is not None
    labels, codes = group_codes(rows.group)
    if len(labels) < _FEWEST_GROUPS:
        raise EstimandError(
            f"{test} found {len(labels)} group ({', '.join(labels) or 'none'}). A test compares "
            "at least two. Check the grouping."
        )
    return Compared(rows, labels, codes, placed)


def quadratic_form(scores: FloatArray, covariance: FloatArray) -> tuple[float, int]:
    """The statistic s' V^- s and its degrees of freedom, for scores that add to 0.

    Groups that never shared a risk set with another carry no information: they have variance 0
    and are left out. Of the rest one is implied by the others; where groups met only within sets
    (by stratum, or apart in time), one in each set.
    """
    kept = np.array(
        [group for met in _met(covariance) for group in met[:-1]],
        dtype=np.int64,
    )
    if kept.size == 0:
        return 0.0, 0
    if kept.size == 1:
        only = int(kept[0])
        return float(scores[only] ** 2 / covariance[only, only]), 1
    solved = np.linalg.solve(covariance[np.ix_(kept, kept)], scores[kept])
    return float(scores[kept] @ solved), int(kept.size)


def _met(covariance: FloatArray) -> list[list[int]]:
    """The groups in sets that were at risk together, in order; each set's rows add to 0."""
    spread = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    linked = np.abs(covariance) > _ROUNDING * np.outer(spread, spread)
    waiting = np.flatnonzero(spread > 0.0).tolist()
    found = []
    while waiting:
        met = [waiting.pop(0)]
        for group in met:
            met += [other for other in waiting if linked[group, other]]
            waiting = [other for other in waiting if other not in met]
        found.append(sorted(met))
    return found

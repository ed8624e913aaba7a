# SPDX-License-Identifier: Apache-2.0
"""Resampling of curves, all resamples at once.

A resample is a column of counts: how often each row was drawn. Curves of all columns come from
the same few sums along the rows, so 2,000 resamples cost little more than one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.arrays import FloatArray, IntArray, LabelArray
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.kaplan_meier import kaplan_meier
from cartulary.evidence.risk_table import in_view

RESAMPLES = 2_000
_FEWEST_RESAMPLES = 100
_CELLS_AT_ONCE = 4_000_000


class Draws(Protocol):
    """What is needed of a seeded NumPy Generator: whole numbers and shares."""

    def integers(self, low: int, high: int, size: tuple[int, ...]) -> Any:
        """Whole numbers from low up to, not including, high."""
        ...

    def random(self, size: tuple[int, ...]) -> Any:
        """Numbers from 0 up to, not including, 1."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ResampledTable:
    """Counts in every resample, over the m days with an event up to a horizon.

    days: shape (m,). at_risk: shape (m, resamples). events: shape (causes, m, resamples).
    """

    days: FloatArray
    at_risk: FloatArray
    events: FloatArray

    def survival(self) -> FloatArray:
        """S after each day, from all causes, in every resample; shape (m, resamples)."""
        return np.asarray(np.cumprod(self._kept(), axis=0), dtype=np.float64)

    def _kept(self) -> FloatArray:
        """The share that passes each day; 1 where nobody is left to be at risk."""
        any_event = self.events[0] if len(self.events) == 1 else self.events.sum(axis=0)
        someone = np.where(self.at_risk > 0.0, self.at_risk, 1.0)
        return np.asarray(1.0 - any_event / someone, dtype=np.float64)


def resampling_counts(
    n: int, n_resamples: int, draws: Draws, *, clusters: LabelArray | None = None
) -> FloatArray:
    """How often each row stands in each resample of n rows drawn with replacement.

    Arguments: n rows; clusters, the child of each row: shape (n,). With clusters, children are
    drawn and bring all their rows.

    Returns: counts; shape (n, n_resamples). Without clusters each column adds to n.

    Refuses: no rows; fewer than one resample; clusters of another length.

    >>> import numpy as np
    >>> resampling_counts(5, 3, np.random.default_rng(1)).sum(axis=0).tolist()
    [5.0, 5.0, 5.0]
    """
    if n < 1 or n_resamples < 1:
        raise EstimandError(
            f"{n_resamples} resamples of {n} rows were asked for. Resampling needs at least one "
            "of each. Check the population."
        )
    if clusters is None:
        return _drawn(n, n_resamples, draws)
    if clusters.shape != (n,):
        raise EstimandError(
            f"The clusters have shape {clusters.shape} but there are {n} rows. Each row belongs "
            "to one child. Pass one label a row."
        )
    labels, codes = np.unique(clusters, return_inverse=True)
    return _drawn(labels.size, n_resamples, draws)[codes]


def _drawn(n: int, n_resamples: int, draws: Draws) -> FloatArray:
    """Counts of n units drawn n times, in every column; shape (n, n_resamples)."""
    cells: IntArray = np.asarray(draws.integers(0, n, size=(n, n_resamples)), dtype=np.int64)
    cells *= n_resamples
    cells += np.arange(n_resamples)
    counted = np.bincount(cells.ravel(), minlength=n * n_resamples)
    return counted.reshape(n, n_resamples).astype(np.float64)


def resampled_table(
    follow_up: FollowUp, counts: FloatArray, horizon: float = np.inf
) -> ResampledTable:
    """Tabulate every column of counts at once; rows at some risk only.

    counts: shape (n, resamples), multiplied by the follow-up's own weights where it has any.
    horizon: the last day wanted.
    """
    order = np.argsort(follow_up.exit, kind="stable")
    exits, status = follow_up.exit[order], follow_up.status[order]
    w = counts[order]
    if follow_up.weights is not None:
        w = w * follow_up.weights[order][:, None]
    ended = np.flatnonzero((status > 0) & (exits <= horizon))
    days = np.unique(exits[ended])
    left = np.cumsum(w[::-1], axis=0)[::-1]
    at_risk = left[np.searchsorted(exits, days, side="left")]
    if follow_up.late_entry:
        at_risk = at_risk - _waiting(follow_up, w, order, days)
    causes = len(follow_up.cause_names)
    events = np.zeros((causes, days.size, counts.shape[1]))
    for number in range(1, causes + 1):
        rows = ended[status[ended] == number]
        if rows.size:
            place, starts = np.unique(np.searchsorted(days, exits[rows]), return_index=True)
            events[number - 1, place] = np.add.reduceat(w[rows], starts, axis=0)
    return ResampledTable(days, at_risk, events)


def _waiting(follow_up: FollowUp, w: FloatArray, order: IntArray, days: FloatArray) -> FloatArray:
    """How many have not yet entered on each day; shape (days, resamples)."""
    entry = np.where(follow_up.entry <= 0.0, -np.inf, follow_up.entry)[order]
    by_entry = np.argsort(-entry, kind="stable")
    unseen = np.concatenate((np.zeros((1, w.shape[1])), np.cumsum(w[by_entry], axis=0)))
    return np.asarray(unseen[np.searchsorted(-entry[by_entry], -days, side="right")])


def survival_replicates(follow_up: FollowUp, days: ArrayLike, counts: FloatArray) -> FloatArray:
    """Kaplan-Meier survival at fixed days in every resample.

    S_b(t) = prod over event days j <= t of (1 - d_bj / n_bj). Where a resample's follow-up ends
    before the day its last value is carried on.

    Arguments: days: shape (k,). counts: shape (n, resamples), as `resampling_counts` gives.

    Returns: shape (resamples, k).

    Refuses: several causes; counts of another number of rows.

    >>> import numpy as np
    >>> rows = FollowUp(exit=[30, 90, 200, 400], status=[1, 0, 1, 0], cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> survival_replicates(rows, [365], np.ones((4, 1))).tolist()
    [[0.375]]
    """
    _refuse_shape(follow_up, counts)
    if len(follow_up.cause_names) > 1:
        raise EstimandError(
            f"The follow-up has {len(follow_up.cause_names)} causes. Survival has one kind of "
            "event. Use time_to_any(), or incidence_replicates() for each cause."
        )
    asked = np.atleast_1d(np.asarray(days, dtype=np.float64))

    def some(part: FloatArray) -> FloatArray:
        table = resampled_table(follow_up, part, float(asked.max()))
        after = np.concatenate((np.ones((1, part.shape[1])), table.survival()))
        return after[np.searchsorted(table.days, asked, side="right")].T

    return _in_parts(some, counts)


def incidence_replicates(
    follow_up: FollowUp, cause: str, days: ArrayLike, counts: FloatArray
) -> FloatArray:
    """Aalen-Johansen incidence of one cause at fixed days in every resample.

    F_b(t) = sum over event days j <= t of S_b(t_j -) d_bj / n_bj.

    Arguments and returns: as `survival_replicates`, with the cause's name.

    Refuses: a cause the follow-up does not know; counts of another number of rows.

    >>> import numpy as np
    >>> rows = FollowUp(exit=[10, 20, 30, 40], status=[1, 2, 0, 1],
    ...                 cause_names=("relapse", "death"), unit="child", clock="remission",
    ...                 definition="cir, edition 1", origin="recorded")
    >>> incidence_replicates(rows, "death", [25], np.ones((4, 1))).tolist()
    [[0.25]]
    """
    _refuse_shape(follow_up, counts)
    row = follow_up.cause_number(cause) - 1
    asked = np.atleast_1d(np.asarray(days, dtype=np.float64))

    def some(part: FloatArray) -> FloatArray:
        table = resampled_table(follow_up, part, float(asked.max()))
        none, one = np.zeros((1, part.shape[1])), np.ones((1, part.shape[1]))
        before = np.concatenate((one, table.survival()))[:-1]
        someone = np.where(table.at_risk > 0.0, table.at_risk, 1.0)
        after = np.concatenate((none, np.cumsum(before * table.events[row] / someone, axis=0)))
        return after[np.searchsorted(table.days, asked, side="right")].T

    return _in_parts(some, counts)


def restricted_mean_replicates(follow_up: FollowUp, tau: float, counts: FloatArray) -> FloatArray:
    """Mean days free of the event within tau days in every resample; shape (resamples,).

    The area under S_b from 0 to tau.

    Refuses: tau not above 0; several causes; counts of another number of rows.

    >>> import numpy as np
    >>> rows = FollowUp(exit=[10, 20, 30, 40], status=[1, 1, 1, 1], cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> restricted_mean_replicates(rows, 40, np.ones((4, 1))).tolist()
    [25.0]
    """
    _refuse_shape(follow_up, counts)
    if not tau > 0.0 or len(follow_up.cause_names) > 1:
        raise EstimandError(
            f"tau is {tau} and the follow-up has {len(follow_up.cause_names)} causes. An area "
            "needs a stretch of days and one kind of event. Give a day above 0 and time_to_any()."
        )

    def some(part: FloatArray) -> FloatArray:
        table = resampled_table(follow_up, part, tau)
        after = np.concatenate((np.ones((1, part.shape[1])), table.survival()))
        return np.asarray(np.diff(table.days, prepend=0.0, append=tau) @ after)

    return _in_parts(some, counts)


def bootstrap_survival(
    follow_up: FollowUp,
    day: float,
    draws: Draws,
    *,
    n_resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Estimate:
    """Survival at a day with a percentile interval from resampled children.

    Arguments: draws: a seeded generator. Where the follow-up has `child_ids` with several rows a
    child, children are resampled with all their rows.

    Returns: an `Estimate`. Where nobody or everybody had the event, resampling shows no spread:
    the interval is absent and the note names the exact one.

    Refuses: fewer than 100 resamples; what `kaplan_meier` refuses.

    Source: Efron 1981.

    >>> import numpy as np
    >>> rows = FollowUp(exit=range(1, 41), status=[1, 0] * 20, cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> found = bootstrap_survival(rows, 20, np.random.default_rng(1))
    >>> found.low < found.value < found.high
    True
    """
    if n_resamples < _FEWEST_RESAMPLES:
        raise EstimandError(
            f"{n_resamples} resamples were asked for. The tails of so few are noise. "
            f"Ask for at least {_FEWEST_RESAMPLES}."
        )
    rows = in_view(follow_up)
    curve = kaplan_meier(rows, level=level)
    found = curve.survival_at(day)
    notes = [note for note in found.notes if "needs the bootstrap" not in note]
    low = high = None
    if found.value is not None and 0.0 < found.value < 1.0:
        clusters = rows.child_ids if rows.unit != "child" else None
        counts = resampling_counts(rows.n, n_resamples, draws, clusters=clusters)
        low, high = percentile_interval(survival_replicates(rows, [day], counts)[:, 0], level)
        low, high = min(low, found.value), max(high, found.value)
    elif found.value is not None:
        notes.append(
            f"survival is {found.value:g}: resampling shows no spread; "
            "kaplan_meier() gives an exact interval"
        )
    return Estimate(
        value=found.value,
        low=low,
        high=high,
        level=level,
        method=f"Kaplan-Meier, percentile interval of {n_resamples} resamples",
        unit=rows.unit,
        n=rows.n,
        events=found.events,
        at_days=day,
        endpoint=rows.endpoint,
        definition=rows.definition,
        origin=rows.origin,
        missing=rows.missing,
        at_risk=found.at_risk,
        citations=(*found.citations[:1], external_sources.BOOTSTRAP),
        notes=tuple(notes),
    )


def percentile_interval(replicates: FloatArray, level: float = 0.95) -> tuple[float, float]:
    """The middle share `level` of the replicates of one figure; replicates: shape (resamples,).

    Refuses: replicates that are not finite, whose quantiles would mean nothing.

    >>> import numpy as np
    >>> [round(limit, 3) for limit in percentile_interval(np.arange(101.0), 0.9)]
    [5.0, 95.0]
    """
    tail = (1.0 - checked_level(level)) / 2.0
    broken = int(np.count_nonzero(~np.isfinite(replicates)))
    if broken or replicates.size == 0:
        raise EstimandError(
            f"{broken} of {replicates.size} resamples gave no figure. Quantiles over the others "
            "would be too narrow. Use an exact interval, or a simpler model."
        )
    low, high = np.quantile(replicates, [tail, 1.0 - tail])
    return float(low), float(high)


def _refuse_shape(follow_up: FollowUp, counts: FloatArray) -> None:
    """Counts are for the rows of this follow-up, all of them at some risk."""
    if counts.ndim != 2 or counts.shape[0] != follow_up.n or follow_up.never_at_risk:
        raise EstimandError(
            f"The counts have shape {counts.shape} for {follow_up.n} rows, "
            f"{follow_up.never_at_risk} of them never at risk. Each row at some risk has one "
            "count in every resample. Leave out rows never at risk and pass (n, resamples)."
        )


def _in_parts(some: Callable[[FloatArray], FloatArray], counts: FloatArray) -> FloatArray:
    """Apply to as many resamples at once as memory allows."""
    width = max(1, _CELLS_AT_ONCE // max(1, counts.shape[0]))
    if counts.shape[1] <= width:
        return some(counts)
    parts = [some(counts[:, k : k + width]) for k in range(0, counts.shape[1], width)]
    return np.concatenate(parts)

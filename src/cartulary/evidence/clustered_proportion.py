# SPDX-License-Identifier: Apache-2.0
"""A share of infusions when a child may have had several: the interval counts children."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.proportion import clopper_pearson, rule_of_three

ClusteredInterval: TypeAlias = Literal["rao-scott", "bootstrap"]
_DRAWS = 10_000
_CELLS_AT_ONCE = 4_000_000


class ClusterDraws(Protocol):
    """Draws whole numbers; a seeded NumPy Generator does."""

    def integers(self, low: int, high: int, size: tuple[int, int]) -> IntArray:
        """Whole numbers from low to high - 1."""
        ...


def clustered_proportion(
    had_event: ArrayLike,
    child_ids: ArrayLike,
    *,
    unit: str,
    origin: str,
    interval: ClusteredInterval = "rao-scott",
    draws: ClusterDraws | None = None,
    level: float = 0.95,
    endpoint: str = "",
    definition: str = "",
    missing: int = 0,
    label: str = "",
) -> Estimate:
    """A share of n infusions in m children, with an interval that respects the children.

    p = sum x_i / sum n_i over children i. "rao-scott": the design effect
    D = [m / ((m - 1) n^2)] sum (x_i - p n_i)^2 / [p (1 - p) / n], at least 1, shrinks the sample
    to n / D, and Clopper-Pearson's interval is taken there. With no event (or all) D cannot be
    seen; the interval is then that of m children. "bootstrap": percentiles of p over children
    drawn with replacement, from the generator passed in `draws`.

    Arguments: had_event, yes or no for each infusion, and child_ids, whose it was; shape (n,).

    Returns: an `Estimate` with `clusters` = m. When no child had two, the plain interval.

    Refuses: columns of unequal length; an interval of another name; a bootstrap without a
    generator.

    Source: Rao and Scott 1992.

    >>> share = clustered_proportion([1, 1, 0, 0], ["a", "a", "b", "c"], unit="infusion",
    ...                              origin="recorded")
    >>> share.value, share.clusters
    (0.5, 3)
    """
    if interval not in ("rao-scott", "bootstrap"):
        raise EstimandError(
            f"There is no interval {interval!r} for a share of several a child. An interval must "
            "say how it was made. Use rao-scott or bootstrap."
        )
    outcome, n_by_child, x_by_child = _by_child(had_event, child_ids)
    n, x, m = outcome.shape[0], int(outcome.sum()), n_by_child.shape[0]
    low: float | None = None
    high: float | None = None
    value: float | None = None
    method = "share, clustered by child"
    notes: tuple[str, ...] = (f"no {unit} could be judged",)
    if n > 0:
        value = x / n
        if interval == "bootstrap" and 0 < x < n and m < n:
            low, high = _bootstrap_limits(n_by_child, x_by_child, draws, level)
            method, notes = f"share, bootstrap of {m} children ({_DRAWS} draws)", ()
        else:
            low, high, method, notes = _rao_scott_limits(n_by_child, x_by_child, level, unit)
        low, high = min(low, value), max(high, value)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        method=method,
        unit=unit,
        n=n,
        events=x,
        endpoint=endpoint,
        definition=definition,
        origin=origin,
        missing=missing,
        clusters=m,
        citations=(sources.CLOPPER_PEARSON, sources.RAO_SCOTT),
        notes=notes,
        label=label,
    )


def _by_child(
    had_event: ArrayLike, child_ids: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The outcomes, and infusions and events by child."""
    outcome = np.asarray(had_event, dtype=np.float64)
    children = np.asarray(child_ids)
    if outcome.shape != children.shape or outcome.ndim != 1:
        raise EstimandError(
            f"There are {outcome.shape} outcomes and {children.shape} children. Each outcome "
            "belongs to one child. Pass columns of equal length."
        )
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise EstimandError(
            "An outcome is neither yes nor no. A share counts events. Count what could not be "
            "judged in missing, and leave it out of the outcomes."
        )
    _, codes = np.unique(children, return_inverse=True)
    return (
        outcome,
        np.asarray(np.bincount(codes), dtype=np.float64),
        np.asarray(np.bincount(codes, weights=outcome), dtype=np.float64),
    )


def _rao_scott_limits(
    n_by_child: FloatArray, x_by_child: FloatArray, level: float, unit: str
) -> tuple[float, float, str, tuple[str, ...]]:
    """Limits, method and notes at the effective sample size."""
    n, x, m = float(n_by_child.sum()), float(x_by_child.sum()), n_by_child.shape[0]
    told = rule_of_three(int(x), int(n), unit=unit)
    if m == n:
        low, high = clopper_pearson(x, n, level)
        return low, high, "share, Clopper-Pearson interval", (told,) if told else ()
    if x in (0.0, n):
        low, high = clopper_pearson(m if x else 0, m, level)
        children = "child" if m == 1 else "children"
        kind = "all" if x else "none"
        note = (
            f"{kind} of {int(n)} in {m} {children}: the children count, "
            "because no spread between them can be seen"
        )
        return low, high, f"share, Clopper-Pearson interval on {m} {children}", (note,)
    p = x / n
    effect = 1.0
    if m > 1:
        spread = m / (m - 1.0) * float(((x_by_child - p * n_by_child) ** 2).sum()) / n**2
        effect = max(1.0, spread / (p * (1.0 - p) / n))
    else:
        effect = n
    low, high = clopper_pearson(x / effect, n / effect, level)
    return (
        low,
        high,
        f"share, Clopper-Pearson interval at Rao-Scott effective size {n / effect:.1f}",
        (f"design effect {effect:.2f} from {m} children",),
    )


def _bootstrap_limits(
    n_by_child: FloatArray, x_by_child: FloatArray, draws: ClusterDraws | None, level: float
) -> tuple[float, float]:
    """Percentiles of the share over children drawn with replacement."""
    if draws is None:
        raise EstimandError(
            "A bootstrap was asked for without a source of draws. Evidence draws nothing by "
            "itself, so that a figure can be repeated. Pass a seeded generator as draws."
        )
    m = n_by_child.shape[0]
    block = max(1, _CELLS_AT_ONCE // m)
    shares = []
    for start in range(0, _DRAWS, block):
        picked = draws.integers(0, m, size=(min(block, _DRAWS - start), m))
        shares.append(x_by_child[picked].sum(axis=1) / n_by_child[picked].sum(axis=1))
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(np.concatenate(shares), [tail, 1.0 - tail])
    return float(low), float(high)

# SPDX-License-Identifier: Apache-2.0
"""Permutation versions of the log-rank and Gray tests, for groups too small for a chi-square law.

All arrangements of the group labels are enumerated when they are few; otherwise labels are drawn
from a generator that the caller passes, so that the same figure can be made again.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from math import comb
from typing import Protocol

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.follow_up import SEVERAL_OF_ONE_CHILD, FollowUp
from cartulary.evidence.gray import gray_curves, refuse_late_entry
from cartulary.evidence.grouping import Compared, compared_groups
from cartulary.evidence.hypothesis_test import HypothesisTest
from cartulary.evidence.risk_table import risk_table

MOST_ARRANGEMENTS = 100_000
_DRAWS = 100_000
_CELLS_AT_ONCE = 1_000_000
_MOST_ROWS_ENUMERATED = 1_000
# Statistics of equal arrangements differ by rounding.
_TIE = 1e-9


class LabelDraws(Protocol):
    """Shuffles along an axis; a seeded NumPy Generator does."""

    def permuted(self, x: IntArray, *, axis: int) -> IntArray:
        """A copy of x, each slice along the axis shuffled on its own."""
        ...


def permutation_log_rank(
    follow_up: FollowUp, *, draws: LabelDraws | None = None, n_draws: int = _DRAWS
) -> HypothesisTest:
    """The log-rank test judged by rearranging the group labels.

    Each row has the score e_i - H(x_i), its event less the pooled Nelson-Aalen hazard on its last
    day; the sum of a group's scores is its O - E. The statistic is the sum over groups of
    (sum of scores)^2 / rows, and p the share of arrangements with one at least as large.

    Arguments:
        follow_up: one cause, with `group`; all rows enter on day 0.
        draws: a seeded generator, needed when the arrangements exceed 100,000.
        n_draws: how many arrangements to draw then.

    Refuses: late entry (labels are then not exchangeable), several causes, weights, too many
    arrangements without a generator.

    >>> rows = FollowUp(exit=[6, 7, 10, 1, 1, 2], status=[1, 0, 1, 1, 1, 1],
    ...                 cause_names=("relapse",), group=["a", "a", "a", "b", "b", "b"],
    ...                 unit="child", clock="remission", definition="rfs, edition 1",
    ...                 origin="recorded")
    >>> permutation_log_rank(rows).p_value
    0.1
    """
    if len(follow_up.cause_names) > 1 or follow_up.late_entry:
        raise EstimandError(
            f"The follow-up has {len(follow_up.cause_names)} causes"
            f"{' and late entry' if follow_up.late_entry else ''}. Labels can be exchanged only "
            "when all rows start alike and end in one kind of event. Use log_rank() for late "
            "entry, cause_alone() or time_to_any() for several causes."
        )
    compared = compared_groups(follow_up, None, "The permutation log-rank test")
    table = risk_table(compared.rows)
    hazard = np.cumsum(table.any_event / table.at_risk)
    position = np.searchsorted(table.days, compared.rows.exit)
    scores = compared.rows.status - hazard[position]
    sizes = np.bincount(compared.codes).astype(np.float64)

    def statistics(labels: IntArray) -> FloatArray:
        total = np.zeros(labels.shape[0])
        for g, size in enumerate(sizes.tolist()):
            total += ((labels == g) @ scores) ** 2 / size
        return total

    return _judged(follow_up, compared, statistics, draws, n_draws, "log-rank", sources.LOG_RANK)


def permutation_gray(
    follow_up: FollowUp,
    cause: str,
    *,
    draws: LabelDraws | None = None,
    n_draws: int = _DRAWS,
) -> HypothesisTest:
    """Gray's test judged by rearranging the group labels.

    The statistic is the sum over groups of (Gray's score)^2 / rows; for two groups this orders
    arrangements as the absolute score does.

    Arguments, returns and refusals: as `permutation_log_rank`, for the incidence of one cause.

    >>> rows = FollowUp(exit=[10, 20, 30, 15, 25, 35], status=[1, 1, 2, 2, 0, 1],
    ...                 cause_names=("relapse", "death"), group=["a"] * 3 + ["b"] * 3,
    ...                 unit="child", clock="remission", definition="cir, edition 1",
    ...                 origin="recorded")
    >>> 0 < permutation_gray(rows, "relapse").p_value <= 1
    True
    """
    number = follow_up.cause_number(cause)
    refuse_late_entry(follow_up)
    compared = compared_groups(follow_up, None, "Gray's permutation test")
    days, position = np.unique(compared.rows.exit, return_inverse=True)
    m, k = len(days), len(compared.labels)
    status = compared.rows.status
    kind = np.where(status == 0, 0, np.where(status == number, 1, 2))
    sizes = np.bincount(compared.codes).astype(np.float64)

    def statistics(labels: IntArray) -> FloatArray:
        blocks = []
        step = max(1, _CELLS_AT_ONCE // (3 * k * m))
        for start in range(0, labels.shape[0], step):
            some = labels[start : start + step]
            offset = np.arange(some.shape[0])[:, None] * k + some
            cells = (offset * 3 + kind) * m + position
            counts = np.bincount(cells.ravel(), minlength=some.shape[0] * k * 3 * m)
            table = counts.reshape(some.shape[0], k, 3, m).astype(np.float64)
            leaving = table.sum(axis=2)
            at_risk = leaving[..., ::-1].cumsum(axis=-1)[..., ::-1]
            own, other = table[:, :, 1], table[:, :, 2]
            adjusted = gray_curves(at_risk, own, other)[3]
            total = adjusted.sum(axis=1)
            share = np.divide(own.sum(axis=1), total, out=np.zeros_like(total), where=total > 0)
            score = (own - share[:, None, :] * adjusted).sum(axis=-1)
            blocks.append((score**2 / sizes).sum(axis=1))
        return np.concatenate(blocks)

    return _judged(follow_up, compared, statistics, draws, n_draws, "Gray", sources.GRAY, cause)


class _Statistics(Protocol):
    """From arrangements (rows are arrangements) to one number each."""

    def __call__(self, labels: IntArray) -> FloatArray: ...


def _judged(
    follow_up: FollowUp,
    compared: Compared,
    statistics: _Statistics,
    draws: LabelDraws | None,
    n_draws: int,
    name: str,
    cite: str,
    cause: str = "",
) -> HypothesisTest:
    """The share of arrangements at least as extreme as the one seen."""
    codes = compared.codes
    seen = float(statistics(codes[None, :])[0])
    threshold = seen - _TIE * max(1.0, seen)
    sizes = np.bincount(codes).tolist()
    ways = arrangements(sizes)
    if ways <= MOST_ARRANGEMENTS and codes.size <= _MOST_ROWS_ENUMERATED:
        extreme = sum(
            int(np.count_nonzero(statistics(block) >= threshold)) for block in _all_labels(sizes)
        )
        p_value, how = extreme / ways, f"all {ways} arrangements"
    else:
        if draws is None:
            raise EstimandError(
                f"The labels of {codes.size} rows have more than {MOST_ARRANGEMENTS} "
                "arrangements. They must be drawn, and evidence draws nothing by itself. "
                "Pass a seeded generator as draws."
            )
        if n_draws < 1:
            raise EstimandError(
                f"{n_draws} arrangements were to be drawn. A p value of none means nothing. "
                f"Draw some thousands; the default is {_DRAWS}."
            )
        extreme = 0
        step = max(1, _CELLS_AT_ONCE // codes.size)
        for start in range(0, n_draws, step):
            repeated = np.tile(codes, (min(step, n_draws - start), 1))
            extreme += int(
                np.count_nonzero(statistics(draws.permuted(repeated, axis=1)) >= threshold)
            )
        # The arrangement seen is one of them, so that p is never 0.
        p_value, how = (extreme + 1) / (n_draws + 1), f"{n_draws} arrangements drawn"
    events = compared.rows.events_of(cause) if cause else compared.rows.events
    return HypothesisTest(
        method=f"{name} test by permutation ({how})",
        p_value=p_value,
        statistic=seen,
        unit=follow_up.unit,
        n=compared.rows.n,
        events=events,
        groups=compared.labels,
        endpoint=follow_up.endpoint,
        definition=follow_up.definition,
        origin=follow_up.origin,
        missing=follow_up.missing,
        citations=(cite,),
        notes=(
            "exact only where the groups are also followed alike",
            *((SEVERAL_OF_ONE_CHILD,) if follow_up.dependent_rows else ()),
        ),
    )


def arrangements(sizes: list[int]) -> int:
    """How many ways there are to give rows to groups of these sizes.

    >>> arrangements([9, 10])
    92378
    """
    ways, left = 1, sum(sizes)
    for size in sizes:
        ways *= comb(left, size)
        left -= size
    return ways


def _all_labels(sizes: list[int]) -> Iterator[IntArray]:
    """Every arrangement once, in blocks; shape (arrangements of a block, rows)."""
    n = sum(sizes)
    every = _arranged(tuple(range(n)), sizes, 0)
    while block := list(islice(every, max(1, _CELLS_AT_ONCE // n))):
        labels = np.zeros((len(block), n), dtype=np.int64)
        for g in range(1, len(sizes)):
            chosen = np.array([groups[g] for groups in block], dtype=np.int64)
            np.put_along_axis(labels, chosen, g, axis=1)
        yield labels


def _arranged(
    free: tuple[int, ...], sizes: list[int], group: int
) -> Iterator[tuple[tuple[int, ...], ...]]:
    """The rows of each group, from this group on."""
    if group == len(sizes) - 1:
        yield (free,)
        return
    for chosen in combinations(free, sizes[group]):
        taken = set(chosen)
        rest = tuple(row for row in free if row not in taken)
        for others in _arranged(rest, sizes, group + 1):
            yield (chosen, *others)

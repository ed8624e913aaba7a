# SPDX-License-Identifier: Apache-2.0
"""Quantities of daily laboratory values that need a loop over days, for many children at once.

The same rules as `cartulary.codebook.series_plain`, which is the oracle; here every step runs over
a matrix with one row per child and one column per day.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_columns import dtype_of
from cartulary.codebook.scale_parts import From, Input
from cartulary.codebook.series_plain import (
    BEGAN_BY_DAY,
    LONGEST_FILLED_GAP,
    NEVER,
    RECOVERY_DAYS,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def series_columns(
    scale: Scale, values: Mapping[str, Floats], stop: Ints | None = None
) -> pl.DataFrame:
    """The series inputs of a scale, one row per child.

    `values` holds by analyte a matrix (child, day after the infusion from day 0 on) of the lowest
    value of each day, NaN where nobody looked; `stop` is for each child the last day that counts.
    Returns a frame with one column per series input, null where it is absent.
    Refuses nothing: an analyte that is not given is absent for every child.
    """
    children = max((len(matrix) for matrix in values.values()), default=0)
    columns = {}
    for one in scale.inputs:
        if one.source is From.SERIES:
            matrix = values.get(one.analyte, np.full((children, 1), np.nan))
            quantity = pl.Series(series_quantity(one, matrix, stop))
            columns[one.name] = quantity.fill_nan(None).cast(dtype_of(one))
    return pl.DataFrame(columns)


def series_quantity(one: Input, values: Floats, stop: Ints | None = None) -> Floats:
    """One quantity for every child, as numbers with NaN for absent (true is 1, false is 0).

    `values` (child, day) from day 0 after the infusion on; NaN where nobody looked.
    """
    assert one.days is not None
    children = len(values)
    stop = np.full(children, NEVER, dtype=np.int64) if stop is None else stop
    first, last = one.days
    window = np.full((children, last - first + 1), np.nan)
    given = values[:, first : last + 1]
    window[:, : given.shape[1]] = given
    day = np.arange(first, last + 1)
    inside = day[None, :] <= stop[:, None]
    window[~inside] = np.nan
    length = inside.sum(axis=1)
    seen = np.isfinite(window).sum(axis=1)
    if one.quantity == "values":
        return _numbers(seen)
    if one.quantity in ("lowest", "second_lowest"):
        return _from_lowest(window, seen, 0 if one.quantity == "lowest" else 1)
    filled = fill_gaps(window)
    if one.quantity == "longest_gap":
        return _numbers(_longest_stretch(np.isnan(filled) & inside))
    assert one.threshold is not None
    with np.errstate(invalid="ignore"):
        under = filled <= one.threshold if one.inclusive else filled < one.threshold
    if one.quantity == "days_below":
        found = _numbers(under.sum(axis=1))
    elif one.quantity == "longest_run":
        found = _numbers(longest_joined_run(under)[0])
    else:
        found = _never_recovered(under, np.isfinite(filled), length)
    found[seen == 0] = np.nan
    return found


def _numbers(counts: Ints) -> Floats:
    return np.asarray(counts, dtype=np.float64)


def fill_gaps(window: Floats) -> Floats:
    """The matrix with up to 7 missing days between two measured ones filled on a straight line.

    >>> fill_gaps(np.array([[100.0, np.nan, 300.0, np.nan]])).tolist()
    [[100.0, 200.0, 300.0, nan]]
    """
    children, days = window.shape
    known = np.isfinite(window)
    before = np.full((children, days), -1)
    after = np.full((children, days), days)
    for day in range(days):
        before[:, day] = np.where(known[:, day], day, before[:, day - 1] if day else -1)
    for day in reversed(range(days)):
        later = after[:, day + 1] if day + 1 < days else days
        after[:, day] = np.where(known[:, day], day, later)
    fill = ~known & (before >= 0) & (after < days) & (after - before - 1 <= LONGEST_FILLED_GAP)
    row, column = np.nonzero(fill)
    start, end = before[row, column], after[row, column]
    low, high = window[row, start], window[row, end]
    filled = window.copy()
    filled[row, column] = low + (high - low) * (column - start) / (end - start)
    return filled


def longest_joined_run(under: Bools) -> tuple[Ints, Ints, Ints]:
    """Length of the longest run, and first and last day of the last run (-1 where there is none).

    Runs parted by fewer than 3 days are one, and those days count in its length.

    >>> longest_joined_run(np.array([[True, False, False, True, False]]))[0].tolist()
    [4]
    """
    children, days = under.shape
    start = np.full(children, -1)
    last = np.full(children, -RECOVERY_DAYS - 1)
    longest = np.zeros(children, dtype=np.int64)
    for day in range(days):
        here = under[:, day]
        begins = here & (day - last - 1 >= RECOVERY_DAYS)
        start = np.where(begins, day, start)
        last = np.where(here, day, last)
        longest = np.where(here, np.maximum(longest, day - start + 1), longest)
    return longest, start, np.where(start < 0, -1, last)


def _longest_stretch(true: Bools) -> Ints:
    longest = np.zeros(len(true), dtype=np.int64)
    length = np.zeros(len(true), dtype=np.int64)
    for day in range(true.shape[1]):
        length = np.where(true[:, day], length + 1, 0)
        longest = np.maximum(longest, length)
    return longest


def _from_lowest(window: Floats, seen: Ints, rank: int) -> Floats:
    if window.shape[1] <= rank:
        return np.full(len(window), np.nan)
    ordered = np.sort(window, axis=1)
    return np.asarray(np.where(seen > rank, ordered[:, rank], np.nan), dtype=np.float64)


def _never_recovered(under: Bools, known: Bools, length: Ints) -> Floats:
    """1 where a run from the first days on lasts to the end, 0 where not, NaN if not looked for."""
    days = under.shape[1]
    _, start, last = longest_joined_run(under)
    first_known = np.argmax(known, axis=1)
    last_known = days - 1 - np.argmax(known[:, ::-1], axis=1)
    lasts = (start >= 0) & (last == last_known)
    late = start > BEGAN_BY_DAY
    unseen_start = late & (start == first_known)
    unseen_end = ~late & (length - 1 - last_known > LONGEST_FILLED_GAP)
    found = np.where(lasts & ~late, 1.0, 0.0)
    found[lasts & (unseen_start | unseen_end)] = np.nan
    return found

# SPDX-License-Identifier: Apache-2.0
"""Arrays set down as the rows of one kind of event, in the columns that a cohort has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cartulary.course.cohort_columns import CHILD
from cartulary.twin.population_children import Floats, Wholes, YesNo

Values = NDArray[Any] | pl.Series


def rows(
    places: NDArray[Any],
    days: NDArray[Any],
    where: YesNo | None = None,
    /,
    **facts: Values | str | int | bool | None,
) -> pl.DataFrame:
    """One row a place: the child's place in its block, the study day, and the facts.

    A NaN is "not recorded". With `where`, only the rows for which it is true are kept.
    """
    columns = {
        CHILD: pl.Series(np.asarray(places), dtype=pl.UInt32),
        "day": _whole(np.asarray(days, dtype=np.float64)),
    }
    for name, value in facts.items():
        if isinstance(value, (pl.Series, np.ndarray)):
            columns[name] = value if isinstance(value, pl.Series) else _series(value)
        else:
            columns[name] = pl.Series([value]).new_from_index(0, len(columns[CHILD]))
    if where is not None:
        kept = pl.Series(where)
        columns = {name: column.filter(kept) for name, column in columns.items()}
    return pl.DataFrame(columns)


def words_at(codes: Sequence[str], places: NDArray[Any]) -> pl.Series:
    """The word at each place of a list; -1 is "not recorded".

    >>> words_at(("no", "yes"), np.array([1, -1, 0])).to_list()
    ['yes', None, 'no']
    """
    plain = [str.__str__(code) for code in codes]
    known = np.where(places < 0, len(plain), places)
    return pl.Series([*plain, None], dtype=pl.String)[pl.Series(known.astype(np.uint32))]


def days_of(days: Floats) -> pl.Series:
    """Study days as whole numbers, NaN as "not recorded"."""
    return _whole(days)


def each(places: NDArray[Any], offsets: NDArray[Any]) -> tuple[Wholes, Floats]:
    """Every place with every offset: the places repeated, the offsets in turn.

    >>> each(np.array([3, 5]), np.array([0.0, 7.0]))
    (array([3, 3, 5, 5]), array([0., 7., 0., 7.]))
    """
    return (
        np.repeat(np.asarray(places, dtype=np.int64), len(offsets)),
        np.tile(np.asarray(offsets, dtype=np.float64), len(places)),
    )


def _series(values: NDArray[Any]) -> pl.Series:
    return pl.Series(values, nan_to_null=True)


def _whole(days: Floats) -> pl.Series:
    return _series(np.floor(days)).cast(pl.Int32)

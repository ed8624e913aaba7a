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
    frame = pl.DataFrame(
        {
            CHILD: pl.Series(np.asarray(places), dtype=pl.UInt32),
            "day": _whole(np.asarray(days, dtype=np.float64)),
        }
    ).with_columns(
        (value if isinstance(value, pl.Series) else _series(value)).alias(name)
        if isinstance(value, (pl.Series, np.ndarray))
        else pl.lit(value).alias(name)
        for name, value in facts.items()
    )
    return frame if where is None else frame.filter(pl.Series(where))


def words_at(codes: Sequence[str], places: NDArray[Any]) -> pl.Series:
    """The word at each place of a list; -1 is "not recorded".

    >>> words_at(("no", "yes"), np.array([1, -1, 0])).to_list()
    ['yes', None, 'no']
    """
    plain = [str.__str__(code) for code in codes]
    known = np.where(places < 0, len(plain), places)
    return pl.Series([*plain, None], dtype=pl.String).gather(known.astype(np.uint32))


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
    series = pl.Series(values)
    return series.fill_nan(None) if series.dtype.is_float() else series


def _whole(days: Floats) -> pl.Series:
    return pl.Series(np.floor(days)).fill_nan(None).cast(pl.Int32)

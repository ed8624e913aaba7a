# SPDX-License-Identifier: Apache-2.0
"""Checks of columns that name the rows at fault."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray

_ROWS_NAMED = 5


def named_rows(faulty: BoolArray) -> str:
    """The first few rows at fault, and how many more."""
    rows = np.flatnonzero(faulty)
    named = ", ".join(str(row) for row in rows[:_ROWS_NAMED].tolist())
    more = rows.size - _ROWS_NAMED
    return f"Rows {named}" + (f" and {more} more" if more > 0 else "")


def refuse_rows(faulty: BoolArray, fact: str, why: str, remedy: str) -> None:
    """Raise, naming the first rows at fault; do nothing when there are none."""
    if bool(faulty.any()):
        raise EstimandError(f"{named_rows(faulty)} {fact}. {why}. {remedy}.")


def checked_days(column: ArrayLike, name: str) -> FloatArray:
    """A column of days: finite, not negative; shape (n,)."""
    days = np.asarray(column, dtype=np.float64)
    # One pass in the usual case: NaN fails both comparisons.
    if not days.size or (days.min() >= 0.0 and days.max() < np.inf):
        return days
    refuse_rows(
        ~(np.isfinite(days) & (days >= 0.0)),
        f"have no usable {name} day (missing, infinite or negative)",
        "Days count from the clock's origin",
        "Count such children in `missing`, or correct the dates",
    )
    return days


def checked_weights(weights: FloatArray) -> None:
    """Refuse a weight that is not a number above 0."""
    refuse_rows(
        ~(np.isfinite(weights) & (weights > 0.0)),
        "have a weight that is not a number above 0",
        "A weight says how many units a row stands for",
        "Leave out rows of weight 0",
    )


def read_only(column: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A view that cannot be written through; the caller's own array stays as it was."""
    view = column.view()
    view.flags.writeable = False
    return view

# SPDX-License-Identifier: Apache-2.0
"""One kind of event of a cohort as plain arrays, and the first or last such event of each child.

A child is a row number and the rows of a kind are sorted by child and day, so the first event of
each child is where the child number changes: no grouping and no joining.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cartulary.codebook.condition_columns import to_polars
from cartulary.codebook.endpoint import Sign
from cartulary.codebook.endpoint_course import REACH_DAYS
from cartulary.codebook.expression import Condition
from cartulary.course.cohort import Cohort

Days: TypeAlias = NDArray[np.int32]
Rows: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.uint8]

#: Stands for a day that never came, or that nobody wrote down; later than any day.
NEVER: Final = np.int32(2**30)


def first_rows(child: NDArray[Any], rows: Rows) -> Rows:
    """Of rows sorted by child, the first of each child."""
    own = child[rows]
    return rows[np.concatenate(([True], own[1:] != own[:-1]))] if rows.size else rows


def last_rows(child: NDArray[Any], rows: Rows) -> Rows:
    """Of rows sorted by child, the last of each child."""
    own = child[rows]
    return rows[np.concatenate((own[1:] != own[:-1], [True]))] if rows.size else rows


class EventColumns:
    """The visible events of one kind: child, day (`NEVER` when unknown), and conditions on them.

    Rows after the data cut are not visible; `cut` is the last visible day of each child, or None
    when no child has one.
    """

    def __init__(self, frame: pl.DataFrame, children: int, cut: Days | None) -> None:
        self.frame = frame
        self.children = children
        self.child: NDArray[np.uint32] = frame["child"].to_numpy()
        self.day: Days = frame["day"].fill_null(int(NEVER)).to_numpy()
        self._hidden: Mask | None = None
        if cut is not None and frame.height:
            hidden = (self.day > cut[self.child]) & (self.day != NEVER)
            self._hidden = hidden if bool(hidden.any()) else None

    @cached_property
    def visible(self) -> Mask:
        """Rows up to the data cut, the undated included."""
        if self._hidden is None:
            return np.ones(self.frame.height, dtype=bool)
        return ~self._hidden

    @cached_property
    def reach(self) -> Days | None:
        """How many days after its middle a partial date may lie; None when all are exact."""
        precision = self.frame["precision"]
        if not bool((precision != "day").any()):
            return None
        reach = np.zeros(self.frame.height, dtype=np.int32)
        for known_to, days in REACH_DAYS.items():
            reach[(precision == known_to.value).to_numpy()] = days
        return reach

    def where(self, condition: Condition | None) -> Mask:
        """The visible rows on which a condition holds; unknown is not enough."""
        if condition is None:
            return self.visible
        answers = self.frame.select(to_polars(condition, self.frame.columns).alias("holds"))
        held: Mask = answers["holds"].fill_null(value=False).to_numpy()
        return held if self._hidden is None else held & self.visible

    def has_any(self, mask: Mask) -> Mask:
        """Whether a child has any of these rows; shape (children,)."""
        found = np.zeros(self.children, dtype=bool)
        found[self.child[mask]] = True
        return found

    def first_days(self, mask: Mask) -> Days:
        """Each child's first day among dated rows of a mask; shape (children,)."""
        rows = first_rows(self.child, np.flatnonzero(mask & (self.day != NEVER)))
        return self.spread(rows, self.day[rows])

    def last_days(self, mask: Mask) -> Days:
        """Each child's last day among dated rows of a mask, or `-NEVER`; shape (children,)."""
        rows = last_rows(self.child, np.flatnonzero(mask & (self.day != NEVER)))
        found = np.full(self.children, -NEVER, dtype=np.int32)
        found[self.child[rows]] = self.day[rows]
        return found

    def spread(self, rows: Rows, days: Days) -> Days:
        """Days of some rows, one a child, put at their children; `NEVER` elsewhere."""
        found = np.full(self.children, NEVER, dtype=np.int32)
        found[self.child[rows]] = days
        return found


class CohortColumns:
    """The frames of a cohort, each turned into arrays when it is first asked for."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.children = len(cohort)
        self._read: dict[str, EventColumns] = {}

    @cached_property
    def cut(self) -> Days | None:
        """The last visible study day of each child; None when nobody has one."""
        column = self.cohort.children["data_cut_day"]
        if column.null_count() == self.children:
            return None
        return np.asarray(column.fill_null(int(NEVER)).to_numpy(), dtype=np.int32)

    def kind(self, kind: str) -> EventColumns:
        """The events of one kind."""
        if kind not in self._read:
            self._read[kind] = EventColumns(self.cohort.events[kind], self.children, self.cut)
        return self._read[kind]

    def has(self, sign: Sign) -> Mask:
        """Whether each child has a visible event that carries a sign; shape (children,)."""
        events = self.kind(sign.kind)
        return events.has_any(events.where(sign.where))

# SPDX-License-Identifier: Apache-2.0
"""An endpoint over a whole cohort: when each child enters, when it leaves, and how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray, IntArray, LabelArray
from cartulary.evidence.estimate import checked_origin
from cartulary.evidence.rows import checked_days, checked_weights, read_only, refuse_rows

SEVERAL_OF_ONE_CHILD = (
    "several rows are of one child and are counted as independent: too narrow, or too small a p"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class FollowUp:
    """Entry, exit and status of every child (or infusion), on one clock, under one definition.

    A row is at risk on day t when entry < t <= exit. An entry on day 0 means "from the clock's
    origin on" and has no lower bound, so an event on day 0 itself is counted, as R counts
    Surv(0, 1). A row that enters late and leaves on its day of entry was never at risk: it is
    kept, counted in `never_at_risk`, and takes no part in any estimate, as in R.

    Arguments:
        exit: days from the clock's origin to the event or to the last day seen; shape (n,).
        status: 0 for censored, k for cause k of `cause_names`; shape (n,).
        entry: days from the origin to the day observation began; None means day 0 for all.
        cause_names: the causes in the order of their numbers.
        unit, clock, definition, endpoint, origin: the words every figure must carry.
        missing: how many units the endpoint could not judge, and so are not among the rows.
        child_ids: the child of each row; shape (n,).
        weights: how many units a row stands for, above 0; shape (n,).
        group: a label for each row; shape (n,).
        cause_specific: True when other causes were turned into censoring. Such rows answer
            questions about a hazard, never about a share of children.

    Returns: a frozen record of arrays that cannot be written to.

    Refuses: arrays of unequal length; NaN, infinite or negative days; an exit before its entry;
    a status that names no cause; a weight that is not above 0; a child twice when the unit is
    the child.

    >>> FollowUp(exit=[30, 90, 400], status=[1, 0, 1], cause_names=("death",), unit="child",
    ...          clock="infusion", definition="os, edition 1", origin="recorded").events
    2
    """

    exit: FloatArray
    status: IntArray
    cause_names: tuple[str, ...]
    unit: str
    clock: str
    definition: str
    origin: str
    entry: FloatArray = None  # type: ignore[assignment]
    endpoint: str = ""
    missing: int = 0
    child_ids: LabelArray | None = None
    weights: FloatArray | None = None
    group: LabelArray | None = None
    cause_specific: bool = False

    def __post_init__(self) -> None:
        self._keep("exit", checked_days(self.exit, "exit"))
        entry: Any = self.entry
        self._keep("entry", np.zeros(self.n) if entry is None else checked_days(entry, "entry"))
        self._keep("status", _statuses(self.status))
        self._keep("cause_names", tuple(self.cause_names))
        for name in ("child_ids", "group"):
            labels = getattr(self, name)
            if labels is not None:
                self._keep(name, np.asarray(labels))
        if self.weights is not None:
            self._keep("weights", np.asarray(self.weights, dtype=np.float64))
        self._check_words()
        self._check_lengths()
        self._check_rows()
        for name in ("entry", "exit", "status", "child_ids", "group", "weights"):
            column = getattr(self, name)
            if column is not None:
                self._keep(name, read_only(column))

    def _keep(self, name: str, content: object) -> None:
        """Set a field of this frozen record while it is being made."""
        object.__setattr__(self, name, content)

    def _check_words(self) -> None:
        """Unit, clock, definition and origin are given; at least one cause is named."""
        for name in ("unit", "clock", "definition"):
            if not str(getattr(self, name)).strip():
                raise EstimandError(
                    f"The follow-up has no {name}. Figures made from it could not say what they "
                    f"are. Give {name}."
                )
        checked_origin(self.origin)
        if not self.cause_names or len(set(self.cause_names)) != len(self.cause_names):
            raise EstimandError(
                f"The causes are {self.cause_names}. Each status above 0 needs a name of its own. "
                "List every cause once."
            )

    def _check_lengths(self) -> None:
        """All columns have as many rows as `exit`."""
        for name in ("entry", "status", "child_ids", "weights", "group"):
            column = getattr(self, name)
            if column is not None and column.shape != (self.n,):
                raise EstimandError(
                    f"{name} has shape {column.shape} but exit has {self.n} rows. They describe "
                    "the same rows. Pass columns of equal length."
                )

    def _check_rows(self) -> None:
        """Every row could have happened."""
        if self.n == 0:
            return
        if bool(np.any(self.exit < self.entry)):
            refuse_rows(
                self.exit < self.entry,
                "leave before they enter",
                "Nobody can be followed backwards",
                "Check the dates, or leave these rows out",
            )
        if int(self.status.min()) < 0 or int(self.status.max()) > len(self.cause_names):
            refuse_rows(
                (self.status < 0) | (self.status > len(self.cause_names)),
                "have a status that names no cause",
                f"Status is 0 for censored or 1 to {len(self.cause_names)} for {self.cause_names}",
                "Correct the status or name the cause",
            )
        if self.weights is not None:
            checked_weights(self.weights)
        if self.child_ids is not None and self.unit == "child":
            self._check_children()

    def _check_children(self) -> None:
        """No child is counted twice."""
        assert self.child_ids is not None
        listed = self.child_ids.tolist()
        if len(set(listed)) == len(listed):
            return
        _, first = np.unique(self.child_ids, return_index=True)
        again = np.ones(self.n, dtype=bool)
        again[first] = False
        refuse_rows(
            again,
            "name a child that an earlier row names",
            "The unit is the child, and a child counts once",
            'Keep one row a child, or give unit="infusion"',
        )

    @property
    def n(self) -> int:
        """How many rows."""
        return int(self.exit.shape[0])

    @cached_property
    def at_some_risk(self) -> BoolArray:
        """The rows that are at risk on at least one day; shape (n,)."""
        return np.asarray((self.exit > self.entry) | (self.entry <= 0.0), dtype=bool)

    @cached_property
    def late_entry(self) -> bool:
        """Whether any row came under observation after the clock's origin."""
        return bool(np.any(self.entry > 0.0))

    @cached_property
    def never_at_risk(self) -> int:
        """How many rows entered late and left on that same day."""
        return self.n - int(np.count_nonzero(self.at_some_risk)) if self.late_entry else 0

    @cached_property
    def dependent_rows(self) -> bool:
        """Whether a child has several rows, such as infusions, which are then not independent."""
        if self.child_ids is None or self.unit == "child":
            return False
        return bool(np.unique(self.child_ids).size < self.n)

    @property
    def n_in_view(self) -> int:
        """How many rows take part in estimates."""
        return self.n - self.never_at_risk

    @cached_property
    def events(self) -> int:
        """How many rows in view end in an event of any cause."""
        ended = self.status > 0
        return int(np.count_nonzero(ended & self.at_some_risk if self.late_entry else ended))

    def events_by(self, day: float, cause: str | None = None) -> int:
        """How many rows in view have had an event (of one cause, or any) by the end of a day."""
        wanted = self.status > 0 if cause is None else self.status == self.cause_number(cause)
        return int(np.count_nonzero(wanted & (self.exit <= day) & self.at_some_risk))

    @cached_property
    def last_day(self) -> float:
        """The last day on which anyone was followed; 0 when there is nobody."""
        return float(self.exit.max()) if self.n else 0.0

    def events_of(self, cause: str) -> int:
        """How many rows in view end in this cause."""
        ended = self.status == self.cause_number(cause)
        return int(np.count_nonzero(ended & self.at_some_risk if self.late_entry else ended))

    def cause_number(self, cause: str) -> int:
        """The status that stands for a cause."""
        if cause not in self.cause_names:
            raise EstimandError(
                f"There is no cause {cause!r} in this follow-up. It knows "
                f"{', '.join(self.cause_names)}. Name one of these."
            )
        return self.cause_names.index(cause) + 1

    def numbers_at_risk(self, days: ArrayLike) -> IntArray:
        """How many rows satisfy entry < t <= exit on each day t; shape of `days`."""
        asked = np.asarray(days, dtype=np.float64)
        still = self.n - np.searchsorted(np.sort(self.exit), asked, side="left")
        if not self.late_entry:
            return np.asarray(still, dtype=np.int64)
        effective = np.where(self.entry <= 0.0, -np.inf, self.entry)
        unseen = self.n - np.searchsorted(np.sort(effective), asked, side="left")
        return np.asarray(still - unseen, dtype=np.int64)

    def subset(self, mask: ArrayLike) -> FollowUp:
        """The rows where the mask is True, with their labels and weights; shape of mask (n,)."""
        chosen = np.asarray(mask)
        if chosen.dtype != np.bool_ or chosen.shape != (self.n,):
            raise EstimandError(
                f"The mask has type {chosen.dtype} and shape {chosen.shape}. It says yes or no "
                f"for each of {self.n} rows. Pass {self.n} booleans."
            )
        columns: dict[str, Any] = {
            name: getattr(self, name)[chosen]
            for name in ("entry", "exit", "status", "child_ids", "weights", "group")
            if getattr(self, name) is not None
        }
        return replace(self, **columns)

    def by_group(self) -> dict[str, FollowUp]:
        """One follow-up for each label of `group`, in sorted order of the labels."""
        if self.group is None:
            raise EstimandError(
                "The follow-up has no groups. Nothing says which rows belong together. "
                "Pass group when making it."
            )
        labels, codes = np.unique(self.group, return_inverse=True)
        return {str(label): self.subset(codes == k) for k, label in enumerate(labels.tolist())}

    def time_to_any(self, name: str = "any event") -> FollowUp:
        """The same rows with every cause counted as one event."""
        return replace(self, status=(self.status > 0).astype(np.int64), cause_names=(name,))

    def cause_alone(self, cause: str) -> FollowUp:
        """The same rows with other causes censored: for hazards, never for shares."""
        number = self.cause_number(cause)
        return replace(
            self,
            status=(self.status == number).astype(np.int64),
            cause_names=(cause,),
            cause_specific=len(self.cause_names) > 1 or self.cause_specific,
        )


def _statuses(column: ArrayLike) -> IntArray:
    """A column of statuses as whole numbers."""
    given = np.asarray(column)
    if given.dtype == np.int64:
        return given
    whole = np.isfinite(given) if given.dtype.kind == "f" else np.ones(given.shape, dtype=bool)
    status = np.where(whole, given, -1).astype(np.int64)
    refuse_rows(
        status != given,
        "have a status that is not a whole number",
        "Status is 0 for censored or the number of a cause",
        "Correct the status",
    )
    return status

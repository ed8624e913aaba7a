# SPDX-License-Identifier: Apache-2.0
"""Stretches of follow-up over which a child's covariates stand still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray, IntArray, LabelArray
from cartulary.evidence.estimate import checked_origin
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.immortal_time import refuse_later_covariate
from cartulary.evidence.rows import checked_days, checked_weights, read_only, refuse_rows

KnownOn: TypeAlias = float | Mapping[str, ArrayLike]


@dataclass(frozen=True, kw_only=True, eq=False)
class Spells:
    """Rows of children at risk over (entry, exit], with the covariates that held then.

    A child has one row where its covariates are fixed, and one more from each day on which a
    covariate changes. An entry on day 0 of a child's first row means "from the origin on" and
    has no lower bound, as in `FollowUp`.

    Arguments:
        entry, exit: days on the clock; shape (rows,).
        event: whether the row ended in the event; shape (rows,).
        covariates: numbers by name; each of shape (rows,).
        child_ids: the child of each row, None where every row is another child.
        weights: how many units a row stands for; strata: a label for each row. Shape (rows,).
        known_on: the day on which a covariate's value became known, by name; shape (rows,).
        unit, clock, definition, endpoint, origin, missing: as in `FollowUp`.

    Returns: a frozen record.

    Refuses, naming rows: an exit before its entry; a covariate that is missing or not finite; a
    covariate known only after the row's entry (it would look into the future); rows of one child
    in one stratum that overlap, or follow its event.

    >>> Spells(entry=[0, 0, 60], exit=[100, 60, 90], event=[False, False, True],
    ...        covariates={"transplant": [0, 0, 1]}, child_ids=["a", "b", "b"], unit="child",
    ...        clock="infusion", definition="os, edition 1", origin="simulated").n
    2
    """

    entry: FloatArray
    exit: FloatArray
    event: BoolArray
    covariates: Mapping[str, FloatArray]
    unit: str
    clock: str
    definition: str
    origin: str
    child_ids: LabelArray | None = None
    weights: FloatArray | None = None
    strata: LabelArray | None = None
    known_on: Mapping[str, ArrayLike] | None = None
    endpoint: str = ""
    missing: int = 0

    def __post_init__(self) -> None:
        for name in ("unit", "clock", "definition"):
            if not str(getattr(self, name)).strip():
                raise EstimandError(
                    f"The spells have no {name}. Figures made from them could not say what they "
                    f"are. Give {name}."
                )
        checked_origin(self.origin)
        self._keep("entry", checked_days(self.entry, "entry"))
        self._keep("exit", checked_days(self.exit, "exit"))
        self._keep("event", np.asarray(self.event, dtype=bool))
        for name in ("child_ids", "strata"):
            if getattr(self, name) is not None:
                self._keep(name, np.asarray(getattr(self, name)))
        if self.weights is not None:
            self._keep("weights", np.asarray(self.weights, dtype=np.float64))
        named = {k: np.asarray(v, dtype=np.float64) for k, v in self.covariates.items()}
        self._check_lengths(named)
        self._keep("covariates", MappingProxyType({k: read_only(v) for k, v in named.items()}))
        self._check_rows()
        for name in ("entry", "exit", "event", "child_ids", "weights", "strata"):
            column = getattr(self, name)
            if column is not None:
                self._keep(name, read_only(column))

    def _keep(self, name: str, content: object) -> None:
        """Set a field of this frozen record while it is being made."""
        object.__setattr__(self, name, content)

    def _check_lengths(self, named: Mapping[str, FloatArray]) -> None:
        """All columns have as many rows as `exit`, and every covariate is a number."""
        columns: dict[str, Any] = {
            **{f"the covariate {k}": v for k, v in named.items()},
            **{k: getattr(self, k) for k in ("entry", "event", "child_ids", "weights", "strata")},
        }
        for name, column in columns.items():
            if column is not None and column.shape != self.exit.shape:
                raise EstimandError(
                    f"{name} has shape {column.shape} but exit has {self.exit.size} rows. They "
                    "describe the same rows. Pass columns of equal length."
                )
        for name, column in named.items():
            if column.size and not np.isfinite(column.sum()):
                refuse_rows(
                    ~np.isfinite(column),
                    f"have no value of {name}",
                    "A row without it cannot be compared with the others",
                    "Leave out these children and count them in `missing`, or leave out "
                    "the covariate",
                )

    def _check_rows(self) -> None:
        """Every row could have happened and looks at no later day."""
        refuse_rows(
            self.exit < self.entry,
            "leave before they enter",
            "Nobody can be followed backwards",
            "Check the dates, or leave these rows out",
        )
        if self.weights is not None:
            checked_weights(self.weights)
        for name, days in (self.known_on or {}).items():
            if name not in self.covariates:
                raise EstimandError(
                    f"known_on names {name!r}, which is not a covariate. The covariates are "
                    f"{', '.join(self.covariates)}. Correct the name."
                )
            refuse_later_covariate(name, days, self.entry, self.clock)
        if self.child_ids is not None and self.child_ids.size:
            self._check_children()

    def _check_children(self) -> None:
        """In one stratum the rows of a child follow one another and end with its event."""
        order = np.lexsort((self.exit, self.entry, self.units))
        unit, later = self.units[order], order[1:]
        same = unit[1:] == unit[:-1]
        if not same.any():
            return
        overlapping, after = np.zeros(self.n_rows, dtype=bool), np.zeros(self.n_rows, dtype=bool)
        overlapping[later] = same & (self.entry[later] < self.exit[order[:-1]])
        after[later] = same & self.event[order[:-1]]
        refuse_rows(
            overlapping,
            "begin before an earlier row of the same child has ended",
            "A child is at risk once on a day",
            "Check the days, or give each row a child of its own",
        )
        refuse_rows(
            after,
            "follow the event of the same child",
            "The event is the first of its kind, and the child is not at risk of it again",
            'Leave these rows out, or give unit="infusion" and each infusion an id of its own',
        )

    @cached_property
    def units(self) -> IntArray:
        """The position of each row's child in its stratum: what an event is counted of."""
        if self.child_ids is None:
            return np.arange(self.n_rows)
        child = self.child_codes
        return child if self.strata is None else child * (self.n_strata) + self.stratum_codes

    @cached_property
    def child_codes(self) -> IntArray:
        """The position of each row's child among the children; shape (rows,)."""
        if self.child_ids is None:
            return np.arange(self.n_rows)
        return np.unique(self.child_ids, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def _strata(self) -> tuple[tuple[str, ...], IntArray]:
        """Labels of the strata in sorted order, and the stratum of each row."""
        if self.strata is None:
            return ("",), np.zeros(self.n_rows, dtype=np.int64)
        labels, codes = np.unique(self.strata, return_inverse=True)
        return tuple(str(label) for label in labels.tolist()), codes.astype(np.int64)

    @property
    def stratum_labels(self) -> tuple[str, ...]:
        """The strata in sorted order; one without a name where none were given."""
        return self._strata[0]

    @property
    def stratum_codes(self) -> IntArray:
        """The position of each row's stratum; shape (rows,)."""
        return self._strata[1]

    @property
    def n_strata(self) -> int:
        """How many strata."""
        return len(self.stratum_labels)

    @property
    def n_rows(self) -> int:
        """How many rows."""
        return int(self.exit.size)

    @cached_property
    def n(self) -> int:
        """How many units were at risk: children, or children in a stratum where there are more."""
        return self.n_rows if self.child_ids is None else int(np.unique(self.units).size)

    @cached_property
    def n_children(self) -> int:
        """How many children."""
        return int(self.child_codes.max()) + 1 if self.n_rows else 0

    @cached_property
    def events(self) -> int:
        """How many rows end in the event."""
        return int(np.count_nonzero(self.event & self.at_some_risk))

    @cached_property
    def from_origin(self) -> BoolArray:
        """First rows that begin on day 0, and so are at risk on day 0 itself; shape (rows,)."""
        begin = np.asarray(self.entry <= 0.0, dtype=bool)
        if self.child_ids is None or self.n == self.n_rows:
            return begin
        at_zero = np.flatnonzero(begin)
        order = at_zero[np.lexsort((self.exit[at_zero], self.units[at_zero]))]
        later = order[1:][self.units[order[1:]] == self.units[order[:-1]]]
        begin[later] = False
        return begin

    @cached_property
    def at_some_risk(self) -> BoolArray:
        """The rows that are at risk on at least one day; shape (rows,)."""
        return np.asarray((self.exit > self.entry) | self.from_origin, dtype=bool)

    @property
    def names(self) -> tuple[str, ...]:
        """The covariates by name, in the order given."""
        return tuple(self.covariates)

    def with_covariates(self, covariates: Mapping[str, ArrayLike]) -> Spells:
        """The same rows with other covariates, whose days of knowing are not stated."""
        arrays = {name: np.asarray(v, dtype=np.float64) for name, v in covariates.items()}
        return replace(self, covariates=arrays, known_on=None)


def baseline_spells(
    follow_up: FollowUp,
    covariates: Mapping[str, ArrayLike],
    *,
    known_on: KnownOn,
    strata: ArrayLike | None = None,
) -> Spells:
    """Rows with fixed covariates, each known by the day its child came under observation.

    Arguments: a follow-up with one cause; numbers by name, shape (n,); the day on which they
    became known on the clock of the follow-up, one day for all or a column of days by name (a
    covariate left out of the columns is refused); strata, shape (n,).
    Returns: `Spells` with one row a child.
    Refuses: a covariate dated after the child's entry, which only children who lived to that day
    can have; several causes.

    >>> rows = FollowUp(exit=[30, 90], status=[1, 0], cause_names=("death",), unit="child",
    ...                 clock="infusion", definition="os, edition 1", origin="recorded")
    >>> baseline_spells(rows, {"age": [4, 12]}, known_on=0).names
    ('age',)
    """
    if len(follow_up.cause_names) != 1:
        raise EstimandError(
            f"The follow-up has {len(follow_up.cause_names)} causes. A hazard is of one event. "
            "Use cause_alone() for the hazard of one cause, or time_to_any()."
        )
    dated: Mapping[str, ArrayLike]
    if isinstance(known_on, Mapping):
        unknown = [name for name in covariates if name not in known_on]
        if unknown:
            raise EstimandError(
                f"known_on has no day for {', '.join(unknown)}. A covariate is fixed only from the "
                "day it is known. Give that day on the follow-up's clock."
            )
        dated = known_on
    else:
        dated = {name: np.full(follow_up.n, float(known_on)) for name in covariates}
    return Spells(
        entry=follow_up.entry,
        exit=follow_up.exit,
        event=follow_up.status > 0,
        covariates={k: np.asarray(v, dtype=np.float64) for k, v in covariates.items()},
        child_ids=follow_up.child_ids,
        weights=follow_up.weights,
        strata=None if strata is None else np.asarray(strata),
        known_on=dated,
        unit=follow_up.unit,
        clock=follow_up.clock,
        definition=follow_up.definition,
        origin=follow_up.origin,
        endpoint=follow_up.endpoint,
        missing=follow_up.missing,
    )


def exposure_spells(
    follow_up: FollowUp,
    exposure_day: ArrayLike,
    *,
    name: str,
    covariates: Mapping[str, ArrayLike] | None = None,
    known_on: KnownOn = 0.0,
) -> Spells:
    """Each child unexposed until the day of exposure, and exposed from the day after.

    A child exposed on day u gives (entry, u] with 0 and (u, exit] with 1. An event on day u
    itself belongs to the unexposed time. Exposure at or after the exit never counts.

    Arguments: a follow-up with one cause; the day of exposure on its clock, NaN where there was
    none, shape (n,); the name of the exposure; further baseline covariates.
    Returns: `Spells` with one or two rows a child; the exposure is the last covariate.
    Refuses: an infinite day of exposure; what `baseline_spells` refuses.

    >>> rows = FollowUp(exit=[30, 90], status=[1, 0], cause_names=("death",), unit="child",
    ...                 clock="infusion", definition="os, edition 1", origin="recorded")
    >>> exposure_spells(rows, [float("nan"), 60], name="transplant").exit.tolist()
    [30.0, 60.0, 90.0]
    """
    whole = baseline_spells(follow_up, covariates or {}, known_on=known_on)
    day = checked_exposure(exposure_day, follow_up.n, name)
    # On the origin itself a child is unexposed: such a first row is of day 0 alone.
    begun = (day < whole.entry) | ((day == whole.entry) & (whole.entry > 0.0))
    split = (day >= whole.entry) & ~begun & (day < whole.exit)
    before = np.repeat(np.arange(follow_up.n), 1 + split)
    second = np.zeros(before.size, dtype=bool)
    second[1:] = before[1:] == before[:-1]
    first = np.zeros(before.size, dtype=bool)
    first[:-1] = second[1:]
    days, exposed = day[before], second | begun[before]
    ids = whole.child_codes if whole.child_ids is None else whole.child_ids
    return Spells(
        entry=np.where(second, days, whole.entry[before]),
        exit=np.where(first, days, whole.exit[before]),
        event=whole.event[before] & ~first,
        covariates={
            **{k: v[before] for k, v in whole.covariates.items()},
            name: exposed.astype(np.float64),
        },
        child_ids=np.asarray(ids)[before],
        weights=None if whole.weights is None else whole.weights[before],
        unit=whole.unit,
        clock=whole.clock,
        definition=whole.definition,
        origin=whole.origin,
        endpoint=whole.endpoint,
        missing=whole.missing,
    )


def checked_exposure(exposure_day: ArrayLike, n: int, name: str) -> FloatArray:
    """Days of exposure, NaN for never; shape (n,)."""
    day = np.asarray(exposure_day, dtype=np.float64)
    if day.shape != (n,):
        raise EstimandError(
            f"The days of {name} have shape {day.shape} for {n} rows. Every row has one day, or "
            "none. Pass one a row, NaN where there was none."
        )
    refuse_rows(
        np.isinf(day),
        f"have an infinite day of {name}",
        "A day is a number, and never is not a day",
        "Write NaN where there was none",
    )
    return day

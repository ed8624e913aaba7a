# SPDX-License-Identifier: Apache-2.0
"""The one thing every estimator returns: a figure with all that a reader must know beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from cartulary.course.errors import EstimandError
from cartulary.evidence.counted import counted, several
from cartulary.evidence.distributions import checked_level

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ORIGINS = ("recorded", "reconstructed", "simulated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure, its interval, and what they rest on.

    Arguments:
        value: the estimate itself (a share between 0 and 1, or a length in days), or None
            when it does not exist, such as a median that was not reached.
        low, high: limits of the two-sided interval at `level`, or None when there is no limit.
        method: how value and interval were computed, in words a statistician recognises.
        unit: what was counted: "child", "infusion", "apheresis", "product", "relapse".
        n: how many units the figure rests on.
        events: how many of them had the event (by `at_days`, where a day is given), or None
            where the figure counts no events.
        origin: "recorded", "reconstructed" or "simulated".
        at_days: the day the figure speaks of, on the clock of its endpoint, or None.
        endpoint, definition: the endpoint's full id, and the definition with its edition.
        missing: how many units should have been in `n` but could not be judged.
        at_risk: how many were under observation at `at_days`, or None.
        clusters: how many children the units came from, where the unit is not the child.
        citations, notes: where the method is described; what a reader must be told.
        label: what the figure is of, when several stand side by side.

    Returns: a frozen record; `to_dict()` gives it as plain JSON values.

    Refuses: a missing unit or method; NaN or infinity; a limit on the wrong side of the value;
    an absent value without a note that says why; more events than units.

    >>> Estimate(value=0.8, low=0.6, high=0.9, method="Clopper-Pearson", unit="child",
    ...          n=20, events=16, origin="recorded").to_dict()["high"]
    0.9
    """

    value: float | None
    low: float | None
    high: float | None
    method: str
    unit: str
    n: int
    events: int | None
    origin: str
    level: float = 0.95
    at_days: float | None = None
    endpoint: str = ""
    definition: str = ""
    missing: int = 0
    at_risk: int | None = None
    clusters: int | None = None
    citations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    label: str = ""

    def __post_init__(self) -> None:
        checked_level(self.level)
        self._check_words()
        self._check_counts()
        self._check_order()

    def _check_words(self) -> None:
        """Unit, method and origin are never empty."""
        if not self.unit.strip():
            raise EstimandError(
                f"The figure {self.label or self.method!r} has no unit. A share of children and "
                'a share of infusions are different figures. Give unit="child" or "infusion".'
            )
        if not self.method.strip():
            raise EstimandError(
                f"The figure {self.label!r} has no method. A reader cannot check it. "
                "Name the method."
            )
        checked_origin(self.origin)

    def _check_counts(self) -> None:
        """Counts are whole, not negative, and events do not exceed units."""
        for name in ("n", "events", "missing", "at_risk", "clusters"):
            count = getattr(self, name)
            if count is not None and (count < 0 or count != int(count)):
                raise EstimandError(
                    f"{name} is {count}. It counts {several(self.unit)} and is a whole number "
                    "from 0. Pass a count."
                )
        if self.events is not None and self.events > self.n:
            raise EstimandError(
                f"{self.events} events among {counted(self.n, self.unit)}. Each has at most "
                "one event. Check which unit was counted."
            )

    def _check_order(self) -> None:
        """No NaN; low <= value <= high; absence is explained."""
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise EstimandError(
                    f"{name} is {number}. A figure that does not exist has a reason. "
                    "Pass None and say why in notes."
                )
        if self.value is None:
            if not self.notes:
                raise EstimandError(
                    f"The figure {self.label or self.method!r} has no value and no note. A reader "
                    "cannot tell why it is absent. Say why in notes."
                )
            return
        if self.low is not None and self.low > self.value:
            raise EstimandError(
                f"The lower limit {self.low} is above the value {self.value}. An interval holds "
                "its estimate. Check the order of the limits."
            )
        if self.high is not None and self.high < self.value:
            raise EstimandError(
                f"The upper limit {self.high} is below the value {self.value}. An interval holds "
                "its estimate. Check the order of the limits."
            )

    def to_dict(self) -> dict[str, object]:
        """Every field by name, tuples as lists, ready for JSON."""
        return plain_fields(self)


def plain_fields(record: DataclassInstance) -> dict[str, object]:
    """The fields of a frozen record by name, tuples as lists."""
    named = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: list(held) if isinstance(held, tuple) else held for name, held in named.items()}


def checked_origin(origin: str) -> str:
    """The origin, refused unless it is one of the three."""
    if origin not in ORIGINS:
        raise EstimandError(
            f"The origin is {origin!r}. Real, rebuilt and simulated children are never mixed "
            f"unnamed. Give one of {', '.join(ORIGINS)}."
        )
    return origin

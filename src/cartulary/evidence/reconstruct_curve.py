# SPDX-License-Identifier: Apache-2.0
"""A survival curve as a paper shows it: coordinates, numbers at risk, and what it prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.counted import counted

# How far apart two readings of one height may lie, in multiples of the reading error.
_RISE = 2.0
_KEYS = {
    "days",
    "survival",
    "risk_days",
    "at_risk",
    "total_events",
    "reading_error",
    "last_day",
    "median",
    "landmarks",
    "source",
    "unit",
    "clock",
    "definition",
    "endpoint",
    "cause",
}
_NEEDED = ("days", "survival", "risk_days", "at_risk", "source", "unit", "clock", "definition")


@dataclass(frozen=True, kw_only=True, eq=False)
class PublishedCurve:
    """The coordinates of a drawn survival curve and the numbers printed with it.

    Arguments:
        days, survival: coordinates read from the drawing, in days and as shares; shape (k,).
            Both corners of a step may be given.
        risk_days, at_risk: the line under the drawing: how many were at risk on each day, the
            first of them day 0; shape (r,).
        total_events: how many events the paper counts, or None.
        reading_error: how far a coordinate may be from the truth, as a share.
        last_day: where the drawn curve ends; by default the last coordinate.
        median, landmarks: what the paper prints, to check the reconstruction against: a day, or
            None, and (day, share) pairs.
        source: where the curve stands. unit, clock, definition, endpoint, cause: as in
            `FollowUp`.

    Refuses, naming the row: coordinates outside 0 to 1 or before day 0; a curve that rises by
    more than twice the reading error; numbers at risk that grow, are not whole, do not start on
    day 0, or go on after the curve has ended; more events than children.

    >>> PublishedCurve(days=[0, 100, 200], survival=[1, 0.9, 0.8], risk_days=[0, 150],
    ...                at_risk=[10, 9], source="a paper, figure 1", unit="child",
    ...                clock="infusion", definition="os, edition 1").n
    10
    """

    days: FloatArray
    survival: FloatArray
    risk_days: FloatArray
    at_risk: IntArray
    source: str
    unit: str
    clock: str
    definition: str
    total_events: int | None = None
    reading_error: float = 0.005
    last_day: float | None = None
    median: float | None = None
    landmarks: tuple[tuple[float, float], ...] = ()
    endpoint: str = ""
    cause: str = "event"

    def __post_init__(self) -> None:
        for name in ("days", "survival", "risk_days", "at_risk"):
            object.__setattr__(self, name, np.array(getattr(self, name), dtype=np.float64))
        marks = tuple((float(day), float(share)) for day, share in self.landmarks)
        object.__setattr__(self, "landmarks", marks)
        self._check_coordinates()
        self._check_at_risk()
        self._check_counts()
        object.__setattr__(self, "at_risk", self.at_risk.astype(np.int64))

    @property
    def n(self) -> int:
        """How many were at risk at the start."""
        return int(self.at_risk[0])

    @property
    def end(self) -> float:
        """The day on which the drawn curve ends."""
        return float(self.days.max()) if self.last_day is None else self.last_day

    def _check_coordinates(self) -> None:
        """Every coordinate could lie on a survival curve."""
        if self.days.shape != self.survival.shape or self.days.ndim != 1 or self.days.size == 0:
            raise EstimandError(
                f"The curve has {self.days.size} days and {self.survival.size} survivals. Each "
                "coordinate is one of both. Give two lists of equal length."
            )
        for row, (day, share) in enumerate(zip(self.days, self.survival, strict=True), start=1):
            if not (np.isfinite(day) and day >= 0.0 and 0.0 <= share <= 1.0):
                raise EstimandError(
                    f"Coordinate {row} of {self.source!r} is day {day:g}, survival {share:g}. "
                    "Days start at 0 and survival is a share from 0 to 1. Correct that row; "
                    "write 0.44 for 44%."
                )
        if not 0.0 < self.reading_error < 0.1:
            raise EstimandError(
                f"The reading error is {self.reading_error}. It is a share, above 0 and below "
                "0.1. Write 0.005 for half a point."
            )
        order = np.lexsort((-self.survival, self.days))
        lowest = np.minimum.accumulate(self.survival[order])
        rising = np.flatnonzero(self.survival[order] > lowest + _RISE * self.reading_error)
        if rising.size:
            row = int(order[rising[0]])
            raise EstimandError(
                f"Coordinate {row + 1} of {self.source!r} (day {self.days[row]:g}, survival "
                f"{self.survival[row]:g}) lies above an earlier one of {lowest[rising[0]]:g}. A "
                "survival curve never rises. Read that point again."
            )

    def _check_at_risk(self) -> None:
        """The line of numbers at risk could stand under this curve."""
        days, counts = self.risk_days, self.at_risk
        if days.shape != counts.shape or days.size == 0 or days[0] != 0.0:
            raise EstimandError(
                f"There are {days.size} days and {counts.size} numbers at risk, the first on day "
                f"{days[0] if days.size else 'none'}. Each number stands under a day, and how many "
                "start is needed. Give two lists of equal length that begin with day 0."
            )
        for row in range(days.size):
            whole = counts[row] == np.round(counts[row]) and counts[row] >= (1 if row == 0 else 0)
            later = row == 0 or (days[row] > days[row - 1] and counts[row] <= counts[row - 1])
            if not (whole and later):
                raise EstimandError(
                    f"Number at risk {row + 1} of {self.source!r} is {counts[row]:g} on day "
                    f"{days[row]:g}. Numbers are whole, days increase, and nobody joins a curve "
                    "later. Correct that column."
                )
            if counts[row] > 0 and days[row] > self.end:
                raise EstimandError(
                    f"Number at risk {row + 1} of {self.source!r} is {counts[row]:g} on day "
                    f"{days[row]:g}, but the curve ends on day {self.end:g}. Whoever is at risk "
                    "is on the curve. Read the curve to its end, or give last_day."
                )

    def _check_counts(self) -> None:
        """The printed total and landmarks are possible."""
        if self.total_events is not None and not 0 <= self.total_events <= self.n:
            raise EstimandError(
                f"{self.source!r} has {self.total_events} events among "
                f"{counted(self.n, self.unit)}. "
                "Each has at most one. Check which unit was counted."
            )
        if self.last_day is not None and self.last_day < float(self.days.max()):
            raise EstimandError(
                f"The curve of {self.source!r} is said to end on day {self.last_day:g}, but has a "
                f"coordinate on day {self.days.max():g}. A curve ends after its last step. "
                "Correct last_day."
            )
        for day, share in self.landmarks:
            if not (day >= 0.0 and 0.0 <= share <= 1.0):
                raise EstimandError(
                    f"A landmark of {self.source!r} is {share:g} on day {day:g}. Survival is a "
                    "share from 0 to 1. Write 0.44 for 44%."
                )


def published_curve(plain: Mapping[str, Any]) -> PublishedCurve:
    """A `PublishedCurve` from a table of plain values, as a TOML file holds.

    The table has the fields of `PublishedCurve` under the same names; instead of `days` and
    `survival` it may hold `coordinates`, a list of [day, survival] pairs, and instead of
    `risk_days` and `at_risk` the list `numbers_at_risk` of [day, number] pairs. With
    `days_per_unit` (30.4375 for months) all days are multiplied by it, and with `percent = true`
    survivals are divided by 100.

    Refuses: an unknown field; a missing one; pairs that are not pairs.

    >>> published_curve({"coordinates": [[0, 100], [3, 90]], "numbers_at_risk": [[0, 10]],
    ...                  "percent": True, "days_per_unit": 30.4375, "source": "a paper",
    ...                  "unit": "child", "clock": "infusion", "definition": "os, edition 1",
    ...                  }).days.tolist()
    [0.0, 91.3125]
    """
    given = dict(plain)
    scale = float(given.pop("days_per_unit", 1.0))
    share = 0.01 if given.pop("percent", False) else 1.0
    for pairs, (first, second) in (
        ("coordinates", ("days", "survival")),
        ("numbers_at_risk", ("risk_days", "at_risk")),
    ):
        if pairs in given:
            given[first], given[second] = _columns(given.pop(pairs), pairs)
    missing = [name for name in _NEEDED if name not in given]
    unknown = sorted(set(given) - _KEYS)
    if missing or unknown:
        raise EstimandError(
            f"The curve lacks {', '.join(missing) or 'nothing'} and has unknown fields "
            f"{', '.join(unknown) or 'none'}. Without these it cannot be rebuilt or cited. "
            f"Known fields: {', '.join(sorted(_KEYS))}."
        )
    for name in ("days", "risk_days"):
        given[name] = np.asarray(given[name], dtype=np.float64) * scale
    for name in ("last_day", "median"):
        if given.get(name) is not None:
            given[name] = float(given[name]) * scale
    given["survival"] = np.asarray(given["survival"], dtype=np.float64) * share
    given["landmarks"] = tuple(
        (float(day) * scale, float(value) * share) for day, value in given.get("landmarks", ())
    )
    return PublishedCurve(**given)


def _columns(pairs: Sequence[Any], name: str) -> tuple[list[float], list[float]]:
    """The two columns of a list of pairs."""
    for row, pair in enumerate(pairs, start=1):
        if not isinstance(pair, Sequence) or len(pair) != 2:
            raise EstimandError(
                f"Row {row} of {name} is {pair!r}. Each row is a day and a figure. Write "
                "[day, figure]."
            )
    return [float(pair[0]) for pair in pairs], [float(pair[1]) for pair in pairs]

# SPDX-License-Identifier: Apache-2.0
"""Where the middle of a few measured lengths or amounts lies, and how far they range."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.estimate import checked_origin


@dataclass(frozen=True, slots=True, kw_only=True)
class MedianRange:
    """A median with its quartiles and extremes; every number None when n is 0.

    quantity: what was measured, with its unit ("onset of CRS, days"). unit: what was counted.
    """

    quantity: str
    median: float | None
    lower_quartile: float | None
    upper_quartile: float | None
    smallest: float | None
    largest: float | None
    unit: str
    n: int
    missing: int
    origin: str
    definition: str = ""
    method: str = "median, quartiles (linear interpolation) and range"
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Every field by name, tuples as lists, ready for JSON."""
        return {**asdict(self), "notes": list(self.notes)}


def median_range(
    amounts: ArrayLike,
    *,
    quantity: str,
    unit: str,
    origin: str,
    missing: int = 0,
    definition: str = "",
) -> MedianRange:
    """The median, quartiles and range of amounts; shape (n,).

    Quartiles interpolate between neighbours, as R's default (type 7) does. An ongoing duration
    is not a length: pass it through `FollowUp` and `kaplan_meier` instead, or count it missing.

    Refuses: NaN or infinite amounts (count them in `missing`); no unit.

    >>> found = median_range([1, 3, 4, 10], quantity="onset, days", unit="child",
    ...                      origin="recorded")
    >>> found.median, found.smallest, found.largest
    (3.5, 1.0, 10.0)
    """
    measured = np.asarray(amounts, dtype=np.float64)
    checked_origin(origin)
    if not unit.strip() or not quantity.strip():
        raise EstimandError(
            f"The amounts have unit {unit!r} and quantity {quantity!r}. A reader must know what "
            "was measured and what was counted. Give both."
        )
    if not np.isfinite(measured).all():
        raise EstimandError(
            f"{int(np.count_nonzero(~np.isfinite(measured)))} of {measured.size} amounts of "
            f"{quantity} are not numbers. A median of them would mean nothing. "
            "Count them in missing."
        )
    found: list[float | None] = [None] * 5
    if measured.size:
        found = [float(q) for q in np.quantile(measured, [0.5, 0.25, 0.75, 0.0, 1.0])]
    return MedianRange(
        quantity=quantity,
        median=found[0],
        lower_quartile=found[1],
        upper_quartile=found[2],
        smallest=found[3],
        largest=found[4],
        unit=unit,
        n=int(measured.size),
        missing=missing,
        origin=origin,
        definition=definition,
        notes=() if measured.size else (f"no {unit} was measured",),
    )

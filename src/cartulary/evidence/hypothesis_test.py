# SPDX-License-Identifier: Apache-2.0
"""The result of comparing groups: a statistic and how surprising it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cartulary.course.errors import EstimandError
from cartulary.evidence.estimate import plain_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class HypothesisTest:
    """A test of equal groups.

    Arguments:
        method: the test by name, with what makes it exact or approximate.
        p_value: the chance, were the groups equal, of a result at least this far apart; None
            with a note when the data cannot be tested.
        statistic: the number the p value is read from, or None for tests that have none.
        df: degrees of freedom of the chi-square law, or None.
        unit, n, events, definition, endpoint, origin, missing: as in `Estimate`.
        groups: labels, in the order of `observed` and `expected`.
        observed, expected: events seen in each group, and events expected were all equal.
        citations, notes: where the method is described; what a reader must be told.

    Refuses: a p value outside 0 to 1, and an absent one without a note.

    >>> HypothesisTest(method="Fisher exact", p_value=0.21, unit="child", n=40, events=9,
    ...                origin="recorded").p_value
    0.21
    """

    method: str
    p_value: float | None
    unit: str
    n: int
    events: int
    origin: str
    statistic: float | None = None
    df: int | None = None
    groups: tuple[str, ...] = ()
    observed: tuple[float, ...] = ()
    expected: tuple[float, ...] = ()
    endpoint: str = ""
    definition: str = ""
    missing: int = 0
    citations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.p_value is None:
            if not self.notes:
                raise EstimandError(
                    f"{self.method} has no p value and no note. A reader cannot tell why it is "
                    "absent. Say why in notes."
                )
        elif not (math.isfinite(self.p_value) and 0.0 <= self.p_value <= 1.0):
            raise EstimandError(
                f"The p value of {self.method} is {self.p_value}. A probability lies between 0 "
                "and 1. This is a fault of the program: please report it."
            )

    def to_dict(self) -> dict[str, object]:
        """Every field by name, tuples as lists, ready for JSON."""
        return plain_fields(self)

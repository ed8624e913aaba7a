# SPDX-License-Identifier: Apache-2.0
"""The limits a programme gives for a product: temperatures, release tests, expiry.

None is built in. A limit that nobody gave is "not set", and then somebody is asked to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from cartulary.course.choice import Choice
from cartulary.registry.product_life_states import Limit


class Form(Choice):
    """How the finished product is kept until it is given."""

    FROZEN = "frozen", "frozen, thawed before infusion", "ingevroren, ontdooid voor infusie"
    FRESH = "fresh", "fresh, given without storage", "vers, gegeven zonder opslag"


class Judged(Choice):
    """What can be said of a value beside its limits."""

    WITHIN = "within", "within limits", "binnen de grenzen"
    OUTSIDE = "outside", "outside limits", "buiten de grenzen"
    NO_LIMIT = "no_limit", "limit not set", "grens niet vastgelegd"
    NO_RESULT = "no_result", "not recorded", "niet vastgelegd"


@dataclass(frozen=True, slots=True)
class Range:
    """A lowest and a highest value, either of which may be open."""

    low: float | None = None
    high: float | None = None

    @property
    def is_set(self) -> bool:
        """True when either end was given."""
        return self.low is not None or self.high is not None

    def judge(self, value: float | None) -> Judged:
        """Whether a value keeps to it; the ends belong to the range.

        >>> Range(2, 8).judge(8.0).value, Range().judge(8.0).value, Range(2, 8).judge(None).value
        ('within', 'no_limit', 'no_result')
        """
        if value is None:
            return Judged.NO_RESULT
        if not self.is_set:
            return Judged.NO_LIMIT
        low = self.low is None or value >= self.low
        high = self.high is None or value <= self.high
        return Judged.WITHIN if low and high else Judged.OUTSIDE


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit of one product as the programme gave it; a field left open is None."""

    form: Form | None = None
    cells_low_celsius: float | None = None
    cells_high_celsius: float | None = None
    product_low_celsius: float | None = None
    product_high_celsius: float | None = None
    storage_low_celsius: float | None = None
    storage_high_celsius: float | None = None
    viability_low_percent: float | None = None
    transduction_low_percent: float | None = None
    copies_low_per_cell: float | None = None
    copies_high_per_cell: float | None = None
    dose_low_cells: float | None = None
    dose_high_cells: float | None = None
    expires: str = ""
    stated_in: str = ""
    """Where the limits stand: the certificate or the programme's own procedure."""

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Limits:
        """From what an entry says; a name that is not a limit is left out."""
        known = {field.name for field in fields(cls)}
        given = {name: value for name, value in plain.items() if name in known}
        if given.get("form"):
            given["form"] = Form(given["form"])
        return cls(**given)

    def plain(self) -> dict[str, Any]:
        """What was given, as an entry says it.

        >>> Limits(form=Form.FROZEN, cells_low_celsius=2.0).plain()
        {'form': 'frozen', 'cells_low_celsius': 2.0}
        """
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value.value if isinstance(value, Choice) else value
            for name, value in given.items()
            if value not in (None, "")
        }

    def temperature(self, limit: Limit) -> Range:
        """The temperatures, in degrees Celsius, between which the cells must stay at a step."""
        return Range(
            getattr(self, f"{limit.value}_low_celsius"),
            getattr(self, f"{limit.value}_high_celsius"),
        )

    def release(self, fact: str) -> Range:
        """The release limits of one result of the product; an open range where none was given."""
        low, high = _RELEASE[fact]
        return Range(
            getattr(self, low) if low else None,
            getattr(self, high) if high else None,
        )


_RELEASE: Final = {
    "viability_percent": ("viability_low_percent", ""),
    "transduction_percent": ("transduction_low_percent", ""),
    "vector_copies_per_cell": ("copies_low_per_cell", "copies_high_per_cell"),
    "dose_cells": ("dose_low_cells", "dose_high_cells"),
}

#: The results of a product that a release looks at, in the order in which they are shown.
RELEASE_TESTS: Final = tuple(_RELEASE)

NO_LIMITS: Final = Limits()

# SPDX-License-Identifier: Apache-2.0
"""Published figures beside ours: which cohorts, by which definition, and whether that is fair."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.codebook.benchmark import benchmarks, default_benchmarks
from cartulary.codebook.published_cohort import (
    NOT_STATED,
    Benchmark,
    Comparability,
    PublishedEstimate,
)
from cartulary.evidence.estimate import Estimate

# The two studies the article compares with come first; the rest are asked for by name.
SHOWN_STUDIES = ("eliana", "cibmtr")


@dataclass(frozen=True, slots=True)
class PublishedBeside:
    """One published figure beside ours.

    `ours` is our figure under the published figure's own definition where the codebook has it,
    else under the definition we report; `comparable` says which of these it is.
    """

    benchmark: Benchmark
    row: PublishedEstimate
    ours: Estimate | None
    comparable: Comparability

    @property
    def low(self) -> float | None:
        """The lower limit as printed, else from memory, else reckoned from printed counts."""
        return _first(self.row.low, self.row.derived_low, self.row.unconfirmed_low)

    @property
    def high(self) -> float | None:
        """The upper limit, in the same order."""
        return _first(self.row.high, self.row.derived_high, self.row.unconfirmed_high)

    @property
    def interval_is(self) -> str:
        """Where the interval comes from: printed, derived, unconfirmed, or none."""
        if self.row.low is not None or self.row.high is not None:
            return "printed"
        if self.row.derived_low is not None:
            return "derived"
        return "unconfirmed" if self.row.unconfirmed_low is not None else "none"


def published_rows(
    key: str, at_days: int | None = None, studies: tuple[str, ...] = SHOWN_STUDIES
) -> tuple[tuple[Benchmark, PublishedEstimate], ...]:
    """The figure each study shows first for an outcome; a study without one is left out.

    Arguments: `key` is the outcome, such as "efs"; `at_days` the day on the figure's own clock.
    Returns: pairs of cohort and figure, in the order of `studies`.
    """
    shelf = benchmarks()
    chosen = {shelf[name].study: name for name in default_benchmarks(key)}
    rows = []
    for study in studies:
        if study not in chosen:
            continue
        cohort = shelf[chosen[study]]
        days = {row.at_days for row in cohort.estimates_for(key)}
        if at_days is None and None not in days and len(days) > 1:
            continue
        row = cohort.estimate(key, at_days)
        if row is not None:
            rows.append((cohort, row))
    return tuple(rows)


def has_definition(row: PublishedEstimate) -> bool:
    """True when the paper's definition was found and is in the codebook."""
    return row.definition != NOT_STATED


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)

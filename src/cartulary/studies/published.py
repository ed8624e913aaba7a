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
        """The lower limit, from where `interval_is` says; None where there is none."""
        return self._limits[0]

    @property
    def high(self) -> float | None:
        """The upper limit, from the same place."""
        return self._limits[1]

    @property
    def interval_is(self) -> str:
        """Where the interval comes from: printed, derived, unconfirmed, or none."""
        return next((name for name, *limits in self._intervals if limits != [None, None]), "none")

    @property
    def _intervals(self) -> tuple[tuple[str, float | None, float | None], ...]:
        """The intervals there may be, the best supported first; two are never mixed."""
        row = self.row
        return (
            ("printed", row.low, row.high),
            ("derived", row.derived_low, row.derived_high),
            ("unconfirmed", row.unconfirmed_low, row.unconfirmed_high),
        )

    @property
    def _limits(self) -> tuple[float | None, float | None]:
        for name, low, high in self._intervals:
            if name == self.interval_is:
                return low, high
        return None, None


def published_rows(
    key: str, at_days: int | None = None, studies: tuple[str, ...] = SHOWN_STUDIES
) -> tuple[tuple[Benchmark, PublishedEstimate], ...]:
    """The figure each study shows first for an outcome; a study without one is left out.

    Arguments: `key` is the outcome, such as "efs"; `at_days` the day on the figure's own clock.
    Returns: pairs of cohort and figure, in the order of `studies`.
    Refuses: an outcome that is not in the list of the codebook.

    >>> [(cohort.id, row.value) for cohort, row in published_rows("efs", 365)][0]
    ('eliana_nejm_2018', 0.5)
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

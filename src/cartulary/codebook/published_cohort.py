# SPDX-License-Identifier: Apache-2.0
"""What one published cohort is: frozen figures, and how to ask for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from cartulary.codebook import benchmark_terms as terms
from cartulary.codebook.source import CONFIRMED, DISPUTED, SUPPORT, Source
from cartulary.codebook.words import Words
from cartulary.course.errors import CodebookError

#: Papers print months; 12 months is day 360, 365 or 366 by the house's own rule.
DAY_TOLERANCE: Final = 5
NOT_STATED: Final = "not stated"

Comparability = Literal["same", "our_reading", "not_stated", "differs"]


@dataclass(frozen=True, slots=True)
class PublishedEstimate:
    """One figure of one published cohort, as printed.

    `value`, `low` and `high` are fractions for probabilities and proportions, and None where
    nothing was printed. `unconfirmed_low` and `unconfirmed_high` hold an interval known from
    memory only; `derived_low` and `derived_high` one that we reckoned from printed counts by
    `derived_method`. Neither is ever passed off as printed. `window_days` is the length of the
    period in which events were counted, where one is printed; `at_days` is a day on a curve.
    """

    benchmark: str
    key: str
    definition: str
    clock: str
    statistic: str
    unit: str
    population: str
    sct_rule: str
    support: str
    source: Source
    subgroup: str | None = None
    scale: str | None = None
    grades: str | None = None
    at_days: int | None = None
    at_months: float | None = None
    window_days: int | None = None
    measured_in: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    interval: str = "confidence_95"
    not_reached: bool = False
    high_not_reached: bool = False
    approximate: bool = False
    value_from_counts: bool = False
    decimals: int = 0
    standard_error: float | None = None
    unconfirmed_low: float | None = None
    unconfirmed_high: float | None = None
    interval_support: str | None = None
    derived_low: float | None = None
    derived_high: float | None = None
    derived_method: str | None = None
    count: int | None = None
    n: int | None = None
    note: Words | None = None
    main: bool = False

    @property
    def is_confirmed(self) -> bool:
        """False for figures from uncertain memory, disputed, or without a source found."""
        return self.support in CONFIRMED

    @property
    def is_printed(self) -> bool:
        """False where we reckoned the figure from others."""
        return self.support != "derived" and not self.value_from_counts

    @property
    def support_rank(self) -> int:
        """0 for the best supported; see `benchmark_SUPPORT`."""
        return list(SUPPORT).index(self.support)

    @property
    def is_disputed(self) -> bool:
        """True where it is never chosen unless asked for by name."""
        return self.support in DISPUTED

    def comparability(self, definition: str) -> Comparability:
        """Whether a figure under `definition` may be set beside this one.

        Returns "same"; "our_reading" where the definition fits but its rule for transplant
        is assumed; "not_stated" where the source is silent; "differs" otherwise.
        """
        if self.definition == NOT_STATED:
            return "not_stated"
        if self.definition != definition:
            return "differs"
        assumed = self.sct_rule in {"censored_assumed", "unverified", "not_stated"}
        return "our_reading" if assumed else "same"


@dataclass(frozen=True, slots=True)
class BenchmarkExample:
    """A question to a benchmark and what must come back."""

    ask: Mapping[str, Any]
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One published cohort at one data cut."""

    id: str
    edition: str
    study: str
    cut: str
    name: Words
    product: str
    population: Words
    unit: str
    source: Source
    comparability: tuple[Words, ...]
    estimates: tuple[PublishedEstimate, ...]
    examples: tuple[BenchmarkExample, ...]
    subgroups: Mapping[str, Words]
    default_for: tuple[str, ...] = ()
    n_infused: int | None = None
    n_enrolled: int | None = None
    data_cut_date: str | None = None
    median_follow_up_months: float | None = None
    median_follow_up_days: int | None = None
    age_range_years: tuple[float, float] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The outcomes it holds, each once, in the order of the file."""
        return tuple(dict.fromkeys(row.key for row in self.estimates))

    def estimates_for(self, key: str) -> tuple[PublishedEstimate, ...]:
        """Every estimate of one outcome: all definitions, days, subgroups, disputed ones too."""
        check_outcome(key)
        return tuple(row for row in self.estimates if row.key == key)

    def estimate(
        self,
        key: str,
        at_days: int | None = None,
        definition: str | None = None,
        *,
        subgroup: str | None = None,
        population: str | None = None,
        disputed: bool = False,
    ) -> PublishedEstimate | None:
        """The one figure that answers a question, or None where none was published.

        key         -- the outcome, such as "efs"
        at_days     -- day on the figure's own clock; within `DAY_TOLERANCE` of the printed one.
                       None asks for a figure printed without a day, or the only day printed
        definition  -- id of an endpoint or scale; None takes the one the file marks as main
        subgroup    -- None asks for the whole cohort
        population  -- whom it is counted over; None takes the main one
        disputed    -- also figures whose sources conflict or were not found

        Refuses (CodebookError) an unknown outcome, and a question without a day where several
        days were printed: which one is meant cannot be guessed.

        >>> from cartulary.codebook.benchmark import benchmarks
        >>> found = benchmarks()["eliana_nejm_2018"].estimate("efs", at_days=365)
        >>> found.value, found.low, found.high, found.n
        (0.5, 0.35, 0.64, 75)
        """
        rows = [
            row
            for row in self.estimates_for(key)
            if row.subgroup == subgroup
            and (definition is None or row.definition == definition)
            and (population is None or row.population == population)
            and (disputed or not row.is_disputed)
        ]
        rows = _on_day(rows, at_days, f"{self.id}: {key}")
        return min(rows, key=_strength, default=None)


def check_outcome(key: str) -> None:
    """Refuse an outcome that is not in the list."""
    if key not in terms.OUTCOMES:
        raise CodebookError(
            f'No outcome is called "{key}". Outcomes are named in one list, so that cohorts can '
            f"be compared. Use one of: {', '.join(terms.OUTCOMES)}."
        )


def _strength(row: PublishedEstimate) -> tuple[bool, bool, int]:
    return (row.is_disputed, not row.main, row.support_rank)


def _on_day(
    rows: list[PublishedEstimate], at_days: int | None, asked: str
) -> list[PublishedEstimate]:
    if at_days is None:
        days = {row.at_days for row in rows}
        if None in days:
            return [row for row in rows if row.at_days is None]
        if len(days) > 1:
            printed = ", ".join(str(day) for day in sorted(d for d in days if d is not None))
            raise CodebookError(
                f"{asked} is printed at days {printed}, and no day was asked for. They are "
                "different figures. Name one with at_days."
            )
        return rows
    timed = [(abs(row.at_days - at_days), row) for row in rows if row.at_days is not None]
    nearest = min((distance for distance, _ in timed), default=DAY_TOLERANCE + 1)
    if nearest > DAY_TOLERANCE:
        return []
    return [row for distance, row in timed if distance == nearest]

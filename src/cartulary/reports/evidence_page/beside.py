# SPDX-License-Identifier: Apache-2.0
"""The published cohorts that may stand beside a curve, each data cut by itself and by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from cartulary.codebook.benchmark import benchmarks, default_benchmarks
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.published_cohort import Benchmark, Comparability, PublishedEstimate
from cartulary.evidence import Estimate
from cartulary.studies.programme import ProgrammeFigures
from cartulary.studies.published import SHOWN_STUDIES, PublishedBeside, has_definition
from cartulary.studies.survival import DAYS_OF_MONTH, SurvivalFigure
from cartulary.studies.toxicity import THRESHOLDS, ToxicityFigure

#: So many cohorts stand in one figure; more could not be told apart.
MOST: Final = 2
_FAMILIES: Final = ("efs", "os", "rfs")
#: The clock of ours -> the clocks of published figures that may stand beside it.
_CLOCKS: Final = {
    "infusion": ("infusion", "not stated"),
    "indication": ("indication", "eligibility"),
    "apheresis": ("apheresis",),
    "remission": ("remission", "not stated"),
}
_SAME_DAY = 5


def family_of(endpoint_id: str) -> str:
    """The outcome as published cohorts name it; empty where none prints such a figure.

    >>> family_of("efs.hypothetical.infusion"), family_of("uk.stringent_efs.indication")
    ('efs', 'efs')
    """
    for part in endpoint_id.split(".")[:-1]:
        for family in _FAMILIES:
            if part == family or part.endswith(f"_{family}"):
                return family
    return ""


def offered_cohorts(endpoint_id: str) -> tuple[Benchmark, ...]:
    """Every published cohort that prints a value of this outcome on this clock, best known first.

    >>> [cohort.id for cohort in offered_cohorts("efs.hypothetical.infusion")][:2]
    ['eliana_nejm_2018', 'cibmtr_2020']
    """
    first = default_cohorts(endpoint_id)
    found = [cohort for cohort in benchmarks().values() if rows_of(cohort, endpoint_id)]

    def order(cohort: Benchmark) -> tuple[int, int, str]:
        place = first.index(cohort.id) if cohort.id in first else len(first)
        known = cohort.study in SHOWN_STUDIES
        return (place, not known, cohort.study)

    return tuple(sorted(found, key=order))


def default_cohorts(endpoint_id: str) -> tuple[str, ...]:
    """The cuts of ELIANA and the CIBMTR that the codebook shows first for this outcome."""
    family = family_of(endpoint_id)
    if not family:
        return ()
    shelf = benchmarks()
    first = {shelf[name].study: name for name in default_benchmarks(family)}
    names = [first[study] for study in SHOWN_STUDIES if study in first]
    return tuple(name for name in names if rows_of(shelf[name], endpoint_id))


def rows_of(cohort: Benchmark, endpoint_id: str) -> tuple[PublishedEstimate, ...]:
    """The values a cohort prints of an outcome, one a day: of several, the best supported."""
    family = family_of(endpoint_id)
    if not family:
        return ()
    clocks = _CLOCKS[endpoint(endpoint_id).clock.start]
    by_day: dict[int, list[PublishedEstimate]] = {}
    for row in cohort.estimates_for(family):
        if (
            row.statistic == "probability"
            and row.subgroup is None
            and row.value is not None
            and row.at_days is not None
            and row.clock in clocks
        ):
            by_day.setdefault(row.at_days, []).append(row)
    return tuple(min(rows, key=_rank(endpoint_id)) for _, rows in sorted(by_day.items()))


def _rank(endpoint_id: str) -> Callable[[PublishedEstimate], tuple[bool, bool, bool, bool, int]]:
    follows_on = "treatment_policy" in endpoint_id

    def rank(row: PublishedEstimate) -> tuple[bool, bool, bool, bool, int]:
        return (
            row.definition != endpoint_id,
            # Whether the clock runs on after a transplant is the widest difference there is.
            ("treatment_policy" in row.definition) != follows_on,
            row.is_disputed,
            not row.main,
            row.support_rank,
        )

    return rank


def survival_beside(
    figures: ProgrammeFigures, figure: SurvivalFigure, cohorts: Sequence[str]
) -> tuple[PublishedBeside, ...]:
    """The figures of these cohorts beside a curve, each beside ours under its own definition."""
    shelf = benchmarks()
    return tuple(
        PublishedBeside(shelf[name], row, *_ours_under(figures, figure, row))
        for name in cohorts
        for row in rows_of(shelf[name], figure.endpoint_id)
    )


def _ours_under(
    figures: ProgrammeFigures, figure: SurvivalFigure, row: PublishedEstimate
) -> tuple[Estimate, Comparability]:
    day = _day_of(row)
    if has_definition(row) and row.definition in figures.survival:
        other = figures.survival[row.definition]
        return other.curve.survival_at(day), row.comparability(row.definition)
    ours: Estimate = figure.curve.survival_at(day)
    return ours, row.comparability(figure.endpoint_id)


def _day_of(row: PublishedEstimate) -> int:
    """The day of a printed month as every other figure here takes it."""
    assert row.at_days is not None
    for day in DAYS_OF_MONTH.values():
        if abs(day - row.at_days) <= _SAME_DAY:
            return day
    return row.at_days


def toxicity_beside(figure: ToxicityFigure, cohorts: Sequence[str]) -> tuple[PublishedBeside, ...]:
    """What these cohorts print of a toxicity; else the cut of the same study that prints it."""
    key = next(
        (
            name
            for kind, least, name in THRESHOLDS
            if (kind, least) == (figure.kind, figure.at_least)
        ),
        "",
    )
    if not key:
        return ()
    shelf = benchmarks()
    first = {shelf[name].study: name for name in default_benchmarks(key)}
    found: dict[str, PublishedBeside] = {}
    for name in cohorts:
        cut = name if _printed(shelf[name], key) else first.get(shelf[name].study, "")
        row = _printed(shelf[cut], key) if cut else None
        if row is not None:
            scale = figure.scales[0] if len(figure.scales) == 1 else ""
            found[cut] = PublishedBeside(shelf[cut], row, figure.by_child, row.comparability(scale))
    return tuple(found.values())


def _printed(cohort: Benchmark, key: str) -> PublishedEstimate | None:
    days = {row.at_days for row in cohort.estimates_for(key)}
    if None not in days and len(days) > 1:
        return None
    return cohort.estimate(key)

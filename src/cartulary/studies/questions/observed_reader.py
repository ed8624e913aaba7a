# SPDX-License-Identifier: Apache-2.0
"""A published figure beside a simulated one: named in a question's file, read from its cohort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cartulary.codebook.benchmark import DAYS_PER_MONTH, benchmarks
from cartulary.codebook.published_cohort import PublishedEstimate
from cartulary.codebook.toml_page import Page
from cartulary.codebook.words import NO_WORDS
from cartulary.course.errors import CodebookError
from cartulary.studies.questions.question import ObservedFigure

_NOTHING: Final = ObservedFigure(
    "", "", "", NO_WORDS, "", True, None, None, None, None, None, "", False, False
)


def read_observed(page: Page, arms: Sequence[str], outcomes: Sequence[str]) -> ObservedFigure:
    """The figure that one [[observed]] table names; what is wrong is noted on the page."""
    arm, outcome = page.text("arm"), page.text("outcome")
    name, key = page.text("benchmark"), page.text("key")
    months, subgroup = page.number("at_months"), page.text("subgroup", required=False)
    same_scale = page.yes_no("same_scale", default=True)
    definition = page.text("definition", required=False) or None
    page.close()
    if arm and arm not in arms:
        page.note("arm", repr(arm), "No arm has this id.", f"Arms: {', '.join(arms)}.")
    if outcome and outcome not in outcomes:
        page.note("outcome", repr(outcome), "No outcome is called so.", "See the comparison.")
    if not name or not key:
        return _NOTHING
    try:
        if name not in benchmarks():
            page.wrong("benchmark", "No published cohort is called so.", "See the codebook.")
            return _NOTHING
        cohort = benchmarks()[name]
        days = None if months is None else round(months * DAYS_PER_MONTH)
        row = cohort.estimate(key, days, definition, subgroup=subgroup or None)
    except CodebookError as error:
        page.wrong("key", str(error), "Name one figure of the cohort.")
        return _NOTHING
    if row is None:
        page.wrong("key", f"{name} prints no such figure.", "Look it up in the cohort's file.")
        return _NOTHING
    low, high, printed = _interval(row)
    return ObservedFigure(
        arm=arm,
        outcome=outcome,
        benchmark=name,
        cohort=cohort.name,
        scale=row.scale or "",
        same_scale=same_scale,
        value=row.value,
        low=low,
        high=high,
        n=row.n,
        events=row.count,
        unit=row.unit,
        printed_interval=printed,
        unconfirmed=not row.is_confirmed,
    )


def _interval(row: PublishedEstimate) -> tuple[float | None, float | None, bool]:
    """The interval as printed, else the one that was reckoned from printed counts."""
    if row.low is not None and row.high is not None:
        return row.low, row.high, True
    return row.derived_low, row.derived_high, False

# SPDX-License-Identifier: Apache-2.0
"""What is known of every child at time zero, and nothing that became known later."""

from __future__ import annotations

import numpy as np
import polars as pl

from cartulary.codebook.endpoint import Sign
from cartulary.codebook.endpoint_columns import NEVER, CohortColumns, Days, last_rows
from cartulary.course.course import DAYS_PER_YEAR
from cartulary.evidence.arrays import FloatArray
from cartulary.studies.target_trial.protocol import AGE, Baseline

# A diagnosis holds before anything else, dated or not.
_TIMELESS = ("diagnosis",)


def first_day_of(columns: CohortColumns, sign: Sign) -> Days:
    """Each child's first day with a sign; `NEVER` where there is none; shape (children,)."""
    events = columns.kind(sign.kind)
    return events.first_days(events.where(sign.where))


def baseline_frame(columns: CohortColumns, facts: tuple[Baseline, ...], zero: Days) -> pl.DataFrame:
    """One column a fact, one row a child; null where it is not known by time zero.

    Codes become 1 or 0; numbers stand as written, without their transform.
    """
    return pl.DataFrame(
        {fact.name: _values(columns, fact, zero) for fact in facts},
        schema={fact.name: pl.Float64 for fact in facts},
    )


def model_column(fact: Baseline, values: pl.Series) -> FloatArray:
    """A fact as a model takes it; NaN where it is not known; shape (children,)."""
    found = values.to_numpy().astype(np.float64)
    if fact.transform == "none":
        return found
    known = np.where(found > 0.0, found, np.nan)
    return np.asarray(np.log10(known), dtype=np.float64)


def _values(columns: CohortColumns, fact: Baseline, zero: Days) -> list[float | None]:
    """The last value on or before time zero, child by child."""
    if fact.value == AGE:
        ages = columns.cohort.children["age_days_at_day0"].to_list()
        return [
            None if age is None or day == NEVER else (age + int(day)) / DAYS_PER_YEAR
            for age, day in zip(ages, zero, strict=True)
        ]
    kind, _, name = fact.value.partition(".")
    events = columns.kind(kind)
    by_then = events.visible & (events.day <= zero[events.child])
    if kind in _TIMELESS:
        by_then = by_then | (events.visible & (events.day == NEVER))
    held = by_then & events.frame[name].is_not_null().to_numpy()
    rows = last_rows(events.child, np.flatnonzero(held))
    found: list[float | None] = [None] * columns.children
    for row in rows.tolist():
        found[int(events.child[row])] = _as_number(fact, events.frame[name][row])
    return found


def _as_number(fact: Baseline, value: object) -> float:
    """A number, or 1 where any of the codes that mean yes is there."""
    if fact.any_of:
        held = [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]
        return float(any(code in fact.any_of for code in held))
    return float(value)  # type: ignore[arg-type]

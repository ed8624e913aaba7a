# SPDX-License-Identifier: Apache-2.0
"""The door to the strategies: any event, course or cohort that can exist, and sensible courses."""

from __future__ import annotations

from tests.strategies.after_infusion import or_absent
from tests.strategies.arbitrary import (
    BOUNDARY_LENGTHS,
    absences,
    any_event,
    cohorts,
    courses,
    days,
    events,
    fact_values,
    known_values,
    texts,
    whens,
)
from tests.strategies.plausible import PATHS, plausible_courses

__all__ = [
    "BOUNDARY_LENGTHS",
    "PATHS",
    "absences",
    "any_event",
    "cohorts",
    "courses",
    "days",
    "events",
    "fact_values",
    "known_values",
    "or_absent",
    "plausible_courses",
    "texts",
    "whens",
]

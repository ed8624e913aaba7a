# SPDX-License-Identifier: Apache-2.0
"""Simulated children in whom a transplant does nothing: what is found is made by the analysis."""

from __future__ import annotations

import numpy as np

from cartulary.course.cohort import Cohort
from cartulary.course.course import Course, DayZero, Origin
from cartulary.course.errors import EstimandError
from cartulary.course.events import (
    Assessment,
    Event,
    Infusion,
    LastContact,
    Relapse,
    Transplant,
)
from cartulary.course.events.disease import RelapseLevel, Response
from cartulary.course.events.treatment import TransplantReason
from cartulary.evidence.bootstrap import Draws

REMISSION_DAY = 28
# Settings of a demonstration, not findings: relapse is frequent and transplants take months to
# arrange, so that much time has to be survived before a transplant.
SHARE_WITHOUT_RELAPSE = 0.2
SHARE_WITH_PLAN = 0.95
MEDIAN_DAYS_TO_RELAPSE = 90.0
EARLIEST_TRANSPLANT_DAYS = 45.0
MEAN_FURTHER_DAYS_TO_TRANSPLANT = 110.0
SHORTEST_FOLLOW_UP_DAYS = 730.0
LONGEST_FOLLOW_UP_DAYS = 1826.0
_NEVER = 1e6


def cohort_without_effect(n: int, draws: Draws, *, name: str = "no effect of transplant") -> Cohort:
    """n children in remission on day 28, with a transplant that changes nothing.

    One child in five never relapses; for the others the days from remission to relapse are
    exponential, median 90. A transplant is planned for 95 in 100, on day 45 and an exponential of
    mean 110 after remission, drawn apart from the relapse; it is given only to a child still in
    remission, and the day of relapse stays what it was. End of follow-up: uniform between 2 and 5
    years from remission. So the true hazard ratio of transplant is 1.

    Arguments: n children, at least 1; a seeded generator.
    Returns: a `Cohort` of origin simulated, day 0 the infusion.
    Refuses: n under 1.

    >>> cohort = cohort_without_effect(20, np.random.default_rng(1))
    >>> len(cohort), [origin.value for origin in cohort.origins]
    (20, ['simulated'])
    """
    if n < 1:
        raise EstimandError(
            f"{n} children were to be simulated. A cohort has at least one. Give a number from 1."
        )
    u = np.asarray(draws.random(size=(n, 5)), dtype=np.float64)
    relapse = np.ceil(-np.log1p(-u[:, 0]) * MEDIAN_DAYS_TO_RELAPSE / np.log(2.0))
    relapse = np.where(u[:, 3] < SHARE_WITHOUT_RELAPSE, _NEVER, np.maximum(relapse, 1.0))
    planned = np.ceil(
        EARLIEST_TRANSPLANT_DAYS - np.log1p(-u[:, 1]) * MEAN_FURTHER_DAYS_TO_TRANSPLANT
    )
    planned = np.where(u[:, 4] < SHARE_WITH_PLAN, planned, _NEVER)
    followed = np.floor(
        SHORTEST_FOLLOW_UP_DAYS + u[:, 2] * (LONGEST_FOLLOW_UP_DAYS - SHORTEST_FOLLOW_UP_DAYS)
    )
    width = len(str(n))
    return Cohort.from_courses(
        (
            _child(f"S-{number:0{width}d}", int(days[0]), int(days[1]), int(days[2]))
            for number, days in enumerate(zip(relapse, planned, followed, strict=True), start=1)
        ),
        name=name,
    )


def _child(course_id: str, relapse: int, planned: int, followed: int) -> Course:
    """One child; days count from remission."""
    events: list[Event] = [
        Infusion(0, number=1),
        Assessment(REMISSION_DAY, response=Response.CR),
        LastContact(REMISSION_DAY + followed),
    ]
    if relapse <= followed:
        events.append(Relapse(REMISSION_DAY + relapse, level=RelapseLevel.MORPHOLOGICAL))
    if planned < min(relapse, followed):
        events.append(Transplant(REMISSION_DAY + planned, reason=TransplantReason.CONSOLIDATION))
    return Course(course_id, Origin.SIMULATED, tuple(events), day0_is=DayZero.INFUSION)

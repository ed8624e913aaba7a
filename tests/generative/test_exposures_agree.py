# SPDX-License-Identifier: Apache-2.0
"""The columnar reading of an exposure says of every generated course what the plain one says."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given

from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.exposure import Exposure, exposure_of
from cartulary.codebook.exposure_reader import exposures
from cartulary.course import Course
from cartulary.course.cohort import Cohort
from cartulary.studies.exposure_days import exposure_days
from tests.strategies.courses import courses, plausible_courses

EXPOSURES = sorted(exposures())


def check(course: Course, held: Exposure, endpoint_id: str) -> None:
    """Both readings of one course."""
    plain = exposure_of(course, held, endpoint_id)
    cohort, asked = Cohort.from_courses([course]), endpoint(endpoint_id)
    kept = outcomes(cohort, asked).filter(pl.col("exit").is_not_null())
    if not kept.height:
        assert plain.why_not or plain.day is None
        return
    start = kept["start_day"].cast(pl.Int64).to_numpy()
    found = exposure_days(cohort, held, asked, np.array([0]), start)
    assert bool(found.unknown[0]) == bool(plain.why_not)
    day = None if np.isnan(found.day[0]) else int(found.day[0])
    assert day == plain.day
    assert list(found.stopped_by) == ([plain.stopped_by] if plain.stopped_by else [])
    if plain.why_not:
        assert found.reasons == {plain.why_not: 1}


@pytest.mark.parametrize("name", EXPOSURES)
@given(course=plausible_courses())
def test_both_readings_agree_on_plausible_courses(name: str, course: Course) -> None:
    held = exposures()[name]
    check(course, held, held.endpoint)


@pytest.mark.parametrize("name", EXPOSURES)
@given(course=courses())
def test_and_on_courses_without_sense(name: str, course: Course) -> None:
    held = exposures()[name]
    check(course, held, held.endpoint)
    check(course, held, "os.infusion")

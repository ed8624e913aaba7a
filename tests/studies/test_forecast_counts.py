# SPDX-License-Identifier: Apache-2.0
"""Blood counts as printed: a whole number stands for all that round to it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.course import Origin
from cartulary.course.course import Course
from cartulary.course.events import Infusion, Measurement
from cartulary.course.events.observation import Analyte
from cartulary.studies.child_forecast.likelihood import likeness, truth
from cartulary.studies.child_forecast.measured import (
    ABOUT,
    BELOW,
    Against,
    Level,
    Measured,
    measured,
)
from cartulary.twin.narrate.laboratory import CELLS_PER_UL
from tests.studies.forecast_library import small_library

LIMIT = 1.0


def level_of(value: float | None, *, limit: float | None = LIMIT) -> Level:
    """What the likelihood takes from one count of B cells on day 60; none is below the limit."""
    said = {"below_limit": True} if value is None else {"value": value}
    given = said if limit is None else {**said, "limit": limit}
    count = Measurement(60, analyte=Analyte.B_CELLS, unit=CELLS_PER_UL, **given)
    infusion = Infusion(0, weight_kg=30.0)
    course = Course("P-001", Origin.RECORDED, (infusion, count), age_days_at_day0=3000)
    (one,) = measured(course, infusion, 91, parameters()).levels
    return one


@pytest.mark.parametrize(
    ("value", "limit", "low", "high"),
    [
        (1.0, 1.0, 1.0, 1.5),
        (3.0, 1.0, 2.5, 3.5),
        (1.2, 1.0, 1.15, 1.25),
        (250.0, None, 249.5, 250.5),
    ],
)
def test_a_printed_count_is_the_middle_of_what_rounds_to_it(
    value: float, limit: float | None, low: float, high: float
) -> None:
    one = level_of(value, limit=limit)
    assert one.says == ABOUT
    assert one.ln_value == pytest.approx(math.log(0.5 * (low + high)))
    rounding = math.sqrt(one.sd**2 - level_of(1e6).sd ** 2)
    assert rounding == pytest.approx((high - low) / math.sqrt(12) / (0.5 * (low + high)), abs=1e-3)
    assert one.shown.en.startswith(f"{value:.3g}")


def test_below_the_limit_nothing_is_rounded() -> None:
    one = level_of(None)
    assert (one.says, one.ln_value) == (BELOW, 0.0)
    assert one.shown.en == "< 1/µL"


def test_counts_leave_the_truth_where_it_is_on_average() -> None:
    library = small_library()
    chance = np.random.default_rng(3)
    asked = Level(Against.B_CELLS, 60, ABOUT, 0.0, 1.0, level_of(None).shown)
    everyone = np.flatnonzero(library.came_day[0] > 91)
    there = truth(library, asked, everyone).astype(float)
    # Children in aplasia, and those who are losing it: near the limit.
    near = everyone[np.abs(there) < math.log(4.0)]
    there = there[np.abs(there) < math.log(4.0)]
    error = parameters().value("cell_count_error")
    off = []
    for at in chance.choice(len(near), 400, replace=False):
        count = math.exp(there[at] + error * chance.normal())
        one = level_of(None if count < LIMIT else float(round(count)))
        alike = np.exp(likeness_of(near, one))
        alike[at] = 0.0
        off.append(alike @ there / alike.sum() - there[at])
    off = np.array(off)
    assert abs(off.mean()) < 3.0 * off.std() / math.sqrt(len(off))
    # A printed 1 read as exactly 1 moved it by 0.05.
    assert abs(off.mean()) < 0.03


def likeness_of(places: np.ndarray, one: Level) -> np.ndarray:
    """ln of how likely one value is, a place each."""
    found: np.ndarray = likeness(small_library(), places, Measured((one,), None, ())).ln_p
    return found.astype(float)

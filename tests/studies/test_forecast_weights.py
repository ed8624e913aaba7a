# SPDX-License-Identifier: Apache-2.0
"""The forecast's arithmetic, each piece beside a plain computation of the same."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr

from cartulary.codebook.words import Words
from cartulary.studies.child_forecast.likelihood import (
    ENOUGH_EFFECTIVE,
    MOST_WIDENED,
    Likeness,
    likeness,
    truth,
)
from cartulary.studies.child_forecast.measured import (
    ABOUT,
    BELOW,
    COPIES_SCALE_SD,
    FROM,
    Against,
    Level,
    Measured,
)
from cartulary.studies.child_forecast.probabilities import LATER, Ahead
from cartulary.studies.child_forecast.reliability import consistency_band, reliability
from tests.studies.forecast_library import small_library

NOTHING = Words("", "")


def level(against: Against, day: int, says: str, ln_value: float, sd: float = 0.7) -> Level:
    return Level(against, day, says, ln_value, sd, NOTHING)


def test_truth_lies_on_a_straight_line_between_two_days_of_the_library() -> None:
    library = small_library()
    places = np.arange(7)
    found = truth(library, level(Against.COPIES, 20, ABOUT, 0.0), places)
    day_18, day_21 = (library.ln_copies[row][places].astype(float) for row in (16, 17))
    assert found == pytest.approx(day_18 + (day_21 - day_18) * 2 / 3, abs=1e-4)


def test_the_likelihood_is_that_of_normal_errors_with_a_shared_shift_and_of_limits() -> None:
    library = small_library()
    places = np.arange(40)
    record = Measured(
        (
            level(Against.COPIES, 10, ABOUT, 9.0),
            level(Against.COPIES, 14, ABOUT, 9.5),
            level(Against.COPIES, 28, BELOW, 5.0),
            level(Against.SHARE, 28, FROM, -8.0, 0.6),
            level(Against.B_CELLS, 28, ABOUT, 1.0, 0.4),
        ),
        None,
        (),
    )
    found = likeness(library, places, record)
    there = [truth(library, one, places).astype(float) for one in record.levels]
    cov = np.diag([0.49, 0.49]) + COPIES_SCALE_SD**2
    residual = np.array([9.0 - there[0], 9.5 - there[1]])
    exact = -0.5 * np.einsum("in,ij,jn->n", residual, np.linalg.inv(cov), residual)
    exact += -0.5 * ((1.0 - there[4]) / 0.4) ** 2
    with np.errstate(divide="ignore"):
        exact += np.log(ndtr((5.0 - there[2]) / 0.7)) + np.log(ndtr(-(-8.0 - there[3]) / 0.6))
    near = exact > -200.0
    assert near.sum() > 5
    # Half floats hold a log to 1%, and single precision sums them.
    assert found.ln_p[near] == pytest.approx(exact[near], rel=2e-3, abs=2e-3)


def test_errors_are_widened_only_as_far_as_needed() -> None:
    def alike(ln_p: np.ndarray) -> Likeness:
        n = len(ln_p)
        ln_p = ln_p.astype(np.float32)
        return Likeness(np.arange(n), ln_p, np.zeros(n, np.float32), 0, ())

    many = alike(np.zeros(500)).weighed()
    assert (many.widened, round(many.effective_children)) == (1.0, 500)
    some = alike(-0.01 * np.arange(3000.0)).weighed()
    assert some.widened == 1.0
    few = alike(-0.05 * np.arange(3000.0)).weighed()
    assert 1.0 < few.widened < MOST_WIDENED
    assert few.effective_children == pytest.approx(ENOUGH_EFFECTIVE, rel=0.01)
    one = alike(-5.0 * np.arange(3000.0)).weighed()
    assert one.widened == MOST_WIDENED
    assert one.effective_children < 5


def ahead(month: np.ndarray, draws: int) -> tuple[Ahead, np.ndarray]:
    n = len(month)
    return Ahead(np.full(n, 1.0 / n), np.arange(n) % draws, np.arange(n), 28), month


def test_draws_that_say_the_same_leave_only_the_chance_of_the_library() -> None:
    n, draws = 4000, 40
    # In each draw exactly a quarter: nothing differs between draws.
    month = np.where((np.arange(n) // draws) % 4 == 0, 6, LATER)
    line = Ahead.probability(*ahead(month, draws))
    assert line.value[6] == pytest.approx(0.25)
    assert line.sd_between_draws[6] == 0.0
    half = 1.96 * math.sqrt(0.25 * 0.75 / n)
    assert line.high[6] - line.low[6] == pytest.approx(2 * half, rel=0.02)


def test_draws_that_differ_are_found_out() -> None:
    n, draws = 40_000, 40
    share = np.where(np.arange(draws) % 2 == 0, 0.1, 0.4)  # standard deviation 0.15
    turn = (np.arange(n) // draws) / (n // draws)
    month = np.where(turn < share[np.arange(n) % draws], 3, LATER)
    line = Ahead.probability(*ahead(month, draws))
    # The divisor of the moments is that of a sample: 40/39 of the variance of these draws.
    assert line.sd_between_draws[3] == pytest.approx(0.15 * math.sqrt(40 / 39), rel=0.01)


def test_a_difference_is_that_of_the_same_children() -> None:
    nothing = np.array([5, LATER, 10, 3, LATER, 24, 7, LATER])
    under = np.array([LATER, LATER, 10, 9, 2, LATER, 7, LATER])
    held = Ahead(np.full(8, 0.125), np.array([0, 1] * 4), np.arange(8), 28)
    line = held.difference(under, nothing, spared=True)
    for month in range(25):
        plain = (nothing <= month).mean() - (under <= month).mean()
        assert line.value[month] == pytest.approx(plain)
    paired = np.array(nothing <= 24, float) - (under <= 24)
    assert line.high[24] - line.value[24] >= 1.9599 * paired.std() / math.sqrt(8) - 1e-9


def test_the_band_is_the_binomial_one_where_all_forecasts_are_alike() -> None:
    chance = np.cumsum([math.comb(40, k) * 0.3**k * 0.7 ** (40 - k) for k in range(41)])
    low = next(k for k in range(41) if chance[k] > 0.025)
    high = next(k for k in range(41) if chance[k] >= 0.975)
    assert consistency_band(np.full(40, 0.3)) == (low / 40, high / 40)
    assert consistency_band(np.zeros(30)) == (0.0, 0.0)


def test_the_parts_of_briers_score_are_whole_where_bins_hold_one_forecast() -> None:
    said = np.repeat([0.1, 0.5, 0.9], 25)
    came = np.concatenate([np.arange(25) < 4, np.arange(25) < 12, np.arange(25) < 18])
    judged = reliability(said, came)
    assert judged.rest == pytest.approx(0.0, abs=1e-12)
    assert judged.brier == pytest.approx(
        judged.reliability - judged.resolution + judged.brier_of_base_rate
    )
    assert judged.reliability == pytest.approx((0.06**2 + 0.02**2 + 0.18**2) / 3)
    assert [one.inside for one in judged.bins] == [True, True, False]


def test_a_forecast_that_is_none_is_not_judged() -> None:
    with pytest.raises(ValueError, match="probability"):
        reliability(np.array([0.2, 1.2]), np.array([True, False]))

# SPDX-License-Identifier: Apache-2.0
"""Response at the planned looks, with the residual disease beside it; days between days."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.course.events.disease import Response
from cartulary.twin.afterwards_histories import RESPONSES
from cartulary.twin.clock import grid_days
from cartulary.twin.response import at_days, first_at_or_above, looks

DAYS = grid_days(365)
RECOVERED = np.full((1, 61), 2.0)


def _share(*points: tuple[float, float]) -> np.ndarray:
    """ln of a share of the marrow that runs straight in logs through days and shares."""
    days, shares = zip(*points, strict=True)
    return np.interp(DAYS, days, np.log(shares))[None]


def _responses(share: np.ndarray, neutrophils: np.ndarray = RECOVERED) -> list[str]:
    found = looks(DAYS, share, neutrophils, parameters())
    return [RESPONSES[place].value for place in found.response[0]]


def test_a_cleared_marrow_is_a_remission_and_the_counts_say_which() -> None:
    cleared = _share((0, 0.7), (28, 1e-6), (365, 1e-9))
    assert _responses(cleared) == ["CR", "CR", "CR"]
    assert _responses(cleared, np.full((1, 61), 0.9)) == ["CRi", "CRi", "CRi"]


def test_a_low_burden_that_never_fell_is_a_remission_with_residual_disease() -> None:
    unmoved = looks(DAYS, _share((0, 0.01), (28, 0.02), (365, 0.9)), RECOVERED, parameters())
    assert RESPONSES[unmoved.response[0, 0]] is Response.CR
    assert unmoved.residual_share[0, 0] == pytest.approx(0.02, rel=1e-6)
    assert unmoved.remission_day[0] == 28


def test_a_marrow_still_full_but_emptying_waits_for_the_next_look() -> None:
    slow = looks(
        DAYS, _share((0, 0.9), (28, 0.1), (60, 0.001), (365, 1e-6)), RECOVERED, parameters()
    )
    assert [RESPONSES[place].value for place in slow.response[0]] == ["NR", "CR", "CR"]
    assert slow.remission_day[0] == 60
    assert np.isnan(slow.no_response_day[0])


def test_no_response_once_settled_stays() -> None:
    failed = _share((0, 0.5), (28, 0.6), (60, 0.01), (365, 0.01))
    assert _responses(failed) == ["NR", "NR", "NR"]


def test_the_day_a_level_is_reached_lies_between_days_of_the_grid() -> None:
    values = np.array([[0.0, 1.0, 3.0, 2.0]])
    days = np.array([0.0, 10.0, 20.0, 30.0])
    level = np.array([2.0])
    assert first_at_or_above(days, values, level, np.array([0.0]))[0] == pytest.approx(15.0)
    assert first_at_or_above(days, values, level, np.array([18.0]))[0] == pytest.approx(18.0)
    assert np.isnan(first_at_or_above(days, values, np.array([4.0]), np.array([0.0]))[0])


def test_a_clone_that_begins_between_two_days_is_nothing_before_the_later() -> None:
    values = np.array([[-np.inf, 0.0, 1.0]])
    days = np.array([0.0, 10.0, 20.0])
    assert at_days(days, values, np.array([5.0]))[0] == -np.inf
    assert at_days(days, values, np.array([15.0]))[0] == pytest.approx(0.5)
    assert np.isnan(at_days(days, values, np.array([np.nan]))[0])

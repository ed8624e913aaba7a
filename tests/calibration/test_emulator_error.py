# SPDX-License-Identifier: Apache-2.0
"""The emulator knows that it errs more at the edge, and that figures share what it misses."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.studies.calibration.emulator import Emulator, fit_emulator
from cartulary.studies.calibration.emulator_error import error_together, growth_of

NOISE = 0.05


def bent(points: np.ndarray) -> np.ndarray:
    """Figures whose bend a plane does not learn: the first two of two cohorts share it."""
    bend = 0.15 * (points[:, 0] ** 2 - 1.0)
    line = points[:, 0] + 0.5 * points[:, 1]
    return np.stack([line + bend, 0.7 * line + bend, 0.15 * (points[:, 2] ** 2 - 1.0)], axis=1)


@pytest.fixture(scope="module")
def plane() -> Emulator:
    """Planes fitted to bent figures."""
    chance = np.random.default_rng(6)
    points = chance.normal(size=(400, 3))
    told = bent(points) + NOISE * chance.normal(size=(400, 3))
    return fit_emulator(
        points,
        told,
        np.full(3, NOISE),
        np.ones(400, dtype=bool),
        names=("a", "b", "c"),
        cohorts=("one", "other", "other"),
        seed=1,
        candidates=("plane",),
    )


def test_the_error_grows_as_it_does_at_points_never_seen(plane: Emulator) -> None:
    fresh = np.random.default_rng(7).normal(size=(4000, 3))
    missed = plane(fresh)[:, :2] - bent(fresh)[:, :2]
    far = np.abs(fresh[:, 0]) > 1.6
    times = plane.error_times(fresh)
    assert times[far].mean() > 1.5 * times[~far].mean()
    for part in (far, ~far):
        standardised = missed[part] / (plane.error_sd[:2] * times[part, None])
        assert 0.6 < np.sqrt((standardised**2).mean()) < 1.6
    constant = missed[far] / plane.error_sd[:2]
    assert np.sqrt((constant**2).mean()) > 1.6


def test_on_average_the_growth_changes_nothing_and_it_ends_at_the_farthest_point() -> None:
    chance = np.random.default_rng(9)
    points = chance.normal(size=(300, 2))
    residuals = 0.1 * points[:, :1] ** 2 * chance.normal(size=(300, 2))
    growth = growth_of(points, points, residuals, np.full(2, 0.17), np.full(2, 0.01))
    assert growth.share > 0.3
    assert (growth(points) ** 2).mean() == pytest.approx(1.0)
    beyond = growth(np.array([[50.0, 50.0], [500.0, 0.0]]))
    np.testing.assert_allclose(beyond, growth(points).max())


def test_an_error_that_is_the_same_everywhere_does_not_grow() -> None:
    chance = np.random.default_rng(10)
    points = chance.normal(size=(600, 3))
    residuals = 0.2 * chance.normal(size=(600, 3))
    growth = growth_of(points, points, residuals, np.full(3, 0.2), np.full(3, 0.01))
    assert growth.share <= 0.1


def test_a_bend_that_two_cohorts_share_is_one_doubt(plane: Emulator) -> None:
    assert plane.error_together is not None
    assert plane.error_together[0, 1] > 0.6
    assert np.abs(plane.error_together[:2, 2]).max() < 0.35
    assert np.linalg.eigvalsh(plane.error_together).min() > 0
    np.testing.assert_allclose(np.diag(plane.error_covariance), plane.error_sd**2)


def test_noise_between_cohorts_is_not_taken_for_shared_error() -> None:
    chance = np.random.default_rng(12)
    shared = chance.normal(size=(500, 1))
    noise = chance.normal(size=(500, 2))
    residuals = shared + noise
    one = np.ones(2)
    apart = error_together(residuals, one, one, ("one", "other"))
    alike = error_together(residuals, one, one, ("one", "one"))
    # Half of what is left is error and the same: all of it across cohorts, shrunk a little.
    assert apart[0, 1] > 0.8
    assert 0.35 < alike[0, 1] < 0.6
    missing = residuals.copy()
    missing[10:, 1] = np.nan
    assert error_together(missing, one, one, ("one", "other"))[0, 1] == 0.0

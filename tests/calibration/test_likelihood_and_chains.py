# SPDX-License-Identifier: Apache-2.0
"""The likelihood is the normal density that it says, and chains find a density that is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from cartulary.studies.calibration.design import latin_hypercube, prior_points, widened_points
from cartulary.studies.calibration.emulator import Emulator, Judged, fit_emulator
from cartulary.studies.calibration.emulator_error import Growth
from cartulary.studies.calibration.posterior_chain import density, draw_chains, split_r_hat
from cartulary.studies.calibration.posterior_likelihood import (
    Likelihood,
    observed,
    sampling_together,
)
from cartulary.studies.calibration.prior import free_parameters
from tests.calibration.plain_problem import FIGURES, few_free, plain_problem

FREE = few_free()


@dataclass(frozen=True)
class Straight:
    """Figures that follow the parameters in straight lines."""

    slopes: np.ndarray

    def __call__(self, deviates: np.ndarray) -> np.ndarray:
        return deviates @ self.slopes.T


def straight(error_sd: float) -> Likelihood:
    """A likelihood of the plain problem's figures under straight lines."""
    chance = np.random.default_rng(4)
    slopes = chance.normal(size=(FIGURES, len(FREE)))
    judged = tuple(Judged("plane", False, 0, error_sd, 0.05, 1.0, {}) for _ in range(FIGURES))
    together = np.full((FIGURES, FIGURES), 0.4) + 0.6 * np.eye(FIGURES)
    emulator = Emulator(((Straight(slopes), np.arange(FIGURES)),), judged, together)
    figures = observed(plain_problem().targets)
    return Likelihood(emulator, figures, sampling_together(together, figures.studies))


def test_the_likelihood_is_the_density_of_its_normal() -> None:
    likelihood = straight(0.1)
    points = np.random.default_rng(1).normal(size=(5, len(FREE)))
    predicted = likelihood.emulator(points)
    for row, (point, log) in enumerate(zip(predicted, likelihood.log(points), strict=True)):
        covariance = likelihood.covariance(predicted)[row]
        exact = multivariate_normal(point, covariance).logpdf(likelihood.figures.value)
        # Without the constant -n/2 ln(2 pi), which no comparison needs.
        assert log == pytest.approx(exact + FIGURES / 2 * np.log(2 * np.pi), abs=1e-9)


def test_the_emulators_error_grows_with_the_place_and_is_shared() -> None:
    plain = straight(0.1)
    shared = np.full((FIGURES, FIGURES), 0.3) + 0.7 * np.eye(FIGURES)
    growth = Growth(np.zeros(len(FREE)), np.full(len(FREE), 1.0 / len(FREE)), 0.6, 2.0, 25.0)
    emulator = replace(plain.emulator, error_together=shared, growth=growth)
    likelihood = replace(plain, emulator=emulator)
    points = np.random.default_rng(2).normal(size=(6, len(FREE))) * np.arange(6)[:, None]
    assert np.ptp(growth(points)) > 1.0
    for point, log in zip(points, likelihood.log(points), strict=True):
        predicted = emulator(point[None, :])
        sampling = likelihood.figures.sampling_sd(predicted)[0]
        covariance = np.outer(sampling, sampling) * likelihood.together
        covariance += (0.1 * growth(point[None, :])[0]) ** 2 * shared
        covariance += np.diag(likelihood.figures.discrepancy_sd**2)
        exact = multivariate_normal(predicted[0], covariance).logpdf(likelihood.figures.value)
        assert log == pytest.approx(exact + FIGURES / 2 * np.log(2 * np.pi), rel=1e-9)


def test_a_share_errs_as_its_prediction_says() -> None:
    figures = observed(plain_problem().targets)
    half, rare = figures.sampling_sd(np.array([[0.0] * FIGURES, [-3.0] * FIGURES]))
    # 1 / sqrt(n p (1 - p)) with n = 200 children, less what a continuity correction takes.
    np.testing.assert_allclose(half, 1 / np.sqrt(200 * 0.25), rtol=0.02)
    assert (rare > 2 * half).all()


def test_studies_are_independent_and_one_figure_twice_counts_by_its_repeats() -> None:
    noise = np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.99], [0.5, 0.99, 1.0]])
    together = sampling_together(noise, ("a", "b", "b"))
    assert together[0, 1] == 0
    assert together[1, 2] == 0
    kept = sampling_together(np.where(noise < 1, np.minimum(noise, 0.6), 1.0), ("a", "b", "b"))
    assert kept[1, 2] == pytest.approx(0.6)
    assert np.linalg.eigvalsh(kept).min() > 0


def test_chains_find_a_normal_posterior() -> None:
    chance = np.random.default_rng(2)
    root = chance.normal(size=(4, 4))
    precision = root @ root.T + np.eye(4)
    centre = np.array([0.5, -0.5, 0.2, 0.0])

    def log(deviates: np.ndarray) -> np.ndarray:
        apart = deviates - centre
        return -0.5 * np.einsum("ij,jk,ik->i", apart, precision, apart)

    chains = draw_chains(density(FREE, log), seed=1, purpose="test", steps=1200, ensembles=3)
    covariance = np.linalg.inv(precision + np.eye(4))
    mean = covariance @ precision @ centre
    assert chains.converged
    # Over 1,000 independent draws: a mean errs by 3% of an sd, an sd by 2%.
    np.testing.assert_allclose(chains.draws.mean(axis=0), mean, atol=0.06)
    np.testing.assert_allclose(chains.draws.std(axis=0), np.sqrt(np.diag(covariance)), rtol=0.1)


def test_chains_have_the_whole_spread_with_as_many_parameters_as_the_twin() -> None:
    free = free_parameters()
    wide = len(free)
    turned, _ = np.linalg.qr(np.random.default_rng(6).normal(size=(wide, wide)))
    precision = turned @ np.diag(np.geomspace(8.0, 800.0, wide)) @ turned.T

    def log(points: np.ndarray) -> np.ndarray:
        return np.asarray(-0.5 * np.einsum("ij,jk,ik->i", points, precision, points))

    made = draw_chains(density(free, log), seed=2, purpose="spread", steps=1500, ensembles=2)
    spread = np.sqrt(np.diag(np.linalg.inv(precision + np.eye(wide))))
    # A single spread is known to some 3%; a move that narrows it shows in all of them.
    assert (made.draws.std(axis=0) / spread).mean() == pytest.approx(1.0, abs=0.03)


def test_the_same_seed_draws_the_same_chain_and_another_seed_another() -> None:
    likelihood = straight(0.2)
    one, same, other = (
        draw_chains(density(FREE, likelihood.log), seed=seed, purpose="x", steps=60, ensembles=1)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.draws, same.draws)
    assert not np.array_equal(one.draws, other.draws)


def test_ensembles_in_different_places_are_no_posterior() -> None:
    def two_wells(deviates: np.ndarray) -> np.ndarray:
        near = [-40.0 * ((deviates - side) ** 2).sum(axis=1) for side in (-3.0, 3.0)]
        return np.logaddexp(*near)

    target = density(FREE, two_wells, wider=5.0)
    apart = [
        draw_chains(
            target, seed=seed, purpose="x", steps=200, ensembles=1, walkers=16,
            start=np.full((1, len(FREE)), side),
        )
        for seed, side in ((1, -3.0), (2, 3.0))
    ]  # fmt: skip
    chains = [one.draws[:, None, :] for one in apart]
    assert split_r_hat(chains).max() > 2
    assert not replace(apart[0], r_hat=split_r_hat(chains)).converged


def test_an_emulator_learns_a_curve_and_knows_its_own_error() -> None:
    chance = np.random.default_rng(5)
    points = chance.normal(size=(240, 4))
    exact = np.stack([points[:, 0] + 0.5 * points[:, 1] ** 2, np.tanh(points[:, 2])], axis=1)
    noise = 0.1
    told = exact + noise * chance.normal(size=exact.shape)
    emulator = fit_emulator(
        points,
        told,
        np.full(2, noise),
        np.ones(240, dtype=bool),
        names=("a", "b"),
        seed=1,
        candidates=("plane", "quadratic", "gaussian process"),
    )
    fresh = chance.normal(size=(500, 4))
    truth = np.stack([fresh[:, 0] + 0.5 * fresh[:, 1] ** 2, np.tanh(fresh[:, 2])], axis=1)
    missed = np.sqrt(((emulator(fresh) - truth) ** 2).mean(axis=0))
    assert (missed < 0.15).all()
    # What it says of its own error is neither a third of the truth nor three times it.
    assert (emulator.error_sd > missed / 3).all()
    assert (emulator.error_sd < 3 * missed + 0.03).all()
    assert emulator.judged[0].model != "plane"


def test_a_latin_hypercube_has_one_point_in_every_slice() -> None:
    square = latin_hypercube(1, "test", 50, 6)
    slices = np.sort(np.floor(50 * square).astype(int), axis=0)
    np.testing.assert_array_equal(slices, np.repeat(np.arange(50)[:, None], 6, axis=1))


def test_designs_keep_within_bounds_and_reach_beyond_the_draws() -> None:
    free = free_parameters()
    points = prior_points(free, 1, 100)
    assert points.shape == (100, len(free))
    assert abs(points.std() - 1) < 0.1
    draws = 0.3 * np.random.default_rng(1).normal(size=(3000, len(free)))
    wider = widened_points(free, draws, 1, 2, 100, 1.5)
    assert wider.shape == (100, len(free))
    assert len({tuple(row) for row in wider}) == 100
    assert 0.40 < wider.std() < 0.60


def test_nothing_is_sought_beyond_four_sd_of_the_prior() -> None:
    free = few_free()
    for wider in (1.0, 2.0):
        anything = density(free, lambda deviates: np.zeros(len(deviates)), wider=wider)
        at = np.zeros((2, len(free)))
        at[:, 1] = 3.99 * wider, 4.01 * wider
        near, far = anything(at)
        assert np.isfinite(near)
        assert far == -np.inf

# SPDX-License-Identifier: Apache-2.0
"""The emulator's own error: how it grows away from the points, and how figures share it.

What a stand-in misses is no chance. It is the bend of the model that it did not learn: small in
the middle of the points, large at their edge, and much the same for every figure that bends there,
of whatever study. An error that is taken as everywhere the same and as each figure's own counts one
doubt as many independent ones, and makes a posterior too sure (simulation-based calibration shows
it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cartulary.studies.calibration.emulator_models import fit_plane

Floats = NDArray[np.float64]

#: How much of the error's variance may follow the distance, in the order they are tried.
_SHARES: Final = tuple(float(one) for one in np.arange(0, 20) / 20.0)
#: Two figures that have an error for fewer points together are taken to share none.
_LEAST_POINTS: Final = 20
#: No combination of figures is believed to be emulated better than this share of one figure's
#: variance: correlations of so many figures from so few points look firmer than they are.
_LEAST_EIGENVALUE: Final = 0.1
#: An error is not taken to be smaller than this part of its variance, once it is over its growth.
_LEAST_ERROR: Final = 0.3
_NOTHING: Final = 1e-12


@dataclass(frozen=True)
class Growth:
    """By how much the emulator's error is larger or smaller at a point than at a usual one.

    The variance is multiplied by `1 - share + share d^4 / usual`, with d the distance from the
    middle of the points; each coordinate's part in d is `weights`, larger where the figures follow
    it more. On average over the points the factor is 1. Beyond the farthest point it stays as it is
    there, so that no region is likely because nothing is known of it.
    """

    centre: Floats
    weights: Floats
    share: float
    usual: float
    farthest: float

    def distance_squared(self, deviates: Floats) -> Floats:
        """How far these points lie from the middle, squared; 1 on average over the points."""
        found: Floats = (deviates - self.centre) ** 2 @ self.weights
        return found

    def __call__(self, deviates: Floats) -> Floats:
        """What the error is multiplied by at these points (the error, not its variance)."""
        near = np.minimum(self.distance_squared(deviates), self.farthest)
        found: Floats = np.sqrt(1.0 - self.share + self.share * near**2 / self.usual)
        return found


def growth_of(
    deviates: Floats, figures: Floats, residuals: Floats, error_sd: Floats, noise_sd: Floats
) -> Growth:
    """How the error grows, found from what the emulator misses at points it was not fitted to.

    `share` is the one under which the residuals are likeliest, each normal with the noise of
    simulating and the error there.

    Arguments: points as deviates, one a row; figures without gaps, one column a target; the
    residuals there, NaN where the simulator gave none; the error and the noise of each target.
    Returns: the growth; a share of 0 where the error is the same everywhere.
    """
    centre, spread = deviates.mean(axis=0), np.maximum(deviates.std(axis=0), 1e-9)
    scale = np.maximum(figures.std(axis=0), 1e-9)
    slopes = fit_plane((deviates - centre) / spread, figures / scale, 0).coefficients
    matters = (slopes**2).mean(axis=1) + _NOTHING
    weights = matters / matters.sum() / spread**2
    near = (deviates - centre) ** 2 @ weights
    usual = float((near**2).mean())
    there = np.isfinite(residuals)
    missed = np.where(there, residuals, 0.0) ** 2
    best, share = np.inf, 0.0
    for tried in _SHARES:
        factor = 1.0 - tried + tried * near**2 / usual
        variance = noise_sd**2 + error_sd**2 * factor[:, None] + _NOTHING
        unlikely = float((there * (missed / variance + np.log(variance))).sum())
        if unlikely < best:
            best, share = unlikely, tried
    return Growth(centre, weights, share, usual, float(near.max()))


def error_together(
    residuals: Floats, error_sd: Floats, noise_sd: Floats, cohorts: Sequence[str]
) -> Floats:
    """How the errors of the figures' stand-ins go together.

    Between two cohorts the noise of simulating is independent, so that what goes together in their
    residuals is error: the covariance over the product of both errors. Within one cohort noise and
    error go together alike, as the residuals do. Shrunk as the standard error of a correlation
    would have it, and kept clear of combinations that look free of error.

    Arguments: residuals at points the emulator was not fitted to, each over the growth of the error
    there, NaN where there are none; the error of each target; the noise left in these residuals;
    the simulated cohort that each target is read from.
    Returns: a correlation matrix that is positive definite.
    """
    there = np.isfinite(residuals)
    counted = there.astype(np.float64).T @ there
    apart = np.where(there, residuals - np.nanmean(residuals, axis=0), 0.0)
    covariance = apart.T @ apart / np.maximum(counted, 1.0)
    total = np.sqrt(np.diag(covariance))
    error = np.sqrt(np.maximum(total**2 - noise_sd**2, _LEAST_ERROR * error_sd**2))
    names = np.array(cohorts)
    alike = names[:, None] == names[None, :]
    own = np.where(alike, np.outer(total, total), np.outer(error, error))
    together = np.clip(covariance / np.maximum(own, _NOTHING), -1.0, 1.0)
    shrunk = np.maximum(0.0, 1.0 - 2.0 / np.sqrt(np.maximum(counted, 1.0)))
    together = np.where(counted >= _LEAST_POINTS, together * shrunk, 0.0)
    np.fill_diagonal(together, 1.0)
    return positive_definite(together, _LEAST_EIGENVALUE)


def positive_definite(correlations: Floats, least_eigenvalue: float) -> Floats:
    """The nearest thing to these correlations in which no combination is freer of error than that.

    Eigenvalues below the least are raised to it, and the diagonal is brought back to 1.

    >>> float(positive_definite(np.ones((2, 2)), 0.1)[0, 1].round(3))
    0.905
    """
    values, vectors = np.linalg.eigh(correlations)
    mended = (vectors * np.maximum(values, least_eigenvalue)) @ vectors.T
    scale = np.sqrt(np.diag(mended))
    found: Floats = mended / scale[:, None] / scale[None, :]
    return found

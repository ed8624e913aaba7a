# SPDX-License-Identifier: Apache-2.0
"""The synthetic likelihood: how likely the published figures are at a point of the parameters.

Normal on each target's scale, around what the emulator says. The variance of a figure is that of
its sampling, for a share at the predicted share, plus the error of the emulator and the stated
discrepancy of the model. Figures of one study come from the same children, so their sampling goes
together as it does in simulated cohorts; that of different studies is independent. The emulator's
error is one and the same for all studies, and so goes together across them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.target import Target, TargetScale
from cartulary.studies.calibration.emulator import Emulator
from cartulary.studies.calibration.emulator_error import positive_definite

Floats = NDArray[np.float64]

#: Log odds beyond which a predicted share no longer widens the sampling error.
_FAR_LOGIT: Final = 6.0
#: So much together, two figures are one figure of two data cuts; `repeats` has counted that.
_SAME: Final = 0.95
_SMALLEST_EIGENVALUE: Final = 1e-3
#: More than any sum of squared distances.
_CORNER: Final = 1e300


@dataclass(frozen=True)
class Observed:
    """The published figures as the likelihood needs them, in the order of the targets."""

    value: Floats
    sd: Floats
    counts_as: Floats
    discrepancy_sd: Floats
    share: NDArray[np.bool_]
    studies: tuple[str, ...]

    def sampling_sd(self, predicted: Floats) -> Floats:
        """The sampling error of each figure if the prediction were true; a row a point."""
        odds = np.clip(predicted, -_FAR_LOGIT, _FAR_LOGIT)
        chance = 1.0 / (1.0 + np.exp(-odds))
        at_predicted = 1.0 / np.sqrt(self.counts_as * chance * (1.0 - chance))
        return np.where(self.share, at_predicted, self.sd)

    def with_value(self, value: Floats) -> Observed:
        """The same studies with other figures."""
        return Observed(
            value, self.sd, self.counts_as, self.discrepancy_sd, self.share, self.studies
        )


def observed(targets: Sequence[Target]) -> Observed:
    """The published figures of these targets."""
    share = np.array([one.scale is TargetScale.LOGIT for one in targets])
    counts = [
        one.effective_n / one.repeats if one.scale is TargetScale.LOGIT else 1.0 for one in targets
    ]
    return Observed(
        value=np.array([one.on_scale_value for one in targets]),
        sd=np.array([one.observed_sd for one in targets]),
        counts_as=np.array(counts),
        discrepancy_sd=np.array([one.discrepancy_sd for one in targets]),
        share=share,
        studies=tuple(one.study for one in targets),
    )


def sampling_together(noise_together: Floats, studies: Sequence[str]) -> Floats:
    """Correlations of the sampling of published figures: those of simulated ones, study by study.

    Arguments: how the noise of simulated figures goes together; the study of each figure.
    Returns: a correlation matrix that is positive definite.
    """
    names = np.array(studies)
    together = np.where(names[:, None] == names[None, :], noise_together, 0.0)
    together = np.where(np.abs(together) > _SAME, 0.0, together)
    np.fill_diagonal(together, 1.0)
    return positive_definite(together, _SMALLEST_EIGENVALUE)


@dataclass(frozen=True)
class Likelihood:
    """The synthetic likelihood of published figures under an emulator."""

    emulator: Emulator
    figures: Observed
    together: Floats

    def log(self, deviates: Floats) -> Floats:
        """The log likelihood at these points, one number a row.

        One factorisation a point gives both its parts: the figures' distances from the prediction
        stand below the covariance as one more row, and come out divided by its root.
        """
        predicted = self.emulator(deviates)
        count, wide = predicted.shape
        bordered = np.empty((count, wide + 1, wide + 1))
        covariance = bordered[:, :wide, :wide]
        self._covariance(predicted, self.emulator.error_times(deviates), covariance)
        bordered[:, wide, :wide] = self.figures.value - predicted
        # Only the lower half is read. The corner must be the larger; it enters nothing else.
        bordered[:, wide, wide] = _CORNER
        root = np.linalg.cholesky(bordered)
        found: Floats = -0.5 * (root[:, wide, :wide] ** 2).sum(axis=1)
        found -= np.log(np.diagonal(root, axis1=1, axis2=2)[:, :wide]).sum(axis=1)
        return found

    def covariance(self, predicted: Floats, error_times: Floats | None = None) -> Floats:
        """The covariance of the figures around these predictions: points by targets by targets.

        Arguments: the predictions, one row a point; what the emulator's errors are multiplied by at
        each point (`Emulator.error_times`), 1 if left out.
        """
        times = np.ones(len(predicted)) if error_times is None else error_times
        made = np.empty((*predicted.shape, predicted.shape[1]))
        self._covariance(predicted, times, made)
        return made

    def _covariance(self, predicted: Floats, error_times: Floats, made: Floats) -> None:
        """Writes the covariance at each point into `made`."""
        sampling = self.figures.sampling_sd(predicted)
        np.multiply(sampling[:, :, None], sampling[:, None, :], out=made)
        made *= self.together
        error = self.emulator.error_covariance
        for one, times in zip(made, error_times.tolist(), strict=True):
            one += times**2 * error
        places = np.arange(made.shape[1])
        made[:, places, places] += self.figures.discrepancy_sd**2


def likelihood_of(emulator: Emulator, figures: Observed) -> Likelihood:
    """The likelihood of these figures under an emulator, with its noise's correlations."""
    return Likelihood(
        emulator, figures, sampling_together(emulator.noise_together, figures.studies)
    )

# SPDX-License-Identifier: Apache-2.0
"""Does a transplant in remission help: the exposure `transplant`, ready made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from cartulary.codebook.exposure_reader import exposure
from cartulary.course.cohort import Cohort
from cartulary.evidence.bootstrap import Draws
from cartulary.evidence.follow_up import FollowUp
from cartulary.studies.exposure_effect import (
    HORIZON,
    ExposureEffect,
    exposure_effect,
    exposure_effect_of_cohort,
)

EXPOSURE = "transplant"


def transplant_effect(
    follow_up: FollowUp,
    transplant_day: ArrayLike,
    *,
    landmarks: Sequence[float] | None = None,
    grace_day: float | None = None,
    horizon: float = HORIZON,
    remission_lost_day: ArrayLike | None = None,
    covariates: Mapping[str, ArrayLike] | None = None,
    draws: Draws | None = None,
    n_resamples: int = 500,
    fewest: int = 5,
    level: float = 0.95,
) -> ExposureEffect:
    """`exposure_effect` of a transplant, from the days on which it was given.

    Arguments: children in remission from the clock's start; the day of each transplant on that
    clock, NaN for none, shape (n,); the rest as in `exposure_effect`.
    Returns: an `ExposureEffect`, clone-censor-weight among its rows.

    >>> rows = FollowUp(exit=[*range(20, 420, 20)], status=[1, 0] * 10, cause_names=("relapse",),
    ...                 unit="child", clock="remission", definition="rfs.treatment_policy, 1",
    ...                 origin="simulated")
    >>> day = [float("nan")] * 10 + [100 + 2 * k for k in range(10)]
    >>> [row.method for row in transplant_effect(rows, day, landmarks=[110]).rows]
    ['naive', 'landmark', 'time_dependent', 'simon_makuch', 'clone_censor_weight']
    """
    return exposure_effect(
        follow_up,
        transplant_day,
        exposure(EXPOSURE),
        landmarks=landmarks,
        grace_day=grace_day,
        horizon=horizon,
        lost_day=remission_lost_day,
        covariates=covariates,
        draws=draws,
        n_resamples=n_resamples,
        fewest=fewest,
        level=level,
    )


def transplant_effect_of_cohort(
    cohort: Cohort,
    endpoint_id: str = "",
    *,
    landmarks: Sequence[float] | None = None,
    grace_day: float | None = None,
    horizon: float = HORIZON,
    draws: Draws | None = None,
    n_resamples: int = 500,
    fewest: int = 5,
    level: float = 0.95,
) -> ExposureEffect:
    """`exposure_effect_of_cohort` of a transplant in remission.

    >>> import numpy as np
    >>> from cartulary.studies.transplant_simulation import cohort_without_effect
    >>> cohort = cohort_without_effect(60, np.random.default_rng(1))
    >>> transplant_effect_of_cohort(cohort).row("naive").ratio.value < 0.5
    True
    """
    return exposure_effect_of_cohort(
        cohort,
        EXPOSURE,
        endpoint_id,
        landmarks=landmarks,
        grace_day=grace_day,
        horizon=horizon,
        draws=draws,
        n_resamples=n_resamples,
        fewest=fewest,
        level=level,
    )

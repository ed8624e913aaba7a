# SPDX-License-Identifier: Apache-2.0
"""What the parameters do to a figure, with the simulation's own noise taken out."""

from __future__ import annotations

import numpy as np

from cartulary.studies.policies_compared.children_read import Floats


def without_noise(drawn: Floats, noise: float) -> Floats:
    """Draws of a figure, moved towards their mean until their variance is the parameters' alone.

    Each draw of the parameters follows children of its own, so what is seen from draw to draw is
    the sum of two independent parts: V(seen) = V(parameters) + V(noise). Every draw keeps its
    place and its distance from the mean is multiplied by sqrt(1 - V(noise) / V(seen)), or by 0
    where the noise explains all that is seen.

    Arguments: one figure a draw; the noise's variance, the mean over the draws.
    Returns: as many figures, with the same mean.

    >>> without_noise(np.array([0.0, 2.0]), 1.5).tolist()
    [0.5, 1.5]
    """
    if np.isnan(drawn).all():
        return drawn
    mean = float(np.nanmean(drawn))
    seen = float(np.nanvar(drawn, ddof=1)) if np.isfinite(drawn).sum() > 1 else 0.0
    kept = np.sqrt(max(1.0 - noise / seen, 0.0)) if seen > 0 else 0.0
    moved: Floats = mean + (drawn - mean) * kept
    return moved

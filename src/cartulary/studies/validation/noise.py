# SPDX-License-Identifier: Apache-2.0
"""What a study of a given size would have printed, had the model's figure been the true one.

All chance comes from named streams, so that a validation is the same every time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, expit

from cartulary.codebook.target import Target, TargetScale
from cartulary.twin.streams import normal, uniform

Floats = NDArray[np.float64]


def would_be_printed(target: Target, predicted: Floats, seed: int, repeats: int) -> Floats:
    """Figures as a study of the target's size would print them: `repeats` for each draw.

    A share or a survival probability p gives `k / n`, k binomial with n the target's effective
    number and p moved by the stated discrepancy on the log odds scale. Any other figure gets a
    normal error, of its sampling and its discrepancy together, on the target's scale.

    Arguments: the target; the model's figure at each draw of the posterior, in the unit printed,
    NaN where nothing could be reckoned; the seed; how many studies a draw.
    Returns: `[draws, repeats]` in the unit printed; a draw without a figure stays NaN.

    >>> from cartulary.codebook.target_reader import target_named
    >>> drawn = would_be_printed(target_named("prwcc.crs_3"), np.full(200, 0.2), 1, 20)
    >>> bool(abs(drawn.std() - (0.2 * 0.8 / 185) ** 0.5) < 0.001)
    True
    """
    draws = np.arange(len(predicted))
    on_scale = np.array([target.on_scale(value) for value in predicted])
    if target.scale is not TargetScale.LOGIT:
        error = np.hypot(target.sampling_sd, target.discrepancy_sd)
        moved = on_scale[:, None] + error * normal(seed, draws, f"study, {target.id}", repeats)
        printed: Floats = np.exp(moved) if target.scale is TargetScale.LOG else moved
        return printed
    moved = on_scale[:, None] + target.discrepancy_sd * normal(
        seed, draws, f"discrepancy, {target.id}", repeats
    )
    drawn = uniform(seed, draws, f"study, {target.id}", repeats)
    return _binomial_shares(children_of(target), expit(moved), drawn)


def children_of(target: Target) -> int:
    """Of how many children a study's share is binomial: its effective number, never above n.

    At a share of 0 or 1 the standard error is one of half a child, which an effective number
    would take for that of a larger study.

    >>> from cartulary.codebook.target_reader import target_named
    >>> children_of(target_named("article.icans_any"))
    22
    """
    most = target.effective_n if target.n is None else min(target.effective_n, target.n)
    return max(round(most), 1)


def _binomial_shares(n: int, share: Floats, drawn: Floats) -> Floats:
    """The binomial quantile at each uniform draw, over n."""
    found = np.full(share.shape, np.nan)
    counts = np.arange(n + 1)
    for row in range(len(share)):
        known = np.isfinite(share[row])
        below = bdtr(counts[None, :-1], n, share[row][known][:, None])
        found[row][known] = (below < drawn[row][known][:, None]).sum(axis=1) / n
    return found

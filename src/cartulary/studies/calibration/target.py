# SPDX-License-Identifier: Apache-2.0
"""The figures that the twin is fitted to, and those that it has never seen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cartulary.codebook.target import Measure, Target, TargetScale, TargetUse
from cartulary.codebook.target_reader import all_targets, target_named

__all__ = [
    "FIT",
    "KEPT_ASIDE",
    "Measure",
    "Target",
    "TargetScale",
    "TargetUse",
    "target_named",
    "targets",
    "targets_fingerprint",
]

FIT = TargetUse.FIT
KEPT_ASIDE = TargetUse.KEPT_ASIDE


def targets(use: TargetUse | None = None) -> tuple[Target, ...]:
    """The targets of the codebook, in order of the files; those of one use where it is given.

    >>> all(target.use is FIT for target in targets(FIT))
    True
    """
    return tuple(target for target in all_targets() if use is None or target.use is use)


def targets_fingerprint(listed: Sequence[Target]) -> str:
    """A fingerprint of all that a calibration reads of these targets.

    Words and explanations do not count; a value, an interval or a definition does.
    """
    read = [
        (
            target.id,
            target.scenario,
            target.value,
            target.scale.value,
            target.observed_sd,
            target.discrepancy_sd,
            target.measure,
        )
        for target in listed
    ]
    return hashlib.sha256(repr(read).encode()).hexdigest()

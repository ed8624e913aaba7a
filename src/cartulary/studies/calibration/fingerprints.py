# SPDX-License-Identifier: Apache-2.0
"""Fingerprints of what a calibration rests on, so that draws are not used with other parameters."""

from __future__ import annotations

import hashlib

from cartulary.codebook.parameter_set import ParameterSet


def fingerprint_of(what: object) -> str:
    """The SHA-256 of something that has one written form.

    >>> fingerprint_of(("a", 1))[:8]
    '391d545b'
    """
    return hashlib.sha256(repr(what).encode()).hexdigest()


def parameters_fingerprint(base: ParameterSet) -> str:
    """Changes with every number that the twin reads; not with words, sources or order.

    >>> from cartulary.codebook.parameter_reader import parameters
    >>> here = parameters_fingerprint(parameters())
    >>> here == parameters_fingerprint(parameters().changed({"destiny": 6.0}))
    False
    """
    values = [
        (one.name, one.value, one.scale.value, one.spread, one.low, one.high, one.with_weight)
        for _, one in sorted(base.parameters.items())
    ]
    together = sorted((*sorted((one.one, one.other)), one.value) for one in base.correlations)
    return fingerprint_of((values, together))

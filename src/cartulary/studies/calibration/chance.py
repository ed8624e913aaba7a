# SPDX-License-Identifier: Apache-2.0
"""Where the calibration's chance is made: generators for libraries that want one, by seed and name.

Everything else of chance comes from `cartulary.twin.streams`. A generator here depends on the
seed and the purpose alone, so that a run that is resumed draws what it would have drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cartulary.twin.streams import purpose_key

_STATE_WORDS = 624


def generator(seed: int, purpose: str) -> np.random.Generator:  # noqa: TID251 - the one place
    """A generator of its own for one purpose of one run.

    >>> bool(generator(1, "doctest").uniform() == generator(1, "doctest").uniform())
    True
    """
    key = (seed << 64) | purpose_key(purpose)
    return np.random.Generator(np.random.Philox(key=key))  # noqa: TID251 - the one place


def whole_seed(seed: int, purpose: str) -> int:
    """A seed of 31 bits, for a library that takes a whole number.

    >>> whole_seed(1, "doctest") == whole_seed(1, "doctest") != whole_seed(2, "doctest")
    True
    """
    return int(generator(seed, purpose).integers(2**31 - 1))


def emcee_state(seed: int, purpose: str) -> tuple[Any, ...]:
    """A state of the generator that emcee keeps (MT19937), as its `set_state` wants it."""
    words = generator(seed, purpose).integers(1, 2**32, size=_STATE_WORDS, dtype=np.uint64)
    return ("MT19937", words.astype(np.uint32), _STATE_WORDS, 0, 0.0)

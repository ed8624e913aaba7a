# SPDX-License-Identifier: Apache-2.0
"""Many draws of `streams.py` at once: the same words, bit for bit, compiled."""

# mypy: ignore-errors

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

from cartulary.twin.philox import MULTIPLIERS, ROUNDS, UNUSED_BITS, WEYL

_FIRST_MULTIPLIER, _SECOND_MULTIPLIER = MULTIPLIERS
_FIRST_WEYL, _SECOND_WEYL = np.uint64(WEYL[0]), np.uint64(WEYL[1])
_NONE = np.uint64(0)


@intrinsic
def _upper_half(typing_context, one, other):
    # Of the 128 bits of a product.
    def generate(context, builder, signature, arguments):
        narrow = arguments[0].type
        wide = type(narrow)(128)
        product = builder.mul(*(builder.zext(factor, wide) for factor in arguments))
        return builder.trunc(builder.lshr(product, wide(64)), narrow)

    return types.uint64(types.uint64, types.uint64), generate


@njit
def _words(left, right, first, second):
    third = fourth = _NONE
    for _ in range(ROUNDS):
        high_0, low_0 = _upper_half(_FIRST_MULTIPLIER, first), _FIRST_MULTIPLIER * first
        high_1, low_1 = _upper_half(_SECOND_MULTIPLIER, third), _SECOND_MULTIPLIER * third
        first, second = high_1 ^ second ^ left, low_1
        third, fourth = high_0 ^ fourth ^ right, low_0
        left += _FIRST_WEYL
        right += _SECOND_WEYL
    return first, second, third, fourth


@njit(cache=True, nogil=True)
def fill_uniform(left, right, children, drawn):
    """Draws between 0 and 1 under the key (left, right): drawn [n, count], a row a child."""
    for row in range(drawn.shape[0]):
        child = np.uint64(children[row])
        for column in range(0, drawn.shape[1], 4):
            words = _words(left, right, child, np.uint64(column // 4))
            for k in range(min(4, drawn.shape[1] - column)):
                bits = np.float64(words[k] >> UNUSED_BITS)
                drawn[row, column + k] = (bits + 0.5) * 2.0**-52

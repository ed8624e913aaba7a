# SPDX-License-Identifier: Apache-2.0
"""exp and log as plain arithmetic, so that a compiler can do several children's at once.

A call of the C library stands in the way of that. exp is within 5e-11 of its size and log within
1e-13: a hundred times less than the least error that is asked of a step, at half the price of the
last digits. Their polynomials are worked out here, by interpolation at Chebyshev's points, and not
typed in.
"""

# mypy: ignore-errors

from __future__ import annotations

from types import FunctionType

import numpy as np
from numba import njit, types
from numba.extending import intrinsic
from numpy.polynomial import Chebyshev, Polynomial

# Never nnan or ninf: with them a step whose error is not a number is taken for a good one.
FAST = frozenset({"contract", "nsz", "arcp", "afn", "reassoc"})
INLINED = {"fastmath": set(FAST), "error_model": "numpy", "forceinline": True}


def _near(function, low, high, degree):
    return tuple(
        float(c)
        for c in Chebyshev.interpolate(function, degree, domain=[low, high])
        .convert(kind=Polynomial)
        .coef
    )


_PER_LN_2 = 1.0 / np.log(2.0)
_LN_2 = np.log(2.0)
# Added to x and taken away again, it rounds x; its last digits then hold x as a whole number, and
# 1023 more for the exponent of 2 ** x.
_ROUNDING = 1.5 * 2.0**52 + 1023.0
_E0, _E1, _E2, _E3, _E4, _E5, _E6, _E7 = _near(np.exp, -0.5 * np.log(2.0), 0.5 * np.log(2.0), 7)
_LOWEST, _HIGHEST = -708.0, 709.0

_L0, _L1, _L2, _L3, _L4, _L5, _L6 = _near(
    lambda z: np.where(z > 0, np.arctanh(np.sqrt(np.abs(z))) / np.sqrt(np.abs(z) + 1e-300), 1.0),
    0.0,
    0.0295,
    6,
)
_HALF_ROOT = np.uint64(np.float64(np.sqrt(0.5)).view(np.uint64))
_SHIFT = np.uint64(52)
_BIAS = np.uint64(1024)
_WHOLE = np.uint64(np.float64(2.0**52).view(np.uint64))


@intrinsic
def _as_bits(typing_context, value):
    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(types.uint64))

    return types.uint64(types.float64), generate


@intrinsic
def _as_float(typing_context, value):
    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.uint64), generate


@njit(**INLINED)
def lane_exp(x):
    """exp(x); below -708 and above 709 that of the bound; not a number where x is none."""
    # Written so that what is not a number stays none.
    x = _LOWEST if x < _LOWEST else x
    x = _HIGHEST if x > _HIGHEST else x
    whole, folds = _rounded(x)
    r = x - folds * _LN_2
    p = _E7
    p = p * r + _E6
    p = p * r + _E5
    p = p * r + _E4
    p = p * r + _E3
    p = p * r + _E2
    p = p * r + _E1
    p = p * r + _E0
    return p * _as_float(_as_bits(whole) << _SHIFT)


@njit(fastmath={"contract"}, error_model="numpy", forceinline=True)
def _rounded(x):
    # Not to be rearranged: the sum is what rounds.
    whole = x * _PER_LN_2 + _ROUNDING
    return whole, whole - _ROUNDING


@njit(**INLINED)
def lane_log(x):
    """The natural log of a positive, normal x; not a number where x is none."""
    bits = _as_bits(x)
    folds = (bits - _HALF_ROOT + (_BIAS << _SHIFT)) >> _SHIFT
    m = _as_float(bits - ((folds - _BIAS) << _SHIFT))
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = _L6
    p = p * z + _L5
    p = p * z + _L4
    p = p * z + _L3
    p = p * z + _L2
    p = p * z + _L1
    p = p * z + _L0
    return _times_ln_2(folds, x) + 2.0 * s * p


@njit(fastmath={"contract"}, error_model="numpy", forceinline=True)
def _times_ln_2(folds, x):
    # Not to be rearranged either: the large constant must go before anything is multiplied.
    whole = _as_float(folds | _WHOLE) - (2.0**52 + 1024.0)
    # x - x is 0, or not a number where x is none, and would be lost as well.
    return whole * _LN_2 + (x - x)


def lane_version(function, **others):
    """A function of the equations, compiled with these exp and log in place of the C library's."""
    names = {**function.__globals__, "exp": lane_exp, "log": lane_log, **others}
    twin = FunctionType(function.__code__, names, function.__name__)
    return njit(**INLINED)(twin)

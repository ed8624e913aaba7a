# SPDX-License-Identifier: Apache-2.0
"""The only source of chance in the twin: numbers that depend on seed, child and purpose alone.

Philox 4x64 with ten rounds (Salmon and others, Parallel random numbers: as easy as 1, 2, 3,
SC 2011): a counter goes in, four words of 64 bits come out, and nothing is remembered between.
The key is (seed, hash of the purpose), the counter (child, block of four draws, 0, 0). So a child
draws the same numbers whoever is drawn beside it, in whatever order, in every arm of a study.
"""

from __future__ import annotations

import sys
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, pdtr, pdtrik

from cartulary.twin.philox import MULTIPLIERS, ROUNDS, UNUSED_BITS, WEYL

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]
_Words = NDArray[np.uint64]

SEED_LIMIT: Final = 2**64
#: Above it a Poisson count is drawn by its normal expansion: right to less than one count in it.
LARGE_MEAN: Final = 1e5
#: Above it a count is no whole number of a float any more.
LARGEST_MEAN: Final = 1e15

_WORDS_A_BLOCK: Final = 4
_LOW: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)
# From so many blocks of draws on it is worth having them compiled.
_MANY_BLOCKS: Final = 1024
# Rows at a time: what a round works on then stays in a core's second-level cache.
_ROWS_AT_A_TIME: Final = 4096


def uniform(seed: int, children: ArrayLike, purpose: str, count: int) -> Floats:
    """Draws between 0 and 1, both ends excluded: one row a child.

    Draw k of a child is `(bits + 1/2) / 2**52`, `bits` the upper 52 of its k-th word.

    Arguments: the seed of the run, the children's numbers, a name for what is drawn, how many.
    Returns: an array of len(children) rows and `count` columns.
    Refuses: a seed outside 0 to 2**64 - 1, and children's numbers below 0.

    >>> uniform(1, [7, 8], "doctest", 2)[1] == uniform(1, [8], "doctest", 1)[0, 0]
    array([ True, False])
    """
    numbers = _numbers(children)
    key = (_seed(seed), purpose_key(purpose))
    many = len(numbers) * -(-count // _WORDS_A_BLOCK) >= _MANY_BLOCKS
    if many or _kernel_is_loaded():
        return _compiled_uniform(key, numbers, count)
    return _plain_uniform(key, numbers, count)


def _kernel_is_loaded() -> bool:
    """Whether the compiled draws are there already: then they are quicker for few as well."""
    kernel = sys.modules.get("cartulary.twin.streams_kernel")
    return bool(getattr(getattr(kernel, "fill_uniform", None), "overloads", ()))


def _plain_uniform(key: tuple[int, int], numbers: Wholes, count: int) -> Floats:
    """Draws between 0 and 1 by NumPy alone: nothing to load, and quick where they are few."""
    drawn = np.empty((len(numbers), count))
    for first in range(0, len(numbers), _ROWS_AT_A_TIME):
        rows = numbers[first : first + _ROWS_AT_A_TIME]
        for block in range(-(-count // _WORDS_A_BLOCK)):
            words = philox_words(key, (rows, np.full_like(rows, block)))
            from_column = block * _WORDS_A_BLOCK
            for column in range(from_column, min(from_column + _WORDS_A_BLOCK, count)):
                bits = (words[column - from_column] >> UNUSED_BITS).astype(np.float64)
                drawn[first : first + len(rows), column] = (bits + 0.5) * 2.0**-52
    return drawn


def _compiled_uniform(key: tuple[int, int], numbers: Wholes, count: int) -> Floats:
    """The same draws, bit for bit, compiled; by NumPy where Numba is not installed."""
    try:
        from cartulary.twin.streams_kernel import fill_uniform
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("cartulary"):
            raise
        return _plain_uniform(key, numbers, count)
    drawn = np.empty((len(numbers), count))
    fill_uniform(np.uint64(key[0]), np.uint64(key[1]), np.array(numbers), drawn)
    return drawn


def normal(seed: int, children: ArrayLike, purpose: str, count: int) -> Floats:
    """Draws from the standard normal distribution, by its inverse: one row a child.

    >>> bool(abs(normal(1, range(4000), "doctest", 1).mean()) < 0.05)
    True
    """
    drawn: Floats = ndtri(uniform(seed, children, purpose, count))
    return drawn


def exponential(seed: int, children: ArrayLike, purpose: str, count: int) -> Floats:
    """Draws from the exponential distribution with mean 1, by its inverse: one row a child.

    >>> bool(abs(exponential(1, range(4000), "doctest", 1).mean() - 1) < 0.05)
    True
    """
    drawn: Floats = -np.log(uniform(seed, children, purpose, count))
    return drawn


def poisson(seed: int, children: ArrayLike, purpose: str, mean: ArrayLike) -> Wholes:
    """One Poisson count a child, by the inverse of its distribution at one uniform draw.

    A higher mean never gives a lower count to the same child, so arms that share the seed differ
    only where their means do. Above `LARGE_MEAN` the Cornish-Fisher expansion takes over.

    Arguments: as `uniform`; `mean` is one number a child, or one for all.
    Returns: whole numbers.
    Refuses: a mean below 0, not finite, or above `LARGEST_MEAN`.

    >>> poisson(1, [7, 8, 9], "doctest", [0.0, 2.0, 1e9]).tolist()[0]
    0
    """
    numbers = _numbers(children)
    means = np.broadcast_to(np.asarray(mean, dtype=np.float64), numbers.shape)
    allowed = (means >= 0) & (means <= LARGEST_MEAN)
    if not allowed.all():
        wrong = means[~allowed][0]
        raise ValueError(
            f"The mean of a Poisson draw for {purpose!r} is {wrong!r}. A count has a mean from 0 "
            f"to {LARGEST_MEAN:g}. Mend what it is reckoned from."
        )
    drawn = uniform(seed, numbers, purpose, 1)[:, 0]
    counts = np.zeros(len(numbers))
    small = (means > 0) & (means < LARGE_MEAN)
    counts[small] = _smallest_count(drawn[small], means[small])
    large = means >= LARGE_MEAN
    deviate = ndtri(drawn[large])
    spread = np.sqrt(means[large])
    expanded = means[large] + spread * deviate + (deviate * deviate - 1.0) / 6.0
    counts[large] = np.maximum(np.floor(expanded + 0.5), 0.0)
    return counts.astype(np.int64)


def _smallest_count(probability: Floats, mean: Floats) -> Floats:
    """The smallest count whose distribution function reaches the probability."""
    # The lowest count has its mass as function value: below it the inverse is not defined.
    some = ~(probability <= np.exp(-mean))
    guess = np.zeros(len(mean))
    guess[some] = np.maximum(np.ceil(pdtrik(probability[some], mean[some])), 0.0)
    # The continuous inverse is right to its last digits: one step either way mends the rest.
    guess = np.where((guess > 0) & (pdtr(guess - 1.0, mean) >= probability), guess - 1.0, guess)
    mended: Floats = np.where(pdtr(guess, mean) < probability, guess + 1.0, guess)
    return mended


def purpose_key(purpose: str) -> int:
    """The 64 bits that stand for a purpose in the key.

    >>> purpose_key("dose") == purpose_key("dose"), purpose_key("dose") == purpose_key("Dose")
    (True, False)
    """
    return int.from_bytes(blake2b(purpose.encode(), digest_size=8).digest(), "little")


def philox_words(key: tuple[int, int], counter: tuple[Wholes, Wholes]) -> tuple[_Words, ...]:
    """The four words of each counter (first, second, 0, 0) under one key.

    They are those of `numpy.random.Philox`, which counts up once before it gives its first word.

    >>> [hex(int(word[0])) for word in philox_words((0, 0), (np.zeros(1, int), np.zeros(1, int)))]
    ['0x16554d9eca36314c', '0xdb20fe9d672d0fdc', '0xd7e772cee186176b', '0x7e68b68aec7ba23b']
    """
    first, second = (part.astype(np.uint64) for part in counter)
    third, fourth = np.zeros_like(first), np.zeros_like(first)
    for turn in range(ROUNDS):
        left, right = (np.uint64((key[at] + turn * WEYL[at]) % SEED_LIMIT) for at in (0, 1))
        high_0, low_0 = _product(MULTIPLIERS[0], first)
        high_1, low_1 = _product(MULTIPLIERS[1], third)
        first, second = high_1 ^ second ^ left, low_1
        third, fourth = high_0 ^ fourth ^ right, low_0
    return first, second, third, fourth


def _product(multiplier: np.uint64, words: _Words) -> tuple[_Words, _Words]:
    """Upper and lower half of the 128 bits of a product, from products of 32 bits."""
    upper, lower = multiplier >> _HALF, multiplier & _LOW
    high, low = words >> _HALF, words & _LOW
    # Each sum below stays under 2**64: the largest is (2**32 - 1)**2 + 2 (2**32 - 1).
    middle = upper * low + ((lower * low) >> _HALF)
    carried = lower * high + (middle & _LOW)
    return upper * high + (middle >> _HALF) + (carried >> _HALF), multiplier * words


def _numbers(children: ArrayLike) -> Wholes:
    """Children's numbers as whole numbers from 0 on."""
    numbers = np.atleast_1d(np.asarray(children, dtype=np.int64))
    if len(numbers) and int(numbers.min()) < 0:
        raise ValueError(
            f"A child bears the number {int(numbers.min())}. Children are numbered from 0 on, so "
            "that each has a stream of its own. Give numbers from 0 on."
        )
    return numbers


def _seed(seed: int) -> int:
    """The seed, if it fits the key."""
    if not 0 <= seed < SEED_LIMIT:
        raise ValueError(
            f"The seed is {seed}. A seed is a whole number from 0 to 2**64 - 1, so that no two "
            "mean the same run. Give one."
        )
    return seed

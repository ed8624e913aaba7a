# SPDX-License-Identifier: Apache-2.0
"""Chance in the twin: the generator is NumPy's bit for bit, and each draw is its child's alone."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import cartulary.twin
from cartulary.twin.streams import (
    LARGE_MEAN,
    LARGEST_MEAN,
    _plain_uniform,
    exponential,
    normal,
    philox_words,
    poisson,
    purpose_key,
    uniform,
)

WORD = st.integers(0, 2**64 - 1)
MANY = np.arange(100_000)


def numpys(key: tuple[int, int], first: int, second: int) -> list[int]:
    """The four words that NumPy gives for a counter: it counts up once before the first."""
    counter = np.array([first, second, 0, 0], dtype=np.uint64)
    before = int(counter[0]) + (int(counter[1]) << 64) - 1
    parts = [(before >> shift) % 2**64 for shift in (0, 64, 128, 192)]
    generator = np.random.Philox(
        key=np.array(key, dtype=np.uint64), counter=np.array(parts, dtype=np.uint64)
    )
    return [int(word) for word in generator.random_raw(4)]


@given(key=st.tuples(WORD, WORD), first=st.integers(1, 2**63 - 1), second=st.integers(0, 2**63 - 1))
def test_the_words_are_numpys_bit_for_bit(key: tuple[int, int], first: int, second: int) -> None:
    words = philox_words(key, (np.array([first]), np.array([second])))
    assert [int(word[0]) for word in words] == numpys(key, first, second)


def test_a_draw_is_the_upper_bits_of_its_word() -> None:
    key = (7, purpose_key("dose"))
    expected = [((word >> 12) + 0.5) / 2**52 for block in (0, 1) for word in numpys(key, 3, block)]
    assert uniform(7, [3], "dose", 8)[0].tolist() == expected


@pytest.mark.parametrize("count", [1, 3, 4, 9])
def test_many_draws_are_those_of_few_bit_for_bit(count: int) -> None:
    seed, children = 2**64 - 1, np.concatenate([MANY[:3000], [2**40, 2**62]])
    many = uniform(seed, children, "dose", count)
    assert "cartulary.twin.streams_kernel" in sys.modules
    few = [uniform(seed, children[at : at + 100], "dose", count) for at in range(0, 3002, 100)]
    assert many.tobytes() == np.concatenate(few).tobytes()
    # With the compiled draws loaded, few are compiled as well; NumPy alone draws the same.
    plain = _plain_uniform((seed, purpose_key("dose")), children, count)
    assert many.tobytes() == plain.tobytes()


def test_many_draws_need_no_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = uniform(4, MANY[:2000], "dose", 5)
    monkeypatch.delitem(sys.modules, "cartulary.twin.streams_kernel")
    monkeypatch.delattr(cartulary.twin, "streams_kernel")
    monkeypatch.setitem(sys.modules, "numba", None)
    assert uniform(4, MANY[:2000], "dose", 5).tobytes() == compiled.tobytes()
    assert "cartulary.twin.streams_kernel" not in sys.modules


@given(
    children=st.lists(st.integers(0, 2**40), min_size=1, max_size=9),
    count=st.integers(1, 9),
    seed=WORD,
)
def test_a_child_draws_the_same_beside_whomever(children: list[int], count: int, seed: int) -> None:
    together = uniform(seed, children, "dose", 9)
    for row, child in enumerate(children):
        assert uniform(seed, [child], "dose", count)[0].tolist() == together[row, :count].tolist()


def test_rows_do_not_depend_on_how_many_are_drawn_at_once() -> None:
    whole = normal(5, MANY[:10_000], "dose", 3)
    parts = [
        normal(5, MANY[first : min(first + 777, 10_000)], "dose", 3)
        for first in range(0, 10_000, 777)
    ]
    assert np.array_equal(whole, np.concatenate(parts))


def test_seeds_purposes_and_children_draw_apart() -> None:
    draws = [
        uniform(seed, MANY, purpose, 1)[:, 0] for seed in (1, 2) for purpose in ("dose", "lag")
    ]
    correlations = np.corrcoef(draws) - np.eye(4)
    assert np.abs(correlations).max() < 0.015
    lagged = np.corrcoef(draws[0][1:], draws[0][:-1])[0, 1]
    assert abs(lagged) < 0.015


def test_the_ends_are_never_drawn() -> None:
    lowest, highest = (0 + 0.5) * 2.0**-52, (2**52 - 1 + 0.5) * 2.0**-52
    assert lowest > 0.0
    assert highest < 1.0
    assert np.isfinite(normal(1, MANY, "ends", 4)).all()


@pytest.mark.parametrize(
    ("drawn", "distribution"),
    [
        (uniform(11, MANY, "shape", 1)[:, 0], stats.uniform()),
        (normal(11, MANY, "shape", 1)[:, 0], stats.norm()),
        (exponential(11, MANY, "shape", 1)[:, 0], stats.expon()),
    ],
    ids=["uniform", "normal", "exponential"],
)
def test_draws_follow_their_distribution(drawn: np.ndarray, distribution: object) -> None:
    assert stats.kstest(drawn, distribution.cdf).pvalue > 0.001  # type: ignore[attr-defined]


@pytest.mark.parametrize("mean", [0.001, 0.4, 3.0, 40.0, 2500.0])
def test_a_poisson_count_is_the_inverse_of_its_distribution(mean: float) -> None:
    counts = poisson(3, MANY[:20_000], "lineages", mean)
    drawn = uniform(3, MANY[:20_000], "lineages", 1)[:, 0]
    assert np.array_equal(counts, stats.poisson(mean).ppf(drawn).astype(np.int64))


@given(mean=st.floats(0, LARGEST_MEAN), factor=st.floats(1, 50), child=st.integers(0, 2**30))
def test_a_higher_mean_gives_no_lower_count(mean: float, factor: float, child: int) -> None:
    higher = min(mean * factor, LARGEST_MEAN)
    low, high = poisson(3, [child, child], "lineages", [mean, higher])
    # At the seam between the two ways the expansion is right to one count.
    slack = 1 if mean < LARGE_MEAN <= higher else 0
    assert low <= high + slack


def test_large_means_are_right_to_one_count() -> None:
    drawn = uniform(3, MANY[:5_000], "lineages", 1)[:, 0]
    for mean in (LARGE_MEAN, 3e6):
        counts = poisson(3, MANY[:5_000], "lineages", mean)
        exact = stats.poisson(mean).ppf(drawn)
        assert np.abs(counts - exact).max() <= 1


def test_no_cells_give_no_count() -> None:
    assert poisson(3, MANY, "lineages", 0.0).max() == 0


@pytest.mark.parametrize("mean", [-1.0, np.nan, np.inf, 2e15])
def test_a_mean_that_cannot_be_is_refused(mean: float) -> None:
    with pytest.raises(ValueError, match="lineages"):
        poisson(3, [1, 2], "lineages", [1.0, mean])


@pytest.mark.parametrize(("seed", "child"), [(-1, 0), (2**64, 0), (0, -1)])
def test_what_fits_no_counter_is_refused(seed: int, child: int) -> None:
    with pytest.raises(ValueError, match=r"2\*\*64|from 0 on"):
        uniform(seed, [child], "dose", 1)

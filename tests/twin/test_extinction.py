# SPDX-License-Identifier: Apache-2.0
"""The closed forms of extinction and relapse against leukaemic cells simulated one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from cartulary.codebook.parameter_reader import parameters
from cartulary.twin.clock import grid_days
from cartulary.twin.extinction import (
    Extinction,
    GrowthPaths,
    backward_pass,
    draw_leukaemia,
    growth_paths,
    true_leukaemia,
)
from cartulary.twin.relapse_time import ln_burden_cdf
from tests.twin.branching import PIECE_DAYS, Rates, simulate
from tests.twin.followed_children import followed, walked

HORIZON_DAYS = 220.0
BURDEN = 400
REPLICATES = 2000
# Cells are counted against the burden once the killing is over.
WATCHED_FROM_DAY = 35.0
NONE = -np.inf


@dataclass(frozen=True)
class Point:
    """One child's rates: killing that rises, lasts and falls to a floor."""

    growth_rate: float
    death_rate: float
    peak: float
    rise_day: float
    lasts_days: float
    floor: float
    share: float  # of the killing that reaches the clone
    cells: float
    quiescent: float
    waking: float
    quiescent_killing: float

    def kill(self, day: NDArray[np.float64]) -> NDArray[np.float64]:
        up = 1.0 / (1.0 + np.exp(-(day - self.rise_day) / 1.2))
        down = 1.0 / (1.0 + np.exp((day - self.rise_day - self.lasts_days) / 5.0))
        return self.peak * up * down + self.floor

    def paths(self, days: NDArray[np.float64]) -> GrowthPaths:
        """Growth and killing on the days of the grid, from a fine sum."""
        width = 0.01
        fine = np.arange(width / 2, days[-1], width)
        killed = np.concatenate([[0.0], np.cumsum(self.kill(fine)) * width])
        at = np.minimum(np.round(days / width).astype(int), len(killed) - 1)
        return GrowthPaths(
            days=days,
            growth=(self.growth_rate * days)[None],
            growing=np.full((1, len(days)), self.growth_rate),
            killing=killed[at][None],
            kill=self.kill(days)[None],
            turn=np.array([len(days)]),
            rate=np.array([self.growth_rate]),
            death=np.array([self.death_rate]),
            cd22_killing=np.array([self.share]),
            ln_quiescent=np.log([self.quiescent]) if self.quiescent else np.array([NONE]),
            waking=np.array([self.waking]),
            quiescent_killing=np.array([self.quiescent_killing]),
        )

    @property
    def clone(self) -> int:
        """CD19-positive when all the killing reaches it, else the clone without CD19."""
        return 0 if self.share == 1.0 else 2

    def extinction(self, days: NDArray[np.float64]) -> Extinction:
        start = np.full((1, 4), NONE)
        if self.cells:
            start[0, self.clone] = np.log(self.cells)
        point = self if self.clone == 0 else replace(self, quiescent=0.0)
        return backward_pass(point.paths(days), start)

    def rates(self) -> Rates:
        middles = np.arange(PIECE_DAYS / 2, HORIZON_DAYS, PIECE_DAYS)
        return Rates(
            self.growth_rate,
            self.death_rate,
            self.kill(middles),
            self.share,
            self.cells,
            self.quiescent,
            self.waking,
            self.quiescent_killing,
        )


def _points(count: int = 20) -> list[Point]:
    """Points drawn over the model's range, each with a chance to relapse that is worth testing.

    Every other one has a quiescent pool; of ten, two have no cells at the start but that pool;
    every fourth is a clone that only part of the killing reaches.
    """
    generator = np.random.default_rng(20260411)
    points: list[Point] = []
    days = grid_days(HORIZON_DAYS)
    while len(points) < count:
        at = len(points)
        share = 0.6 if at % 4 == 0 else 1.0
        quiescent = generator.uniform(20, 200) if at % 2 else 0.0
        point = Point(
            growth_rate=generator.uniform(0.06, 0.2),
            death_rate=generator.uniform(0.1, 0.4),
            peak=generator.uniform(0.6, 1.1),
            rise_day=generator.uniform(2, 8),
            lasts_days=generator.uniform(4, 18),
            floor=generator.uniform(0.0, 0.03),
            share=share,
            cells=1.0,
            quiescent=0.0,
            waking=generator.uniform(0.002, 0.02),
            quiescent_killing=generator.uniform(0.0, 0.2),
        )
        chance = float(point.extinction(days).lineages[0, point.clone])
        cells = generator.uniform(0.2, 2.5) / chance
        if not 100 <= cells <= 2500:
            continue
        if at % 10 in (3, 7):
            cells = 0.0
        point = replace(point, cells=cells, quiescent=quiescent)
        if 0.15 < point.extinction(days).lineages[0, point.clone] < 4.0:
            points.append(point)
        elif quiescent:
            fewer = replace(point, quiescent=quiescent / 40)
            if 0.15 < fewer.extinction(days).lineages[0, point.clone] < 4.0:
                points.append(fewer)
    return points


@pytest.fixture(scope="module")
def oracle() -> list[tuple[Point, NDArray[np.bool_], NDArray[np.float64]]]:
    return [
        (point, *simulate(point.rates(), BURDEN, WATCHED_FROM_DAY, REPLICATES, place))
        for place, point in enumerate(_points())
    ]


def test_points_cover_each_kind_of_clone() -> None:
    points = _points()
    assert sum(point.clone == 2 for point in points) >= 4
    assert sum(point.quiescent > 0 for point in points) >= 8
    assert sum(point.cells == 0 for point in points) >= 2


@pytest.mark.slow
def test_extinction_probability_within_monte_carlo_error_at_20_points(oracle) -> None:
    days = grid_days(HORIZON_DAYS)
    deviations = []
    for point, extinct, _ in oracle:
        exact = float(point.extinction(days).extinct_probability[0, point.clone])
        error = np.sqrt(exact * (1 - exact) / REPLICATES)
        deviations.append((extinct.mean() - exact) / error)
    assert np.abs(deviations).max() < 3.5
    # The sum of 20 squared deviations: its 1 in 1,000 quantile is 45.3.
    assert float(np.square(deviations).sum()) < 45.3


@pytest.mark.slow
def test_relapse_time_within_monte_carlo_error_at_20_points(oracle) -> None:
    days = grid_days(HORIZON_DAYS)
    looks = np.flatnonzero((days >= 60) & (days % 20 == 0))
    for point, _, reached in oracle:
        extinction = point.extinction(days)
        below = ln_burden_cdf(extinction, np.log(BURDEN), looks)[0]
        seen = np.array([(~(reached <= days[look])).mean() for look in looks])
        # First passage comes a little before the size itself, which may fall back: about 1/sqrt(N).
        error = np.sqrt(np.maximum(below * (1 - below), 0.002) / REPLICATES)
        assert np.abs(seen - below).max() < 0.02 + 3.5 * error.max(), point


def test_draws_follow_the_distribution_they_are_drawn_from() -> None:
    days = grid_days(HORIZON_DAYS)
    n = 4000
    for place, point in enumerate(_points(6)):
        one = point.extinction(days)
        many = _repeated(one, n)
        drawn = draw_leukaemia(many, place, np.arange(n), "test")[:, :, point.clone]
        looks = np.flatnonzero((days >= 80) & (days % 20 == 0))
        exact = ln_burden_cdf(one, np.log(BURDEN), looks)[0]
        seen = (drawn[:, looks] < np.log(BURDEN)).mean(axis=0)
        assert np.abs(seen - exact).max() < 3.5 * 0.5 / np.sqrt(n)
        alive = np.isfinite(drawn[:, -1]) & (drawn[:, -1] > 0)
        chance = float(one.extinct_probability[0, point.clone])
        assert abs((~alive).mean() - chance) < 0.03


def test_the_mean_of_the_draws_is_the_expected_burden_on_every_day() -> None:
    days = grid_days(HORIZON_DAYS)
    point = _points(4)[1]
    one = point.extinction(days)
    drawn = draw_leukaemia(_repeated(one, 20000), 5, np.arange(20000), "test")
    mean = np.log(np.exp(drawn[:, :, point.clone]).mean(axis=0))
    np.testing.assert_allclose(mean, one.ln_expected()[0, :, point.clone], atol=0.08)


def test_many_lineages_give_the_expected_burden_itself() -> None:
    days = grid_days(HORIZON_DAYS)
    point = replace(_points(1)[0], cells=1e12)
    one = point.extinction(days)
    drawn = draw_leukaemia(_repeated(one, 5), 5, np.arange(5), "test")[:, :, point.clone]
    expected = one.ln_expected()[:, :, point.clone]
    np.testing.assert_allclose(drawn, np.repeat(expected, 5, axis=0), atol=0.01)


def test_a_finer_grid_changes_the_expected_lineages_by_less_than_a_hundredth_of_a_percent() -> None:
    days = grid_days(HORIZON_DAYS)
    fine = np.arange(0.0, HORIZON_DAYS + 0.01, 0.125)
    for point in _points(6):
        coarse = point.extinction(days).lineages[0, point.clone]
        exact = point.extinction(fine).lineages[0, point.clone]
        assert coarse == pytest.approx(exact, rel=2e-3)


def test_a_thousand_folds_of_killing_stay_finite() -> None:
    days = grid_days(1825)
    point = replace(_points(2)[1], floor=0.8, cells=1e12, quiescent=1e6)
    extinction = point.extinction(days)
    assert np.isfinite(extinction.ln_survival).all()
    assert extinction.extinct_probability[0, 0] > 0.9
    drawn = draw_leukaemia(extinction, 1, np.arange(1), "test")
    assert (drawn[0, -1] < np.log(1e3)).all()


def test_no_cells_means_no_clone() -> None:
    days = grid_days(HORIZON_DAYS)
    point = replace(_points(1)[0], cells=0.0)
    extinction = point.extinction(days)
    assert (extinction.lineages == 0).all()
    assert (draw_leukaemia(extinction, 1, np.arange(1), "test") == NONE).all()


def _repeated(one: Extinction, n: int) -> Extinction:
    """The same child n times."""

    def again(array: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.repeat(array, n, axis=0)

    paths = GrowthPaths(
        days=one.paths.days,
        **{
            name: again(getattr(one.paths, name))
            for name in GrowthPaths.__dataclass_fields__
            if name != "days"
        },
    )
    return Extinction(
        paths,
        again(one.ln_start),
        again(one.net),
        again(one.ln_survival),
        again(one.ln_waking),
        again(one.lineages),
    )


def test_expected_cells_are_those_of_the_equations_while_they_are_crowded_alike() -> None:
    first = followed(300).segments[0]
    solution = first.solution
    relapse = parameters().value("relapse_marrow_share") * first.marrow_cells
    paths = growth_paths(solution, first.cells, relapse)
    _, pathway = walked(np.arange(300))
    start = np.full((len(first), 4), NONE)
    start[:, 0] = pathway.clones[0][first.places]
    expected = backward_pass(paths, start).ln_expected()[:, :, 0]
    # The equations take the quiescent pool and the clone as they are; growth is shared up to
    # the lowest burden.
    shared = np.arange(len(solution.days))[None] <= paths.turn[:, None]
    difference = np.abs(expected - solution.of("ln_leukaemia"))[shared]
    assert np.quantile(difference, 0.99) < 1e-3
    assert difference.max() < 2e-2


@pytest.mark.parametrize("threads", [1, 3])
def test_some_children_at_a_time_are_drawn_as_all_at_once(threads: int) -> None:
    first = followed(700).segments[0]
    relapse = parameters().value("relapse_marrow_share") * first.marrow_cells
    start = np.where(np.arange(4) == 2, -np.inf, np.linspace(2.0, 20.0, len(first))[:, None])
    whole = backward_pass(growth_paths(first.solution, first.cells, relapse), start)
    numbers = first.places
    assert len(numbers) > 512
    drawn, lineages = true_leukaemia(
        first.solution, first.cells, relapse, start, 9, numbers, "test", threads=threads
    )
    assert lineages.tobytes() == whole.lineages.tobytes()
    assert drawn.tobytes() == draw_leukaemia(whole, 9, numbers, "test").tobytes()

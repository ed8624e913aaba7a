# SPDX-License-Identifier: Apache-2.0
"""The engines agree, depend on nothing but the child, and name whom they could not follow."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.course.errors import CartularyError
from cartulary.twin.clock import ClockError, grid_days
from cartulary.twin.engines import EngineError, HeldTo, engine, lanes, reference, threads_of
from cartulary.twin.engines.inputs import EngineInputError
from cartulary.twin.engines.signs import SignsError, signs
from cartulary.twin.equations import CELL_PARAMETERS, CELL_STATES
from tests.twin.drawn_cells import drawn_cells, drawn_signs

FIVE_YEARS = grid_days(1825)
# Errors are in log cells; the two integrals reach a thousand and are held to their size.
SIZE = np.where(np.isin(CELL_STATES, ("growth", "killing")), 1e-2, 1.0)


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs((one - other) * SIZE).max())


def test_lanes_agree_with_the_reference() -> None:
    start, cells = drawn_cells(40)
    fast = lanes.solve(start, cells, FIVE_YEARS, tolerance=1e-9)
    plain = reference.solve(start, cells, FIVE_YEARS)
    assert not any(fast.failed)
    assert not any(plain.failed)
    assert _apart(fast.values, plain.values) < 5e-7


@pytest.mark.slow
def test_lanes_agree_with_the_reference_on_a_thousand_children() -> None:
    start, cells = drawn_cells(1000, seed=11)
    fast = lanes.solve(start, cells, FIVE_YEARS, tolerance=1e-9)
    plain = reference.solve(start, cells, FIVE_YEARS)
    assert not any(fast.failed)
    assert not any(plain.failed)
    assert np.abs(fast.values - plain.values).max() < 1e-6


def test_reference_agrees_with_another_method_of_scipy() -> None:
    start, cells = drawn_cells(3, seed=5)
    days = grid_days(120)
    one = reference.solve(start, cells, days)
    other = reference.solve(start, cells, days, method="DOP853")
    assert _apart(one.values, other.values) < 5e-7


@pytest.mark.parametrize(("tolerance", "median", "worst"), [(1e-4, 3e-3, 5e-2), (1e-6, 3e-5, 1e-3)])
def test_error_falls_with_the_tolerance(tolerance: float, median: float, worst: float) -> None:
    start, cells = drawn_cells(500, seed=3)
    exact = lanes.solve(start, cells, FIVE_YEARS, tolerance=1e-11).values
    rough = lanes.solve(start, cells, FIVE_YEARS, tolerance=tolerance).values
    of_child = np.abs((rough - exact) * SIZE).max(axis=(1, 2))
    assert np.median(of_child) < median
    assert of_child.max() < worst


def test_a_child_depends_on_nobody_else() -> None:
    start, cells = drawn_cells(300, seed=7)
    days = grid_days(400)
    alone = lanes.solve(start, cells, days, threads=1)
    threads = lanes.solve(start, cells, days, threads=2)
    assert alone.values.tobytes() == threads.values.tobytes()
    order = np.random.default_rng(0).permutation(300)
    mixed = lanes.solve(start[:, order], cells[:, order], days)
    assert alone.values[order].tobytes() == mixed.values.tobytes()
    few = lanes.solve(start[:, 40:47], cells[:, 40:47], days)
    assert alone.values[40:47].tobytes() == few.values.tobytes()
    assert np.array_equal(alone.steps[order], mixed.steps)


def test_a_failing_child_is_named_and_spares_the_others() -> None:
    start, cells = drawn_cells(40, seed=9)
    days = grid_days(200)
    well = lanes.solve(start, cells, days)
    broken = cells.copy()
    broken[CELL_PARAMETERS.index("division_rate"), 3] = np.nan
    broken[CELL_PARAMETERS.index("kill_rate"), 17] = np.inf
    # Cells of which a growing number grow ever faster: finite to begin with, then no more.
    broken[CELL_PARAMETERS.index("effector_loss_rate"), 20] = -1e4
    found = lanes.solve(start, broken, days)
    named = [child for child, reason in enumerate(found.failed) if reason]
    assert named == [3, 17, 20]
    assert all("could not be followed" in found.failed[child] for child in named)
    assert np.isnan(found.values[named, -1]).all()
    others = np.setdiff1d(np.arange(40), named)
    assert well.values[others].tobytes() == found.values[others].tobytes()
    assert not found.ok()[3]


def test_children_whose_cells_were_rejected_long_ago_are_followed_by_few_steps() -> None:
    start, cells = drawn_cells(40, seed=21)
    cells[CELL_PARAMETERS.index("rejection_rate")] = np.linspace(1.0, 10.0, 40)
    found = lanes.solve(start, cells, FIVE_YEARS)
    assert not any(found.failed)
    # Fewer cells than the least number there is: their logs go on falling, each at its own rate.
    assert found.of("ln_memory")[:, -1].max() < -1000.0
    assert found.steps.max() < 400
    exact = lanes.solve(start, cells, FIVE_YEARS, tolerance=1e-10)
    others = [CELL_STATES.index(name) for name in ("ln_leukaemia", "ln_b_cells", "ln_t_cells")]
    assert np.abs(found.values - exact.values)[:, :, others].max() < 1e-3
    plain = reference.solve(start[:, ::13], cells[:, ::13], grid_days(1000))
    assert not any(plain.failed)


def test_an_engine_is_held_to_its_threads_whether_it_knows_them_or_not() -> None:
    start, cells = drawn_cells(3, seed=4)
    grid = grid_days(30)
    given: list[int | None] = []

    def spied(
        start: np.ndarray, cells: np.ndarray, grid: np.ndarray, *, threads: int | None = None
    ) -> lanes.Solution:
        given.append(threads)
        return lanes.solve(start, cells, grid, threads=threads)

    held = HeldTo(spied, 1)
    assert np.array_equal(held(start, cells, grid).values, lanes.solve(start, cells, grid).values)
    assert given == [1]
    assert (threads_of(held), threads_of(lanes.solve)) == (1, None)

    def without(start: np.ndarray, cells: np.ndarray, grid: np.ndarray) -> lanes.Solution:
        return lanes.solve(start, cells, grid)

    assert np.array_equal(
        HeldTo(without, 2)(start, cells, grid).values, lanes.solve(start, cells, grid).values
    )


def test_days_kept_are_those_asked_for() -> None:
    start, cells = drawn_cells(20, seed=13)
    coarse = lanes.solve(start, cells, np.array([0.0, 30.0, 700.0]), tolerance=1e-8)
    fine = lanes.solve(start, cells, grid_days(700), tolerance=1e-8)
    assert np.array_equal(coarse.values[:, 0, :], start.T)
    assert np.array_equal(coarse.values[:, 1, :], fine.values[:, 30, :])
    assert np.array_equal(coarse.values[:, 2, :], fine.values[:, -1, :])
    assert fine.of("ln_t_cells").shape == (20, len(fine.days))


def test_no_children_is_no_mistake() -> None:
    start, cells = drawn_cells(1)
    assert lanes.solve(start[:, :0], cells[:, :0], FIVE_YEARS).values.shape[0] == 0


def test_signs_agree_with_cells_and_signs_as_one_system() -> None:
    start, cells = drawn_cells(24, seed=17)
    parameters = drawn_signs(24)
    days = grid_days(60)
    solution = lanes.solve(start, cells, days, tolerance=1e-9)
    found = signs(solution, cells, parameters, 5.0)
    whole = reference.solve_with_signs(start, cells, parameters, days, 5.0)[
        :, :, len(CELL_STATES) :
    ]
    peaks = whole[:, :, :2].max(axis=1, keepdims=True)
    assert (np.abs(found.values[:, :, :2] - whole[:, :, :2]) / peaks).max() < 1e-3
    assert np.abs(found.values[:, :, 2:] - whole[:, :, 2:]).max() < 2e-4
    assert found.of("neutrophils").min() < 0.3  # else the drugs did nothing, and nothing was tested


def test_signs_depend_on_nobody_else() -> None:
    start, cells = drawn_cells(40, seed=19)
    parameters = drawn_signs(40)
    lead = np.linspace(3, 8, 40)
    solution = lanes.solve(start, cells, grid_days(100))
    every = signs(solution, cells, parameters, lead, threads=2)
    few = lanes.solve(start[:, 5:12], cells[:, 5:12], grid_days(100))
    alone = signs(few, cells[:, 5:12], parameters[:, 5:12], lead[5:12])
    assert every.values[5:12].tobytes() == alone.values.tobytes()
    assert np.array_equal(every.days, np.arange(61))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"start": np.zeros((3, 2))}, EngineInputError, "'start' has the shape"),
        ({"cells": np.zeros((3, 2))}, EngineInputError, "'cells' has the shape"),
        ({"grid": np.array([0.0, 2.0, 1.0])}, EngineInputError, "do not rise"),
        ({"grid": np.array([1.0, 2.0])}, EngineInputError, "do not rise"),
        ({"tolerance": 0.5}, EngineInputError, "tolerance is 0.5"),
    ],
)
def test_refuses_what_cannot_be_followed(
    change: dict[str, object], error: type[CartularyError], words: str
) -> None:
    start, cells = drawn_cells(2)
    given: dict[str, object] = {"start": start, "cells": cells, "grid": FIVE_YEARS, **change}
    with pytest.raises(error, match=words):
        lanes.solve(**given)  # type: ignore[arg-type]


def test_refuses_unknown_engines_and_horizons() -> None:
    with pytest.raises(EngineError, match="no engine 'abacus'"):
        engine("abacus")
    assert engine("lanes") is lanes.solve
    with pytest.raises(ClockError, match="horizon is -3"):
        grid_days(-3)
    start, cells = drawn_cells(2)
    weekly = lanes.solve(start, cells, np.arange(0.0, 70.0, 7.0))
    with pytest.raises(SignsError, match="one by one"):
        signs(weekly, cells, drawn_signs(2))
    with pytest.raises(SignsError, match="shape"):
        signs(lanes.solve(start, cells, grid_days(30)), cells, np.zeros((2, 2)))

# SPDX-License-Identifier: Apache-2.0
"""The slopes and the elimination agree with the equations that they were derived from by hand."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from cartulary.twin import elimination, slopes
from cartulary.twin.engines.inputs import with_constants
from cartulary.twin.equations import (
    CELL_CONSTANTS,
    CELL_PARAMETERS,
    CELL_STATES,
    SIGN_PARAMETERS,
    SIGN_STATES,
    cell_changes,
    cytokine_release,
    sign_changes,
)
from tests.twin.drawn_cells import drawn_cells

SHORT = (
    "effector",
    "memory",
    "age",
    "leukaemia",
    "growth",
    "killing",
    "b_cells",
    "t_cells",
    "survivors",
)


def _called(function: Callable[..., Any], known: Mapping[str, float]) -> Any:
    return function(*(known[name] for name in inspect.signature(function).parameters))


def _a_moment(seed: int) -> dict[str, float]:
    """A child in the midst of its course, with every clone there, so that every term counts."""
    _, cells = drawn_cells(1, seed)
    own = dict(
        zip(CELL_PARAMETERS + CELL_CONSTANTS, with_constants(cells)[:, 0].tolist(), strict=True)
    )
    random = np.random.default_rng(seed)
    cells_now = [20, 18, 0.9, 16, 1, 2, 18, 22, 2.5] + 0.5 * random.standard_normal(9)
    own |= {
        "cd22_killing": 0.5,
        "ln_quiescent_at_infusion": 6.0,
        "ln_cd19_negative_at_infusion": 15.0,
        "ln_cd22_negative_at_infusion": 14.0,
        "ln_antigen_free_at_infusion": 20.0,
        "rejection_rate": 0.4,
        "rejection_per_t_cell": 0.4 / own["t_cell_capacity_cells"],
        "day": 1.3,
    }
    return own | dict(zip(CELL_STATES, cells_now.tolist(), strict=True))


def _slope(known: dict[str, float], name: str) -> np.ndarray:
    # Differences of order 6: what is left of their error is rounding.
    step = 1e-3
    total = np.zeros(len(CELL_STATES))
    for weight, times in ((45, 1), (-9, 2), (1, 3)):
        up = np.array(_called(cell_changes, known | {name: known[name] + times * step}))
        down = np.array(_called(cell_changes, known | {name: known[name] - times * step}))
        total += weight * (up - down)
    return total / (60 * step)


@pytest.mark.parametrize("seed", range(12))
def test_slopes_agree_with_differences(seed: int) -> None:
    known = _a_moment(seed)
    changes = np.array(_called(cell_changes, known))
    jacobian = np.column_stack([_slope(known, state) for state in CELL_STATES])
    by_day = _slope(known, "day")
    found = dict(zip(slopes.SLOPES, _called(slopes.cell_slopes, known), strict=True))
    assert np.allclose(list(found.values())[: len(CELL_STATES)], changes, rtol=1e-12, atol=1e-14)
    curvatures = np.array(_called(slopes.cell_curvatures, known | found))
    assert np.allclose(curvatures, jacobian @ changes + by_day, rtol=1e-8, atol=1e-9)
    assert found["dividing_by_day"] == pytest.approx(by_day[0], rel=1e-8)

    random = np.random.default_rng(seed)
    for sigma in (0.3, 2.0, 50.0):
        right = random.standard_normal(len(CELL_STATES))
        asked = known | found | {"sigma": sigma, "per_sigma": 1 / sigma}
        factors = zip(elimination.FACTORS, _called(elimination.eliminated, asked), strict=True)
        of = zip((f"of_{name}" for name in SHORT), right.tolist(), strict=True)
        part = np.array(_called(elimination.solved, asked | dict(factors) | dict(of)))
        assert np.allclose(sigma * part - jacobian @ part, right, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("seed", range(4))
def test_cytokine_is_released_by_what_makes_cells_divide(seed: int) -> None:
    """With no division but by antigen, division is the release's drive and competence."""
    known = _a_moment(seed) | {"antigen_free_share": 0.0, "spent_share": 0.0}
    aged = _called(cell_changes, known)[CELL_STATES.index("age")]
    recovered = 1 - np.exp(-known["day"] * known["per_recovery_day"])
    dividing = (aged - known["senescence_rate"]) / known["per_destiny"]
    expected = 1e-9 * np.exp(known["ln_effector"]) * dividing
    expected /= known["division_rate"] * recovered**2
    assert _called(cytokine_release, known) == pytest.approx(expected, rel=1e-12)


def test_neutrophils_rest_without_drugs_and_cytokine() -> None:
    known = dict.fromkeys(SIGN_PARAMETERS, 0.7) | dict.fromkeys(SIGN_STATES, 1.0)
    known |= {"cytokine": 0.0, "neuro": 0.0, "drug_effect": 0.0, "days_since_drugs": 3.0}
    assert np.array(_called(sign_changes, known | {"release": 0.0})) == pytest.approx(np.zeros(7))


def test_parameters_of_every_function_stand_in_the_published_order() -> None:
    asked = tuple(inspect.signature(cell_changes).parameters)
    assert asked == ("day", *CELL_STATES, *CELL_PARAMETERS, *CELL_CONSTANTS)
    assert tuple(inspect.signature(slopes.cell_slopes).parameters) == asked
    assert tuple(inspect.signature(sign_changes).parameters)[2:] == (
        SIGN_STATES + SIGN_PARAMETERS[:-1]
    )

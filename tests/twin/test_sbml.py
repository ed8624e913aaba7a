# SPDX-License-Identifier: Apache-2.0
"""A peer runs our exported model and finds what our engines find."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.twin.engines import lanes
from cartulary.twin.engines.signs import signs
from cartulary.twin.equations import (
    CELL_PARAMETERS,
    CELL_STATES,
    SIGN_PARAMETERS,
    SIGN_STATES,
)
from cartulary.twin.sbml import SbmlChild, SbmlError, sbml_text
from tests.twin.drawn_cells import drawn_cells, drawn_signs

CHILDREN = 3
LEAD_DAYS = 5.0


def _child(number: int, infusion_day: float = 40.0) -> SbmlChild:
    start, cells = drawn_cells(CHILDREN, seed=23)
    parameters = drawn_signs(CHILDREN)
    return SbmlChild(
        start=dict(zip(CELL_STATES, start[:, number].tolist(), strict=True)),
        cells=dict(zip(CELL_PARAMETERS, cells[:, number].tolist(), strict=True)),
        signs=dict(zip(SIGN_PARAMETERS, parameters[:, number].tolist(), strict=True)),
        lymphodepletion_day=infusion_day - LEAD_DAYS,
        infusion_day=infusion_day,
    )


def _run_by_roadrunner(text: str, infusion_day: float, days: int) -> np.ndarray:
    roadrunner = pytest.importorskip("roadrunner", reason="libroadrunner is not installed")
    peer = roadrunner.RoadRunner(text)
    peer.integrator.setValue("relative_tolerance", 1e-9)
    peer.integrator.setValue("absolute_tolerance", 1e-10)
    peer.integrator.setValue("maximum_num_steps", 200_000)
    peer.timeCourseSelections = ["time", *CELL_STATES, *SIGN_STATES]
    # From a moment after the infusion's event, so that each row is one side of it for certain.
    peer.simulate(0, infusion_day + 1, 3)
    return np.array(peer.simulate(infusion_day + 1, infusion_day + days, days))


@pytest.mark.parametrize("number", range(CHILDREN))
def test_libroadrunner_finds_what_our_engine_finds(number: int) -> None:
    start, cells = drawn_cells(CHILDREN, seed=23)
    days = 300
    ours = lanes.solve(start, cells, np.arange(days + 1.0), tolerance=1e-9)
    found = _run_by_roadrunner(sbml_text(_child(number)), 40.0, days)
    assert np.abs(found[:, 1 : 1 + len(CELL_STATES)] - ours.values[number, 1:]).max() < 1e-5
    followed = signs(ours, cells, drawn_signs(CHILDREN), LEAD_DAYS).values[number, 1:]
    theirs = found[: len(followed), 1 + len(CELL_STATES) :]
    assert np.abs(theirs[:, 2:] - followed[:, 2:]).max() < 2e-4
    peaks = followed[:, :2].max(axis=0)
    assert (np.abs(theirs[:, :2] - followed[:, :2]) / peaks).max() < 1e-3


def test_nothing_changes_before_the_infusion_but_neutrophils() -> None:
    roadrunner = pytest.importorskip("roadrunner", reason="libroadrunner is not installed")
    child = _child(2)
    peer = roadrunner.RoadRunner(sbml_text(child))
    peer.timeCourseSelections = ["time", *CELL_STATES, *SIGN_STATES]
    found = np.array(peer.simulate(0, 39, 40))
    assert np.ptp(found[:, 1 : 1 + len(CELL_STATES)], axis=0) == pytest.approx(np.zeros(9))
    neutrophils = found[:, 1 + len(CELL_STATES) + SIGN_STATES.index("neutrophils")]
    assert neutrophils[:35] == pytest.approx(np.ones(35), abs=1e-6)
    assert neutrophils[-1] != pytest.approx(1.0, abs=1e-3)


def test_every_equation_is_written_under_its_name() -> None:
    text = sbml_text(_child(0))
    for name in ("present", "drive", "space", "competence", "dividing", "kill", "growing"):
        assert f'<assignmentRule variable="{name}">' in text
    for name in (*CELL_STATES, *SIGN_STATES):
        assert f'<rateRule variable="{name}">' in text
    assert 'event id="infusion"' in text
    assert 'event id="lymphodepletion"' in text
    assert "not a medical device" in text


def test_refuses_a_child_without_all_its_numbers() -> None:
    child = _child(0)
    cells = {**child.cells, "kill_rate": float("nan")}
    with pytest.raises(SbmlError, match="parameters of the cells, kill_rate have no number"):
        sbml_text(SbmlChild(child.start, cells, child.signs))
    with pytest.raises(SbmlError, match="comes after the infusion"):
        sbml_text(SbmlChild(child.start, child.cells, child.signs, 9.0, 4.0))

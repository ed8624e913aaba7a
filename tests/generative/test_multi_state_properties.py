# SPDX-License-Identifier: Apache-2.0
"""What occupancy of states must obey, whatever the graph and the stays; and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cartulary.course.errors import EstimandError
from cartulary.evidence import FollowUp, cumulative_incidence, kaplan_meier
from cartulary.evidence.length_of_stay import expected_length_of_stay
from cartulary.evidence.multi_state import occupancy, transition_hazards
from cartulary.evidence.transitions import Transitions

STATES = ("well", "ill", "cured", "dead")
GRAPH = (
    ("well", "ill"),
    ("ill", "well"),
    ("ill", "cured"),
    ("well", "dead"),
    ("ill", "dead"),
    ("cured", "dead"),
)
WORDS: dict[str, Any] = {
    "unit": "child",
    "clock": "infusion",
    "definition": "generated, edition 1",
    "origin": "simulated",
}


@st.composite
def stays(draw: st.DrawFn, *, late: bool = True, weighted: bool = False) -> Transitions:
    """Few children on a graph with a cycle, many ties, some coming late and in any state."""
    rows: list[tuple[int, float, float, str, str, float]] = []
    for child in range(draw(st.integers(1, 12))):
        weight = float(draw(st.integers(1, 3))) if weighted else 1.0
        begins = late and draw(st.booleans())
        day = float(draw(st.integers(0, 8))) if begins else 0.0
        state = draw(st.sampled_from(STATES[:3])) if begins else "well"
        for _ in range(draw(st.integers(1, 4))):
            after = day + draw(st.integers(1, 10))
            ways = [to for source, to in GRAPH if source == state]
            to = draw(st.sampled_from(["censored", *ways]))
            rows.append((child, day, after, state, to, weight))
            day, state = after, to
            if to in ("censored", "dead"):
                break
    child_, entry, exit_, source, target, weight_ = zip(*rows, strict=True)
    return Transitions(
        entry=np.array(entry),
        exit=np.array(exit_),
        from_state=np.array(source),
        to_state=np.array(target),
        child_ids=np.array(child_),
        weights=np.array(weight_) if weighted else None,
        states=STATES,
        allowed=GRAPH,
        **WORDS,
    )


def a_start(rows: Transitions) -> str:
    """A state in which somebody was seen."""
    return rows.states[int(rows.from_state[0])]


@given(stays(), st.sampled_from(["greenwood", "robust"]))
def test_shares_are_shares_and_lie_in_their_intervals(rows: Transitions, variance: Any) -> None:
    curve = occupancy(rows, start=a_start(rows), variance=variance)
    assert np.allclose(curve.occupancy.sum(axis=0), 1.0, atol=1e-12)
    assert np.all((curve.occupancy >= -1e-12) & (curve.occupancy <= 1.0 + 1e-12))
    assert np.all((curve.low <= curve.occupancy + 1e-12) & (curve.high >= curve.occupancy - 1e-12))
    # The K shares add to a constant, so the covariance of any with their sum is 0.
    assert np.allclose(curve.covariance.sum(axis=2), 0.0, atol=1e-12)
    for state in STATES:
        told = curve.occupancy_at(min(7.0, rows.last_day), state)
        assert told.value is not None
        assert 0.0 <= told.value <= 1.0


@given(stays(weighted=True), st.sampled_from(["greenwood", "robust"]))
def test_days_spent_add_to_the_horizon_and_are_areas(rows: Transitions, variance: Any) -> None:
    horizon = rows.last_day
    stay = expected_length_of_stay(rows, horizon=horizon, start=a_start(rows), variance=variance)
    assert stay.days.sum() == pytest.approx(horizon, abs=1e-9)
    curve = occupancy(rows, start=a_start(rows), variance=variance)
    marks = np.concatenate(([0.0], curve.days, [horizon]))
    levels = np.column_stack([curve.start, curve.occupancy])
    assert np.allclose(stay.days, levels @ np.diff(marks), atol=1e-9)
    assert np.allclose(stay.covariance.sum(axis=1), 0.0, atol=1e-8)


@given(stays(weighted=True))
@settings(max_examples=30)
def test_the_jackknife_is_the_derivative_by_weight(rows: Transitions) -> None:
    """Sum over children of (w dp / dw)^2, by differences; error of order h^2 = 1e-10."""
    curve = occupancy(rows, start=a_start(rows), variance="robust")
    assume(curve.days.size > 0)
    horizon = rows.last_day
    total, days = np.zeros((4, 4)), np.zeros((4, 4))
    assert rows.weights is not None
    h = 1e-5
    for child in range(rows.n_children):
        moved, spent = [], []
        for sign in (h, -h):
            weights = rows.weights * np.where(rows.child_codes == child, 1.0 + sign, 1.0)
            other = replace(rows, weights=weights)
            moved.append(occupancy(other, start=a_start(rows)).occupancy[:, -1])
            spent.append(expected_length_of_stay(other, horizon=horizon, start=a_start(rows)).days)
        slope, slope_days = (moved[0] - moved[1]) / (2 * h), (spent[0] - spent[1]) / (2 * h)
        total += np.outer(slope, slope)
        days += np.outer(slope_days, slope_days)
    assert np.allclose(curve.covariance[-1], total, atol=1e-8)
    stay = expected_length_of_stay(rows, horizon=horizon, start=a_start(rows), variance="robust")
    assert np.allclose(stay.covariance, days, atol=1e-6)


@given(stays())
@settings(max_examples=30)
def test_the_jackknife_counts_a_start_that_was_counted(rows: Transitions) -> None:
    """The same for shares of the start counted on day 4."""
    there = (rows.entry <= 4.0) & (rows.exit > 4.0)
    assume(bool(there.any()))
    curve = occupancy(rows, start_day=4.0, variance="robust")
    assume(curve.days.size > 0)
    total, h = np.zeros((4, 4)), 1e-5
    for child in range(rows.n_children):
        moved = []
        for sign in (h, -h):
            weights = np.where(rows.child_codes == child, 1.0 + sign, 1.0)
            moved.append(occupancy(replace(rows, weights=weights), start_day=4.0).occupancy[:, -1])
        slope = (moved[0] - moved[1]) / (2 * h)
        total += np.outer(slope, slope)
    assert np.allclose(curve.covariance[-1], total, atol=1e-8)


@given(st.data())
def test_two_states_are_kaplan_meier_and_competing_causes_are_incidences(
    data: st.DataObject,
) -> None:
    n = data.draw(st.integers(1, 20))
    exit_ = np.array(data.draw(st.lists(st.integers(1, 12), min_size=n, max_size=n)), float)
    status = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    rows = FollowUp(exit=exit_, status=status, cause_names=("relapse", "death"), **WORDS)
    stays_ = Transitions(
        entry=np.zeros(n),
        exit=exit_,
        from_state=np.zeros(n, dtype=int),
        to_state=np.where(status > 0, status, -1),
        child_ids=np.arange(n),
        states=("well", "relapse", "death"),
        allowed=(("well", "relapse"), ("well", "death")),
        **WORDS,
    )
    assume(bool((status > 0).any()))
    survival = kaplan_meier(rows.time_to_any(), small_sample=False)
    incidence = cumulative_incidence(rows)
    greenwood, robust = (
        occupancy(stays_, start="well", variance=v) for v in ("greenwood", "robust")
    )
    at = np.searchsorted(survival.days, greenwood.days)
    assert np.allclose(greenwood.occupancy[0], survival.survival[at], atol=1e-12)
    assert np.allclose(greenwood.std_error[0], survival.std_error[at], atol=1e-12)
    assert np.allclose(robust.occupancy[1:], incidence.incidence[:, at], atol=1e-12)
    assert np.allclose(robust.std_error[1:], incidence.std_error[:, at], atol=1e-9)


@given(stays(weighted=True), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: Transitions, shuffle: Any) -> None:
    order = list(range(rows.n_rows))
    shuffle.shuffle(order)
    columns = ("entry", "exit", "from_state", "to_state", "child_ids", "weights")
    other = replace(rows, **{name: getattr(rows, name)[order] for name in columns})
    for variance in ("greenwood", "robust"):
        ours, theirs = (occupancy(r, start=a_start(rows), variance=variance) for r in (rows, other))
        assert np.allclose(ours.covariance, theirs.covariance, atol=1e-12)
    assert np.allclose(transition_hazards(rows).hazards, transition_hazards(other).hazards)


def made(**change: Any) -> Transitions:
    """Three children, of whom one falls ill and dies."""
    given_: dict[str, Any] = {
        "entry": [0, 0, 40, 0],
        "exit": [60, 40, 90, 70],
        "from_state": ["well", "well", "ill", "well"],
        "to_state": ["censored", "ill", "dead", "dead"],
        "child_ids": ["a", "b", "b", "c"],
        "states": STATES,
        "allowed": GRAPH,
        **WORDS,
        **change,
    }
    return Transitions(**given_)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"to_state": ["censored", "ill", "well", "lost"]}, "Rows 3 have a to_state that is not"),
        ({"to_state": ["censored", "cured", "dead", "dead"]}, "Rows 1 make a move that is not"),
        ({"entry": [0, 0, 90, 0]}, "Rows 2 end in a move on the day they began"),
        ({"entry": [0, 0, 95, 0]}, "Rows 2 end before they begin"),
        ({"entry": [0, 0, 30, 0]}, "Rows 2 begin before an earlier stay"),
        ({"from_state": ["well", "well", "cured", "well"]}, "Rows 2 begin in another state"),
        ({"entry": [0, 0, -1, 0]}, "Rows 2 have no usable entry day"),
        ({"weights": [1, 1, 0, 1]}, "Rows 2 have a weight"),
        ({"states": ("well", "ill", "dead")}, "does not join two of the states"),
        ({"allowed": (*GRAPH, GRAPH[0])}, "7 arrows, of which 6 differ"),
        ({"states": (*STATES, "censored")}, "A state is called 'censored'"),
        ({"child_ids": ["a"]}, "child_ids has shape"),
        ({"unit": " "}, "no unit"),
        ({"origin": "dreamt"}, "never mixed"),
    ],
)
def test_stays_that_could_not_have_happened(change: dict[str, Any], says: str) -> None:
    with pytest.raises(EstimandError, match=says):
        made(**change)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"start": "cured"}, "Nobody was seen in 'cured'"),
        ({"start": "dead"}, "which nobody leaves"),
        ({"start": "lost"}, "no state 'lost'"),
        ({"start": {"well": 0.5}}, "add to 1"),
        ({"start_day": 95.0}, "Nobody was under observation after day 95"),
        ({"start_day": -1.0}, "The start day is -1"),
        ({"variance": "magic"}, "no variance 'magic'"),
        ({"clusters": [1, 1, 1, 1]}, "Clusters were given"),
        ({"variance": "robust", "clusters": [1, 1, 2, 2]}, "more than one cluster"),
    ],
)
def test_occupancies_that_cannot_be_said(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(EstimandError, match=says):
        occupancy(made(), **asked)


def test_a_state_nobody_can_reach_and_a_day_beyond_the_last() -> None:
    curve = occupancy(
        made(allowed=tuple(arrow for arrow in GRAPH if arrow[1] != "cured")), start="well"
    )
    never = curve.occupancy_at(80, "cured")
    assert (never.value, never.low, never.high) == (0.0, 0.0, 0.0)
    assert "no way from the start to cured" in never.notes[0]
    beyond = curve.occupancy_at(91, "ill")
    assert beyond.value is None
    assert "last day of observation is 90" in beyond.notes[-1]
    with pytest.raises(EstimandError, match="The horizon is day 91"):
        expected_length_of_stay(made(), horizon=91, start="well")


def test_nobody_moves() -> None:
    still = made(to_state=["censored"] * 4, entry=[0, 0, 40, 0], from_state=["well"] * 4)
    curve = occupancy(still, start="well")
    assert curve.occupancy.shape == (4, 0)
    assert curve.occupancy_at(50, "well").value == 1.0
    assert expected_length_of_stay(still, horizon=90, start="well").days.tolist() == [90, 0, 0, 0]


def test_prediction_without_the_markov_assumption() -> None:
    rows = made().in_state_on("ill", 50)
    assert rows.n_children == 1
    assert occupancy(rows, start_day=50).occupancy_at(90, "dead").value == 1.0

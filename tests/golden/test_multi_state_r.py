# SPDX-License-Identifier: Apache-2.0
"""Occupancy of states, its errors and lengths of stay are those of R's mstate, survival and etm."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cartulary.evidence.length_of_stay import expected_length_of_stay
from cartulary.evidence.multi_state import occupancy, transition_hazards
from cartulary.evidence.occupancy_curve import OccupancyCurve
from cartulary.evidence.transitions import Transitions
from tests.golden.r_reference import HERE, TOLERANCE, columns

R: dict[str, Any] = json.loads((HERE / "multi_state_numbers.json").read_text("utf-8"))

STATES = ("Tx", "Rec", "AE", "Both", "Rel", "Death")
# The order of mstate's transMat: by the state left, then by the state reached.
GRAPH = (
    *(("Tx", to) for to in ("Rec", "AE", "Rel", "Death")),
    *(("Rec", to) for to in ("Both", "Rel", "Death")),
    *(("AE", to) for to in ("Both", "Rel", "Death")),
    *(("Both", to) for to in ("Rel", "Death")),
)


def stays_of(d: dict[str, np.ndarray[Any, Any]]) -> list[tuple[float, str, float, float, str]]:
    """ebmt4's columns of days and flags as stays: (child, from, entry, exit, to)."""
    visits = {"Rec": "rec", "AE": "ae", "Both": "recae", "Rel": "rel", "Death": "srv"}
    rows = []
    for i, child in enumerate(d["id"]):
        here, since = "Tx", 0.0
        while True:
            ways = [to for source, to in GRAPH if source == here]
            seen = [(d[visits[to]][i], to) for to in ways if d[f"{visits[to]}.s"][i]]
            if not seen:
                rows.append((child, here, since, float(d["srv"][i]), "censored"))
                break
            day, to = min(seen, key=lambda reached: reached[0])
            rows.append((child, here, since, float(day), to))
            here, since = to, float(day)
            if here in ("Rel", "Death"):
                break
    return rows


@pytest.fixture(scope="module")
def ebmt4() -> Transitions:
    """2279 transplanted children and adults with ALL; recovery, adverse event, relapse, death."""
    d = columns("mstate/ebmt4.csv")
    child, source, entry, exit_, target = zip(*stays_of(d), strict=True)
    # Relapsed patients stay in Rel: their later death is not in the graph.
    return Transitions(
        entry=np.array(entry),
        exit=np.array(exit_),
        from_state=np.array(source),
        to_state=np.array(target),
        child_ids=np.array(child),
        states=STATES,
        allowed=GRAPH,
        unit="child",
        clock="transplant",
        definition="as in the data set",
        origin="recorded",
    )


def at(curve: OccupancyCurve, table: Any, days: list[float]) -> np.ndarray[Any, Any]:
    """An array (K, m) of the curve read on the given days; shape (days, K)."""
    position = np.searchsorted(curve.days, days, side="right") - 1
    return np.asarray(table[:, position].T)


def close(ours: Any, theirs: Any, tolerance: float = TOLERANCE) -> None:
    np.testing.assert_allclose(ours, np.array(theirs, dtype=float), rtol=0, atol=tolerance)


def test_moves_are_counted_as_published(ebmt4: Transitions) -> None:
    """De Wreede, Fiocco and Putter 2011, and events(msprep(...)) of mstate 0.3.3."""
    counted = ebmt4.counts()
    table = R["counts"]
    for source, target in GRAPH:
        i, j = STATES.index(source), STATES.index(target)
        assert counted[f"{source} to {target}"] == table[i][j]


@pytest.mark.parametrize("kind", ["greenwood", "aalen"])
def test_hazards(ebmt4: Transitions, kind: Any) -> None:
    """mstate 0.3.3: msfit(coxph(..., method = "breslow"), vartype = kind)."""
    want = R["hazards"][kind]
    found = transition_hazards(ebmt4, variance=kind)
    assert found.arrows == GRAPH
    position = np.searchsorted(found.days, want["days"], side="right") - 1
    close(found.hazards[:, position], [arrow["value"] for arrow in want["arrows"]])
    close(found.std_error[:, position], [arrow["se"] for arrow in want["arrows"]])


def test_occupancy_and_greenwood_errors(ebmt4: Transitions) -> None:
    """mstate 0.3.3: probtrans(msfit(..., vartype = "greenwood"), predt = 0)."""
    want = R["from_start"]
    curve = occupancy(ebmt4, start="Tx")
    close(at(curve, curve.occupancy, want["days"]), want["value"])
    close(at(curve, curve.std_error, want["days"]), want["se"])


def test_the_printed_five_year_figures(ebmt4: Transitions) -> None:
    """P(0, 5 years | Tx) and its errors, and days spent, to the digits in which they are known."""
    curve = occupancy(ebmt4, start="Tx")
    five_years = [curve.occupancy_at(1826.25, s).value or 0.0 for s in STATES]
    close(
        five_years,
        [0.1455865574, 0.1790190414, 0.0994707811, 0.1854730189, 0.1639925957, 0.2264580054],
        6e-11,
    )
    stay = expected_length_of_stay(ebmt4, horizon=1826.25, start="Tx")
    close(stay.days, [308.168817, 343.917966, 208.040932, 362.172794, 241.352481, 362.597010], 6e-7)


@pytest.mark.parametrize("start", range(4))
def test_prediction_from_day_100(ebmt4: Transitions, start: int) -> None:
    """mstate 0.3.3: probtrans(..., predt = 100)."""
    want = R["from_100"][start]
    curve = occupancy(ebmt4, start=STATES[start], start_day=100)
    close(at(curve, curve.occupancy, want["days"]), want["value"])
    close(at(curve, curve.std_error, want["days"]), want["se"])


def test_length_of_stay(ebmt4: Transitions) -> None:
    """mstate 0.3.3: ELOS(probtrans(...), tau = 1826.25). Days, so 1e-9 is of 1826."""
    want = R["stay"]
    close(
        expected_length_of_stay(ebmt4, horizon=want["horizon"], start="Tx").days,
        want["from_start"],
        1e-8,
    )
    for state, days in zip(STATES, want["from_100"], strict=False):
        found = expected_length_of_stay(ebmt4, horizon=want["horizon"], start=state, start_day=100)
        close(found.days, days, 1e-8)


def test_jackknife_errors(ebmt4: Transitions) -> None:
    """survival 3.5-3: survfit(Surv(start, stop, state) ~ 1, id, istate)."""
    want = R["jackknife"]["from_start"]
    curve = occupancy(ebmt4, start="Tx", variance="robust")
    close(at(curve, curve.occupancy, want["days"]), want["value"])
    close(at(curve, curve.std_error, want["days"]), want["se"])


@pytest.mark.parametrize("start", range(4))
def test_jackknife_errors_from_day_100(ebmt4: Transitions, start: int) -> None:
    """survival 3.5-3: survfit(..., start.time = 100.5, p0 = one state)."""
    want = R["jackknife"]["from_100"][start]
    curve = occupancy(ebmt4, start=STATES[start], start_day=100, variance="robust")
    close(at(curve, curve.occupancy, want["days"]), want["value"])
    close(at(curve, curve.std_error, want["days"]), want["se"])


def test_jackknife_errors_from_the_states_observed_on_day_100(ebmt4: Transitions) -> None:
    """survival 3.5-3: survfit(..., start.time = 100.5), whose errors take p0 as given.

    Ours count the error of p0 too where it is counted, so the shares are given back as a start.
    """
    want = R["jackknife"]["observed_on_100"]
    counted = occupancy(ebmt4, start_day=100, variance="robust")
    close(counted.start, want["p0"])
    given = dict(zip(STATES, counted.start.tolist(), strict=True))
    curve = occupancy(ebmt4, start=given, start_day=100, variance="robust")
    assert np.all(counted.std_error[:4] >= curve.std_error[:4])
    close(at(curve, curve.occupancy, want["days"]), want["value"])
    close(at(curve, curve.std_error, want["days"]), want["se"])


def test_jackknife_errors_with_weights(ebmt4: Transitions) -> None:
    """survival 3.5-3: survfit(..., weights = 1 + (id %% 3) / 2)."""
    want = R["jackknife"]["weighted"]
    weights = 1.0 + (ebmt4.child_ids.astype(int) % 3) / 2.0
    weighted = Transitions(
        **{name: getattr(ebmt4, name) for name in ebmt4.__dataclass_fields__ if name != "weights"},
        weights=weights,
    )
    curve = occupancy(weighted, start="Tx", variance="robust")
    close(at(curve, curve.occupancy, want["days"]), want["value"])
    close(at(curve, curve.std_error, want["days"]), want["se"])


def test_jackknife_errors_by_centre(ebmt4: Transitions) -> None:
    """survival 3.5-3: influences of survfit(..., influence = TRUE), added up by id %% 97."""
    want = R["jackknife"]["clustered"]
    curve = occupancy(
        ebmt4, start="Tx", variance="robust", clusters=ebmt4.child_ids.astype(int) % 97
    )
    close(at(curve, curve.std_error, want["days"]), want["se"])


def cycle() -> Transitions:
    """Typed stays on a graph with a cycle, some entered late, with ties."""
    rows = R["cycle"]["rows"]
    return Transitions(
        entry=rows["entry"],
        exit=rows["exit"],
        from_state=np.array(rows["from"]),
        to_state=np.array(rows["to"]),
        child_ids=rows["id"],
        states=("0", "1", "2"),
        allowed=(("0", "1"), ("1", "0"), ("0", "2"), ("1", "2")),
        unit="child",
        clock="infusion",
        definition="generated, edition 1",
        origin="simulated",
    )


@pytest.mark.parametrize("start", [0, 1])
def test_a_graph_with_a_cycle(start: int) -> None:
    """etm 1.1.1: etm(rows, states, tra, "cens", 0), estimate and Greenwood covariance."""
    want = R["cycle"]
    mine = slice(3 * start, 3 * start + 3)
    curve = occupancy(cycle(), start=str(start))
    close(at(curve, curve.occupancy, want["days"]), np.array(want["value"])[:, mine])
    close(at(curve, curve.std_error, want["days"]), np.array(want["se"])[:, mine])


def test_jackknife_errors_with_a_cycle_and_late_entry() -> None:
    """survival 3.5-3: survfit(Surv(entry, exit, event) ~ 1, id, istate, p0 = c(1, 0, 0))."""
    want = R["cycle"]
    order = [want["states"].index(state) for state in ("0", "1", "2")]
    curve = occupancy(cycle(), start="0", variance="robust")
    for ours, theirs in ((curve.occupancy, "value"), (curve.std_error, "se")):
        close(at(curve, ours, want["days"]), np.array(want["jackknife"][theirs])[:, order])

# SPDX-License-Identifier: Apache-2.0
"""The exported problem of calibration keeps PEtab's rules, and its truth gives back its data."""

from __future__ import annotations

import ast
import csv
import io
import math
from pathlib import Path

import numpy as np
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.twin.engines import engine
from cartulary.twin.equations import CELL_PARAMETERS, CELL_STATES
from cartulary.twin.petab import petab_files
from cartulary.twin.petab_children import ExportError, drawn, infused_numbers, sbml_child
from cartulary.twin.petab_model import model_of
from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population_reader import default_population
from cartulary.twin.simulate import Run

POLICIES = Path(__file__).parents[2] / "examples" / "policies"
CHILDREN = 8
FUNCTIONS = {"exp": math.exp, "ln": math.log, "sqrt": math.sqrt}
Table = list[dict[str, str]]


def a_run(policy: str = "maxima", seed: int = 1) -> Run:
    return Run(
        default_population(),
        read_policy(POLICIES / f"{policy}.toml"),
        parameters(),
        seed,
        730.0,
    )


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return petab_files(a_run(), CHILDREN)


def table(files: dict[str, str], name: str) -> Table:
    return list(csv.DictReader(io.StringIO(files[name]), delimiter="\t"))


def model_ids(text: str) -> set[str]:
    libsbml = pytest.importorskip("libsbml", reason="python-libsbml is not installed")
    model = libsbml.readSBMLFromString(text).getModel()
    return {one.getId() for one in model.getListOfParameters()}


def ruled_ids(text: str) -> set[str]:
    libsbml = pytest.importorskip("libsbml", reason="python-libsbml is not installed")
    model = libsbml.readSBMLFromString(text).getModel()
    return {one.getVariable() for one in model.getListOfRules()}


def names_in(formula: str) -> set[str]:
    """The names of a formula, refused if it is no arithmetic with PEtab's functions."""
    tree = ast.parse(formula, mode="eval")
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert called <= set(FUNCTIONS)
    allowed = (ast.Expression, ast.BinOp, ast.Call, ast.Name, ast.Constant, ast.Load)
    assert all(
        isinstance(node, (*allowed, ast.operator, ast.unaryop, ast.UnaryOp))
        for node in ast.walk(tree)
    )
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - set(FUNCTIONS)


def is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def test_every_name_is_defined_once_and_is_an_sbml_id(files: dict[str, str]) -> None:
    of_table = {"parameters": "parameterId", "conditions": "conditionId",
                "observables": "observableId"}  # fmt: skip
    for name, column in of_table.items():
        ids = [row[column] for row in table(files, f"{name}.tsv")]
        assert len(ids) == len(set(ids)) > 0
        assert all(one.isidentifier() and one.isascii() for one in ids)


def test_every_name_that_is_used_is_defined(files: dict[str, str]) -> None:
    in_model, ruled = model_ids(files["model.xml"]), ruled_ids(files["model.xml"])
    estimated = {row["parameterId"] for row in table(files, "parameters.tsv")}
    conditions = table(files, "conditions.tsv")
    columns = set(conditions[0]) - {"conditionId", "conditionName"}
    # A condition may set what is in the model, no rule works out, and no table row estimates.
    assert columns <= in_model - ruled - estimated
    entries = {row[column] for row in conditions for column in columns}
    named = {entry for entry in entries if not is_number(entry)}
    assert named <= estimated
    observables = table(files, "observables.tsv")
    formulas = [row[part] for row in observables for part in ("observableFormula", "noiseFormula")]
    used = set().union(*map(names_in, formulas))
    assert used <= in_model | estimated
    # Every row of the table of parameters does something, and none is a rule's.
    assert not estimated & ruled
    assert estimated <= (in_model | named | used)
    observed = {row["observableId"] for row in observables}
    children = {row["conditionId"] for row in conditions}
    for name in ("measurements.tsv", "below_limit.tsv"):
        for row in table(files, name):
            assert row["observableId"] in observed
            assert row["simulationConditionId"] in children
            assert float(row["measurement"]) > 0
            assert float(row["time"]) > 0


def test_parameters_are_the_codebooks(files: dict[str, str]) -> None:
    rows = {row["parameterId"]: row for row in table(files, "parameters.tsv")}
    for row in rows.values():
        low, nominal, high = (
            float(row[part]) for part in ("lowerBound", "nominalValue", "upperBound")
        )
        assert low <= nominal <= high
        assert row["parameterScale"] == "lin" or (row["parameterScale"] == "log" and low > 0)
        assert row["estimate"] in ("0", "1")
    model = model_of(parameters(), kills_by_cd22=False)
    for name in model.names:
        row, parameter = rows[model.typical_id(name)], parameters()[name]
        assert float(row["nominalValue"]) == parameter.value
        assert (row["estimate"] == "1") is parameter.fitted
        assert row["objectivePriorType"] == ""
    draws = [row for name, row in rows.items() if "_draw_child_" in name]
    assert len(draws) == CHILDREN * len(model.drawn)
    assert {(row["objectivePriorType"], row["objectivePriorParameters"]) for row in draws} == {
        ("normal", "0;1")
    }


def test_the_files_say_that_nobody_was_recorded(files: dict[str, str]) -> None:
    assert "Origin: simulated" in files["problem.yaml"]
    assert "Origin: simulated" in files["README.md"]
    assert "simulated" in files["model.xml"]
    assert all("simulated" in row["conditionName"] for row in table(files, "conditions.tsv"))
    assert all("simulated" in row["datasetId"] for row in table(files, "measurements.tsv"))
    for name in ("model.xml", "parameters.tsv", "conditions.tsv", "observables.tsv",
                 "measurements.tsv"):  # fmt: skip
        assert f"- {name}\n" in files["problem.yaml"] or f": {name}\n" in files["problem.yaml"]


def run_at_the_truth(
    files: dict[str, str], condition: dict[str, str], days: list[float]
) -> tuple[dict[str, float], list[dict[str, float]]]:
    """The parameters of the cells, and all names on each day, for one child at nominal values."""
    roadrunner = pytest.importorskip("roadrunner", reason="libroadrunner is not installed")
    truth = {
        row["parameterId"]: float(row["nominalValue"]) for row in table(files, "parameters.tsv")
    }
    given = {
        column: float(entry) if is_number(entry) else truth[entry]
        for column, entry in condition.items()
        if column not in ("conditionId", "conditionName")
    }
    peer = roadrunner.RoadRunner(files["model.xml"])
    in_model = model_ids(files["model.xml"])
    for name, value in {**truth, **given}.items():
        if name in in_model:
            peer.setValue(name, value)
    peer.integrator.setValue("relative_tolerance", 1e-9)
    peer.integrator.setValue("absolute_tolerance", 1e-10)
    peer.integrator.setValue("maximum_num_steps", 200_000)
    known = sorted(in_model)
    peer.timeCourseSelections = known
    cells = {name: peer.getValue(name) for name in CELL_PARAMETERS}
    values = np.array(peer.simulate(times=[0.0, *days]))[1:]
    return cells, [{**truth, **dict(zip(known, row, strict=True))} for row in values.tolist()]


def test_the_truth_gives_the_children_their_own_numbers_and_cells(files: dict[str, str]) -> None:
    run = a_run()
    numbers = infused_numbers(run, CHILDREN)
    way = drawn(run, numbers).pathway
    since = np.array([0.0, 3.0, 10.0, 28.0, 60.0])
    ours = engine("lanes")(way.start, way.cells, np.arange(61.0))
    conditions = table(files, "conditions.tsv")
    assert [row["conditionId"] for row in conditions] == [f"child_{one}" for one in numbers]
    for place, condition in enumerate(conditions):
        days = (float(condition["infusion_day"]) + since[1:]).tolist()
        cells, found = run_at_the_truth(files, condition, days)
        theirs = [cells[name] for name in CELL_PARAMETERS]
        assert theirs == pytest.approx(way.cells[:, place].tolist(), rel=1e-9)
        for row, day in zip(found, since[1:], strict=True):
            states = [row[name] for name in CELL_STATES]
            assert states == pytest.approx(ours.values[place, int(day)].tolist(), abs=2e-4)


def test_what_is_left_at_the_truth_is_the_error_of_the_laboratory(files: dict[str, str]) -> None:
    observables = {row["observableId"]: row for row in table(files, "observables.tsv")}
    left: dict[str, list[float]] = {name: [] for name in observables}
    for condition in table(files, "conditions.tsv"):
        rows = [
            row
            for row in table(files, "measurements.tsv")
            if row["simulationConditionId"] == condition["conditionId"]
        ]
        days = sorted({float(row["time"]) for row in rows})
        found = dict(zip(days, run_at_the_truth(files, condition, days)[1], strict=True))
        for row in rows:
            observable = observables[row["observableId"]]
            names = {**FUNCTIONS, **found[float(row["time"])]}
            expected, error = (
                eval(observable[part], {"__builtins__": {}}, names)
                for part in ("observableFormula", "noiseFormula")
            )
            apart = math.log(float(row["measurement"])) - math.log(expected)
            left[row["observableId"]].append(apart / error)
    copies = np.array(left["car_t_copies_per_ug"])
    assert len(copies) > 40
    assert abs(copies.mean()) < 3.5 / math.sqrt(len(copies))
    assert 0.75 < copies.std() < 1.25
    every = np.concatenate([np.array(one) for one in left.values()])
    assert np.abs(every).max() < 4.5
    assert len(left["b_cells_per_ul"]) > 3
    assert len(left["residual_disease_percent"]) > 0


def test_a_product_against_two_antigens_has_its_parameter() -> None:
    made = petab_files(a_run("dual_cd19_cd22"), 1)
    assert "cd22_killing" in {row["parameterId"] for row in table(made, "parameters.tsv")}


def test_draws_are_independent_and_give_the_correlations_back() -> None:
    model = model_of(parameters(), kills_by_cd22=False)
    together = model.lower @ model.lower.T
    one, other = model.drawn.index("division_rate"), model.drawn.index("effector_loss_rate")
    assert together[one, other] == pytest.approx(0.9)
    assert "effector_loss_rate_draw" in model.rules()["effector_loss_rate_deviate"]
    assert "division_rate_draw" in model.rules()["effector_loss_rate_deviate"]


def test_refuses_more_children_than_are_infused_and_one_who_never_is() -> None:
    run = a_run()
    with pytest.raises(ExportError, match="5000 are asked for"):
        infused_numbers(run, 5000)
    never = int(np.flatnonzero(~drawn(run, np.arange(200)).pathway.infused)[0])
    with pytest.raises(ExportError, match=rf"Child {never} is never infused .* --child \d+"):
        sbml_child(run, never)

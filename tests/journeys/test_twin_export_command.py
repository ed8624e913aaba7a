# SPDX-License-Identifier: Apache-2.0
"""The model and its calibration written for other programs, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cartulary.cli.main import cartulary

POLICY = Path(__file__).parents[2] / "examples" / "policies" / "maxima.toml"
FILES = {
    "problem.yaml", "model.xml", "parameters.tsv", "conditions.tsv", "observables.tsv",
    "measurements.tsv", "below_limit.tsv", "README.md",
}  # fmt: skip


def ran(*arguments: object) -> Result:
    return CliRunner().invoke(cartulary, [str(one) for one in arguments])


def what_went_wrong(result: Result) -> str:
    assert result.exit_code != 0
    return f"{result.output}{result.exception}"


def test_a_child_is_written_as_sbml(tmp_path: Path) -> None:
    libsbml = pytest.importorskip("libsbml", reason="python-libsbml is not installed")
    out = tmp_path / "new" / "child.xml"
    result = ran("twin", "sbml", out, "--policy", POLICY, "--seed", 1, "--child", 2)
    assert result.exit_code == 0, result.output
    assert "Virtual child 2 (simulated)" in result.output
    model = libsbml.readSBMLFromFile(str(out)).getModel()
    assert {event.getId() for event in model.getListOfEvents()} == {"infusion", "lymphodepletion"}
    infusion = model.getParameter("infusion_day").getValue()
    drugs = model.getParameter("lymphodepletion_day").getValue()
    assert 0 < drugs < infusion
    assert f"infused on day {infusion:g}" in result.output
    assert list(out.parent.iterdir()) == [out]


def test_another_child_and_another_seed_are_other_models(tmp_path: Path) -> None:
    texts = set()
    for seed, child in ((1, 2), (1, 3), (2, 2)):
        out = tmp_path / f"{seed}-{child}.xml"
        result = ran("twin", "sbml", out, "--policy", POLICY, "--seed", seed, "--child", child)
        assert result.exit_code == 0, result.output
        texts.add(out.read_text(encoding="utf-8"))
    assert len(texts) == 3


def test_the_first_infused_child_is_written_where_none_is_named(tmp_path: Path) -> None:
    whom = [tmp_path / "default.xml", tmp_path / "named.xml"]
    result = ran("twin", "sbml", whom[0], "--policy", POLICY)
    number = result.output.split("Virtual child ")[1].split()[0]
    ran("twin", "sbml", whom[1], "--policy", POLICY, "--child", number)
    assert whom[0].read_bytes() == whom[1].read_bytes()


def test_a_child_that_is_never_infused_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "child.xml"
    refused = None
    for number in range(60):
        result = ran("twin", "sbml", tmp_path / f"{number}.xml", "--policy", POLICY,
                     "--child", number)  # fmt: skip
        if result.exit_code:
            refused = result
            break
    assert refused is not None
    said = what_went_wrong(refused)
    assert f"Child {number} is never infused under the policy maxima" in said
    next_one = said.split("--child ")[1].split()[0].rstrip(".")
    assert ran("twin", "sbml", out, "--policy", POLICY, "--child", next_one).exit_code == 0
    assert not (tmp_path / f"{number}.xml").exists()


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    out = tmp_path / "child.xml"
    out.write_text("mine", encoding="utf-8")
    for command in ("sbml", "petab"):
        result = ran("twin", command, out, "--policy", POLICY)
        assert "exists already, and nothing was written" in what_went_wrong(result)
    assert out.read_text(encoding="utf-8") == "mine"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    out = tmp_path / "file" / "child.xml"
    result = ran("twin", "sbml", out, "--policy", POLICY)
    assert f"{out} cannot be written" in what_went_wrong(result)


def test_the_problem_of_calibration_is_written(tmp_path: Path) -> None:
    out = tmp_path / "problem"
    result = ran("twin", "petab", out, "--policy", POLICY, "--children", 2)
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == FILES
    assert list(tmp_path.iterdir()) == [out]
    assert "2 virtual children, simulated" in result.output
    again = tmp_path / "again"
    ran("twin", "petab", again, "--policy", POLICY, "--children", 2)
    assert all((again / name).read_bytes() == (out / name).read_bytes() for name in FILES)


def test_a_policy_is_asked_for(tmp_path: Path) -> None:
    assert "Missing option '--policy'" in what_went_wrong(ran("twin", "petab", tmp_path / "p"))

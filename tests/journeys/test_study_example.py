# SPDX-License-Identifier: Apache-2.0
"""The example of a study stands ready in a clone, is what its generator makes, and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cartulary.cli.main import cartulary
from tests.architecture.tree import files
from tests.spec.target_trial_children import EXAMPLE, example

COHORTS = EXAMPLE / "simulated"


def test_the_cohorts_in_the_clone_are_those_of_the_generator_to_the_byte(tmp_path: Path) -> None:
    example().write(tmp_path)
    made = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*.csv")}
    held = {p.relative_to(COHORTS): p.read_bytes() for p in COHORTS.rglob("*.csv")}
    assert len(made) > 15
    assert made.keys() == held.keys()
    assert [name for name in made if made[name] != held[name]] == []


def test_nothing_keeps_the_cohorts_out_of_a_clone() -> None:
    """`files` lists what git holds or would take: an ignored file is not among them."""
    ours = set(files())
    assert all(path in ours for path in COHORTS.rglob("*.csv"))


@pytest.mark.parametrize("group", ["treated", "control"])
def test_each_cohort_says_in_its_own_file_that_it_is_simulated(group: str) -> None:
    text = (COHORTS / group / "programme.csv").read_text("utf-8-sig")
    assert "SIMULATED" in text
    assert "simulated" in text


def test_one_command_writes_the_report_where_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(
        cartulary, ["study", str(EXAMPLE / "protocol.toml"), "--only", "json"]
    )
    assert result.exit_code == 0, result.output
    place = Path("build") / "cassiopeia_like" / "report.json"
    assert str(place) in result.stdout
    assert json.loads(place.read_text("utf-8"))["origin"] == "simulated"

# SPDX-License-Identifier: Apache-2.0
"""A run's folder keeps what is known, goes on only with the same run, and mixes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cartulary.cli.calibrate import command
from cartulary.course.errors import CartularyError
from cartulary.studies.calibration.prior import free_parameters, prior_mean
from cartulary.studies.calibration.run_folder import Answer, RunFolder
from cartulary.studies.calibration.run_points import Asked, _simulate_shipped, on_dask

ABOUT = {"seed": 1, "targets": "abc"}


def test_an_answer_comes_back_with_what_is_missing(tmp_path: Path) -> None:
    folder = RunFolder.begin(tmp_path / "run", ABOUT, 2, resume=False)
    folder.add(Answer(1, 1, (0.25, float("nan"))))
    folder.add(Answer(1, 0, (float("nan"),) * 2, "ValueError: no child"))
    again = RunFolder.begin(tmp_path / "run", ABOUT, 2, resume=True)
    figures = again.figures(1, 3)
    np.testing.assert_array_equal(figures[1], [0.25, np.nan])
    assert np.isnan(figures[[0, 2]]).all()
    assert [one.why for one in again.failures()] == ["ValueError: no child"]


@pytest.mark.parametrize("line", ['{"stage": 1, "ind', "[]", '{"stage": 1, "index": 0}'])
def test_a_line_that_is_not_whole_is_simulated_again(tmp_path: Path, line: str) -> None:
    folder = RunFolder.begin(tmp_path / "run", ABOUT, 1, resume=False)
    folder.add(Answer(1, 1, (0.5,)))
    with (tmp_path / "run" / "figures.jsonl").open("a") as file:
        file.write(line)
    again = RunFolder.begin(tmp_path / "run", ABOUT, 1, resume=True)
    assert list(again.answers) == [(1, 1)]
    again.add(Answer(1, 0, (0.75,)))
    third = RunFolder.begin(tmp_path / "run", ABOUT, 1, resume=True)
    np.testing.assert_array_equal(third.figures(1, 2), [[0.75], [0.5]])


def test_another_run_is_not_mixed_in(tmp_path: Path) -> None:
    RunFolder.begin(tmp_path / "run", ABOUT, 1, resume=False)
    with pytest.raises(CartularyError, match=r"differs in targets.*Name a new folder"):
        RunFolder.begin(tmp_path / "run", ABOUT | {"targets": "abd"}, 1, resume=True)
    with pytest.raises(CartularyError, match="--resume"):
        RunFolder.begin(tmp_path / "run", ABOUT, 1, resume=False)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CartularyError, match="Nothing is written over"):
        RunFolder.begin(tmp_path, ABOUT, 1, resume=True)


def test_a_worker_with_other_parameters_simulates_nothing() -> None:
    point = tuple(float(one) for one in prior_mean(free_parameters()))
    with pytest.raises(CartularyError, match="A worker reads other parameters"):
        _simulate_shipped(Asked(1, 0, point, 16, 1, around="another"))


def test_points_of_two_stages_share_no_child() -> None:
    last = Asked(1, 99_999, (), 1000, 1)
    assert last.first + last.children <= Asked(2, 0, (), 1000, 1).first


def test_dask_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    def absent(name: str) -> object:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(CartularyError, match=r"cartulary\[dask\]"):
        on_dask("tcp://nowhere:1")


def test_the_command_refuses_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = CliRunner().invoke(command, ["--out", str(tmp_path)])
    assert isinstance(result.exception, CartularyError)
    assert "no calibration" in str(result.exception)


def test_the_command_wants_enough_points(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--out", str(tmp_path / "run"), "--points", "5"])
    assert result.exit_code == 2
    assert "60<=x" in result.output

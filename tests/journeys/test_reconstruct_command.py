# SPDX-License-Identifier: Apache-2.0
"""`cartulary reconstruct`: from a published curve to rows that a statistician can take on."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from cartulary.cli.main import main
from cartulary.evidence import FollowUp, kaplan_meier
from cartulary.reports.adtte import COLUMNS
from tests.codebook.test_curves import WHOLE


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["reconstruct", *(str(argument) for argument in arguments)])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return int(ended.value.code or 0), printed.out, printed.err


@pytest.fixture
def digitised(tmp_path: Path) -> Path:
    file = tmp_path / "curve.toml"
    file.write_text(WHOLE, encoding="utf-8")
    return file


def test_a_digitised_curve(
    digitised: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, digitised, "--draws", 5, "--seed", 3)
    assert (status, err) == (0, "")
    assert "10 children, 2 events, 8 censored" in out
    assert "5 further reconstructions (seed 3): 2 to 2 events" in out
    assert "APPROXIMATE" not in out
    assert "survival on day 365" in out


def test_printed_survivals_are_loudly_approximate(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "eliana_nejm_2018_efs", "--draws", 0)
    assert status == 0
    assert "APPROXIMATE: no drawing was digitised" in out
    assert "75 children, 27 events" in out
    year = next(line for line in out.splitlines() if line.startswith("survival on day 365"))
    assert "50.0%" in year
    assert year.split()[-2:] == ["yes", "used"]
    assert "numbers at risk" in out


def test_a_landmark_beyond_the_rows_is_named_so(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "eliana_2018_04_os", "--draws", 0)
    line = next(line for line in out.splitlines() if line.startswith("survival on day 730"))
    assert "the rows end before it" in line


def test_a_printed_figure_that_does_not_fit_is_a_warning(
    digitised: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = WHOLE.replace("at = 365\nsurvival = 77\n\n", "at = 365\nsurvival = 70\n\n")
    digitised.write_text(wrong, encoding="utf-8")
    status, out, _ = run(capsys, digitised, "--draws", 0)
    assert status == 0
    assert "NO" in out
    assert "WARNING: a printed figure lies outside" in out


def test_the_rows_are_adtte_and_give_the_curve_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "rows.csv"
    status, _, err = run(capsys, "eliana_nejm_2018_os", "--draws", 0, "--out", out)
    assert status == 0
    assert "75 reconstructed rows" in err
    with out.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert tuple(rows[0]) == COLUMNS
    assert {row["ORIGIN"] for row in rows} == {"reconstructed"}
    assert len({row["USUBJID"] for row in rows}) == 75
    assert all((row["CNSR"] == "1") == (row["CNSDTDSC"] != "") for row in rows)
    again = FollowUp(
        exit=np.array([float(row["AVAL"]) for row in rows]),
        status=np.array([1 - int(row["CNSR"]) for row in rows]),
        cause_names=("death",),
        unit="child",
        clock="infusion",
        definition=rows[0]["PARCAT1"],
        origin="reconstructed",
    )
    assert kaplan_meier(again).survival_at(365).value == pytest.approx(0.76, abs=0.01)


def test_one_seed_gives_one_answer(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("eliana_nejm_2018_os", "--draws", 4, "--seed", 7)
    first, second = run(capsys, *asked), run(capsys, *asked)
    assert first == second
    assert run(capsys, *asked[:-1], 8)[1] != first[1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[100, 90]", "[100, 190]"), "coordinates, row 2"),
        (("n = 10\n", ""), "n: missing"),
        (("id =", "id"), "cannot be read as TOML"),
    ],
)
def test_a_faulty_curve_is_refused_in_words(
    digitised: Path, change: tuple[str, str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    digitised.write_text(WHOLE.replace(*change), encoding="utf-8")
    status, out, err = run(capsys, digitised)
    assert (status, out) == (1, "")
    assert told in err


def test_numbers_that_contradict_the_curve_are_refused(
    digitised: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digitised.write_text(WHOLE.replace("total_events = 2", "total_events = 9"), encoding="utf-8")
    status, _, err = run(capsys, digitised)
    assert status == 1
    assert "contradict each other" in err


def test_what_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, tmp_path / "no.toml")
    assert status == 1
    assert "no such file" in err
    status, _, err = run(
        capsys, "eliana_nejm_2018_os", "--draws", 0, "--out", tmp_path / "no" / "rows.csv"
    )
    assert status == 1
    assert "cannot be written" in err

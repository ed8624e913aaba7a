# SPDX-License-Identifier: Apache-2.0
"""`cartulary template` and `cartulary check`, from the terminal."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cartulary.cli.check import command as check
from cartulary.cli.template import command as template
from cartulary.course import CartularyError
from cartulary.course.tables import read_programme
from tests.journeys.programme_folder import folder


def run(command: click.Command, *arguments: object) -> Result:
    """The command run as from a shell; a traceback fails the test."""
    result = CliRunner().invoke(command, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_template_is_written_and_checked(tmp_path: Path) -> None:
    written = run(template, tmp_path / "nieuw", "--lang", "nl")
    assert written.exit_code == 0
    assert (tmp_path / "nieuw" / "kinderen.csv").is_file()
    checked = run(check, tmp_path / "nieuw")
    assert checked.exit_code == 1
    assert "The table of children is empty." in checked.output


def test_a_template_does_not_overwrite(tmp_path: Path) -> None:
    run(template, tmp_path / "p.xlsx")
    again = CliRunner().invoke(template, [str(tmp_path / "p.xlsx")])
    assert isinstance(again.exception, CartularyError)


def test_a_good_programme_ends_with_status_0(tmp_path: Path) -> None:
    result = run(check, folder(tmp_path, {}))
    assert result.exit_code == 0, result.output
    assert "2 courses with 2 events in 2 files." in result.output
    assert "0 errors" in result.output


def test_warnings_alone_end_with_status_0(tmp_path: Path) -> None:
    result = run(check, folder(tmp_path, {"relapse.csv": "child,date,shoe size\n"}))
    assert result.exit_code == 0, result.output
    assert "shoe size" in result.output
    assert "0 errors" in result.output


def test_errors_of_reading_and_of_plausibility_stand_in_one_table(tmp_path: Path) -> None:
    place = folder(
        tmp_path / "p",
        {
            "relapse.csv": "child,date\nP-001,03/04/2021\n",
            "death.csv": "child,date\nP-002,2021-06-01\n",
            "infusion.csv": "child,date\nP-002,2021-08-01\n",
        },
    )
    table = tmp_path / "problems.csv"
    result = run(check, place, "--csv", table)
    assert result.exit_code == 1
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    found = {(row["file"], row["row"], row["child"]) for row in rows if row["severity"] == "error"}
    assert ("relapse.csv", "2", "P-001") in found
    assert any(row["child"] == "P-002" and row["severity"] == "error" for row in rows)
    assert any(row["file"] in ("death.csv", "infusion.csv") for row in rows), "events have places"
    assert all(row["fact"] and row["why"] and row["remedy"] and row["rule"] for row in rows)
    assert len(rows) == len([line for line in result.output.splitlines()[1:] if "  " in line])


def test_the_table_of_problems_never_becomes_a_formula(tmp_path: Path) -> None:
    place = folder(tmp_path / "p", {"relapse.csv": "child,date\nP-001,=cmd()\n"})
    run(check, place, "--csv", tmp_path / "problems.csv", "--lang", "nl")
    text = (tmp_path / "problems.csv").read_text(encoding="utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert (row["ernst"], row["waarde"]) == ("fout", "'=cmd()")


def test_a_value_cannot_steer_the_terminal(tmp_path: Path) -> None:
    text = "child,date,\x1b[31m\nP-001,\x1b]0;owned\x07[bold]x[/bold],\n"
    result = run(check, folder(tmp_path, {"relapse.csv": text}))
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert "\x07" not in result.output
    assert "[bold]x[/bold]" in result.output


@pytest.mark.parametrize("name", ["", "nothing", "p.xlsx", "x" * 5000])
def test_a_place_without_a_programme_is_no_traceback(tmp_path: Path, name: str) -> None:
    (tmp_path / "p.xlsx").write_bytes(b"\x00\x01")
    result = run(check, tmp_path / name)
    assert result.exit_code == 1
    assert "1 error" in result.output


def test_nothing_is_written_into_the_programme(tmp_path: Path) -> None:
    place = folder(tmp_path, {"relapse.csv": "child,date\nP-001,soon\n"})
    before = {path: path.read_bytes() for path in place.iterdir()}
    run(check, place)
    read_programme(place, good_courses_only=True)
    assert {path: path.read_bytes() for path in place.iterdir()} == before

# SPDX-License-Identifier: Apache-2.0
"""From two policy files to the difference between them, on the command line."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from cartulary.cli.main import cartulary
from cartulary.cli.run_files import read_files, shipped_policies
from cartulary.course.errors import CodebookError
from cartulary.studies.policies_compared import from_json

POLICIES = Path(__file__).parents[2] / "examples" / "policies"
TINY = ("--children", 40, "--draws", 6, "--years", 2)


def ran(*arguments: object) -> Result:
    return CliRunner().invoke(cartulary, [str(one) for one in arguments])


def changed_copy(folder: Path) -> Path:
    """The Máxima's policy as a reader changes it: cells made on the spot, fresh the next day."""
    text = (POLICIES / "maxima.toml").read_text(encoding="utf-8")
    whole = text.replace('platform = "central"', 'platform = "next_day"')
    assert whole != text
    file = folder / "changed.toml"
    file.write_text(whole, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("compared")
    changed = changed_copy(out)
    result = ran(
        "compare", POLICIES / "maxima.toml", changed, *TINY, "--language", "nl", "--out", out,
        "--shelf", out / "shelf",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return out, result


def test_a_changed_policy_file_shows_its_difference(compared: tuple[Path, Result]) -> None:
    out, result = compared
    assert "Onderzoek, niet voor beslissingen" in result.output
    assert "In het model" in result.output
    assert "(changed)" in result.output
    assert re.search(r"Dit duurde \d+ s\.", result.output)
    held = from_json((out / "comparison.json").read_text(encoding="utf-8"))
    found = held.difference("changed", "maxima", "days_to_infusion")
    assert found.value < -10
    row = next(line for line in result.output.splitlines() if line.startswith("days_to_infusion"))
    assert f"\N{MINUS SIGN}{round(-found.value)}" in row
    assert len(list((out / "shelf").glob("*.json"))) == 1


def test_the_page_says_what_it_is_and_keeps_the_two_uncertainties_apart(
    compared: tuple[Path, Result],
) -> None:
    out, _ = compared
    page = (out / "comparison.html").read_text(encoding="utf-8")
    assert '<html lang="nl">' in page
    for words in (
        "Gesimuleerde kinderen.",
        "Onderzoek, niet voor beslissingen",
        "geen medisch hulpmiddel",
        "Wat we niet weten",
        "Wat toeval doet",
        "Wat het weglaat",
        "onder de 50 is hun interval grof",
    ):
        assert words in page, words
    assert page.count("<svg") == 4
    assert "://" not in re.sub(r'xmlns="[^"]+"', "", page)


def test_the_pdf_is_the_same_page_and_tagged(compared: tuple[Path, Result]) -> None:
    out, _ = compared
    reader = PdfReader(io.BytesIO((out / "comparison.pdf").read_bytes()))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "Wat we niet weten" in text
    assert "geen medisch hulpmiddel" in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "nl"


def test_the_json_says_that_it_is_simulated(compared: tuple[Path, Result]) -> None:
    held = json.loads((compared[0] / "comparison.json").read_text(encoding="utf-8"))
    assert "not for decisions" in held["note"]
    assert held["about"]["draws"] == 6
    assert len(json.dumps(held)) < 60_000


def test_faults_in_every_file_are_told_at_once(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('id = "bad"\nmisspelled = 1\n', encoding="utf-8")
    result = ran("compare", bad, tmp_path / "absent.toml", *TINY)
    assert isinstance(result.exception, CodebookError)
    said = str(result.exception)
    assert "bad.toml" in said
    assert "absent.toml" in said


def test_one_policy_is_no_comparison() -> None:
    result = ran("compare", POLICIES / "maxima.toml")
    assert result.exit_code == 2
    assert "at least two policy files" in result.output


def test_an_outcome_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    files = (POLICIES / "maxima.toml", POLICIES / "next_day.toml")
    result = ran("compare", *files, *TINY, "--outcome", "happiness")
    assert "efs.indication.12" in str(result.exception)


def test_a_shipped_policy_answers_to_its_id_and_to_the_name_of_its_file() -> None:
    shipped = shipped_policies()
    both = [Path("maxima"), Path("utrecht_2020")]
    (_, one), (_, other) = read_files(both, None)[0]
    assert one == other
    assert one.policy_id == "maxima"
    # No file bears another policy's id: a name means one policy.
    assert all(shipped.get(file.stem, file) == file for file in shipped.values())
    with pytest.raises(CodebookError, match="neither a file nor a shipped policy"):
        read_files([Path("utrecht_2021")], None)

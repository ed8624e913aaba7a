# SPDX-License-Identifier: Apache-2.0
"""`cartulary report`: four files or nothing, the same bytes twice, no patient value in a log."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cartulary.cli import report as report_file
from cartulary.cli.main import cartulary

FORMS = {"report.html", "report.pdf", "report.xlsx", "report.json"}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cartulary, ["report", *map(str, arguments)])


@pytest.fixture(scope="module")
def example(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the example."""
    script = repository / "examples" / "maxima_2020" / "write_tables.py"
    spec = importlib.util.spec_from_file_location("example_build", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder: Path = module.write(tmp_path_factory.mktemp("programme"))
    return folder


@pytest.fixture(scope="module")
def written(example: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The Dutch report of the example, whole."""
    out = tmp_path_factory.mktemp("out") / "report"
    return out, run(example, "--lang", "nl", "--out", out)


def changed(example: Path, place: Path, table: str, old: str, new: str) -> Path:
    """The example with one text of one table replaced."""
    place.mkdir()
    for file in example.iterdir():
        text = file.read_text("utf-8")
        if file.name == table:
            assert old in text
            text = text.replace(old, new, 1)
        (place / file.name).write_text(text, "utf-8")
    return place


def test_four_files_are_written_and_nothing_else(written: tuple[Path, Result]) -> None:
    out, result = written
    assert result.exit_code == 0, result.output
    assert {file.name for file in out.iterdir()} == FORMS
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert zipfile.is_zipfile(out / "report.xlsx")
    page = (out / "report.html").read_text("utf-8")
    assert '<html lang="nl"' in page
    assert "CAR-T-celtherapie bij kinderen met B-ALL" in page
    assert "Van de 26 kinderen met een indicatie kregen er 19 CAR-T-cellen" in page
    assert json.loads((out / "report.json").read_text("utf-8"))["figures"]


def test_the_same_input_gives_the_same_bytes(
    example: Path, written: tuple[Path, Result], tmp_path: Path
) -> None:
    out, _ = written
    assert run(example, "--lang", "nl", "--out", tmp_path / "again").exit_code == 0
    for name in FORMS:
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes(), name


def test_only_the_forms_asked_for_are_written(example: Path, tmp_path: Path) -> None:
    result = run(example, "--lang", "en", "--out", tmp_path, "--only", "json", "--only", "html")
    assert result.exit_code == 0, result.output
    assert {file.name for file in tmp_path.iterdir()} == {"report.json", "report.html"}


def test_an_error_in_the_programme_writes_nothing(example: Path, tmp_path: Path) -> None:
    broken = changed(example, tmp_path / "broken", "relapse.csv", "marrow", "the moon")
    result = run(broken, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "relapse.csv" in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_without_a_folder_the_report_goes_into_one_of_the_programmes_name(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(example, "--only", "json")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{example.name}-report/report.json\n"
    assert [one.name for one in tmp_path.iterdir()] == [f"{example.name}-report"]


def test_good_courses_say_what_was_left_out(example: Path, tmp_path: Path) -> None:
    broken = changed(example, tmp_path / "broken", "relapse.csv", "marrow", "the moon")
    out = tmp_path / "out"
    result = run(broken, "--out", out, "--good-courses", "--only", "html", "--only", "json")
    assert result.exit_code == 0, result.output
    figures = {f["id"]: f for f in json.loads((out / "report.json").read_text())["figures"]}
    assert figures["flow.indication"]["value"] == 25
    page = (out / "report.html").read_text("utf-8")
    with (broken / "relapse.csv").open(encoding="utf-8") as file:
        left_out = next(row["child"] for row in csv.DictReader(file) if row["site"] == "the moon")
    assert "Left out because of errors in the data: 1 child" in page
    assert left_out in page


def test_a_programme_that_is_not_there_ends_in_words(tmp_path: Path) -> None:
    result = run(tmp_path / "absent", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_ends_in_words(example: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = run(example, "--only", "json", "--out", tmp_path / "file" / "out")
    assert result.exit_code == 1
    assert "cannot be written" in result.output
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_failure_half_way_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.html").write_bytes(b"old")
    real = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if b"second" in data:
            raise OSError(28, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(report_file.click.ClickException, match="No space left"):
        report_file.written_whole(tmp_path, {"report.html": b"first", "report.json": b"second"})
    monkeypatch.undo()
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_bytes() == b"old"


def test_progress_goes_to_stderr_and_names_no_child(written: tuple[Path, Result]) -> None:
    out, result = written
    assert [Path(line).name for line in result.stdout.splitlines()] == [
        "report.html",
        "report.pdf",
        "report.xlsx",
        "report.json",
    ]
    assert "reckoning the figures" in result.stderr
    assert "M-0" not in result.output
    assert not any("M-0" in file.name for file in out.iterdir())


def test_the_comparison_holds_the_four_rows_of_the_article(example: Path) -> None:
    result = run(example, "--lang", "en", "--compare")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    by_outcome = {line.split("  ")[0]: line for line in lines}
    efs = by_outcome["Event-free at 12 months"]
    assert "50% (35 to 64)" in efs
    assert "57%*" in efs
    assert "52%" in efs
    assert "40% (" in efs
    assert efs.split()[-1] != "child"
    survival = by_outcome["Survival at 12 months"]
    assert "76% (63 to 86)" in survival
    assert "77%*" in survival
    assert "not reported" in survival
    assert "9/22: 41% (" in by_outcome["CRS, any grade"]
    assert "infusion" in by_outcome["CRS, any grade"]
    assert "0/22: 0% (0 to " in by_outcome["ICANS, any grade"]
    assert "neurological events" in by_outcome["ICANS, any grade"]


def test_a_comparison_is_not_printed_when_small_counts_are_withheld(example: Path) -> None:
    result = run(example, "--compare", "--suppress", "5")
    assert result.exit_code == 2
    assert "--suppress" in result.output


def test_suppressed_files_hold_no_pseudonym(example: Path, tmp_path: Path) -> None:
    result = run(example, "--out", tmp_path, "--suppress", "5", "--only", "html", "--only", "xlsx")
    assert result.exit_code == 0, result.output
    assert "M-0" not in (tmp_path / "report.html").read_text("utf-8")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "report.xlsx").read_bytes())) as book:
        assert not any(b"M-0" in book.read(name) for name in book.namelist())

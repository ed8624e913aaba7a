# SPDX-License-Identifier: Apache-2.0
"""From a policy file to a cohort and its report, on the command line."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from cartulary.cli import check
from cartulary.cli.main import cartulary, main
from cartulary.course.cohort import Cohort
from cartulary.twin import simulate
from cartulary.twin.block import BLOCK_CHILDREN, Failure
from cartulary.twin.dataset import Dataset
from cartulary.twin.population_reader import default_population

POLICIES = Path(__file__).parents[2] / "examples" / "policies"
CHILDREN = 150


def ran(*arguments: object) -> Result:
    return CliRunner().invoke(cartulary, [str(one) for one in arguments])


def simulated(out: Path, *more: object, children: int = CHILDREN) -> Result:
    return ran(
        "simulate", "--children", children, "--years", 3, "--policy", POLICIES / "maxima.toml",
        "--seed", 5, "--out", out, *more,
    )  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulated") / "c.parquet"
    result = simulated(out)
    assert result.exit_code == 0, result.output
    return out


def test_the_same_seed_gives_the_same_bytes(cohort: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.parquet"
    assert simulated(again, "--threads", 1, "--chunk", 1).exit_code == 0
    assert contents(again) == contents(cohort)


def test_one_child_more_changes_no_other(cohort: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.parquet"
    assert simulated(more, children=CHILDREN + 1).exit_code == 0
    before, after = Cohort.read_parquet(cohort), Cohort.read_parquet(more)
    kept = after.select(list(before.course_ids))
    assert kept.children.equals(before.children)
    assert all(frame.equals(kept.events[kind]) for kind, frame in before.events.items())


def test_another_seed_gives_other_children(cohort: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    assert simulated(other, "--seed", 6).exit_code == 0
    ages = [Cohort.read_parquet(place).children["age_days_at_day0"] for place in (cohort, other)]
    assert not ages[0].equals(ages[1])


def test_the_population_that_was_simulated_is_said(tmp_path: Path) -> None:
    usual = simulated(tmp_path / "usual.parquet", children=20)
    assert "population real_world, policy maxima, seed 5" in usual.output
    other = POLICIES.parent / "populations" / "infants.toml"
    told = simulated(tmp_path / "infants.parquet", "--population", other, children=20)
    assert "population infants," in told.output


@pytest.mark.parametrize("command", [("simulate",), ("twin", "groups"), ("twin", "page")])
def test_help_says_which_population_is_the_default(command: tuple[str, ...]) -> None:
    words = " ".join(ran(*command, "--help").output.split())
    assert f"Default: {default_population().population_id}," in words


def test_the_report_of_a_simulated_cohort_says_so_on_every_page(
    cohort: Path, tmp_path: Path
) -> None:
    result = ran("report", cohort, "--out", tmp_path, "--only", "pdf", "--only", "json")
    assert result.exit_code == 0, result.output
    pages = [page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages]
    assert len(pages) > 5
    assert all("Simulation, not for decisions" in page for page in pages)
    figures = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    infused = next(one for one in figures["figures"] if one["id"] == "flow.infused")
    assert (infused["n"], infused["origin"]) == (CHILDREN, "simulated")


def test_an_interrupted_simulation_is_named_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, stopped = tmp_path / "whole.parquet", tmp_path / "stopped.parquet"
    children = BLOCK_CHILDREN + 20
    assert simulated(whole, children=children).exit_code == 0
    mark = Dataset.mark

    def interrupted(self: Dataset, *arguments: object) -> None:
        mark(self, *arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Dataset, "mark", interrupted)
        result = simulated(stopped, "--chunk", BLOCK_CHILDREN, children=children)
    assert result.exit_code == 130
    assert f"after {BLOCK_CHILDREN} of {children} children" in result.output
    told = ran("report", stopped, "--out", tmp_path / "report")
    assert told.exit_code == 1
    assert "dataset.unfinished" not in told.output
    assert f"{BLOCK_CHILDREN} of {children} children were simulated" in told.output
    with pytest.raises(SystemExit):
        main(
            ["simulate", "--children", str(children), "--policy", str(POLICIES / "maxima.toml"),
             "--out", str(stopped)]
        )  # fmt: skip
    assert "--resume" in capsys.readouterr().err
    assert simulated(stopped, "--resume", children=children).exit_code == 0
    assert contents(stopped) == contents(whole)


def test_children_that_could_not_be_followed_are_said_and_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        simulate.Block, "failures", property(lambda _: (Failure(3, 50.0, "too many steps"),))
    )
    result = simulated(tmp_path / "c.parquet", children=10)
    assert result.exit_code == 0, result.output
    assert "1 of 10 children could not be followed" in result.output
    listed = (tmp_path / "c.parquet" / "failures.csv").read_text(encoding="utf-8")
    assert listed == "number,day,reason\n3,50,too many steps\n"


def test_every_fault_of_a_policy_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    text = (POLICIES / "maxima.toml").read_text(encoding="utf-8")
    faulty = text.replace("[transplant]", "[transplants]").replace(
        'platform = "central"', 'platform = "moon"\ncolour = "red"'
    )
    place = tmp_path / "faulty.toml"
    place.write_text(faulty, encoding="utf-8")
    result = ran(
        "simulate", "--children", 10, "--policy", place, "--out", tmp_path / "never.parquet"
    )
    assert result.exit_code == 1
    said = str(result.exception).splitlines()
    lines = {
        word: next(n for n, line in enumerate(faulty.splitlines(), 1) if word in line)
        for word in ("moon", "[transplants]", "colour")
    }
    assert len(said) == 4
    assert said[0].startswith("faulty.toml: transplant: missing.")
    assert f"faulty.toml, line {lines['moon']}: product.platform: 'moon'." in "\n".join(said)
    assert f"faulty.toml, line {lines['[transplants]']}: transplants: unknown." in "\n".join(said)
    assert f"faulty.toml, line {lines['colour']}: product.colour: unknown." in "\n".join(said)
    assert not (tmp_path / "never.parquet").exists()


def test_dask_that_is_not_there_is_asked_for_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = simulated(tmp_path / "c.parquet", "--dask", "tcp://nowhere:8786")
    assert result.exit_code == 1
    assert "cartulary[dask]" in str(result.exception)


def test_the_groups_are_printed_with_their_numbers(cohort: Path) -> None:
    result = ran("twin", "groups", cohort)
    assert result.exit_code == 0, result.output
    for word in ("early (within 2 months)", "CD19-negative", "CD19-positive", "undetectable"):
        assert word in result.output
    assert "show how the model behaves, not what" in result.output
    both = ran("twin", "groups", cohort, "--children", 10)
    assert both.exit_code == 2


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_page_of_ten_children_is_drawn(lang: str, tmp_path: Path) -> None:
    result = ran(
        "twin", "page", "--children", 600, "--policy", POLICIES / "maxima.toml", "--years", 3,
        "--lang", lang, "--out", tmp_path,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    page = (tmp_path / "children.html").read_text(encoding="utf-8")
    told = {"en": "Simulated; no real children.", "nl": "Gesimuleerd; geen echte kinderen."}
    assert told[lang] in page
    assert page.count(">V-00") == 10
    assert "<script" not in page
    picture = (tmp_path / "children.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    # Twice the figure of the page, with a margin on every side and a heading above.
    figure = re.search(r'<svg [^>]*width="(\d+)" height="(\d+)"', page)
    assert figure is not None
    drawn = [int(one) for one in figure.groups()]
    wide, high = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert wide == 2 * (drawn[0] + 2 * 32)
    assert high > 2 * (drawn[1] + 2 * 32)
    shutil.rmtree(tmp_path)


def test_check_reads_a_simulated_cohort(cohort: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The children are more than one unfolding holds.
    monkeypatch.setattr(check, "UNFOLDED_AT_ONCE", 40)
    result = ran("check", cohort)
    assert result.exit_code == 0, result.output
    assert f"{CHILDREN} courses with" in result.output
    assert "0 errors, 0 warnings" in result.output

# SPDX-License-Identifier: Apache-2.0
"""`cartulary transplant`: five analyses, the wrong one marked, and how far the data go."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cartulary.cli.main import main
from cartulary.reports.exposure_report.printed import analyses_printed
from cartulary.reports.exposure_report.voice import ExposureFound, Voice
from cartulary.reports.exposure_report.words import conclusion
from cartulary.reports.programme_report.about import About
from cartulary.reports.text import plain
from cartulary.studies.exposure_effect import ExposureEffect
from cartulary.studies.transplant_effect import transplant_effect_of_cohort
from cartulary.studies.transplant_simulation import cohort_without_effect
from tests.journeys.drawn_programme import drawn_programme
from tests.journeys.programme_folder import folder

METHODS = ["naive", *["landmark"] * 4, "time_dependent", "simon_makuch", "clone_censor_weight"]
TWO = "child,day,reason,decision\nP-001,0,later_relapse,accepted\nP-002,0,later_relapse,accepted\n"
INFUSED = "child,day,number\nP-001,40,1\nP-002,50,1\n"
REMISSION = "child,day,timepoint,response\nP-001,68,day_28,CR\nP-002,78,day_28,CR\n"
FOLLOWED = "child,day\nP-001,500\nP-002,600\n"


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_programme(tmp_path_factory.mktemp("transplant") / "drawn")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return int(ended.value.code or 0), printed.out, printed.err


def found_in(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    status, out, _ = run(capsys, *arguments, "--json")
    assert status == 0
    found: dict[str, Any] = json.loads(out)
    return found


def effect(n: int, seed: int) -> ExposureEffect:
    """The analyses of simulated children in whom a transplant changes nothing."""
    return transplant_effect_of_cohort(cohort_without_effect(n, np.random.default_rng(seed)))


def voice(found: ExposureEffect, lang: str = "en") -> Voice:
    """What a report would say of them."""
    held = ExposureFound(
        exposure=found.exposure,
        effect=found,
        why="",
        refused="",
        states=None,
        stay=None,
        children=found.children,
        origin="simulated",
        seed=1,
    )
    return Voice(held, About("", "", None, "", (), (), ()), lang)


# --- what is printed ---------------------------------------------------------------------------


def test_every_analysis_has_its_row_and_the_naive_one_is_marked(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    found = found_in(capsys, "transplant", programme)
    assert [row["method"] for row in found["analyses"]] == METHODS
    assert [row["wrong"] for row in found["analyses"]] == [True] + [False] * 7
    status, out, _ = run(capsys, "transplant", programme)
    assert status == 0
    assert "naive, ever against never (WRONG)" in out
    assert "immortal time" in out
    assert out.splitlines()[-1].endswith("not a medical device.")


def test_a_landmark_says_how_many_it_loses(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    found = found_in(capsys, "transplant", programme)
    marks = [row for row in found["analyses"] if row["method"] == "landmark"]
    assert all(row["children"] + row["lost_before"] == found["children"] for row in marks)
    assert marks[-1]["lost_before"] > marks[0]["lost_before"]
    _, out, _ = run(capsys, "transplant", programme)
    for row in marks:
        line = next(line for line in out.splitlines() if line.startswith(row["says"]))
        cells = re.split(r"  +", line)
        assert cells[-2] == str(row["lost_before"])


def test_a_refused_analysis_points_to_its_reason(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    found = found_in(capsys, "transplant", programme)
    _, out, _ = run(capsys, "transplant", programme)
    refused = [row for row in found["analyses"] if row["hazard_ratio"]["value"] is None]
    assert refused
    lines = out.splitlines()
    assert sum("  not given  " in line for line in lines) == len(refused)
    for line in (line for line in lines if "  not given  " in line):
        number = re.search(r"(\[\d+\])$", line)
        assert number is not None
        assert any(text.startswith(f"{number[1]} ") for text in lines)


def test_states_add_to_all_children_and_their_days_to_the_year(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    states = found_in(capsys, "transplant", programme)["states"]
    for month in ("6", "12", "24"):
        shares = [by_month[month]["value"] for by_month in states["occupancy"].values()]
        assert sum(shares) == pytest.approx(1.0, abs=1e-9)  # sums of products in double precision
    days = [stay["value"] for stay in states["expected_days"].values()]
    assert sum(days) == pytest.approx(365.0, abs=1e-6)  # the same, times a year
    assert states["outside"] == {"not_infused": 6}
    _, out, _ = run(capsys, "transplant", programme)
    assert "Where 54 children are after the first infusion" in out
    assert "Not counted, 6: not infused." in out


def test_the_same_seed_gives_the_same_interval(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    one, again, other = (
        found_in(capsys, "transplant", programme, "--seed", seed)["analyses"][-1]["hazard_ratio"]
        for seed in (1, 1, 2)
    )
    assert one == again
    assert one["value"] == other["value"]
    assert (one["low"], one["high"]) != (other["low"], other["high"])


def test_the_grace_day_is_part_of_the_plan(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    found = found_in(capsys, "transplant", programme, "--grace-day", 60)
    last = found["analyses"][-1]
    assert (found["grace_day"], "by day 60" in last["says"]) == (60, True)
    late = found_in(capsys, "transplant", programme, "--grace-day", 400)["analyses"][-1]
    assert late["hazard_ratio"]["value"] is None
    assert "the grace period ends on day 400" in late["hazard_ratio"]["notes"][0]


# --- how far the data go -----------------------------------------------------------------------


def test_twenty_children_cannot_say() -> None:
    said = plain(conclusion(voice(effect(20, 3))))
    assert said.startswith("These data cannot say whether a transplant in remission helps or harms")


def test_many_children_without_an_effect_do_not_show_one() -> None:
    """The naive analysis of these children finds a protection that is not there."""
    found = effect(400, 5)
    naive = found.row("naive").ratio
    assert naive.high is not None
    assert naive.high < 1.0
    assert plain(conclusion(voice(found))).startswith("These data cannot say")
    assert plain(conclusion(voice(found, "nl"))).startswith("Deze gegevens kunnen niet zeggen")


def test_an_interval_that_leaves_out_one_is_no_proof(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    """In this programme nobody relapses after a transplant: lower, but by how much is open."""
    found = found_in(capsys, "transplant", programme)
    assert "was lower, but by how much they cannot say" in found["conclusion"]
    assert "does not show that it was the cause" in found["conclusion"]


def test_ratios_beyond_what_can_be_told_are_not_printed_to_two_digits() -> None:
    told = voice(effect(20, 3))
    assert [told.ratio(value) for value in (0.0099, 0.01, 100.0, 100.5)] == [
        "less than 0.01", "0.01", "100.00", "more than 100",
    ]  # fmt: skip


def test_a_reason_stands_once() -> None:
    table = analyses_printed(voice(effect(12, 3)))
    reasons = [line.split("] ", 1)[1] for line in table.below if line.startswith("[")]
    assert len(set(reasons)) == len(reasons)
    last = [row[-1] for row in table.rows]
    named = {int(number) for cell in last for number in re.findall(r"\d+", cell)}
    assert named == set(range(1, len(reasons) + 1))


def test_no_reason_is_told_of_another_landmark(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    found = found_in(capsys, "transplant", programme)
    refused = [
        row
        for row in found["analyses"]
        if row["method"] == "landmark" and row["hazard_ratio"]["value"] is None
    ]
    assert len(refused) == 2
    for row in refused:
        day = row["says"].removeprefix("landmark on day ")
        assert f"after day {day}," in row["why_not"]
        assert f"after day {day} " in row["hazard_ratio"]["notes"][0]


# --- odd programmes ----------------------------------------------------------------------------


def test_nobody_infused_is_refused_in_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = folder(tmp_path / "p", {"indication.csv": TWO, "last_contact.csv": FOLLOWED})
    status, out, err = run(capsys, "transplant", place)
    assert (status, out) == (1, "")
    assert "None of 2 children can be followed from an infusion." in err


def test_nobody_in_remission_still_shows_the_states(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    tables = {"indication.csv": TWO, "infusion.csv": INFUSED, "last_contact.csv": FOLLOWED}
    status, out, _ = run(capsys, "transplant", folder(tmp_path / "p", tables))
    assert status == 0
    assert "The comparison is not given: No child can be counted" in out
    assert "Where 2 children are after the first infusion" in out
    assert "Conclusion: These data say nothing of a transplant in remission." in out


def test_no_transplant_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    tables = {
        "indication.csv": TWO, "infusion.csv": INFUSED, "assessment.csv": REMISSION,
        "last_contact.csv": FOLLOWED,
    }  # fmt: skip
    found = found_in(capsys, "transplant", folder(tmp_path / "p", tables))
    assert all(row["hazard_ratio"]["value"] is None for row in found["analyses"])
    assert found["conclusion"] == (
        "These data say nothing of a transplant in remission: there was none in 2 children."
    )
    _, out, _ = run(capsys, "transplant", tmp_path / "p")
    assert "0 had had a transplant and 2 had not; either group needs 5." in out


def test_deaths_that_are_not_reported_are_not_shown_as_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    tables = {
        "programme.csv": "key,value\nname,Trial run\ncentre,PMC\norigin,recorded\n"
        "data_cut,2023-12-31\nnot_reported,os\n",
        "indication.csv": TWO, "infusion.csv": INFUSED, "assessment.csv": REMISSION,
        "last_contact.csv": FOLLOWED,
    }  # fmt: skip
    _, out, _ = run(capsys, "transplant", folder(tmp_path / "p", tables))
    dead = next(line for line in out.splitlines() if line.startswith("dead "))
    assert re.split(r"  +", dead)[1:] == ["not reported"] * 4
    assert "Note: the programme does not report deaths (os)." in out


def test_an_endpoint_that_is_not_reported_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    tables = {
        "programme.csv": "key,value\nname,Trial run\ncentre,PMC\norigin,recorded\n"
        "data_cut,2023-12-31\nnot_reported,rfs\n",
        "indication.csv": TWO, "infusion.csv": INFUSED, "last_contact.csv": FOLLOWED,
    }  # fmt: skip
    status, out, err = run(capsys, "transplant", folder(tmp_path / "p", tables))
    assert (status, out) == (1, "")
    assert "does not report rfs" in err

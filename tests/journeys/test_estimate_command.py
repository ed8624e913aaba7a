# SPDX-License-Identifier: Apache-2.0
"""`cartulary estimate`: one figure asked at the terminal, and taken on to R."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from cartulary.cli.main import main
from cartulary.codebook.endpoint_reader import endpoint
from tests.journeys.drawn_programme import drawn_programme
from tests.journeys.programme_folder import folder

EFS = "efs.treatment_policy.infusion"
CAUSES = "cir.by_class.infusion"
# The table names an event in the words of its definition; `estimate` by its code.
CODE_OF_EVENT = {
    endpoint(CAUSES).words_of(code, "en").lower(): code for code in endpoint(CAUSES).causes
}
DAYS = (90, 183, 365, 540)
DAY_LIKE = re.compile(r"\d{4}-\d\d|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}")
TO_THE_LAST_BIT = 1e-12  # both multiply the same few dozen ratios, in double precision
AS_R_PRINTS = 1e-9  # R's limits go through exp and log; fifteen digits are read back


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_programme(tmp_path_factory.mktemp("estimate") / "drawn")


class Ran:
    """What a command left behind."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def figures(self) -> dict[str, dict[str, Any]]:
        """The figures that were printed as JSON, by what they are of."""
        return {line["what"]: line for line in json.loads(self.out)["figures"]}


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ran:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return Ran(int(ended.value.code or 0), printed.out, printed.err)


def at(*days: int) -> list[str]:
    return [word for day in days for word in ("--at", str(day))]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def columns(rows: list[dict[str, str]]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Times and events of a table of follow-up."""
    return (
        np.array([float(row["AVAL"]) for row in rows]),
        np.array([1 - int(row["CNSR"]) for row in rows]),
    )


# --- what is printed ---------------------------------------------------------------------------


def test_the_default_days_and_the_medians_are_printed_with_their_method(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    ran = run(capsys, "estimate", EFS, programme)
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0].startswith("Event-free survival")
    assert "edition 1" in lines[0]
    assert "Unit: child. Origin: simulated. Children in the programme: 60." in lines
    assert [line.split("  ")[0] for line in lines[3:8]] == [
        "day 183", "day 365", "day 730", "median", "median follow-up",
    ]  # fmt: skip
    assert "Kaplan-Meier" in ran.out
    assert "Not counted, 6: not infused." in lines
    assert lines[-1].endswith("not a medical device.")


def test_each_day_asked_is_printed_once_in_the_order_asked(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    ran = run(capsys, "estimate", EFS, programme, *at(365, 90, 365), "--json")
    assert list(ran.figures) == ["day 365", "day 90", "median", "median follow-up"]


def test_what_is_piped_is_plain(programme: Path) -> None:
    piped = subprocess.run(
        [
            sys.executable,
            "-c",
            "from cartulary.cli.main import main; main()",
            "estimate",
            EFS,
            str(programme),
        ],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color"},
        check=True,
    ).stdout
    assert "day 365" in piped
    assert "\x1b" not in piped
    assert not set(piped) & set("│┃━─╭╮")


def test_a_terminal_gets_a_ruled_table(
    capsys: pytest.CaptureFixture[str], programme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    ran = run(capsys, "estimate", EFS, programme)
    assert "─" in ran.out
    assert "day 365" in ran.out


def test_a_day_beyond_all_follow_up_is_not_called_not_reached(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    ran = run(capsys, "estimate", EFS, programme, *at(9000))
    (line,) = [line for line in ran.out.splitlines() if line.startswith("day 9000")]
    assert "not known" in line
    assert "no child was followed" in line


def test_groups_are_printed_apart_and_called_descriptive(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    ran = run(capsys, "estimate", EFS, programme, *at(365), "--by", "bridging")
    assert {"chemotherapy", "inotuzumab", "none"} <= {line.split(" ")[0] for line in
                                                      ran.out.splitlines()}  # fmt: skip
    assert "Descriptive only: log-rank test" in ran.out


# --- JSON --------------------------------------------------------------------------------------


def test_json_is_the_same_every_time_and_holds_what_a_figure_must(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    first = run(capsys, "estimate", CAUSES, programme, *at(365), "--json", "--by", "sex")
    again = run(capsys, "estimate", CAUSES, programme, *at(365), "--json", "--by", "sex")
    assert first.out == again.out
    held = json.loads(first.out)
    assert set(held) == {
        "endpoint", "definition", "clock", "origin", "children", "missing", "outside", "doubts",
        "test", "figures", "left_out",
    }  # fmt: skip
    for figure in held["figures"]:
        assert {
            "group", "what", "endpoint", "definition", "unit", "n", "events", "at_days", "value",
            "low", "high", "method", "origin", "missing",
        } <= set(figure)  # fmt: skip


def test_json_of_every_endpoint_is_valid(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    for asked in ("response.day28.infusion", "rfs.hypothetical.remission", "os.indication"):
        ran = run(capsys, "estimate", asked, programme, "--json")
        assert json.loads(ran.out)["endpoint"] == asked


# --- the table for a statistician ---------------------------------------------------------------


@pytest.fixture
def adtte(programme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    place = tmp_path / "adtte.csv"
    ran = run(capsys, "estimate", EFS, programme, "--adtte", place)
    assert ran.status == 0
    assert "adtte.csv" in ran.err
    return place


def test_the_table_has_a_row_a_child_and_no_calendar_date(adtte: Path) -> None:
    text = adtte.read_text(encoding="utf-8")
    rows = table(adtte)
    assert len(rows) == len({row["USUBJID"] for row in rows}) == 54
    assert {row["ORIGIN"] for row in rows} == {"simulated"}
    assert {row["PARAMCD"] for row in rows} == {"EFS"}
    assert all(len(name) <= 8 for name in rows[0]), "ADaM allows names of eight characters"
    assert not DAY_LIKE.search(text)
    assert all((row["CNSR"] == "1") == (row["EVNTDESC"] == "") for row in rows)


def test_an_independent_estimator_finds_the_same_survival_from_the_table(
    adtte: Path, programme: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    time, event = columns(table(adtte))
    theirs = SurvfuncRight(time, event)
    ours = run(capsys, "estimate", EFS, programme, *at(*DAYS), "--json").figures
    for day in DAYS:
        place = int(np.searchsorted(theirs.surv_times, day, side="right")) - 1
        expected = 1.0 if place < 0 else float(theirs.surv_prob[place])
        assert ours[f"day {day}"]["value"] == pytest.approx(expected, abs=TO_THE_LAST_BIT)


def test_an_independent_estimator_finds_the_same_incidences_from_the_table(
    programme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "causes.csv"
    ours = run(
        capsys, "estimate", CAUSES, programme, *at(*DAYS), "--json", "--adtte", place
    ).figures
    rows = table(place)
    time, _ = columns(rows)
    names = sorted({row["EVNTDESC"] for row in rows} - {""})
    assert len(names) >= 3
    status = np.array([names.index(row["EVNTDESC"]) + 1 if row["EVNTDESC"] else 0 for row in rows])
    theirs = CumIncidenceRight(time, status)
    for number, name in enumerate(names):
        cause = CODE_OF_EVENT[name.lower()]
        for day in DAYS:
            position = int(np.searchsorted(theirs.times, day, side="right")) - 1
            expected = 0.0 if position < 0 else float(theirs.cinc[number][position])
            found = ours[f"{cause} by day {day}"]["value"]
            assert found == pytest.approx(expected, abs=TO_THE_LAST_BIT)


def printed_by_r(lines: str) -> list[list[str]]:
    """The words of each line that R prints; the test is skipped where R cannot."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("Rscript is not on this machine")
    script = (
        'if (!requireNamespace("survival", quietly = TRUE)) { cat("none"); quit() }\n'
        "library(survival)\n" + lines
    )
    printed = subprocess.run(
        [rscript, "--vanilla", "-e", script], capture_output=True, text=True, check=True
    ).stdout
    if printed == "none":
        pytest.skip("the R package survival is not on this machine")
    return [line.split() for line in printed.splitlines()]


def test_r_finds_the_same_survival_and_limits_from_the_table(
    adtte: Path, programme: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed_by_r(f"""
        adtte <- read.csv("{adtte.as_posix()}")
        fit <- survfit(Surv(AVAL, CNSR == 0) ~ 1, data = adtte, conf.type = "log-log")
        s <- summary(fit, times = c({", ".join(map(str, DAYS))}))
        for (i in seq_along(s$time))
          cat(sprintf("%d %.17g %.17g %.17g\\n", s$time[i], s$surv[i], s$lower[i], s$upper[i]))
    """)
    ours = run(capsys, "estimate", EFS, programme, *at(*DAYS), "--json").figures
    assert len(lines) == len(DAYS)
    for day, *expected in lines:
        found = ours[f"day {day}"]
        assert "log-log" in found["method"]
        assert [found["value"], found["low"], found["high"]] == pytest.approx(
            [float(number) for number in expected], abs=AS_R_PRINTS
        )


def test_r_finds_the_same_incidences_from_the_table(
    programme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "causes.csv"
    ours = run(capsys, "estimate", CAUSES, programme, *at(365), "--json", "--adtte", place).figures
    lines = printed_by_r(f"""
        adtte <- read.csv("{place.as_posix()}")
        state <- factor(ifelse(adtte$CNSR == 1, "", adtte$EVNTDESC))
        s <- summary(survfit(Surv(AVAL, state) ~ 1, data = adtte), times = 365)
        for (i in seq_along(s$states))
          cat(sprintf("%s %.17g\\n", gsub(" ", "_", tolower(s$states[i])), s$pstate[i]))
    """)
    found = {name: float(share) for name, share in lines if name != "(s0)"}
    assert len(found) >= 3
    for name, share in found.items():
        cause = CODE_OF_EVENT[name.replace("_", " ")]
        assert ours[f"{cause} by day 365"]["value"] == pytest.approx(share, abs=TO_THE_LAST_BIT)


def test_a_split_follow_up_carries_its_groups(
    programme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "groups.csv"
    ran = run(
        capsys, "estimate", EFS, programme, *at(365), "--by", "bridging", "--adtte", place, "--json"
    )
    by_group: dict[str, list[dict[str, str]]] = {}
    for row in table(place):
        assert row["GROUPVAR"] == "bridging"
        by_group.setdefault(row["GROUP"], []).append(row)
    for figure in json.loads(ran.out)["figures"]:
        if figure["what"] == "day 365":
            assert figure["n"] == len(by_group[figure["group"]])


def test_a_pseudonym_never_becomes_a_formula(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = folder(
        tmp_path / "held",
        {
            "children.csv": "child,sex,age_years,indication_date\n'=1+1,f,9,2020-03-10\n",
            "infusion.csv": "child,date,number\n'=1+1,2020-05-01,1\n",
            "last_contact.csv": "child,date\n'=1+1,2021-05-01\n",
        },
    )
    place = tmp_path / "adtte.csv"
    ran = run(capsys, "estimate", "os.infusion", held, "--adtte", place, "--good-courses", "--json")
    assert ran.status == 0, ran.err
    assert [row["USUBJID"] for row in table(place)] == ["'=1+1"]
    assert not DAY_LIKE.search(place.read_text(encoding="utf-8"))
    assert not DAY_LIKE.search(ran.out)


def test_a_response_has_no_table_of_times_and_nothing_is_written(
    programme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "adtte.csv"
    ran = run(capsys, "estimate", "response.day28.infusion", programme, "--adtte", place)
    assert (ran.status, ran.out) == (1, "")
    assert "is a response" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_an_error_and_no_traceback(
    programme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = run(capsys, "estimate", EFS, programme, "--adtte", tmp_path / "no" / "adtte.csv")
    assert ran.status == 1
    assert "cannot be written" in ran.err


# --- what is refused ---------------------------------------------------------------------------


def test_a_mistyped_endpoint_gets_its_neighbours_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = run(capsys, "estimate", "efs.hypotetical.infusion", tmp_path / "nowhere")
    assert (ran.status, ran.out) == (1, "")
    assert "efs.hypothetical.infusion" in ran.err


@pytest.mark.parametrize(
    ("endpoint", "group", "said"),
    [(EFS, "briging", "Near to it: bridging"), ("os.indication", "burden", "settled later")],
)
def test_a_group_that_cannot_be_is_refused(
    programme: Path, capsys: pytest.CaptureFixture[str], endpoint: str, group: str, said: str
) -> None:
    ran = run(capsys, "estimate", endpoint, programme, "--by", group)
    assert (ran.status, ran.out) == (1, "")
    assert said in ran.err


def test_a_programme_that_is_not_there_is_said_to_be_absent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = run(capsys, "estimate", EFS, tmp_path / "nowhere")
    assert (ran.status, ran.out) == (1, "")
    assert "There is nothing of this name" in ran.err
    assert "--good-courses" not in ran.err


def wrong_programme(place: Path) -> Path:
    """Two children, of whom one dies before the cells are given."""
    return folder(
        place,
        {
            "infusion.csv": "child,date,number\nP-001,2020-05-01,1\nP-002,2021-03-01,1\n",
            "death.csv": "child,date\nP-001,2020-04-01\n",
            "last_contact.csv": "child,date\nP-002,2022-05-01\n",
        },
    )


def test_errors_are_listed_and_nothing_is_reckoned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = wrong_programme(tmp_path / "held")
    ran = run(capsys, "estimate", "os.infusion", held, "--adtte", tmp_path / "adtte.csv")
    assert (ran.status, ran.out) == (1, "")
    assert "P-001" in ran.err
    assert f"cartulary check {held}" in ran.err
    assert not (tmp_path / "adtte.csv").exists()


def test_good_courses_go_on_and_the_others_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = wrong_programme(tmp_path / "held")
    ran = run(capsys, "estimate", "os.infusion", held, "--good-courses", "--json")
    assert ran.status == 0, ran.err
    told = json.loads(ran.out)
    assert (told["children"], list(told["left_out"])) == (1, ["P-001"])


def test_what_the_programme_does_not_report_is_not_reckoned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = drawn_programme(tmp_path / "drawn")
    described = held / "programme.csv"
    described.write_text(described.read_text(encoding="utf-8") + "not_reported,os\n", "utf-8")
    ran = run(capsys, "estimate", "os.infusion", held)
    assert (ran.status, ran.out) == (1, "")
    assert "does not report os" in ran.err
    assert run(capsys, "estimate", EFS, held).status == 0

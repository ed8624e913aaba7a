# SPDX-License-Identifier: Apache-2.0
"""`cartulary estimands`: every strategy side by side, in the terminal, as JSON and as a figure."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cartulary.cli.main import main
from cartulary.course.errors import EstimandError
from cartulary.evidence.counted import counted
from cartulary.evidence.estimate import Estimate
from cartulary.reports.estimands_data import ClockGroup, EstimandsData, StrategyMark
from cartulary.reports.figures.estimands import estimands_svg
from cartulary.studies.estimands import FAMILIES, STRATEGIES
from tests.journeys.drawn_programme import drawn_programme
from tests.journeys.programme_folder import folder

TWO = "child,day,reason,decision\nP-001,0,later_relapse,accepted\nP-002,0,later_relapse,accepted\n"
FOLLOWED = "child,day\nP-001,500\nP-002,600\n"


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_programme(tmp_path_factory.mktemp("estimands") / "drawn")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return int(ended.value.code or 0), printed.out, printed.err


def rows(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[tuple[str, str], Any]:
    """The rows printed as JSON, by clock and strategy."""
    status, out, _ = run(capsys, *arguments, "--json")
    assert status == 0
    return {(row["clock"], row["strategy"]): row for row in json.loads(out)["rows"]}


def words_in(svg: str) -> list[str]:
    """Every text of a drawing."""
    return [
        "".join(node.itertext())
        for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


# --- what is printed ---------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_clock_has_a_table_of_every_strategy(
    capsys: pytest.CaptureFixture[str], programme: Path, lang: str
) -> None:
    status, out, _ = run(capsys, "estimands", programme, "--lang", lang)
    assert status == 0
    heads = ("From the ", "Vanaf de ")[lang == "nl"]
    assert sum(line.startswith(heads) for line in out.splitlines()) == len(FAMILIES["efs"])
    first = ("treatment policy", "behandelbeleid")[lang == "nl"]
    assert sum(line.startswith(first) for line in out.splitlines()) == len(FAMILIES["efs"])
    assert out.splitlines()[-1].endswith(("not a medical device.", "geen medisch hulpmiddel."))


def test_the_dutch_text_has_no_english_left(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    _, out, _ = run(capsys, "estimands", programme, "--lang", "nl")
    plain = out.replace("estimand_table(covariates=...)", "")
    assert not re.search(r"\b(the|from|children|treatment|strategy|none|not|interval is)\b", plain)


def test_what_is_printed_is_what_was_reckoned(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    found = rows(capsys, "estimands", programme)
    _, out, _ = run(capsys, "estimands", programme)
    part = out.split("From the first infusion")[1]
    for line in part.splitlines():
        cells = re.split(r"  +", line)
        if cells[0] not in ("treatment policy", "hypothetical", "composite"):
            continue
        row = found["infusion", cells[0].replace(" ", "_")]
        at = row["at"]["12"]
        assert cells[1] == f"{100 * at['value']:.0f}%"
        assert cells[2] == f"{100 * at['low']:.0f} to {100 * at['high']:.0f}"
        assert f"{row['intercurrent']['transplant']} " in cells[-2]


def test_the_choice_of_strategy_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    found = rows(capsys, "estimands", programme)
    _, out, _ = run(capsys, "estimands", programme)
    shares = [
        row["at"]["12"]["value"]
        for (clock, strategy), row in found.items()
        if clock == "infusion" and row["at"] and strategy != "while_on_treatment"
    ]
    assert (
        f"The choice of strategy alone gives {100 * min(shares):.0f}% to {100 * max(shares):.0f}% "
        "at 12 months."
    ) in out.split("From the first infusion")[1]


def test_children_never_infused_are_counted_from_the_indication(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    found = rows(capsys, "estimands", programme)
    _, out, _ = run(capsys, "estimands", programme)
    row = found["indication", "treatment_policy"]
    assert (row["n"], row["never_infused"]) == (60, 6)
    assert "From the indication: 60 children, 6 never infused." in out
    assert found["infusion", "treatment_policy"]["never_infused"] == 0


def test_a_row_without_a_figure_says_why(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    found = rows(capsys, "estimands", programme)
    _, out, _ = run(capsys, "estimands", programme)
    refused = {strategy for (_, strategy), row in found.items() if row["refused"]}
    assert refused == {"hypothetical_weighted", "principal_stratum"}
    assert "Not given, weighted hypothetical: No covariates were given." in out
    assert "Not given, principal stratum: Not identified in one programme" in out


def test_json_holds_every_strategy_of_every_clock(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    found = rows(capsys, "estimands", programme)
    assert set(found) == {(clock, name) for clock in FAMILIES["efs"] for name in STRATEGIES}


@pytest.mark.parametrize("family", ["rfs", "os"])
def test_the_other_families_have_their_own_strategies(
    capsys: pytest.CaptureFixture[str], programme: Path, family: str
) -> None:
    found = rows(capsys, "estimands", programme, "--family", family)
    assert {clock for clock, _ in found} == set(FAMILIES[family])
    assert "stringent" not in {strategy for _, strategy in found}


def test_another_month_gives_other_figures(
    capsys: pytest.CaptureFixture[str], programme: Path
) -> None:
    found = rows(capsys, "estimands", programme, "--month", "6")
    assert list(found["infusion", "treatment_policy"]["at"]) == ["6"]
    _, out, _ = run(capsys, "estimands", programme, "--month", "6")
    assert "at 6 months" in out.splitlines()[0]


# --- the figure --------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_figure_says_what_the_table_says(
    capsys: pytest.CaptureFixture[str], programme: Path, tmp_path: Path, lang: str
) -> None:
    drawn = tmp_path / "figure.svg"
    found = rows(capsys, "estimands", programme, "--lang", lang, "--figure", drawn)
    said = words_in(drawn.read_text(encoding="utf-8"))
    to = ("to", "tot")[lang == "nl"]
    for row in found.values():
        if not row["at"]:
            continue
        at = row["at"]["12"]
        assert f"{100 * at['value']:.0f}" in said
        assert f"{100 * at['low']:.0f} {to} {100 * at['high']:.0f}" in said
    missing = ("Not shown: principal stratum", "Niet getoond: principaal stratum")[lang == "nl"]
    assert any(line.startswith(missing) for line in said)
    assert [path.name for path in tmp_path.iterdir()] == ["figure.svg"]


def test_the_figure_is_the_same_each_time() -> None:
    assert estimands_svg(sample(), "en") == estimands_svg(sample(), "en")


def test_no_text_runs_into_the_numbers_at_the_right() -> None:
    """The words of the limits stand left of them where the limits lie high."""
    high = sample(value=0.95, low=0.9, high=0.99, limits=(0.9, 1.0))
    tree = ET.fromstring(estimands_svg(high, "en"))
    words = [
        node
        for node in tree.iter("{http://www.w3.org/2000/svg}text")
        if "".join(node.itertext()) == "worst to best case"
    ]
    assert [node.get("text-anchor") for node in words] == ["end"]


def sample(**mark: Any) -> EstimandsData:
    """A figure of one strategy."""
    one = StrategyMark(**{"label": "policy", "detail": "", "value": 0.5, "n": 9} | mark)
    group = ClockGroup("From the first infusion", "9 children", (one,))
    return EstimandsData("% at 12 months", "recorded", (group,), limits_words="worst to best case")


def test_an_absent_value_stands_in_words() -> None:
    data = sample(value=None, absent="nobody followed so far")
    assert "nobody followed so far" in words_in(estimands_svg(data, "en"))


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        ({"value": 35.0}, "A share lies between 0 and 1"),
        ({"value": None}, "has no value and no reason"),
    ],
)
def test_a_mark_that_cannot_be_drawn_is_refused(mark: dict[str, Any], says: str) -> None:
    with pytest.raises(EstimandError, match=says):
        sample(**mark)


def test_a_figure_of_nothing_is_refused() -> None:
    with pytest.raises(EstimandError, match="no strategy to draw"):
        EstimandsData("%", "recorded", ())
    with pytest.raises(EstimandError, match="The origin is 'imagined'"):
        EstimandsData("%", "imagined", sample().groups)


# --- odd programmes ----------------------------------------------------------------------------


def test_nobody_infused_is_said_and_the_indicated_are_still_counted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = folder(tmp_path / "p", {"indication.csv": TWO, "last_contact.csv": FOLLOWED})
    drawn = tmp_path / "figure.svg"
    status, out, _ = run(capsys, "estimands", place, "--figure", drawn)
    assert status == 0
    assert "From the indication: 2 children, 2 never infused." in out
    assert "From the first infusion: 0 children.\nNo child can be counted from here." in out
    assert "No child can be counted from here." in words_in(drawn.read_text(encoding="utf-8"))


def test_a_programme_of_which_nobody_can_be_counted_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = folder(tmp_path / "p", {})
    drawn = tmp_path / "figure.svg"
    status, out, err = run(capsys, "estimands", place, "--figure", drawn)
    assert (status, out) == (1, "")
    assert "None of 2 children can be counted from any clock of efs." in err
    assert not drawn.exists()


def silent(place: Path, what: str) -> Path:
    return folder(
        place,
        {
            "programme.csv": "key,value\nname,Trial run\ncentre,PMC\norigin,recorded\n"
            f"data_cut,2023-12-31\nnot_reported,{what}\n",
            "indication.csv": TWO,
            "last_contact.csv": FOLLOWED,
        },
    )


def test_what_a_programme_does_not_report_is_not_reckoned(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = silent(tmp_path / "p", "os")
    status, out, err = run(capsys, "estimands", place, "--family", "os")
    assert (status, out) == (1, "")
    assert "does not report os" in err
    _, out, _ = run(capsys, "estimands", place)
    assert "Note: the programme does not report deaths (os)." in out


def test_an_edition_that_is_not_reported_leaves_a_row_with_the_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = rows(capsys, "estimands", silent(tmp_path / "p", "uk"))
    stringent = found["indication", "stringent"]
    assert stringent["at"] == {}
    assert "does not report uk" in stringent["refused"]
    assert found["indication", "treatment_policy"]["at"]


def test_a_figure_of_another_kind_or_in_no_folder_is_refused(
    capsys: pytest.CaptureFixture[str], programme: Path, tmp_path: Path
) -> None:
    status, _, err = run(capsys, "estimands", programme, "--figure", tmp_path / "figure.png")
    assert (status, "does not end in .svg" in err) == (2, True)
    status, _, err = run(capsys, "estimands", programme, "--figure", tmp_path / "no" / "figure.svg")
    assert (status, "'figure.svg' cannot be written" in err) == (1, True)


# --- the words of a count ----------------------------------------------------------------------


def test_a_refused_figure_counts_children_and_not_childs() -> None:
    with pytest.raises(EstimandError, match="3 events among 1 child\\."):
        Estimate(value=0.5, low=None, high=None, method="m", unit="child", n=1, events=3,
                 origin="recorded")  # fmt: skip
    with pytest.raises(EstimandError, match="It counts children and is a whole number"):
        Estimate(value=0.5, low=None, high=None, method="m", unit="child", n=-1, events=0,
                 origin="recorded")  # fmt: skip
    assert counted(2, "child") == "2 children"

# SPDX-License-Identifier: Apache-2.0
"""`cartulary exposure`: three ready-made exposures, printed and as a report in both languages."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from cartulary.cli.exposure import Asked, reckoned
from cartulary.cli.main import cartulary
from cartulary.cli.programme import programme_or_exit
from cartulary.reports.content import (
    Chart,
    Count,
    Note,
    Paragraph,
    Report,
    Sentence,
    Table,
)
from cartulary.reports.disclosure import controlled
from cartulary.reports.exposure_report import build_exposure_report
from cartulary.reports.figures_json import render_json
from cartulary.reports.html import render_html
from cartulary.reports.occupancy_data import OccupancyData
from tests.journeys.exposed_programme import exposed_programme

NAMES = ["transplant", "second_infusion", "loss_of_b_cell_aplasia"]
FORMS = {"report.html", "report.pdf", "report.xlsx", "report.json"}
ENGLISH = re.compile(r"\b(the|and|with|were|children|after|before|known|which)\b", re.IGNORECASE)
DUTCH = re.compile(r"\b(het|een|van|kinderen|werd|niet|zijn|naar|gebeurtenis)\b", re.IGNORECASE)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cartulary, ["exposure", *map(str, arguments)])


def found_in(*arguments: str | Path) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exposed_programme(tmp_path_factory.mktemp("exposed") / "programme")


@pytest.fixture(scope="module")
def reports(programme: Path) -> dict[tuple[str, str, int], Report]:
    """Every report of the three, in both languages, open and with small counts withheld."""
    read = programme_or_exit(programme)
    made = {}
    for name in NAMES:
        asked = Asked(endpoint="", grace_day=None, seed=1, lang=None, out=None, forms=(),
                      suppress=0, as_json=False, good_courses=False)  # fmt: skip
        found = reckoned(name, read.cohort, asked, deaths_reported=True)
        for lang in ("nl", "en"):
            for limit in (0, 5):
                made[name, lang, limit] = build_exposure_report(found, read.programme, lang, limit)
    return made


# --- the analyses --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_only_what_can_be_planned_is_compared_as_a_plan(name: str, programme: Path) -> None:
    methods = [row["method"] for row in found_in(name, programme)["analyses"]]
    sound = ["landmark"] * 4 + ["time_dependent", "simon_makuch"]
    plan = ["clone_censor_weight"] if name == "transplant" else []
    assert methods == ["naive", *sound, *plan]


@pytest.mark.parametrize("name", ["second_infusion", "loss_of_b_cell_aplasia"])
def test_the_naive_row_finds_what_is_not_there_and_the_conclusion_does_not(
    name: str, programme: Path
) -> None:
    """In these children nothing changes the hazard of relapse: the true ratio is 1."""
    found = found_in(name, programme)
    naive = next(row for row in found["analyses"] if row["wrong"])
    sound = next(row for row in found["analyses"] if row["method"] == "time_dependent")
    assert naive["hazard_ratio"]["high"] < 1.0
    assert sound["hazard_ratio"]["low"] < 1.0 < sound["hazard_ratio"]["high"]
    assert found["conclusion"].startswith("These data cannot say")


@pytest.mark.parametrize("name", NAMES)
def test_a_landmark_says_whom_it_loses(name: str, programme: Path) -> None:
    found = found_in(name, programme)
    marks = [row for row in found["analyses"] if row["method"] == "landmark"]
    assert all(row["children"] + row["lost_before"] == found["children"] for row in marks)
    assert all(row["lost_to_event"] <= row["lost_before"] for row in marks)
    assert marks[-1]["lost_before"] > marks[0]["lost_before"]


def test_what_rules_an_exposure_out_is_counted(programme: Path) -> None:
    found = found_in("loss_of_b_cell_aplasia", programme)
    assert set(found["stopped_by"]) >= {"relapse", "transplant"}
    assert found["exposed"] + sum(found["stopped_by"].values()) <= found["children"]
    assert found["never_looked_for"] == 0
    assert found_in("transplant", programme)["never_looked_for"] is None


def test_aplasia_that_nobody_looked_for_is_not_taken_as_kept(tmp_path: Path) -> None:
    place = exposed_programme(tmp_path / "p", b_cells=False)
    result = run("loss_of_b_cell_aplasia", place)
    assert result.exit_code == 0
    assert "The comparison is not given: In no child did anybody look for" in result.output
    dutch = run("loss_of_b_cell_aplasia", place, "--lang", "nl").output
    assert "Er is geen vergelijking: Bij geen enkel kind is in de follow-up gekeken" in dutch
    out = run("loss_of_b_cell_aplasia", place, "--out", tmp_path / "out", "--only", "html")
    assert out.exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "These data say nothing of loss of B-cell aplasia in remission." in words
    assert "Where the children are" in page


def test_another_endpoint_may_judge_unless_it_reads_the_exposure(programme: Path) -> None:
    found = found_in("second_infusion", programme, "--endpoint", "os.infusion")
    assert found["endpoint"] == "os.infusion"
    assert "days count from infusion" in found["notes"][0]
    result = run("second_infusion", programme, "--endpoint", "efs.composite.infusion")
    assert result.exit_code == 1
    assert "a second infusion is read as 'event'" in str(result.exception)


def test_an_unknown_exposure_is_refused_with_the_known(programme: Path) -> None:
    result = run("second_transplant", programme)
    assert result.exit_code == 1
    assert "Known: loss_of_b_cell_aplasia, second_infusion, transplant" in str(result.exception)


def test_the_ready_made_command_says_the_same(programme: Path) -> None:
    ready = CliRunner().invoke(cartulary, ["transplant", str(programme), "--json"])
    assert json.loads(ready.output) == found_in("transplant", programme)


def test_what_is_printed_cannot_be_suppressed(programme: Path) -> None:
    result = run("transplant", programme, "--suppress", "5")
    assert result.exit_code == 2
    assert "Add --out DIR" in result.output
    assert run("transplant", programme, "--only", "pdf").exit_code == 2


def test_the_printed_text_is_in_the_language_asked(programme: Path) -> None:
    dutch = run("transplant", programme, "--lang", "nl").output
    said = [line for line in dutch.splitlines() if not line.startswith("Eindpunt")]
    assert not [line for line in said if ENGLISH.search(line)]
    assert "naïef, ooit tegen nooit (FOUT)" in dutch


# --- the report ----------------------------------------------------------------------------------


def test_four_files_are_written_and_are_the_same_again(programme: Path, tmp_path: Path) -> None:
    for place in ("one", "two"):
        result = run("transplant", programme, "--out", tmp_path / place, "--lang", "nl")
        assert result.exit_code == 0, result.output
    assert {file.name for file in (tmp_path / "one").iterdir()} == FORMS
    for name in FORMS:
        once, again = ((tmp_path / place / name).read_bytes() for place in ("one", "two"))
        assert once == again, name
    pages = PdfReader(io.BytesIO((tmp_path / "one" / "report.pdf").read_bytes())).pages
    assert 4 <= len(pages) <= 9
    for shown in pages:
        assert "Simulatie, niet voor beslissingen" in re.sub(r"\s+", " ", shown.extract_text())


def blocks_of(report: Report) -> Iterator[object]:
    for section in (*report.sections, *report.appendix):
        yield from section.blocks


def sentences(report: Report) -> list[str]:
    """Everything the report says in running text, captions, footnotes and notes."""
    proses = [finding.sentences for finding in report.brief]
    proses += [note.sentences for note in report.brief_notes]
    tables = [report.brief_table] if report.brief_table else []
    for section in (*report.sections, *report.appendix):
        proses.append(section.lead)
    for block in blocks_of(report):
        if isinstance(block, Paragraph | Note):
            proses.append(block.sentences)
        elif isinstance(block, Chart):
            proses += [block.caption, (block.alt,)]
            tables.append(block.table)
        elif isinstance(block, Table):
            tables.append(block)
    for table in tables:
        proses += [table.caption, table.note, tuple(text for _, text in table.footnotes)]
    # What a source is called stands in its own language.
    return [
        "".join(span.text for span in sentence.spans if not span.lang)
        for prose in proses
        for sentence in prose
    ]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("limit", [0, 5])
def test_the_dutch_is_dutch_the_english_english_and_no_code_shows(
    name: str, limit: int, reports: dict[tuple[str, str, int], Report]
) -> None:
    for lang, foreign in (("nl", ENGLISH), ("en", DUTCH)):
        said = sentences(reports[name, lang, limit])
        assert len(said) > 20
        for sentence in said:
            assert not foreign.search(sentence), sentence
            assert not re.search(r"  |[{}]|\bNone\b|\bnan\b| \.|\*\*", sentence), sentence
            assert not re.search(r"\bp\s*[<=>]|signific", sentence), sentence


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_shape_and_the_same_figures(
    name: str, reports: dict[tuple[str, str, int], Report]
) -> None:
    dutch, english = reports[name, "nl", 0], reports[name, "en", 0]
    assert dutch.figures == english.figures
    assert [s.id for s in dutch.sections] == [s.id for s in english.sections]
    assert ("plans" in [s.id for s in dutch.sections]) == (name == "transplant")
    assert len(sentences(dutch)) == len(sentences(english))


@pytest.mark.parametrize("name", NAMES)
def test_the_states_stand_in_the_report_with_their_equal_table(
    name: str, reports: dict[tuple[str, str, int], Report]
) -> None:
    report = reports[name, "en", 0]
    (chart,) = (
        block
        for block in blocks_of(report)
        if isinstance(block, Chart) and isinstance(block.data, OccupancyData)
    )
    states = [row.cells[0] for row in chart.table.rows][: len(chart.data.bands)]
    assert states == [band.label for band in reversed(chart.data.bands)]
    days = next(b for b in blocks_of(report) if isinstance(b, Table) and b.id == "days")
    total = sum(row.cells[2].value for row in days.rows)
    assert total == pytest.approx(365.0, abs=1e-6)  # sums of products, times a year
    assert "at 12 months" in render_html(report)


@pytest.mark.parametrize("name", NAMES)
def test_small_counts_leave_by_no_door(
    name: str, reports: dict[tuple[str, str, int], Report]
) -> None:
    """Every figure that rests on a count from 1 to 4 is withheld in JSON, as in the tables."""
    open_, closed = reports[name, "en", 0], reports[name, "en", 5]
    small = {
        figure.id
        for figure in open_.figures
        if any(0 < count.value < 5 for count in figure.rests_on)
    }
    assert small
    shown = {figure["id"]: figure for figure in json.loads(render_json(closed))["figures"]}
    assert all(shown[figure]["withheld"] for figure in small)
    assert not all(figure["withheld"] for figure in shown.values())
    made = controlled(closed)
    tables = [made.brief_table] if made.brief_table else []
    tables += [block for block in blocks_of(made) if isinstance(block, Table)]
    tables += [block.table for block in blocks_of(made) if isinstance(block, Chart)]
    counts = [c for t in tables for row in t.rows for c in row.cells if isinstance(c, Count)]
    assert counts
    assert not [count for count in counts if 0 < count.value < 5]
    told = [count for sentence in _told(made) for count in sentence.rests_on]
    assert told
    assert not [count for count in told if 0 < count.value < 5]


def _told(report: Report) -> Iterator[Sentence]:
    """What a controlled report still says in its findings, leads, captions and footnotes."""
    for finding in report.brief:
        yield from finding.sentences
    for section in report.sections:
        yield from section.lead
    for block in blocks_of(report):
        if isinstance(block, Chart):
            yield from (*block.caption, block.alt)
        if isinstance(block, Table):
            yield from (text for _, text in block.footnotes)

# SPDX-License-Identifier: Apache-2.0
"""`cartulary study`: from a protocol and two programmes to a report that says how far it goes."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from cartulary import __version__
from cartulary.cli.main import cartulary
from cartulary.reports.content import Chart, MarginNote, Note, Paragraph, Prose, Report, Table
from cartulary.reports.study_report.dots import Dot, DotRow, DotsData
from cartulary.reports.study_report.two_curves import GroupCurve, TwoCurvesData
from tests.spec.target_trial_children import EXAMPLE, example

FORMS = {"report.html", "report.pdf", "report.xlsx", "report.json"}
LABEL = {"nl": "Simulatie, niet voor beslissingen", "en": "Simulation, not for decisions"}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cartulary, ["study", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's protocol with both programmes beside it."""
    place = tmp_path_factory.mktemp("study")
    example().write(place / "simulated")
    (place / "protocol.toml").write_bytes((EXAMPLE / "protocol.toml").read_bytes())
    return place


@pytest.fixture(scope="module", params=["nl", "en"])
def written(
    request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, Result]:
    """The report in one language."""
    out = tmp_path_factory.mktemp("out") / request.param
    return request.param, out, run(folder / "protocol.toml", "--lang", request.param, "--out", out)


def changed(folder: Path, place: Path, old: str, new: str) -> Path:
    """The protocol with one text replaced, beside the same programmes."""
    text = (folder / "protocol.toml").read_text("utf-8")
    assert old in text
    place.mkdir(exist_ok=True)
    (place / "simulated").symlink_to(folder / "simulated")
    (place / "protocol.toml").write_text(text.replace(old, new, 1), "utf-8")
    return place / "protocol.toml"


def test_four_files_are_written_with_plain_progress(written: tuple[str, Path, Result]) -> None:
    _, out, result = written
    assert result.exit_code == 0, result.output
    assert {file.name for file in out.iterdir()} == FORMS
    assert "comparing the groups ..." in result.stderr


def test_the_conclusion_states_estimate_how_sure_and_what_was_not_aligned(
    written: tuple[str, Path, Result],
) -> None:
    lang, out, _ = written
    page = (out / "report.html").read_text("utf-8")
    wanted = {
        "nl": ("een verschil van", "is breed", "kan de schatting verklaren", "niet gelijk te"),
        "en": ("a difference of", "is wide", "could explain the estimate", "not be aligned"),
    }[lang]
    for words in wanted:
        assert words in page, words
    figures = {f["id"]: f for f in json.loads((out / "report.json").read_text("utf-8"))["figures"]}
    end = figures["conclusion"]
    assert end["verdict"] == "higher"
    assert end["low"] < end["value"] < end["high"]
    assert end["e_value"] > end["e_value_limit"] > 1.0
    assert len(end["not_aligned"].split(" | ")) >= 6
    assert end["simulated"] is True
    truth = example().truth(4_000)
    assert end["low"] < truth.difference < end["high"]


def test_every_page_says_that_the_children_are_simulated(written: tuple[str, Path, Result]) -> None:
    lang, out, _ = written
    pages = PdfReader(io.BytesIO((out / "report.pdf").read_bytes())).pages
    assert len(pages) >= 4
    for page in pages:
        assert LABEL[lang] in re.sub(r"\s+", " ", page.extract_text())
    found = json.loads((out / "report.json").read_text("utf-8"))
    assert found["origin"] == "simulated"
    assert {figure["origin"] for figure in found["figures"]} == {"simulated"}


def test_the_same_input_gives_the_same_bytes(
    folder: Path, written: tuple[str, Path, Result], tmp_path: Path
) -> None:
    lang, out, _ = written
    again = run(folder / "protocol.toml", "--lang", lang, "--out", tmp_path / "again")
    assert again.exit_code == 0
    for name in FORMS:
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes(), name


def test_a_bad_protocol_lists_everything_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    bad = changed(folder, tmp_path / "bad", 'main = "entropy_balancing"', 'main = "magic"')
    bad.write_text(bad.read_text("utf-8").replace("landmark_day = 120", "landmark = 120"), "utf-8")
    result = run(bad, "--out", tmp_path / "out")
    assert result.exit_code == 1
    for words in ("methods.main", "delay.landmark_day", "delay.landmark", "Nothing was reckoned"):
        assert words in result.stderr, words
    assert not (tmp_path / "out").exists()


def test_a_programme_that_is_not_there_ends_in_words(folder: Path, tmp_path: Path) -> None:
    astray = changed(folder, tmp_path / "astray", 'programme = "simulated/control"',
                     'programme = "nowhere"')  # fmt: skip
    result = run(astray, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "nowhere" in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_groups_that_cannot_be_compared_stop_the_study_with_the_reason(
    folder: Path, tmp_path: Path
) -> None:
    far = changed(folder, tmp_path / "far", "day = 1096\nlast_day = 1826", "day = 5000")
    result = run(far, "--out", tmp_path / "out", "--only", "json")
    assert result.exit_code == 1
    assert "survival is asked for on day 5000" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_small_numbers_are_withheld_where_asked(folder: Path, tmp_path: Path) -> None:
    result = run(folder / "protocol.toml", "--out", tmp_path, "--only", "json", "--suppress", "5")
    assert result.exit_code == 0
    found = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert found["suppress"] == 5
    withheld = {figure["id"]: figure["withheld"] for figure in found["figures"]}
    assert withheld["estimand.hypothetical.treated"]
    assert not withheld["entropy_balancing.difference"]


def test_only_the_forms_asked_for_are_written(folder: Path, tmp_path: Path) -> None:
    result = run(folder / "protocol.toml", "--out", tmp_path, "--only", "json")
    assert result.exit_code == 0
    assert {file.name for file in tmp_path.iterdir()} == {"report.json"}


def proses(report: Report) -> Iterator[Prose]:
    """Everything the report says in running text."""
    for finding in report.brief:
        yield finding.sentences
    for section in (*report.sections, *report.appendix):
        yield section.lead
        for block in section.blocks:
            if isinstance(block, Paragraph | Note | MarginNote):
                yield block.sentences
            elif isinstance(block, Table | Chart):
                yield block.caption


def test_the_sentences_keep_to_their_language_and_give_no_verdict() -> None:
    from cartulary.reports.study_report import build_study_report
    from cartulary.studies.target_trial import read_protocol, study
    from tests.journeys.made_cohorts import programme

    treated, control = example().cohorts()
    found = study(read_protocol(EXAMPLE / "protocol.toml"), treated, control)
    foreign = {
        "nl": re.compile(r"\b(with|were|children|treated|difference|after)\b", re.IGNORECASE),
        "en": re.compile(r"\b(het|een|van|kinderen|werd|niet|zijn)\b", re.IGNORECASE),
    }
    verdict = re.compile(r"signific|\bp\s*[<=>]|better than|beter dan", re.IGNORECASE)
    for lang, other in foreign.items():
        report = build_study_report(found, programme(treated), programme(control), lang)
        for prose in proses(report):
            for sentence in prose:
                assert not verdict.search(sentence.plain), sentence.plain
                if "SIMULATED" not in sentence.plain:
                    assert not other.search(sentence.plain), sentence.plain


def test_every_method_names_its_source_and_the_program_says_how_to_cite_it(
    written: tuple[str, Path, Result],
) -> None:
    _, out, _ = written
    pages = PdfReader(io.BytesIO((out / "report.pdf").read_bytes())).pages
    printed = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
    html = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", (out / "report.html").read_text("utf-8")))
    figures = json.loads((out / "report.json").read_text("utf-8"))["figures"]
    cited = {c for figure in figures for c in figure["citations"].split(" | ") if c}
    assert len(cited) > 15
    for figure in figures:
        assert figure["citations"], figure["id"]
    for citation in cited:
        plain = citation.replace("'", "&#39;")
        assert citation in html or plain in html, citation
        assert re.sub(r"\s+", "", citation) in printed, citation
    for words in ("Cartulary", __version__, "cassiopeia_like"):
        assert words in html
    assert figures[-1]["software"] == f"Cartulary {__version__}"


def test_every_strategy_and_every_prior_has_its_figures(written: tuple[str, Path, Result]) -> None:
    lang, out, _ = written
    figures = {f["id"]: f for f in json.loads((out / "report.json").read_text("utf-8"))["figures"]}
    for strategy in ("treatment_policy", "hypothetical", "hypothetical_weighted", "composite",
                     "stringent", "while_on_treatment"):  # fmt: skip
        found = figures[f"estimand.{strategy}.difference"]
        assert found["low"] < found["value"] < found["high"], strategy
        assert "ICH E9(R1)" in found["citations"]
    policy = figures["estimand.treatment_policy.difference"]
    assert policy["value"] == figures["entropy_balancing.difference"]["value"]
    for prior in ("power_prior.0.5", "power_prior.0.25", "power_prior.1", "robust_map.0.2"):
        found = figures[prior]
        assert 0.0 <= found["type_one_error_at_plus_0"] <= found["type_one_error_at_plus_10"] <= 1.0
        assert 0.0 < found["prior_data_conflict"] < 1.0
    page = (out / "report.html").read_text("utf-8")
    assert {"nl": "Principaal stratum: niet te bepalen", "en": "Principal stratum: not identified"}[
        lang
    ] in page


def test_the_figures_of_a_study_draw_themselves() -> None:
    curve = GroupCurve("Cells", "treated", "simulated", ((0.0, 1.0), (90.0, 0.9)), 400.0,
                       (0.9, 0.8, 0.95))  # fmt: skip
    drawn = TwoCurvesData((curve,), "months after the start", 365.0).chart("en").to_dict()
    assert drawn["width"] == 680
    row = DotRow("Entropy balancing", (Dot(0.1, -0.05, 0.25),), "10 (−5 to 25)")
    dots = DotsData((row,), -0.2, 0.3, ((0.0, "0"),), "simulated", "difference", "points")
    assert dots.chart("en").to_dict()["layer"]

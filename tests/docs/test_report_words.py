# SPDX-License-Identifier: Apache-2.0
"""The report's sentences, in both languages, over cohorts of every awkward size."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

import pytest

from cartulary.course import Origin
from cartulary.reports.content import Chart, MarginNote, Note, Paragraph, Prose, Report, Table
from cartulary.reports.figures_json import render_json
from cartulary.reports.html import render_html
from cartulary.reports.programme_report import build_report
from cartulary.studies.programme import programme_figures
from tests.journeys.made_cohorts import cohort, programme

COHORTS = {
    "nobody infused": (5, Origin.RECORDED, 0.0, 900),
    "one child": (1, Origin.RECORDED, 1.0, 900),
    "no day 28 yet": (2, Origin.RECORDED, 1.0, 27),
    "no year yet": (12, Origin.RECORDED, 0.8, 120),
    "a centre": (40, Origin.RECONSTRUCTED, 0.85, 900),
    "many, simulated": (300, Origin.SIMULATED, 0.85, 900),
}
# Words that no Dutch sentence holds, and none of an English one.
ENGLISH = re.compile(
    r"\b(the|and|with|were|was not|children|treated|after|before|recorded|known)\b", re.IGNORECASE
)
DUTCH = re.compile(r"\b(het|een|van|kinderen|werd|niet|zijn|naar|behandelde)\b", re.IGNORECASE)
VERDICTS = re.compile(
    r"\bp\s*[<=>]|\bn\.s\.|signific|\bbeter dan\b|\bslechter dan\b|\bbetter than\b|\bworse than\b",
    re.IGNORECASE,
)


@cache
def report(name: str, lang: str, suppress: int = 0) -> Report:
    children, origin, infused, days = COHORTS[name]
    made = cohort(children, origin, infused=infused, followed_days=days)
    return build_report(programme_figures(made), programme(made), lang, suppress)


def proses(found: Report) -> Iterator[Prose]:
    """Everything the report says in running text, captions and notes."""
    for finding in found.brief:
        yield finding.sentences
    for note in found.brief_notes:
        yield note.sentences
    tables = [found.brief_table] if found.brief_table else []
    for section in (*found.sections, *found.appendix):
        yield section.lead
        for block in section.blocks:
            if isinstance(block, Paragraph | Note | MarginNote):
                yield block.sentences
            elif isinstance(block, Chart):
                yield block.caption
                yield (block.alt,)
                tables.append(block.table)
            elif isinstance(block, Table):
                tables.append(block)
    for table in tables:
        yield table.caption
        yield table.note
        if table.id not in ("definitions", "scales", "benchmarks"):
            yield tuple(text for _, text in table.footnotes)


def sentences(found: Report) -> list[str]:
    return [sentence.plain for prose in proses(found) for sentence in prose]


every = pytest.mark.parametrize("name", COHORTS)
both = pytest.mark.parametrize("lang", ["nl", "en"])


@every
@both
def test_every_sentence_is_whole(name: str, lang: str) -> None:
    said = sentences(report(name, lang))
    assert len(said) > 10
    for sentence in said:
        assert sentence[-1] in ".:", sentence
        assert sentence[0].isupper() or sentence[0].isdigit() or sentence[0] in "=!≠?n", sentence
        assert not re.search(r"  |\{|\}|(?<!^)\bNone\b|\bnan\b| \.| ,|\*\*", sentence), sentence


@every
def test_the_dutch_is_dutch_and_the_english_english(name: str) -> None:
    for sentence in sentences(report(name, "nl")):
        assert not ENGLISH.search(sentence), sentence
    for sentence in sentences(report(name, "en")):
        assert not DUTCH.search(sentence), sentence


@every
@both
def test_no_code_is_printed_as_a_word(name: str, lang: str) -> None:
    for sentence in sentences(report(name, lang)):
        assert not re.search(r"\b[a-z]+_[a-z]", sentence), sentence


@every
@both
def test_no_verdict_and_no_p_value(name: str, lang: str) -> None:
    for sentence in sentences(report(name, lang)):
        assert not VERDICTS.search(sentence), sentence


@every
def test_both_languages_say_the_same_things(name: str) -> None:
    def shape(found: Report) -> list[object]:
        return [
            (
                section.id,
                [(type(block).__name__, getattr(block, "id", "")) for block in section.blocks],
            )
            for section in (*found.sections, *found.appendix)
        ]

    dutch, english = report(name, "nl"), report(name, "en")
    assert shape(dutch) == shape(english)
    assert len(sentences(dutch)) == len(sentences(english))
    assert dutch.figures == english.figures


@every
@both
def test_the_origin_is_on_every_report(name: str, lang: str) -> None:
    found = report(name, lang)
    words = {
        Origin.RECORDED: ("Vastgelegd", "Recorded"),
        Origin.RECONSTRUCTED: ("gereconstrueerd", "reconstructed"),
        Origin.SIMULATED: ("Simulatie", "Simulation"),
    }[COHORTS[name][1]]
    assert words[lang != "nl"] in found.origin_label
    if name == "one child":
        assert found.origin_label in render_html(found)


def test_nobody_infused_is_said_plainly() -> None:
    said = " ".join(sentences(report("nobody infused", "nl")))
    assert "kreeg nog niemand CAR-T-cellen" in said
    assert "Nog geen kind is behandeld" in said


def test_a_year_that_nobody_reached_has_no_figure() -> None:
    found = report("no year yet", "en")
    said = " ".join(sentences(found))
    assert "cannot be estimated yet" in said
    figure = next(f for f in found.figures if f.id == "efs.hypothetical.infusion.at_365")
    assert figure.value is None


def test_none_of_something_keeps_its_interval() -> None:
    said = " ".join(sentences(report("one child", "nl")))
    assert "Het ene behandelde kind kreeg tot nu toe geen recidief." in said
    assert re.search(r"kwam niet voor \(0 van 1 infusie; (95%-BI.)?0–98\)", said)


def test_what_the_interval_allows_is_named() -> None:
    said = " ".join(sentences(report("a centre", "nl")))
    assert "procentpunt niet aan te tonen en niet uit te sluiten" in said


def test_a_programme_that_does_not_report_survival_says_so() -> None:
    made = cohort(20, Origin.RECORDED)
    figures = programme_figures(made, not_reported=("os",))
    found = build_report(figures, programme(made), "en")
    section = next(section for section in found.sections if section.id == "os")
    assert section.blocks == ()
    assert "does not report overall survival" in section.lead[0].plain
    assert "not reported" in render_html(found)


def test_a_large_cohort_draws_some_lanes_and_says_how_many() -> None:
    found = report("many, simulated", "en")
    chart = next(
        block
        for section in found.sections
        for block in section.blocks
        if isinstance(block, Chart) and block.id == "swimmer"
    )
    drawn = sum(len(group.lanes) for group in chart.data.groups)
    assert drawn <= 40
    assert f"Drawn are {drawn} of" in chart.caption[1].plain


@both
def test_a_child_too_few_to_show_is_nowhere_in_words(lang: str) -> None:
    open_, closed = report("a centre", lang), report("a centre", lang, 5)
    small = {
        figure.id
        for figure in open_.figures
        if figure.events is not None and 0 < figure.events < 5 and figure.unit == "child"
    }
    assert small
    figures = {f["id"]: f for f in json.loads(render_json(closed))["figures"]}
    assert all(figures[name]["withheld"] for name in small)
    assert "S-0001" not in render_html(closed)

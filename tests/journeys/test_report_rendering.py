# SPDX-License-Identifier: Apache-2.0
"""A report in its four forms: the same every time, whole, accessible, and never read as code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cartulary.course.errors import EstimandError
from cartulary.reports.content import (
    Absent,
    Chart,
    Column,
    Count,
    Finding,
    FlowBand,
    FlowData,
    FlowNode,
    Interval,
    Paragraph,
    Percent,
    Report,
    Row,
    Section,
    Sentence,
    Span,
    Step,
    SurvivalCurveData,
    Table,
    Words,
    says,
)
from cartulary.reports.figures.svg import svg_of
from cartulary.reports.figures_json import render_json
from cartulary.reports.html import render_html
from cartulary.reports.tabulated import set_table
from cartulary.reports.typeset.pdf import print_form, render_pdf
from cartulary.reports.wording import number as set_number
from cartulary.reports.workbook import render_workbook
from tests.journeys.sample_figures import curve, incidence, stream, swim, toxicity
from tests.journeys.sample_report import sample_report

LANGUAGES = ["nl", "en"]
NASTY = '#panic("typst") $x$ *b* _i_ `r` @l \\ <script>alert(1)</script> {{ 7*7 }} =1+1 &amp; "q"'


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """The Dutch report in print."""
    return render_pdf(sample_report("nl"))


@pytest.fixture(scope="module")
def page() -> str:
    """The Dutch report as a page."""
    return render_html(sample_report("nl"))


def _bare(**changes: object) -> Report:
    """The sample without figures, quick to render."""
    return replace(sample_report("en"), sections=(), appendix=(), **changes)


# --- print ----------------------------------------------------------------------------------------


def test_the_same_report_is_the_same_pdf_to_the_byte(pdf: bytes) -> None:
    assert render_pdf(sample_report("nl")) == pdf


@pytest.mark.slow
def test_the_pdf_is_the_same_from_another_process(pdf: bytes, repository: Path) -> None:
    """Neither hash seeds, nor the clock, nor the folder it is run from may enter the file."""
    program = (
        "import hashlib; from tests.journeys.sample_report import sample_report;"
        "from cartulary.reports.typeset.pdf import render_pdf;"
        "print(hashlib.sha256(render_pdf(sample_report('nl'))).hexdigest())"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == sha256(pdf).hexdigest()


def test_the_pdf_is_tagged_named_and_says_its_language(pdf: bytes) -> None:
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as book:
        root = book.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang) == "nl"
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        with book.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"] == sample_report("nl").title
            assert "xmp:CreateDate" not in about
        alternatives = _alternatives(root.StructTreeRoot)
    charts = [b for s in sample_report("nl").sections for b in s.blocks if isinstance(b, Chart)]
    assert {chart.alt.plain for chart in charts} <= set(alternatives)


def _alternatives(node: object) -> list[str]:
    """The alternative texts in a structure tree."""
    import pikepdf

    if isinstance(node, pikepdf.Array):
        return [text for child in node for text in _alternatives(child)]
    if not isinstance(node, pikepdf.Dictionary):
        return []
    own = [str(node.Alt)] if "/Alt" in node else []
    return own + (_alternatives(node.K) if "/K" in node else [])


def test_every_printed_page_names_origin_cut_hash_and_that_it_is_no_device(pdf: bytes) -> None:
    from pypdf import PdfReader

    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    for number, text in enumerate(pages, start=1):
        flat = " ".join(text.split())
        for words in (
            "Voorbeeld, gereconstrueerd", "1 oktober 2020", "7f3a 9c21 4e08",
            "geen medisch hulpmiddel", f"{number} / {len(pages)}",
        ):  # fmt: skip
            assert words in flat, (number, words)


def test_only_embedded_fonts_are_used(pdf: bytes) -> None:
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as book:
        names = {
            str(font.BaseFont).split("+")[-1]
            for page in book.pages
            for font in page.Resources.get("/Font", {}).values()
        }
    assert names
    assert all(name.startswith(("LibertinusSerif", "Inter")) for name in names)


@pytest.mark.parametrize("place", ["title", "finding", "cell", "note", "section"])
def test_no_word_of_a_programme_is_read_as_code_in_print(place: str) -> None:
    from pypdf import PdfReader

    report = _report_saying(NASTY, place)
    flat = "".join(
        "".join(p.extract_text() for p in PdfReader(BytesIO(render_pdf(report))).pages).split()
    )
    assert "".join(NASTY.split()) in flat


def _report_saying(words: str, place: str) -> Report:
    """A small report with these words in one place."""
    sentence = Sentence((Span(words),))
    if place == "title":
        return _bare(title=words, brief_table=None)
    if place == "finding":
        return _bare(brief=(Finding((sentence,)),), brief_table=None)
    if place == "section":
        section = Section(words, (), (Paragraph((sentence,)),))
        return replace(_bare(brief_table=None), sections=(section,))
    table = Table((says("T"),), (Column("A"),), (Row((words if place == "cell" else "x",)),),
                  note=(sentence,) if place == "note" else ())  # fmt: skip
    return _bare(brief_table=table)


# --- page -----------------------------------------------------------------------------------------


class _Outline(HTMLParser):
    """Elements and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.addresses: list[str] = []
        self.identities: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "data") and value:
                self.addresses.append(value)
            if name == "id" and value:
                self.identities.append(value)
            assert not name.startswith("on"), f"a handler on {tag}"


def test_the_page_needs_no_host_and_runs_no_script(page: str) -> None:
    outline = _Outline()
    outline.feed(page)
    assert "script" not in outline.elements
    assert not {"link", "iframe", "object", "embed", "img"} & set(outline.elements)
    assert all(address.startswith("#") for address in outline.addresses)
    urls = re.findall(r"url\(([^)]{0,24})", page)
    assert urls
    assert all(url.startswith(("data:font/woff2", "#")) for url in urls)


def test_identities_on_the_page_are_unique_and_lead_somewhere(page: str) -> None:
    outline = _Outline()
    outline.feed(page)
    assert len(outline.identities) == len(set(outline.identities))
    assert {a.removeprefix("#") for a in outline.addresses} <= set(outline.identities)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_has_a_title_a_sentence_and_an_equal_table(lang: str) -> None:
    report = sample_report(lang)
    text = render_html(report)
    charts = [b for s in report.sections for b in s.blocks if isinstance(b, Chart)]
    assert text.count('role="img"') == len(charts)
    assert text.count("<details>") == len(charts)
    for number, chart in enumerate(charts, start=1):
        assert f'<desc id="f{number}-desc">{chart.alt.plain}</desc>' in text
    assert f'<html lang="{lang}">' in text


@pytest.mark.parametrize("place", ["title", "finding", "cell", "note", "section"])
def test_no_word_of_a_programme_is_read_as_code_on_the_page(place: str) -> None:
    text = render_html(_report_saying(NASTY, place))
    assert "<script" not in text
    assert "{{ 7*7 }}" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_page_says_intervals_in_words_and_print_with_a_dash(page: str) -> None:
    assert "15 tot 64" in page
    form = json.dumps(print_form(replace(sample_report("nl"), sections=())), ensure_ascii=False)
    assert '"15–64"' in form
    assert "15 tot 64" not in form


def test_the_same_report_is_the_same_page(page: str) -> None:
    assert render_html(sample_report("nl")) == page


# --- figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["curve", "incidence", "swim", "toxicity", "stream"])
def test_each_figure_is_sound_svg_in_inter_and_the_same_twice(name: str, lang: str) -> None:
    data = {
        "curve": lambda: curve("x"), "incidence": lambda: incidence(lang),
        "swim": lambda: swim(lang), "toxicity": lambda: toxicity(lang),
        "stream": lambda: stream(lang),
    }[name]()  # fmt: skip
    svg = svg_of(data, lang)
    assert svg == svg_of(data, lang)
    root = ET.fromstring(svg)
    texts = [node for node in root.iter() if node.tag.endswith("text")]
    assert texts
    assert {node.get("font-family") for node in texts} == {"Inter"}
    assert "NaN" not in svg


def _of_thousands(data: FlowData, lang: str, times: int) -> FlowData:
    """The same flow of so many times the children."""

    def more(match: re.Match[str]) -> str:
        return set_number(int(match[0]) * times, lang)

    return FlowData(
        tuple((title, re.sub(r"\d+", more, detail)) for title, detail in data.columns),
        tuple(
            replace(node, count=replace(node.count, value=node.count.value * times))
            for node in data.nodes
        ),
        tuple(replace(band, count=band.count * times) for band in data.bands),
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_flow_of_many_children_has_room_for_its_numbers(lang: str) -> None:
    root = ET.fromstring(svg_of(_of_thousands(stream(lang), lang, 5626), lang))
    words = [node.text or "" for node in root.iter() if node.tag.endswith("text")]
    in_remission = {"nl": "in remissie", "en": "in remission"}[lang]
    # The heading of day 28 is broken after its number, so it ends before that of one year.
    assert "90\u202f016" in words
    assert in_remission in words
    assert f"90\u202f016 {in_remission}" not in words
    # Counts beside places have the same spaces between thousands as everywhere.
    assert "22\u202f504" in words
    assert not [one for one in words if re.search(r"\d{4}", one)]
    few = [
        node.text
        for node in ET.fromstring(svg_of(stream(lang), lang)).iter()
        if node.tag.endswith("text")
    ]
    assert f"16 {in_remission}" in few


def test_the_curve_shows_numbers_at_risk_and_events_under_its_months() -> None:
    root = ET.fromstring(svg_of(curve("x"), "en"))
    words = [node.text for node in root.iter() if node.tag.endswith("text")]
    assert "at risk" in words
    assert "months after infusion" in words
    for column in curve("x").table:
        assert str(column.at_risk) in words


def test_the_published_cohorts_are_marks_and_never_joined() -> None:
    """One more published figure adds marks and rules but no line path."""
    with_them = svg_of(curve("x"), "en")
    without = svg_of(replace(curve("x"), benchmarks=()), "en")
    assert with_them.count('class="mark-line') == without.count('class="mark-line')
    assert with_them.count('class="mark-symbol') > without.count('class="mark-symbol')


def test_an_origin_is_told_by_its_line() -> None:
    simulated = svg_of(replace(curve("x"), origin="simulated"), "en")
    assert 'stroke-dasharray="2,3"' in simulated
    assert 'stroke-dasharray="2,3"' not in svg_of(curve("x"), "en")


def test_figures_of_few_children_and_short_follow_up_can_be_drawn() -> None:
    short = SurvivalCurveData(
        "x", "infusion", "recorded", "child", 2, 0, (Step(0, 1, 1, 1, 2),), (10.0, 12.0), (), 12.0
    )
    assert "<svg" in svg_of(short, "en")


# --- content --------------------------------------------------------------------------------------


def test_a_flow_that_loses_a_child_is_refused() -> None:
    nodes = (
        FlowNode("a", 0, "", Count(5)),
        FlowNode("b", 1, "", Count(3)),
        FlowNode("c", 1, "", Count(1)),
    )
    with pytest.raises(EstimandError, match="4 children go out of 'a', which holds 5"):
        FlowData((("A", ""), ("B", "")), nodes, (FlowBand("a", "b", 3), FlowBand("a", "c", 1)))


def test_a_row_with_a_hole_is_refused() -> None:
    with pytest.raises(EstimandError, match="fills 1 of 2 columns"):
        Table((says("T"),), (Column("A"), Column("B")), (Row(("x",)),))


def test_a_sentence_with_an_unused_value_is_refused() -> None:
    with pytest.raises(EstimandError, match="value unused"):
        says("Nothing.", n=Count(3))


def test_values_of_a_sentence_are_never_read_as_style() -> None:
    sentence = says("**{name}** came.", name="a*b*{n}")
    assert sentence.plain == "a*b*{n} came."
    assert [span.bold for span in sentence.spans] == [True, False]


def test_footnotes_are_lettered_in_order_of_use() -> None:
    table = Table(
        (says("T"),),
        (Column("A"), Column("%"), Column("CI")),
        (
            Row(("x", Percent(0.5, footnote="second"), Interval(0.1, 0.9, footnote="first"))),
            Row(("y", Absent("not_given", columns=2, footnote="second"))),
        ),
        footnotes=(("first", says("F.")), ("second", says("S."))),
    )
    ready = set_table(table, "en", "print")
    assert [(mark, text.plain) for mark, text in ready.footnotes] == [("a", "S."), ("b", "F.")]
    assert ready.rows[1].cells[1].mark == "a"
    assert ready.rows[0].cells[2].plain == "10–90"


# --- workbook and JSON ----------------------------------------------------------------------------


def test_the_workbook_is_the_same_twice_and_no_text_becomes_a_formula() -> None:
    from openpyxl import load_workbook

    table = Table((says("T"),), (Column("A"), Column("%")),
                  (Row((Words("=1+1"), Percent(0.405, decimals=1))),), id="odd:name/1")  # fmt: skip
    report = _bare(brief_table=table, title="=cmd|' /C calc'!A0")
    first = render_workbook(report)
    assert render_workbook(report) == first
    book = load_workbook(BytesIO(first))
    kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row}
    assert "f" not in kinds
    assert book["odd name 1"]["A4"].value == "=1+1"
    assert book["odd name 1"]["B4"].value == pytest.approx(40.5, abs=1e-9)


def test_the_json_has_every_key_and_is_the_same_twice() -> None:
    text = render_json(sample_report("nl"))
    assert text == render_json(sample_report("nl"))
    content = json.loads(text)
    needed = {
        "id", "endpoint", "definition", "unit", "n", "events", "at_days", "value", "low", "high",
        "method", "origin", "missing",
    }  # fmt: skip
    assert content["figures"]
    assert all(needed <= set(figure) for figure in content["figures"])
    assert content["control_hash"] == "7f3a9c214e08d55a"


def test_no_renderer_is_loaded_before_it_is_needed(repository: Path) -> None:
    """The command line starts fast because drawing and typesetting wait until they are asked."""
    program = (
        "import sys; import cartulary.reports.content, cartulary.reports.html,"
        "cartulary.reports.workbook, cartulary.reports.typeset.pdf, cartulary.reports.figures.svg;"
        "print(sorted({'altair', 'typst', 'jinja2', 'vl_convert', 'xlsxwriter', 'polars'}"
        " & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_a_label_in_a_figure_is_never_read_as_markup() -> None:
    svg = svg_of(replace(curve("x"), label="<script>a & b</script>"), "en")
    assert "<script" not in svg
    assert "&lt;script&gt;a &amp; b&lt;/script&gt;" in svg

# SPDX-License-Identifier: Apache-2.0
"""A reader with all four forms and a linear solver finds no count that was withheld."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from cartulary.course import Origin
from cartulary.course.tables import read_programme
from cartulary.reports.content import (
    Chart,
    Count,
    MarginNote,
    Note,
    Paragraph,
    Percent,
    Prose,
    Report,
    Sentence,
    Share,
    Table,
    Words,
)
from cartulary.reports.disclosure import controlled
from cartulary.reports.figures_json import render_json
from cartulary.reports.gathered_counts import GatheredCounts, gathered
from cartulary.reports.html import render_html
from cartulary.reports.programme_report import build_report
from cartulary.reports.typeset.pdf import render_pdf
from cartulary.reports.workbook import render_workbook
from cartulary.studies.programme import programme_figures
from tests.journeys.made_cohorts import cohort, programme

MADE = {
    "one": (1, 1.0, 900),
    "five, none infused": (5, 0.0, 900),
    "twelve": (12, 0.8, 120),
    "a centre": (40, 0.85, 900),
    "many": (300, 0.85, 900),
}
COHORTS = ("example", *MADE)
LIMITS = (3, 5, 10)
QUICK = (("example", 3), ("example", 5), ("twelve", 5))
every_case = pytest.mark.parametrize(
    ("name", "limit"),
    [
        pytest.param(name, limit, marks=() if (name, limit) in QUICK else pytest.mark.slow)
        for name in COHORTS
        for limit in LIMITS
    ],
)


@cache
def _figures(name: str) -> tuple[object, object]:
    if name == "example":
        script = Path(__file__).parents[2] / "examples" / "maxima_2020" / "write_tables.py"
        spec = importlib.util.spec_from_file_location("example_build", script)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        import tempfile

        with tempfile.TemporaryDirectory() as place:
            read = read_programme(module.write(Path(place)))
        assert read.cohort is not None
        return programme_figures(read.cohort, not_reported=read.not_reported), read
    children, infused, days = MADE[name]
    made = cohort(children, Origin.RECORDED, infused=infused, followed_days=days)
    return programme_figures(made), programme(made)


def _report(name: str, limit: int, lang: str = "en") -> Report:
    figures, read = _figures(name)
    return build_report(figures, read, lang, limit)  # type: ignore[arg-type]


# --- the solver -----------------------------------------------------------------------------------


def _hidden_ranges(
    open_: GatheredCounts, shown: set[str], limit: int
) -> Iterator[tuple[str, float, float]]:
    """For each small count, the least and the most that all shown numbers leave possible."""
    alone = open_.values.keys() - open_.printed - open_.shadows
    known = shown | {key for key in alone if not open_.values[key]}
    names = [key for key in open_.values if key not in known]
    place = {key: i for i, key in enumerate(names)}
    rows, columns, signs, sides = [], [], [], []
    for line, (total, parts) in enumerate(open_.equations):
        side = 0.0
        for key, sign in ((total, -1.0), *((part, 1.0) for part in parts)):
            if key in place:
                rows.append(line)
                columns.append(place[key])
                signs.append(sign)
            else:
                side -= sign * open_.values[key]
        sides.append(side)
    shape = (len(open_.equations), len(names))
    matrix = csr_array((signs, (rows, columns)), shape=shape) if signs else None
    small = np.array([0 < open_.values[key] < limit for key in names])

    def solved(cost: np.ndarray) -> np.ndarray:
        found = linprog(cost, A_eq=matrix, b_eq=sides if signs else None, bounds=(0, 1000))
        assert found.status == 0, found.message
        return np.asarray(found.x)

    if not small.any():
        return
    # Any two solutions bound a range from within; only what they leave narrow is solved by itself.
    rng = np.random.default_rng(1)
    costs = [small * 1.0, small * -1.0, *(rng.normal(size=len(names)) * small for _ in range(6))]
    seen = np.array([solved(cost) for cost in costs])
    for i in np.flatnonzero(small):
        low, high = seen[:, i].min(), seen[:, i].max()
        if high - low < 0.999:
            cost = np.zeros(len(names))
            cost[i] = 1.0
            low, high = solved(cost)[i], solved(-cost)[i]
        yield names[i], float(low), float(high)


@every_case
def test_each_withheld_count_could_be_another(name: str, limit: int) -> None:
    report = _report(name, limit)
    open_, shown = gathered(report), gathered(controlled(report)).printed
    small = {key for key in open_.printed if 0 < open_.values[key] < limit}
    assert small or name == "five, none infused"
    assert not small & shown
    found = list(_hidden_ranges(open_, shown, limit))
    assert small <= {key for key, _, _ in found}
    told = [(key, low, high) for key, low, high in found if high - low < 0.999]
    assert not told


def test_the_solver_finds_what_is_not_protected() -> None:
    """Without complementary suppression it reckons small counts back: the test can fail."""
    report = _report("example", 5)
    open_ = gathered(report)
    shown = {key for key in open_.printed if not 0 < open_.values[key] < 5}
    told = {key for key, low, high in _hidden_ranges(open_, shown, 5) if high - low < 0.5}
    assert "flow.reinfused=3" not in shown
    assert "flow.apheresis.product_failed=2" in told


# --- words ----------------------------------------------------------------------------------------


def _tables(report: Report) -> Iterator[Table]:
    if report.brief_table:
        yield report.brief_table
    for section in (*report.sections, *report.appendix):
        for block in section.blocks:
            if isinstance(block, Chart | Table):
                yield block.table if isinstance(block, Chart) else block


def _proses(report: Report) -> Iterator[Prose]:
    for finding in (*report.brief, *report.brief_notes):
        yield finding.sentences
    for table in _tables(report):
        yield (*table.caption, *table.note)
        yield tuple(text for _, text in table.footnotes)
        cells = [cell for row in table.rows for cell in row.cells]
        texts = [cell.text if isinstance(cell, Words) else cell for cell in cells]
        yield tuple(text for text in texts if isinstance(text, Sentence))
    for section in (*report.sections, *report.appendix):
        yield section.lead
        for block in section.blocks:
            if isinstance(block, Paragraph | Note | MarginNote):
                yield block.sentences
            elif isinstance(block, Chart):
                yield (*block.caption, block.alt)


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _forms(report: Report) -> dict[str, str]:
    """All that can be read in the four forms, without space."""
    from openpyxl import load_workbook
    from pypdf import PdfReader

    page = render_html(report)
    book = load_workbook(BytesIO(render_workbook(report)))
    cells = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value]
    print_ = [p.extract_text() for p in PdfReader(BytesIO(render_pdf(report))).pages]
    return {
        "html": _flat(unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.S))),
        "pdf": _flat("".join(print_)),
        "xlsx": _flat("".join(cells)),
        "json": _flat(render_json(report)),
    }


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("name", ["example", "a centre"])
def test_no_sentence_with_a_small_count_is_in_any_form(name: str, lang: str) -> None:
    limit = 5
    report = _report(name, limit, lang)
    telling = {
        _flat(sentence.plain)
        for prose in _proses(report)
        for sentence in prose
        if any(0 < count.value < limit for count in sentence.rests_on)
    }
    long = {text for text in telling if len(text) > 25}
    assert len(long) > 5
    for form, text in _forms(report).items():
        assert not [told for told in long if told in text], form


@every_case
def test_no_row_shows_a_small_count_or_what_rests_on_it(name: str, limit: int) -> None:
    for table in _tables(controlled(_report(name, limit))):
        for row in table.rows:
            for cell in row.cells:
                counts = (cell.events, cell.n) if isinstance(cell, Share) else (cell,)
                rests = getattr(cell, "rests_on", ())
                for count in (*(c for c in counts if isinstance(c, Count)), *rests):
                    assert not 0 < count.value < limit, (table.id, row)
                if isinstance(cell, Share):
                    assert not 0 < cell.n.value - cell.events.value < limit, (table.id, row)


@pytest.mark.parametrize("name", COHORTS)
def test_every_number_of_ours_says_what_it_rests_on(name: str) -> None:
    """A number without counts could not be withheld; only published ones may stand so."""
    ours = {"This programme", "by infusion", "by child", "With an indication", "Treated", "days"}
    report = _report(name, 0)
    checked = 0
    for table in _tables(report):
        for row in table.rows:
            place = 0
            for cell in row.cells:
                if table.columns[place].group in ours and isinstance(cell, Percent):
                    assert cell.rests_on, (table.id, row)
                    checked += 1
                place += getattr(cell, "columns", 1)
    assert checked or name == "five, none infused"


@pytest.mark.parametrize("name", COHORTS)
def test_a_count_in_a_sentence_is_a_count(name: str) -> None:
    """Runs without counts hold no number but those that our templates always hold."""
    always = re.compile(
        r"9[05]%|\b(twelve|two) months\b|\b(day|grade|month|CD) ?[≥>]? ?\d+|CD19|5\.0|\b20\d\d\b"
        r"|5% blasts|\(0 of |\bOne year\b|ELIANA.*|CIBMTR.*|by 3 months|^Drawn are \d+"
    )
    sentences = [s for prose in _proses(_report(name, 5)) for s in prose]
    skipped = {"problems", "files", "definitions", "scales", "benchmarks"}
    report = _report(name, 5)
    appendix = {s.plain for t in _tables(report) if t.id in skipped for _, s in t.footnotes}
    bare = [
        (sentence.plain, span.text)
        for sentence in sentences
        if sentence.plain not in appendix and any(other.rests_on for other in sentence.spans)
        for span in sentence.spans
        if not span.rests_on
        and span.text not in _drawn(sentence)
        and re.search(r"\d", always.sub("", span.text))
    ]
    assert not bare


def _drawn(sentence: Sentence) -> str:
    """How many lanes are drawn is the figure's own number."""
    return sentence.plain.split(" of ")[0] if sentence.plain.startswith("Drawn are") else ""


def test_json_shows_no_small_number_at_risk(  # a number at risk is a count of its own
) -> None:
    for limit in LIMITS:
        for figure in json.loads(render_json(_report("a centre", limit)))["figures"]:
            assert not {"at_risk", "children", "notes"} & set(figure)

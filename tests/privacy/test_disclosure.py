# SPDX-License-Identifier: Apache-2.0
"""Small numbers leave by no door: tables, sentences, figures, JSON, workbook, page, print."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from cartulary.course.errors import EstimandError
from cartulary.reports.content import (
    Absent,
    Chart,
    Column,
    Count,
    CumulativeIncidenceData,
    Finding,
    FlowData,
    LaneGroup,
    Note,
    Percent,
    Report,
    Row,
    Share,
    Sum,
    SurvivalCurveData,
    SwimmerData,
    Table,
    Told,
    plain,
    says,
)
from cartulary.reports.disclosed_charts import disclosed_chart
from cartulary.reports.disclosure import controlled
from cartulary.reports.figures_json import render_json
from cartulary.reports.small_counts import withheld_keys
from tests.journeys.sample_figures import curve, swim
from tests.journeys.sample_report import sample_report

LIMIT = 5


def _suppressed(lang: str = "nl", limit: int = LIMIT) -> Report:
    return controlled(replace(sample_report(lang), suppress=limit))


def _range_of(
    key: str, counts: dict[str, int], equations: list[tuple[str, tuple[str, ...]]], hidden: set[str]
) -> tuple[float, float]:
    """What a reader can say about a withheld count: the least and most it can be."""
    unknown = sorted(hidden)
    rows, sides = [], []
    for total, parts in equations:
        row = [0.0] * len(unknown)
        side = 0.0
        for name, sign in ((total, -1), *((part, 1) for part in parts)):
            if name in hidden:
                row[unknown.index(name)] += sign
            else:
                side -= sign * counts[name]
        rows.append(row)
        sides.append(side)
    ends = []
    for sign in (1, -1):
        cost = np.zeros(len(unknown))
        cost[unknown.index(key)] = sign
        found = linprog(cost, A_eq=np.array(rows), b_eq=np.array(sides), bounds=(0, None))
        ends.append(sign * found.fun if found.status == 0 else np.inf)
    return ends[0], ends[1]


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, int], list[tuple[str, tuple[str, ...]]]]:
    """A table of counts with row totals, column totals and a grand total."""
    height = draw(st.integers(1, 4))
    width = draw(st.integers(2, 4))
    counts: dict[str, int] = {}
    equations: list[tuple[str, tuple[str, ...]]] = []
    number = st.one_of(st.integers(0, 6), st.integers(0, 40))
    for i in range(height):
        for j in range(width):
            counts[f"c{i}{j}"] = draw(number)
        parts = tuple(f"c{i}{j}" for j in range(width))
        counts[f"r{i}"] = sum(counts[p] for p in parts)
        equations.append((f"r{i}", parts))
    for j in range(width):
        parts = tuple(f"c{i}{j}" for i in range(height))
        counts[f"k{j}"] = sum(counts[p] for p in parts)
        equations.append((f"k{j}", parts))
    counts["all"] = sum(counts[f"r{i}"] for i in range(height))
    equations.append(("all", tuple(f"r{i}" for i in range(height))))
    equations.append(("all", tuple(f"k{j}" for j in range(width))))
    return counts, equations


@given(tables(), st.integers(2, 8))
@settings(max_examples=150)
def test_no_small_count_can_be_reckoned_back_from_the_totals(
    table: tuple[dict[str, int], list[tuple[str, tuple[str, ...]]]], limit: int
) -> None:
    counts, equations = table
    hidden = set(withheld_keys(counts, equations, limit))
    small = {key for key, value in counts.items() if 0 < value < limit}
    assert small <= hidden
    for key in small:
        least, most = _range_of(key, counts, equations, hidden)
        assert most - least > 0.5, (key, counts, hidden)


@given(tables())
@settings(max_examples=50)
def test_a_table_without_small_counts_stays_whole(
    table: tuple[dict[str, int], list[tuple[str, tuple[str, ...]]]],
) -> None:
    counts, equations = table
    tenfold = {key: value * 10 for key, value in counts.items()}
    assert withheld_keys(tenfold, equations, 10) == frozenset()


def test_the_rest_of_a_share_is_protected_too() -> None:
    """17 of 19 tells of the two without."""
    table = Table(
        (says("T"),), (Column("k"), Column("%")),
        (Row((Share(Count(17, "k"), Count(19, "n")), Percent(17 / 19, (Count(17, "k"),)))),),
    )  # fmt: skip
    report = replace(
        sample_report("en"), brief_table=table, sections=(), appendix=(), figures=(), sums=(),
        brief=(), suppress=LIMIT,
    )  # fmt: skip
    shown = controlled(report).brief_table
    assert shown is not None
    assert shown.rows[0].cells == (Absent("withheld"), Absent("withheld"))


def test_a_count_is_withheld_wherever_its_key_stands() -> None:
    """The table has to withhold 15 so that 4 is safe; the sentence then may not say 15."""
    total, small, large = Count(19, "n"), Count(4, "small"), Count(15, "large")
    table = Table(
        (says("T"),), (Column("k"),), (Row((total,)), Row((small,)), Row((large,))),
        sums=(Sum(total, (small, large)),),
    )  # fmt: skip
    report = replace(
        sample_report("en"), brief_table=table, sections=(), appendix=(), figures=(), sums=(),
        brief=(Finding((says("{k} stayed.", k=large), says("{n} came.", n=total))),),
        suppress=LIMIT,
    )  # fmt: skip
    safe = controlled(report)
    assert plain(safe.brief[0].sentences) == "19 came."
    assert safe.brief_table is not None
    assert [row.cells[0] for row in safe.brief_table.rows] == [
        total, Absent("withheld"), Absent("withheld"),
    ]  # fmt: skip


def test_words_that_stand_for_a_small_count_are_withheld() -> None:
    report = replace(
        sample_report("nl"),
        brief=(Finding((says("{a} kinderen.", a=Told("vier", (Count(4, "few"),))),)),),
        suppress=LIMIT,
    )
    assert "vier" not in plain(controlled(report).brief[0].sentences)


def test_between_two_values_of_one_count_no_small_number_is_left() -> None:
    """Five events by month six and nine by month twelve tell of the four between them."""
    said = says("{n} by then.", n=Count(9, "e")), says("{n} at first.", n=Count(5, "e"))
    report = replace(
        sample_report("en"), brief_table=None, sections=(), appendix=(), figures=(), sums=(),
        brief=(Finding(said),), suppress=LIMIT,
    )  # fmt: skip
    assert plain(controlled(report).brief[0].sentences) == "9 by then."
    assert plain(controlled(replace(report, suppress=4)).brief[0].sentences) == (
        "9 by then. 5 at first."
    )


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(EstimandError, match="is -1"):
        controlled(replace(sample_report("en"), suppress=-1))


def test_without_a_limit_nothing_changes() -> None:
    report = sample_report("nl")
    assert controlled(report) is report


def test_control_is_done_once() -> None:
    safe = _suppressed()
    assert safe.controlled
    assert controlled(safe) is safe
    assert safe.sums == ()


def test_no_shown_count_of_the_controlled_report_is_small() -> None:
    safe = _suppressed()
    tables = [safe.brief_table] + [
        block.table if isinstance(block, Chart) else block
        for section in (*safe.sections, *safe.appendix)
        for block in section.blocks
        if isinstance(block, Chart | Table)
    ]
    shown = [
        count.value
        for table in tables
        if table is not None
        for row in table.rows
        for cell in row.cells
        for count in ((cell.events, cell.n) if isinstance(cell, Share) else (cell,))
        if isinstance(count, Count)
    ]
    assert shown
    assert not [value for value in shown if 0 < value < LIMIT]


def test_lanes_that_could_be_counted_are_withheld() -> None:
    """In the sample no two courses are alike, so each relapse's month could be read off."""
    charts = [b for s in _suppressed().sections for b in s.blocks if isinstance(b, Chart)]
    assert charts
    assert not [chart for chart in charts if isinstance(chart.data, SwimmerData)]


def test_lanes_that_enough_children_share_are_drawn_without_names() -> None:
    data = swim("en")
    one = data.groups[0].lanes[0]
    alike = LaneGroup("All", tuple(replace(one, label=f"M-{i}") for i in range(6)))
    shown = disclosed_chart(replace(data, groups=(alike,)), lambda count: False, 6)
    assert isinstance(shown, SwimmerData)
    assert {lane.label for lane in shown.groups[0].lanes} == {""}
    other = replace(one, marks=())
    mixed = replace(alike, lanes=(*alike.lanes, other))
    assert disclosed_chart(replace(data, groups=(mixed,)), lambda count: False, 6) is None


def test_a_curve_keeps_only_months_that_tell_of_enough_children() -> None:
    data = disclosed_chart(curve("x"), lambda count: 0 < count.value < 4, 4)
    assert isinstance(data, SurvivalCurveData)
    assert data.marks_only
    assert data.censor_days == ()
    assert [column.month for column in data.table][:2] == [0, 6]
    for before, after in zip(data.table, data.table[1:], strict=False):
        had = after.events - before.events
        assert had == 0 or had >= 4
        assert after.at_risk >= 4


def test_a_flow_and_a_stack_with_small_parts_are_left_out_with_a_remark() -> None:
    safe = _suppressed("en")
    charts = [b for s in safe.sections for b in s.blocks if isinstance(b, Chart)]
    assert not [c for c in charts if isinstance(c.data, FlowData | CumulativeIncidenceData)]
    remarks = [plain(b.sentences) for s in safe.sections for b in s.blocks if isinstance(b, Note)]
    assert any("The figure is withheld" in text for text in remarks)


def test_json_keeps_the_name_of_a_withheld_figure_and_nothing_else() -> None:
    import json

    figures = json.loads(render_json(replace(sample_report("nl"), suppress=LIMIT)))["figures"]
    by_id = {figure["id"]: figure for figure in figures}
    one = by_id["sct.relapse"]
    assert one["withheld"] is True
    assert [one[k] for k in ("n", "events", "value", "low", "high")] == [None] * 5
    assert by_id["crs.any.infusion"]["events"] == 9


@pytest.mark.slow
def test_every_renderer_controls_the_report_itself() -> None:
    """Pseudonyms stand in the swimmer alone; with suppression no form of the report has them."""
    from openpyxl import load_workbook
    from pypdf import PdfReader

    from cartulary.reports.html import render_html
    from cartulary.reports.typeset.pdf import render_pdf
    from cartulary.reports.workbook import render_workbook

    open_ = replace(sample_report("en"), appendix=())
    asked = replace(open_, suppress=LIMIT)

    def print_text(report: Report) -> str:
        return "".join(page.extract_text() for page in PdfReader(BytesIO(render_pdf(report))).pages)

    def book_text(report: Report) -> str:
        book = load_workbook(BytesIO(render_workbook(report)))
        return " ".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row)

    assert "M-008" in render_html(open_)
    assert "M-008" not in render_html(asked)
    assert "M-008" in print_text(open_)
    assert "M-008" not in print_text(asked)
    assert "four within two months" in book_text(open_)
    assert "four within two months" not in book_text(asked)

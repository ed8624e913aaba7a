# SPDX-License-Identifier: Apache-2.0
"""A study's report gives no small number away: not as a count, not by subtraction, in no form.

The attack knows nothing of the report's keys beyond their names: it holds the children themselves,
as sets, and asks what the difference of any two or three shown counts would tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
from pypdf import PdfReader

from cartulary.course.cohort import Cohort
from cartulary.evidence import FollowUp
from cartulary.reports.cells import Interval, Number, Percent, Share, Words
from cartulary.reports.content import Chart, Count, MarginNote, Note, Paragraph, Report, Table
from cartulary.reports.disclosure import controlled
from cartulary.reports.figures_json import render_json
from cartulary.reports.html import render_html
from cartulary.reports.study_report import build_study_report
from cartulary.reports.study_report.dots import DotsData
from cartulary.reports.study_report.two_curves import TwoCurvesData
from cartulary.reports.text import Sentence
from cartulary.reports.wording import word
from cartulary.studies.survival import DAYS_OF_MONTH
from cartulary.studies.target_trial import Aligned, Protocol, Study, align, read_protocol, study
from tests.journeys.made_cohorts import programme
from tests.spec.target_trial_children import EXAMPLE, child, cohort, example, many, protocol

LIMITS = (3, 5, 10)
SETTINGS = """also = ["entropy_balancing", "matching", "maic", "maic_binary", "power_prior"]
[methods.power_prior]
discount = 0.5
controls = "weighted"
"""


@dataclass(frozen=True)
class Made:
    """A study with the cohorts it is of."""

    protocol: Protocol
    treated: Cohort
    control: Cohort
    study: Study

    def report(self, limit: int, lang: str = "en") -> Report:
        return build_study_report(
            self.study, programme(self.treated), programme(self.control), lang, "", limit
        )


@cache
def made(name: str) -> Made:
    """The example; or a small study in which nearly every count is small."""
    if name == "example":
        asked = read_protocol(EXAMPLE / "protocol.toml")
        treated, control = example().cohorts()
    elif name == "refused":
        asked = protocol(('also = ["entropy_balancing"]', 'also = ["standardisation"]'))
        treated = cohort(*many("T", 40, infused=True, event_every=4))
        control = cohort(*many("C", 60, infused=False, event_every=5))
    else:
        asked = protocol(
            ('also = ["entropy_balancing"]', SETTINGS),
            ("landmark_day = 60", "landmark_day = 60\nalso_days = [45, 75]"),
        )
        treated = cohort(*(_one("T", k, infused=True) for k in range(48)))
        control = cohort(*(_one("C", k, infused=False) for k in range(70)))
    return Made(asked, treated, control, study(asked, treated, control))


def _one(prefix: str, k: int, *, infused: bool):  # type: ignore[no-untyped-def]
    """A child of a small study: a few of each kind of everything."""
    return child(
        f"{prefix}{k:03d}",
        age=2.0 + (7 * k) % 17,
        mrd=0.004 if k % 23 == 5 else 0.02 * (1 + (5 * k) % 9),
        infusion=(30 + k % 37) if infused else None,
        relapse=40 + 9 * k if k % 4 == 0 else None,
        transplant=80 + 5 * k if k % 9 == 1 else None,
        last=200 + 10 * k if k % 11 == 3 else 900,
    )


# --- what the report shows ------------------------------------------------------------------------


def counts_of(sentences: Iterable[Sentence]) -> Iterator[Count]:
    for sentence in sentences:
        yield from sentence.rests_on


def of_table(table: Table) -> Iterator[Count]:
    yield from counts_of((*table.caption, *table.note, *(text for _, text in table.footnotes)))
    for row in table.rows:
        for cell in row.cells:
            if isinstance(cell, Count):
                yield cell
            elif isinstance(cell, Share):
                yield from (cell.events, cell.n)
            elif isinstance(cell, Percent | Interval | Number | Sentence):
                yield from cell.rests_on
            elif isinstance(cell, Words) and isinstance(cell.text, Sentence):
                yield from cell.text.rests_on


def shown(report: Report) -> dict[str, int]:
    """Every count that a controlled report gives away, by key and value."""
    found: list[Count] = [count for fact in report.facts for count in fact.rests_on]
    for finding in report.brief:
        found += counts_of(finding.sentences)
    assert report.brief_table is not None
    found += of_table(report.brief_table)
    for section in (*report.sections, *report.appendix):
        found += counts_of(section.lead)
        for block in section.blocks:
            if isinstance(block, Paragraph | Note | MarginNote):
                found += counts_of(block.sentences)
            elif isinstance(block, Table):
                found += of_table(block)
            elif isinstance(block, Chart):
                found += [*counts_of((*block.caption, block.alt)), *of_table(block.table)]
                if isinstance(block.data, DotsData):
                    found += block.data.rests_on
                if isinstance(block.data, TwoCurvesData):
                    for curve in block.data.curves:
                        found += [c for column in curve.table for c in column.known_as]
                        if curve.named is not None:
                            found += curve.rests_on
    for figure in report.figures:
        if not figure.withheld:
            found += figure.rests_on
    return {f"{count.key}={count.value}": count.value for count in found}


# --- what the attacker knows ----------------------------------------------------------------------


def sets_of(one: Made, name: str) -> dict[str, frozenset[str]]:
    """Every count of a group as the children it counts, by the key that names it."""
    aligned = one.study.aligned
    group = aligned.treated if name == "treated" else aligned.control
    rows, day = group.follow_up, float(one.protocol.day)
    cohort_of = one.treated if name == "treated" else one.control
    everyone = frozenset(cohort_of.children["course_id"].to_list())
    found = {f"{name}.file": everyone, f"{name}.n": children(rows, rows.exit >= 0)}
    found |= by_days(rows, name, "events")
    found[f"{name}.events"] = children(rows, rows.status > 0)
    found[f"{name}.events.by_{day:g}"] = children(rows, (rows.status > 0) & (rows.exit <= day))
    found[f"{name}.lost"] = children(rows, (rows.status == 0) & (rows.exit < day))
    found[f"{name}.known"] = found[f"{name}.n"] - found[f"{name}.lost"]
    first = group.after.before_event
    for kind, days in group.after.days.items():
        found[f"{name}.other.{kind}"] = children(rows, np.isfinite(first) & (days == first))
    policy = group.after.policy
    had = (policy.status > 0) & (policy.exit <= day)
    before = np.isfinite(first)
    end = f"events.by_{day:g}"
    found[f"{name}.hypothetical.{end}"] = children(rows, had & ~before)
    found[f"{name}.composite.{end}"] = children(rows, (had & ~before) | (first <= day))
    sooner = np.minimum(first, group.after.molecular) <= np.minimum(day, policy.exit)
    found[f"{name}.stringent.{end}"] = children(rows, had | sooner)
    matched = next((c for c in one.study.comparisons if c.method == "matching"), None)
    if matched is not None and matched.weights is not None:
        w = matched.weights.treated if name == "treated" else matched.weights.control
        found["pairs"] = children(rows, w > 0)
        found[f"pairs.{name}.{end}"] = children(
            rows, (w > 0) & (rows.status > 0) & (rows.exit <= day)
        )  # fmt: skip
    for prefix, other in elsewhere(one):
        there = other.treated if name == "treated" else other.control
        again = there.follow_up
        found[f"{prefix}.{name}.n"] = children(again, again.exit >= 0)
        found[f"{prefix}.{name}.{end}"] = children(
            again, (again.status > 0) & (again.exit <= day)
        )  # fmt: skip
    return found


def children(rows: FollowUp, which: np.ndarray) -> frozenset[str]:
    assert rows.child_ids is not None
    return frozenset(rows.child_ids[which].tolist())


def by_days(rows: FollowUp, name: str, what: str) -> dict[str, frozenset[str]]:
    """At risk and with the event, at every month the report prints."""
    found = {}
    for month, day in DAYS_OF_MONTH.items():
        found[f"{name}.{what}.at_risk_{month}"] = children(rows, rows.exit >= day)
        found[f"{name}.{what}.by_{float(day):g}"] = children(
            rows, (rows.status > 0) & (rows.exit <= day)
        )
    return found


def elsewhere(one: Made) -> Iterator[tuple[str, Aligned]]:
    """The same files from other starts, aligned anew."""
    for landmark in one.study.landmarks:
        if landmark.found is not None:
            day = landmark.day
            aligned = align(one.protocol, one.treated, one.control, start_day=day)
            yield f"start_{day}", aligned
    if one.study.immortal is not None:
        yield "immortal", align(one.protocol, one.treated, one.control, immortal=True)


# --- the promises ---------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("name", ["example", "small"])
def test_no_shown_count_is_small(name: str, limit: int) -> None:
    counts = shown(controlled(made(name).report(limit)))
    assert not {key: value for key, value in counts.items() if 0 < value < limit}
    open_counts = shown(made(name).report(0))
    assert {key for key, value in open_counts.items() if 0 < value < limit}, "nothing was at stake"


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("name", ["example", "small"])
def test_no_small_number_of_children_is_left_between_shown_counts(name: str, limit: int) -> None:
    one = made(name)
    counts = shown(controlled(one.report(limit)))
    told = 0
    for group in ("treated", "control"):
        sets = sets_of(one, group)
        known = {
            key: members for key, members in sets.items() if f"{key}={len(members)}" in counts
        }  # fmt: skip
        told += len(known)
        for (key, a), (other, b) in combinations(known.items(), 2):
            for less, more in ((a, b), (b, a)):
                if less < more:
                    assert len(more - less) >= limit, (group, key, other, len(more - less))
        for (k, a), (m, b) in combinations(known.items(), 2):
            if a & b:
                continue
            for whole, c in known.items():
                if (a | b) < c:
                    assert len(c - a - b) >= limit, (group, k, m, whole)
    assert told > (8 if name == "example" else 2), "an empty report keeps no promise"


def test_the_attack_finds_what_an_open_report_gives_away() -> None:
    """The sets are those the keys speak of: in the open report each agrees with its count."""
    for name in ("example", "small"):
        one = made(name)
        counts = shown(one.report(0))
        for group in ("treated", "control"):
            found = {
                key for key, members in sets_of(one, group).items()
                if f"{key}={len(members)}" in counts
            }  # fmt: skip
            wanted = {"file", "n", "events.by_1096" if name == "example" else "events.by_365",
                      "known"}  # fmt: skip
            assert {f"{group}.{key}" for key in wanted} <= found
            for strategy in ("hypothetical", "composite", "stringent"):
                if not one.study.estimands.spread:
                    continue
                row = next(r for r in one.study.estimands.rows if r.strategy == strategy)
                if row.treated is not None:
                    day = one.protocol.day
                    assert f"{group}.{strategy}.events.by_{day}" in found, (name, strategy)


def test_the_main_estimate_survives_where_it_may() -> None:
    safe = controlled(made("example").report(5))
    figures = {figure.id: figure for figure in safe.figures}
    assert not figures["entropy_balancing.difference"].withheld
    assert not figures["conclusion"].withheld


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_form_passes_through_the_control(lang: str) -> None:
    from cartulary.reports.typeset.pdf import render_pdf
    from cartulary.reports.workbook import render_workbook

    report, limit = made("example").report(10, lang), 10
    records = json.loads(render_json(report))["figures"]
    for record in records:
        for key in ("n", "events", "missing"):
            assert record[key] is None or record[key] == 0 or record[key] >= limit, record["id"]
        assert "tips_at" not in record
        assert "notes" not in record
    assert any(record["withheld"] for record in records)
    assert any(not record["withheld"] for record in records)
    text = re.sub(r"<[^>]+>", " ", render_html(report))
    text += " ".join(page.extract_text() for page in PdfReader(BytesIO(render_pdf(report))).pages)
    text += _workbook_text(render_workbook(report))
    few = re.findall(r"(?<![\d.,–-])([1-9]) (?:children|child|kinderen|kind)\b", text)
    assert few == []
    assert word("absent.withheld", lang) in text


def _workbook_text(content: bytes) -> str:
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(content))
    return " ".join(
        str(value)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None
    )


def test_a_curve_is_left_at_months_and_a_hidden_row_has_no_dot() -> None:
    safe = controlled(made("example").report(5))
    charts = [b for section in safe.sections for b in section.blocks if isinstance(b, Chart)]
    curves = next(c.data for c in charts if isinstance(c.data, TwoCurvesData))
    months = set(DAYS_OF_MONTH) | {0}
    for curve in curves.curves:
        assert curve.marks_only
        assert {column.month for column in curve.table} <= months
        assert len(curve.steps) == len(curve.table)
    for chart in charts:
        if isinstance(chart.data, DotsData):
            for row in chart.data.rows:
                assert bool(row.dots) != (row.words == chart.data.withheld)


def test_without_a_limit_the_report_is_whole() -> None:
    report = made("example").report(0)
    assert controlled(report) is report
    assert not any(figure.withheld for figure in report.figures)


def test_a_reason_with_counts_of_its_own_is_withheld() -> None:
    """Refusals are sentences of the program and may name any count."""
    one = made("refused")
    refused = [c.refusal for c in one.study.comparisons if c.refusal]
    page = render_html(one.report(5))
    open_page = render_html(one.report(0))
    assert refused, "a method of this study is refused"
    for why in refused:
        start = why.split(".")[0][:40]
        assert start in open_page
        assert start not in page

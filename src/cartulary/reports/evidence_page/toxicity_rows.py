# SPDX-License-Identifier: Apache-2.0
"""Toxicity beside the published cohorts: a row a cohort, each in the unit in which it counts."""

from __future__ import annotations

import re

from cartulary.codebook.scale_reader import scales
from cartulary.evidence import Estimate
from cartulary.reports.content import Cell, Column, Count, Row, Section, Sentence, Table
from cartulary.reports.evidence_page.cohort_names import short_names
from cartulary.reports.programme_report.code_words import STUDIES
from cartulary.reports.programme_report.counts import toxicity_key
from cartulary.reports.programme_report.event_free import SIGNS
from cartulary.reports.programme_report.grades import grades_table
from cartulary.reports.programme_report.published_words import published_cells, remarks
from cartulary.reports.programme_report.teller import Teller, row_cells
from cartulary.reports.programme_report.toxicity import toxicity_name, toxicity_sentences
from cartulary.reports.wording import units
from cartulary.studies.published import PublishedBeside
from cartulary.studies.toxicity import ToxicityFigure

BESIDE = "toxicity-beside"
_NOTES = {"derived": "reckoned", "unconfirmed": "unconfirmed"}


def toxicity_part(tell: Teller) -> Section:
    """The table with its intervals, and the grades of each toxicity."""
    title = tell.t("Toxiciteit naast de benchmarks", "Toxicity beside the benchmarks")
    if not tell.figures.toxicity:
        said = tell.says(
            "Van geen enkele infusie is vastgelegd of er toxiciteit was.",
            "For no infusion it was recorded whether there was toxicity.",
        )
        return Section(title, (said,), (), id="toxicity")
    grades = [figure for figure in tell.figures.grades if sum(figure.grades)]
    blocks = (_table(tell), *((grades_table(tell, grades),) if grades else ()))
    return Section(title, toxicity_sentences(tell), blocks, id="toxicity")


def row_styles(tell: Teller) -> tuple[str, ...]:
    """How each row of the table is marked: "ours", or the style of a published cohort."""
    styles: list[str] = []
    for figure in _shown(tell):
        styles += ["ours"] * len(_ours(tell, figure))
        for beside in figure.published:
            study = beside.benchmark.study
            styles.append(study if study in STUDIES else "third")
    return tuple(styles)


def _shown(tell: Teller) -> list[ToxicityFigure]:
    """The figures without higher grades of a toxicity that neither we nor anybody had."""
    return [
        figure
        for figure in tell.figures.toxicity
        if figure.at_least <= 1 or figure.published or (figure.by_child and figure.by_child.events)
    ]


def _ours(tell: Teller, figure: ToxicityFigure) -> list[tuple[Estimate, str]]:
    """By child, as published cohorts count; by infusion too where that is another number."""
    name = toxicity_key(figure.kind, figure.at_least)
    found = [(one, f"{name}.{one.unit}") for one in (figure.by_child, figure.by_infusion) if one]
    same = len(found) == 2 and found[0][0].n == found[1][0].n
    return found[:1] if same else found


def _table(tell: Teller) -> Table:
    rows: list[Row] = []
    shown = _shown(tell)
    cohorts = {b.benchmark.id: b.benchmark for figure in shown for b in figure.published}
    names = short_names(list(cohorts.values()), tell.lang)
    used: set[str] = set()
    for figure in shown:
        label: str = toxicity_name(tell, figure.kind, figure.at_least)
        for place, (estimate, key) in enumerate(_ours(tell, figure)):
            first, *rest = tell.cells(estimate, key)
            cells: tuple[Cell, ...] = (
                label if place == 0 else "",
                tell.t("Programma", "Programme") if place == 0 else "",
                first,
                units(2, estimate.unit, tell.lang),
                *rest,
                "",
                _scale(tell, figure, estimate) if place == 0 else "",
            )
            rows.append(Row(row_cells(*cells), starts_group=place == 0))
        for beside in figure.published:
            used.add(beside.comparable)
            rows.append(_published(tell, beside, names[beside.benchmark.id]))
    ci = tell.t("95%-interval", "95% interval")
    return Table(
        id=BESIDE,
        caption=(
            tell.says(
                "Toxiciteit per kind, en per infusie waar dat een ander getal is, naast de "
                "gepubliceerde cohorten.",
                "Toxicity by child, and by infusion where that is another number, beside the "
                "published cohorts.",
            ),
        ),
        columns=(
            Column(tell.t("Uitkomst", "Outcome")),
            Column(tell.t("Cohort", "Cohort")),
            Column(tell.t("n van", "n of"), align="right"),
            Column(tell.t("eenheid", "unit")),
            Column("%", align="right", strong=True),
            Column(ci),
            Column(tell.t("vergelijkbaar", "comparable"), align="centre"),
            Column(tell.t("schaal of definitie", "scale or definition"), weight=1),
        ),
        rows=tuple(rows),
        footnotes=_footnotes(tell),
    )


def _footnotes(tell: Teller) -> tuple[tuple[str, Sentence], ...]:
    reckoned = tell.says(
        "Interval berekend uit de gedrukte aantallen.",
        "Interval reckoned from the printed counts.",
    )
    unconfirmed = tell.says("Interval onbevestigd.", "Interval unconfirmed.")
    return (("reckoned", reckoned), ("unconfirmed", unconfirmed))


def _scale(tell: Teller, figure: ToxicityFigure, estimate: Estimate) -> Cell:
    known = scales()
    names = [known[one].name.text(tell.lang) if one in known else one for one in figure.scales]
    # What is graded stands at the left already: "(CTCAE 5.0)" is enough.
    said = "; ".join(re.sub(r".*\(([^)]*)\)$", r"\1", name) for name in names) or tell.t(
        "zoals vastgelegd", "as recorded"
    )
    if not estimate.missing:
        return said
    name = toxicity_key(figure.kind, figure.at_least)
    return tell.says(
        "{said}; {missing} niet beoordeeld",
        "{said}; {missing} not assessed",
        said=said,
        missing=Count(estimate.missing, f"{name}.{estimate.unit}.missing"),
    )


def _published(tell: Teller, beside: PublishedBeside, name: str) -> Row:
    row = beside.row
    if row.count is not None and row.n:
        counted = f"{tell.number(row.count)}/{tell.number(row.n)}"
    else:
        counted = f"n {tell.number(row.n)}" if row.n else tell.t("n niet vermeld", "n not given")
    sign, nl, en = SIGNS[beside.comparable]
    remark = remarks(tell, beside, named=False)
    said_of_it = remark.plain.rstrip(".") if remark is not None else tell.t(nl, en)
    parts = [part for part in said_of_it.split("; ") if not part.lower().startswith("interval ")]
    words = "; ".join(parts) or tell.t(nl, en)
    cells = (
        "",
        name,
        counted,
        units(2, row.unit, tell.lang) if row.unit in ("child", "infusion") else row.unit,
        *published_cells(tell, beside, _NOTES.get(beside.interval_is, "")),
        "" if beside.comparable == "same" else sign,
        words,
    )
    return Row(row_cells(*cells))

# SPDX-License-Identifier: Apache-2.0
"""Table 1: the programme beside ELIANA and the CIBMTR, with a footnote for all that differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cartulary.evidence import Estimate
from cartulary.reports.content import Absent, Cell, Column, Count, Row, Sentence, Table, Told, Words
from cartulary.reports.programme_report.code_words import STUDIES
from cartulary.reports.programme_report.counts import toxicity_key
from cartulary.reports.programme_report.curve import NAMED_MONTH
from cartulary.reports.programme_report.published_words import (
    of_study,
    published_cells,
    remarks,
    with_size,
)
from cartulary.reports.programme_report.teller import Teller, row_cells
from cartulary.reports.programme_report.toxicity import found_of, toxicity_name
from cartulary.studies.published import PublishedBeside, published_rows
from cartulary.studies.toxicity import THRESHOLDS

TOXICITIES = (
    ("crs", 1),
    ("crs", 4),
    ("icans", 1),
    ("febrile_neutropenia", 1),
    ("neutropenia_beyond_day_28", 1),
)
NEW_GROUP = ("crs1", "febrile_neutropenia1")


@dataclass
class _Notes:
    """Footnotes by text, so that one remark has one letter."""

    texts: dict[str, Sentence] = field(default_factory=dict)

    def name_of(self, remark: Sentence | None) -> str:
        if remark is None:
            return ""
        self.texts.setdefault(remark.plain, remark)
        return remark.plain


def outcome_table(tell: Teller) -> Table:
    """Eight outcomes; each row names its unit."""
    notes = _Notes()
    rows = [_survival_row(tell, notes, "efs"), _survival_row(tell, notes, "os")]
    for kind, at_least in TOXICITIES:
        rows.append(_toxicity_row(tell, notes, kind, at_least))
    rows.append(_transplant_row(tell, notes))
    ours = tell.t("Dit programma", "This programme")
    ci = tell.t("95%-BI", "95% CI")
    heads = _heads(tell)
    return Table(
        id="outcomes",
        caption=(
            tell.says(
                "Het programma naast ELIANA en CIBMTR, die kinderen tellen; met 95%-interval.",
                "The programme beside ELIANA and CIBMTR, which count children; with 95% interval.",
            ),
        ),
        columns=(
            Column(tell.t("Uitkomst", "Outcome"), weight=1),
            Column("per", quiet=True),
            Column("n/N", ours, "right"),
            Column("%", ours, "right", strong=True),
            Column(ci, ours),
            Column("%", heads["eliana"], "right"),
            Column(ci, heads["eliana"]),
            Column("%", heads["cibmtr"], "right"),
            Column(ci, heads["cibmtr"]),
        ),
        rows=tuple(rows),
        footnotes=tuple(notes.texts.items()),
        note=_general(tell),
    )


def _general(tell: Teller) -> tuple[Sentence, ...]:
    again = (
        tell.says(
            "{k} {got} meer dan één infusie; intervallen per infusie houden daar rekening mee.",
            "{k} had more than one infusion; intervals by infusion allow for that.",
            k=tell.children("flow.reinfused", capital=True),
            **(
                {"got": "kreeg" if tell.value("flow.reinfused") == 1 else "kregen"}
                if tell.lang == "nl"
                else {}
            ),
        )
        if tell.value("flow.reinfused")
        else None
    )
    return tell.prose(
        tell.says("n.g. = niet gegeven.", "n.g. = not given."),
        again,
    )


def _heads(tell: Teller) -> dict[str, str]:
    """The name of each study with its size; the name alone where it prints nothing here."""
    heads = dict(STUDIES)
    for cohort, _ in published_rows("efs", 365):
        heads[cohort.study] = with_size(tell, cohort)
    return heads


def _published(
    tell: Teller, notes: _Notes, found: Sequence[PublishedBeside], month: int | None = None
) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for study in STUDIES:
        beside = of_study(found, study, month)
        remark = remarks(tell, beside, named=False) if beside is not None else None
        cells += published_cells(tell, beside, notes.name_of(remark))
    return tuple(cells)


def _survival_row(tell: Teller, notes: _Notes, family: str) -> Row:
    label = {
        "efs": tell.t("Vrij van events, 12 mnd", "Event-free, 12 months"),
        "os": tell.t("Overleving, 12 mnd", "Survival, 12 months"),
    }[family]
    key = {"efs": "efs.hypothetical.infusion", "os": "os.infusion"}[family]
    figure = tell.figures.survival.get(key)
    child = Words(tell.t("kind", "child"))
    if figure is not None:
        cells = tell.cells(figure.at[NAMED_MONTH], key, counted=False)
        beside: Sequence[PublishedBeside] = figure.published
    else:
        beside = [
            PublishedBeside(cohort, row, None, row.comparability(key))
            for cohort, row in published_rows(family, 365)
        ]
        silent = family in tell.figures.not_reported
        said = Words(
            tell.t("niet gerapporteerd", "not reported")
            if silent
            else tell.t("nog niet bepaald", "not yet estimated"),
            italic=True,
            columns=2,
        )
        cells = (tell.count("flow.infused"), said, "")
    return Row(row_cells(label, child, *cells, *_published(tell, notes, beside, NAMED_MONTH)))


def _toxicity_row(tell: Teller, notes: _Notes, kind: str, at_least: int) -> Row:
    label = toxicity_name(tell, kind, at_least)
    figure = found_of(tell, kind, at_least)
    infusion = Words(tell.t("infusie", "infusion"))
    starts = f"{kind}{at_least}" in NEW_GROUP
    if figure is None:
        absent = Absent("not_recorded", columns=3)
        published = next(name for code, low, name in THRESHOLDS if (code, low) == (kind, at_least))
        found = [
            PublishedBeside(cohort, row, None, "differs")
            for cohort, row in (published_rows(published) if published else ())
        ]
        cells = (label, infusion, absent, "", "", *_published(tell, notes, found))
        return Row(row_cells(*cells), starts)
    key = f"{toxicity_key(kind, at_least)}.infusion"
    note = ""
    if figure.by_infusion is not None and figure.by_infusion.missing:
        note = notes.name_of(_not_judged(tell, figure.by_infusion, key))
    cells = tell.cells(figure.by_infusion, key, footnote=note)
    return Row(
        row_cells(label, infusion, *cells, *_published(tell, notes, figure.published)), starts
    )


def _not_judged(tell: Teller, estimate: Estimate, key: str) -> Sentence:
    one = estimate.missing == 1
    missing = Count(estimate.missing, f"{key}.missing")
    return tell.says(
        "{m} {what} niet te beoordelen.",
        "{m} {what} not be assessed.",
        m=Told(tell.number(estimate.missing), (missing,)),
        what=tell.t(
            "infusie was" if one else "infusies waren",
            "infusion could" if one else "infusions could",
        ),
    )


def _transplant_row(tell: Teller, notes: _Notes) -> Row:
    label = tell.t("Transplantatie na CAR-T", "Transplant after CAR-T")
    found = tell.figures.transplant
    cells = tell.cells(found.any_reason if found is not None else None, "transplant.any")
    beside = [
        PublishedBeside(cohort, row, None, "differs")
        for cohort, row in published_rows("transplant_in_remission")
    ]
    return Row(
        row_cells(label, Words(tell.t("kind", "child")), *cells, *_published(tell, notes, beside)),
        starts_group=True,
    )

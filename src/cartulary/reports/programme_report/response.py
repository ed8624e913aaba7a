# SPDX-License-Identifier: Apache-2.0
"""Response at day 28, by three months, and of all who set out."""

from __future__ import annotations

from cartulary.codebook.endpoint import reason_words
from cartulary.reports.content import Absent, Block, Column, Count, Prose, Row, Section, Table, Told
from cartulary.reports.programme_report.code_words import CLOCKS
from cartulary.reports.programme_report.event_free import definition_note
from cartulary.reports.programme_report.published_words import (
    of_study,
    published_cells,
    remarks,
    with_size,
)
from cartulary.reports.programme_report.teller import Teller, row_cells

DAY_28 = "response.day28.infusion"
NAMES = {
    "response.day28": ("Remissie op dag 28", "Remission at day 28"),
    "response.month3": ("Beste respons tot 3 maanden", "Best response by 3 months"),
    "response.intention_to_treat": ("Beste respons, intention-to-treat", "Best response, ITT"),
}


def response_section(tell: Teller) -> Section:
    """One table of every response endpoint, with who could not be judged and why."""
    title = tell.t("Respons", "Response")
    if not tell.figures.response:
        none = tell.says(
            "Van geen enkel kind is de respons te beoordelen.",
            "No child's response can be assessed.",
        )
        return Section(title, (none,), (), id="response")
    blocks: list[Block] = []
    if any(figure.endpoint_id == DAY_28 for figure in tell.figures.response):
        blocks.append(definition_note(tell, DAY_28))
    return Section(title, _lead(tell), (*blocks, _table(tell)), id="response")


def _lead(tell: Teller) -> Prose:
    for figure in tell.figures.response:
        if figure.endpoint_id == DAY_28:
            return tell.prose(
                tell.says(
                    "**Op dag 28 was {p} in remissie**: {k} van de {n} beoordeelde kinderen "
                    "(95%-BI {ci}).",
                    "**At day 28, {p} were in remission**: {k} of {n} assessed children "
                    "(95% CI {ci}).",
                    p=tell.share(figure.estimate, DAY_28),
                    k=tell.count(DAY_28),
                    n=tell.count(f"{DAY_28}.n"),
                    ci=tell.bounds(figure.estimate, DAY_28),
                ),
                tell.says(
                    "Wie nooit cellen kreeg, telt bij intention-to-treat als geen respons.",
                    "By intention to treat a child that never received cells counts as no "
                    "response.",
                )
                if tell.value("flow.never_infused")
                else None,
            )
    return (
        tell.says(
            "Van geen enkel kind is de respons op dag 28 te beoordelen.",
            "Response at day 28 can be assessed in no child.",
        ),
    )


def _table(tell: Teller) -> Table:
    rows = []
    notes = {}
    heads = {}
    reasons: dict[str, Told] = {}
    for figure in tell.figures.response:
        name, clock = figure.endpoint_id.rsplit(".", 1)
        nl, en = NAMES.get(name, (name, name))
        beside = of_study(figure.published, "eliana")
        note = ""
        if beside is not None:
            heads["eliana"] = with_size(tell, beside.benchmark)
            remark = remarks(tell, beside)
            if remark is not None:
                note = f"eliana.{beside.row.key}"
                notes[note] = remark
        why = [
            Told(
                f"{reason_words(reason, tell.lang)} ({number})",
                (Count(number, f"{figure.endpoint_id}.missing.{reason}"),),
            )
            for reason, number in sorted(figure.missing_why.items())
        ]
        missing = Count(figure.estimate.missing, f"{figure.endpoint_id}.missing")
        if why:
            reasons[tell.t(nl, en)] = tell.joined(why)
        rows.append(
            Row(
                row_cells(
                    tell.t(nl, en),
                    CLOCKS[clock][tell.lang != "nl"],
                    *tell.cells(figure.estimate, figure.endpoint_id),
                    missing,
                    *(
                        published_cells(tell, beside, note)
                        if beside is not None
                        else (Absent("not_applicable", columns=2),)
                    ),
                )
            )
        )
    eliana = heads.get("eliana", "ELIANA")
    ci = tell.t("95%-BI", "95% CI")
    ours = tell.t("Dit programma", "This programme")
    return Table(
        id="response",
        caption=(
            tell.says(
                "Respons bij de kinderen die te beoordelen zijn.",
                "Response in the children who can be assessed.",
            ),
        ),
        columns=(
            Column(tell.t("Respons", "Response"), weight=2),
            Column(tell.t("vanaf", "from")),
            Column("n/N", ours, "right"),
            Column("%", ours, "right", strong=True),
            Column(ci, ours),
            Column(tell.t("ontbreekt", "missing"), ours, "right"),
            Column("%", eliana, "right"),
            Column(ci, eliana),
        ),
        rows=tuple(rows),
        footnotes=tuple(notes.items()),
        note=_why_missing(tell, reasons),
    )


def _why_missing(tell: Teller, reasons: dict[str, Told]) -> Prose:
    """Why children are missing from each response, each reason once."""
    if not reasons:
        return ()
    return tuple(
        tell.says("{name} ontbreekt: {why}.", "{name} is missing: {why}.", name=name, why=why)
        for name, why in reasons.items()
    )

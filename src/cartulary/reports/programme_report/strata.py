# SPDX-License-Identifier: Apache-2.0
"""What became of the children by bridging and by burden: descriptive, never a comparison."""

from __future__ import annotations

from collections.abc import Sequence

from cartulary.reports.content import (
    Block,
    Cell,
    Column,
    Heading,
    Note,
    Row,
    Section,
    Share,
    Sum,
    Table,
)
from cartulary.reports.programme_report.code_words import burden_words, capital, code_words
from cartulary.reports.programme_report.curve import NAMED_MONTH
from cartulary.reports.programme_report.teller import Teller, row_cells
from cartulary.reports.wording import count_word, plural
from cartulary.studies.strata import StratumFigure

FEW = 10  # children in a group, below which the note says so


def strata_section(tell: Teller) -> Section:
    """Two tables with the caution that goes with small groups that nobody assigned."""
    title = tell.t("Naar overbrugging en ziektelast", "By bridging and by burden")
    if not tell.figures.by_bridging:
        none = tell.says("Nog geen kind is behandeld.", "No child has been treated so far.")
        return Section(title, (none,), (), id="strata")
    blocks: list[Block] = [
        _caution(tell),
        _table(tell, "bridging", tell.figures.by_bridging),
        Heading(tell.t("Ziektelast vóór lymfodepletie", "Burden before lymphodepletion")),
        _table(tell, "burden", tell.figures.by_burden),
    ]
    lead = tell.says(
        "Beschrijvend, zonder toets: {b} naar overbrugging en {d} naar ziektelast.",
        "Descriptive, without a test: {b} by bridging and {d} by burden.",
        b=_groups(tell, len(tell.figures.by_bridging)),
        d=count_word(len(tell.figures.by_burden), tell.lang),
    )
    return Section(title, (lead,), tuple(blocks), id="strata")


def _groups(tell: Teller, number: int) -> str:
    noun = plural(number, tell.t("groep", "group"), tell.t("groepen", "groups"))
    return f"{count_word(number, tell.lang)} {noun}"


def _caution(tell: Teller) -> Note:
    smallest = min(figure.children for figure in tell.figures.by_bridging)
    chosen = tell.says(
        "Wie welke overbrugging kreeg is niet geloot; een verschil tussen groepen zegt niets over "
        "de oorzaak ervan.",
        "Bridging was not assigned by lot; a difference between groups says nothing of its cause.",
    )
    few = tell.says(
        "De groepen zijn te klein om een verschil aan te tonen of uit te sluiten.",
        "The groups are too small to show a difference or to exclude one.",
    )
    return Note(tell.prose(chosen, few if smallest < FEW else None))


def _table(tell: Teller, name: str, figures: Sequence[StratumFigure]) -> Table:
    rows: list[Row] = []
    parts = []
    for figure in figures:
        key = f"{name}.{figure.stratum}"
        label = (
            capital(code_words("bridging", figure.stratum, tell.lang))
            if name == "bridging"
            else burden_words(figure.stratum, tell.lang)
        )
        children = tell.count(key)
        parts.append(children)
        response = tell.cells(figure.response, f"{key}.response")[0]
        found = figure.efs.at[NAMED_MONTH] if figure.efs is not None else None
        value = tell.cells(found, f"{key}.efs", counted=False)[1:]
        judged = tell.count(f"{key}.crs.n")
        crs: Cell = Share(tell.count(f"{key}.crs"), judged) if judged.value else "–"
        relapse = Share(tell.count(f"{key}.relapse"), children)
        rows.append(Row(row_cells(capital(label), children, response, crs, relapse, *value)))
    efs = tell.t("vrij van events, 12 mnd", "event-free, 12 months")
    return Table(
        id=name,
        caption=(
            tell.says(
                "Behandelde kinderen naar overbrugging; de zwaarste telt."
                if name == "bridging"
                else "Behandelde kinderen naar ziektelast bij de laatste beoordeling vóór infusie.",
                "Treated children by bridging; the heaviest counts."
                if name == "bridging"
                else "Treated children by burden at the last assessment before infusion.",
            ),
        ),
        columns=(
            Column(tell.t("Groep", "Group"), weight=1),
            Column(tell.t("kinderen", "children"), align="right"),
            Column(tell.t("remissie d28", "remission d28"), align="right"),
            Column("CRS", align="right"),
            Column(tell.t("recidief", "relapse"), align="right"),
            Column("%", efs, "right", strong=True),
            Column(tell.t("95%-BI", "95% CI"), efs),
        ),
        rows=tuple(rows),
        sums=(Sum(tell.count("flow.infused"), tuple(parts)),),
    )

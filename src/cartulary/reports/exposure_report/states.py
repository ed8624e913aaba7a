# SPDX-License-Identifier: Apache-2.0
"""Where the children are over time: every infused child in one state, and the days spent there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from cartulary.codebook.endpoint import reason_words
from cartulary.codebook.state_graph import StateGraph
from cartulary.course.events import Death
from cartulary.reports.cells import Cell
from cartulary.reports.chart_terms import DAYS_PER_MONTH
from cartulary.reports.content import (
    Absent,
    Block,
    Chart,
    Column,
    Count,
    Interval,
    MarginNote,
    Number,
    Paragraph,
    Row,
    Section,
    Table,
)
from cartulary.reports.exposure_report.voice import Voice
from cartulary.reports.occupancy_data import OccupancyData, occupancy_data
from cartulary.reports.occupancy_table import occupancy_table
from cartulary.reports.text import Sentence, Told
from cartulary.studies.multi_state_programme import MultiStateFigure

MONTHS: Final = (3, 6, 12, 24)
#: state -> its ground, from the bottom of the stack up; a state of another graph gets the next.
TONES: Final[dict[str, int | str]] = {
    "remission": 0,
    "remission_after_transplant": 1,
    "re_infused": 2,
    "infused": "not_in_remission",
    "relapse_cd19_positive": "relapse",
    "relapse_cd19_negative": "relapse_light",
    "dead": "dead",
}


def only_by_death(graph: StateGraph, state: str) -> bool:
    """Whether nothing but a death leads to a state."""
    kinds = {move.sign.kind for move in graph.moves if move.to == state}
    return kinds == {Death.kind}


def states_section(voice: Voice) -> Section:
    """The stacked shares with their table, the days in each state, and who is not in them."""
    title = voice.t("Waar de kinderen zijn", "Where the children are")
    figure = voice.found.states
    if figure is None:
        lead = voice.says(
            "Geen kind kan vanaf een infusie worden gevolgd.",
            "No child can be followed from an infusion.",
        )
        return Section(title, (lead,), (), id="states")
    data = states_data(voice, figure)
    blocks: list[Block] = [_note(voice, figure)]
    if data is not None:
        blocks.append(_chart(voice, data))
    if voice.found.stay is not None:
        blocks.append(_days(voice, figure))
    said = _outside(voice, figure)
    if said:
        blocks.append(Paragraph(tuple(said)))
    return Section(title, (_lead(voice, figure, data),), tuple(blocks), id="states")


def states_data(voice: Voice, figure: MultiStateFigure) -> OccupancyData | None:
    """The figure's data; None where nobody was followed to the first of the months."""
    rows, graph = figure.curve.transitions, figure.stays.graph
    months = [month for month in MONTHS if month * DAYS_PER_MONTH <= rows.last_day]
    if not months:
        return None
    states = [
        (state, graph.words_of(state, voice.lang), TONES.get(state, "unknown"))
        for state in stacked_states(voice, figure)
    ]
    named = 12 if 12 in months else months[-1]
    return occupancy_data(figure.curve, states, months=months, named_month=named)


def stacked_states(voice: Voice, figure: MultiStateFigure) -> list[str]:
    """The states from the bottom of the stack up, without what the programme does not report."""
    held, graph = figure.curve.transitions.states, figure.stays.graph
    ordered = [state for state in TONES if state in held]
    ordered += [state for state in held if state not in ordered]
    if voice.found.deaths_reported:
        return ordered
    return [state for state in ordered if not only_by_death(graph, state)]


def came_to(figure: MultiStateFigure, states: Sequence[str]) -> dict[str, Count]:
    """How many children were ever seen in each state, under the name the report knows it by."""
    rows = figure.curve.transitions
    counts = {}
    for state in states:
        number = rows.state_number(state)
        here = (rows.from_state == number) | (rows.to_state == number)
        ever = int(np.unique(rows.child_codes[here]).size)
        counts[state] = Count(ever, f"states.came.{state}")
    return counts


def _lead(voice: Voice, figure: MultiStateFigure, data: OccupancyData | None) -> Sentence:
    n = voice.children(Count(figure.curve.transitions.n_children, "states.n"))
    if data is None:
        return voice.says(
            "{n} zijn vanaf de eerste infusie gevolgd, geen van hen drie maanden lang.",
            "{n} were followed from the first infusion on, none of them for three months.",
            n=n,
        )
    place = data.months.index(data.named_month)
    band = max(data.bands, key=lambda one: one.shares[place].value or 0.0)
    share = band.shares[place].value or 0.0
    return voice.says(
        "**{m} maanden na de eerste infusie is {p} van de kinderen in de toestand '{s}', de "
        "grootste groep** ({n} gevolgd).",
        "**{m} months after the first infusion {p} of the children are in the state '{s}', the "
        "largest group** ({n} followed).",
        m=f"{data.named_month:g}",
        p=Told(voice.percent(share), band.counts[place : place + 1]),
        s=band.label,
        n=n,
    )


def _note(voice: Voice, figure: MultiStateFigure) -> MarginNote:
    graph = figure.stays.graph
    return MarginNote(
        voice.t("Toestanden", "States"),
        (
            voice.says(
                "Elk geïnfundeerd kind is steeds in precies één toestand (Aalen-Johansen).",
                "Every infused child is in exactly one state at a time (Aalen-Johansen).",
            ),
        ),
        f"{graph.graph_id}, {voice.t('editie', 'edition')} {graph.edition}",
    )


def _chart(voice: Voice, data: OccupancyData) -> Chart:
    place = data.months.index(data.named_month)
    told = "; ".join(
        f"{band.label} {voice.percent(band.shares[place].value or 0.0)}" for band in data.bands
    )
    rests = tuple(band.counts[place] for band in data.bands)
    caption = voice.says(
        "Het deel van de kinderen in elke toestand, opgestapeld vanaf de eerste infusie.",
        "The share of children in each state, stacked, from the first infusion on.",
    )
    silent = (
        ()
        if voice.found.deaths_reported
        else (
            voice.says(
                "Het programma meldt geen overlijden; een overleden kind staat waar het het laatst "
                "was.",
                "The programme reports no deaths; a child that died stands where it was last.",
            ),
        )
    )
    return Chart(
        data=data,
        caption=(caption, *silent),
        alt=voice.says(
            "Na {m} maanden: {t}.", "At {m} months: {t}.", m=f"{data.named_month:g}",
            t=Told(told, rests),
        ),
        table=occupancy_table(data, (caption,), voice.lang, "states"),
        id="states",
    )  # fmt: skip


def _days(voice: Voice, figure: MultiStateFigure) -> Table:
    """The expected days in each state up to the horizon."""
    stay, graph = voice.found.stay, figure.stays.graph
    assert stay is not None
    entered = came_to(figure, stay.states)
    # The days of all states add up to the horizon: with one withheld, all are.
    rests = tuple(entered.values())
    rows = []
    for state in stay.states:
        if not voice.found.deaths_reported and only_by_death(graph, state):
            rows.append(Row((graph.words_of(state, voice.lang), Absent("not_given", columns=3))))
            continue
        found = stay.stay_in(state)
        cells: list[Cell] = [graph.words_of(state, voice.lang), entered[state]]
        cells.append(Number(found.value or 0.0, 0, rests))
        # A state that nobody was seen in has no spread to reckon with; that is no certainty.
        sure = found.low is not None and found.high is not None and found.low != found.high
        cells.append(
            Interval(found.low, found.high, rests, percent=False)
            if sure
            else Absent("not_applicable")
        )
        rows.append(Row(tuple(cells)))
    days = voice.t(f"dagen tot dag {stay.horizon:g}", f"days up to day {stay.horizon:g}")
    return Table(
        id="days",
        caption=(
            voice.says(
                "Hoeveel dagen van het eerste jaar een kind naar verwachting in elke toestand "
                "doorbrengt.",
                "How many days of the first year a child may expect to spend in each state.",
            ),
        ),
        columns=(
            Column(voice.t("toestand", "state"), weight=1),
            Column(voice.t("kinderen die er kwamen", "children who came there"), align="right"),
            Column(voice.t("waarde", "value"), days, "right"),
            Column(voice.t("95%-BI", "95% CI"), days),
        ),
        rows=tuple(rows),
    )


def _outside(voice: Voice, figure: MultiStateFigure) -> list[Sentence]:
    """Who is not among the children of the graph, and who is missing."""
    said = []
    for nl, en, reasons, name in (
        ("Niet meegeteld", "Not counted", figure.stays.outside, "outside"),
        ("Ontbrekend", "Missing", figure.stays.missing, "missing"),
    ):
        for why, number in reasons.items():
            count = Count(number, f"states.{name}.{why}")
            said.append(
                voice.says(
                    f"{nl}, {{k}}: {{why}}.",
                    f"{en}, {{k}}: {{why}}.",
                    k=count,
                    why=reason_words(why, voice.lang),
                )
            )
    return said

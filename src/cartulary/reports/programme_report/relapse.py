# SPDX-License-Identifier: Apache-2.0
"""Relapse by class: the article's table, and the cumulative incidence of each class."""

from __future__ import annotations

import numpy as np

from cartulary.course.events import Relapse
from cartulary.course.events.disease import Confidence
from cartulary.reports.content import (
    Absent,
    Block,
    Cause,
    Cell,
    Chart,
    Column,
    Count,
    CumulativeIncidenceData,
    Interval,
    MarginNote,
    Number,
    Percent,
    Prose,
    Row,
    Section,
    Sentence,
    Sum,
    Table,
    Told,
)
from cartulary.reports.programme_report.code_words import RELAPSES, capital, pair
from cartulary.reports.programme_report.curve import NAMED_MONTH, at_risk_table
from cartulary.reports.programme_report.event_free import definition_note
from cartulary.reports.programme_report.teller import DASH, Teller, events_key
from cartulary.studies.programme import RELAPSE_CLASSES, RelapseClassFigure
from cartulary.studies.survival import IncidenceFigure

INCIDENCE = "cir.by_class.infusion"
APLASIA = "bca.loss.infusion"
TONES: dict[str, int | str] = {
    "early": 0,
    "cd19_negative": 1,
    "cd19_positive": 2,
    "unknown": "unknown",
    "death_without_relapse": "loss",
}


def relapse_section(tell: Teller) -> Section:
    """Table and figure of relapse by class."""
    title = tell.t("Recidief", "Relapse")
    if not tell.value("flow.infused"):
        said = tell.says("Nog geen kind is behandeld.", "No child has been treated so far.")
        return Section(title, (said,), (), id="relapse")
    blocks: list[Block] = [
        MarginNote(
            tell.t("Soorten.", "Classes."),
            (
                tell.says(
                    "Vroeg: binnen twee maanden na de eerste infusie; daarna naar CD19.",
                    "Early: within two months of the first infusion; after that by CD19.",
                ),
                tell.says(
                    "De grenzen zijn onze lezing van het artikel, nog te bevestigen.",
                    "The limits are our reading of the article, to be confirmed.",
                ),
            ),
            "relapse_class_article_2020",
        ),
    ]
    incidence = tell.figures.incidence.get(INCIDENCE)
    if incidence is not None:
        blocks.append(definition_note(tell, INCIDENCE))
    blocks.append(relapse_table(tell))
    if incidence is not None and (tell.value("relapse.any") or incidence.follow_up.events):
        blocks.append(_chart(tell, incidence))
    return Section(title, relapse_sentences(tell), tuple(blocks), id="relapse")


def relapse_sentences(tell: Teller) -> Prose:
    """How many relapsed, of which class, and when; one sentence on who is still without."""
    if not tell.value("relapse.any") and tell.value("flow.infused") == 1:
        alone = tell.says(
            "Het ene behandelde kind kreeg tot nu toe geen recidief.",
            "The one treated child has not relapsed so far.",
        )
        return (alone,)
    if not tell.value("relapse.any"):
        none = tell.says(
            "Geen van de {n} behandelde kinderen kreeg tot nu toe een recidief.",
            "None of {n} treated children has relapsed so far.",
            n=tell.count("flow.infused"),
        )
        return (none,)
    parts = [_class_words(tell, figure) for figure in tell.figures.relapses if figure.children]
    many = tell.value("relapse.any") != 1
    whole = tell.says(
        "{all} van de {n} behandelde kinderen {verb} een recidief: {parts}.",
        "{all} of {n} treated children relapsed: {parts}.",
        all=tell.word("relapse.any", capital=True),
        n=tell.count("flow.infused"),
        parts=_semicolons(parts),
        **({"verb": "kregen" if many else "kreeg"} if tell.lang == "nl" else {}),
    )
    return (whole,)


def _semicolons(parts: list[Told]) -> Told:
    rests = tuple(count for part in parts for count in part.rests_on)
    return Told("; ".join(part.text for part in parts), rests)


def _class_words(tell: Teller, figure: RelapseClassFigure) -> Told:
    """ "vier vroeg (dag 27 tot 56)" with what the B cells did."""
    count = tell.count(f"relapse.{figure.relapse_class}")
    number = tell.word(f"relapse.{figure.relapse_class}").text
    names = {
        "early": tell.t("vroeg", "early"),
        "cd19_negative": tell.t("CD19-negatief", "CD19-negative"),
        "cd19_positive": tell.t("CD19-positief", "CD19-positive"),
        "unknown": tell.t("van onbekende soort", "of unknown class"),
    }
    text = f"{number} {names[figure.relapse_class]}"
    rests = [count]
    days = figure.days
    if days is not None and days.smallest is not None and days.largest is not None:
        rests.append(Count(days.n, f"{count.key}.days_after_infusion.n"))
        low, high = tell.number(days.smallest), tell.number(days.largest)
        text += (
            tell.t(f" (dag {low})", f" (day {low})")
            if low == high
            else tell.t(f" (dag {low}–{high})", f" (days {low}–{high})")
        )
    if figure.relapse_class == "early":
        text += _expansion(tell, figure.children)
    elif figure.aplasia_ongoing == figure.children:
        rests.append(tell.count(f"{count.key}.aplasia_ongoing"))
        text += tell.t(" bij aanhoudende B-celaplasie", " with ongoing B-cell aplasia")
    elif figure.aplasia_lost == figure.children:
        rests.append(tell.count(f"{count.key}.aplasia_lost"))
        text += tell.t(" na verlies van B-celaplasie", " after loss of B-cell aplasia")
    # Never two, which would be read as events and n.
    return Told(text, tuple(rests) if len(rests) != 2 else (*rests, count))


def _expansion(tell: Teller, early: int) -> str:
    """That the cells had not expanded, where it was recorded of every early relapse."""
    firsts = [
        child.course.first(Relapse)
        for child in tell.figures.children
        if child.relapses and child.relapses[0].relapse_class == "early"
    ]
    failed = [event for event in firsts if event is not None and event.expansion_failed is True]
    if len(failed) < early:
        return ""
    if all(event.confidence is Confidence.CERTAIN for event in failed):
        return tell.t(", zonder expansie van de cellen", ", without expansion of the cells")
    return tell.t(
        ", waarschijnlijk doordat de cellen niet expandeerden",
        ", probably because the cells did not expand",
    )


def relapse_table(tell: Teller) -> Table:
    """Class, children, days after infusion, and B-cell aplasia at relapse."""
    rows: list[Row] = []
    infused = tell.count("flow.infused")
    for figure in tell.figures.relapses:
        key = f"relapse.{figure.relapse_class}"
        count = tell.count(key)
        if figure.relapse_class == "unknown" and not count.value:
            continue
        days: tuple[Cell, ...] = (Absent("not_applicable"), Absent("not_applicable"))
        if figure.days is not None and figure.days.median is not None:
            middle = figure.days.median
            rests = (Count(figure.days.n, f"{key}.days_after_infusion.n"), count)
            days = (
                Number(middle, 0 if middle == int(middle) else 1, rests),
                Interval(figure.days.smallest, figure.days.largest, rests, percent=False),
            )
        aplasia: Cell = DASH
        if count.value:
            aplasia = tell.says(
                "{yes} · {no} · {unknown}",
                "{yes} · {no} · {unknown}",
                yes=tell.count(f"{key}.aplasia_ongoing"),
                no=tell.count(f"{key}.aplasia_lost"),
                unknown=tell.count(f"{key}.aplasia_unknown"),
            )
        share = Percent(count.value / infused.value, (count, infused))
        rows.append(
            Row(
                (
                    capital(pair(RELAPSES[figure.relapse_class], tell.lang)),
                    count,
                    share,
                    *days,
                    aplasia,
                )
            )
        )
    total = tell.count("relapse.any")
    rows.append(
        Row(
            (
                tell.t("Alle recidieven", "All relapses"),
                total,
                Percent(total.value / infused.value, (total, infused)),
                DASH,
                DASH,
                DASH,
            ),
            starts_group=True,
        )
    )
    return Table(
        id="relapse",
        caption=(
            tell.says(
                "Eerste recidief na infusie naar soort.", "First relapse after infusion by class."
            ),
        ),
        columns=(
            Column(tell.t("Soort", "Class"), weight=1),
            Column(tell.t("kinderen", "children"), align="right", strong=True),
            Column(tell.t("% behandeld", "% treated"), align="right"),
            Column(tell.t("mediane dag", "median day"), align="right"),
            Column(tell.t("spreiding", "range")),
            Column(
                tell.t("B-celaplasie: ja · nee · onbekend", "B-cell aplasia: yes · no · unknown"),
                align="centre",
            ),
        ),
        rows=tuple(rows),
        note=(tell.says("Dagen na de eerste infusie.", "Days after the first infusion."),),
        sums=(Sum(total, tuple(tell.count(f"relapse.{name}") for name in RELAPSE_CLASSES)),),
    )


def _chart(tell: Teller, figure: IncidenceFigure) -> Chart:
    curve, rows = figure.curve, figure.follow_up
    causes = []
    table_rows = []
    for position, name in enumerate(rows.cause_names):
        found = figure.at[(name, NAMED_MONTH)]
        count = tell.count(f"{INCIDENCE}.{name}")
        if not count.value:
            continue
        steps = [
            (0.0, 0.0),
            *(
                (float(curve.days[place]), float(curve.incidence[position][place]))
                for place in np.flatnonzero(curve.events[position] > 0)
            ),
        ]
        value = steps[-1][1] if found.value is None else found.value
        label = pair(RELAPSES.get(name, (name, name)), tell.lang)
        causes.append(
            Cause(
                label,
                count.value,
                tuple(steps),
                TONES.get(name, "unknown"),
                value,
                found.low,
                found.high,
                count.key,
            )
        )
        by_then = Count(found.events or 0, events_key(found, count.key))
        rests = (count, by_then, tell.count(f"{INCIDENCE}.n"))
        cells: tuple[Cell, ...] = (
            (Absent("not_estimated", columns=2),)
            if found.value is None
            else (Percent(found.value, rests), Interval(found.low, found.high, rests))
        )
        table_rows.append(Row((capital(label), count, *cells)))
    data = CumulativeIncidenceData(
        clock="infusion",
        origin=tell.figures.origin,
        unit="child",
        n=rows.n,
        causes=tuple(causes),
        table=at_risk_table(rows, f"{INCIDENCE}.every_cause"),
        rests_on=(tell.count(f"{INCIDENCE}.n"),),
        last_day=max(rows.last_day, 1.0),
        free_label=tell.t("zonder recidief", "free of relapse"),
    )
    ci = tell.t("95%-BI", "95% CI")
    table = Table(
        id="cir",
        caption=(
            tell.says(
                "Cumulatieve incidentie op twaalf maanden na infusie.",
                "Cumulative incidence at twelve months after infusion.",
            ),
        ),
        columns=(
            Column(tell.t("Oorzaak", "Cause"), weight=1),
            Column(tell.t("kinderen", "children"), align="right"),
            Column("%", align="right"),
            Column(ci),
        ),
        rows=tuple(table_rows),
    )
    return Chart(data, _caption(tell), _alt(tell, figure), table, "cir")


def _caption(tell: Teller) -> Prose:
    return (
        tell.says(
            "Cumulatieve incidentie van recidief naar soort, gestapeld; overlijden zonder recidief "
            "is een concurrerend event.",
            "Cumulative incidence of relapse by class, stacked; death without relapse competes.",
        ),
        tell.says(
            "Anders dan bij eventvrije overleving loopt de klok door na een transplantatie.",
            "Unlike event-free survival, the clock runs on after a transplant.",
        ),
    )


def _alt(tell: Teller, figure: IncidenceFigure) -> Sentence:
    parts = []
    for name in figure.follow_up.cause_names:
        found = figure.at[(name, NAMED_MONTH)]
        count = tell.count(f"{INCIDENCE}.{name}")
        if count.value and found.value is not None:
            words = pair(RELAPSES.get(name, (name, name)), tell.lang)
            by_then = Count(found.events or 0, events_key(found, count.key))
            said = f"{tell.percent(found.value, found.n)} {words}"
            parts.append(Told(said, (count, by_then, tell.count(f"{INCIDENCE}.n"))))
    return tell.says(
        "Cumulatieve incidentie op twaalf maanden: {parts}.",
        "Cumulative incidence at twelve months: {parts}.",
        parts=tell.joined(parts) if parts else tell.t("niet te bepalen", "cannot be estimated"),
    )

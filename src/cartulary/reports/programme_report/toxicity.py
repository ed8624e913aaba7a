# SPDX-License-Identifier: Apache-2.0
"""Toxicity by infusion and by child beside published cohorts, with grades, onset and duration."""

from __future__ import annotations

from cartulary.reports.content import (
    BenchmarkMark,
    Block,
    Chart,
    Column,
    Count,
    MarginNote,
    Prose,
    Row,
    Section,
    Sentence,
    Table,
    Told,
    ToxicityData,
    ToxicityRow,
)
from cartulary.reports.programme_report.code_words import TOXICITIES, capital, pair
from cartulary.reports.programme_report.counts import toxicity_key
from cartulary.reports.programme_report.grades import grades_table
from cartulary.reports.programme_report.published_words import (
    mark_of,
    published_cells,
    remarks,
    study_name,
)
from cartulary.reports.programme_report.teller import Teller, row_cells
from cartulary.reports.wording import count_word
from cartulary.studies.toxicity import ToxicityFigure


def toxicity_section(tell: Teller) -> Section:
    """What is known of toxicity; a plain sentence where nobody recorded any."""
    title = tell.t("Toxiciteit", "Toxicity")
    if not tell.figures.toxicity:
        said = tell.says(
            "Van geen enkele infusie is vastgelegd of er toxiciteit was.",
            "For no infusion it was recorded whether there was toxicity.",
        )
        return Section(title, (said,), (), id="toxicity")
    blocks: list[Block] = [_scale_note(tell), _unit_note(tell), _chart(tell), _by_unit(tell)]
    grades = [figure for figure in tell.figures.grades if sum(figure.grades)]
    if grades:
        blocks.append(grades_table(tell, grades))
    return Section(title, toxicity_sentences(tell), tuple(blocks), new_page=True, id="toxicity")


def toxicity_name(tell: Teller, kind: str, at_least: int) -> str:
    """A toxicity from a grade up, in words: "CRS, graad ≥ 3"."""
    name = pair(TOXICITIES.get(kind, (kind, kind)), tell.lang)
    if kind not in ("crs", "icans"):
        return name
    if at_least <= 1:
        return f"{name}, {tell.t('alle graden', 'any grade')}"
    return f"{name}, {tell.t('graad', 'grade')} ≥ {at_least}"


def found_of(tell: Teller, kind: str, at_least: int = 1) -> ToxicityFigure | None:
    """The figure of one toxicity, or None when nobody recorded it."""
    for figure in tell.figures.toxicity:
        if figure.kind == kind and figure.at_least == at_least:
            return figure
    return None


def toxicity_sentences(tell: Teller) -> Prose:
    """CRS and ICANS in one or two sentences, with unit and interval."""
    return tell.prose(_crs(tell), _icans(tell), _neutropenia(tell))


def _crs(tell: Teller) -> Sentence | None:
    crs = found_of(tell, "crs")
    if crs is None or crs.by_infusion is None:
        return None
    key = "crs.any.infusion"
    worst = tell.value("crs.grade.4") + tell.value("crs.grade.5")
    if not tell.value(key):
        return tell.says(
            "CRS kwam niet voor (0 van {n}; 95%-BI {ci}).",
            "There was no CRS (0 of {n}; 95% CI {ci}).",
            n=tell.many(f"{key}.n", "infusion"),
            ci=tell.bounds(crs.by_infusion, key),
        )
    life = Told(
        tell.t("was nooit levensbedreigend", "was never life-threatening")
        if not worst
        else tell.t(
            f"was {count_word(worst, 'nl')} keer graad 4 of 5",
            f"was grade 4 or 5 after {count_word(worst, 'en')} of them",
        ),
        (tell.count("crs.grade.4"), tell.count("crs.grade.5")),
    )
    return tell.says(
        "CRS trad op na {k} van {n} ({p}; 95%-BI {ci}) en {life}.",
        "CRS followed {k} of {n} ({p}; 95% CI {ci}) and {life}.",
        k=tell.count(key),
        n=tell.many(f"{key}.n", "infusion"),
        p=tell.share(crs.by_infusion, key),
        ci=tell.bounds(crs.by_infusion, key),
        life=life,
    )


def _icans(tell: Teller) -> Sentence | None:
    icans = found_of(tell, "icans")
    if icans is None or icans.by_infusion is None:
        return None
    key = "icans.any.infusion"
    values: dict[str, Told | str] = {
        "n": tell.many(f"{key}.n", "infusion"),
        "ci": tell.bounds(icans.by_infusion, key),
    }
    if not tell.value(key):
        return tell.says(
            "ICANS kwam niet voor (0 van {n}; {ci}).",
            "There was no ICANS (0 of {n}; {ci}).",
            **values,
        )
    return tell.says(
        "ICANS trad op na {k} van {n} ({p}; {ci}).",
        "ICANS followed {k} of {n} ({p}; {ci}).",
        k=tell.count(key),
        p=tell.share(icans.by_infusion, key),
        **values,
    )


def _neutropenia(tell: Teller) -> Sentence | None:
    febrile = found_of(tell, "febrile_neutropenia")
    late = found_of(tell, "neutropenia_beyond_day_28")
    parts: list[Told] = []
    if febrile is not None and febrile.by_infusion is not None:
        key = "febrile_neutropenia.any.infusion"
        parts.append(
            _of(tell, key, febrile, "febriele neutropenie na", "febrile neutropenia after")
        )
    if late is not None and late.by_infusion is not None:
        key = "neutropenia_beyond_day_28.any.infusion"
        parts.append(
            _of(tell, key, late, "neutropenie na dag 28 bij", "neutropenia beyond day 28 in")
        )
    if not parts:
        return None
    joined = tell.joined(parts)
    said = Told(capital(joined.text), joined.rests_on)
    return tell.says("{parts}.", "{parts}.", parts=said)


def _of(tell: Teller, key: str, figure: ToxicityFigure, nl: str, en: str) -> Told:
    estimate = figure.by_infusion
    assert estimate is not None
    events, n = tell.number(tell.value(key)), tell.number(tell.value(f"{key}.n"))
    share = tell.share(estimate, key).text
    ci = tell.bounds(estimate, key).text
    judged = "" if not estimate.missing else tell.t(" beoordeelde", " assessed")
    unit = tell.t("infusies", "infusions")
    said = tell.t(
        f"{nl} {events} van de {n}{judged} {unit} ({share}; {ci})",
        f"{en} {events} of {n}{judged} {unit} ({share}; {ci})",
    )
    return Told(said, tell.rests(estimate, key))


def _scale_note(tell: Teller) -> MarginNote:
    used = sorted({scale for figure in tell.figures.toxicity for scale in figure.scales})
    return MarginNote(
        tell.t("Schalen.", "Scales."),
        (
            tell.says(
                "ELIANA gradeerde CRS op de Penn-schaal en telde neurologische bijwerkingen; ≠ "
                "zegt dat een cijfer anders is gedefinieerd.",
                "ELIANA graded CRS on the Penn scale and counted neurological events; ≠ says that "
                "a figure is defined otherwise.",
            ),
        ),
        " · ".join(used),
    )


def _unit_note(tell: Teller) -> MarginNote:
    return MarginNote(
        tell.t("Eenheid.", "Unit."),
        (
            tell.says(
                "Een infusie zonder graad telt als niet beoordeeld, nooit als nul.",
                "An infusion without a grade counts as not assessed, never as zero.",
            ),
            tell.says(
                "Intervallen per infusie houden rekening met kinderen die meer dan één infusie "
                "kregen.",
                "Intervals by infusion allow for children with more than one infusion.",
            ),
        ),
    )


def _shown(tell: Teller) -> list[ToxicityFigure]:
    """The figures without higher grades of a toxicity that nobody had at all."""
    never = {
        figure.kind
        for figure in tell.figures.toxicity
        if figure.at_least <= 1 and figure.by_child is not None and not figure.by_child.events
    }
    return [
        figure
        for figure in tell.figures.toxicity
        if figure.at_least <= 1 or figure.kind not in never
    ]


def _chart(tell: Teller) -> Chart:
    rows: list[ToxicityRow] = []
    for figure in _shown(tell):
        estimate = figure.by_child
        if estimate is None or estimate.value is None or estimate.events is None:
            continue
        marks: list[BenchmarkMark] = [
            mark for one in figure.published if (mark := mark_of(tell, one)) is not None
        ]
        key = f"{toxicity_key(figure.kind, figure.at_least)}.child"
        rows.append(
            ToxicityRow(
                toxicity_name(tell, figure.kind, figure.at_least),
                "child",
                tell.count(key),
                tell.count(f"{key}.n"),
                estimate.value,
                estimate.low,
                estimate.high,
                tuple(marks),
                starts_group=figure.at_least <= 1,
            )
        )
    data = ToxicityData(tell.t("Dit programma", "This programme"), tell.figures.origin, tuple(rows))
    return Chart(data, _caption(tell), _alt(tell), _equal_table(tell), "toxicity")


def _caption(tell: Teller) -> Prose:
    return (
        tell.says(
            "Toxiciteit per kind, met 95%-interval, naast ELIANA en CIBMTR, die kinderen tellen. "
            "Een kind telt met de hoogste graad na al zijn infusies; in ELIANA was er één infusie.",
            "Toxicity by child, with 95% interval, beside ELIANA and CIBMTR, which count children. "
            "A child counts with its highest grade after all infusions; ELIANA gave one infusion.",
        ),
    )


def _alt(tell: Teller) -> Sentence:
    parts = []
    for figure in _shown(tell):
        estimate = figure.by_child
        if estimate is not None and estimate.value is not None:
            key = f"{toxicity_key(figure.kind, figure.at_least)}.child"
            label = toxicity_name(tell, figure.kind, figure.at_least)
            said = f"{label} {tell.share(estimate, key).text}"
            parts.append(Told(said, tell.rests(estimate, key)))
    return tell.says(
        "Per kind: {parts}.",
        "By child: {parts}.",
        parts=tell.joined(parts) if parts else tell.t("niet te bepalen", "cannot be estimated"),
    )


def _by_unit(tell: Teller) -> Table:
    rows: list[Row] = []
    for figure in tell.figures.toxicity:
        name = toxicity_key(figure.kind, figure.at_least)
        missing = figure.by_infusion.missing if figure.by_infusion is not None else 0
        rows.append(
            Row(
                row_cells(
                    toxicity_name(tell, figure.kind, figure.at_least),
                    *tell.cells(figure.by_infusion, f"{name}.infusion"),
                    *tell.cells(figure.by_child, f"{name}.child"),
                    Count(missing, f"{name}.infusion.missing"),
                ),
                starts_group=figure.at_least <= 1 and bool(rows),
            )
        )
    infusion, child = tell.t("per infusie", "by infusion"), tell.t("per kind", "by child")
    ci = tell.t("95%-BI", "95% CI")
    return Table(
        id="toxicity",
        caption=(
            tell.says(
                "Toxiciteit per infusie en per kind: een kind telt mee met zijn hoogste graad.",
                "Toxicity by infusion and by child: a child counts with its highest grade.",
            ),
        ),
        columns=(
            Column(tell.t("Toxiciteit", "Toxicity"), weight=1),
            Column("n/N", infusion, "right"),
            Column("%", infusion, "right", strong=True),
            Column(ci, infusion),
            Column("n/N", child, "right"),
            Column("%", child, "right", strong=True),
            Column(ci, child),
            Column(tell.t("infusies niet beoordeeld", "infusions not assessed"), align="right"),
        ),
        rows=tuple(rows),
    )


def _equal_table(tell: Teller) -> Table:
    """What the figure draws: ours by child, and each published share with what differs."""
    rows: list[Row] = []
    notes: dict[str, Sentence] = {}
    for figure in _shown(tell):
        key = f"{toxicity_key(figure.kind, figure.at_least)}.child"
        label = toxicity_name(tell, figure.kind, figure.at_least)
        ours = tell.t("dit programma", "this programme")
        cells = tell.cells(figure.by_child, key)
        rows.append(Row(row_cells(label, ours, *cells), starts_group=bool(rows)))
        for beside in figure.published:
            remark = remarks(tell, beside)
            note = "" if remark is None else remark.plain
            if remark is not None:
                notes[note] = remark
            published = published_cells(tell, beside, note)
            rows.append(Row(row_cells("", study_name(beside.benchmark), "", *published)))
    return Table(
        id="toxicity-beside",
        caption=(
            tell.says(
                "Toxiciteit per kind naast de gepubliceerde cohorten.",
                "Toxicity by child beside the published cohorts.",
            ),
        ),
        columns=(
            Column(tell.t("Toxiciteit", "Toxicity"), weight=1),
            Column(tell.t("cohort", "cohort")),
            Column("n/N", align="right"),
            Column("%", align="right", strong=True),
            Column(tell.t("95%-BI", "95% CI")),
        ),
        rows=tuple(rows),
        footnotes=tuple(notes.items()),
    )

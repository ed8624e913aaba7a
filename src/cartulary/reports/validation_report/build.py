# SPDX-License-Identifier: Apache-2.0
"""A validation made into a report: how much was met on page one, then every figure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cartulary.codebook.target import TargetScale, TargetUse
from cartulary.reports.content import (
    Chart,
    Fact,
    Figure,
    Heading,
    MarginNote,
    Note,
    Paragraph,
    Report,
    Section,
)
from cartulary.reports.programme_report.brief import LABELS, ORIGINS
from cartulary.reports.programme_report.code_words import pair
from cartulary.reports.validation_report.brief import brief_table, findings
from cartulary.reports.validation_report.drawing import PredictedData, PredictedRow
from cartulary.reports.validation_report.tables import (
    figures_table,
    judged_by_table,
    misses_table,
    remarks_table,
)
from cartulary.reports.validation_report.voice import Voice
from cartulary.reports.wording import grouped_hash, number
from cartulary.studies.validation.judged import WIDEST, Judged
from cartulary.studies.validation.validation import Validation

# More rows would not fit a printed page.
ROWS_ON_A_SHEET = 16


def build_validation_report(found: Validation, lang: str) -> Report:
    """The report of a validation in one language.

    Arguments: what was held against what; "nl" or "en".
    Returns: a `Report`, ready for the renderers. All in it is simulated or published: it holds no
    count of a programme's children, and nothing to withhold.
    """
    voice = Voice(found, lang)
    return Report(
        title=voice.t("Het model naast wat is gepubliceerd", "The model beside what is published"),
        subtitle=voice.t(
            "Elk gepubliceerd cijfer, gefit of apart gehouden, met wat het model voorspelt",
            "Every published figure, fitted or kept aside, with what the model predicts",
        ),
        lang=lang,
        kind="study",
        programme="Cartulary",
        origin="simulated",
        control_hash=found.control_hash,
        facts=_facts(voice),
        brief=findings(voice),
        brief_table=brief_table(voice),
        sections=(
            _use_section(voice, TargetUse.KEPT_ASIDE),
            _use_section(voice, TargetUse.FIT),
            _misses_section(voice),
        ),
        appendix=(_judged_by_section(voice), _method_section(voice)),
        figures=tuple(_figure(row) for row in found.rows),
        origin_label=pair(LABELS["simulated"], lang),
    )


def _facts(voice: Voice) -> tuple[Fact, ...]:
    found = voice.found
    draws = number(found.draws, voice.lang)
    children = number(found.children, voice.lang)
    return (
        Fact(
            voice.t("Posterior", "Posterior"),
            found.posterior_id
            + (voice.t(" (voorlopig)", " (provisional)") if found.provisional else ""),
        ),
        Fact(
            voice.t("Gesimuleerd", "Simulated"),
            voice.t(
                f"{draws} trekkingen, {children} kinderen per cohort",
                f"{draws} draws, {children} children a cohort",
            ),
        ),
        Fact(voice.t("Herkomst", "Origin"), pair(ORIGINS["simulated"], voice.lang), "simulated"),
        Fact(voice.t("Controlegetal", "Control hash"), grouped_hash(found.control_hash)),
    )


def _use_section(voice: Voice, use: TargetUse) -> Section:
    """The figures of one use, study by study: the shares drawn, the rest in a table."""
    counted = voice.found.tally(use)
    lead = voice.says(
        "**{k} van de {n} cijfers liggen binnen het 95%-voorspellingsinterval.**",
        "**{k} of {n} figures lie within the 95% predictive interval.**",
        k=str(counted.met),
        n=str(counted.of),
    )
    aside = voice.says(
        "Deze cijfers zijn nooit gefit en niet gebruikt om het model te kiezen.",
        "These figures were never fitted nor used to choose the model.",
    )
    fitted = voice.says(
        "Deze cijfers heeft het model gezien; dat ze kloppen, zegt alleen dat het ze kan volgen.",
        "The model has seen these figures; that they are met says only that it can follow them.",
    )
    blocks: list[Heading | Chart | MarginNote] = [_interval_note(voice)]
    rows = [row for row in voice.found.rows if row.target.use is use]
    for file_id, listed in voice.by_study(rows).items():
        blocks.append(Heading(voice.study(file_id)))
        parts = [listed[at : at + ROWS_ON_A_SHEET] for at in range(0, len(listed), ROWS_ON_A_SHEET)]
        for nth, part in enumerate(parts, start=1):
            place = f" ({nth}/{len(parts)})" if len(parts) > 1 else ""
            blocks.append(_chart(voice, file_id, part, nth, place))
    kept = use is TargetUse.KEPT_ASIDE
    return Section(
        title=voice.t("Apart gehouden", "Kept aside") if kept else voice.t("Gefit", "Fitted"),
        lead=(lead, aside if kept else fitted),
        blocks=tuple(blocks),
        id=use.value,
    )


def _interval_note(voice: Voice) -> MarginNote:
    return MarginNote(
        voice.t("Interval", "Interval"),
        (
            voice.says(
                "Het voorspelde interval bevat 95% van wat een studie van deze grootte zou "
                "drukken: de onzekerheid over de parameters en het toeval van die studie samen.",
                "The predicted interval holds 95% of what a study of this size would print: the "
                "uncertainty about the parameters and that study's chance together.",
            ),
        ),
    )


def _chart(voice: Voice, file_id: str, rows: Sequence[Judged], nth: int, place: str) -> Chart:
    """The shares of one study, or of a part of it; the table has its other figures too."""
    name = file_id if nth == 1 else f"{file_id}_{nth}"
    drawn = [row for row in rows if row.target.scale is TargetScale.LOGIT]
    met = sum(row.met for row in rows)
    several = len({row.target.benchmark for row in rows}) > 1
    data = PredictedData(
        voice.t("gezien, 95%-BI", "observed, 95% CI"),
        voice.t("voorspeld, 95%-interval", "predicted, 95% interval"),
        voice.nothing,
        tuple(_drawn(voice, row, several=several) for row in drawn),
    )
    caption = (
        voice.says(
            "{s}: {k} van de {n} cijfers binnen het interval.",
            "{s}: {k} of {n} figures inside the interval.",
            s=voice.study(file_id) + place,
            k=str(met),
            n=str(len(rows)),
        ),
    )
    alt = "; ".join(
        f"{voice.label(row)}: {voice.figure(row, row.target.value)}, "
        f"{voice.figure(row, row.median)} ({voice.between(row, row.low, row.high)})"
        for row in drawn
    )
    return Chart(
        data=data,
        caption=caption,
        alt=voice.says("Gezien en voorspeld: {a}.", "Observed and predicted: {a}.", a=alt),
        table=figures_table(voice, rows, f"{name}_figures", caption),
        id=f"{name}.predicted",
    )


def _drawn(voice: Voice, row: Judged, *, several: bool) -> PredictedRow:
    predicted = (row.median, row.low, row.high) if math.isfinite(row.median) else None
    return PredictedRow(
        voice.label(row),
        voice.cohort(row) if several else "",
        (row.target.value, row.observed_low, row.observed_high),
        predicted,
        row.met,
        voice.verdict(row),
    )


def _misses_section(voice: Voice) -> Section:
    missed = [row for row in voice.found.rows if not row.met]
    lead = voice.says("Geen cijfer ligt erbuiten.", "No figure lies outside.")
    if missed:
        lead = voice.says(
            "**{k} cijfers liggen buiten het interval; bij {u} daarvan staat niet waarom.**",
            "**{k} figures lie outside the interval; of {u} nobody has said why.**",
            k=str(len(missed)),
            u=str(len(voice.found.unexplained)),
        )
    return Section(
        title=voice.t("Wat het model mist", "What the model misses"),
        lead=(lead,),
        blocks=(misses_table(voice, missed),) if missed else (),
        id="misses",
    )


def _judged_by_section(voice: Voice) -> Section:
    return Section(
        title=voice.t("Definities en onderbouwing", "Definitions and support"),
        lead=(
            voice.says(
                "Elk cijfer van de gesimuleerde kinderen wordt berekend volgens de definitie van "
                "het codeboek die bij het gedrukte cijfer hoort; waar de bron er geen noemt, staat "
                "welke wij namen.",
                "Each figure of the simulated children is reckoned by the codebook's definition "
                "that belongs to the printed one; where the source names none, it is said which "
                "we took.",
            ),
        ),
        blocks=(
            judged_by_table(voice, voice.found.rows),
            remarks_table(voice, voice.found.rows),
        ),
        id="judged_by",
    )


def _method_section(voice: Voice) -> Section:
    found = voice.found
    return Section(
        title=voice.t("Methode", "Method"),
        lead=(
            voice.says(
                "Elke trekking van de posterior wordt voor elk cohort gesimuleerd, met dezelfde "
                "kinderen bij elke trekking.",
                "Each draw of the posterior is simulated for each cohort, with the same children "
                "in every draw.",
            ),
        ),
        blocks=(
            Paragraph(
                (
                    voice.says(
                        "Bij een aandeel of een overlevingskans wordt per trekking binomiaal "
                        "getrokken uit het effectieve aantal kinderen: dat waaruit het gedrukte "
                        "interval zou volgen, of waar geen interval is gedrukt n, bij een curve "
                        "0,6 n.",
                        "For a share or a survival probability each draw is followed by a binomial "
                        "one at the effective number of children: the number from which the "
                        "printed interval would follow, or without an interval n, and for a curve "
                        "0.6 n.",
                    ),
                    voice.says(
                        "Een vastgelegde afwijking tussen model en bron, waar die er is, telt mee. "
                        "Data-afkappingen van één studie gaan over dezelfde kinderen: dat zij alle "
                        "kloppen, is minder bewijs dan hun aantal doet denken.",
                        "A stated discrepancy between model and source, where there is one, counts "
                        "too. Data cuts of one study are of the same children: that all of them "
                        "are met is less evidence than their number suggests.",
                    ),
                    voice.says(
                        "Hoofdeindpunten zijn respons, overleving, event- en recidiefvrije "
                        "overleving en CRS; hun voorspelde interval hoort niet breder te zijn dan "
                        "{w} keer het geziene.",
                        "Main endpoints are response, survival, event- and relapse-free survival "
                        "and CRS; their predicted interval should not be wider than {w} times the "
                        "observed.",
                        w=number(WIDEST, voice.lang),
                    ),
                    voice.says(
                        "De beginwaarden van de drempels voor toxiciteit komen uit een prototype "
                        "dat de ernstige CRS van PRWCC had gezien; die rijen zijn daardoor minder "
                        "schoon apart gehouden dan de andere.",
                        "The starting values of the thresholds of toxicity come from a prototype "
                        "that had seen the severe CRS of PRWCC; those rows are less cleanly kept "
                        "aside than the others.",
                    ),
                    voice.says(
                        "Zaad {s}; programmaversie en alle cijfers staan in report.json.",
                        "Seed {s}; program version and all figures stand in report.json.",
                        s=str(found.seed),
                    ),
                )
            ),
            Note(
                (
                    voice.says(
                        "Gesimuleerd; voor onderzoek, niet voor beslissingen over een kind. Geen "
                        "medisch hulpmiddel.",
                        "Simulated; for research, not for decisions about a child. Not a medical "
                        "device.",
                    ),
                )
            ),
        ),
        id="method",
    )


def _figure(row: Judged) -> Figure:
    target = row.target
    plain = row.plain()
    more = {key: value for key, value in plain.items() if not isinstance(value, dict)}
    return Figure(
        id=target.id,
        endpoint=target.definition or target.key,
        definition=target.estimate.definition,
        unit=target.estimate.unit,
        n=target.n,
        events=None,
        at_days=target.measure.at_days,
        value=None if not math.isfinite(row.median) else row.median,
        low=plain["predicted_low"],
        high=plain["predicted_high"],
        method="posterior predictive, 95%",
        origin="simulated",
        more=tuple(more.items()),
    )

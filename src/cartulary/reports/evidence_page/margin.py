# SPDX-License-Identifier: Apache-2.0
"""What stands behind the page of outcomes: definition, children, origin, method, comparability."""

from __future__ import annotations

from cartulary.codebook.endpoint_reader import endpoint
from cartulary.reports.content import Count, MarginNote
from cartulary.reports.evidence_page.beside_words import Names, cohort_notes
from cartulary.reports.programme_report.event_free import SIGNS
from cartulary.reports.programme_report.teller import Teller
from cartulary.reports.text import Told
from cartulary.studies.survival import SurvivalFigure

ORIGINS = {
    "recorded": ("Vastgelegd door het programma.", "Recorded by the programme."),
    "reconstructed": (
        "Gereconstrueerd uit gepubliceerde cijfers; geen vastgelegd beloop.",
        "Reconstructed from published figures; not recorded courses.",
    ),
    "simulated": ("Gesimuleerd; geen echte kinderen.", "Simulated; no real children."),
}
GLYPHS = {"recorded": "●", "reconstructed": "◐", "simulated": "✛"}


def margin_notes(tell: Teller, figure: SurvivalFigure, names: Names) -> tuple[MarginNote, ...]:
    """The notes of the margin, in order."""
    return (
        _definition(tell, figure.endpoint_id),
        _children(tell, figure),
        _origin(tell),
        _method(tell),
        *cohort_notes(tell, figure.published, names, figure.endpoint_id),
        _signs(tell),
    )


def _definition(tell: Teller, endpoint_id: str) -> MarginNote:
    definition = endpoint(endpoint_id).definition
    summary = definition.summary.text(tell.lang)
    return MarginNote(
        definition.name.text(tell.lang),
        (tell.says("{text}", "{text}", text=summary),),
        f"{endpoint_id} · {tell.t('editie', 'edition')} {definition.edition}",
    )


def _children(tell: Teller, figure: SurvivalFigure) -> MarginNote:
    key = figure.endpoint_id
    followed = tell.says(
        "{n} gevolgd, {k} met een event; van {all} met een indicatie kregen er {infused} cellen.",
        "{n} followed, {k} with an event; of {all} with an indication, {infused} received cells.",
        n=tell.many(f"{key}.n", "child"),
        k=tell.count(key),
        all=tell.many("flow.indication", "child"),
        infused=tell.count("flow.infused"),
    )
    middle = figure.median_follow_up
    median = None
    if middle.value is not None:
        months = tell.number(middle.value * 12 / 365.25)
        rests = (tell.count(f"{key}.n"),)
        said = Told(tell.t(f"{months} maanden", f"{months} months"), rests)
        median = tell.says(
            "Mediane follow-up {m} (omgekeerde Kaplan-Meier).",
            "Median follow-up {m} (reverse Kaplan-Meier).",
            m=said,
        )
    missing = figure.follow_up.missing
    none = tell.t("Niemand ontbreekt.", "Nobody is missing.")
    some = tell.t(f"Niet te tellen: {missing}.", f"Cannot be counted: {missing}.")
    said_missing = Told(some, (Count(missing, f"{key}.missing"),)) if missing else Told(none)
    return MarginNote(
        tell.t("Kinderen", "Children"),
        tell.prose(followed, median, tell.says("{m}", "{m}", m=said_missing)),
    )


def _origin(tell: Teller) -> MarginNote:
    glyph = GLYPHS[tell.figures.origin]
    marked = tell.says("{g} {w}", "{g} {w}", g=glyph, w=tell.t(*ORIGINS[tell.figures.origin]))
    beside = tell.says("□ ◇ △ Gepubliceerd, zoals gedrukt.", "□ ◇ △ Published, as printed.")
    return MarginNote(tell.t("Herkomst", "Origin"), (marked, beside))


def _method(tell: Teller) -> MarginNote:
    return MarginNote(
        tell.t("Methode", "Method"),
        (
            tell.says(
                "Kaplan-Meier met log-log-interval; recidief naar soort als cumulatieve "
                "incidentie.",
                "Kaplan-Meier with log-log interval; relapse by class as cumulative incidence.",
            ),
            tell.says(
                "Aandelen volgens Clopper-Pearson; per infusie rekening houdend met kinderen met "
                "meer dan één infusie.",
                "Shares by Clopper-Pearson; by infusion allowing for children with more than one.",
            ),
        ),
    )


def _signs(tell: Teller) -> MarginNote:
    lines = tuple(
        tell.says("{sign} {words}.", "{sign} {words}.", sign=sign, words=tell.t(nl, en))
        for code, (sign, nl, en) in SIGNS.items()
        if code != "same"
    )
    return MarginNote(tell.t("Vergelijkbaar?", "Comparable?"), lines)

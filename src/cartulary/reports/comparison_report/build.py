# SPDX-License-Identifier: Apache-2.0
"""A comparison turned into the content of its page, in one language."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from cartulary import __version__
from cartulary.codebook.parameter_set import ParameterSupport
from cartulary.codebook.words import Words
from cartulary.reports.comparison_report.content import (
    Against,
    ComparisonPage,
    DriverRow,
    Figures,
    Panel,
)
from cartulary.reports.comparison_report.drawing import Kind
from cartulary.reports.comparison_report.drawing_children import children_needed_svg
from cartulary.reports.comparison_report.drawing_curves import curve_of, curves_svg
from cartulary.reports.comparison_report.drawing_difference import difference_svg
from cartulary.reports.comparison_report.notes import margin_notes
from cartulary.reports.comparison_report.said import (
    decimals_needed,
    difference_said,
    interval_said,
    unit_said,
    value_said,
)
from cartulary.reports.comparison_report.voice import (
    CURVE_TITLES,
    KIND_SMALL,
    KIND_TITLES,
    TOO_SMALL,
    arm_name,
    children_sentence,
    curve_sentence,
    difference_sentence,
    lead,
    warnings,
)
from cartulary.reports.text import Sentence, says
from cartulary.reports.wording import number
from cartulary.studies.policies_compared import Compared, Outcome

#: Rows of drivers before the rest is summed up.
_DRIVERS: Final = 6
_WORDS: Final = {
    "outcomes": Words("Outcomes", "Uitkomsten"),
    "units": Words(
        "differences in percentage points, days (d) or decades (log10)",
        "verschillen in procentpunten, dagen (d) of decaden (log10)",
    ),
    "outcome": Words("Outcome", "Uitkomst"),
    "difference": Words("Difference", "Verschil"),
    "parameters": Words("Parameters", "Parameters"),
    "chance": Words("Chance, {size}", "Toeval, {size}"),
    "drivers": Words("What drives the first uncertainty", "Wat de eerste onzekerheid bepaalt"),
    "parameter": Words("Parameter", "Parameter"),
    "share": Words("Share of variance", "Aandeel in de variantie"),
    "support": Words("Support", "Onderbouwing"),
    "everything_else": Words("Everything else", "Al het andere"),
    "research": Words("Research, not for decisions", "Onderzoek, niet voor beslissingen"),
    "about_what": Words(
        "about a child, a policy or a purchase. No recorded child is in these figures.",
        "over een kind, een beleid of een aankoop. Geen geregistreerd kind zit in deze cijfers.",
    ),
    "simulated": Words("Simulated children.", "Gesimuleerde kinderen."),
    "not_a_device": Words(
        "Research and quality of care; not a medical device",
        "Onderzoek en kwaliteit van zorg; geen medisch hulpmiddel",
    ),
    "how_many": Words("How many children it would take", "Hoeveel kinderen het zou vergen"),
    "half": Words("half of the 95% interval, {unit}", "helft van het 95%-interval, {unit}"),
}


def build_page(
    compared: Compared,
    lang: str,
    *,
    outcome_id: str = "",
    calibration: Sequence[str] = (),
    programme_size: int | None = None,
) -> ComparisonPage:
    """The content of the page.

    Arguments: the comparison of at least two arms; "nl" or "en"; the outcome that the sentence and
    the figures are about, event-free survival at a year by default; what the draws rest on, in
    sentences; children a policy, for chance.
    """
    size = programme_size or compared.about.programme_size
    about = main_outcome(compared, outcome_id)
    first = compared.arms[0].id
    names = [arm_name(compared, one.id, lang) for one in compared.arms]
    return ComparisonPage(
        lang=lang,
        title=_title(names, lang),
        question=_question(compared, names, about, size, lang),
        origin=_word("simulated", lang),
        provenance=_provenance(compared, lang),
        parts=tuple(
            _against(compared, one.id, first, about, size, place, lang)
            for place, one in enumerate(compared.arms[1:], start=1)
        ),
        notes=margin_notes(compared, calibration, lang),
        words={name: _word(name, lang).format(size=size, unit="") for name in _WORDS},
        foot=f"{_word('not_a_device', lang)} · Cartulary {__version__}",
    )


def main_outcome(compared: Compared, outcome_id: str = "") -> Outcome:
    """The outcome that a page is about: the one asked for, else survival at the first month."""
    if outcome_id:
        return compared.outcome(outcome_id)
    for one in compared.outcomes:
        if one.id.startswith("efs.indication"):
            return one
    return compared.outcomes[0]


def _word(name: str, lang: str) -> str:
    return _WORDS[name].text(lang)


def _title(names: Sequence[str], lang: str) -> str:
    if len(names) == 2:
        return f"{names[1]} {'in plaats van' if lang == 'nl' else 'rather than'} {_low(names[0])}"
    return {
        "nl": f"{number(len(names), lang)} manieren van werken vergeleken",
        "en": f"{number(len(names), lang)} policies compared",
    }[lang]


def _low(name: str) -> str:
    return name if name[:2].isupper() else name[0].lower() + name[1:]


def _question(
    compared: Compared, names: Sequence[str], about: Outcome, size: int, lang: str
) -> Sentence:
    others = ", ".join(names[1:])
    children = compared.arms[0].population_name.text(lang)
    outcome = about.words.text(lang)
    pattern = {
        "nl": "Wat als het programma **{others}** deed in plaats van **{first}**, voor "
        "**{children}**, **{size} per jaar**, beoordeeld op **{outcome}**?",
        "en": "What if the programme did **{others}** rather than **{first}**, for "
        "**{children}**, **{size} a year**, judged by **{outcome}**?",
    }[lang]
    return says(
        pattern,
        others=others,
        first=names[0],
        children=children,
        size=number(size, lang),
        outcome=outcome,
    )


def _provenance(compared: Compared, lang: str) -> str:
    about = compared.about
    courses = number(about.draws * about.children, lang)
    # Its name alone; edition and fingerprint stand in the margin.
    calibration = about.posterior_id.partition(",")[0]
    parts = {
        "nl": (
            "✛ gesimuleerd",
            calibration and f"kalibratie {calibration}",
            f"startgetal {about.seed}",
            f"{len(compared.arms)} × {courses} belopen, {number(about.failures, lang)} mislukt",
        ),
        "en": (
            "✛ simulated",
            calibration and f"calibration {calibration}",
            f"seed {about.seed}",
            f"{len(compared.arms)} × {courses} courses, {number(about.failures, lang)} failed",
        ),
    }[lang]
    return " · ".join(filter(None, parts))


def _against(
    compared: Compared, arm: str, first: str, about: Outcome, size: int, place: int, lang: str
) -> Against:
    found = compared.difference(arm, first, about.id, size)
    month = about.month or 12
    curve = "os" if about.id.startswith("os") else "efs"
    last = 24 if compared.months[-1] <= 24 or month <= 24 else int(compared.months[-1])
    kinds: tuple[Kind, ...] = ("parameters", "chance")
    panels = [
        Panel(
            KIND_TITLES[kind].text(lang),
            KIND_SMALL[kind].text(lang).format(size=size),
            curves_svg(
                compared,
                kind,
                lang,
                arms=(first, arm),
                curve=curve,
                month=month,
                last_month=last,
                programme_size=size,
                identity=f"curve-{kind}-{place}",
            ),
            curve_sentence(
                compared,
                (first, arm),
                [curve_of(compared, one, curve, kind, size) for one in (first, arm)],
                month,
                kind,
                lang,
            ),
            CURVE_TITLES[curve].text(lang),
        )
        for kind in kinds
    ]
    unit = unit_said(about, lang)
    panels.append(
        Panel(
            f"{_word('difference', lang)}: {_low(about.words.text(lang))}",
            unit,
            difference_svg(
                compared,
                arm,
                first,
                about.id,
                lang,
                programme_size=size,
                identity=f"difference-{place}",
            ),
            difference_sentence(compared, found, size, lang),
        )
    )
    panels.append(
        Panel(
            _word("how_many", lang),
            _word("half", lang).format(unit=unit),
            children_needed_svg(compared, arm, first, about.id, lang, identity=f"children-{place}"),
            children_sentence(found, lang),
        )
    )
    drivers, note = _drivers(compared, arm, about, lang)
    headers, rows = table_of(compared, arm, lang, size)
    return Against(
        name=arm_name(compared, arm, lang),
        lead=lead(found, compared, lang, size),
        warnings=warnings(compared, found, lang),
        panels=tuple(panels),
        headers=headers,
        rows=rows,
        drivers=drivers,
        drivers_note=note,
    )


def table_of(
    compared: Compared, arm: str, lang: str, programme_size: int | None = None
) -> tuple[tuple[str, ...], tuple[Figures, ...]]:
    """The heads of the columns, and a row an outcome: the first arm, this one, the difference."""
    size = programme_size or compared.about.programme_size
    first = compared.arms[0].id
    headers = (
        _word("outcome", lang),
        arm_name(compared, first, lang),
        arm_name(compared, arm, lang),
        _word("difference", lang),
        _word("parameters", lang),
        _word("chance", lang).format(size=size),
    )
    rows = [_figures(compared, arm, first, one, size, lang) for one in compared.outcomes]
    return headers, tuple(rows)


def _figures(
    compared: Compared, arm: str, first: str, outcome: Outcome, size: int, lang: str
) -> Figures:
    found = compared.difference(arm, first, outcome.id, size)
    values = [compared.value(one, outcome.id, size).value for one in (first, arm)]
    more = decimals_needed(outcome, values[1], values[0])
    none = {"nl": "geen kind", "en": "no child"}[lang]
    if math.isnan(found.value):
        said = tuple(
            none if math.isnan(value) else value_said(outcome, value, lang) for value in values
        )
        return Figures(outcome.words.text(lang), said, none, none, none, unit_said(outcome, lang))
    known = interval_said(outcome, found.parameters, lang) if found.resolved else ""
    return Figures(
        outcome=outcome.words.text(lang),
        values=tuple(value_said(outcome, value, lang, more) for value in values),
        difference=difference_said(outcome, found.value, lang, more),
        parameters=known or TOO_SMALL.text(lang),
        chance=interval_said(outcome, found.chance, lang),
        unit=unit_said(outcome, lang),
    )


def _drivers(
    compared: Compared, arm: str, about: Outcome, lang: str
) -> tuple[tuple[DriverRow, ...], str]:
    """The rows, and what must be said of them."""
    found = compared.drivers(arm, about.id)
    if not found.drivers and found.explained < 0.05:
        return (), {
            "nl": "Niet te zeggen: geen regressie op de parameters voorspelt dit verschil in "
            "weggelaten trekkingen. Meer trekkingen, of meer kinderen per trekking, kunnen dat "
            "veranderen.",
            "en": "Cannot be told: no regression on the parameters predicts this difference in "
            "draws left out. More draws, or more children a draw, may change that.",
        }[lang]
    if not found.drivers:
        return (), {
            "nl": "Niet te zeggen: er zijn te weinig trekkingen, of wat de parameters met dit "
            "verschil doen is kleiner dan de ruis van de simulatie.",
            "en": "Cannot be told: there are too few draws, or what the parameters do to this "
            "difference is smaller than the simulation's noise.",
        }[lang]
    rows = [
        DriverRow(
            one.moving.words.text(lang),
            one.share,
            one.moving.support,
            _support(one.moving.support, lang),
        )
        for one in found.drivers[:_DRIVERS]
        if one.share >= 0.005
    ]
    rest = 1.0 - sum(row.share for row in rows)
    rows.append(DriverRow(_word("everything_else", lang), max(rest, 0.0), None, ""))
    explained = number(100 * found.explained, lang)
    note = {
        "nl": f"Shapley-aandelen van een regressie die {explained}% voorspelt van wat de "
        "parameters in weggelaten trekkingen doen; de rest staat bij „al het andere”.",
        "en": f"Shapley shares of a regression that predicts {explained}% of what the parameters "
        "do in draws left out; the rest is in “everything else”.",
    }[lang]
    return tuple(rows), note


def _support(support: ParameterSupport, lang: str) -> str:
    return support.nl if lang == "nl" else support.en

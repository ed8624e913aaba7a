# SPDX-License-Identifier: Apache-2.0
"""The analyses and the states as text for a terminal, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cartulary.codebook.endpoint import reason_words
from cartulary.evidence.estimate import Estimate
from cartulary.reports.exposure_report.states import only_by_death
from cartulary.reports.exposure_report.voice import Voice
from cartulary.reports.exposure_report.words import (
    analysis,
    caution,
    conclusion,
    method,
    no_comparison,
    reason,
    why_naive,
)
from cartulary.reports.text import plain
from cartulary.reports.wording import word
from cartulary.studies.exposure_analyses import CLONE_CENSOR_WEIGHT, SIMON_MAKUCH
from cartulary.studies.exposure_rows import EffectRow
from cartulary.studies.survival import DAYS_OF_MONTH


@dataclass(frozen=True)
class PrintedTable:
    """A header, rows of text, and what stands below them."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    below: tuple[str, ...] = ()


def heading(voice: Voice) -> str:
    """What is asked, of how many."""
    name = voice.found.exposure.name.text(voice.lang)
    children = voice.t("Kinderen in het programma", "Children in the programme")
    return f"{name}. {children}: {voice.found.children}."


def asked_lines(voice: Voice) -> Iterator[str]:
    """Endpoint, clock, and whom the analyses count; or why there are none."""
    if voice.found.effect is None:
        told = no_comparison(voice).plain
        yield voice.t(f"Er is geen vergelijking: {told}", f"The comparison is not given: {told}")
        return
    effect = voice.effect
    definition, origin = (
        effect.follow_up.definition,
        word(f"origin.{voice.found.origin}", voice.lang),
    )
    exposure = effect.exposure.definition
    yield voice.t(
        f"Eindpunt: {definition}. Blootstelling: {exposure}. Herkomst: {origin}.",
        f"Endpoint: {definition}. Exposure: {exposure}. Origin: {origin}.",
    )
    grace = "" if effect.grace_day is None else voice.t(
        f" Termijn dag {effect.grace_day:g}, seed {voice.found.seed}.",
        f" Grace day {effect.grace_day:g}, seed {voice.found.seed}.",
    )  # fmt: skip
    n = voice.children(voice.n).text
    yield voice.t(
        f"Vergeleken: {n}, bij {effect.exposed} {voice.noun}. Een verhouding onder 1 betekent "
        f"minder gebeurtenissen erna.{grace}",
        f"Compared: {n}, {voice.noun} in {effect.exposed}. A ratio below 1 means fewer events "
        f"after it.{grace}",
    )


def analyses_printed(voice: Voice) -> PrintedTable:
    """A row an analysis, refused ones among them, and each reason once."""
    told: list[str] = []
    rows = []
    for row in voice.effect.rows:
        numbers = []
        for sentence in _told(voice, row):
            if sentence not in told:
                told.append(sentence)
            numbers.append(f"[{told.index(sentence) + 1}]")
        # Analyses that count nobody before they are made have nothing to say when refused.
        counts = [str(row.kept), str(row.exposed), str(row.lost)]
        if row.ratio.value is None and row.method in (SIMON_MAKUCH, CLONE_CENSOR_WEIGHT):
            counts = [""] * len(counts)
        rows.append(
            (analysis(voice, row), *_ratio(voice, row.ratio), *counts, ", ".join(numbers))
        )  # fmt: skip
    header = (
        voice.t("analyse", "analysis"),
        voice.t("hazardratio", "hazard ratio"),
        voice.t("95%-interval", "95% interval"),
        voice.t("kinderen", "children"),
        voice.t("met", "exposed"),
        voice.t("eerder weg", "lost before"),
        voice.t("zie", "see"),
    )
    notes = [f"[{number}] {sentence}" for number, sentence in enumerate(told, start=1)]
    return PrintedTable(
        header, tuple(rows), (*notes, *_curves(voice), why_naive(voice).plain, *_left(voice))
    )


def _told(voice: Voice, row: EffectRow) -> list[str]:
    """How a ratio was reckoned and what it does not say; or why there is none."""
    if row.ratio.value is None:
        return [reason(voice, row).plain]
    more = caution(voice, row)
    return [method(voice, row).plain, *([] if more is None else [more.plain])]


def _ratio(voice: Voice, ratio: Estimate) -> tuple[str, str]:
    if ratio.value is None:
        return voice.t("niet te geven", "not given"), ""
    if ratio.low is None and ratio.high is None:
        return voice.ratio(ratio.value), voice.t("geen", "none")
    none = voice.t("geen grens", "no limit")
    low, high = (none if x is None else voice.ratio(x) for x in (ratio.low, ratio.high))
    return voice.ratio(ratio.value), f"{low}{voice.t(' tot ', ' to ')}{high}"


def _curves(voice: Voice) -> Iterator[str]:
    """Shares free of the event by the two analyses that draw curves, where they could be made."""
    effect = voice.effect
    free = voice.t("vrij van de gebeurtenis op dag", "free of the event on day")
    if effect.simon_makuch is not None:
        drawn = effect.simon_makuch
        pair = [c.survival_at(effect.horizon) for c in (drawn.exposed, drawn.unexposed)]
        first = voice.t(f"Simon-Makuch vanaf dag {drawn.start_day:g}",
                        f"Simon-Makuch from day {drawn.start_day:g}")  # fmt: skip
        yield (
            f"{first}, {free} {effect.horizon:g}: {voice.after} {_share(voice, pair[0])}, "
            f"{voice.without} {_share(voice, pair[1])}."
        )
    if effect.strategies is not None:
        made = effect.strategies
        by = voice.t("uiterlijk dag", "by day")
        then = voice.t("dan nog niet", "none by then")
        yield (
            f"Clone-censor-weight, {free} {made.horizon:g}: {voice.short} {by} {made.grace_day:g} "
            f"{_share(voice, made.survival[0])}, {then} {_share(voice, made.survival[1])}."
        )


def _left(voice: Voice) -> Iterator[str]:
    """Who was left out of the comparison, and who was never looked at."""
    effect = voice.effect
    for why, number in effect.unknown.items():
        left = voice.t("Weggelaten uit de vergelijking", "Left out of the comparison")
        yield f"{left}, {number}: {reason_words(why, voice.lang)}."
    if effect.unseen:
        yield voice.t(
            f"Bij {effect.unseen} is nooit gekeken of er {voice.noun} was; zij tellen als zonder.",
            f"In {effect.unseen} nobody ever looked for {voice.noun}; they count as without.",
        )


def states_printed(voice: Voice) -> PrintedTable | None:
    """Each state's share at the months, and its expected days; None where nobody is followed.

    A state that only a death leads to is `not reported` in a programme that reports no deaths.
    """
    figure, stay = voice.found.states, voice.found.stay
    if figure is None:
        return None
    graph, rows = figure.stays.graph, figure.curve.transitions
    header = [voice.t("toestand", "state")]
    header += [voice.t(f"{month} maanden", f"{month} months") for month in figure.months]
    if stay is not None:
        header.append(
            voice.t(f"dagen tot dag {stay.horizon:g}", f"days up to day {stay.horizon:g}")
        )
    found = []
    for state in rows.states:
        if not voice.found.deaths_reported and only_by_death(graph, state):
            cells = [voice.t("niet gemeld", "not reported")] * (len(header) - 1)
        else:
            cells = [_share(voice, figure.occupancy[state, month]) for month in figure.months]
            cells += [] if stay is None else [_days(voice, stay.stay_in(state))]
        found.append((graph.words_of(state, voice.lang), *cells))
    seen = [
        str(int(((rows.entry < day) & (rows.exit >= day)).sum()))
        for day in (DAYS_OF_MONTH[month] for month in figure.months)
    ]
    watched = voice.t("onder observatie", "under observation")
    found.append((watched, *seen, *([] if stay is None else [""])))
    return PrintedTable(tuple(header), tuple(found), tuple(_beside(voice)))


def states_heading(voice: Voice) -> str:
    """What the table of states is of."""
    figure = voice.found.states
    if figure is None:
        return voice.t(
            "Toestanden: geen kind kan vanaf een infusie worden gevolgd.",
            "States: no child can be followed from an infusion.",
        )
    graph, n = figure.stays.graph, figure.curve.transitions.n_children
    children = voice.t("kind" if n == 1 else "kinderen", "child" if n == 1 else "children")
    return voice.t(
        f"Waar {n} {children} zijn na de eerste infusie ({graph.graph_id}, editie "
        f"{graph.edition}), met 95%-intervallen.",
        f"Where {n} {children} are after the first infusion ({graph.graph_id}, edition "
        f"{graph.edition}), with 95% intervals.",
    )


def _beside(voice: Voice) -> Iterator[str]:
    """Why there are no days, and who is not in the table."""
    figure = voice.found.states
    assert figure is not None
    if voice.found.stay is None:
        last = f"{figure.curve.transitions.last_day:g}"
        yield voice.t(
            f"Dagen per toestand zijn niet te geven: de laatste dag van observatie is {last}.",
            f"Days in each state are not given: the last day of observation is {last}.",
        )
    for nl, en, reasons in (
        ("Niet meegeteld", "Not counted", figure.stays.outside),
        ("Ontbrekend", "Missing", figure.stays.missing),
    ):
        for why, number in reasons.items():
            yield f"{voice.t(nl, en)}, {number}: {reason_words(why, voice.lang)}."


def closing_lines(voice: Voice) -> Iterator[str]:
    """What is not reported, the conclusion, and what this software is not."""
    if not voice.found.deaths_reported:
        yield voice.t(
            "Let op: het programma meldt geen overlijden (os). Kinderen gelden als in leven zolang "
            f"ze zijn gevolgd; een overlijden {voice.after} zou hier niet te zien zijn.",
            "Note: the programme does not report deaths (os). Children are taken to be alive as "
            f"far as they were followed; a death {voice.after} would not be seen here.",
        )
    yield f"{voice.t('Conclusie', 'Conclusion')}: {plain(conclusion(voice))}"


def _share(voice: Voice, found: Estimate) -> str:
    if found.value is None:
        return voice.t("niet gevolgd", "not followed")
    words = voice.percent(found.value)
    if found.low is None and found.high is None:
        return words
    low, high = ("..." if x is None else voice.number(100 * x) for x in (found.low, found.high))
    return f"{words} ({low}{voice.t(' tot ', ' to ')}{high})"


def _days(voice: Voice, found: Estimate) -> str:
    if found.value is None:
        return voice.t("niet bekend", "not known")
    # A state that nobody was seen in has no spread to reckon with; that is no certainty.
    if found.low is None or found.high is None or found.low == found.high:
        return f"{voice.number(found.value)} ({voice.t('geen interval', 'no interval')})"
    low, high = voice.number(found.low), voice.number(found.high)
    return f"{voice.number(found.value)} ({low}{voice.t(' tot ', ' to ')}{high})"

# SPDX-License-Identifier: Apache-2.0
"""Overall survival from infusion and from the indication, or why there is none."""

from __future__ import annotations

from cartulary.reports.content import Block, Chart, Prose, Section
from cartulary.reports.programme_report.code_words import CLOCKS
from cartulary.reports.programme_report.comparison_words import (
    published_sentence,
    what_is_allowed,
)
from cartulary.reports.programme_report.curve import NAMED_MONTH, curve_data, curve_table
from cartulary.reports.programme_report.event_free import (
    at_month,
    benchmark_table,
    curve_reading,
    definition_note,
    nobody,
)
from cartulary.reports.programme_report.published_words import FITS
from cartulary.reports.programme_report.teller import Teller
from cartulary.reports.programme_report.variants import variants_table
from cartulary.studies.survival import DAYS_OF_MONTH, SurvivalFigure

MAIN = "os.infusion"
FROM_INDICATION = "os.indication"


def overall_section(tell: Teller) -> Section:
    """One plain sentence where the programme does not report it; else curves and benchmarks."""
    title = tell.t("Overleving", "Overall survival")
    if "os" in tell.figures.not_reported:
        said = tell.says(
            "Het programma rapporteert geen overleving; er is daarom geen cijfer en geen figuur.",
            "The programme does not report overall survival, so there is no figure and no curve.",
        )
        return Section(title, (said,), (), id="os")
    main = tell.figures.survival.get(MAIN)
    blocks: list[Block] = []
    if main is None:
        lead: Prose = (nobody(tell, title),)
    else:
        lead = _lead(tell, main)
        blocks += [definition_note(tell, MAIN), _chart(tell, main, MAIN, "infusion", "os")]
        beside = benchmark_table(tell, main, "os.published", (NAMED_MONTH,))
        blocks += [beside] if beside else []
    return Section(title, lead, tuple(blocks), new_page=True, id="os")


def other_clocks_section(tell: Teller) -> Section | None:
    """Appendix: overall survival from the indication, and the variants if they had no room."""
    blocks: list[Block] = []
    whole = tell.figures.survival.get(FROM_INDICATION)
    if whole is None:
        return None
    blocks = [_chart(tell, whole, FROM_INDICATION, "indication", "os-indication")]
    lead = (at_month(tell, whole, FROM_INDICATION, "in leven", "alive"),)
    if MAIN in tell.figures.survival:
        blocks.append(variants_table(tell))
    title = tell.t("Andere klok, andere definities", "Another clock, other definitions")
    return Section(title, lead, tuple(blocks), id="other-clocks")


def _lead(tell: Teller, figure: SurvivalFigure) -> Prose:
    fits = [
        beside
        for beside in figure.published
        if beside.comparable in FITS
        and beside.row.at_days is not None
        and abs(beside.row.at_days - DAYS_OF_MONTH[NAMED_MONTH]) <= 5
    ]
    return tell.prose(
        at_month(tell, figure, MAIN, "in leven", "alive"),
        published_sentence(tell, fits),
        what_is_allowed(tell, figure.at[NAMED_MONTH], MAIN, fits),
    )


def _chart(tell: Teller, figure: SurvivalFigure, key: str, clock: str, name: str) -> Chart:
    data = curve_data(tell, figure, clock)
    found = figure.at[NAMED_MONTH]
    clock_words = CLOCKS[clock][tell.lang != "nl"]
    caption = (
        tell.says(
            "Overleden: {k} van {n}.",
            "Died: {k} of {n}.",
            k=tell.count(key),
            n=tell.many(f"{key}.n", "child"),
        ),
        curve_reading(tell, ticks=False, marks=False),
    )
    alt = tell.says(
        "Overleving vanaf {clock}: {p} op twaalf maanden, interval {ci}; {n} gevolgd.",
        "Overall survival from {clock}: {p} at twelve months, interval {ci}; {n} followed.",
        clock=clock_words,
        p=tell.share(found, key),
        ci=tell.bounds(found, key),
        n=tell.many(f"{key}.n", "child"),
    )
    words = tell.t(f"Overleving vanaf {clock_words}", f"Overall survival from {clock_words}")
    return Chart(data, caption, alt, curve_table(tell, figure, name, words), name)

# SPDX-License-Identifier: Apache-2.0
"""The page of the check: the finding, the diagrams, every score, and whom it could not forecast."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from cartulary.reports.figures.svg import accessible_svg, png_of
from cartulary.reports.forecast_report.drawing import reliability_svg
from cartulary.reports.html import page_style
from cartulary.reports.virtual_children.words import said
from cartulary.studies.child_forecast.check import JUDGED, Checked, Landmark

#: Why a child at risk is refused a forecast, in words; the codes are those of `Refusal`.
REFUSALS: Final = {
    "too_few_alike": ("too few virtual children alike", "te weinig gelijkende virtuele kinderen"),
    "outside_library": ("a value outside the library", "een waarde buiten de bibliotheek"),
    "unlike_any": ("values that fit no virtual child", "waarden die bij geen virtueel kind passen"),
    "outside_age_years": ("age outside the library", "leeftijd buiten de bibliotheek"),
    "outside_weight_kg": ("weight outside the library", "gewicht buiten de bibliotheek"),
    "too_late": ("too long after the infusion", "te lang na de infusie"),
}
_FIGURE: Final = re.compile(r"−?[\d.,/]+( \(\d+–\d+\))?")
_STYLE: Final = (
    ".diagrams { margin: 20px 0 24px; overflow-x: auto; } .diagrams svg { max-width: none; }\n"
    "table.scores { border-collapse: collapse; font-size: 12.5px; margin: 6px 0 22px; "
    "font-variant-numeric: tabular-nums; }\n"
    ".scores th { text-align: left; font-weight: 500; color: var(--ink-2); "
    "border-bottom: 1px solid var(--ink); padding: 3px 14px 3px 0; }\n"
    ".scores td { padding: 3px 14px 3px 0; border-bottom: 1px solid #DEE2E4; }\n"
    ".scores .n { text-align: right; }\n"
    ".said { border-top: 1.5px solid var(--ink); padding-top: 10px; font-size: 12.5px; "
    "line-height: 18px; color: var(--ink-2); max-width: 78ch; } .said p { margin: 0 0 8px; }"
)


def forecast_check_html(checked: Checked, lang: str) -> str:
    """The check as one self-contained HTML file: style, fonts and figure inline, no script."""
    title = said(("How far the forecast holds", "Hoe goed de voorspelling klopt"), lang)
    origin = said(
        (
            "Simulated children. Research, not for decisions.",
            "Gesimuleerde kinderen. Onderzoek, niet voor beslissingen.",
        ),
        lang,
    )
    svg = accessible_svg(reliability_svg(checked, lang), "reliability", title, lead(checked, lang))
    region = said(("Reliability diagrams", "Betrouwbaarheidsdiagrammen"), lang)
    notes = "".join(f"<p>{escape(note)}</p>" for note in _notes(checked, lang))
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{page_style()}\n{_STYLE}</style></head><body>"
        f'<header class="head"><b>Cartulary</b><span>{escape(checked.library)}</span></header>'
        f'<p class="origin simulated">{escape(origin)}</p>'
        f"<main><h1>{escape(title)}</h1>"
        f'<p class="lead">{escape(lead(checked, lang))}</p>'
        f'<div class="diagrams" role="region" tabindex="0" aria-label="{escape(region)}">{svg}'
        f"</div>{_table(*score_table(checked, lang), first_numbers=2)}"
        f"{_table(*landmark_table(checked, lang), first_numbers=1)}"
        f'<div class="said">{notes}</div></main></body></html>\n'
    )


def forecast_check_png(checked: Checked, lang: str, scale: float = 2.0) -> bytes:
    """The diagrams alone as a picture."""
    return png_of(reliability_svg(checked, lang, "#FFFFFF"), scale)


def lead(checked: Checked, lang: str) -> str:
    """The finding as a sentence."""
    inside, bins = checked.inside
    better = sum(one.held.skill > 0 for one in checked.judged)
    asked = len(checked.judged)
    return said(
        (
            f"{inside} of {bins} groups of forecasts came out within the band that chance leaves "
            f"true forecasts; {better} of {asked} kinds of forecast did better than the base rate.",
            f"{inside} van {bins} groepen voorspellingen kwamen uit binnen de band die het toeval "
            f"ware voorspellingen laat; {better} van {asked} soorten voorspelling waren beter dan "
            "de basiskans.",
        ),
        lang,
    )


def score_table(checked: Checked, lang: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Every kind of forecast with its scores."""
    header = (
        said(("forecast of", "voorspelling van"), lang),
        said(("record to", "dossier tot"), lang),
        said(("months on", "maanden later"), lang),
        said(("children", "kinderen"), lang),
        said(("base rate, %", "basiskans, %"), lang),
        said(("Brier", "Brier"), lang),
        said(("of base rate", "van basiskans"), lang),
        said(("better by, %", "beter, %"), lang),
        said(("reliability", "betrouwbaarheid"), lang),
        said(("resolution", "onderscheid"), lang),
        said(("z", "z"), lang),
        said(("bins inside", "groepen binnen"), lang),
    )
    words = dict(JUDGED)
    rows = []
    for one in checked.judged:
        held = one.held
        cells = (
            words[one.outcome].text(lang),
            said((f"day {one.landmark_days}", f"dag {one.landmark_days}"), lang),
            str(one.months),
            str(held.children),
            f"{100 * held.base_rate:.0f}",
            f"{held.brier:.3f}",
            f"{held.brier_of_base_rate:.3f}",
            f"{100 * held.skill:.0f}",
            f"{held.reliability:.3f}",
            f"{held.resolution:.3f}",
            f"{held.z:.1f}",
            f"{held.inside}/{len(held.bins)}",
        )
        rows.append(tuple(_local(cell, lang) for cell in cells))
    return header, rows


def landmark_table(checked: Checked, lang: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Who was forecast, and who was not and why."""
    header = (
        said(("record to", "dossier tot"), lang),
        said(("forecast", "voorspeld"), lang),
        said(
            (
                "nothing to forecast (died, relapsed, no remission)",
                "niets te voorspellen (overleden, recidief, geen remissie)",
            ),
            lang,
        ),
        said(("refused", "geweigerd"), lang),
        said(
            (
                "effective children, median (quartiles)",
                "effectieve kinderen, mediaan (kwartielen)",
            ),
            lang,
        ),
    )
    return header, [_landmark(one, lang) for one in checked.landmarks]


def _landmark(one: Landmark, lang: str) -> tuple[str, ...]:
    low, middle, high = one.effective_children
    why = "; ".join(
        f"{count}: {said(REFUSALS.get(code, (code, code)), lang)}"
        for code, count in one.refused.items()
    )
    return (
        said((f"day {one.days}", f"dag {one.days}"), lang),
        str(one.forecast),
        str(one.nothing_to_forecast),
        why or "0",
        f"{middle:.0f} ({low:.0f}–{high:.0f})",
    )


def _local(cell: str, lang: str) -> str:
    minus = f"−{cell[1:]}" if cell.startswith("-") and cell[1:2].isdigit() else cell
    return minus.replace(".", ",") if lang == "nl" and minus[-1].isdigit() else minus


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]], first_numbers: int) -> str:
    # A column is set to the right when all of it is figures.
    numbers = {
        place
        for place in range(first_numbers, len(header))
        if all(_FIGURE.fullmatch(row[place]) for row in rows)
    }

    def cells(row: tuple[str, ...], tag: str) -> str:
        made = []
        for place, cell in enumerate(row):
            kind = ' class="n"' if place in numbers else ""
            scope = ' scope="col"' if tag == "th" else ""
            made.append(f"<{tag}{kind}{scope}>{escape(cell)}</{tag}>")
        return f"<tr>{''.join(made)}</tr>"

    body = "".join(cells(row, "td") for row in rows)
    return (
        f'<table class="scores"><thead>{cells(header, "th")}</thead><tbody>{body}</tbody></table>'
    )


def _notes(checked: Checked, lang: str) -> list[str]:
    """What a reader must know of it."""
    notes = [
        said(
            (
                f"{checked.children} fresh virtual children of {checked.draws} draws of the "
                f"parameters, seed {checked.seed}, none of them in the library. Each was told as "
                "a clinic would record it and forecast as a recorded child is.",
                f"{checked.children} nieuwe virtuele kinderen uit {checked.draws} trekkingen van "
                f"de parameters, startgetal {checked.seed}, geen van hen in de bibliotheek. Elk "
                "is opgeschreven zoals een kliniek dat doet, en voorspeld zoals een vastgelegd "
                "kind.",
            ),
            lang,
        ),
        said(
            (
                "A dot is what came to the children of one group of forecasts, a bar the shares "
                "that would come in 95% of such groups were the forecasts true; an open dot lies "
                "outside. On the dashed line forecast and outcome are the same; the dotted line "
                "is the base rate.",
                "Een stip is wat er van de kinderen van één groep voorspellingen kwam, een balk "
                "de aandelen die in 95% van zulke groepen zouden komen als de voorspellingen waar "
                "zijn; een open stip ligt erbuiten. Op de streeplijn zijn voorspelling en uitkomst "
                "gelijk; de stippellijn is de basiskans.",
            ),
            lang,
        ),
        said(
            (
                "Brier's score is the mean squared difference of forecast and outcome: lower is "
                "better. The base rate is that of these very children, which no forecaster knows.",
                "De Brier-score is het gemiddelde kwadraat van het verschil tussen voorspelling en "
                "uitkomst: lager is beter. De basiskans is die van deze kinderen zelf, die geen "
                "voorspeller kent.",
            ),
            lang,
        ),
        said(
            (
                "All rows are of the same children, so that a group outside its band in one may be "
                "outside in others. Where every error had to be widened, a forecast lies nearer to "
                "the base rate than it should: the highest come out higher, the lowest lower.",
                "Alle regels gaan over dezelfde kinderen; een groep die in de ene buiten de band "
                "valt, kan dat ook in andere doen. Waar elke fout ruimer is genomen, ligt een "
                "voorspelling dichter bij de basiskans dan zou moeten: de hoogste komen hoger uit, "
                "de laagste lager.",
            ),
            lang,
        ),
        said(
            (
                "This shows that the forecast draws the right conclusions if the model is right. "
                "Whether the model is right, only real children can show; the validation report "
                "says how far published cohorts do. Not a medical device.",
                "Dit laat zien dat de voorspelling de juiste conclusies trekt als het model klopt. "
                "Of het model klopt, kunnen alleen echte kinderen laten zien; het validatierapport "
                "zegt hoever gepubliceerde cohorten dat doen. Geen medisch hulpmiddel.",
            ),
            lang,
        ),
    ]
    if checked.provisional:
        notes.append(
            said(
                (
                    "The parameters are provisional: they have seen no published figure yet.",
                    "De parameters zijn voorlopig: ze zijn nog aan geen gepubliceerd cijfer "
                    "getoetst.",
                ),
                lang,
            )
        )
    return notes

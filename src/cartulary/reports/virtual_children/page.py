# SPDX-License-Identifier: Apache-2.0
"""The page itself: title, the sentence, the figure, and what a reader must know of it."""

from __future__ import annotations

from html import escape

from cartulary.reports.figures.svg import accessible_svg, png_of
from cartulary.reports.html import page_style
from cartulary.reports.virtual_children.child import VirtualPage
from cartulary.reports.virtual_children.drawing import headed_svg, page_svg
from cartulary.reports.virtual_children.words import KINDS, said

TEN = 10


def virtual_children_html(page: VirtualPage, lang: str) -> str:
    """The page as one self-contained HTML file: style, fonts and figure inline, no script."""
    title = _title(page, lang)
    svg = accessible_svg(page_svg(page, lang), "children", title, _alt(page, lang))
    origin = said(("Simulated; no real children.", "Gesimuleerd; geen echte kinderen."), lang)
    notes = "".join(
        f"<p><strong>{escape(head)}</strong> {escape(text)}</p>"
        for head, text in _notes(page, lang)
    )
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{page_style()}\n"
        ".children { margin: 20px 0 28px; overflow-x: auto; } .children svg { max-width: none; }\n"
        ".said { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 8px 36px; "
        "border-top: 1.5px solid var(--ink); padding-top: 10px; font-size: 12px; "
        "line-height: 17px; color: var(--ink-2); } .said p { margin: 0; }"
        ".said strong { color: var(--ink); }</style></head><body>"
        f'<header class="head"><b>Cartulary</b><span>{escape(page.policy)}</span></header>'
        f'<p class="origin simulated">{escape(origin)}</p>'
        f"<main><h1>{escape(title)}</h1>"
        f'<p class="lead">{escape(_lead(page, lang))}</p>'
        f'<div class="children" role="region" tabindex="0" aria-label="{escape(title)}">{svg}</div>'
        f'<div class="said">{notes}</div></main></body></html>\n'
    )


def virtual_children_png(page: VirtualPage, lang: str, scale: float = 2.0) -> bytes:
    """The figure alone as a picture, with a margin and a heading that says what it is of."""
    return png_of(headed_svg(page, _heading(page, lang), lang), scale)


def _title(page: VirtualPage, lang: str) -> str:
    if len(page.children) == TEN:
        return said(("Ten virtual children", "Tien virtuele kinderen"), lang)
    return said(("Virtual children", "Virtuele kinderen"), lang)


def _heading(page: VirtualPage, lang: str) -> tuple[str, str, str]:
    """Title, what it may not be used for, and whom and what it is of."""
    return (
        _title(page, lang),
        said(
            (
                "Simulated; research, not for decisions.",
                "Gesimuleerd; onderzoek, niet voor beslissingen.",
            ),
            lang,
        ),
        said(
            (
                f"Policy: {page.policy}. Population: {page.population}. Seed {page.seed}.",
                f"Beleid: {page.policy}. Populatie: {page.population}. Startgetal {page.seed}.",
            ),
            lang,
        ),
    )


def _lead(page: VirtualPage, lang: str) -> str:
    return said(
        (
            f"The first of each kind among {page.looked_through} children of seed {page.seed}, "
            "as the model has them: none was picked for its looks.",
            f"Het eerste van elke soort onder {page.looked_through} kinderen van startgetal "
            f"{page.seed}, zoals het model ze heeft: geen is op het oog gekozen.",
        ),
        lang,
    )


def _alt(page: VirtualPage, lang: str) -> str:
    kinds = ", ".join(said(KINDS[child.kind], lang).lower() for child in page.children)
    return said((f"From top to bottom: {kinds}.", f"Van boven naar beneden: {kinds}."), lang)


def _notes(page: VirtualPage, lang: str) -> tuple[tuple[str, str], ...]:
    years = f"{page.years:g}"
    return (
        (
            said(("What is drawn.", "Wat er staat."), lang),
            said(
                (
                    "Cells are those of the whole body, as the model has them and no laboratory "
                    "sees them; a clone that died out ends, and after new therapy nothing is "
                    "followed. Grades are those that the ASTCT scales give to the daily signs. "
                    "Grey is after the last day.",
                    "Cellen zijn die van het hele lichaam, zoals het model ze heeft en geen "
                    "laboratorium ze ziet; een kloon die uitstierf houdt op, en na nieuwe "
                    "behandeling wordt niets gevolgd. Graden zijn die welke de ASTCT-schalen aan "
                    "de dagelijkse verschijnselen geven. Grijs is na de laatste dag.",
                ),
                lang,
            ),
        ),
        (
            said(("Under which policy.", "Onder welk beleid."), lang),
            said(
                (
                    f"{page.policy}. Population: {page.population}. Followed for {years} years.",
                    f"{page.policy}. Populatie: {page.population}. Gevolgd gedurende {years} jaar.",
                ),
                lang,
            ),
        ),
        (
            said(("What it is not.", "Wat het niet is."), lang),
            said(
                (
                    "A forecast for any child. The values are the starting ones, before "
                    "calibration; many are speculative, and each says so in its file. Not a "
                    "medical device.",
                    "Een voorspelling voor een kind. De waarden zijn de beginwaarden, van vóór de "
                    "kalibratie; veel zijn speculatief, en elk bestand zegt dat erbij. Geen "
                    "medisch hulpmiddel.",
                ),
                lang,
            ),
        ),
    )

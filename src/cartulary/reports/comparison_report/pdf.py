# SPDX-License-Identifier: Apache-2.0
"""The page of a comparison as PDF/UA-1 by typst: the same bytes for the same content."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from cartulary.reports.comparison_report.content import Against, ComparisonPage
from cartulary.reports.comparison_report.page import MARKS
from cartulary.reports.text import Sentence

_HERE: Final = files("cartulary.reports.comparison_report")
_FONTS: Final = files("cartulary.reports") / "fonts"


def comparison_pdf(page: ComparisonPage) -> bytes:
    """The page as a tagged PDF; neither the clock nor the machine's fonts enter it."""
    return bytes(
        _compiler().compile(
            input=str(Path(str(_HERE)) / "comparison.typ"),
            format="pdf",
            sys_inputs={"page": json.dumps(print_form(page), ensure_ascii=False)},
            pdf_standards=["ua-1"],
        )
    )


def print_form(page: ComparisonPage) -> dict[str, Any]:
    """The page as plain JSON values: every text is set as text, never read as code."""
    return {
        "lang": page.lang,
        "title": page.title,
        "question": _spans(page.question),
        "origin": f"{page.origin} {page.words['research']}",
        "about_what": page.words["about_what"],
        "provenance": page.provenance,
        "parts": [_part(part, len(page.parts) > 1) for part in page.parts],
        "notes": [
            {
                "title": note.title,
                "paragraphs": [_spans(one) for one in note.paragraphs],
                "identifiers": list(note.identifiers),
            }
            for note in page.notes
        ],
        "words": page.words,
        "foot": page.foot,
    }


def _part(part: Against, named: bool) -> dict[str, Any]:
    return {
        "name": part.name if named else "",
        "lead": [_spans(sentence) for sentence in part.lead],
        "warnings": list(part.warnings),
        "panels": [
            {
                "title": panel.title,
                "small": panel.beside,
                "svg": panel.svg,
                "alt": panel.sentence,
            }
            for panel in part.panels
        ],
        "headers": list(part.headers),
        "rows": [
            [row.outcome, *row.values, row.difference, row.parameters, row.chance]
            for row in part.rows
        ],
        "drivers": [
            {
                "words": row.words,
                "percent": f"{100 * row.share:.0f}%",
                "share": round(row.share, 3),
                "marks": MARKS[row.support] if row.support else "",
                "support": row.support_words,
                "speculative": row.support == "speculative",
            }
            for row in part.drivers
        ],
        "drivers_note": part.drivers_note,
    }


def _spans(sentence: Sentence) -> list[dict[str, Any]]:
    return [{"t": span.text, "b": span.bold} for span in sentence.spans if span.text]


@cache
def _compiler() -> Any:
    """The typesetter with typst's own fonts and Inter; the machine's fonts are left out."""
    import typst

    return typst.Compiler(
        root=str(Path(str(_HERE))),
        font_paths=[str(Path(str(_FONTS)))],
        ignore_system_fonts=True,
    )

# SPDX-License-Identifier: Apache-2.0
"""A report as PDF/UA-1 by typst: the same bytes for the same content, no network, no markup.

All content travels as one JSON string; the template prints strings as strings, so nothing a
programme wrote is ever read as typst code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from cartulary.reports.content import (
    Block,
    Chart,
    Heading,
    MarginNote,
    Note,
    Paragraph,
    Prose,
    Report,
    Section,
    Span,
    Table,
)
from cartulary.reports.disclosure import controlled
from cartulary.reports.tabulated import SetCell, gaps, set_table
from cartulary.reports.wording import grouped_hash, long_date, word

HERE = files("cartulary.reports.typeset")
FONTS = files("cartulary.reports") / "fonts"
WITHIN, BETWEEN = 9.0, 20.0  # points between columns of a group, and between groups
KEPT_WHOLE = 16  # a table of at most so many rows is not parted over two pages


def render_pdf(report: Report) -> bytes:
    """The report as a tagged PDF/UA-1 file.

    Arguments: a finished report; if it asks for it, small numbers are withheld first.
    Returns: the bytes, identical for an identical report.
    """
    return bytes(
        _compiler().compile(
            input=str(Path(str(HERE)) / "report.typ"),
            format="pdf",
            sys_inputs={"report": json.dumps(print_form(controlled(report)), ensure_ascii=False)},
            pdf_standards=["ua-1"],
        )
    )


@cache
def _compiler() -> Any:
    """The typesetter with typst's own fonts and Inter; the machine's fonts are left out."""
    import typst

    return typst.Compiler(
        root=str(Path(str(HERE))),
        font_paths=[str(Path(str(FONTS)))],
        ignore_system_fonts=True,
    )


def print_form(report: Report) -> dict[str, Any]:
    """The report as plain JSON values, figures drawn, tables set."""
    lang = report.lang
    cut = long_date(report.data_cut, lang) if report.data_cut else ""
    to = f"{word('data_to', lang)} {cut}" if cut else ""
    digits = grouped_hash(report.control_hash)
    charts = [
        block
        for section in (*report.sections, *report.appendix)
        for block in section.blocks
        if isinstance(block, Chart)
    ]
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "lang": lang,
        "programme": report.programme,
        "words": {
            name: word(name, lang)
            for name in ("in_brief", "table", "figure", "appendix", "not_a_device", "page")
        },
        "head_left": f"Cartulary · {word(f'report_kind_{report.kind}', lang)}",
        "head_first": " · ".join(part for part in (report.programme, to) if part),
        "head_right": report.origin_label or report.programme,
        "origin_label": report.origin_label,
        "foot": " · ".join(
            part
            for part in (
                word("not_a_device", lang),
                to,
                f"{word('control', lang)} {digits}",
            )
            if part
        ),
        "facts": [
            {"label": fact.label, "text": fact.text, "tone": fact.tone} for fact in report.facts
        ],
        "brief": [_prose(finding.sentences) for finding in report.brief],
        "brief_notes": [_note(note) for note in report.brief_notes],
        "brief_table": _table(report.brief_table, lang) if report.brief_table else None,
        "sections": [
            _section(section, lang, new_page=section.new_page and not place)
            for place, section in enumerate(report.sections)
        ],
        "appendix": [_section(section, lang, new_page=False) for section in report.appendix],
        "equal_tables": [
            _table(chart.table, lang) | {"of": f"{word('figure', lang)} {place}"}
            for place, chart in enumerate(charts, start=1)
        ],
        "equal_title": word("equal_tables", lang),
    }


def _spans(spans: Iterable[Span]) -> list[dict[str, Any]]:
    return [{"t": s.text, "b": s.bold, "i": s.italic, "l": s.lang} for s in spans if s.text]


def _prose(prose: Prose) -> list[dict[str, Any]]:
    """Sentences as one run of spans, a space between them."""
    runs: list[dict[str, Any]] = []
    for sentence in prose:
        if runs:
            runs.append({"t": " ", "b": False, "i": False, "l": ""})
        runs += _spans(sentence.spans)
    return runs


def _note(note: MarginNote) -> dict[str, Any]:
    return {"title": note.title, "text": _prose(note.sentences), "id": note.identifier}


def _section(section: Section, lang: str, *, new_page: bool) -> dict[str, Any]:
    """Prose and margin notes gathered into rows, tables and figures over the full width."""
    rows: list[dict[str, Any]] = []
    prose: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    if section.lead:
        prose.append({"kind": "lead", "text": _prose(section.lead)})

    def close() -> None:
        if prose or notes:
            rows.append(
                {"kind": "beside", "prose": list(prose), "notes": list(notes), "holds": False}
            )
        prose.clear()
        notes.clear()

    for block in section.blocks:
        if isinstance(block, MarginNote):
            notes.append(_note(block))
        elif isinstance(block, Chart | Table):
            close()
            rows.append(_wide(block, lang))
        else:
            if isinstance(block, Heading):
                close()
            prose.append(_running(block))
    close()
    for row, after in pairwise(rows):
        # A short text holds on to the table or figure it speaks of.
        row["holds"] = after["kind"] != "beside"
    return {"title": section.title, "rows": rows, "new_page": new_page}


def _running(block: Block) -> dict[str, Any]:
    """A block of the text column."""
    if isinstance(block, Heading):
        return {"kind": "heading", "text": block.text}
    if isinstance(block, Note):
        return {"kind": "note", "text": _prose(block.sentences)}
    assert isinstance(block, Paragraph)
    return {"kind": "text", "text": _prose(block.sentences)}


def _wide(block: Chart | Table, lang: str) -> dict[str, Any]:
    """A block over text and margin."""
    if isinstance(block, Table):
        return _table(block, lang)
    from cartulary.reports.figures.svg import svg_of

    return {
        "kind": "chart",
        "svg": svg_of(block.data, lang),
        "alt": block.alt.plain,
        "caption": _prose(block.caption),
    }


def _cell(cell: SetCell) -> dict[str, Any]:
    return {
        "spans": _spans(cell.spans),
        "tail": cell.tail,
        "mark": cell.mark,
        "columns": cell.columns,
        "align": cell.align,
        "strong": cell.strong,
        "quiet": cell.quiet,
    }


def _table(table: Table, lang: str) -> dict[str, Any]:
    """A table with its cells as spans."""
    ready = set_table(table, lang, "print")
    return {
        "kind": "table",
        "caption": _prose(table.caption),
        "groups": [{"title": title, "columns": width} for title, width in ready.groups],
        "columns": [
            {"title": c.title, "align": c.align, "weight": c.weight} for c in table.columns
        ],
        "gaps": gaps(table.columns, WITHIN, BETWEEN),
        "rows": [
            {
                "cells": [_cell(cell) for cell in row.cells],
                "group": row.starts_group,
                "heading": row.heading,
            }
            for row in ready.rows
        ],
        "note": _prose(ready.note),
        "footnotes": [{"mark": mark, "text": _spans(text.spans)} for mark, text in ready.footnotes],
        "whole": len(table.rows) <= KEPT_WHOLE,
    }

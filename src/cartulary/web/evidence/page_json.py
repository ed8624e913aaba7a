# SPDX-License-Identifier: Apache-2.0
"""A page of outcomes as plain values: words in runs, tables, drawings, and what each opens."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cartulary.reports.chart_data import CumulativeIncidenceData, SurvivalCurveData
from cartulary.reports.content import (
    Chart,
    Count,
    Heading,
    Interval,
    Note,
    Paragraph,
    Percent,
    Section,
    Share,
    Table,
)
from cartulary.reports.evidence_page.curve_drawing import curve_svg, strip_svg
from cartulary.reports.evidence_page.interval_drawing import axis_svg, row_svg
from cartulary.reports.evidence_page.relapse_drawing import relapse_svg
from cartulary.reports.evidence_page.toxicity_rows import BESIDE
from cartulary.reports.figures_json import figure_record
from cartulary.reports.programme_report.code_words import RELAPSES, TOXICITIES, pair
from cartulary.reports.tabulated import set_table

if TYPE_CHECKING:
    from cartulary.reports.evidence_page.build import EvidencePage
    from cartulary.web.evidence.children_behind import Behind


def page_values(page: EvidencePage, behind: Behind) -> dict[str, Any]:
    """The page as plain values."""
    return _Writer(page, behind).page()


@dataclass
class _Writer:
    """Writes one page down; a number opens its children where there are any behind it."""

    made: EvidencePage
    behind: Behind

    def page(self) -> dict[str, Any]:
        made = self.made
        return {
            "title": made.title,
            "origin": made.origin,
            "finding": self.prose(made.finding),
            "margin": [
                {
                    "title": note.title,
                    "identifier": note.identifier,
                    "sentences": self.prose(note.sentences),
                }
                for note in made.notes
            ],
            "sections": {section.id: self.section(section) for section in made.sections},
            "figures": [figure_record(figure) for figure in made.figures],
            "names": {
                code: pair(words, made.lang)
                for code, words in (*RELAPSES.items(), *TOXICITIES.items())
            },
        }

    def section(self, section: Section) -> dict[str, Any]:
        """A section: title, count beside it, lead, and its blocks."""
        first = section.blocks[0] if section.blocks else None
        count = self.prose(first.sentences) if isinstance(first, Paragraph) else []
        rest = section.blocks[1:] if count else section.blocks
        return {
            "id": section.id,
            "title": section.title,
            "count": count,
            "lead": self.prose(section.lead),
            "blocks": [self.block(section, block) for block in rest],
        }

    def block(self, section: Section, block: Any) -> dict[str, Any]:
        """One block by its type."""
        if isinstance(block, Chart):
            return self.chart(section, block)
        if isinstance(block, Table):
            return {"type": "table", "table": self.table(block)}
        if isinstance(block, Heading):
            return {"type": "heading", "text": block.text}
        assert isinstance(block, Paragraph | Note)
        return {"type": "prose", "sentences": self.prose(block.sentences)}

    def chart(self, section: Section, chart: Chart) -> dict[str, Any]:
        """A figure as drawn, with its caption and equal table."""
        lang, data = self.made.lang, chart.data
        said = (f"{section.id}-figure", section.title, chart.alt.plain)
        drawn: dict[str, Any] = {"type": "chart"}
        on_day = {day: group for day, group in self.behind.on_day.items() if self.opens(group)}
        of_curve = {name: one for name, one in self.behind.of_curve.items() if self.opens(one)}
        if isinstance(data, SurvivalCurveData):
            drawn["svg"] = curve_svg(data, lang, said, on_day, of_curve)
            strip = (f"{section.id}-strip", section.title, chart.alt.plain)
            drawn["strip"] = strip_svg(data, lang, strip, self.made.sizes, of_curve)
        else:
            assert isinstance(data, CumulativeIncidenceData)
            causes = {one.key: one.key for one in data.causes if self.opens(one.key)}
            drawn["svg"] = relapse_svg(data, lang, said, causes)
        return drawn | {"caption": self.prose(chart.caption), "table": self.table(chart.table)}

    def opens(self, group: str) -> str:
        """The group when there is anybody in it, else nothing."""
        return group if group in self.behind.groups else ""

    def prose(self, sentences: Any) -> list[list[dict[str, Any]]]:
        """Sentences as runs of text."""
        return [self.runs(sentence.spans) for sentence in sentences]

    def runs(self, spans: Any) -> list[dict[str, Any]]:
        """Runs of text, those of one style joined; one that is a count opens its children."""

        def style(span: Any) -> tuple[bool, bool, str]:
            keys = {count.key for count in span.rests_on}
            return (span.bold, span.italic, self.opens(keys.pop()) if len(keys) == 1 else "")

        return [
            {"text": "".join(span.text for span in run), "bold": bold, "italic": italic}
            | ({"behind": group} if group else {})
            for (bold, italic, group), run in groupby(spans, key=style)
        ]

    def table(self, table: Table) -> dict[str, Any]:
        """A table as text, with what each number opens, and the interval that a row draws."""
        made = set_table(table, self.made.lang, "screen")
        rows = []
        for place, row in enumerate(made.rows):
            cells = table.rows[place].cells
            rows.append(
                {
                    "starts_group": row.starts_group,
                    "cells": [
                        self.cell(set_cell, cell)
                        for set_cell, cell in zip(row.cells, cells, strict=True)
                    ],
                    **({"drawn": self.drawn(place, cells)} if table.id == BESIDE else {}),
                }
            )
        return {
            "id": table.id,
            "caption": self.prose(table.caption),
            **({"axis": axis_svg()} if table.id == BESIDE else {}),
            "groups": [{"title": title, "columns": columns} for title, columns in made.groups],
            "columns": [{"title": one.title, "align": one.align} for one in made.columns],
            "rows": rows,
            "footnotes": [{"mark": m, "runs": self.runs(s.spans)} for m, s in made.footnotes],
            "note": self.prose(made.note),
        }

    def cell(self, made: Any, cell: Any) -> dict[str, Any]:
        """One cell: its words, how it stands, and the groups behind its number and its whole."""
        number = cell.events if isinstance(cell, Share) else cell
        group = self.opens(number.key) if isinstance(number, Count) else ""
        whole = self.opens(cell.n.key) if isinstance(cell, Share) else ""
        return {
            "runs": self.runs(made.spans),
            "tail": made.tail,
            "mark": made.mark,
            "columns": made.columns,
            "align": made.align,
            "strong": made.strong,
            "first": made.first,
            "behind": group,
            "behind_tail": whole,
        }

    def drawn(self, place: int, cells: Any) -> dict[str, Any]:
        """What is drawn of a row, from what disclosure control left of it."""
        share = next((one for one in cells if isinstance(one, Percent)), None)
        limits = next((one for one in cells if isinstance(one, Interval)), None)
        style = self.made.toxicity_styles[place]
        if share is None:
            return {"style": style}
        low = high = None
        if limits is not None and limits.low is not None and limits.high is not None:
            low, high = 100 * limits.low, 100 * limits.high
        svg = row_svg(100 * share.value, low, high, style, self.made.origin)
        return {"style": style, "svg": svg}

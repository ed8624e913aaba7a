# SPDX-License-Identifier: Apache-2.0
"""The page of outcomes reckoned in a process of its own, and written down as plain JSON.

python -m cartulary.web.evidence.reckoner FOLDER

The web server itself loads neither the columns, nor the estimators, nor the drawing.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cartulary.web.evidence.worker import MADE, written

if TYPE_CHECKING:
    from cartulary.registry.models import Centre
    from cartulary.reports.content import Section
    from cartulary.studies.child_summary import ChildSummary
    from cartulary.studies.chosen_children import ChosenChildren
    from cartulary.studies.programme import ProgrammeFigures
    from cartulary.web.evidence.evidence_wanted import EvidenceWanted

PAGE, BEHIND = "page.json", "behind.json"


def reckon(folder: Path) -> None:
    """Reckon what the folder's `wanted.json` asks for, and write the page and who is behind it."""
    from cartulary.registry import scope
    from cartulary.registry.models import Centre
    from cartulary.web.evidence.evidence_wanted import EvidenceWanted

    wanted = EvidenceWanted.of(json.loads((folder / "wanted.json").read_text(encoding="utf-8")))
    with scope.within("all"):
        page, behind = evidence_of(Centre.objects.get(code=wanted.centre), wanted)
    made = folder / MADE
    made.mkdir(exist_ok=True)
    written(made / PAGE, page)
    written(made / BEHIND, behind)


def evidence_of(
    centre: Centre, wanted: EvidenceWanted
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The page as plain values, and the keys of the children behind its figures by group."""
    from cartulary.course.errors import EstimandError
    from cartulary.registry.courses import programme_of
    from cartulary.studies.checked_programme import CheckedProgramme, checked_programme
    from cartulary.studies.child_summary import summaries
    from cartulary.studies.chosen_children import Choice, chosen_children
    from cartulary.studies.period import Period
    from cartulary.studies.programme import programme_figures

    say("reading and checking the ledger")
    read = programme_of(centre, wanted.as_of)
    checked = checked_programme(read, good_courses=True)
    if not isinstance(checked, CheckedProgramme):
        return {"refusal": "errors" if read.cohort is not None else "nobody"}, {}
    children = summaries(checked.cohort.courses())
    try:
        choice = Choice(wanted.codes, Period(wanted.first, wanted.last))
        chosen = chosen_children(children, choice, wanted.clock)
    except EstimandError:
        everybody = chosen_children(children, Choice(), wanted.clock)
        return {"refusal": "foreseeing", "codes": _codes(everybody, wanted)}, {}
    page: dict[str, Any] = {
        "codes": _codes(chosen, wanted),
        "left_out": len(checked.left_out),
        "without_date": chosen.without_date,
    }
    refusal = _too_few(children, chosen, choice.is_everybody, wanted.suppress)
    if refusal:
        return page | refusal, {}
    say("reckoning the figures")
    part = checked.cohort if choice.is_everybody else checked.cohort.select(list(chosen.chosen))
    figures = programme_figures(part, not_reported=read.not_reported)
    told = replace(checked.programme, problems=checked.problems, left_out=checked.left_out)
    page |= _told(figures, told, wanted)
    return page, ({} if "refusal" in page else _behind(centre, figures, wanted.endpoint))


def _told(figures: ProgrammeFigures, programme: Any, wanted: EvidenceWanted) -> dict[str, Any]:
    """What the page says of the figures."""
    from cartulary.reports.evidence_page import build_evidence, offered_endpoints
    from cartulary.reports.figures_json import figure_record

    offered = offered_endpoints(figures)
    page: dict[str, Any] = {"endpoints": _endpoint_words(offered, wanted.lang)}
    if wanted.endpoint not in figures.survival:
        return page | {"refusal": "no_curve"}
    say("writing the words and tables")
    made = build_evidence(
        _beside_family(figures, wanted.endpoint),
        programme,
        wanted.endpoint,
        wanted.lang,
        suppress=wanted.suppress,
        beside=wanted.studies,
    )
    say("drawing the figures")
    return page | {
        "title": made.title,
        "origin": made.origin,
        "finding": [_runs(sentence.spans) for sentence in made.finding],
        "margin": [
            {
                "title": note.title,
                "identifier": note.identifier,
                "sentences": [_runs(sentence.spans) for sentence in note.sentences],
            }
            for note in made.notes
        ],
        "sections": [_section(section, made.lang) for section in made.sections],
        "figures": [figure_record(figure) for figure in made.figures],
    }


def _beside_family(figures: ProgrammeFigures, endpoint_id: str) -> ProgrammeFigures:
    """With the published figures of its family beside a variant, where its clock is theirs."""
    from cartulary.studies.survival import survival_figure

    family = next((name for name in ("efs", "os") if name in endpoint_id.split(".")[:2]), "")
    figure = figures.survival[endpoint_id]
    if figure.published or not family or not endpoint_id.endswith(".infusion"):
        return figures
    again = survival_figure(figures.cohort, endpoint_id, key=family)
    if again is None:
        return figures
    more = replace(figure, published=again.published)
    return replace(figures, survival={**figures.survival, endpoint_id: more})


def _too_few(
    children: tuple[ChildSummary, ...], chosen: ChosenChildren, everybody: bool, suppress: int
) -> dict[str, Any]:
    """Why a part of the programme is not reckoned of; empty when it may be."""
    from cartulary.studies.chosen_children import FEWEST_OF_A_PART

    count = sum(chosen.chosen)
    if everybody:
        return {}
    rest = len(children) - count
    least = max(FEWEST_OF_A_PART, suppress)
    if count < least:
        shown = count if not 0 < count < suppress else None
        return {"refusal": "too_few", "children": shown, "least": least}
    if suppress and 0 < rest < suppress:
        # What is not chosen could be reckoned from the whole.
        return {"refusal": "rest_too_small", "least": suppress}
    return {}


def _behind(centre: Centre, figures: ProgrammeFigures, endpoint_id: str) -> dict[str, list[str]]:
    """The keys of the children behind the figures, by group."""
    from cartulary.evidence.follow_up_of_cohort import follow_up_of_cohort
    from cartulary.registry.models import Child

    keys = {
        name: str(key)
        for key, name in Child.objects.filter(centre=centre).values_list("key", "course_id")
    }
    found: dict[str, list[str]] = {"chosen": [], "infused": []}
    for child in figures.children:
        groups = ["chosen"]
        if child.was_infused:
            groups.append("infused")
            if child.relapses:
                groups += ["relapse", f"relapse.{child.relapses[0].relapse_class}"]
            for kind in {record.kind for record in child.toxicities}:
                if (child.highest_grade(kind) or 0) > 0:
                    groups.append(f"toxicity.{kind}")
        for group in groups:
            if child.child in keys:
                found.setdefault(group, []).append(keys[child.child])
    rows = follow_up_of_cohort(figures.cohort, endpoint_id).follow_up
    assert rows.child_ids is not None
    for name, status in zip(rows.child_ids, rows.status, strict=True):
        if str(name) in keys:
            group = "event" if status else "no_event"
            found.setdefault(group, []).append(keys[str(name)])
    return found


def _section(section: Section, lang: str) -> dict[str, Any]:
    from cartulary.reports.content import Chart, Heading, Note, Paragraph, Table
    from cartulary.reports.figures.svg import accessible_svg, svg_of

    blocks: list[dict[str, Any]] = []
    for place, block in enumerate(section.blocks):
        if isinstance(block, Chart):
            name = f"{section.id}-{place}"
            svg = svg_of(block.data, lang, "screen")
            blocks.append(
                {
                    "type": "chart",
                    "svg": accessible_svg(svg, name, section.title, block.alt.plain),
                    "caption": [_runs(sentence.spans) for sentence in block.caption],
                    "table": _table(block.table, lang),
                }
            )
        elif isinstance(block, Table):
            blocks.append({"type": "table", "table": _table(block, lang)})
        elif isinstance(block, Paragraph | Note):
            said = [_runs(sentence.spans) for sentence in block.sentences]
            blocks.append({"type": "prose", "sentences": said})
        elif isinstance(block, Heading):
            blocks.append({"type": "heading", "text": block.text})
    return {
        "id": section.id,
        "title": section.title,
        "lead": [_runs(sentence.spans) for sentence in section.lead],
        "blocks": blocks,
    }


def _table(table: Any, lang: str) -> dict[str, Any]:
    from cartulary.reports.tabulated import set_table

    made = set_table(table, lang, "screen")
    return {
        "id": table.id,
        "caption": [_runs(sentence.spans) for sentence in table.caption],
        "groups": [{"title": title, "columns": columns} for title, columns in made.groups],
        "columns": [{"title": one.title, "align": one.align} for one in made.columns],
        "rows": [
            {
                "starts_group": row.starts_group,
                "cells": [
                    {
                        "runs": _runs(cell.spans),
                        "tail": cell.tail,
                        "mark": cell.mark,
                        "columns": cell.columns,
                        "align": cell.align,
                        "strong": cell.strong,
                        "first": cell.first,
                    }
                    for cell in row.cells
                ],
            }
            for row in made.rows
        ],
        "footnotes": [{"mark": m, "runs": _runs(s.spans)} for m, s in made.footnotes],
        "note": [_runs(sentence.spans) for sentence in made.note],
    }


def _runs(spans: Any) -> list[dict[str, Any]]:
    """Runs of text, those of one style joined."""
    return [
        {"text": "".join(span.text for span in run), "bold": bold, "italic": italic}
        for (bold, italic), run in groupby(spans, key=lambda span: (span.bold, span.italic))
    ]


def _endpoint_words(offered: dict[str, tuple[str, ...]], lang: str) -> dict[str, list[Any]]:
    from cartulary.codebook.endpoint_reader import endpoint

    return {
        clock: [
            [name, f"{(d := endpoint(name).definition).name.text(lang)} ({d.edition})"]
            for name in names
        ]
        for clock, names in offered.items()
    }


def _codes(chosen: ChosenChildren, wanted: EvidenceWanted) -> dict[str, list[list[str]]]:
    """What there is to choose from, each code with its words."""
    from cartulary.web.evidence.code_words import words_of

    return {
        name: [[code, words_of(name, code, wanted.lang)] for code in codes]
        for name, codes in chosen.codes.items()
    }


def say(what: str) -> None:
    """Say on stderr what is being done, for whoever waits."""
    sys.stderr.write(f"{what} ...\n")
    sys.stderr.flush()


if __name__ == "__main__":
    import django

    django.setup()
    reckon(Path(sys.argv[1]))

# SPDX-License-Identifier: Apache-2.0
"""Appendix: problems found in the data, what was left out, and the files that were read."""

from __future__ import annotations

from collections import defaultdict

from cartulary.course.problem import Problem, Severity
from cartulary.reports.content import (
    Block,
    Column,
    Count,
    Paragraph,
    Prose,
    Row,
    Section,
    Sum,
    Table,
    Told,
    Words,
)
from cartulary.reports.programme_report.teller import Teller
from cartulary.reports.wording import count_word, units

MOST_EXAMPLES = 3
MOST_LEFT_OUT = 40
WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def quality_section(tell: Teller) -> Section:
    """Problems by rule with counts and examples, then what was left out, then the files."""
    blocks: list[Block] = []
    if tell.about.problems:
        blocks.append(_problems(tell))
    if tell.about.left_out:
        blocks.append(_left_out(tell))
    # A programme's own words may name numbers that nobody can look for.
    if tell.about.notes and tell.suppress < 2:
        blocks.append(
            Paragraph(
                (
                    tell.says("*Toelichting bij de gegevens:*", "*Note to the data:*"),
                    *(tell.says("{note}", "{note}", note=note) for note in tell.about.notes),
                )
            )
        )
    if tell.about.files:
        blocks.append(_files(tell))
    title = tell.t("Kwaliteit van de gegevens", "Quality of the data")
    return Section(title, _lead(tell), tuple(blocks), new_page=True, id="quality")


def _lead(tell: Teller) -> Prose:
    if not tell.about.problems:
        found = tell.says(
            "De controle van de gegevens vond niets bijzonders.",
            "The check of the data found nothing out of the ordinary.",
        )
    else:
        found = tell.says(
            "De controle vond {found}.",
            "The check found {found}.",
            found=tell.joined([_several(tell, one) for one in WEIGHT]),
        )
    left = len(tell.about.left_out)
    out = (
        tell.says(
            "Weggelaten wegens fouten in de gegevens: {k}.",
            "Left out because of errors in the data: {k}.",
            k=Told(
                f"{tell.number(left)} {units(left, 'child', tell.lang)}", (Count(left, "left_out"),)
            ),
        )
        if left
        else tell.says("Er is geen kind weggelaten.", "No child was left out.")
    )
    return (found, out)


def _several(tell: Teller, severity: Severity) -> Told:
    """So many problems of one weight: "geen fouten", "één waarschuwing"."""
    one, many, none = {
        Severity.ERROR: (("fout", "fouten"), ("error", "errors")),
        Severity.WARNING: (("waarschuwing", "waarschuwingen"), ("warning", "warnings")),
        Severity.NOTE: (("opmerking", "opmerkingen"), ("note", "notes")),
    }[severity][tell.lang != "nl"] + (tell.t("geen", "no"),)
    count = _total(tell, severity)
    if not count.value:
        return Told(f"{none} {many}")
    noun = one if count.value == 1 else many
    return Told(f"{count_word(count.value, tell.lang)} {noun}", (count,))


def _total(tell: Teller, severity: Severity) -> Count:
    """All problems of one weight."""
    found = sum(problem.severity is severity for problem in tell.about.problems)
    return Count(found, f"problem.{severity}")


def _problems(tell: Teller) -> Table:
    by_rule: dict[tuple[Severity, str], list[Problem]] = defaultdict(list)
    for problem in tell.about.problems:
        by_rule[(problem.severity, problem.rule)].append(problem)
    rows = []
    for (severity, rule), problems in sorted(
        by_rule.items(), key=lambda one: (WEIGHT[one[0][0]], -len(one[1]), one[0][1])
    ):
        named = list(dict.fromkeys(p.course_id for p in problems if p.course_id))
        # A pseudonym beside a rare finding would tell which child it is.
        shown = named[:MOST_EXAMPLES] if tell.suppress < 2 else []
        more = len(named) - len(shown)
        examples = ", ".join(shown)
        if more and shown:
            examples += tell.t(f" en {more} meer", f" and {more} more")
        rows.append(
            Row(
                (
                    severity.nl if tell.lang == "nl" else severity.en,
                    Words(_plain(problems[0], tell), italic=False),
                    Count(len(problems), f"problem.{severity}.{rule}"),
                    examples or "–",
                )
            )
        )
    sums = []
    for severity in WEIGHT:
        parts = [
            Count(len(found), f"problem.{severity}.{rule}")
            for (weight, rule), found in by_rule.items()
            if weight is severity
        ]
        if parts:
            sums.append(Sum(_total(tell, severity), tuple(parts)))
    return Table(
        id="problems",
        sums=tuple(sums),
        caption=(tell.says("Bevindingen naar regel.", "Findings by rule."),),
        columns=(
            Column(tell.t("Gewicht", "Weight")),
            Column(tell.t("Regel en eerste bevinding", "Rule and first finding"), weight=1),
            Column(tell.t("aantal", "number"), align="right"),
            Column(tell.t("bijvoorbeeld", "for example")),
        ),
        rows=tuple(rows),
    )


def _plain(problem: Problem, tell: Teller) -> str:
    """The rule, and what it found where no single child's value would be given away."""
    return problem.rule if tell.suppress >= 2 else f"{problem.rule}: {problem.fact}"


def _left_out(tell: Teller) -> Table:
    rows = [Row((child, reason)) for child, reason in tell.about.left_out[:MOST_LEFT_OUT]]
    more = len(tell.about.left_out) - len(rows)
    note = (tell.says("En {k} meer.", "And {k} more.", k=tell.number(more)),) if more > 0 else ()
    return Table(
        id="left-out",
        lists_children=True,
        caption=(tell.says("Weggelaten kinderen.", "Children left out."),),
        columns=(
            Column(tell.t("Kind", "Child")),
            Column(tell.t("Waarom", "Why"), weight=1),
        ),
        rows=tuple(rows),
        note=note,
    )


def _files(tell: Teller) -> Table:
    return Table(
        id="files",
        caption=(
            tell.says(
                "Gelezen bestanden met hun vingerafdruk (SHA-256).",
                "Files read, with their fingerprints (SHA-256).",
            ),
        ),
        columns=(
            Column(tell.t("Bestand", "File")),
            Column("SHA-256", weight=1),
        ),
        rows=tuple(Row((name, _grouped(digest))) for name, digest in tell.about.files),
    )


def _grouped(digest: str) -> str:
    """A fingerprint in groups of eight, so that it can be read out and broken over lines."""
    return " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))

# SPDX-License-Identifier: Apache-2.0
"""Problems as a table of their own, to be worked through in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cartulary.course.problem import Problem
from cartulary.course.tables.refusal import guarded
from cartulary.course.tables.saving import Content, csv_text, refuse_language, write_one

HEADERS: dict[str, tuple[str, ...]] = {
    "en": (
        "severity",
        "file",
        "row",
        "column",
        "value",
        "fact",
        "why",
        "remedy",
        "child",
        "events",
        "rule",
    ),
    "nl": (
        "ernst",
        "bestand",
        "rij",
        "kolom",
        "waarde",
        "feit",
        "waarom",
        "oplossing",
        "kind",
        "gebeurtenissen",
        "regel",
    ),
}


def problems_csv(problems: Iterable[Problem], lang: str = "en") -> str:
    """Problems as CSV, one a row: where, the value, the fact, why, the remedy, and the rule.

    Values that a spreadsheet would run as a formula get an apostrophe before them.

    >>> problems_csv([]).strip()
    'severity,file,row,column,value,fact,why,remedy,child,events,rule'
    """
    refuse_language(lang)
    return csv_text((HEADERS[lang], *(_row(problem, lang) for problem in problems)), lang)


def _row(problem: Problem, lang: str) -> tuple[Content, ...]:
    severity = problem.severity
    return (
        severity.nl if lang == "nl" else severity.en,
        _safe(problem.file),
        "" if problem.row is None else problem.row,
        _safe(problem.column),
        _safe(problem.value),
        _safe(problem.fact),
        _safe(problem.why),
        _safe(problem.remedy),
        _safe(problem.course_id),
        _safe(" ".join(problem.event_ids)),
        problem.rule,
    )


def _safe(text: str) -> str:
    return guarded(text) if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_problems(problems: Iterable[Problem], path: Path | str, lang: str = "en") -> None:
    """The table of problems as a CSV file, UTF-8 with a byte-order mark; an old one is replaced."""
    text = problems_csv(problems, lang)
    write_one(text.encode("utf-8-sig", errors="replace"), Path(path))

# SPDX-License-Identifier: Apache-2.0
"""Whatever the ledger and the reading of tables refuse is said in Dutch too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import cartulary.course
import cartulary.registry
from cartulary.course.problem import Problem, Severity
from cartulary.registry.refusal_words import in_dutch, in_language, knows

REGISTRY = Path(cartulary.registry.__file__).parent
COURSE = Path(cartulary.course.__file__).parent
SOURCES = (
    *(
        REGISTRY / f"{name}.py"
        for name in (
            *("change", "change_checks", "child_payload", "payload", "desk", "faults", "identity"),
            *("queries", "said_anew", "verification", "verification_sample", "worklist_answers"),
            *("importing_plan", "courses", "scope", "accounts", "within"),
        )
    ),
    *(COURSE / name for name in ("fact.py", "events/event.py")),
    *(
        COURSE / "tables" / f"{name}.py"
        for name in (
            *("amendments", "cells", "child_rows", "days", "event_rows", "files", "findings"),
            *("numbers", "programme_table", "reader", "rows", "table_names", "workbook"),
        )
    ),
)
# Parts of sentences, and columns explained in both languages where they stand.
NO_REFUSALS = ("{} row {}: ", "{} errors, the first: ")
SHORTEST = 10


def sentences(source: Path) -> Iterator[str]:
    """Every sentence in a file, its values as 7; texts of documentation are none."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef)
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, holders) and node.body and isinstance(node.body[0], ast.Expr)
    }
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if id(node) in documentation:
            continue
        said = _said(node)
        if said is None:
            waiting += list(ast.iter_child_nodes(node))
        elif _is_sentence(said) and said not in NO_REFUSALS:
            # A kind of event stands before what is wrong with it.
            yield re.sub(r"^\{\}: ", "Infusion: ", said).replace("{}", "7")


def _said(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)
        return "".join(map(str, parts))
    return None


def _is_sentence(said: str) -> bool:
    ends = said.rstrip()[-1:] in (".", "?", ":")
    return len(said) >= SHORTEST and " " in said.strip() and ends and said[0] in _BEGINS


_BEGINS = "{ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: f"{one.parent.name}/{one.name}")
def test_every_sentence_has_its_dutch(source: Path) -> None:
    found = list(sentences(source))
    dutch = {one for key in _keys(source) for one in key}
    assert [one for one in found if not knows(one) and one not in dutch] == []


def _keys(source: Path) -> list[tuple[str, str]]:
    """What the keys of a programme say: both languages stand side by side."""
    if source.name != "programme_table.py":
        return []
    from cartulary.course.tables.programme_table import KEYS

    return [(key.says_en, key.says_nl) for key in KEYS]


@pytest.mark.parametrize(
    ("english", "dutch"),
    [
        (
            "Infusion: dose_cells_per_kg is -1 cells/kg, below the possible 0.",
            "Infusie: dosis per kg is -1 cellen/kg, lager dan de mogelijke 0.",
        ),
        ("Known are: female, male.", "Bekend zijn: vrouw, man."),
        (
            "The event 'a' cannot be of the kind 'infusion'.",
            "De gebeurtenis 'a' kan niet van de soort infusie zijn.",
        ),
        ("Did you mean 'aferese'?", "Bedoelde u 'aferese'?"),
        ("A sentence of nobody.", "A sentence of nobody."),
    ],
)
def test_values_stand_in_their_places(english: str, dutch: str) -> None:
    assert in_dutch(english) == dutch


def test_a_value_that_reads_like_a_pattern_is_only_a_value() -> None:
    said = "The event '{kind}: .* (' is of no use."
    assert in_dutch(said) == said
    odd = "The header gives the unit '{unit} \\1 .*'."
    assert in_dutch(odd) == "De kop geeft de eenheid '{unit} \\1 .*'."


def test_a_problem_keeps_its_place_and_its_value() -> None:
    problem = Problem(
        Severity.ERROR, "date.out_of_range", "The year is 202.", "The column holds dates.",
        "Fill it in.", value="202", file="a.csv", row=3, column="date", course_id="P-1",
    )  # fmt: skip
    said = in_language(problem, "nl")
    assert said.fact == "Het jaar is 202."
    assert (said.file, said.row, said.column, said.value) == ("a.csv", 3, "date", "202")
    assert in_language(problem, "en") == problem

# SPDX-License-Identifier: Apache-2.0
"""The page of a state graph: whole in both languages, and nothing on it that the file lacks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cartulary.codebook.catalogue import catalogue, page
from cartulary.codebook.files import definition_files
from cartulary.codebook.state_graph import StateGraph
from cartulary.codebook.state_graph_page import state_graph_page
from cartulary.codebook.state_graph_reader import state_graph, state_graphs
from tests.conftest import REPOSITORY

GRAPHS = sorted(state_graphs())
LANGUAGES = ("en", "nl")
SHIPPED = REPOSITORY / "src" / "cartulary" / "codebook" / "state_graphs"


def rows_under(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    part = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.fixture(params=GRAPHS)
def graph(request: pytest.FixtureRequest) -> StateGraph:
    return state_graph(request.param)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_and_every_move_has_its_row(graph: StateGraph, lang: str) -> None:
    text = state_graph_page(graph, lang)
    states = rows_under(text, "The states" if lang == "en" else "De toestanden")
    moves = rows_under(text, "What counts as a move" if lang == "en" else "Wat telt als overgang")
    names = [graph.words_of(name, lang) for name in graph.state_names]
    assert [row[0].split(" (")[0] for row in states] == names
    assert [row[0] for row in moves] == [graph.words_of(move.to, lang) for move in graph.moves]
    for name, row in zip(graph.state_names, states, strict=True):
        onward = [graph.words_of(to, lang) for source, to in graph.arrows if source == name]
        assert row[1].split("; ") == onward or (not onward and name in graph.final)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_example_says_its_stays(graph: StateGraph, lang: str) -> None:
    text = state_graph_page(graph, lang)
    for example in graph.examples:
        assert example.says.text(lang) in text
        after = text.split(example.says.text(lang), 1)[1]
        for stay in example.expect:
            days = (
                f"{stay.entry} to day {stay.exit}"
                if lang == "en"
                else (f"{stay.entry} tot dag {stay.exit}")
            )
            assert f"“{graph.words_of(stay.from_state, lang)}”, " in after
            assert days in after


def test_the_dutch_page_has_no_english_left(graph: StateGraph) -> None:
    dutch = state_graph_page(graph, "nl").split("## Voor wie")[0].split("## Bron")[0]
    assert not re.search(r"\b(the|from|child|move|state|then|missing|day)\b", dutch)


def test_codes_stand_only_where_the_file_is_edited(graph: StateGraph) -> None:
    shown, _, editing = state_graph_page(graph, "en").partition("## For those who edit")
    assert not re.search(r"[a-z]_[a-z]", shown)
    assert all(f"`{move.to}`" in editing for move in graph.moves)


def test_a_choice_of_ours_is_marked_for_confirmation() -> None:
    assert "**Confirm with a clinician.**" in state_graph_page(state_graph("bone"), "en")


def test_a_child_without_stays_says_why() -> None:
    text = state_graph_page(state_graph("bone"), "en")
    assert "- missing: the move to “dead” has no date." in text
    assert "- not counted: not infused." in text


def test_the_catalogue_lists_every_graph_and_prints_it() -> None:
    listed = [entry.id for entry in catalogue() if entry.kind == "state_graph"]
    assert listed == GRAPHS
    assert page("bone", "nl") == state_graph_page(state_graph("bone"), "nl")


def test_the_files_of_graphs_are_listed_with_those_of_a_centre(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = sorted(file.name for file in SHIPPED.glob("*.toml"))
    assert [file.name for file in definition_files("state_graphs")] == ours
    folder = tmp_path / "state_graphs"
    folder.mkdir()
    text = (SHIPPED / "bone.toml").read_text(encoding="utf-8")
    (folder / "local.toml").write_text(text.replace('id = "bone"', 'id = "local"'), "utf-8")
    monkeypatch.setenv("CARTULARY_CODEBOOK", str(tmp_path))
    assert [file.name for file in definition_files("state_graphs")] == [*ours, "local.toml"]
    assert page("local").startswith("# From infusion")

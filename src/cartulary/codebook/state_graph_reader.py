# SPDX-License-Identifier: Apache-2.0
"""State graphs from their files, each read whole and refused with all its faults."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cartulary.codebook.endpoint_moments import read_sign
from cartulary.codebook.files import extra_folder
from cartulary.codebook.source import CONFIRMED, read_source
from cartulary.codebook.state_graph import CLOCKS, Move, PathExample, State, StateGraph, Stay
from cartulary.codebook.toml_page import Page, page_of, page_of_text
from cartulary.course.errors import CodebookError

EXAMPLES_NEEDED: Final = 2
_FOLDER: Final = "state_graphs"


def state_graphs() -> Mapping[str, StateGraph]:
    """Every graph of the codebook by its id: the package's files, then those of the centre.

    Refuses, all together: files that do not follow the grammar, and two files with one id.

    >>> "bone" in state_graphs()
    True
    """
    folder = extra_folder()
    own = [] if folder is None else sorted((folder / _FOLDER).glob("*.toml"))
    stamp = tuple((str(file), file.stat().st_mtime_ns) for file in own)
    return _state_graphs(stamp)


@lru_cache(maxsize=4)
def _state_graphs(stamp: tuple[tuple[str, int], ...]) -> Mapping[str, StateGraph]:
    """The graphs of one state of the files."""
    ours = files("cartulary.codebook").joinpath(_FOLDER).iterdir()
    shipped = sorted((f for f in ours if f.name.endswith(".toml")), key=lambda f: f.name)
    problems: list[str] = []
    found: dict[str, StateGraph] = {}
    for file in (*shipped, *(Path(name) for name, _ in stamp)):
        try:
            graph = read_state_graph(file)
        except CodebookError as error:
            problems += error.problems
            continue
        if graph.graph_id in found:
            other = found[graph.graph_id].file
            problems.append(
                f"{file.name}: id: {graph.graph_id!r} is also defined in {other}. One id has one "
                "meaning. Give the new graph an id of its own."
            )
        found[graph.graph_id] = graph
    if problems:
        raise CodebookError(problems)
    return MappingProxyType(found)


def state_graph(graph_id: str) -> StateGraph:
    """The graph with this id; refused with the known ids where there is none.

    >>> state_graph("bone").final
    ('dead',)
    """
    known = state_graphs()
    if graph_id not in known:
        raise CodebookError(
            f"There is no state graph {graph_id!r}. A graph is a file in {_FOLDER}/. "
            f"Known: {', '.join(sorted(known))}."
        )
    return known[graph_id]


def read_state_graph(file: Traversable | Path) -> StateGraph:
    """The graph in one file; refused with every problem of that file at once."""
    return _graph(page_of(file))


def state_graph_from_text(text: str, file: str) -> StateGraph:
    """The graph that a TOML text holds; `file` is what messages call it."""
    return _graph(page_of_text(text, file))


def _graph(page: Page) -> StateGraph:
    graph = StateGraph(
        graph_id=page.text("id"),
        edition=page.text("edition"),
        unit=page.word("unit", ("child",)),
        clock=page.word("clock", CLOCKS),  # type: ignore[arg-type]
        start=page.text("start"),
        name=page.words("name"),
        summary=page.words("summary"),
        source=read_source(page),
        states=tuple(_state(part) for part in page.pages("state")),
        moves=tuple(_move(part) for part in page.pages("move")),
        examples=tuple(_example(part) for part in page.pages("example")),
        confirm=page.words("confirm") if page.has("confirm") else None,
        file=page.file,
    )
    page.close(("confirm",))
    _check_whole(graph, page)
    page.refuse()
    return graph


def _state(page: Page) -> State:
    state = State(page.text("name"), page.words("words"))
    page.close()
    return state


def _move(page: Page) -> Move:
    move = Move(
        to=page.text("to"),
        came_from=page.texts("from"),
        sign=read_sign(page.text("moment"), page, "moment"),
        from_day=page.whole_or("from_day", 0),
        repeats=page.yes_no("repeats", default=False),
    )
    page.close()
    return move


def _example(page: Page) -> PathExample:
    expect = []
    for part in page.pages("expect"):
        stay = Stay(
            part.text("state"),
            part.text("to", required=False),
            part.whole("entry") or 0,
            part.whole("exit") or 0,
        )
        part.close()
        expect.append(stay)
    example = PathExample(
        page.words("says"), page.text("course"), tuple(expect), page.text("why", required=False)
    )
    if not example.expect and not example.why:
        why = "An example says what comes out."
        page.note("expect", "nothing is expected", why, "Write expect = [{ state = ..., ... }].")
    page.close()
    return example


def _check_whole(graph: StateGraph, page: Page) -> None:
    """What no single table can see."""
    names = graph.state_names
    for name in sorted({name for name in names if names.count(name) > 1}):
        page.note("state", repr(name), "This state is there twice.", "Keep one.")
    known = f"The states are {', '.join(names)}."
    if graph.start not in names:
        page.note("start", repr(graph.start), "It is not a state.", known)
    for number, move in enumerate(graph.moves, start=1):
        for name in (move.to, *move.came_from):
            if name not in names:
                page.note(f"move {number}", repr(name), "It is not a state.", known)
        if move.to in move.came_from:
            why = "Staying is not a move."
            page.note(f"move {number}", repr(move.to), why, "Take it out of from.")
        if not move.came_from:
            why = "A move leaves a state."
            page.note(f"move {number}", "nothing under from", why, 'Write from = ["..."].')
    if not graph.moves:
        page.note("move", "missing", "A graph without moves is a list.", "Write a [[move]].")
    for name in names:
        if graph.start in names and name not in graph.reachable:
            why = "No moves lead to it from the start, so nobody will ever be in it."
            page.note("state", repr(name), why, "Add the move, or take the state out.")
    if len(graph.examples) < EXAMPLES_NEEDED:
        value = f"{len(graph.examples)} of the {EXAMPLES_NEEDED} that are needed"
        why = "A graph that shows no case cannot be checked by a clinician, nor by a test."
        page.note("example", value, why, "Draw a course that shows a path.")
    if graph.source.support not in CONFIRMED and graph.confirm is None:
        why = "The source is unconfirmed, and nothing says what is to be confirmed."
        page.note("confirm", "missing", why, "Write the sentence in [confirm].")

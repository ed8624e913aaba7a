# SPDX-License-Identifier: Apache-2.0
"""State graphs: their worked examples, what a file may not say, and what every path keeps to."""

from __future__ import annotations

import pytest
from hypothesis import given

from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.state_graph import PathExample, StateGraph, example_path, path_of
from cartulary.codebook.state_graph_reader import (
    state_graph,
    state_graph_from_text,
    state_graphs,
)
from cartulary.course import Course
from cartulary.course.errors import CodebookError
from cartulary.course.events import Death, LastContact
from tests.strategies.courses import courses, plausible_courses

EXAMPLES = [
    pytest.param(graph, example, id=f"{graph.graph_id}-{number}")
    for graph in state_graphs().values()
    for number, example in enumerate(graph.examples, start=1)
]

SMALL = """
id = "local"
edition = "1"
unit = "child"
clock = "infusion"
start = "well"
name = { en = "Small", nl = "Klein" }
summary = { en = "Well or dead.", nl = "Goed of overleden." }
source = { citation = "House rule", url = "none", support = "ours" }

[[state]]
name = "well"
words = { en = "well", nl = "goed" }

[[state]]
name = "dead"
words = { en = "dead", nl = "overleden" }

[[move]]
to = "dead"
from = ["well"]
moment = "death"

[[example]]
says = { en = "Dies.", nl = "Overlijdt." }
course = "day 0 is infusion\\n0 | infusion |\\n9 | death |"
expect = [{ state = "well", to = "dead", entry = 0, exit = 9 }]

[[example]]
says = { en = "Lives.", nl = "Leeft." }
course = "day 0 is infusion\\n0 | infusion |\\n9 | last_contact |"
expect = [{ state = "well", entry = 0, exit = 9 }]
"""


@pytest.mark.parametrize(("graph", "example"), EXAMPLES)
def test_every_worked_example_comes_out_as_drawn(graph: StateGraph, example: PathExample) -> None:
    found = example_path(example, graph)
    assert found.stays == example.expect
    assert found.why_not == example.why


def test_the_shipped_graph_has_the_states_that_were_promised() -> None:
    graph = state_graph("bone")
    assert graph.state_names == (
        "infused",
        "remission",
        "remission_after_transplant",
        "relapse_cd19_negative",
        "relapse_cd19_positive",
        "re_infused",
        "dead",
    )
    assert graph.final == ("dead",)
    assert graph.reachable == frozenset(graph.state_names)


def _followed_days(course: Course, start: int) -> int:
    """From the start of the clock to the last day seen alive or dead, up to the data cut."""
    cut = course.data_cut_day
    seen = [e.day for kind in (LastContact, Death) for e in course.all(kind) if e.day is not None]
    return max(day for day in seen if cut is None or day <= cut) - start


def _check_path(course: Course) -> None:
    """Stays join without gap or overlap, along arrows, and fill the whole follow-up."""
    graph = state_graph("bone")
    found = path_of(course, graph)
    if not found.stays:
        assert found.why_not
        return
    assert not found.why_not
    first, last = found.stays[0], found.stays[-1]
    start = next(e.day for e in course if e.kind == "infusion" and e.day is not None)
    assert first.entry == max(-start, 0)
    for stay, after in zip(found.stays, found.stays[1:], strict=False):
        assert stay.exit == after.entry
        assert stay.to_state == after.from_state
    legal = set(graph.arrows)
    if not found.joined:
        assert all((s.from_state, s.to_state) in legal for s in found.stays if s.to_state)
    assert all(s.exit > s.entry for s in found.stays if s.to_state)
    assert all(s.from_state not in graph.final for s in found.stays)
    assert sum(s.exit - s.entry for s in found.stays) == last.exit - first.entry
    if last.to_state not in graph.final:
        assert last.exit >= _followed_days(course, start)


@given(plausible_courses())
def test_a_child_is_in_exactly_one_state_all_the_time(course: Course) -> None:
    _check_path(course)


@given(courses())
def test_so_it_is_in_a_course_without_sense(course: Course) -> None:
    _check_path(course)


def test_what_lies_after_the_data_cut_is_not_read() -> None:
    drawn = (
        "day 0 is infusion\ndata cut on day 100\n0 | infusion |\n90 | last_contact |\n150 | death |"
    )
    found = path_of(course_from_drawing(drawn), state_graph("bone"))
    assert [(s.from_state, s.to_state, s.exit) for s in found.stays] == [("infused", "", 90)]


def test_a_move_known_to_the_month_counts_when_its_month_reaches_the_start() -> None:
    drawn = "day 0 is infusion\n0 | infusion |\n-4 (month) | death |"
    found = path_of(course_from_drawing(drawn), state_graph("bone"))
    assert [(s.to_state, s.exit) for s in found.stays] == [("dead", 1)]


def test_a_remission_without_a_date_is_passed_over_where_another_has_one() -> None:
    drawn = (
        "day 0 is infusion\n0 | infusion |\n28 | assessment | response: CR\n"
        "? | assessment | response: CR\n90 | last_contact |"
    )
    assert path_of(course_from_drawing(drawn), state_graph("bone")).stays[-1].exit == 90
    alone = "day 0 is infusion\n0 | infusion |\n? | assessment | response: CR\n90 | last_contact |"
    assert path_of(course_from_drawing(alone), state_graph("bone")).why_not == "undated:remission"


def test_a_small_file_is_enough_for_a_graph() -> None:
    assert state_graph_from_text(SMALL, "local.toml").arrows == (("well", "dead"),)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('to = "dead"\nfrom', 'to = "deda"\nfrom', "'deda'. It is not a state"),
        ('from = ["well"]', 'from = ["dead"]', "Staying is not a move"),
        ('from = ["well"]', "from = []", "A move leaves a state"),
        ('start = "well"', 'start = "ill"', "'ill'. It is not a state"),
        ('moment = "death"', 'moment = "dying"', "This is no kind of event"),
        ('name = "well"', 'name = "dead"', "there twice"),
        ('support = "ours"', 'support = "unverified"', "what is to be confirmed"),
        ('edition = "1"', 'editoin = "1"', "editoin: unknown"),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_place(old: str, new: str, says: str) -> None:
    assert old in SMALL
    with pytest.raises(CodebookError, match=r"local\.toml") as refused:
        state_graph_from_text(SMALL.replace(old, new, 1), "local.toml")
    assert says in str(refused.value)


def test_a_state_that_nobody_can_reach_is_refused() -> None:
    extra = '[[state]]\nname = "lost"\nwords = { en = "lost", nl = "kwijt" }\n\n[[move]]'
    with pytest.raises(CodebookError, match="nobody will ever be in it"):
        state_graph_from_text(SMALL.replace("[[move]]", extra, 1), "local.toml")


def test_an_unknown_graph_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(CodebookError, match="Known: bone"):
        state_graph("bones")

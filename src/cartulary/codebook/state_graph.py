# SPDX-License-Identifier: Apache-2.0
"""A graph of states as a file, and the plain interpreter that reads one course with it.

A graph names its states and the moves between them. A move is an event of the course
(`relapse where cd19_status == "negative"`) and the states that it can be made from. On one day
every move that applies is made, in the order of the file, and the child is then where the last of
them leads: nobody is in two states on one day. The columnar reader of a cohort is a loop over this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.endpoint import (
    MISSING,
    UNDATED,
    WHY_LEFT_BEFORE_ENTRY,
    WHY_NO_INDICATION_DAY,
    WHY_NO_LAST_CONTACT,
    WHY_NOT_APHERESED,
    WHY_NOT_INFUSED,
    Sign,
)
from cartulary.codebook.endpoint_course import REACH_DAYS
from cartulary.codebook.expression import holds
from cartulary.codebook.source import Source
from cartulary.codebook.words import Words
from cartulary.course.course import Course, DayZero
from cartulary.course.events import (
    EVENT_TYPE_OF_KIND,
    Apheresis,
    Death,
    Event,
    Indication,
    Infusion,
    LastContact,
)

GraphClock = Literal["indication", "apheresis", "infusion"]
CLOCKS: Final = ("indication", "apheresis", "infusion")
#: What a stay that was not seen to end goes to.
STILL_THERE: Final = ""
_WHY_NEVER: Final = {
    Apheresis.kind: WHY_NOT_APHERESED,
    Infusion.kind: WHY_NOT_INFUSED,
}


@dataclass(frozen=True, slots=True)
class State:
    """One state of a graph and what it is called."""

    name: str
    words: Words


@dataclass(frozen=True, slots=True)
class Move:
    """An event that takes a child from one of several states to another.

    It counts from `from_day` days after the clock's start. With `repeats` the event is a finding
    that is made again and again, so one without a date is passed over where another has a date.
    """

    to: str
    came_from: tuple[str, ...]
    sign: Sign
    from_day: int = 0
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """A child in a state over (entry, exit] from the clock; `to_state` is empty: still there."""

    from_state: str
    to_state: str
    entry: int
    exit: int


@dataclass(frozen=True, slots=True)
class ChildPath:
    """What one course means under one graph: its stays, or why it has none.

    `status` is `missing` for a child of the population that cannot be followed, with the reason in
    `why_not`; a child outside the population has a reason and no status. `joined` counts moves
    that were passed through within a day.
    """

    in_population: bool
    why_not: str = ""
    status: str = ""
    stays: tuple[Stay, ...] = ()
    joined: int = 0


@dataclass(frozen=True, slots=True)
class PathExample:
    """A drawn course and the stays that the graph makes of it."""

    says: Words
    course: str
    expect: tuple[Stay, ...]
    why: str = ""


@dataclass(frozen=True)
class StateGraph:
    """One graph file, whole: the child starts in `start` when the clock does."""

    graph_id: str
    edition: str
    unit: str
    clock: GraphClock
    start: str
    name: Words
    summary: Words
    source: Source
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    examples: tuple[PathExample, ...]
    confirm: Words | None = None
    file: str = ""

    @cached_property
    def state_names(self) -> tuple[str, ...]:
        """The states in the order of the file."""
        return tuple(state.name for state in self.states)

    @cached_property
    def arrows(self) -> tuple[tuple[str, str], ...]:
        """Every move as (from, to), each once, in the order of the file."""
        return tuple(
            dict.fromkeys((source, move.to) for move in self.moves for source in move.came_from)
        )

    @cached_property
    def final(self) -> tuple[str, ...]:
        """The states that no move leaves."""
        left = {source for source, _ in self.arrows}
        return tuple(name for name in self.state_names if name not in left)

    @cached_property
    def reachable(self) -> frozenset[str]:
        """The states that can be reached from the start, the start included."""
        found, frontier = {self.start}, [self.start]
        while frontier:
            here = frontier.pop()
            new = {to for source, to in self.arrows if source == here} - found
            found |= new
            frontier.extend(sorted(new))
        return frozenset(found)

    def words_of(self, state: str, lang: str) -> str:
        """A state in words.

        >>> from cartulary.codebook.state_graph_reader import state_graph
        >>> state_graph("bone").words_of("dead", "nl")
        'overleden'
        """
        return next(s.words.text(lang) for s in self.states if s.name == state)


def path_of(course: Course, graph: StateGraph) -> ChildPath:
    """The stays of one child in the states of a graph, from the clock's start to its last day.

    The stays follow one another without a gap and without overlap. A move on the day the clock
    starts is placed on the day after, because a child is at risk from the day after; a final
    state is not left and has no stay. What lies after the data cut is unseen. A date known to the
    month or year stands at its middle, or on the first day on which it can count when only that
    lies within the period.

    Arguments: a course; a graph from `state_graph_reader.state_graph`.
    Returns: a `ChildPath`, its days counted from the clock.
    Refuses nothing: a child whose move has no date, or who has no last day, is `missing`.

    >>> from cartulary.codebook.state_graph_reader import state_graph
    >>> course = course_from_drawing('''
    ...     day 0 is infusion
    ...     day | event        | facts
    ...       0 | infusion     |
    ...      28 | assessment   | response: CR
    ...     400 | last_contact |
    ... ''')
    >>> [(s.from_state, s.to_state, s.exit) for s in path_of(course, state_graph("bone")).stays]
    [('infused', 'remission', 28), ('remission', '', 400)]
    """
    reading = _Reading(course, graph)
    start, why, outside = reading.clock()
    if start is None:
        return ChildPath(not outside, why, "" if outside else MISSING)
    dated, undated = reading.dated_moves(start)
    if undated:
        return ChildPath(True, undated, MISSING)
    end = reading.last_day()
    if end is None:
        return ChildPath(True, WHY_NO_LAST_CONTACT, MISSING)
    entry = max(-start, 0)
    stays, joined = _walked(graph, dated, entry, end - start)
    if not stays:
        return ChildPath(True, WHY_LEFT_BEFORE_ENTRY, MISSING)
    return ChildPath(True, stays=stays, joined=joined)


def _walked(
    graph: StateGraph, dated: Mapping[int, list[Move]], entry: int, end: int
) -> tuple[tuple[Stay, ...], int]:
    """The stays from day `entry` on, and how many moves a day passed through."""
    here, since, joined = graph.start, entry, 0
    stays: list[Stay] = []
    for day in sorted(dated):
        before, passed = here, 0
        for move in graph.moves:
            if move in dated[day] and here in move.came_from:
                here, passed = move.to, passed + 1
        if here == before:
            continue
        joined += passed - 1
        if day > entry:
            stays.append(Stay(before, here, since, day))
            since = day
        end = max(end, day)
    if here not in graph.final and end >= since and not (stays and end == since):
        stays.append(Stay(here, STILL_THERE, since, end))
    return tuple(stays), joined


class _Reading:
    """One course read with one graph in hand."""

    def __init__(self, course: Course, graph: StateGraph) -> None:
        self.course = course
        self.graph = graph

    def visible(self, kind: str) -> list[Event]:
        """Events of a kind up to the data cut, in order; the undated are last."""
        cut = self.course.data_cut_day
        events = self.course.all(EVENT_TYPE_OF_KIND[kind])
        return [e for e in events if e.day is None or cut is None or e.day <= cut]

    def clock(self) -> tuple[int | None, str, bool]:
        """The study day the clock starts; without one, why, and whether the child is outside."""
        kind = self.graph.clock
        if kind == Indication.kind:
            if self.course.day0_is is DayZero.INDICATION:
                return 0, "", False
            day = next((e.day for e in self.visible(kind) if e.day is not None), None)
            return day, "" if day is not None else WHY_NO_INDICATION_DAY, False
        events = self.visible(kind)
        day = next((e.day for e in events if e.day is not None), None)
        if day is not None:
            return day, "", False
        return None, f"{UNDATED}{kind}" if events else _WHY_NEVER[kind], not events

    def last_day(self) -> int | None:
        """The last study day on which the child was seen."""
        seen = [*self.visible(LastContact.kind), *self.visible(Death.kind)]
        return max((e.day for e in seen if e.day is not None), default=None)

    def dated_moves(self, start: int) -> tuple[dict[int, list[Move]], str]:
        """The moves by day on the clock, and the first that happened on an unknown day."""
        found: dict[int, list[Move]] = {}
        for move in self.graph.moves:
            days = [event.day for event in self.matching(move.sign)]
            dated = [day for day in days if day is not None]
            if len(dated) < len(days) and not (move.repeats and dated):
                return {}, f"{UNDATED}{move.to}"
            for event in self.matching(move.sign):
                day = _counted_day(event, start + move.from_day)
                if day is not None:
                    # Nobody is at risk on the day the clock starts.
                    found.setdefault(max(day - start, 1), []).append(move)
        return found, ""

    def matching(self, sign: Sign) -> list[Event]:
        """Visible events that carry a sign."""
        return [
            event
            for event in self.visible(sign.kind)
            if sign.where is None or holds(sign.where, event.values()) is True
        ]


def _counted_day(event: Event, low: int) -> int | None:
    """The day on which an event counts, from day `low` on."""
    if event.day is None:
        return None
    if event.day >= low:
        return event.day
    return low if low <= event.day + REACH_DAYS.get(event.precision, 0) else None


def example_path(example: PathExample, graph: StateGraph) -> ChildPath:
    """What the graph makes of the course that an example draws."""
    return path_of(course_from_drawing(example.course), graph)

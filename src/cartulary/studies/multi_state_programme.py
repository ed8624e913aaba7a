# SPDX-License-Identifier: Apache-2.0
"""Where the children of a programme are, month by month: states, shares and days spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cartulary.codebook.state_graph import StateGraph, path_of
from cartulary.codebook.state_graph_reader import state_graph
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.length_of_stay import LengthOfStay, expected_length_of_stay
from cartulary.evidence.multi_state import OccupancyVariance, occupancy
from cartulary.evidence.occupancy_curve import OccupancyCurve
from cartulary.evidence.transitions import Transitions
from cartulary.studies.survival import DAYS_OF_MONTH

DEFAULT_GRAPH = "bone"
MONTHS = (6, 12, 24)


@dataclass(frozen=True, kw_only=True)
class ProgrammeStays:
    """The stays of a cohort in the states of a graph, and the account of everyone else.

    transitions: None where no child has a stay. outside, missing: children by reason. joined:
    moves that a day passed through, so that one arrow stands for two.
    """

    graph: StateGraph
    transitions: Transitions | None
    children: int
    outside: Mapping[str, int]
    missing: Mapping[str, int]
    joined: int


@dataclass(frozen=True, kw_only=True)
class MultiStateFigure:
    """The share of children in each state at printed months, and days spent in each.

    occupancy: by state and month; a value is None beyond the follow-up. length_of_stay: by state,
    up to `horizon`. moves: how many stays ended in each move.
    """

    stays: ProgrammeStays
    curve: OccupancyCurve = field(repr=False)
    occupancy: Mapping[tuple[str, int], Estimate]
    length_of_stay: Mapping[str, Estimate]
    expected: LengthOfStay | None = field(repr=False)
    horizon: float | None
    moves: Mapping[str, int]
    months: tuple[int, ...]
    notes: tuple[str, ...] = ()


def stays_of_cohort(cohort: Cohort, graph_id: str = DEFAULT_GRAPH) -> ProgrammeStays:
    """The stays of every child, read one course at a time by `state_graph.path_of`.

    Arguments: a cohort of one origin; the id of a graph of the codebook.
    Returns: `ProgrammeStays`. On one day a child may pass through a state; the arrow from where
    it was to where it ended is then added to those of the file, and counted in `joined`.
    Refuses: an unknown graph; a cohort that mixes origins or has no children.

    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> drawn = "day 0 is infusion\\n0 | infusion |\\n28 | assessment | response: CR\\n90 | death |"
    >>> made = stays_of_cohort(Cohort.from_courses([course_from_drawing(drawn)]))
    >>> made.transitions.exit.tolist()
    [28.0, 90.0]
    """
    graph = state_graph(graph_id)
    origins = [origin.value for origin in cohort.origins]
    if len(origins) != 1:
        raise EstimandError(
            f"The cohort has {'no children' if not origins else 'origins ' + ', '.join(origins)}. "
            "A figure is of one origin. Report each by itself."
        )
    rows: list[tuple[float, float, str, str | None, str]] = []
    outside: dict[str, int] = {}
    missing: dict[str, int] = {}
    joined = 0
    for course in cohort.courses():
        path = path_of(course, graph)
        if not path.stays:
            reasons = missing if path.in_population else outside
            reasons[path.why_not] = reasons.get(path.why_not, 0) + 1
            continue
        joined += path.joined
        rows += [
            (stay.entry, stay.exit, stay.from_state, stay.to_state or None, course.course_id)
            for stay in path.stays
        ]
    made: Transitions | None = None
    if rows:
        entry, exit_, source, target, child = (list(column) for column in zip(*rows, strict=True))
        seen = ((a, b) for a, b in zip(source, target, strict=True) if b is not None)
        made = Transitions(
            entry=entry,  # type: ignore[arg-type]
            exit=exit_,  # type: ignore[arg-type]
            from_state=source,  # type: ignore[arg-type]
            to_state=target,  # type: ignore[arg-type]
            child_ids=child,  # type: ignore[arg-type]
            states=graph.state_names,
            allowed=tuple(dict.fromkeys((*graph.arrows, *seen))),
            unit=graph.unit,
            clock=graph.clock,
            definition=f"{graph.graph_id}, edition {graph.edition}",
            endpoint=graph.graph_id,
            origin=origins[0],
            missing=sum(missing.values()),
        )
    return ProgrammeStays(
        graph=graph,
        transitions=made,
        children=len(cohort),
        outside=outside,
        missing=missing,
        joined=joined,
    )


def multi_state_figure(
    cohort: Cohort,
    graph_id: str = DEFAULT_GRAPH,
    *,
    months: Sequence[int] = MONTHS,
    variance: OccupancyVariance = "greenwood",
    level: float = 0.95,
) -> MultiStateFigure | None:
    """The share of children in each state at each month, and the days spent in each state.

    Arguments: a cohort of one origin; the id of a graph; months of `DAYS_OF_MONTH`; the variance
    and level, as in `occupancy`.
    Returns: a `MultiStateFigure`, all children starting in the graph's start; days are counted up
    to the last of the months that someone was followed to. None when no child can be followed.
    Refuses: an unknown graph or month; a cohort that mixes origins or has no children.

    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> drawn = "day 0 is infusion\\n0 | infusion |\\n200 | death |"
    >>> found = multi_state_figure(Cohort.from_courses([course_from_drawing(drawn)]), months=[6])
    >>> found.occupancy["infused", 6].value
    1.0
    """
    for month in months:
        if month not in DAYS_OF_MONTH:
            raise EstimandError(
                f"There is no day for month {month}. Figures are given at the months that papers "
                f"print. Ask for some of {', '.join(str(known) for known in DAYS_OF_MONTH)}."
            )
    stays = stays_of_cohort(cohort, graph_id)
    rows = stays.transitions
    if rows is None or rows.last_day <= 0.0:
        return None
    start = stays.graph.start
    curve = occupancy(rows, start=start, variance=variance, level=level)
    shares = {
        (state, month): curve.occupancy_at(DAYS_OF_MONTH[month], state)
        for state in rows.states
        for month in months
    }
    reached = [DAYS_OF_MONTH[month] for month in months if DAYS_OF_MONTH[month] <= rows.last_day]
    horizon = float(max(reached)) if reached else None
    expected = None
    if horizon is not None:
        expected = expected_length_of_stay(
            rows, horizon=horizon, start=start, variance=variance, level=level
        )
    notes = ["read one course at a time; a million simulated courses take minutes"]
    if stays.joined:
        notes.append(f"{stays.joined} moves fell on the day of another and were passed through")
    if horizon is None:
        notes.append("nobody was followed to the first of the months: no length of stay")
    return MultiStateFigure(
        stays=stays,
        curve=curve,
        occupancy=shares,
        length_of_stay={} if expected is None else {s: expected.stay_in(s) for s in rows.states},
        expected=expected,
        horizon=horizon,
        moves=rows.counts(),
        months=tuple(months),
        notes=tuple(notes),
    )

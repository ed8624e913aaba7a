# SPDX-License-Identifier: Apache-2.0
"""Single virtual children as the model has them: cells of the whole body, signs, and events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.events.disease import Response
from cartulary.course.events.treatment import BridgingKind, TransplantReason
from cartulary.twin.afterwards_histories import (
    CD19,
    CLONES,
    GROUPS,
    RESPONSES,
    TRANSPLANT_REASONS,
    Clone,
    Group,
    Segment,
)
from cartulary.twin.block import Block
from cartulary.twin.engines.solution import Solution
from cartulary.twin.equations import CELL_PARAMETERS
from cartulary.twin.narrate.state import INFUSIONS, States
from cartulary.twin.pathway_columns import BRIDGING, WHY_NEVER, WhyNever
from cartulary.twin.population_children import Floats, YesNo

Line = tuple[tuple[float, float | None], ...]
Values = Callable[[Segment, int], Floats]

#: A kind of child for each place of a page of ten.
KINDS = (
    "lasting_aplasia",
    "aplasia_lost",
    "cd19_negative",
    "cd19_positive",
    "early",
    "no_response",
    "severe_crs",
    "transplant",
    "second_infusion",
    "never_infused",
)
OTHER = "other"
SEVERE_CRS = 3
_CD19_LOST = (CLONES.index(Clone.CD19_NEGATIVE), CLONES.index(Clone.BOTH_LOST))
_CD19_KEPT = (CLONES.index(Clone.CD19_POSITIVE), CLONES.index(Clone.CD22_NEGATIVE))


@dataclass(frozen=True, slots=True)
class Portrait:
    """One virtual child in plain numbers; days count from the first infusion.

    A child that was never infused counts from the day on which that was known. Lines hold cells
    of the whole body, None where a clone is not there; `cytokine` is in the model's units.
    `grades` hold day, CRS and ICANS; `events` kind, day and until when.
    """

    number: int
    kind: str
    age_years: float
    female: bool
    marrow_percent: float
    why_never: WhyNever | None
    response: str
    relapse: str
    relapse_day: float | None
    decision_day: float
    last_day: float
    died: bool
    car_t: Line
    leukaemia: Line
    cd19_negative: Line
    b_cells: Line
    cytokine: Line
    grades: tuple[tuple[int, int, int], ...]
    events: tuple[tuple[str, float, float | None], ...]


def chosen_of_each_kind(block: Block) -> tuple[tuple[str, int], ...]:
    """The first child of each kind, by number, with its place; where a kind is not there, the next.

    Each child stands for one kind alone.
    """
    taken: list[int] = []
    chosen = []
    for kind in KINDS:
        fits = [place for place in np.flatnonzero(_of_kind(block, kind)) if place not in taken]
        free = (place for place in range(len(block)) if place not in taken)
        place = int(fits[0]) if fits else next(free, None)
        if place is not None:
            taken.append(place)
            chosen.append((kind if fits else OTHER, place))
    return tuple(chosen)


def _of_kind(block: Block, kind: str) -> YesNo:
    told, way = block.followed.histories, block.pathway
    quiet = way.infused & np.isnan(told.relapse_day) & (told.response[:, 0] >= 0)
    quiet &= told.response[:, 0] != RESPONSES.index(Response.NO_RESPONSE)
    to_the_end = quiet & np.isnan(told.death_day) & np.isnan(told.transplant_day)
    once = to_the_end & np.isnan(told.second_infusion_day)
    consolidated = told.transplant_reason == TRANSPLANT_REASONS.index(
        TransplantReason.CONSOLIDATION
    )
    found: dict[str, YesNo] = {
        "lasting_aplasia": once & np.isnan(told.aplasia_lost_day),
        "aplasia_lost": once & np.isfinite(told.aplasia_lost_day),
        "cd19_negative": told.group == GROUPS.index(Group.CD19_NEGATIVE),
        "cd19_positive": told.group == GROUPS.index(Group.CD19_POSITIVE),
        "early": (told.group == GROUPS.index(Group.EARLY))
        & (told.remission_day < told.relapse_day),
        "no_response": told.response[:, 0] == RESPONSES.index(Response.NO_RESPONSE),
        "severe_crs": told.crs_grade >= SEVERE_CRS,
        "transplant": np.isfinite(told.transplant_day) & consolidated,
        "second_infusion": np.isfinite(told.second_infusion_day),
        "never_infused": ~way.infused,
    }
    return found[kind]


def portrait(block: Block, place: int, kind: str) -> Portrait:
    """One child of a block, drawn from every segment it has."""
    told, way, kids = block.followed.histories, block.pathway, block.children
    infused = bool(way.infused[place])
    start = float(way.infusion_day[place] if infused else way.ended_day[place])
    states = States(block)
    # What new therapy does to the cells is not followed.
    end = float(np.fmin(block.last_day[place], told.new_therapy_day[place]))
    own = [
        (segment, row, min(until, end + 1.0)) for segment, row, until in _segments_of(states, place)
    ]
    relapsed = bool(told.relapse_day[place] <= block.last_day[place])
    code = int(told.response[place, 0])
    return Portrait(
        number=int(kids.numbers[place]),
        kind=kind,
        age_years=float(kids.age_years[place]),
        female=bool(kids.female[place]),
        marrow_percent=100.0 * float(kids.marrow_share[place]),
        why_never=None if infused else WHY_NEVER[int(way.why_never[place])],
        response=str(RESPONSES[code]) if code >= 0 else "",
        relapse=str(CD19[int(told.relapse_cd19[place])]) if relapsed else "",
        relapse_day=float(told.relapse_day[place]) - start if relapsed else None,
        decision_day=float(way.decided_day[place]) - start,
        last_day=float(block.last_day[place]) - start,
        died=bool(told.death_day[place] <= block.last_day[place]),
        car_t=_joined(own, start, _car_t),
        leukaemia=_before(block, place, start) + _joined(own, start, _positive),
        cd19_negative=_joined(own, start, _negative),
        b_cells=_joined(own, start, _b_cells),
        cytokine=cytokine_line(
            own, start, float(block.policy.lymphodepletion.days_before_infusion)
        ),
        grades=_grades(own),
        events=tuple(_events(block, place, start)),
    )


def _segments_of(states: States, place: int) -> Iterator[tuple[Segment, int, float]]:
    """The child's segments with its row in each and the day on which the segment ends."""
    for order, segment in enumerate(states.segments):
        rows = np.flatnonzero(segment.places == place)
        if len(rows):
            yield segment, int(rows[0]), float(states.next_start(order)[rows[0]])


def _joined(own: list[tuple[Segment, int, float]], start: float, values: Values) -> Line:
    """A line over all segments of a child, each up to the start of the next."""
    line: list[tuple[float, float | None]] = []
    for segment, row, until in own:
        begun = float(segment.start_day[row])
        for day, value in zip(segment.solution.days, values(segment, row), strict=True):
            if begun + day < until and np.isfinite(day):
                there = np.isfinite(value) and value > 0
                line.append((begun + float(day) - start, float(value) if there else None))
    return tuple(line)


def _car_t(segment: Segment, row: int) -> Floats:
    solution = segment.solution
    cells: Floats = np.exp(solution.of("ln_effector")[row]) + np.exp(solution.of("ln_memory")[row])
    return cells


def _clones(segment: Segment, row: int, clones: tuple[int, ...]) -> Floats:
    cells: Floats = np.exp(segment.ln_leukaemia[row][:, list(clones)]).sum(axis=1)
    return cells


def _positive(segment: Segment, row: int) -> Floats:
    return _clones(segment, row, _CD19_KEPT)


def _negative(segment: Segment, row: int) -> Floats:
    return _clones(segment, row, _CD19_LOST)


def _b_cells(segment: Segment, row: int) -> Floats:
    cells: Floats = np.exp(segment.solution.of("ln_b_cells")[row])
    return cells


def _before(block: Block, place: int, start: float) -> Line:
    """The burden at the decision, at apheresis and before lymphodepletion."""
    way = block.pathway
    known = (
        (way.decided_day[place], block.children.ln_burden_at_decision[place]),
        (way.apheresis_day[place], way.ln_burden_at_apheresis[place]),
        (way.lymphodepletion_day[place], way.ln_burden_before_lymphodepletion[place]),
    )
    return tuple(
        (float(day) - start, float(np.exp(burden)))
        for day, burden in known
        if np.isfinite(day) and np.isfinite(burden) and day <= block.last_day[place]
    )


def _grades(own: list[tuple[Segment, int, float]]) -> tuple[tuple[int, int, int], ...]:
    """Day, CRS and ICANS of the first weeks after the first infusion, while they were watched."""
    if not own or own[0][0].toxicity is None:
        return ()
    segment, row, until = own[0]
    signs = segment.toxicity
    assert signs is not None
    return tuple(
        (day, int(signs.crs_grade[row, day]), int(signs.icans_grade[row, day]))
        for day in range(signs.crs_grade.shape[1])
        if segment.start_day[row] + day < until
    )


def _events(block: Block, place: int, start: float) -> Iterator[tuple[str, float, float | None]]:
    """What happened, in no order; nothing after the child's last day."""
    way, told, last = block.pathway, block.followed.histories, float(block.last_day[place])
    moments: list[tuple[str, float, float | None]] = [
        ("decision", way.decided_day[place], None),
        ("apheresis", way.apheresis_day[place], None),
        ("second_infusion", told.second_infusion_day[place], None),
        ("aplasia_lost", told.aplasia_lost_day[place], None),
        ("relapse", told.relapse_day[place], None),
        ("new_therapy", told.new_therapy_day[place], None),
        ("transplant", told.transplant_day[place], None),
        ("death", told.death_day[place], None),
    ]
    moments += [("infection", day, None) for day in told.infection_day[place]]
    if way.bridging[place] != BRIDGING.index(BridgingKind.NONE):
        moments.append(("bridging", way.bridging_start_day[place], way.bridging_stop_day[place]))
    depletion = way.lymphodepletion_day[place]
    moments.append(("lymphodepletion", depletion, way.infusion_day[place]))
    kind = "infusion" if way.infused[place] else "never"
    moments.append((kind, start, None))
    moments += [
        (drug, first, final) for drug, first, final in _drugs(block, place) if first <= last
    ]
    if not told.death_day[place] <= last:
        moments.append(("alive", last, None))
    for what, day, until in moments:
        if np.isfinite(day) and day <= last:
            ends = None if until is None or not np.isfinite(until) else float(until) - start
            yield what, float(day) - start, ends


def _drugs(block: Block, place: int) -> Iterator[tuple[str, float, float]]:
    """Tocilizumab and dexamethasone after each infusion, from the first day to the last."""
    for segment in block.followed.segments:
        if segment.kind not in INFUSIONS or segment.toxicity is None:
            continue
        for row in np.flatnonzero(segment.places == place):
            begun = float(segment.start_day[row])
            for drug, given in (
                ("tocilizumab", segment.toxicity.tocilizumab[row]),
                ("dexamethasone", segment.toxicity.dexamethasone[row]),
            ):
                days = np.flatnonzero(given)
                if len(days):
                    yield drug, begun + float(days[0]), begun + float(days[-1])


def cytokine_line(own: list[tuple[Segment, int, float]], start: float, lead_days: float) -> Line:
    """The cytokine of each day after the first infusion, in the model's units."""
    if not own:
        return ()
    from cartulary.twin.engines.signs import signs

    segment, row, until = own[0]
    solution = segment.solution
    alone = Solution(
        solution.days,
        solution.values[[row]],
        (solution.failed[row],),
        solution.steps[[row]],
    )
    found = signs(alone, segment.cells[:, [row]], segment.signs[:, [row]], lead_days)
    begun = float(segment.start_day[row])
    return tuple(
        (begun + float(day) - start, float(value))
        for day, value in zip(found.days, found.of("cytokine")[0], strict=True)
        if begun + day < until and np.isfinite(value)
    )


def aplasia_below(block: Block, place: int, parameters: ParameterSet) -> float:
    """The number of B cells below which a child of this size has B-cell aplasia."""
    cells = block.pathway.cells[:, place]
    in_health = (
        cells[CELL_PARAMETERS.index("b_cell_influx")] * cells[CELL_PARAMETERS.index("b_cell_days")]
    )
    return float(parameters.value("b_cells_back_share") * in_health)

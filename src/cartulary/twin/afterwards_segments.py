# SPDX-License-Identifier: Apache-2.0
"""How each stretch of a course begins: a first infusion, a second, a transplant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.twin.afterwards_histories import CLONES, Clone, Segment, SegmentKind
from cartulary.twin.engines import Engine, threads_of
from cartulary.twin.engines.signs import signs as signs_of
from cartulary.twin.equations import CELL_PARAMETERS, CELL_STATES
from cartulary.twin.extinction import true_leukaemia
from cartulary.twin.pathway import CLONES as PATHWAY_CLONES
from cartulary.twin.pathway import Pathway
from cartulary.twin.pathway_draws import LN_10, Draws
from cartulary.twin.policy import Policy
from cartulary.twin.population_children import Children, Floats, Wholes
from cartulary.twin.response import at_days
from cartulary.twin.toxicity import Patients, bedside
from cartulary.twin.toxicity_infections import Infections, infections
from cartulary.twin.toxicity_signs import LAST_DAY_OF_NEUTROPHILS, LAST_DAY_OF_SIGNS, Toxicity

#: Cells that no longer divide: differentiation far beyond the age at which competence is half gone.
_SPENT_AGE = 3.0
#: Fewer cells than exp of this are none in an equation: its logs stay finite.
_LEAST_LN_CELLS = -30.0
_NONE_LN_CELLS = -300.0
_WEIGHTED = {
    Clone.CD22_NEGATIVE: "ln_cd22_negative_at_infusion",
    Clone.CD19_NEGATIVE: "ln_cd19_negative_at_infusion",
    Clone.BOTH_LOST: "ln_antigen_free_at_infusion",
}
_PATHWAY_ROW = {
    Clone.CD19_POSITIVE: "cd19_positive",
    Clone.CD22_NEGATIVE: "cd22_negative",
    Clone.CD19_NEGATIVE: "cd19_negative",
    Clone.BOTH_LOST: "antigen_free",
}


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is there on the first day of a segment, for m children."""

    places: Wholes
    start_day: Floats
    start: Floats  # [len(CELL_STATES), m]
    cells: Floats  # [len(CELL_PARAMETERS), m]
    signs: Floats  # [len(SIGN_PARAMETERS), m]
    ln_clones: Floats  # [m, clone], cells that are there; -inf for none


@dataclass(frozen=True, slots=True)
class World:
    """All that a segment's course is worked out from."""

    children: Children
    pathway: Pathway
    policy: Policy
    parameters: ParameterSet
    seed: int
    solve: Engine
    grid: Floats
    #: What lives a segment, where it is not `lived`: a study of several arms that shares them.
    live: Live | None = None

    def draws(self, places: Wholes) -> Draws:
        """The streams of some of the children."""
        return Draws.of_children(self.children.take(places), self.parameters, self.seed)


Live = Callable[[World, SegmentKind, Beginning], tuple[Segment, Infections | None]]


def first_infusion(world: World, places: Wholes) -> Beginning:
    """As the way to the infusion left the children."""
    pathway = world.pathway
    rows = [PATHWAY_CLONES.index(_PATHWAY_ROW[clone]) for clone in CLONES]
    return Beginning(
        places=places,
        start_day=pathway.infusion_day[places],
        start=np.ascontiguousarray(pathway.start[:, places]),
        cells=np.ascontiguousarray(pathway.cells[:, places]),
        signs=np.ascontiguousarray(pathway.signs[:, places]),
        ln_clones=np.ascontiguousarray(pathway.clones[rows][:, places].T),
    )


def second_infusion(world: World, segment: Segment, rows: Wholes, day: Floats) -> Beginning:
    """The same product again, `day` days after the first: fresh cells beside what is left.

    The cells divide anew; what was left of the first counts as memory. Immunity against the CAR
    speeds rejection up. Lymphodepletion, where the policy gives it, is that of the first time.
    """
    places = segment.places[rows]
    draws, value = world.draws(places), world.parameters.value
    state = {name: _on(segment, rows, day, name) for name in CELL_STATES}
    given = world.pathway.start[:, places]
    ln_effector = given[CELL_STATES.index("ln_effector")]
    in_product = given[CELL_STATES.index("ln_memory")]
    left = np.logaddexp(state["ln_effector"], state["ln_memory"])
    b_kill = t_kill = leukaemia_kill = np.zeros(len(rows))
    if world.policy.second_infusion.lymphodepletion:
        b_kill = np.full(len(rows), value("lymphodepletion_b_kill") * LN_10)
        t_kill = draws.of("lymphodepletion_t_kill") * LN_10
        leukaemia_kill = draws.of("lymphodepletion_kill") * LN_10
    resting = leukaemia_kill * value("quiescent_resistance")
    ln_clones = _clones_on(segment, rows, day) - leukaemia_kill[:, None]
    cells = segment.cells[:, rows].copy()
    quiescent = _quiescent_on(segment, rows, day) - resting
    _set(cells, "rejection_rate", _of(cells, "rejection_rate") * draws.of("second_rejection"))
    start = _start(
        ln_clones,
        quiescent,
        ln_effector=ln_effector,
        ln_memory=np.logaddexp(in_product, left),
        ln_b_cells=state["ln_b_cells"] - b_kill,
        ln_t_cells=state["ln_t_cells"] - t_kill,
    )
    signs = segment.signs[:, rows].copy()
    if not world.policy.second_infusion.lymphodepletion:
        from cartulary.twin.equations import SIGN_PARAMETERS

        signs[SIGN_PARAMETERS.index("drug_effect")] = 0.0
    _fill_clones(cells, ln_clones, quiescent)
    return Beginning(places, segment.start_day[rows] + day, start, cells, signs, ln_clones)


def transplant(world: World, segment: Segment, rows: Wholes, day: Floats) -> Beginning:
    """Conditioning kills; the graft's B and T cells come back; its T cells kill what is left.

    CAR-T cells do not survive conditioning. The graft's killing is a steady rate that every clone
    bears, whatever its antigens.
    """
    places = segment.places[rows]
    draws, value = world.draws(places), world.parameters.value
    kill = draws.of("transplant_kill") * LN_10
    graft = draws.of("graft_against_leukaemia_rate")
    ln_clones = _clones_on(segment, rows, day) - kill[:, None]
    quiescent = _quiescent_on(segment, rows, day) - kill * value("quiescent_resistance")
    cells = segment.cells[:, rows].copy()
    # b - d falls by the graft's rate, b stays: d rises by it. Never exactly 0, a divisor.
    rate = _of(cells, "leukaemia_growth_rate") - graft
    _set(cells, "leukaemia_growth_rate", np.where(np.abs(rate) < 1e-6, 1e-6, rate))
    _set(cells, "leukaemia_death_rate", _of(cells, "leukaemia_death_rate") + graft)
    in_health = _of(cells, "b_cell_influx") * _of(cells, "b_cell_days")
    capacity = _of(cells, "t_cell_capacity_cells")
    nothing = np.zeros(len(rows))
    start = _start(
        ln_clones,
        quiescent,
        ln_effector=nothing,
        ln_memory=nothing,
        age=np.full(len(rows), _SPENT_AGE),
        ln_b_cells=np.log(value("transplant_b_cell_share") * in_health),
        ln_t_cells=np.log(value("transplant_t_cell_share") * capacity),
    )
    _fill_clones(cells, ln_clones, quiescent)
    signs = segment.signs[:, rows]
    return Beginning(places, segment.start_day[rows] + day, start, cells, signs, ln_clones)


def lived(
    world: World, kind: SegmentKind, beginning: Beginning
) -> tuple[Segment, Infections | None]:
    """A segment from its beginning on: solved, its lineages drawn, its toxicity seen."""
    numbers = world.children.numbers[beginning.places]
    marrow = world.children.marrow_cells[beginning.places]
    solution = world.solve(beginning.start, beginning.cells, world.grid)
    relapse = world.parameters.value("relapse_marrow_share") * marrow
    ln_leukaemia, lineages = true_leukaemia(
        solution,
        beginning.cells,
        relapse,
        beginning.ln_clones,
        world.seed,
        numbers,
        kind.value,
        threads=threads_of(world.solve),
    )
    toxicity: Toxicity | None = None
    caught: Infections | None = None
    if kind is not SegmentKind.TRANSPLANT:
        segment_signs = signs_of(
            solution,
            beginning.cells,
            beginning.signs,
            float(world.policy.lymphodepletion.days_before_infusion),
        )
        patients = Patients(
            numbers,
            world.children.age_days[beginning.places] + beginning.start_day,
            kind.value,
            world.seed,
        )
        resting = world.draws(beginning.places).of("resting_neutrophils_e9_per_l")
        days = LAST_DAY_OF_NEUTROPHILS + 1
        neutrophils = resting[:, None] * _held(segment_signs.of("neutrophils"), days)
        caught = infections(neutrophils, patients, world.parameters)
        toxicity = bedside(
            _held(segment_signs.of("cytokine"), LAST_DAY_OF_SIGNS + 1),
            _held(segment_signs.of("neuro"), LAST_DAY_OF_SIGNS + 1),
            neutrophils,
            caught.fever_days(world.parameters.value("infection_fever_days")),
            patients,
            world.parameters,
        )
    segment = Segment(
        kind=kind,
        places=beginning.places,
        start_day=beginning.start_day,
        cells=beginning.cells,
        signs=beginning.signs,
        marrow_cells=marrow,
        solution=solution,
        ln_leukaemia=ln_leukaemia,
        surviving_lineages=lineages,
        extinct_probability=np.exp(-lineages),
        toxicity=toxicity,
    )
    return segment, caught


def _start(ln_clones: Floats, ln_quiescent: Floats, **states: Floats) -> Floats:
    """The states of the cells, 0 where none is given; leukaemia from its clones."""
    positive = ln_clones[:, CLONES.index(Clone.CD19_POSITIVE)]
    # Where all died out but quiescent cells wake, the expected clone begins with what wakes soon.
    floor = np.maximum(ln_quiescent - 7.0, _LEAST_LN_CELLS)
    states["ln_leukaemia"] = np.logaddexp(np.maximum(positive, _NONE_LN_CELLS), floor)
    states["ln_survivors"] = states["ln_leukaemia"]
    nothing = np.zeros(len(ln_clones))
    return np.array([states.get(name, nothing) for name in CELL_STATES])


def _fill_clones(cells: Floats, ln_clones: Floats, ln_quiescent: Floats) -> None:
    """The clones as the equations take them: weighted by their chance to survive."""
    rate = np.maximum(_of(cells, "leukaemia_growth_rate"), 0.0)
    birth = _of(cells, "leukaemia_growth_rate") + _of(cells, "leukaemia_death_rate")
    for clone, name in _WEIGHTED.items():
        ln_cells = ln_clones[:, CLONES.index(clone)]
        with np.errstate(divide="ignore"):
            weighted = ln_cells + np.log(-np.expm1(-np.exp(ln_cells) * rate / birth))
        _set(cells, name, np.maximum(weighted, _NONE_LN_CELLS))
    _set(cells, "ln_quiescent_at_infusion", np.maximum(ln_quiescent, _NONE_LN_CELLS))


def _clones_on(segment: Segment, rows: Wholes, day: Floats) -> Floats:
    """ln of the cells of each clone on a day of each child, `[len(rows), clone]`."""
    days = segment.solution.days
    return np.array(
        [at_days(days, segment.ln_leukaemia[rows, :, clone], day) for clone in range(len(CLONES))]
    ).T


def _quiescent_on(segment: Segment, rows: Wholes, day: Floats) -> Floats:
    """ln of the quiescent cells on a day of each child."""
    cells = segment.cells[:, rows]
    killed = _of(cells, "quiescent_killing") * _on(segment, rows, day, "killing")
    left: Floats = _of(cells, "ln_quiescent_at_infusion") - _of(cells, "waking_rate") * day - killed
    return np.maximum(left, _NONE_LN_CELLS)


def _on(segment: Segment, rows: Wholes, day: Floats, state: str) -> Floats:
    """One state of the cells on a day of each child."""
    return at_days(segment.solution.days, segment.solution.of(state)[rows], day)


def _held(sign: Floats, days: int) -> Floats:
    """A sign on so many days, its last known value held where it is not known further."""
    kept = sign[:, :days]
    if kept.shape[1] < days:
        kept = np.concatenate([kept, np.repeat(kept[:, -1:], days - kept.shape[1], axis=1)], axis=1)
    unknown = np.isnan(kept)
    if unknown.any():
        places = np.maximum.accumulate(np.where(unknown, 0, np.arange(days)), axis=1)
        kept = np.take_along_axis(kept, places, axis=1)
    return kept


def _of(cells: Floats, name: str) -> Floats:
    row: Floats = cells[CELL_PARAMETERS.index(name)]
    return row


def _set(cells: Floats, name: str, row: Floats) -> None:
    cells[CELL_PARAMETERS.index(name)] = row

# SPDX-License-Identifier: Apache-2.0
"""What a laboratory measured in blood: CAR-T copies, B cells and neutrophils, with their limits."""

from __future__ import annotations

import numpy as np
import polars as pl

from cartulary.codebook.parameter_set import REFERENCE_WEIGHT_KG, ParameterSet
from cartulary.course.events.observation import Analyte, Specimen
from cartulary.twin.block import Block
from cartulary.twin.narrate.rows import each, rows
from cartulary.twin.narrate.state import INFUSIONS, States
from cartulary.twin.population_children import Floats, Wholes
from cartulary.twin.streams import normal
from cartulary.twin.toxicity_signs import LAST_DAY_OF_NEUTROPHILS

# Days after an infusion on which blood is taken; the visits of the policy come on top.
CAR_T_DAYS = (2, 4, 7, 10, 14, 21)
NEUTROPHIL_DAYS = (*range(29), *range(31, LAST_DAY_OF_NEUTROPHILS + 1, 3))

COPIES_PER_UG = "copies/µg"
CELLS_PER_UL = "cells/µL"
E9_PER_L = "10⁹/L"


def measurement(block: Block, states: States, parameters: ParameterSet) -> pl.DataFrame:
    """Every blood value after each infusion, to the next infusion or transplant."""
    visits = tuple(int(day) for day in block.policy.visit_days)
    made = []
    for order in range(len(states.segments)):
        segment = states.segments[order]
        if segment.kind not in INFUSIONS:
            continue
        copies = tuple(sorted({*CAR_T_DAYS, *visits}))
        made += [
            _car_t(block, states, order, copies, parameters),
            _b_cells(block, states, order, visits, parameters),
        ]
        if segment.toxicity is not None:
            made.append(_neutrophils(block, states, order, parameters))
    if not made:
        return rows(
            np.array([], dtype=np.int64), np.array([]), analyte=None, value=None, limit=None
        )
    return pl.concat(made, how="diagonal_relaxed")


def neutrophils_of(measured: pl.DataFrame) -> pl.DataFrame:
    """The neutrophils among the values."""
    return measured.filter(pl.col("analyte") == Analyte.NEUTROPHILS.value)


def _car_t(
    block: Block, states: States, order: int, days: tuple[int, ...], parameters: ParameterSet
) -> pl.DataFrame:
    row, column, place, day = _kept(block, states, order, days)
    cells = np.exp(states.of("ln_effector", place, day)) + np.exp(
        states.of("ln_memory", place, day)
    )
    size = block.pathway.weight_kg[place] / REFERENCE_WEIGHT_KG
    copies = cells / (parameters.value("car_t_cells_per_copy") * size)
    error = parameters.value("car_t_copies_error")
    return _values(
        place,
        day,
        Analyte.CAR_T_COPIES,
        copies
        * np.exp(error * _noise(block, states, order, "car-t copies", len(days))[row, column]),
        parameters.value("car_t_copies_limit"),
        COPIES_PER_UG,
        digits=0,
    )


def _b_cells(
    block: Block, states: States, order: int, days: tuple[int, ...], parameters: ParameterSet
) -> pl.DataFrame:
    row, column, place, day = _kept(block, states, order, days)
    blood_ul = parameters.value("blood_ml_per_kg") * 1e3 * block.pathway.weight_kg[place]
    in_blood = parameters.value("blood_share_of_lymphocytes")
    count = np.exp(states.of("ln_b_cells", place, day)) * in_blood / blood_ul
    error = parameters.value("cell_count_error")
    return _values(
        place,
        day,
        Analyte.B_CELLS,
        count * np.exp(error * _noise(block, states, order, "b cells", len(days))[row, column]),
        parameters.value("b_cells_limit"),
        CELLS_PER_UL,
        digits=0,
    )


def _neutrophils(
    block: Block, states: States, order: int, parameters: ParameterSet
) -> pl.DataFrame:
    signs = states.segments[order].toxicity
    assert signs is not None
    row, column, place, day = _kept(block, states, order, NEUTROPHIL_DAYS)
    count = signs.neutrophils_e9_per_l[row, np.array(NEUTROPHIL_DAYS)[column]]
    error = parameters.value("cell_count_error")
    noise = _noise(block, states, order, "neutrophils", len(NEUTROPHIL_DAYS))
    return _values(
        place,
        day,
        Analyte.NEUTROPHILS,
        count * np.exp(error * noise[row, column]),
        parameters.value("neutrophils_limit"),
        E9_PER_L,
        digits=2,
    )


def _kept(
    block: Block, states: States, order: int, days: tuple[int, ...]
) -> tuple[Wholes, Wholes, Wholes, Floats]:
    """Row of the segment, place in `days`, place of the child, study day; of samples taken."""
    segment = states.segments[order]
    row, since = each(np.arange(len(segment)), np.array(days, dtype=np.float64))
    column = np.tile(np.arange(len(days)), len(segment))
    place = segment.places[row]
    day = segment.start_day[row] + since
    until = np.minimum(
        states.next_start(order)[row],
        np.nan_to_num(block.followed.histories.new_therapy_day, nan=np.inf)[place],
    )
    kept = (day <= block.last_day[place]) & (day < until)
    return row[kept], column[kept], place[kept], day[kept]


def _noise(block: Block, states: States, order: int, what: str, count: int) -> Floats:
    """A standard normal draw for each sample that a child of the segment may have."""
    segment = states.segments[order]
    numbers = block.children.numbers[segment.places]
    return normal(block.seed, numbers, f"{what}, {segment.kind.value}", count)


def _values(
    place: Wholes,
    day: Floats,
    analyte: Analyte,
    value: Floats,
    limit: float,
    unit: str,
    *,
    digits: int,
) -> pl.DataFrame:
    """Values as a result slip has them: below the limit there is none."""
    below = ~(value >= limit)
    return rows(
        place,
        day,
        np.isfinite(value),
        analyte=analyte.value,
        specimen=Specimen.BLOOD.value,
        value=np.where(below, np.nan, np.round(value, digits)),
        unit=unit,
        below_limit=below,
        limit=np.full(len(place), limit),
    )

# SPDX-License-Identifier: Apache-2.0
"""What of a narrated child a calibration can use: copies, B cells, and disease never out of sight.

Only the first infusion counts, to the next one, a transplant or new therapy. Residual disease
counts until the first look that finds none: from there on what comes back is one cell's chance,
which no equation of averages follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.cohort_columns import CHILD
from cartulary.course.events.disease import MrdResult
from cartulary.course.events.observation import Analyte
from cartulary.twin.block import Block
from cartulary.twin.narrate import narrate
from cartulary.twin.population_children import Floats

COPIES = "car_t_copies_per_ug"
B_CELLS = "b_cells_per_ul"
RESIDUAL = "residual_disease_percent"

_B_CELLS_FORMULA = (
    "exp(ln_b_cells) * blood_share_of_lymphocytes / (blood_ml_per_kg * 1000 * weight_kg)"
)
#: Observables as rows of PEtab's table. The errors are standard deviations of natural logs; B cells
#: are written in whole cells, which adds the variance of rounding, 1/12.
OBSERVABLES: tuple[tuple[str, ...], ...] = (
    (
        COPIES,
        "CAR-T copies per microgram of DNA in blood",
        "(exp(ln_effector) + exp(ln_memory)) / car_t_cells_per_copy",
        "log",
        "car_t_copies_error",
        "normal",
    ),
    (
        B_CELLS,
        "B cells per microlitre of blood",
        _B_CELLS_FORMULA,
        "log",
        "sqrt(cell_count_error * cell_count_error"
        f" + 1 / (12 * ({_B_CELLS_FORMULA}) * ({_B_CELLS_FORMULA})))",
        "normal",
    ),
    (
        RESIDUAL,
        "leukaemia by flow cytometry, per cent of the marrow's cells",
        "100 * total / marrow_cells",
        "log",
        "residual_disease_error",
        "normal",
    ),
)
_OBSERVABLE_OF_ANALYTE = {Analyte.CAR_T_COPIES.value: COPIES, Analyte.B_CELLS.value: B_CELLS}


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of one child; below the limit, `value` is that limit."""

    number: int
    observable_id: str
    day: float
    value: float
    below_limit: bool


def measured(block: Block, parameters: ParameterSet) -> list[Measured]:
    """The usable values of narrated children, by child, observable and study day."""
    told = narrate(block, parameters)
    until = _until(block)
    found = [
        *_blood(block, told.events["measurement"], until),
        *_residual(block, told.events["assessment"], until),
    ]
    return sorted(found, key=lambda one: (one.number, one.observable_id, one.day))


def _until(block: Block) -> Floats:
    """The first study day on which the course is no longer that of the first infusion alone."""
    until = np.nan_to_num(block.followed.histories.new_therapy_day, nan=np.inf)
    for segment in block.followed.segments:
        later = segment.start_day > block.pathway.infusion_day[segment.places]
        places = segment.places[later]
        until[places] = np.minimum(until[places], segment.start_day[later])
    return until


def _blood(block: Block, frame: pl.DataFrame, until: Floats) -> Iterator[Measured]:
    wanted = frame.filter(pl.col("analyte").cast(pl.String).is_in(list(_OBSERVABLE_OF_ANALYTE)))
    for place, day, analyte, value, below, limit in wanted.select(
        CHILD, "day", pl.col("analyte").cast(pl.String), "value", "below_limit", "limit"
    ).iter_rows():
        if day < until[place] and (below or value):
            yield Measured(
                int(block.children.numbers[place]),
                _OBSERVABLE_OF_ANALYTE[analyte],
                float(day),
                float(limit if below else value),
                bool(below),
            )


def _residual(block: Block, frame: pl.DataFrame, until: Floats) -> Iterator[Measured]:
    relapse = np.nan_to_num(block.followed.histories.relapse_day, nan=np.inf)
    looks = frame.filter(pl.col("mrd_result").is_not_null()).sort(CHILD, "day")
    gone: set[int] = set()
    for place, day, result, percent, limit in looks.select(
        CHILD, "day", pl.col("mrd_result").cast(pl.String), "mrd_percent", "mrd_limit_percent"
    ).iter_rows():
        if day <= block.pathway.infusion_day[place] or day >= until[place] or place in gone:
            continue
        negative = result == MrdResult.NEGATIVE.value
        if negative or day > relapse[place]:
            gone.add(place)
        if day > relapse[place]:
            continue
        # A marrow that is all leukaemia says no more than that.
        if negative or percent < 100.0:
            yield Measured(
                int(block.children.numbers[place]),
                RESIDUAL,
                float(day),
                float(limit if negative else percent),
                negative,
            )

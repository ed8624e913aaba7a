# SPDX-License-Identifier: Apache-2.0
"""Children of a segment taken out, and segments put together, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cartulary.studies.policies_compared.children_read import Floats
from cartulary.twin.afterwards_histories import Segment
from cartulary.twin.afterwards_segments import Beginning
from cartulary.twin.engines.solution import Solution
from cartulary.twin.population_children import Wholes
from cartulary.twin.toxicity_infections import Infections
from cartulary.twin.toxicity_signs import Toxicity

#: Fields whose children stand in the second place.
_SECOND = frozenset({"cells", "signs", "start"})

_Held = TypeVar("_Held", Beginning, Toxicity, Infections)


def taken(held: _Held, rows: NDArray[Any]) -> _Held:
    """The children at these rows."""
    return replace(
        held,
        **{
            each.name: getattr(held, each.name)[:, rows]
            if each.name in _SECOND
            else getattr(held, each.name)[rows]
            for each in fields(held)
        },
    )


def joined(many: Sequence[_Held]) -> _Held:
    """Several groups of children as one."""
    return replace(
        many[0],
        **{
            each.name: np.concatenate(
                [getattr(one, each.name) for one in many], axis=1 if each.name in _SECOND else 0
            )
            for each in fields(many[0])
        },
    )


def taken_segment(segment: Segment, rows: Wholes) -> Segment:
    """The children of a segment at these rows."""
    solution = segment.solution
    return Segment(
        kind=segment.kind,
        places=segment.places[rows],
        start_day=segment.start_day[rows],
        cells=segment.cells[:, rows],
        signs=segment.signs[:, rows],
        marrow_cells=segment.marrow_cells[rows],
        solution=Solution(
            solution.days,
            solution.values[rows],
            tuple(solution.failed[row] for row in rows.tolist()),
            solution.steps[rows],
        ),
        ln_leukaemia=segment.ln_leukaemia[rows],
        surviving_lineages=segment.surviving_lineages[rows],
        extinct_probability=segment.extinct_probability[rows],
        toxicity=None if segment.toxicity is None else segment.toxicity.take(rows),
    )


def joined_segments(many: Sequence[Segment]) -> Segment:
    """Segments of one kind as one, their children in turn."""

    def column(name: str, axis: int = 0) -> Floats:
        made: Floats = np.concatenate([getattr(one, name) for one in many], axis=axis)
        return made

    signs = [one.toxicity for one in many if one.toxicity is not None]
    return Segment(
        kind=many[0].kind,
        places=np.concatenate([one.places for one in many]),
        start_day=column("start_day"),
        cells=column("cells", 1),
        signs=column("signs", 1),
        marrow_cells=column("marrow_cells"),
        solution=Solution(
            many[0].solution.days,
            np.concatenate([one.solution.values for one in many]),
            tuple(reason for one in many for reason in one.solution.failed),
            np.concatenate([one.solution.steps for one in many]),
        ),
        ln_leukaemia=column("ln_leukaemia"),
        surviving_lineages=column("surviving_lineages"),
        extinct_probability=column("extinct_probability"),
        toxicity=joined(signs) if signs else None,
    )

# SPDX-License-Identifier: Apache-2.0
"""The infused children of a run: which they are, and one of them as the model's own numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.course.errors import CartularyError
from cartulary.twin.equations import CELL_PARAMETERS, CELL_STATES, SIGN_PARAMETERS
from cartulary.twin.pathway import walk
from cartulary.twin.pathway_columns import WHY_NEVER, Pathway
from cartulary.twin.population import draw_children
from cartulary.twin.population_children import Children, Wholes
from cartulary.twin.sbml import SbmlChild
from cartulary.twin.simulate import Run

#: So many children are looked through for those that are infused.
LOOKED_THROUGH = 4096


class ExportError(CartularyError):
    """A child or a problem of calibration that cannot be handed to other programs."""


@dataclass(frozen=True)
class Drawn:
    """Children with their way to the infusion."""

    children: Children
    pathway: Pathway


def drawn(run: Run, numbers: Wholes) -> Drawn:
    """The children of these numbers up to the infusion; no cell is followed."""
    children = draw_children(run.population, run.parameters, run.policy, run.seed, numbers)
    return Drawn(children, walk(children, run.policy, run.parameters, run.seed))


def infused_numbers(run: Run, wanted: int) -> Wholes:
    """The numbers of the first so many children that are infused.

    Refuses a policy under which fewer of the first 4096 are.
    """
    numbers = np.arange(LOOKED_THROUGH, dtype=np.int64)
    found: Wholes = numbers[drawn(run, numbers).pathway.infused]
    if len(found) < wanted:
        raise ExportError(
            f"Of the first {LOOKED_THROUGH} children, {len(found)} are infused under the policy "
            f"{run.policy.policy_id}, and {wanted} are asked for. Ask for fewer, or change whom "
            "the policy accepts."
        )
    return found[:wanted]


def sbml_child(run: Run, number: int | None) -> SbmlChild:
    """One child of a run as the export wants it; the first that is infused where none is named.

    Refuses a child that is never infused, and says which next one is.
    """
    if number is None:
        number = int(infused_numbers(run, 1)[0])
    one = drawn(run, np.array([number], dtype=np.int64))
    if not one.pathway.infused[0]:
        raise ExportError(_never(run, one.pathway, number))
    return child_at(one, 0, run)


def child_at(drawn: Drawn, place: int, run: Run) -> SbmlChild:
    """The child at one place, with all its numbers."""
    way = drawn.pathway
    number = int(drawn.children.numbers[place])
    return SbmlChild(
        start=dict(zip(CELL_STATES, way.start[:, place].tolist(), strict=True)),
        cells=dict(zip(CELL_PARAMETERS, way.cells[:, place].tolist(), strict=True)),
        signs=dict(zip(SIGN_PARAMETERS, way.signs[:, place].tolist(), strict=True)),
        lymphodepletion_day=float(way.lymphodepletion_day[place]),
        infusion_day=float(way.infusion_day[place]),
        name=(
            f"Virtual child {number} (simulated), policy {run.policy.policy_id}, "
            f"population {run.population.population_id}, seed {run.seed}"
        ),
    )


def _never(run: Run, pathway: Pathway, number: int) -> str:
    why = WHY_NEVER[int(pathway.why_never[0])].en
    after = np.arange(number + 1, number + 1 + LOOKED_THROUGH, dtype=np.int64)
    others = after[drawn(run, after).pathway.infused]
    remedy = f" Child {others[0]} is infused: --child {others[0]}." if len(others) else ""
    return (
        f"Child {number} is never infused under the policy {run.policy.policy_id}: {why}, on day "
        f"{pathway.ended_day[0]:g}. The model begins with an infusion.{remedy}"
    )

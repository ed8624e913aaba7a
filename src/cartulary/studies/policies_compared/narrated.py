# SPDX-License-Identifier: Apache-2.0
"""A block told as far as the outcomes need it: no bedside signs and no laboratory."""

from __future__ import annotations

from typing import Final

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.cohort import Cohort
from cartulary.twin.block import Block
from cartulary.twin.narrate import narrate

#: What the definitions of `outcome.outcomes` and of the curves read.
KINDS: Final = (
    "indication",
    "apheresis",
    "product",
    "infusion",
    "assessment",
    "relapse",
    "transplant",
    "new_therapy",
    "death",
    "last_contact",
)

#: Parameters that telling these kinds reads: what differs in one of them is not told together.
READ_BY_TELLING: Final = (
    "b_cells_back_share",
    "marrow_cells_counted",
    "residual_disease_error",
    "residual_disease_limit",
)


def narrated(block: Block, parameters: ParameterSet) -> Cohort:
    """The events that the outcomes read. Grades of toxicity stand in the block's histories: they
    are those that the codebook's scales give to its daily signs.
    """
    return narrate(block, parameters, kinds=KINDS)

# SPDX-License-Identifier: Apache-2.0
"""A block told as far as the outcomes need it: no bedside signs and no laboratory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import polars as pl

from cartulary.codebook.endpoint import Endpoint
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.expression import names_in
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.cohort import Cohort
from cartulary.course.cohort_columns import CHILD
from cartulary.twin.block import Block
from cartulary.twin.narrate import narrate, told

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

_LOOKS: Final = "assessment"

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


class NarratedTogether:
    """Blocks of any arms as one cohort, told no further than some endpoints of the codebook read.

    A child of several arms is as many courses, each called by its block and its pseudonym. Making
    and checking one large cohort costs little more than one small one.
    """

    def __init__(self, endpoints: Collection[str]) -> None:
        self._until = response_read_until_days([endpoint(each) for each in sorted(endpoints)])
        self._children: list[pl.DataFrame] = []
        self._events: dict[str, list[pl.DataFrame]] = {kind: [] for kind in KINDS}
        self._first = 0

    def tell(self, block: Block, parameters: ParameterSet) -> None:
        """Adds the children of one block, after those of the blocks before it."""
        children, events = told(block, parameters, kinds=KINDS, responses_until_days=self._until)
        place = pl.lit(len(self._children))
        named = pl.format("{}:{}", place, "course_id").alias("course_id")
        self._children.append(children.with_columns(named))
        first = pl.lit(self._first, dtype=pl.UInt32)
        for kind, frame in events.items():
            self._events[kind].append(frame.with_columns(pl.col(CHILD) + first))
        self._first += len(block)

    def cohort(self) -> Cohort:
        """The courses of all blocks."""
        return Cohort(
            pl.concat(self._children),
            {kind: pl.concat(many, how="diagonal_relaxed") for kind, many in self._events.items()},
        )


def response_read_until_days(endpoints: Sequence[Endpoint]) -> float | None:
    """Up to which day after the first infusion these endpoints read a response at a look.

    None where one of them reads more of the looks than that: another fact, or a remission
    whenever it came.
    """
    latest = 0.0
    for one in endpoints:
        definition = one.definition
        signs = [moment.sign for moment in one.moments if moment.no_remission is None]
        signs += [sign for moment in one.moments for sign in moment.unless]
        condition = definition.remission.sign.where
        if (
            one.clock.start == "remission"
            or any(moment.since == "remission" for moment in one.moments)
            or any(sign.kind == _LOOKS for sign in signs)
            or definition.remission.sign.kind != _LOOKS
            or (condition is not None and not names_in(condition) <= {"response"})
        ):
            return None
        rules = [definition.response, *(moment.no_remission for moment in one.moments)]
        latest = max([latest, *(float(rule.to_day) for rule in rules if rule is not None)])
    return latest

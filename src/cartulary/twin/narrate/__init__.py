# SPDX-License-Identifier: Apache-2.0
"""A block of virtual children set down as a clinic would record them: a cohort like any other."""

from __future__ import annotations

import polars as pl

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.cohort import Cohort
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.fact import facts_of
from cartulary.twin.block import Block
from cartulary.twin.narrate import afterwards, bedside, before, laboratory, looks
from cartulary.twin.narrate.state import States

__all__ = ["narrate"]


def narrate(block: Block, parameters: ParameterSet) -> Cohort:
    """The courses of a block, from the decision to the last contact; their origin is simulated.

    What a clinic would not see is not told: cells are counted with the error and the limits of a
    laboratory, response is judged on planned days, and toxicity is graded from the daily signs by
    the codebook's own scales.

    Arguments: a block; the parameters, of which those of laboratory.toml are read.
    Returns: a `Cohort`, one course a child, in order of the children's numbers. A value outside
    what its field can hold is not recorded, as a form would refuse it.
    Refuses nothing of its own; the cohort is checked as one that comes from outside.
    """
    states = States(block)
    signs = bedside.finding(block, states)
    values = laboratory.measurement(block, states, parameters)
    events = {
        "diagnosis": before.diagnosis(block),
        "prior_therapy": before.prior_therapy(block),
        "indication": before.indication(block),
        "apheresis": before.apheresis(block),
        "product": before.product(block),
        "bridging": before.bridging(block),
        "lymphodepletion": before.lymphodepletion(block),
        "infusion": before.infusion(block),
        "finding": bedside.without_context(signs),
        "measurement": values,
        "toxicity": bedside.toxicity(block, signs, laboratory.neutrophils_of(values)),
        "treatment": bedside.treatment(block, states),
        "infection": afterwards.infection(block),
        "assessment": looks.assessment(block, states, parameters),
        "relapse": afterwards.relapse(block),
        "transplant": afterwards.transplant(block),
        "new_therapy": afterwards.new_therapy(block),
        "death": afterwards.death(block),
        "last_contact": afterwards.last_contact(block),
    }
    return Cohort(
        before.children(block), {kind: _recordable(kind, frame) for kind, frame in events.items()}
    )


def _recordable(kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows without the values that no form would take: they are "not recorded"."""
    columns = []
    for name, fact in facts_of(EVENT_TYPE_OF_KIND[kind]).items():
        if name in frame.columns and (fact.low is not None or fact.high is not None):
            value = pl.col(name)
            low = pl.lit(True) if fact.low is None else value >= fact.low
            high = pl.lit(True) if fact.high is None else value <= fact.high
            columns.append(pl.when(low & high).then(value).alias(name))
    return frame.with_columns(columns)

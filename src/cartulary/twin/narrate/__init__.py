# SPDX-License-Identifier: Apache-2.0
"""A block of virtual children set down as a clinic would record them: a cohort like any other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

import polars as pl

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.cohort import Cohort
from cartulary.course.errors import CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.fact import facts_of
from cartulary.twin.block import Block
from cartulary.twin.narrate import afterwards, bedside, before, laboratory, looks
from cartulary.twin.narrate.state import States

__all__ = ["narrate", "told"]


def narrate(
    block: Block, parameters: ParameterSet, *, kinds: Collection[str] | None = None
) -> Cohort:
    """The courses of a block, from the decision to the last contact; their origin is simulated.

    What a clinic would not see is not told: cells are counted with the error and the limits of a
    laboratory, response is judged on planned days, and toxicity is graded from the daily signs by
    the codebook's own scales.

    Arguments: a block; the parameters, of which those of laboratory.toml are read; the kinds of
    event that are told, all where none are named. A kind is the same whatever is told beside it;
    what is left out is left empty, and daily signs and blood values are the dear ones.
    Returns: a `Cohort`, one course a child, in order of the children's numbers. A value outside
    what its field can hold is not recorded, as a form would refuse it.
    Refuses: a kind that it cannot tell. The cohort is checked as one that comes from outside.
    """
    return Cohort(*told(block, parameters, kinds=kinds))


def told(
    block: Block,
    parameters: ParameterSet,
    *,
    kinds: Collection[str] | None = None,
    responses_until_days: float | None = None,
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """The frames that `narrate` makes a cohort of: the children, and the events of each kind.

    Arguments: as `narrate`; with `responses_until_days`, all that is told of the assessments is
    the response at the planned looks up to so many days after the first infusion.
    """
    tellers = _tellers(block, parameters, responses_until_days)
    wanted = tellers if kinds is None else kinds
    strange = sorted(set(wanted) - set(tellers))
    if strange:
        raise CourseError(
            f"Of a virtual child nothing of the kind {', '.join(map(repr, strange))} is told. A "
            f"cohort would miss it without a word. Known: {', '.join(tellers)}."
        )
    return (
        before.children(block),
        {kind: _recordable(kind, tell()) for kind, tell in tellers.items() if kind in wanted},
    )


def _tellers(
    block: Block, parameters: ParameterSet, responses_until_days: float | None
) -> Mapping[str, Callable[[], pl.DataFrame]]:
    """What tells each kind of event; what several need is worked out once, when first asked for."""
    states = States(block)

    def assessment() -> pl.DataFrame:
        if responses_until_days is None:
            return looks.assessment(block, states, parameters)
        return looks.responses(block, states, parameters, responses_until_days)

    signs = lru_cache(lambda: bedside.finding(block, states))
    values = lru_cache(lambda: laboratory.measurement(block, states, parameters))
    return {
        "diagnosis": lambda: before.diagnosis(block),
        "prior_therapy": lambda: before.prior_therapy(block),
        "indication": lambda: before.indication(block),
        "apheresis": lambda: before.apheresis(block),
        "product": lambda: before.product(block),
        "bridging": lambda: before.bridging(block),
        "lymphodepletion": lambda: before.lymphodepletion(block),
        "infusion": lambda: before.infusion(block),
        "finding": lambda: bedside.without_context(signs()),
        "measurement": values,
        "toxicity": lambda: bedside.toxicity(block, signs(), laboratory.neutrophils_of(values())),
        "treatment": lambda: bedside.treatment(block, states),
        "infection": lambda: afterwards.infection(block),
        "assessment": assessment,
        "relapse": lambda: afterwards.relapse(block),
        "transplant": lambda: afterwards.transplant(block),
        "new_therapy": lambda: afterwards.new_therapy(block),
        "death": lambda: afterwards.death(block),
        "last_contact": lambda: afterwards.last_contact(block),
    }


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

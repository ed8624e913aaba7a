# SPDX-License-Identifier: Apache-2.0
"""A cohort judged under an endpoint that need not be in a file, with the child of every row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import polars as pl

from cartulary.codebook.endpoint import Definition, Endpoint, Moment, Strategy
from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.evidence.aalen_johansen import cumulative_incidence
from cartulary.evidence.arrays import BoolArray, IntArray
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.kaplan_meier import kaplan_meier

#: The names under which the endpoint files speak of what else may be given.
INTERCURRENT: Final = ("second_infusion", "transplant", "new_therapy")


@dataclass(frozen=True, kw_only=True)
class EstimandRow:
    """One strategy on one clock.

    at: the share without the event at each month; empty with the reason in `refused`. n, events:
    children counted, and events among them under this strategy. intercurrent: how many had an
    intercurrent event before the outcome, by kind of the first. handled: what the definition makes
    of each kind, as its file says (event, competing, censor, ignore). bounds: of the hypothetical
    share at each month, if every child that was censored at an intercurrent event had had the event
    on the day after, or never. never_infused: how many of n
    never got cells. derived: no file of the codebook has this strategy; `endpoint_id` names the
    file whose intercurrent events were read otherwise.
    """

    family: str
    strategy: str
    clock: str
    endpoint_id: str
    derived: bool
    handled: Mapping[str, str]
    at: Mapping[int, Estimate]
    n: int
    events: int
    missing: int
    intercurrent: Mapping[str, int]
    never_infused: int
    bounds: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    refused: str = ""
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The row as plain JSON values."""
        return {
            "family": self.family,
            "strategy": self.strategy,
            "clock": self.clock,
            "endpoint": self.endpoint_id,
            "derived": self.derived,
            "handled": dict(self.handled),
            "n": self.n,
            "events": self.events,
            "missing": self.missing,
            "intercurrent": dict(self.intercurrent),
            "never_infused": self.never_infused,
            "refused": self.refused,
            "notes": list(self.notes),
            "at": {str(month): found.to_dict() for month, found in self.at.items()},
            "bounds": {str(month): list(pair) for month, pair in self.bounds.items()},
        }


@dataclass(frozen=True)
class Judged:
    """The follow-up under one endpoint, every cause apart.

    children: row numbers in the cohort; start_days: study days on which their clocks start;
    shape (n,).
    """

    follow_up: FollowUp
    children: IntArray
    start_days: IntArray

    def counts(self, causes: Collection[str]) -> dict[str, int]:
        """How many rows ended in each of these causes."""
        return {
            cause: self.follow_up.events_of(cause)
            for cause in self.follow_up.cause_names
            if cause in causes
        }

    def events_outside(self, causes: Collection[str]) -> dict[str, int]:
        """How many rows ended in each of the other causes."""
        others = [name for name in self.follow_up.cause_names if name not in causes]
        return self.counts(others)

    def children_with(self, causes: Collection[str]) -> IntArray:
        """The children whose row ended in one of these causes."""
        names = self.follow_up.cause_names
        numbers = [names.index(cause) + 1 for cause in causes if cause in names]
        return self.children[np.isin(self.follow_up.status, numbers)]

    def left_by(self, competing: Judged, causes: Collection[str]) -> BoolArray:
        """Which rows were censored where `competing`, the same endpoint, names one of causes."""
        gone = np.isin(self.children, competing.children_with(causes))
        return np.asarray(gone & (self.follow_up.status == 0), dtype=bool)


def judged(cohort: Cohort, asked: Endpoint) -> Judged:
    """The follow-up of a cohort under an endpoint, with every cause a status of its own.

    Arguments: a cohort of one origin; an endpoint, from a file or made from one.
    Returns: a `Judged`; children that could not be judged are counted in `missing`.
    Refuses: a response; a cohort that mixes origins or has no children.

    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> from cartulary.codebook.endpoint_reader import endpoint
    >>> drawn = "day 0 is infusion\\n0 | infusion |\\n200 | relapse |"
    >>> cohort = Cohort.from_courses([course_from_drawing(drawn)])
    >>> judged(cohort, endpoint("efs.composite.infusion")).counts(("relapse",))
    {'relapse': 1}
    """
    origins = [origin.value for origin in cohort.origins]
    if len(origins) != 1:
        raise EstimandError(
            f"The cohort has {'no children' if not origins else 'origins ' + ', '.join(origins)}. "
            "A figure is of one origin. Report each by itself."
        )
    if asked.kind == "response":
        raise EstimandError(
            f"{asked.endpoint_id} is a response, not a time. Strategies for what comes between "
            "are about a time to an event. Choose a survival endpoint."
        )
    found = outcomes(cohort, asked)
    kept = found.filter(pl.col("exit").is_not_null())
    number = {cause: k for k, cause in enumerate(asked.causes, start=1)}
    status = np.array([number.get(s, 0) for s in kept["status"].to_list()], dtype=np.int64)
    children = kept["child"].cast(pl.Int64).to_numpy()
    missing = found.filter(pl.col("in_population") & pl.col("exit").is_null()).height
    return Judged(
        FollowUp(
            entry=kept["entry"].cast(pl.Float64).to_numpy(),
            exit=kept["exit"].cast(pl.Float64).to_numpy(),
            status=status,
            cause_names=asked.causes,
            unit=asked.definition.unit,
            clock=asked.clock.start,
            definition=f"{asked.endpoint_id}, edition {asked.definition.edition}",
            endpoint=asked.endpoint_id,
            origin=origins[0],
            missing=missing,
            child_ids=cohort.children["course_id"].gather(kept["child"]).to_numpy(),
        ),
        children,
        kept["start_day"].cast(pl.Int64).to_numpy(),
    )


def under_strategy(
    asked: Endpoint, strategy: Strategy, moments: Sequence[str] = INTERCURRENT
) -> Endpoint:
    """The same endpoint with its intercurrent events read otherwise.

    Arguments: an endpoint; "event", "competing", "censor" or "ignore"; the names of the moments.
    Returns: an `Endpoint` for the interpreters; its id stays that of the file it comes from.
    Refuses: an endpoint that has none of these moments.

    >>> from cartulary.codebook.endpoint_reader import endpoint
    >>> under_strategy(endpoint("os.infusion"), "event").causes
    ('death', 'second_infusion', 'transplant', 'new_therapy')
    """
    definition, clock = asked.definition, asked.clock
    if not any(m.name in moments for m in (*definition.moments, *clock.moments)):
        raise EstimandError(
            f"{asked.endpoint_id} says nothing of {', '.join(moments)}. A strategy is about "
            "moments that the definition names. Choose another endpoint."
        )

    def read(moment: Moment) -> Moment:
        return replace(moment, strategy=strategy) if moment.name in moments else moment

    kind = "competing" if strategy == "competing" else definition.kind
    other: Definition = replace(
        definition,
        kind=kind,
        moments=tuple(read(moment) for moment in definition.moments),
        clocks=(),
    )
    return Endpoint(other, replace(clock, moments=tuple(read(m) for m in clock.moments)))


def while_on_treatment(rows: FollowUp, day: float, level: float) -> Estimate:
    """One less the incidence of the event before any intercurrent event."""
    wanted = np.array([name not in INTERCURRENT for name in rows.cause_names])
    number = np.where(wanted, 1, 2)
    status = np.where(rows.status > 0, number[np.maximum(rows.status, 1) - 1], 0)
    two = replace(rows, status=status, cause_names=("event", "intercurrent"))
    found = cumulative_incidence(two, level=level).incidence_at(day, "event")
    if found.value is None:
        return found
    return replace(
        found,
        value=1.0 - found.value,
        low=None if found.high is None else 1.0 - found.high,
        high=None if found.low is None else 1.0 - found.low,
        method=f"one less {found.method}",
    )


def leaving_bounds(rows: FollowUp, left: BoolArray, day: float) -> tuple[float, float]:
    """The share without the event if all who left had it on the day after, or never had it.

    No assumption about those who left can take the figure outside these two, chance apart.

    >>> follow = FollowUp(exit=[30, 90, 200, 400], status=[1, 0, 1, 0], cause_names=("relapse",),
    ...                   unit="child", clock="infusion", definition="efs, edition 1",
    ...                   origin="recorded")
    >>> leaving_bounds(follow, np.array([False, True, False, False]), 365)
    (0.25, 0.5)
    """
    one = rows.time_to_any() if len(rows.cause_names) > 1 else rows
    last = max(one.last_day, day)
    worst = replace(
        one,
        exit=np.where(left, one.exit + 1.0, one.exit),
        status=np.where(left, 1, one.status),
    )
    best = replace(one, exit=np.where(left, last, one.exit))
    low, high = (_share_at(found, day) for found in (worst, best))
    return low, high


def _share_at(rows: FollowUp, day: float) -> float:
    """Kaplan-Meier at a day, carried on beyond the follow-up."""
    curve = kaplan_meier(rows)
    position = int(np.searchsorted(curve.days, day, side="right")) - 1
    return float(curve.survival[position]) if position >= 0 else 1.0

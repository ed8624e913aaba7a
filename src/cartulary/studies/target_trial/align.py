# SPDX-License-Identifier: Apache-2.0
"""Two cohorts under one protocol: the same children asked for, counted from the same day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import numpy as np

from cartulary.codebook.condition_columns import to_polars
from cartulary.codebook.endpoint import Endpoint
from cartulary.codebook.endpoint_columns import NEVER, CohortColumns, Days, Mask
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.follow_up import FollowUp
from cartulary.studies.estimand_rows import under_strategy
from cartulary.studies.target_trial.baseline import baseline_frame, first_day_of, model_column
from cartulary.studies.target_trial.intercurrent import (
    AfterStart,
    days_after,
    kinds_of,
    relapse_after,
)
from cartulary.studies.target_trial.protocol import Group, Protocol

# What takes a child out, in the order in which it is asked.
NO_TIME_ZERO: Final = "no_time_zero"
NOT_ELIGIBLE: Final = "not_eligible"
NOT_KNOWN: Final = "not_known"
NOT_DATED: Final = "not_dated"
NO_CONTACT: Final = "no_contact"
EVENT_BEFORE: Final = "event_before_start"
LEFT_BEFORE: Final = "left_before_start"
NEVER_TREATED: Final = "never_treated"
TREATED_LATER: Final = "treated_later"
COVARIATE_MISSING: Final = "covariate_missing"

CLOCK: Final = "start"
FEWEST: Final = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One step of eligibility: why children left, which rule (its place), how many, how many stay.

    rule is the place of a criterion in the protocol, or -1.
    """

    why: str
    left: int
    stay: int
    rule: int = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignedGroup:
    """One group under the protocol.

    children: how many courses its file holds. steps: where the others went. follow_up: counted
    from the common start; n rows. covariates: as models take them; shape (n, p). waits: days from
    time zero to the group's treatment; shape (n,), empty where nothing marks it. period: first
    and last year of time zero, where dates are known. imprecise: events known to the month only.
    crossed: children who later had the other group's treatment. after: other treatment after the
    start, and the endpoint without regard to it.
    """

    group: Group
    children: int
    steps: tuple[Step, ...]
    follow_up: FollowUp
    covariates: FloatArray = field(repr=False)
    waits: FloatArray = field(repr=False)
    period: tuple[int, int] | None
    imprecise: int
    crossed: int
    after: AfterStart

    def left(self, why: str) -> int:
        """How many children left for this reason."""
        return sum(step.left for step in self.steps if step.why == why)


@dataclass(frozen=True, kw_only=True, eq=False)
class Aligned:
    """Both groups under one protocol. start_day: the landmark, in days from time zero."""

    protocol: Protocol
    treated: AlignedGroup
    control: AlignedGroup
    start_day: int

    @property
    def groups(self) -> tuple[AlignedGroup, AlignedGroup]:
        """Treated, then control."""
        return (self.treated, self.control)

    @property
    def names(self) -> tuple[str, ...]:
        """The covariates, in the order of the columns."""
        return self.protocol.covariates


def align(
    protocol: Protocol,
    treated: Cohort,
    control: Cohort,
    *,
    start_day: int | None = None,
    immortal: bool = False,
) -> Aligned:
    """The protocol applied to both cohorts.

    Each child is counted from `start_day` days after its own time zero, if by then it is eligible,
    has begun its group's treatment, and is still under observation without the event. Nothing
    that happened before the start counts for or against either group.

    Arguments: two cohorts of one origin each; start_day: the protocol's landmark unless given;
    immortal: the mistake, for comparison with the right analysis: count from time zero, take the
    treated because they were treated later, and ask no wait of the controls.

    Returns: an `Aligned`.

    Refuses: a cohort that mixes origins; fewer than 10 children left in a group.
    """
    day = protocol.delay.day if start_day is None else start_day
    day = 0 if immortal else day
    one, two = (
        _group(protocol, group, cohort, day, immortal)
        for group, cohort in zip(protocol.groups, (treated, control), strict=True)
    )
    return Aligned(protocol=protocol, treated=one, control=two, start_day=day)


class _Sieve:
    """Children who are still in, and the steps at which the others left."""

    def __init__(self, children: int) -> None:
        self.keep: Mask = np.ones(children, dtype=bool)
        self.steps: list[Step] = []

    def take_out(self, out: Mask, why: str, rule: int = -1, *, always: bool = False) -> None:
        """Take children out, and note how many; a step nobody left at is kept where asked."""
        leaving = self.keep & out
        self.keep = self.keep & ~out
        left = int(np.count_nonzero(leaving))
        if left or always:
            self.steps.append(Step(why, left, int(np.count_nonzero(self.keep)), rule))


def _group(
    protocol: Protocol, group: Group, cohort: Cohort, day: int, immortal: bool
) -> AlignedGroup:
    """One cohort under the protocol."""
    origins = [origin.value for origin in cohort.origins]
    if len(origins) != 1:
        raise EstimandError(
            f"The {group.name} group holds {len(cohort)} children of "
            f"{len(origins)} origins ({', '.join(origins)}). Recorded, reconstructed and simulated "
            "children are never mixed in one group. Give each its own file."
        )
    columns = CohortColumns(cohort)
    zero = first_day_of(columns, protocol.time_zero)
    sieve = _Sieve(len(cohort))
    sieve.take_out(zero == NEVER, NO_TIME_ZERO)
    frame = baseline_frame(columns, protocol.baseline, zero)
    for place, criterion in enumerate(protocol.eligibility):
        if group.name not in criterion.applies_to:
            continue
        held = frame.select(to_polars(criterion.rule, frame.columns).alias("h"))["h"]
        sieve.take_out(held.is_null().to_numpy(), NOT_KNOWN, place)
        fails = (~held.fill_null(value=True)).to_numpy()
        sieve.take_out(fails, NOT_ELIGIBLE, place, always=True)
    end, event, undated, imprecise = _ends(protocol.endpoint, columns, zero)
    sieve.take_out(undated, NOT_DATED)
    sieve.take_out(np.asarray((end < zero) & (event == NEVER)), NO_CONTACT)
    start: Days = np.where(zero == NEVER, NEVER, zero + np.int32(day)).astype(np.int32)
    begun = None if group.starts is None else first_day_of(columns, group.starts)
    if immortal:
        if begun is not None and group.name == "treated":
            sieve.take_out(begun == NEVER, NEVER_TREATED)
    else:
        sieve.take_out(event <= start, EVENT_BEFORE, always=True)
        sieve.take_out(np.asarray((event == NEVER) & (end <= start)), LEFT_BEFORE)
        if begun is not None:
            sieve.take_out(begun == NEVER, NEVER_TREATED)
            sieve.take_out(np.asarray(begun > start), TREATED_LATER, always=True)
    x = np.column_stack(
        [model_column(protocol.fact(name), frame[name]) for name in protocol.covariates]
    )
    unknown = np.asarray(~np.isfinite(x).all(axis=1), dtype=bool)
    sieve.take_out(unknown, COVARIATE_MISSING)
    keep = sieve.keep
    _refuse_few(group, sieve, day)
    definition = protocol.endpoint.definition
    counted = f"counted from day {day} after time zero"
    missing = [s.left for s in sieve.steps if s.why in (NOT_KNOWN, NOT_DATED, NO_CONTACT)]
    policy = _ignoring(protocol.endpoint)
    policy_end, policy_event, *_ = _ends(policy, columns, zero)
    status, exits = _times(protocol, event[keep], end[keep], start[keep])
    follow_up = FollowUp(
        exit=exits,
        status=status,
        cause_names=("event",),
        unit=definition.unit,
        clock=CLOCK,
        definition=f"{definition.definition_id}, edition {definition.edition}, {counted}",
        endpoint=definition.definition_id,
        origin=origins[0],
        missing=sum(missing),
        child_ids=cohort.children["course_id"].to_numpy()[keep],
    )
    status, exits = _times(protocol, policy_event[keep], policy_end[keep], start[keep])
    return AlignedGroup(
        group=group,
        children=len(cohort),
        steps=tuple(sieve.steps),
        follow_up=follow_up,
        covariates=np.asarray(x[keep], dtype=np.float64),
        waits=np.zeros(0) if begun is None else (begun - zero)[keep].astype(np.float64),
        period=_period(cohort, zero, keep),
        imprecise=int(np.count_nonzero(imprecise & keep)),
        crossed=_crossed(protocol, group, columns, zero, keep),
        after=AfterStart(
            policy=replace(follow_up, exit=exits, status=status),
            days=days_after(policy, columns, start, keep),
            molecular=relapse_after(columns, start, keep),
        ),
    )


def _ignoring(endpoint: Endpoint) -> Endpoint:
    """The endpoint with every other treatment ignored."""
    return under_strategy(endpoint, "ignore") if kinds_of(endpoint) else endpoint


def _times(protocol: Protocol, event: Days, end: Days, start: Days) -> tuple[IntArray, FloatArray]:
    """Status, and days from the start to the event or to the last day seen."""
    had = event != NEVER
    exits = np.where(had, event, end) - start
    status = had.astype(np.int64)
    if protocol.last_day is not None:
        status = np.where(exits > protocol.last_day, 0, status)
        exits = np.minimum(exits, protocol.last_day)
    return status, np.maximum(exits, 0).astype(np.float64)


def _ends(endpoint: Endpoint, columns: CohortColumns, zero: Days) -> tuple[Days, Days, Mask, Mask]:
    """Last day seen (or censored by the definition), first event, and whether dates are in doubt.

    Only what happens from time zero on counts.
    """
    contact, death = columns.kind("last_contact"), columns.kind("death")
    end = np.maximum(contact.last_days(contact.visible), death.last_days(death.visible))
    event = np.full(columns.children, NEVER, dtype=np.int32)
    undated = np.zeros(columns.children, dtype=bool)
    imprecise = np.zeros(columns.children, dtype=bool)
    for moment in endpoint.moments:
        if moment.strategy == "ignore":
            continue
        events = columns.kind(moment.sign.kind)
        held = events.where(moment.sign.where) & (
            (events.day >= zero[events.child]) | (events.day == NEVER)
        )
        first = events.first_days(held)
        undated |= events.has_any(held & (events.day == NEVER)) & (first == NEVER)
        if moment.strategy == "censor":
            end = np.where(first < end, first, end)
            continue
        if events.reach is not None:
            imprecise |= events.has_any(held & (events.reach > 0))
        event = np.minimum(event, first)
    # What follows the day a definition censors on is not seen.
    censored = _censored_day(endpoint, columns, zero)
    return end, np.where(event > censored, NEVER, event).astype(np.int32), undated, imprecise


def _censored_day(endpoint: Endpoint, columns: CohortColumns, zero: Days) -> Days:
    """The first day on which the definition stops following a child."""
    found = np.full(columns.children, NEVER, dtype=np.int32)
    for moment in endpoint.moments:
        if moment.strategy == "censor":
            events = columns.kind(moment.sign.kind)
            held = events.where(moment.sign.where) & (events.day >= zero[events.child])
            found = np.minimum(found, events.first_days(held))
    return found


def _refuse_few(group: Group, sieve: _Sieve, day: int) -> None:
    """Refuse a group that eligibility and the wait have emptied."""
    stay = int(np.count_nonzero(sieve.keep))
    if stay >= FEWEST:
        return
    gone = ", ".join(f"{step.left} {step.why.replace('_', ' ')}" for step in sieve.steps)
    raise EstimandError(
        f"Of {sieve.keep.size} children of the {group.name} group {stay} are left on day {day} "
        f"after time zero ({gone}). Below {FEWEST} a comparison would rest on single children. "
        "Widen the eligibility, move the landmark, or describe the group without a comparison."
    )


def _period(cohort: Cohort, zero: Days, keep: Mask) -> tuple[int, int] | None:
    """First and last calendar year of time zero, where the file holds dates."""
    dates = cohort.children["day0"].to_list()
    years = [
        (day0 + timedelta(days=int(day))).year
        for day0, day, kept in zip(dates, zero, keep, strict=True)
        if kept and day0 is not None and day != NEVER
    ]
    return (min(years), max(years)) if years else None


def _crossed(
    protocol: Protocol, group: Group, columns: CohortColumns, zero: Days, keep: Mask
) -> int:
    """How many children later had the other group's treatment."""
    other = protocol.control if group.name == "treated" else protocol.treated
    if other.starts is None:
        return 0
    day = first_day_of(columns, other.starts)
    return int(np.count_nonzero(keep & (day != NEVER) & (day >= zero)))

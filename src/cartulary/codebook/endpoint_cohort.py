# SPDX-License-Identifier: Apache-2.0
"""The columnar interpreter: one endpoint on a whole cohort. It must agree with the plain one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from cartulary.codebook.endpoint import (
    CENSORED,
    DOUBT_RESPONSE_NOT_ASSESSED,
    MISSING,
    NO_RESPONSE,
    NOT_INFUSED,
    RESPONSE,
    UNDATED,
    WHY_DECLINED,
    WHY_FOLLOWED_TOO_SHORT,
    WHY_LEFT_BEFORE_ENTRY,
    WHY_NO_INDICATION_DAY,
    WHY_NO_LAST_CONTACT,
    WHY_NO_REMISSION,
    WHY_NOT_APHERESED,
    WHY_NOT_ASSESSED,
    WHY_NOT_INFUSED,
    Endpoint,
    Moment,
    NoRemission,
    ResponseRule,
)
from cartulary.codebook.endpoint_cohort_view import CohortView
from cartulary.codebook.endpoint_columns import (
    NEVER,
    Codes,
    Days,
    EventColumns,
    Mask,
    Rows,
    first_rows,
    last_rows,
)
from cartulary.codebook.endpoint_split import DAYS_AFTER_INFUSION, UNKNOWN_CLASS, splitting_scale
from cartulary.codebook.scale_columns import grade_column
from cartulary.course.cohort import Cohort

COLUMNS: Final = (
    "child",
    "in_population",
    "why_not",
    "entry",
    "exit",
    "status",
    "start_day",
    "doubt",
)


def outcomes(cohort: Cohort, endpoint: Endpoint) -> pl.DataFrame:
    """What every course of a cohort means under one endpoint, as `endpoint_course.outcome` says it.

    Arguments: a cohort of n children; an endpoint from `endpoint_reader.endpoint`.
    Returns: a frame of n rows, one a child in the order of the cohort: child (row number),
    in_population, why_not, entry and exit (days from the clock, null where there are none),
    status, start_day (study day on which the clock starts), doubt.
    Refuses nothing: a child that cannot be judged is `missing`, with the reason.

    >>> import polars as pl
    >>> from cartulary.codebook.endpoint_reader import endpoint
    >>> children = pl.DataFrame({"course_id": ["a"], "origin": ["simulated"]})
    >>> events = {"infusion": {"child": [0], "day": [30]}, "death": {"child": [0], "day": [430]}}
    >>> cohort = Cohort(children, {kind: pl.DataFrame(rows) for kind, rows in events.items()})
    >>> outcomes(cohort, endpoint("os.infusion")).select("exit", "status").row(0)
    (400, 'death')
    """
    return _Reading(cohort, endpoint).frame()


@dataclass(slots=True)
class _Found:
    """What a search for one moment gave, for every child."""

    days: Days
    causes: Codes | None = None
    undated: Mask | None = None


class _Reading:
    """A cohort read with one definition in hand; every array has one place a child."""

    def __init__(self, cohort: Cohort, endpoint: Endpoint) -> None:
        self.view = CohortView(cohort, endpoint.definition)
        self.n = len(cohort)
        self.endpoint = endpoint
        self.statuses = ["", *endpoint.statuses]
        self.reasons = [""]
        self.why: Codes = np.zeros(self.n, dtype=np.uint8)
        self.inside: Mask = np.ones(self.n, dtype=bool)
        self.day: Days = np.full(self.n, NEVER, dtype=np.int32)
        self.status: Codes = np.zeros(self.n, dtype=np.uint8)
        self.doubt: Mask | None = None
        self._found: dict[str, _Found] = {}

    def frame(self) -> pl.DataFrame:
        """The outcomes as a frame."""
        self._start_clock()
        if self.endpoint.definition.response is not None:
            self._response(self.endpoint.definition.response)
            entry = np.zeros(self.n, dtype=np.int32)
        else:
            entry = self._time_to_event()
        judged = self.why == 0
        self.status[~judged & self.inside] = self._code(MISSING)
        self.status[~self.inside] = 0
        started = self.inside & (self.start != NEVER)
        exit_day = np.maximum(self.day - self.start, 0)
        doubtful = np.zeros(self.n, dtype=np.uint8)
        if self.doubt is not None:
            doubtful[self.doubt & judged] = 1
        return pl.DataFrame(
            {
                "child": np.arange(self.n, dtype=np.uint32),
                "in_population": self.inside,
                "why_not": _coded(self.why, self.reasons),
                "entry": _days_where(judged, entry),
                "exit": _days_where(judged, exit_day),
                "status": _coded(self.status, self.statuses),
                "start_day": _days_where(started, self.start),
                "doubt": _coded(doubtful, ["", DOUBT_RESPONSE_NOT_ASSESSED]),
            }
        )

    def _time_to_event(self) -> Days:
        """Fill day and status; the day on which each child comes under observation."""
        self._mark_undated()
        self._first_moment()
        open_ended = self.day == NEVER
        self.day = np.where(open_ended, self.view.end, self.day)
        self.status[open_ended] = self._code(CENSORED)
        self._mark(self.day == -NEVER, WHY_NO_LAST_CONTACT)
        entry = np.maximum(-self.start, 0)
        self._mark(np.maximum(self.day - self.start, 0) < entry, WHY_LEFT_BEFORE_ENTRY)
        for moment in self.endpoint.moments:
            if moment.no_remission is not None and moment.decides:
                self._mark_unassessed(moment.no_remission)
        return entry

    def _code(self, status: str) -> int:
        return self.statuses.index(status)

    def _mark(self, children: Mask, reason: str) -> None:
        """Give children a reason, unless they have one."""
        if not bool(children.any()):
            return
        if reason not in self.reasons:
            self.reasons.append(reason)
        self.why[children & (self.why == 0)] = self.reasons.index(reason)

    def _leave_out(self, children: Mask, reason: str) -> None:
        """These children are not in the population."""
        self._mark(children, reason)
        self.inside &= ~children

    # --- the clock -----------------------------------------------------------------------------

    def _start_clock(self) -> None:
        """Who is in the population, and why a clock cannot start."""
        start = self.endpoint.clock.start
        if start == "indication":
            self._leave_out(self.view.was_declined(), WHY_DECLINED)
            self._mark(self.view.indication == NEVER, WHY_NO_INDICATION_DAY)
            return
        if start == "apheresis":
            self._mark_never("apheresis", self.view.apheresis, WHY_NOT_APHERESED)
            return
        self._mark_never("infusion", self.view.infusion, WHY_NOT_INFUSED)
        if start == "remission":
            self._mark(self.view.remission_is_undated, f"{UNDATED}remission")
            self._leave_out((self.why == 0) & (self.view.remission == NEVER), WHY_NO_REMISSION)

    def _mark_never(self, kind: str, days: Days, never: str) -> None:
        undated = (days == NEVER) & self.view.ever(kind)
        self._mark(undated, f"{UNDATED}{kind}")
        self._leave_out((days == NEVER) & ~undated, never)

    @cached_property
    def start(self) -> Days:
        """The study day on which each clock starts."""
        return {
            "indication": lambda: self.view.indication,
            "apheresis": lambda: self.view.apheresis,
            "infusion": lambda: self.view.infusion,
            "remission": lambda: self.view.remission,
        }[self.endpoint.clock.start]()

    def _anchor(self, since: str) -> Days:
        return self.start if since == "clock" else getattr(self.view, since)

    # --- moments -------------------------------------------------------------------------------

    def _mark_undated(self) -> None:
        """Children with a deciding moment on an unknown day."""
        for moment in self.endpoint.moments:
            undated = self.find(moment).undated if moment.decides else None
            if undated is not None:
                self._mark(undated, f"{UNDATED}{moment.name}")
        if self.endpoint.reads_remission:
            self._mark(self.view.remission_is_undated, f"{UNDATED}remission")

    def _first_moment(self) -> None:
        """The earliest deciding moment of each child; on one day the one that stands first."""
        for moment in self.endpoint.moments:
            if not moment.decides:
                continue
            found = self.find(moment)
            earlier = found.days < self.day
            np.copyto(self.day, found.days, where=earlier)
            if found.causes is not None:
                np.copyto(self.status, found.causes, where=earlier)
            else:
                name = CENSORED if moment.strategy == "censor" else moment.name
                self.status[earlier] = self._code(name)

    def find(self, moment: Moment) -> _Found:
        """The day on which a moment came, for every child."""
        if moment.name not in self._found:
            found = (
                self._sought(moment)
                if moment.no_remission is None
                else _Found(self._failure_day(moment.no_remission))
            )
            for sign in moment.unless:
                void = self.view.has(sign)
                found.days[void] = NEVER
                if found.undated is not None:
                    found.undated &= ~void
            self._found[moment.name] = found
        return self._found[moment.name]

    def _sought(self, moment: Moment) -> _Found:
        events = self.view.kind(moment.sign.kind)
        if not events.frame.height:
            nobody = np.zeros(self.n, dtype=np.uint8) if moment.split_by else None
            return _Found(np.full(self.n, NEVER, dtype=np.int32), nobody)
        child, held = events.child, events.where(moment.sign.where)
        since = self._anchor(moment.since)
        # An anchor that never came lies after every day, so nothing counts from it.
        low = np.maximum(since + np.int32(moment.from_day), self.start)[child]
        days = events.day
        reach = events.reach
        if moment.day_fact:
            days, reach = self._fact_days(events, moment.day_fact), None
        undated = events.has_any(held & (days == NEVER)) & (since != NEVER)
        held = held & (days != NEVER)
        if moment.day_fact and self.view.cut is not None:
            held &= days <= self.view.cut[child]
        if reach is None:
            held &= days >= low
        else:
            held &= days + reach >= low
            days = np.maximum(days, low)
        if moment.to_day is not None:
            held &= days <= (since + np.int32(moment.to_day))[child]
        rows = np.flatnonzero(held)
        if moment.day_fact:
            rows = rows[np.lexsort((days[rows], child[rows]))]
        rows = last_rows(child, rows) if moment.last else first_rows(child, rows)
        found = _Found(events.spread(rows, days[rows]), undated=undated)
        if moment.split_by and moment.strategy != "censor":
            found.causes = np.zeros(self.n, dtype=np.uint8)
            found.causes[child[rows]] = self._classes(moment, events, rows)
        return found

    def _fact_days(self, events: EventColumns, name: str) -> Days:
        return np.asarray(events.frame[name].fill_null(int(NEVER)).to_numpy(), dtype=np.int32)

    def _classes(self, moment: Moment, events: EventColumns, rows: Rows) -> Codes:
        """The cause that a scale makes of each of these events, as a status code."""
        chosen = events.frame[rows]
        infused = self.view.infusion[events.child[rows]]
        since = pl.Series(DAYS_AFTER_INFUSION, events.day[rows] - infused, dtype=pl.Int64)
        known = pl.Series(infused != NEVER)
        chosen = chosen.with_columns(pl.when(known).then(since).alias(DAYS_AFTER_INFUSION))
        column = grade_column(splitting_scale(moment.split_by), chosen.columns)
        named = chosen.select(column.alias("grade")).get_column("grade").cast(pl.String)
        coded = named.fill_null(UNKNOWN_CLASS).cast(pl.Enum(self.statuses)).to_physical()
        return np.asarray(coded.to_numpy(), dtype=np.uint8)

    def _failure_day(self, rule: NoRemission) -> Days:
        """The day of the failure to reach remission."""
        deadline = self.view.infusion + np.int32(rule.to_day)
        first = self._first_without_remission(rule)
        failed = (first != NEVER) & ~(self.view.remission <= deadline)
        days = first
        if rule.dated == "deadline":
            failed &= self.view.end >= deadline
            if self.view.cut is not None:
                failed &= deadline <= self.view.cut
            days = deadline
        elif rule.dated == "day_1":
            days = self.view.infusion + np.int32(1)
        failed &= days >= self.start
        return np.where(failed, days, NEVER)

    def _first_without_remission(self, rule: NoRemission) -> Days:
        events = self.view.kind("assessment")
        infused = self.view.infusion[events.child]
        within = (events.day >= infused + np.int32(rule.from_day)) & (
            events.day <= infused + np.int32(rule.to_day)
        )
        return events.first_days(self.view.without_remission & within & (infused != NEVER))

    def _mark_unassessed(self, rule: NoRemission) -> None:
        deadline = self.view.infusion + np.int32(rule.to_day)
        unanswered = ~(self.view.remission <= deadline) & (
            self._first_without_remission(rule) == NEVER
        )
        doubtful = unanswered & (self.day > deadline) & (self.view.infusion != NEVER)
        self.doubt = doubtful if self.doubt is None else self.doubt | doubtful

    # --- response ------------------------------------------------------------------------------

    def _response(self, rule: ResponseRule) -> None:
        """Response, failure with its name, or missing."""
        self._first_moment()
        stopped = self.day != NEVER
        infused = self.view.infusion != NEVER
        closes = self.view.infusion + np.int32(rule.to_day)
        self._mark(~infused & self.view.ever("infusion"), f"{UNDATED}infusion")
        judged = self._judge(rule, closes)
        decided = judged | (infused & stopped & (self.day <= closes))
        waiting = self.why == 0
        self._mark_undated_moments(waiting & ~decided)
        self._settle_infused(infused & ~decided, closes)
        never = ~infused & ~stopped & (self.why == 0)
        self._settle_never_infused(never, rule)

    def _mark_undated_moments(self, children: Mask) -> None:
        for moment in self.endpoint.moments:
            undated = self.find(moment).undated if moment.decides else None
            if undated is not None:
                self._mark(undated & children, f"{UNDATED}{moment.name}")

    def _settle_infused(self, children: Mask, closes: Days) -> None:
        """Infused children on whom nothing was decided are missing, each for a reason."""
        events = self.view.kind("assessment")
        said = (self.view.remission_rows | self.view.without_remission) & (events.day == NEVER)
        self._mark(children & events.has_any(said), f"{UNDATED}assessment")
        self._mark(children & (self.view.end == -NEVER), WHY_NO_LAST_CONTACT)
        self._mark(children & (self.view.end < closes), WHY_FOLLOWED_TOO_SHORT)
        self._mark(children, WHY_NOT_ASSESSED)

    def _settle_never_infused(self, children: Mask, rule: ResponseRule) -> None:
        """Children never infused are failures once they were followed for long enough."""
        self._mark(children & (self.view.end == -NEVER), WHY_NO_LAST_CONTACT)
        patience = rule.not_infused_after
        if patience is None:
            self._mark(children, WHY_FOLLOWED_TOO_SHORT)
            return
        due = self.start + np.int32(patience)
        self._mark(children & (self.view.end < due), WHY_FOLLOWED_TOO_SHORT)
        settled = children & (self.why == 0)
        np.copyto(self.day, due, where=settled)
        self.status[settled] = self._code(NOT_INFUSED)

    def _judge(self, rule: ResponseRule, closes: Days) -> Mask:
        """Fill day and status where an assessment decides, and say where."""
        events = self.view.kind("assessment")
        child = events.child
        low = np.maximum(self.view.infusion + np.int32(rule.from_day), self.start)
        high = np.minimum(closes, self.day)
        within = (events.day >= low[child]) & (events.day <= high[child])
        within &= (events.day != NEVER) & (self.view.infusion[child] != NEVER)
        good = self.view.remission_rows & within
        read = np.flatnonzero((good | self.view.without_remission) & within)
        rows = last_rows(child, read) if rule.reading == "last" else first_rows(child, read)
        verdict = np.where(good[rows], self._code(RESPONSE), self._code(NO_RESPONSE))
        judged = np.zeros(self.n, dtype=bool)
        judged[child[rows]] = True
        self.day[child[rows]] = events.day[rows]
        self.status[child[rows]] = verdict
        if rule.reading == "best":
            best = first_rows(child, np.flatnonzero(good))
            self.day[child[best]] = events.day[best]
            self.status[child[best]] = self._code(RESPONSE)
        return judged


def _coded(codes: Codes, words: list[str]) -> pl.Series:
    """Codes as the words they stand for, without a text a row."""
    return pl.Series(codes).cat.to(pl.Enum(words))


def _days_where(known: Mask, days: Days) -> pl.Series:
    """Days as a nullable column."""
    series = pl.Series(np.asarray(days, dtype=np.int32))
    return series if bool(known.all()) else series.set(pl.Series(~known), None)

# SPDX-License-Identifier: Apache-2.0
"""The plain interpreter: one endpoint on one course. It is slow, obvious, and the oracle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

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
    Outcome,
    ResponseRule,
)
from cartulary.codebook.endpoint_course_view import CourseView, is_no_response
from cartulary.codebook.endpoint_split import class_of_relapse
from cartulary.course.absence import is_known
from cartulary.course.course import Course
from cartulary.course.dates import Precision
from cartulary.course.events import (
    Apheresis,
    Assessment,
    Event,
    Infusion,
)

#: How far the middle of a month or a year lies before its last day.
REACH_DAYS: Final[Mapping[Precision, int]] = {Precision.MONTH: 16, Precision.YEAR: 183}


def outcome(course: Course, endpoint: Endpoint) -> Outcome:
    """What one course means under one endpoint.

    The outcome is the first moment of the definition that does anything, counted from the clock;
    without one the child is censored at its last contact. What lies after the data cut is unseen.
    A date known to the month or year stands at its middle; when that middle falls before the day
    on which a moment can first count, but its period reaches that day, it counts on that day.

    Arguments: a course; an endpoint from `endpoint_reader.endpoint`.
    Returns: an `Outcome`, its days counted from the clock.
    Refuses nothing: a child that cannot be judged is `missing`, with the reason.

    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> from cartulary.codebook.endpoint_reader import endpoint
    >>> course = course_from_drawing('''
    ...     day | event
    ...       0 | indication
    ...      30 | infusion
    ...     430 | death
    ... ''')
    >>> found = outcome(course, endpoint("os.infusion"))
    >>> found.exit, found.status
    (400, 'death')
    """
    return _Reading(course, endpoint).outcome()


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search for one moment gave."""

    day: int | None = None
    cause: str = ""
    undated: bool = False


_NOTHING = _Found()


class _Reading:
    """One course read with one definition in hand."""

    def __init__(self, course: Course, endpoint: Endpoint) -> None:
        self.view = CourseView(course, endpoint.definition)
        self.endpoint = endpoint

    def outcome(self) -> Outcome:
        """The clock, then the first moment that counts, then the end of follow-up."""
        reason, outside = self._why_no_clock()
        if outside:
            return Outcome(False, why_not=reason)
        if reason:
            return Outcome(True, why_not=reason, status=MISSING)
        if self.endpoint.definition.response is not None:
            return self._response(self.endpoint.definition.response)
        undated = self._undated()
        if undated:
            return self._missing(undated)
        day, status = self._first_moment()
        if day is None:
            day, status = self.view.end, CENSORED
        if day is None:
            return self._missing(WHY_NO_LAST_CONTACT)
        exit_day = max(day - self.start, 0)
        entry = max(-self.start, 0)
        if exit_day < entry:
            return self._missing(WHY_LEFT_BEFORE_ENTRY)
        return Outcome(
            in_population=True,
            entry=entry,
            exit=exit_day,
            status=status,
            start_day=self.start,
            doubt=self._doubt(day),
        )

    # --- the clock -----------------------------------------------------------------------------

    @property
    def anchors(self) -> dict[str, int | None]:
        """The days that moments count from."""
        return {
            "indication": self.view.indication,
            "apheresis": self.view.apheresis,
            "infusion": self.view.infusion,
            "remission": self.view.remission,
            "clock": self.start,
        }

    @cached_property
    def start(self) -> int:
        """The study day on which the clock starts."""
        day = {
            "indication": self.view.indication,
            "apheresis": self.view.apheresis,
            "infusion": self.view.infusion,
            "remission": self.view.remission,
        }[self.endpoint.clock.start]
        assert day is not None
        return day

    def _why_no_clock(self) -> tuple[str, bool]:
        """Why the clock cannot start, and whether that puts the child outside the population."""
        start = self.endpoint.clock.start
        if start == "indication":
            if self.view.was_declined():
                return WHY_DECLINED, True
            return (
                ("", False) if self.view.indication is not None else (WHY_NO_INDICATION_DAY, False)
            )
        if start == "apheresis":
            return self._why_never(Apheresis.kind, WHY_NOT_APHERESED)
        reason, outside = self._why_never(Infusion.kind, WHY_NOT_INFUSED)
        if reason or start == "infusion" or self.view.remission is not None:
            return reason, outside
        if self.view.remission_is_undated:
            return f"{UNDATED}remission", False
        return WHY_NO_REMISSION, True

    def _why_never(self, kind: str, never: str) -> tuple[str, bool]:
        events = self.view.visible(kind)
        if not events:
            return never, True
        if all(event.day is None for event in events):
            return f"{UNDATED}{kind}", False
        return "", False

    # --- moments -------------------------------------------------------------------------------

    def _undated(self) -> str:
        """The first deciding moment that happened on an unknown day."""
        for moment in self.endpoint.moments:
            if moment.decides and self.find(moment).undated:
                return f"{UNDATED}{moment.name}"
        if self.endpoint.reads_remission and self.view.remission_is_undated:
            return f"{UNDATED}remission"
        return ""

    def _first_moment(self) -> tuple[int | None, str]:
        """The earliest deciding moment; on one day the one that stands first."""
        day: int | None = None
        status = ""
        for moment in self.endpoint.moments:
            found = self.find(moment) if moment.decides else _NOTHING
            if found.day is not None and (day is None or found.day < day):
                day, status = found.day, found.cause
        return day, status

    def find(self, moment: Moment) -> _Found:
        """The day on which a moment came, if it came."""
        if any(self.view.matching(sign) for sign in moment.unless):
            return _NOTHING
        if moment.no_remission is not None:
            day = self._failure_day(moment.no_remission)
            return _NOTHING if day is None else _Found(day, moment.name)
        since = self.anchors[moment.since]
        if since is None:
            return _NOTHING
        low = max(since + moment.from_day, self.start)
        high = None if moment.to_day is None else since + moment.to_day
        undated = False
        chosen: tuple[int, Event] | None = None
        for event in self.view.matching(moment.sign):
            day = _day_of(event, moment.day_fact)
            if day is None:
                undated = True
                continue
            if not self.view.before_cut(day):
                continue
            reach = 0 if moment.day_fact else REACH_DAYS.get(event.precision, 0)
            if day < low <= day + reach:
                day = low
            if day < low or (high is not None and day > high):
                continue
            if chosen is None or (day >= chosen[0] if moment.last else day < chosen[0]):
                chosen = (day, event)
        if chosen is None:
            return _Found(undated=undated)
        return _Found(chosen[0], self._cause(moment, chosen[1]), undated)

    def _cause(self, moment: Moment, event: Event) -> str:
        if moment.strategy == "censor":
            return CENSORED
        if not moment.split_by:
            return moment.name
        assert event.day is not None
        since_infusion = None if self.view.infusion is None else event.day - self.view.infusion
        return class_of_relapse(moment, event.values(), since_infusion)

    def _failure_day(self, rule: NoRemission) -> int | None:
        """The day of the failure to reach remission, if an assessment says it failed."""
        if self.view.infusion is None:
            return None
        deadline = self.view.infusion + rule.to_day
        if self.view.remission is not None and self.view.remission <= deadline:
            return None
        first = self._first_without_remission(rule)
        if first is None:
            return None
        day = first
        if rule.dated == "deadline":
            if (
                not self.view.before_cut(deadline)
                or self.view.end is None
                or self.view.end < deadline
            ):
                return None
            day = deadline
        elif rule.dated == "day_1":
            day = self.view.infusion + 1
        return day if day >= self.start else None

    def _first_without_remission(self, rule: NoRemission) -> int | None:
        assert self.view.infusion is not None
        low, high = self.view.infusion + rule.from_day, self.view.infusion + rule.to_day
        for event in self.view.visible(Assessment.kind):
            if is_no_response(event) and event.day is not None and low <= event.day <= high:
                return event.day
        return None

    def _doubt(self, exit_day: int) -> str:
        """Whether the child passed the window for a response without anyone looking."""
        for moment in self.endpoint.moments:
            rule = moment.no_remission
            if rule is None or not moment.decides or self.view.infusion is None:
                continue
            deadline = self.view.infusion + rule.to_day
            answered = self.view.remission is not None and self.view.remission <= deadline
            if not answered and exit_day > deadline and self._first_without_remission(rule) is None:
                return DOUBT_RESPONSE_NOT_ASSESSED
        return ""

    # --- response ------------------------------------------------------------------------------

    def _response(self, rule: ResponseRule) -> Outcome:
        """Response, failure with its name, or missing."""
        if self.view.infusion is None:
            return self._never_infused(rule)
        closes = self.view.infusion + rule.to_day
        stop, stopped_by = self._first_moment()
        judged = self._judging_assessment(rule, stop)
        if judged is not None:
            return self._decided(*judged)
        if stop is not None and stop <= closes:
            return self._decided(stop, stopped_by)
        undated = self._undated()
        if undated:
            return self._missing(undated)
        if any(
            event.day is None and (is_no_response(event) or self.view.is_remission(event))
            for event in self.view.visible(Assessment.kind)
        ):
            return self._missing(f"{UNDATED}assessment")
        if self.view.end is None:
            return self._missing(WHY_NO_LAST_CONTACT)
        return self._missing(WHY_FOLLOWED_TOO_SHORT if self.view.end < closes else WHY_NOT_ASSESSED)

    def _never_infused(self, rule: ResponseRule) -> Outcome:
        if self.view.visible(Infusion.kind):
            return self._missing(f"{UNDATED}infusion")
        undated = self._undated()
        if undated:
            return self._missing(undated)
        day, cause = self._first_moment()
        if day is not None:
            return self._decided(day, cause)
        if self.view.end is None:
            return self._missing(WHY_NO_LAST_CONTACT)
        patience = rule.not_infused_after
        if patience is None or self.view.end < self.start + patience:
            return self._missing(WHY_FOLLOWED_TOO_SHORT)
        return self._decided(self.start + patience, NOT_INFUSED)

    def _judging_assessment(self, rule: ResponseRule, stop: int | None) -> tuple[int, str] | None:
        """Day and verdict of the assessment that decides."""
        assert self.view.infusion is not None
        low = max(self.view.infusion + rule.from_day, self.start)
        high = self.view.infusion + rule.to_day
        if stop is not None:
            high = min(high, stop)
        read: list[tuple[int, str]] = []
        for event in self.view.visible(Assessment.kind):
            if event.day is None or not low <= event.day <= high:
                continue
            if self.view.is_remission(event):
                read.append((event.day, RESPONSE))
            elif is_no_response(event):
                read.append((event.day, NO_RESPONSE))
        if not read:
            return None
        if rule.reading == "last":
            return read[-1]
        if rule.reading == "best":
            return next((found for found in read if found[1] == RESPONSE), read[0])
        return read[0]

    def _decided(self, day: int, status: str) -> Outcome:
        return Outcome(
            in_population=True,
            entry=0,
            exit=day - self.start,
            status=status,
            start_day=self.start,
        )

    def _missing(self, reason: str) -> Outcome:
        return Outcome(True, why_not=reason, status=MISSING, start_day=self.start)


def _day_of(event: Event, day_fact: str) -> int | None:
    """The day that a moment reads from an event: its own, or that of a fact."""
    if not day_fact:
        return event.day
    day = event.values()[day_fact]
    return day if is_known(day) else None

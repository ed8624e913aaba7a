# SPDX-License-Identifier: Apache-2.0
"""What a schedule asks of one course on one day: the plain reading, pure and without a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from typing import Final

from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.schedule import (
    DueItem,
    DueStatus,
    ItemKind,
    NewInfusion,
    Schedule,
    ScheduleExample,
    Step,
    whole_days,
)
from cartulary.course.absence import is_known
from cartulary.course.checks.history import Span, span_of
from cartulary.course.course import Course
from cartulary.course.dates import Precision
from cartulary.course.events import (
    EVENT_TYPE_OF_KIND,
    Consent,
    Death,
    Infusion,
    LastContact,
    Lymphodepletion,
)
from cartulary.course.events.ending import FollowUpStatus

#: How far before a target without a window the last contact is shown to who must decide.
LOOK_BACK_DAYS: Final = whole_days(months=6)


@dataclass(frozen=True, slots=True)
class _Start:
    """One infusion as a clock: its number, its day, and the day before the next regimen."""

    number: int
    day: int
    about: bool
    last_day: int | None


def due_items(course: Course, schedule: Schedule, today_day: int) -> tuple[DueItem, ...]:
    """Everything that a schedule asks of one child, and how each item stands on a day.

    A contact is done by an event that shows the child was seen within its window; one known to
    the month or year counts when it can lie in it. After the window it is late, until the child
    is seen: before the next contact is due that is done late, after that it was missed. Where the
    source states no window, what was seen from the target on counts, and what was seen shortly
    before it does not by itself: the item then asks.

    Arguments: a course; a schedule; `today_day`, the study day that stands for today.
    Returns: a `DueItem` for each step and each infusion it counts from, by target day.
    Refuses nothing. A child that was not infused has only the items that its age asks for.

    >>> from cartulary.codebook.schedule_reader import schedule
    >>> drawn = course_from_drawing("day 0 is infusion\\n0 | infusion |\\n90 | assessment |")
    >>> items = due_items(drawn, schedule("cibmtr_15_year"), 220)
    >>> [(item.name, item.status.value, item.days) for item in items[:3]]
    [('day_100', 'done', 0), ('month_6', 'late', 7), ('year_1', 'upcoming', 146)]
    """
    follow_up = _FollowUp(course, schedule)
    items = [
        item
        for start in _starts(course, schedule.new_infusion)
        for item in _sequence(follow_up, start, today_day)
    ]
    items += _coming_of_age(follow_up, today_day)
    return tuple(sorted(items, key=lambda item: (item.target_day, item.infusion, item.name)))


def example_items(example: ScheduleExample, schedule: Schedule) -> dict[str, DueItem]:
    """The items of a worked example: by name, and by `name/infusion` for each infusion."""
    items = due_items(course_from_drawing(example.course), schedule, example.today_day)
    found: dict[str, DueItem] = {}
    for item in items:
        found.setdefault(item.name, item)
        found[f"{item.name}/{item.infusion}"] = item
    return found


class _FollowUp:
    """When the child was seen, and when follow-up ended."""

    def __init__(self, course: Course, schedule: Schedule) -> None:
        self.course = course
        self.schedule = schedule
        kinds = tuple(EVENT_TYPE_OF_KIND[kind] for kind in schedule.seen_by)
        spans = [span_of(event) for event in course if isinstance(event, kinds)]
        self.seen: tuple[Span, ...] = tuple(sorted(span for span in spans if span is not None))
        self.end_day = self._end()

    def _end(self) -> int | None:
        """The day of death, or the last contact of a child who left; None while followed."""
        death = self.course.first(Death)
        if death is not None:
            return death.day
        contact = self.course.last(LastContact)
        left = (FollowUpStatus.LOST, FollowUpStatus.WITHDRAWN)
        if contact is None or contact.status not in left:
            return None
        return contact.day

    def first_seen(self, first: int, last: int | None) -> int | None:
        """The first day between two days on which the child can have been seen."""
        for span in self.seen:
            if span.last >= first and (last is None or first <= last >= span.first):
                middle = max(first, (span.first + span.last) // 2)
                return middle if last is None else min(middle, last)
        return None

    def last_seen(self, first: int, last: int) -> int | None:
        """The last day between two days on which the child was seen for certain."""
        days = [span.last for span in self.seen if span.first >= first and span.last <= last]
        return max(days, default=None)


def _starts(course: Course, new_infusion: NewInfusion) -> Iterator[_Start]:
    """The infusions that start the clock, in order; days they share count once."""
    dated: list[tuple[int, Precision]] = []
    for infusion in course.all(Infusion):
        if infusion.day is not None and infusion.day not in [day for day, _ in dated]:
            dated.append((infusion.day, infusion.precision))
    if not dated:
        return
    if new_infusion is NewInfusion.NOT_STATED:
        day, precision = dated[0]
        yield _Start(1, day, precision is not Precision.DAY, None)
        return
    ends = [_day_before(course, one[0], other[0]) for one, other in pairwise(dated)]
    for number, ((day, precision), end) in enumerate(zip(dated, [*ends, None], strict=True), 1):
        yield _Start(number, day, precision is not Precision.DAY, end)


def _day_before(course: Course, infusion_day: int, next_infusion_day: int) -> int:
    """The day before the regimen of a new infusion; before the infusion where none is recorded."""
    begun = [
        event.day
        for event in course.all(Lymphodepletion)
        if event.day is not None and infusion_day < event.day <= next_infusion_day
    ]
    return max(infusion_day, max(begun, default=next_infusion_day) - 1)


def _sequence(follow_up: _FollowUp, start: _Start, today_day: int) -> Iterator[DueItem]:
    """The items that count from one infusion."""
    schedule = follow_up.schedule
    yield from (
        _form(follow_up, step, start, today_day)
        for step in schedule.steps
        if step.kind is ItemKind.FORM
    )
    contacts = [step for step in schedule.steps if step.kind is ItemKind.CONTACT]
    for step, after in zip_longest(contacts, contacts[1:]):
        item = _new_item(schedule, step, start)
        if start.last_day is not None and _last_of(item) > start.last_day:
            shown = follow_up.first_seen(start.day + _first_of(step), start.last_day)
            if shown is not None:
                yield replace(item, status=DueStatus.DONE, done_day=shown)
                continue
            # The record itself shows the child there: its next regimen begins the day after.
            yield replace(
                item,
                target_day=start.last_day,
                opens_day=start.last_day,
                closes_day=start.last_day,
                status=DueStatus.DONE,
                done_day=start.last_day,
                cut_short=True,
            )
            return
        next_day = None if after is None else start.day + _first_of(after)
        yield _contact(follow_up, item, next_day, today_day)


def _new_item(schedule: Schedule, step: Step, start: _Start) -> DueItem:
    return DueItem(
        schedule_id=schedule.schedule_id,
        edition=schedule.edition,
        name=step.name,
        kind=step.kind,
        words=step.words,
        asks=step.asks,
        infusion=start.number,
        target_day=start.day + step.day,
        opens_day=None if step.opens_day is None else start.day + step.opens_day,
        closes_day=None if step.closes_day is None else start.day + step.closes_day,
        status=DueStatus.UPCOMING,
        about=start.about,
    )


def _first_of(step: Step) -> int:
    """The first day on which a contact counts by itself."""
    return step.day if step.opens_day is None else step.opens_day


def _last_of(item: DueItem) -> int:
    return item.target_day if item.closes_day is None else item.closes_day


def _contact(follow_up: _FollowUp, item: DueItem, next_day: int | None, today_day: int) -> DueItem:
    """How a contact stands: seen in time, seen late, missed, ended, or still to come."""
    opens = item.target_day if item.opens_day is None else item.opens_day
    before_next = None if next_day is None else next_day - 1
    closes = before_next if item.closes_day is None else item.closes_day
    shown = follow_up.first_seen(opens, closes)
    if shown is not None:
        return replace(item, status=DueStatus.DONE, done_day=shown)
    if item.closes_day is not None and before_next is not None:
        shown = follow_up.first_seen(item.closes_day + 1, before_next)
        if shown is not None:
            days = shown - item.closes_day
            return replace(item, status=DueStatus.DONE_LATE, done_day=shown, days=days)
    if next_day is not None and follow_up.first_seen(next_day, None) is not None:
        return replace(item, status=DueStatus.MISSED)
    if follow_up.end_day is not None and follow_up.end_day <= _last_of(item):
        return replace(item, status=DueStatus.ENDED)
    if follow_up.end_day is not None:
        return replace(item, status=DueStatus.MISSED)
    return _waiting(replace(item, seen_day=_nearest(follow_up, item)), opens, today_day)


def _nearest(follow_up: _FollowUp, item: DueItem) -> int | None:
    """Where no window is stated: the last contact of the half-year before the target."""
    if item.closes_day is not None:
        return None
    return follow_up.last_seen(item.target_day - LOOK_BACK_DAYS, item.target_day - 1)


def _waiting(item: DueItem, opens: int, today_day: int) -> DueItem:
    """How an item stands that nothing has settled yet."""
    if today_day < opens:
        return replace(item, status=DueStatus.UPCOMING, days=opens - today_day)
    if item.closes_day is None:
        return replace(item, status=DueStatus.ASK, days=today_day - item.target_day)
    if today_day <= item.closes_day:
        return replace(item, status=DueStatus.OPEN, days=item.closes_day - today_day)
    return replace(item, status=DueStatus.LATE, days=today_day - item.closes_day)


def _form(follow_up: _FollowUp, step: Step, start: _Start, today_day: int) -> DueItem:
    """A form that is sent in within some days of the infusion; no event of a course shows it."""
    item = _new_item(follow_up.schedule, step, start)
    return _waiting(item, start.day, today_day)


def _coming_of_age(follow_up: _FollowUp, today_day: int) -> Iterator[DueItem]:
    """Consent asked again when the child reaches an age after day 0."""
    course, schedule = follow_up.course, follow_up.schedule
    if not is_known(course.age_days_at_day0):
        return
    steps = [step for step in schedule.steps if step.kind is ItemKind.CONSENT]
    asked = sorted(event.day for event in course.all(Consent) if event.day is not None)
    for step in steps:
        target = step.day - course.age_days_at_day0
        if target <= 0:
            continue
        item = _new_item(schedule, step, _Start(0, -course.age_days_at_day0, False, None))
        answered = next((day for day in asked if day >= target), None)
        if answered is not None:
            yield replace(item, status=DueStatus.DONE, done_day=answered)
        elif follow_up.end_day is not None:
            yield replace(item, status=DueStatus.ENDED)
        else:
            yield _waiting(item, target, today_day)

# SPDX-License-Identifier: Apache-2.0
"""What is due for one child, on the calendar: the schedules that a centre follows, and answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings

from cartulary.codebook.schedule import DueItem, DueStatus, ItemKind, Schedule, Step
from cartulary.codebook.schedule_due import due_items
from cartulary.codebook.schedule_reader import schedule, schedules
from cartulary.course.course import Course

#: What a ledger follows unless its settings name others in CARTULARY_SCHEDULES.
DEFAULT_SCHEDULES: Final = ("cibmtr_15_year", "consent_at_majority")

#: The kind of the entries by which people answer a worklist, and how their events are named.
SNOOZE: Final = "snooze"

_KEPT: Final = (DueStatus.DONE, DueStatus.DONE_LATE)


@dataclass(frozen=True, slots=True)
class DueDates:
    """One item as a row of the worklist. Without a stated window, it opens and closes on target."""

    item: str
    opens: date
    target: date
    closes: date
    done_on: date | None
    owner: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody last said about one item, besides recording the contact itself.

    `until`: not before this date. `owner`: who sees to it. `settled_on`: it counts as done then.
    """

    until: date | None = None
    owner: str = ""
    settled_on: date | None = None

    def payload(self, item: str) -> dict[str, Any]:
        """The same as an entry keeps it; `date` sorts, and hides the item until then."""
        until = self.until.isoformat() if self.until else None
        return {
            "date": until,
            "item": item,
            "owner": self.owner,
            "settled_on": self.settled_on.isoformat() if self.settled_on else None,
        }


def answer_of(payload: Mapping[str, Any]) -> Answer:
    """The answer that a payload holds."""
    return Answer(
        until=_date(payload.get("date")),
        owner=str(payload.get("owner") or ""),
        settled_on=_date(payload.get("settled_on")),
    )


def answer_event(item: str) -> str:
    """The event under which the answers to an item stand.

    >>> answer_event("cibmtr_15_year/1/day_100")
    'snooze/cibmtr_15_year/1/day_100'
    """
    return f"{SNOOZE}/{item}"


def followed() -> tuple[Schedule, ...]:
    """The schedules that this ledger follows."""
    named = getattr(settings, "CARTULARY_SCHEDULES", None) or DEFAULT_SCHEDULES
    return tuple(schedule(name) for name in named)


def step_of(item: str) -> tuple[Schedule, Step, int] | None:
    """The schedule, step and infusion that an item's key names; None when no file knows it now.

    >>> found = step_of("cibmtr_15_year/2/month_6")
    >>> found[1].words.nl, found[2]
    ('6 maanden', 2)
    """
    schedule_id, _, rest = item.partition("/")
    infusion, _, name = rest.partition("/")
    known = schedules().get(schedule_id)
    step = known.step(name) if known else None
    if known is None or step is None or not infusion.isdigit():
        return None
    return known, step, int(infusion)


def dates_of(course: Course, answers: Mapping[str, Answer], owner: str) -> list[DueDates]:
    """What is pending or was done for a child, as rows; none for a child whose day 0 has no date.

    Whether an item is pending depends on events alone, so the rows hold on any day.
    """
    if course.day0 is None:
        return []
    rows = []
    for one in followed():
        for item in due_items(course, one, 0):
            if not (item.is_pending or item.status in _KEPT):
                continue
            row = _row(item, course.day0, owner)
            rows.append(_answered(row, answers.get(item.key)))
    return rows


def answers_in(rows: Iterable[tuple[str, str]]) -> dict[str, Answer]:
    """Answers by item, from the payloads of the child's entries of kind "snooze"."""
    found = {}
    for event, text in rows:
        found[event.removeprefix(f"{SNOOZE}/")] = answer_of(json.loads(text))
    return found


def _row(item: DueItem, day0: date, owner: str) -> DueDates:
    def on(day: int | None) -> date:
        return day0 + timedelta(days=item.target_day if day is None else day)

    return DueDates(
        item=item.key,
        opens=on(item.opens_day),
        target=on(item.target_day),
        closes=on(item.closes_day),
        done_on=None if item.done_day is None else on(item.done_day),
        owner=owner,
    )


def _answered(row: DueDates, answer: Answer | None) -> DueDates:
    """The row with its owner, and done where somebody said it counts."""
    if answer is None:
        return row
    done_on = row.done_on or answer.settled_on
    return replace(row, owner=answer.owner or row.owner, done_on=done_on)


def _date(text: Any) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) and text else None


def is_consent(item: str) -> bool:
    """Whether the item asks for consent."""
    found = step_of(item)
    return found is not None and found[1].kind is ItemKind.CONSENT

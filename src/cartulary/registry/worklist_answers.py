# SPDX-License-Identifier: Apache-2.0
"""What a person answers to an item that is due: seen elsewhere, moved, died, later, mine, done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from cartulary.course.dates import PartialDate
from cartulary.course.events import Death, LastContact
from cartulary.course.events.ending import FollowUpStatus
from cartulary.course.problem import Problem, Severity
from cartulary.registry.change import Change, Hand, Refused
from cartulary.registry.models import Current, Due, Entry
from cartulary.registry.said_anew import next_version, require_reason
from cartulary.registry.worklist_due import SNOOZE, Answer, answer_event, answers_in
from cartulary.registry.writing import append


def seen_elsewhere(hand: Hand, due: Due, on: PartialDate, where: str, *, now: datetime) -> Entry:
    """Write that the child was seen in another hospital: a last contact, still in follow-up."""
    require_reason(where, due.child.course_id)
    return _event(hand, due, LastContact.kind, on, where, {"status": FollowUpStatus.FOLLOWED.value},
                  now)  # fmt: skip


def moved(hand: Hand, due: Due, on: PartialDate, where: str, *, now: datetime) -> Entry:
    """Write that the child moved out of sight: a last contact, after which nothing is due."""
    require_reason(where, due.child.course_id)
    return _event(hand, due, LastContact.kind, on, where, {"status": FollowUpStatus.LOST.value},
                  now)  # fmt: skip


def died(
    hand: Hand, due: Due, on: PartialDate, source: str, *, cause: str = "", now: datetime
) -> Entry:
    """Write the child's death; after it nothing is due."""
    facts = {"cause": cause} if cause else {}
    return _event(hand, due, Death.kind, on, source, facts, now)


def snooze(hand: Hand, due: Due, until: date, reason: str, *, now: datetime) -> Entry:
    """Hide an item until a date, with the reason; it does not count as done."""
    require_reason(reason, due.child.course_id)
    if until <= now.date():
        raise Refused(
            [
                Problem(
                    Severity.ERROR,
                    "snooze.past",
                    "The item cannot be put off to a day that is past.",
                    "It would stay where it is.",
                    "Give a later date.",
                    value=until.isoformat(),
                    course_id=due.child.course_id,
                )
            ]
        )
    return _answer(hand, due, reason, now, until=until)


def wake(hand: Hand, due: Due, reason: str, *, now: datetime) -> Entry:
    """Show a snoozed item again."""
    return _answer(hand, due, reason, now, until=None)


def take(hand: Hand, due: Due, owner: str, reason: str, *, now: datetime) -> Entry:
    """Say who sees to an item."""
    return _answer(hand, due, reason, now, owner=owner)


def settle(hand: Hand, due: Due, on: date, reason: str, *, now: datetime) -> Entry:
    """Say that an item counts as done: a form that was sent, or a contact without a window."""
    require_reason(reason, due.child.course_id)
    return _answer(hand, due, reason, now, settled_on=on, until=None)


def answer_to(due: Due) -> tuple[Answer, Current | None]:
    """What was last said about an item, and the row that says it."""
    event = answer_event(due.item)
    row = Current.objects.filter(child=due.child_id, event=event).first()
    if row is None or row.withdrawn:
        return Answer(), row
    return answers_in([(row.event, row.payload)])[due.item], row


def _answer(hand: Hand, due: Due, reason: str, now: datetime, **said: Any) -> Entry:
    answer, standing = answer_to(due)
    payload = replace(answer, **said).payload(due.item)
    event = answer_event(due.item)
    change = next_version(due.child_id, event, SNOOZE, standing, payload, reason)
    return append(hand, [change], now=now)[0]


def _event(
    hand: Hand,
    due: Due,
    kind: str,
    on: PartialDate,
    source: str,
    facts: dict[str, Any],
    now: datetime,
) -> Entry:
    payload: dict[str, Any] = {"date": str(on), "facts": facts}
    if source.strip():
        payload["source"] = source.strip()
    change = Change(due.child_id, "", kind, "write", payload, 0, source.strip())
    return append(hand, [change], now=now)[0]


def why_later(due: Due) -> tuple[date | None, str, str]:
    """Until when an item was put off, why, and by whom."""
    answer, row = answer_to(due)
    if row is None:
        return None, "", ""
    entry = Entry.objects.filter(centre=due.centre_id, number=row.entry).first()
    return answer.until, entry.reason if entry else "", entry.author if entry else ""

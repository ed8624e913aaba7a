# SPDX-License-Identifier: Apache-2.0
"""The versions of one event: who wrote what, when, why, and what it said before."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.utils import timezone

from cartulary.course.errors import CourseError
from cartulary.course.events import Event
from cartulary.registry.courses import history_of
from cartulary.registry.models import Account, Act, Entry
from cartulary.registry.payload import event_of
from cartulary.web.entry.place import Place
from cartulary.web.entry.said_values import Difference, SaidFact, differences, said_facts
from cartulary.web.entry.spoken import date_words, language, number_words


@dataclass(frozen=True, slots=True)
class Version:
    """One entry of an event, with what it changed."""

    number: str
    version: int
    act: str
    act_words: str
    author: str
    date: str
    time: str
    reason: str
    via: str
    changes: tuple[Difference, ...]
    said: tuple[SaidFact, ...]


def versions_of(place: Place) -> list[Version]:
    """Every version of the event at this place, the last one first."""
    entries = history_of(place.child, place.event)
    names = names_of({entry.author for entry in entries})
    found: list[Version] = []
    before: tuple[Event, dict[str, object]] | None = None
    for entry in entries:
        now = _event(entry, place)
        changes: tuple[Difference, ...] = ()
        if now is not None and before is not None:
            rows = differences([before, now], place.anchors)
            changes = tuple(row for row in rows if row.differs)
        said = tuple(said_facts(now[0], place.anchors, now[1])) if now is not None else ()
        act = Act(entry.act)
        local = timezone.localtime(entry.recorded_at)
        found.append(
            Version(
                number_words(entry.number),
                entry.version,
                entry.act,
                act.nl if language() == "nl" else act.en,
                names.get(entry.author, entry.author),
                date_words(local.date()),
                f"{local:%H:%M}",
                entry.reason,
                entry.via,
                changes,
                said,
            )
        )
        before = now or before
    return found[::-1]


def _event(entry: Entry, place: Place) -> tuple[Event, dict[str, object]] | None:
    payload = json.loads(entry.payload)
    if not isinstance(payload, dict):
        return None
    try:
        return event_of(entry.kind, entry.event, payload, place.child.day0), payload
    except CourseError:
        # Written when the child's day 0 was another: it cannot be shown beside the others.
        return None


def names_of(usernames: set[str]) -> dict[str, str]:
    """The full names of these people, where their accounts have one."""
    return {
        account.get_username(): account.get_full_name() or account.get_username()
        for account in Account.objects.filter(username__in=usernames)
    }

# SPDX-License-Identifier: Apache-2.0
"""From a form that was read to entries in the ledger: the event, and why what is odd stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from cartulary.course.events import Event
from cartulary.registry.change import Change, Hand
from cartulary.registry.models import Child, Entry, Finding
from cartulary.registry.payload import payload_of
from cartulary.registry.worklist_findings import not_an_error
from cartulary.registry.writing import append
from cartulary.web.entry.form_reading import FormRead
from cartulary.web.entry.place import Place


def payload_with_reasons(event: Event, read: FormRead, child: Child) -> dict[str, Any]:
    """The payload of an event, with its time of day and with why values stand or are absent."""
    payload = payload_of(event, child.day0)
    if read.moment is not None and read.moment.time:
        payload["time"] = read.moment.time
    if reasons := read.reasons():
        payload["reasons"] = reasons
    if absent_why := read.absent_why():
        payload["absent_why"] = absent_why
    return payload


def written_before(place: Place, once: str) -> Entry | None:
    """The entry that this very form wrote already, when it is sent a second time."""
    if not once:
        return None
    found = Entry.objects.filter(centre=place.child.centre, client_id=once).first()
    same = found is not None and (found.child, found.kind) == (place.child.key, place.kind)
    return found if same else None


def save(
    hand: Hand, child: Child, change: Change, because: Mapping[str, str], now: datetime
) -> Entry:
    """Write a change and, for each rule it breaks with a reason, why that is no error.

    All of it or nothing. `because` holds the reasons by rule.
    """
    with transaction.atomic():
        entry = append(hand, [change], now=now)[0]
        for rule, why in because.items():
            for finding in Finding.objects.filter(child=child, rule=rule, resolution__isnull=True):
                if entry.event in finding.events:
                    not_an_error(hand, finding, why, now=now)
    return entry

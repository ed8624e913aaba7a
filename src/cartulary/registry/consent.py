# SPDX-License-Identifier: Apache-2.0
"""What the family agreed to, by purpose and by day; an export asks here first."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from cartulary.course.dates import PartialDate
from cartulary.course.events import Consent
from cartulary.course.events.treatment import ConsentStatus, Purpose
from cartulary.registry.models import Child, Current

# So many children at a time are looked up in one query.
_PART = 500


@dataclass(frozen=True, slots=True)
class Consented:
    """What holds for one purpose on one day.

    `status` is None when nothing was ever asked. `event` names the consent that decides.
    """

    permits: bool
    status: ConsentStatus | None = None
    version: str = ""
    event: str = ""


NEVER_ASKED = Consented(False)


def permits(
    child: Child, purpose: Purpose, on: date, versions: Collection[str] | None = None
) -> bool:
    """Whether the child may be used for a purpose on a day.

    The last consent for the purpose on or before that day decides; without one the answer is no.
    With `versions`, only those versions of the form count as given.

    Doubt is settled for the child. Consent in "2020-03" is given from the end of that month; a
    withdrawal in it holds from its beginning, and against every consent of that month. One of
    unknown date always holds, and on one day the withdrawal has the last word.
    """
    return consents_of([child], purpose, on, versions)[child.key].permits


def consents_of(
    children: Iterable[Child],
    purpose: Purpose,
    on: date,
    versions: Collection[str] | None = None,
) -> Mapping[UUID, Consented]:
    """What holds for each of these children, as `permits` says it, in one query for many."""
    keys = [child.key for child in children]
    said: dict[UUID, list[tuple[str, Mapping[str, Any]]]] = {key: [] for key in keys}
    for start in range(0, len(keys), _PART):
        rows = Current.objects.filter(
            child__in=keys[start : start + _PART], kind=Consent.kind, withdrawn=False
        )
        for child, event, text in rows.values_list("child_id", "event", "payload"):
            said[child].append((event, json.loads(text)))
    return {key: _decided(events, purpose, on, versions) for key, events in said.items()}


def _decided(
    events: Iterable[tuple[str, Mapping[str, Any]]],
    purpose: Purpose,
    on: date,
    versions: Collection[str] | None,
) -> Consented:
    decisive: tuple[tuple[date, bool], Consented] | None = None
    for event, payload in events:
        facts = payload.get("facts") or {}
        if facts.get("purpose") != purpose:
            continue
        status = ConsentStatus(facts["status"])
        version = facts.get("version", "")
        version = version if isinstance(version, str) else ""
        given = status is ConsentStatus.GIVEN
        holds_from, latest = _when(payload.get("date"), given)
        if holds_from > on:
            continue
        good = given and (versions is None or version in versions)
        rank = (latest, not given)
        if decisive is None or rank >= decisive[0]:
            decisive = (rank, Consented(good, status, version, event))
    return NEVER_ASKED if decisive is None else decisive[1]


def _when(text: Any, given: bool) -> tuple[date, date]:
    """From which day a consent or its withdrawal holds, and the last day it may have been."""
    if not isinstance(text, str):
        # Any withdrawal may have come after a consent of unknown date, and the other way about.
        return date.min, date.min if given else date.max
    when = PartialDate.from_iso(text)
    return (when.latest if given else when.earliest), when.latest

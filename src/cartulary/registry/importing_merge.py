# SPDX-License-Identifier: Apache-2.0
"""A row of a file laid over what stands in the ledger: an empty cell never erases anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from cartulary.course.errors import CourseError
from cartulary.registry.payload import payload_of, written_event
from cartulary.registry.payload_check import check

_PLACE = re.compile(r"(?P<file>.+) row (?P<row>[0-9]{1,9})")
_WHEN = ("date", "day", "precision")


def place_in(source: str) -> tuple[str, int | None]:
    """The file and the row that a source names; ("", None) for another source.

    >>> place_in("infusion.csv row 12"), place_in("letter of 3 May")
    (('infusion.csv', 12), ('', None))
    """
    match = _PLACE.fullmatch(source)
    return (match["file"], int(match["row"])) if match else ("", None)


def merged(
    kind: str, standing: Mapping[str, Any], row: Mapping[str, Any], day0: date | None
) -> dict[str, Any]:
    """What the event would say after the import; equal to `standing` when nothing changes.

    What the file leaves open is kept: empty cells, a date that it does not know, the time, and
    the reasons given for single values. Where the two together cannot be (a value, and that it
    was below the limit), the row replaces the event as a whole.
    """
    before = dated(kind, standing, day0)
    after = _laid_over(before, row)
    try:
        check(kind, after, day0)
    except CourseError:
        after = dict(row)
    if _apart_from_source(after) != _apart_from_source(before):
        return after
    told = row.get("source", "")
    if not told or place_in(told)[1] is not None or told == before.get("source", ""):
        return dict(standing)
    return {**standing, "source": told}


def dated(kind: str, payload: Mapping[str, Any], day0: date | None) -> dict[str, Any]:
    """The same payload with calendar dates, where it has study days and day 0 has a date.

    >>> dated("infusion", {"day": 35, "facts": {"number": 1}}, date(2020, 1, 1))
    {'date': '2020-02-05', 'facts': {'number': 1}}
    """
    if day0 is None or not _has_study_days(kind, payload, day0):
        return dict(payload)
    try:
        anew = payload_of(written_event(kind, "", payload, day0), day0)
    except CourseError:
        return dict(payload)
    beside = {key: value for key, value in payload.items() if key not in (*_WHEN, "facts")}
    return {**anew, **beside}


def _has_study_days(kind: str, payload: Mapping[str, Any], day0: date) -> bool:
    facts = payload.get("facts") or {}
    return "day" in payload or any(
        name.endswith("_day") and isinstance(value, int) for name, value in facts.items()
    )


def _laid_over(before: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    says_when = row.get("date") is not None or "day" in row
    when = row if says_when else before
    after: dict[str, Any] = {key: when[key] for key in _WHEN if key in when}
    old, new = before.get("facts") or {}, row.get("facts") or {}
    after["facts"] = {**old, **new}
    if "time" in before and after.get("date") == before.get("date"):
        after["time"] = before["time"]
    for part in ("reasons", "absent_why"):
        kept = {
            name: text
            for name, text in (before.get(part) or {}).items()
            if name == "date" or new.get(name, old.get(name)) == old.get(name)
        }
        if kept:
            after[part] = kept
    if source := row.get("source", before.get("source", "")):
        after["source"] = source
    return after


def _apart_from_source(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key != "source"}

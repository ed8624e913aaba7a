# SPDX-License-Identifier: Apache-2.0
"""What the rules find in one child's course, and the reasons for which a finding stands."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cartulary.course.checks import RULES, check_course
from cartulary.course.checks.rule import Words
from cartulary.course.course import Course
from cartulary.course.problem import Problem, Severity
from cartulary.registry.change import Change, Hand
from cartulary.registry.models import Child, Current, Entry, Finding
from cartulary.registry.said_anew import next_version, require_reason
from cartulary.registry.writing import append

#: The kind of the entries that say why a finding is no error.
RESOLUTION: Final = "resolution"

_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Resolution:
    """Why a finding is not an error: it holds for this value and no other."""

    entry: int
    value: str
    because: str
    author: str = ""


def resolution_event(rule: str, events: Iterable[str]) -> str:
    """The event under which the resolution of a finding stands: the rule and the events it names.

    >>> resolution_event("dose_range", ["infusion-1"])
    'resolution/dose_range/3644084fbd3b75ae'
    """
    named = "\n".join((rule, *events)).encode()
    return f"{RESOLUTION}/{rule[:40]}/{hashlib.sha256(named).hexdigest()[:_DIGITS]}"


def found_in(course: Course) -> list[Problem]:
    """Everything that the rules find in one course, errors first."""
    return list(check_course(course, "en"))


def words_of(rule: str, problem: Mapping[str, Any], lang: str) -> Words:
    """What a finding says, in the words of its rule; as it was written where no rule knows it."""
    known = RULES.get(rule)
    if known is not None:
        return known.text(lang)
    return Words(*(str(problem.get(key, "")) for key in ("fact", "why", "remedy")))


def resolutions_in(rows: Iterable[tuple[str, int, str]]) -> dict[str, Resolution]:
    """Resolutions by their event, from event, entry number and payload of the child's entries."""
    found = {}
    for event, entry, text in rows:
        said = json.loads(text)
        found[event] = Resolution(entry, str(said.get("value", "")), str(said.get("because", "")))
    return found


@dataclass(slots=True)
class FindingRows:
    """What must happen to the rows of findings."""

    fresh: list[Finding] = field(default_factory=list)
    changed: list[Finding] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def write(self) -> None:
        """Delete, change and add, each in one statement."""
        if self.gone:
            Finding.objects.filter(pk__in=self.gone).delete()
        if self.changed:
            Finding.objects.bulk_update(self.changed, ["problem", "resolution", "severity"])
        if self.fresh:
            Finding.objects.bulk_create(self.fresh)


def compare_findings(
    child: Child,
    course: Course | None,
    rows: Iterable[Finding],
    resolutions: Mapping[str, Resolution],
    now: datetime,
    into: FindingRows,
) -> None:
    """Set the child's rows (in order of their key) beside what the rules find now.

    A finding that is still there keeps its age. A resolution holds as long as the value does.
    """
    standing: dict[tuple[str, tuple[str, ...], int], Finding] = {}
    counted: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for row in rows:
        standing[_nth(counted, row.rule, row.events)] = row
    counted.clear()
    for problem in [] if course is None else found_in(course):
        resolution = resolutions.get(resolution_event(problem.rule, problem.event_ids))
        holds = resolution is not None and resolution.value == problem.value
        entry = resolution.entry if resolution is not None and holds else None
        weight = problem.severity.value
        kept = {
            "value": problem.value,
            "fact": problem.fact,
            "why": problem.why,
            "remedy": problem.remedy,
        }
        found = standing.pop(_nth(counted, problem.rule, problem.event_ids), None)
        if found is None:
            into.fresh.append(
                Finding(
                    centre_id=child.centre_id,
                    child=child,
                    rule=problem.rule,
                    severity=weight,
                    events=list(problem.event_ids),
                    problem=kept,
                    found_at=now,
                    resolution=entry,
                )
            )
        elif (found.problem, found.resolution, found.severity) != (kept, entry, weight):
            found.problem, found.resolution, found.severity = kept, entry, weight
            into.changed.append(found)
    into.gone += [row.pk for row in standing.values()]


def not_an_error(hand: Hand, finding: Finding, because: str, *, now: datetime) -> Entry:
    """Write why a finding is not an error; it stays so until the value changes.

    Refuses (`Refused`) an empty reason.
    """
    require_reason(because, finding.child.course_id)
    payload = {
        "rule": finding.rule,
        "events": list(finding.events),
        "value": finding.problem.get("value", ""),
        "because": because.strip(),
        "date": None,
    }
    event = resolution_event(finding.rule, finding.events)
    standing = Current.objects.filter(child=finding.child_id, event=event).first()
    return _written(hand, finding, event, standing, payload, because, now)


def an_error_after_all(hand: Hand, finding: Finding, reason: str, *, now: datetime) -> Entry | None:
    """Withdraw the reason for which a finding stood; None when there was none."""
    event = resolution_event(finding.rule, finding.events)
    standing = Current.objects.filter(child=finding.child_id, event=event, withdrawn=False).first()
    if standing is None:
        return None
    change = Change(finding.child_id, event, RESOLUTION, "withdraw", None, standing.version, reason)
    return append(hand, [change], now=now)[0]


def _written(
    hand: Hand,
    finding: Finding,
    event: str,
    standing: Current | None,
    payload: Mapping[str, Any],
    because: str,
    now: datetime,
) -> Entry:
    change = next_version(finding.child_id, event, RESOLUTION, standing, payload, because)
    return append(hand, [change], now=now)[0]


def _nth(
    counted: Counter[tuple[str, tuple[str, ...]]], rule: str, events: Iterable[str]
) -> tuple[str, tuple[str, ...], int]:
    """A rule, its events, and how many times they have come up."""
    named = rule, tuple(events)
    counted[named] += 1
    return *named, counted[named]


#: The severities in the order in which they are listed.
SEVERITIES: Final = tuple(severity.value for severity in Severity)

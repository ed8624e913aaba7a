# SPDX-License-Identifier: Apache-2.0
"""What an import would do with one row: write it, change what stands, nothing, or refuse it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cartulary.course.choice import Choice
from cartulary.course.problem import Problem, Severity
from cartulary.registry.event_values import DATE, value_in


class Outcome(Choice):
    """What becomes of a row."""

    NEW = "new", "new", "nieuw"
    CHANGED = "changed", "changed", "gewijzigd"
    SAME = "same", "same", "gelijk"
    ERROR = "error", "error", "fout"
    WITHDRAWN = "withdrawn", "stays withdrawn", "blijft ingetrokken"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that would change: what the ledger says, and what the file says."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """One row of the files, and what would become of it.

    `row` is None where the file names another source, so that the row is not known. `payload` is
    what a new row would write; `before` what stands of a row that stays withdrawn.
    """

    outcome: Outcome
    kind: str
    child: str
    event: str = ""
    file: str = ""
    row: int | None = None
    differences: tuple[Difference, ...] = ()
    payload: Mapping[str, Any] | None = None
    problem: Problem | None = None

    def plain(self) -> dict[str, Any]:
        """The same as plain JSON."""
        made = asdict(self)
        made["outcome"] = self.outcome.value
        if self.problem is not None:
            made["problem"]["severity"] = self.problem.severity.value
        return made

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> RowOutcome:
        """Read back what `plain` gave."""
        made = dict(plain)
        made["outcome"] = Outcome(made["outcome"])
        made["differences"] = tuple(Difference(**one) for one in made["differences"])
        if (said := made["problem"]) is not None:
            severity, events = Severity(said["severity"]), tuple(said["event_ids"])
            made["problem"] = Problem(**{**said, "severity": severity, "event_ids": events})
        return cls(**made)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields in which two payloads of an event differ, the date first, the source last.

    >>> old = {"date": "2020-03", "facts": {"number": 1}}
    >>> [one.field for one in differences(old, {"date": "2020-03-02", "facts": {}})]
    ['date', 'number']
    """
    names = dict.fromkeys((*(before.get("facts") or {}), *(after.get("facts") or {})))
    found = [
        Difference(name, value_in(before, name), value_in(after, name))
        for name in (DATE, *names)
        if value_in(before, name) != value_in(after, name)
    ]
    beside = ("precision", "source") if not found else ("precision",)
    found += [
        Difference(name, before.get(name), after.get(name))
        for name in beside
        if before.get(name) != after.get(name)
    ]
    return tuple(found)


def child_differences(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """The parts of a child's own entry that differ."""
    return tuple(
        Difference(name, before.get(name), after.get(name))
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    )

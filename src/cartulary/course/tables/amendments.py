# SPDX-License-Identifier: Apache-2.0
"""Rows that replace other rows: chains followed to the last one, circles and forks refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cartulary.course.tables.findings import Findings


class Amending(Protocol):
    """A row that may have a name, and may replace another row of the same child."""

    @property
    def child(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def event_id(self) -> str: ...
    @property
    def replaces(self) -> str: ...


def last_of_each_chain(rows: Sequence[Amending], findings: Findings) -> list[int]:
    """The positions of the rows of one child that stand, once what is replaced is taken out.

    Reported as errors: two rows of one name, a row that replaces what is not there, two rows that
    replace the same one, and a circle, in which no row is the last.
    """
    named: dict[str, int] = {}
    for position, row in enumerate(rows):
        if not row.event_id:
            continue
        first = named.setdefault(row.event_id, position)
        if first != position:
            _say(
                findings,
                row,
                "event.twice",
                f"The event {row.event_id!r} also stands in {rows[first].file} "
                f"row {rows[first].number}.",
                "An event has one name, and a name one event.",
                "Rename one, or write its name under replaces if it corrects the other.",
            )
    replaced_by: dict[str, int] = {}
    for position, row in enumerate(rows):
        if not row.replaces:
            continue
        if row.replaces not in named:
            _say(
                findings,
                row,
                "event.replaces_nothing",
                f"The row replaces {row.replaces!r}, which this child does not have.",
                "A correction needs the event that it corrects.",
                "Write the event's name as its own row gives it, or leave the cell empty.",
            )
            continue
        first = replaced_by.setdefault(row.replaces, position)
        if first != position:
            _say(
                findings,
                row,
                "event.replaced_twice",
                f"The event {row.replaces!r} is also replaced in {rows[first].file} "
                f"row {rows[first].number}.",
                "Which of the two corrections holds is not for us to say.",
                "Let the later correction replace the earlier one.",
            )
    _report_circles(rows, named, findings)
    return [
        position
        for position, row in enumerate(rows)
        if not row.event_id or row.event_id not in replaced_by
    ]


def _report_circles(rows: Sequence[Amending], named: dict[str, int], findings: Findings) -> None:
    """Each row is followed once: work stays linear however long a chain is."""
    settled: set[int] = set()
    for start in range(len(rows)):
        path: dict[int, None] = {}
        at: int | None = start
        while at is not None and at not in settled and at not in path:
            path[at] = None
            at = named.get(rows[at].replaces) if rows[at].replaces else None
        if at is not None and at in path:
            members = list(path)
            circle = members[members.index(at) :]
            names = " -> ".join(rows[p].event_id for p in (*circle[:6], circle[0]))
            for position in circle:
                _say(
                    findings,
                    rows[position],
                    "event.circle",
                    f"These rows replace each other in a circle: {names}.",
                    "None of them is the last, so none holds.",
                    "Empty the cell under replaces of the row that was written first.",
                )
        settled.update(path)


def _say(findings: Findings, row: Amending, rule: str, fact: str, why: str, remedy: str) -> None:
    findings.error(
        rule,
        fact,
        why,
        remedy,
        value=row.replaces or row.event_id,
        file=row.file,
        row=row.number,
        course_id=row.child,
    )

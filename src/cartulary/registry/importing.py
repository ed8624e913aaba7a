# SPDX-License-Identifier: Apache-2.0
"""Tables imported into a ledger: a dry run that says what would change, then all of it or none."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cartulary.course.problem import Problem, Severity
from cartulary.course.tables import LeftOut, Readable, read_courses
from cartulary.course.tables.table_names import CHILDREN, PROGRAMME
from cartulary.registry.bulk import append_many
from cartulary.registry.change import Change, Hand
from cartulary.registry.child_payload import CHILD
from cartulary.registry.importing_outcome import Outcome, RowOutcome
from cartulary.registry.importing_plan import Planner
from cartulary.registry.importing_refusal import ImportRefused
from cartulary.registry.importing_scan import Renamed, Scan, scan
from cartulary.registry.models import Batch, Centre
from cartulary.registry.worklists import refresh_all

__all__ = ["DryRun", "ImportRefused", "Read", "commit", "dry_run", "read_tables"]

_LONGEST_FILE_NAME = 200
_SHA256_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Read:
    """The files of an import as they were read, before the ledger is looked at."""

    readable: Readable
    scan: Scan
    file_name: str
    sha256: str


@dataclass(slots=True)
class DryRun:
    """What an import would do, row by row, and in sum.

    `rows_of` counts rows by outcome, `children_of` the children that are new or changed.
    `blocked` means that an error names no child, so that no course is certain.
    """

    rows: list[RowOutcome] = field(default_factory=list)
    rows_of: dict[str, int] = field(default_factory=dict)
    children_of: dict[str, int] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    blocked: bool = False
    fingerprint: str = ""

    @property
    def errors(self) -> int:
        """How many rows cannot go in as they are."""
        return self.rows_of.get(Outcome.ERROR.value, 0)

    @property
    def changes(self) -> int:
        """How many rows would be written."""
        return sum(self.rows_of.get(o.value, 0) for o in (Outcome.NEW, Outcome.CHANGED))


def read_tables(path: Path, file_name: str, sha256: str, renamed: Renamed | None = None) -> Read:
    """Read the tables at a path, which were uploaded under a name.

    `renamed` says what they were called, where somebody said what their columns hold. Refuses
    tables with more rows than are imported at once.
    """
    before = renamed or Renamed()
    scanned = scan(path, before)
    found = read_courses(path)
    found = replace(
        found,
        courses=tuple(map(before.course, found.courses)),
        problems=tuple(map(before.problem, found.problems)),
    )
    return Read(found, scanned, file_name, sha256)


def dry_run(read: Read, centre: Centre, progress: Callable[[int], object] | None = None) -> DryRun:
    """What committing these tables would do to the ledger of a centre as it now stands.

    `progress` is called with the number of courses laid beside the ledger so far.
    """
    planner = Planner(centre, read.scan)
    found = DryRun(blocked=read.readable.blocked, left_out=list(read.readable.left_out))
    kinds = {file: kind for kind, file in read.scan.files.items()}
    found.rows = [
        _error_row(problem, kinds.get(problem.file, ""))
        for problem in read.readable.problems
        if problem.severity is Severity.ERROR
    ]
    planner.counts[Outcome.ERROR.value] += len(found.rows)
    for number, plan in enumerate(planner.plans(read.readable.courses), start=1):
        found.rows += plan.rows
        refused = [row.problem for row in plan.rows if row.problem is not None]
        if refused:
            found.left_out.append(LeftOut(plan.course_id, refused[0].fact))
        if progress is not None:
            progress(number)
    found.rows_of = dict(planner.counts)
    found.children_of = dict(planner.children)
    found.fingerprint = planner.fingerprint
    return found


def commit(
    hand: Hand,
    read: Read,
    now: datetime,
    reason: str,
    *,
    good_courses: bool = False,
    seen: str = "",
    key: UUID | None = None,
    progress: Callable[[int], object] | None = None,
    refreshed: Callable[[int], object] | None = None,
) -> Batch:
    """Write what the dry run showed, in one transaction, and return its batch.

    With `good_courses` the children with an error are left out; without it any error refuses the
    whole. `seen` is the fingerprint of the dry run that somebody looked at: the import is refused
    when the ledger has moved since, and it would do something else. The plan is made anew while
    the ledger is held, so that two imports at once cannot both write the same. Refuses an import
    that changes nothing, and one without a reason. `key` is the key of the batch, by which
    it is found again when whoever asked for it was cut off. `progress` is called with how many
    entries are written, `refreshed` with how many children have their worklists anew.
    """
    if not reason.strip():
        raise ImportRefused(
            "There is no reason. Whoever reads the history must be able to see why this came in. "
            "Say in a few words what the files are."
        )
    batch = Batch(
        key=key or uuid.uuid4(),
        centre=hand.centre,
        account=hand.account,
        at=now,
        file_name=read.file_name[:_LONGEST_FILE_NAME],
        file_sha256=read.sha256[:_SHA256_LENGTH],
    )
    changes = _changes(batch, hand.username, read, reason.strip(), good_courses, seen)
    children = append_many(hand, changes, now, batch.key, progress)
    refresh_all(children, refreshed)
    return batch


def _changes(
    batch: Batch, username: str, read: Read, reason: str, good_courses: bool, seen: str
) -> Iterator[Change]:
    """The changes of an import; made inside the transaction that writes them, with its batch."""
    if read.readable.blocked:
        raise _blocked(read)
    planner = Planner(batch.centre, read.scan, reason)
    bad = list(read.readable.left_out)
    errors = sum(p.severity is Severity.ERROR for p in read.readable.problems)
    planner.counts[Outcome.ERROR.value] += errors
    written = 0
    for plan in planner.plans(read.readable.courses):
        if any(row.outcome is Outcome.ERROR for row in plan.rows):
            bad.append(LeftOut(plan.course_id, ""))
        if bad and not good_courses:
            raise _has_errors(bad)
        written += len(plan.changes)
        yield from plan.changes
    if seen and planner.fingerprint != seen:
        raise ImportRefused(
            "The ledger has changed since the dry run, so that the import would now do something "
            "else than was shown. Nothing was written. Look at the dry run again, then import."
        )
    if bad and not good_courses:
        raise _has_errors(bad)
    if written == 0:
        raise ImportRefused(
            "The import changes nothing: the ledger says all of it already. Nothing was written."
        )
    batch.counts = _counts(planner, len(bad), reason, username)
    batch.save(force_insert=True)


def _counts(planner: Planner, left_out: int, reason: str, username: str) -> dict[str, Any]:
    return {
        "by": username,
        "rows": dict(planner.counts),
        "children": dict(planner.children),
        "left_out": left_out,
        "reason": reason,
    }


def _error_row(problem: Problem, kind: str) -> RowOutcome:
    kind = {CHILDREN: CHILD, PROGRAMME: ""}.get(kind, kind)
    return RowOutcome(
        Outcome.ERROR, kind, problem.course_id, "", problem.file, problem.row, problem=problem
    )


def _has_errors(bad: list[LeftOut]) -> ImportRefused:
    return ImportRefused(
        "Children with errors in their rows: %(count)s. A course goes in whole or not at all. "
        "Nothing was written. Correct the rows, or import the good courses only.",
        count=len({one.course_id for one in bad}),
    )


def _blocked(read: Read) -> ImportRefused:
    first = next(
        p for p in read.readable.problems if p.severity is Severity.ERROR and not p.course_id
    )
    return ImportRefused(
        "An error concerns no single child, so that no course is certain: %(fact)s (%(file)s). "
        "Nothing was written. %(remedy)s",
        fact=first.fact,
        file=first.file or read.file_name,
        remedy=first.remedy,
    )

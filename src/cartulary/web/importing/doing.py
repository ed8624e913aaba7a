# SPDX-License-Identifier: Apache-2.0
"""What is done with an upload: read beside the ledger, written, or given back with its errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from cartulary.course.problem import Severity
from cartulary.registry import clock
from cartulary.registry.change import Hand
from cartulary.registry.importing import commit, dry_run, read_tables
from cartulary.registry.importing_columns import (
    Said,
    apply,
    forget,
    heads_of,
    remember,
    remembered,
    renamed,
    says_more,
    uploaded,
)
from cartulary.registry.importing_errors import error_workbook
from cartulary.registry.importing_outcome import Outcome
from cartulary.registry.importing_refusal import ImportingRefusal
from cartulary.registry.importing_shown import Kept, keep, kept, rows
from cartulary.registry.importing_upload import Upload, written_down
from cartulary.registry.models import Account, Batch, Centre, Child, Entry
from cartulary.registry.worklists import refresh_all
from cartulary.web.importing.work import AFTER, ERRORS, READ, WRITE

#: Told which step is being done, how much of it is done, and of how much (0: not counted).
Tell = Callable[[str, int, int], object]


def do(upload: Upload, wanted: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Do what is wanted, and say how it ended. Raises what the import refuses."""
    centre = Centre.objects.get(pk=upload.centre_id)
    if wanted["act"] == READ:
        read_beside(upload, centre, wanted.get("said"), tell)
        return {}
    if wanted["act"] == WRITE:
        return {"batch": str(write(upload, centre, wanted, tell).key)}
    if wanted["act"] == AFTER:
        return after(upload, centre, wanted, tell)
    assert wanted["act"] == ERRORS
    workbook = with_errors(upload, centre, wanted["lang"], tell)
    place = errors_at(upload, wanted["lang"])
    part = place.with_suffix(".part")
    part.write_bytes(workbook)
    part.chmod(0o600)
    part.replace(place)
    return {}


def read_beside(upload: Upload, centre: Centre, said: dict[str, Any] | None, tell: Tell) -> Kept:
    """Read the tables as somebody said, now (`said`) or for an earlier file, and lay them beside.

    `said` holds the kind and columns of each table by its name; None for what is remembered.
    """
    tell("read", 0, 0)
    heads = heads_of(upload)
    if said is None:
        known = remembered(centre, heads)
    else:
        chosen = {name: Said(one["kind"], one["columns"]) for name, one in said.items()}
        known = {h.name: chosen[h.name] for h in heads
                 if h.name in chosen and says_more(h, chosen[h.name])}  # fmt: skip
    if known or said is not None:
        apply(upload, known)
    made = reckon(upload, centre, tell)
    if said is not None:
        for head in heads:
            if head.name in known:
                remember(centre, head, known[head.name], clock.now())
            else:
                forget(centre, head)
    return made


def reckon(upload: Upload, centre: Centre, tell: Tell) -> Kept:
    """Make the dry run anew, as the ledger stands now."""
    tell("read", 0, 0)
    read = read_tables(upload.tables, upload.file_name, upload.sha256, renamed(upload))
    courses = len(read.readable.courses)
    tell("lay", 0, courses)
    for lang in ("en", "nl"):
        errors_at(upload, lang).unlink(missing_ok=True)
    return keep(upload, dry_run(read, centre, lambda done: tell("lay", done, courses)))


def reckoned(upload: Upload) -> Kept | None:
    """The dry run as it was last made; None when it was not yet."""
    try:
        return kept(upload)
    except FileNotFoundError:
        return None


def write(upload: Upload, centre: Centre, wanted: dict[str, Any], tell: Tell) -> Batch:
    """Write what was shown, in one transaction; a refused import is laid beside the ledger anew."""
    shown = reckoned(upload)
    changes = shown.run.changes if shown is not None else 0
    children = sum(shown.run.children_of.values()) if shown is not None else 0
    account = Account.objects.filter(pk=wanted["account"]).first()
    hand = Hand(account, wanted["username"], centre, "import")
    tell("read", 0, 0)
    read = read_tables(upload.tables, upload.file_name, upload.sha256, renamed(upload))
    tell("write", 0, changes)
    try:
        batch = commit(
            hand,
            read,
            clock.now(),
            wanted["reason"],
            good_courses=wanted["good_courses"],
            seen=wanted["seen"],
            key=UUID(wanted["batch"]),
            progress=lambda done: tell("write", done, changes),
            refreshed=lambda done: tell("worklists", done, children),
        )
    except ImportingRefusal:
        reckon(upload, centre, tell)
        raise
    written_down(upload)
    return batch


def after(upload: Upload, centre: Centre, wanted: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """What was still to be done of an import that is written: its worklists."""
    tell("worklists", 0, 0)
    touched = Entry.objects.filter(centre=centre, batch=wanted["batch"]).values("child").distinct()
    children = list(Child.objects.filter(key__in=touched, withdrawn=False))
    refresh_all(children, lambda done: tell("worklists", done, len(children)))
    written_down(upload)
    return {"batch": wanted["batch"]}


def with_errors(upload: Upload, centre: Centre, lang: str, tell: Tell) -> bytes:
    """The uploaded tables as a workbook, with a column of errors in each."""
    tell("read", 0, 0)
    shown = reckoned(upload) or reckon(upload, centre, tell)
    read = read_tables(upload.tables, upload.file_name, upload.sha256, renamed(upload))
    found = rows(upload, Outcome.ERROR.value, size=shown.run.errors)
    problems = [row.problem for row in found if row.problem is not None]
    warnings = [p for p in read.readable.problems if p.severity is Severity.WARNING]
    tell("workbook", 0, 0)
    return error_workbook(uploaded(upload), [*problems, *warnings], lang)


def errors_at(upload: Upload, lang: str) -> Path:
    """Where the workbook with errors lies once it is made."""
    return upload.folder / f"errors-{lang}.xlsx"


def quietly(step: str, done: int, of: int) -> None:
    """Told by nobody: the page waits."""

# SPDX-License-Identifier: Apache-2.0
"""A folder of Parquet files read as a programme: what a simulation writes, or a cohort saved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cartulary.course.course import Origin
from cartulary.course.errors import CourseError
from cartulary.course.problem import Problem, Severity
from cartulary.course.tables.files import SourceFile

if TYPE_CHECKING:
    from cartulary.course.cohort import Cohort

# Says that the folder holds a cohort; written last, so that it is whole.
COHORT_FILE = "cohort.json"
# Says that a simulation has not come to its end here.
UNFINISHED_FILE = "unfinished.json"

_READ_AT_ONCE = 1 << 20


def is_dataset(path: Path) -> bool:
    """True when the path is a folder in which a cohort was written, or was begun."""
    try:
        return any((path / name).is_file() for name in (COHORT_FILE, UNFINISHED_FILE))
    except OSError:
        # A name that no disk takes, for instance; whoever reads it as tables says what is wrong.
        return False


def read_dataset(path: Path) -> Cohort | Problem:
    """The cohort of a folder, checked like any that comes from outside; else what is wrong."""
    from cartulary.course.cohort import Cohort

    if not (path / COHORT_FILE).is_file():
        return _unfinished(path)
    try:
        return Cohort.read_parquet(path)
    except CourseError as error:
        return Problem(
            Severity.ERROR,
            "dataset.unreadable",
            str(error),
            "Nothing can be reckoned from it.",
            "Make the folder again, or mend what is named.",
            file=path.name,
        )


def origin_of(cohort: Cohort) -> Origin | None:
    """The one origin of a cohort, or None."""
    origins = cohort.origins
    return origins[0] if len(origins) == 1 else None


def dataset_files(path: Path) -> tuple[SourceFile, ...]:
    """One fingerprint a table: of its file, or of all its parts in order of their names."""
    return tuple(
        SourceFile(entry.name, *_fingerprint(entry))
        for entry in sorted(path.iterdir())
        if entry.name == COHORT_FILE or entry.suffix == ".parquet"
    )


def _fingerprint(entry: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for part in sorted(entry.iterdir()) if entry.is_dir() else (entry,):
        for piece in _pieces(part):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_READ_AT_ONCE):
            yield piece


def _unfinished(path: Path) -> Problem:
    try:
        told = json.loads((path / UNFINISHED_FILE).read_text(encoding="utf-8"))
        done, wanted = int(told["children_done"]), int(told["children"])
        fact = f"{done} of {wanted} children were simulated when it stopped."
    except (OSError, ValueError, KeyError, TypeError):
        fact = "The simulation that writes this folder has not come to its end."
    return Problem(
        Severity.ERROR,
        "dataset.unfinished",
        fact,
        "A part of a cohort, cut off where the machine stopped, is no cohort that was asked for.",
        "Give the same `cartulary simulate` command again with --resume.",
        file=path.name,
    )

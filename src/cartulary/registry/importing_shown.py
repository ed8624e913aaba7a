# SPDX-License-Identifier: Apache-2.0
"""A dry run kept beside its files, so that its pages open at once however long it is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cartulary.course.tables import LeftOut
from cartulary.registry.importing import DryRun
from cartulary.registry.importing_outcome import RowOutcome
from cartulary.registry.importing_upload import Upload

_SUM = "dry_run.json"
_ROWS = "dry_run.rows"
_FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Kept:
    """A dry run without its rows: the sums, and how many rows of each kind and outcome."""

    run: DryRun
    by_kind: dict[str, dict[str, int]]


def keep(upload: Upload, run: DryRun) -> Kept:
    """Write a dry run down; one that was kept before is replaced."""
    by_kind: dict[str, Counter[str]] = {}
    part = upload.folder / f"{_ROWS}.part"
    with part.open("w", encoding="utf-8") as file:
        part.chmod(_FILE_MODE)
        for row in run.rows:
            by_kind.setdefault(row.kind, Counter())[row.outcome.value] += 1
            file.write(json.dumps(row.plain()) + "\n")
    part.replace(upload.folder / _ROWS)
    sums = {
        "rows_of": run.rows_of,
        "children_of": run.children_of,
        "left_out": [[one.course_id, one.reason] for one in run.left_out],
        "blocked": run.blocked,
        "fingerprint": run.fingerprint,
        "by_kind": {kind: dict(counts) for kind, counts in by_kind.items()},
    }
    _write(upload.folder / _SUM, json.dumps(sums))
    return kept(upload)


def kept(upload: Upload) -> Kept:
    """The dry run of an upload, without its rows. `FileNotFoundError` when there is none yet."""
    sums = json.loads((upload.folder / _SUM).read_text(encoding="utf-8"))
    run = DryRun(
        [],
        sums["rows_of"],
        sums["children_of"],
        [LeftOut(*pair) for pair in sums["left_out"]],
        sums["blocked"],
        sums["fingerprint"],
    )
    return Kept(run, sums["by_kind"])


def rows(
    upload: Upload, outcome: str = "", kind: str | None = None, start: int = 0, size: int = 100
) -> list[RowOutcome]:
    """Some rows of a dry run, in the order of the files."""
    return list(islice(_rows(upload, outcome, kind), start, start + size))


def _rows(upload: Upload, outcome: str, kind: str | None) -> Iterator[RowOutcome]:
    with (upload.folder / _ROWS).open(encoding="utf-8") as file:
        for line in file:
            if outcome and f'"outcome": "{outcome}"' not in line:
                continue
            row = RowOutcome.of_plain(json.loads(line))
            if (not outcome or row.outcome.value == outcome) and kind in (None, row.kind):
                yield row


def _write(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.chmod(_FILE_MODE)
    part.replace(path)

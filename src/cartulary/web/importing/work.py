# SPDX-License-Identifier: Apache-2.0
"""The long work of an import, beside the pages: begun, followed, and known when it broke off.

Small files are done while somebody waits; a hundred thousand rows never hold up a page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from cartulary.registry.importing_upload import Upload
from cartulary.registry.models import Batch
from cartulary.web.beside import work
from cartulary.web.beside.work import Work
from cartulary.web.beside.work_files import BROKEN, DONE, LOST, REFUSED, WORKING

__all__ = ["BROKEN", "DONE", "LOST", "REFUSED", "WORKING", "Work", "begin", "work_of"]

READ, WRITE, ERRORS, AFTER = "read", "write", "errors", "after"

# What takes well under a second is not worth a second page.
_SMALL_TABLES_BYTES: Final = 128 * 1024
_SMALL_WORKBOOK_BYTES: Final = 32 * 1024
_WORKER: Final = "cartulary.web.importing.worker"


def is_small(upload: Upload) -> bool:
    """True when all of it is done before anybody wonders."""
    if upload.tables.is_file():
        return upload.tables.stat().st_size <= _SMALL_WORKBOOK_BYTES
    return sum(one.stat().st_size for one in upload.tables.iterdir()) <= _SMALL_TABLES_BYTES


def begin(upload: Upload, wanted: dict[str, Any]) -> bool:
    """Begin this work in a process of its own; False when something is being done already."""
    return work.begin(folder_of(upload), wanted, _WORKER)


def work_of(upload: Upload) -> Work | None:
    """What is being done with an upload; None when nothing ever was."""
    return work.work_in(folder_of(upload))


def forget(upload: Upload) -> None:
    """What was done is no news any more."""
    work.forget(folder_of(upload))


def told(upload: Upload, now: Work) -> bool:
    """Remember that somebody was told how it ended; True the first time."""
    return work.told(folder_of(upload), now)


def batch_of(upload: Upload, now: Work) -> Batch | None:
    """The import that this work wrote; also when it broke off just afterwards."""
    key = now.wanted.get("batch")
    if not key:
        return None
    return Batch.objects.filter(key=key, centre_id=upload.centre_id).first()


def folder_of(upload: Upload) -> Path:
    """Where the work of an upload is written down."""
    return upload.folder / "work"

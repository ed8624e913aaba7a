# SPDX-License-Identifier: Apache-2.0
"""Uploaded files kept aside until they are imported or thrown away; never longer than a day."""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from cartulary.registry.importing_archive import (
    LARGEST_UPLOAD_BYTES,
    TABLE_SUFFIXES,
    WORKBOOK_SUFFIX,
    look_over_workbook,
    safe_name,
    unpack,
)
from cartulary.registry.importing_refusal import NoUpload, UploadRefused
from cartulary.registry.keys import home
from cartulary.registry.models import Account, Centre

KEPT_FOR = timedelta(hours=24)
MOST_FILES = 60

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_ABOUT = "about.json"
_TABLES = "tables"
_WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that somebody uploaded at a centre, in a folder of their own.

    `tables` is what is read: the workbook, or the folder of CSV files.
    """

    key: UUID
    centre_id: int
    account_id: int | None
    at: datetime
    file_name: str
    sha256: str
    folder: Path
    tables: Path


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file as a browser sends it: the name it claims, and its content in chunks."""

    name: str
    chunks: Iterable[bytes]


def receive(
    files: Sequence[Incoming], centre: Centre, account: Account | None, now: datetime
) -> Upload:
    """Take in some CSV files, one zip of them, or one workbook.

    Refuses, and keeps nothing: no file, too many, too large, a mixture, and what is no table.
    """
    clear_out(now)
    key = uuid.uuid4()
    folder = _imports() / str(key)
    folder.mkdir(mode=_FOLDER_MODE)
    try:
        return _received(files, folder, key, centre, account, now)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise UploadRefused(
                "The files could not be kept (%(error)s). Nothing "
                "was imported. Make room on the disk of the ledger, and upload them again.",
                error=error.strerror or type(error).__name__,
            ) from error
        raise


def upload_of(centre: Centre, key: UUID) -> Upload:
    """An upload of this centre; `NoUpload` for any other, as if there were none."""
    upload = upload_in(_imports() / str(key), key)
    if upload.centre_id != centre.pk:
        raise _gone()
    return upload


def upload_in(folder: Path, key: UUID) -> Upload:
    """The upload that lies in a folder."""
    try:
        said = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _gone() from error
    return Upload(
        key,
        said["centre"],
        said["account"],
        datetime.fromisoformat(said["at"]),
        said["file_name"],
        said["sha256"],
        folder,
        folder / said["tables"],
    )


def waiting(centre: Centre, now: datetime) -> list[Upload]:
    """The uploads of a centre that are neither imported nor thrown away, the last first."""
    found = []
    for folder in _folders():
        try:
            upload = upload_of(centre, UUID(folder.name))
        except (NoUpload, ValueError):
            continue
        if now - upload.at < KEPT_FOR and not is_written(upload):
            found.append(upload)
    return sorted(found, key=lambda upload: upload.at, reverse=True)


def discard(upload: Upload) -> None:
    """Throw the files away."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def written_down(upload: Upload) -> None:
    """Its import is in the ledger: nothing of the files is kept, only that they were there."""
    (upload.folder / _WRITTEN).touch(mode=_FILE_MODE)
    for path in upload.folder.iterdir():
        if path.name in (_ABOUT, _WRITTEN, "work"):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def is_written(upload: Upload) -> bool:
    """True once its import is in the ledger."""
    return (upload.folder / _WRITTEN).exists()


def clear_out(now: datetime) -> int:
    """Throw away what has waited for longer than a day; returns how many uploads that were."""
    cleared = 0
    for folder in _folders():
        try:
            said = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
            old = now - datetime.fromisoformat(said["at"]) >= KEPT_FOR
        except (OSError, ValueError, KeyError):
            # Half received: by another request just now, or by one that was cut off long ago.
            old = now.timestamp() - folder.stat().st_mtime >= KEPT_FOR.total_seconds()
        if old:
            shutil.rmtree(folder, ignore_errors=True)
            cleared += 1
    return cleared


def _received(
    files: Sequence[Incoming],
    folder: Path,
    key: UUID,
    centre: Centre,
    account: Account | None,
    now: datetime,
) -> Upload:
    names = [safe_name(file.name) for file in files]
    kind = _kind_of(names)
    tables = folder / _TABLES
    tables.mkdir(mode=_FOLDER_MODE)
    digest = hashlib.sha256()
    left = LARGEST_UPLOAD_BYTES
    for file, name in sorted(zip(files, names, strict=True), key=lambda pair: pair[1]):
        if len(files) > 1:
            digest.update(name.encode() + b"\0")
        target = folder / "archive.zip" if kind == "zip" else tables / name
        if target.exists():
            raise UploadRefused(
                "Two of the files are called %(name)r. Which one to read is not for us to say. "
                "Choose the files again.",
                name=name,
            )
        left -= _keep(file.chunks, target, left, digest)
    if kind == "zip":
        names = unpack(folder / "archive.zip", tables)
        (folder / "archive.zip").unlink()
    elif kind == "workbook":
        look_over_workbook(tables / names[0])
    for path in tables.iterdir():
        path.chmod(_FILE_MODE)
    place = tables / names[0] if kind == "workbook" else tables
    told = safe_name(files[0].name) if len(files) == 1 else ", ".join(sorted(names))
    upload = Upload(
        key,
        centre.pk,
        None if account is None else account.pk,
        now,
        told[:200],
        digest.hexdigest(),
        folder,
        place,
    )
    about: dict[str, Any] = {
        "centre": upload.centre_id,
        "account": upload.account_id,
        "at": now.isoformat(),
        "file_name": upload.file_name,
        "sha256": upload.sha256,
        "tables": str(place.relative_to(folder)),
    }
    (folder / _ABOUT).write_text(json.dumps(about), encoding="utf-8")
    (folder / _ABOUT).chmod(_FILE_MODE)
    return upload


def _kind_of(names: Sequence[str]) -> str:
    suffixes = [Path(name).suffix.casefold() for name in names]
    if not names:
        raise UploadRefused(
            "No file was chosen. There is nothing to import. Choose CSV files, a zip of them, or "
            "a workbook (.xlsx)."
        )
    if len(names) > MOST_FILES:
        raise UploadRefused(
            "%(count)s files were chosen; at most %(most)s are taken together. A "
            "programme has fewer tables than that. Choose the tables alone.",
            count=len(names),
            most=MOST_FILES,
        )
    if all(suffix in TABLE_SUFFIXES for suffix in suffixes):
        return "tables"
    if len(names) == 1 and suffixes[0] == ".zip":
        return "zip"
    if len(names) == 1 and suffixes[0] == WORKBOOK_SUFFIX:
        return "workbook"
    if len(names) > 1 and (".zip" in suffixes or WORKBOOK_SUFFIX in suffixes):
        raise UploadRefused(
            "A workbook or a zip was chosen beside other files. What stands in both would count "
            "twice. Choose the CSV files alone, or the workbook or the zip alone."
        )
    wrong = next(n for n, s in zip(names, suffixes, strict=True) if s not in TABLE_SUFFIXES)
    remedy = {
        ".xlsm": "It may hold macros, which are not let in. Save it as .xlsx.",
        ".xls": "Open it in Excel or LibreOffice and save it as .xlsx.",
        ".ods": "Open it in LibreOffice and save it as .xlsx.",
    }.get(Path(wrong).suffix.casefold(), "Save the table as CSV (UTF-8) or as .xlsx.")
    raise UploadRefused(
        "%(name)r is no table that is read here. Tables are CSV files, a zip of them, or a "
        "workbook (.xlsx). %(remedy)s",
        name=wrong,
        remedy=remedy,
    )


def _keep(chunks: Iterable[bytes], target: Path, left: int, digest: Any) -> int:
    written = 0
    with target.open("xb") as file:
        for chunk in chunks:
            written += len(chunk)
            if written > left:
                raise UploadRefused(
                    "The files are larger than %(most_mb)s MB together, "
                    "the most that is taken in at once. Check that these are tables; if so, "
                    "divide them, or use the command: cartulary import.",
                    most_mb=LARGEST_UPLOAD_BYTES // 1024**2,
                )
            digest.update(chunk)
            file.write(chunk)
    return written


def _imports() -> Path:
    folder = home() / "files" / "imports"
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    return folder


def _folders() -> Iterator[Path]:
    return (path for path in _imports().iterdir() if path.is_dir())


def _gone() -> NoUpload:
    return NoUpload(
        "These files are no longer there. What is uploaded is kept for a day, and thrown away "
        "once it is imported. Upload them again."
    )

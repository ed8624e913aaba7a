# SPDX-License-Identifier: Apache-2.0
"""Archives that strangers made: a zip of tables, or a workbook, looked over before it is opened."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from cartulary.registry.importing_refusal import UploadRefused

LARGEST_UPLOAD_BYTES = 64 * 1024 * 1024
LARGEST_UNPACKED_BYTES = 256 * 1024 * 1024
MOST_MEMBERS = 200
MOST_WORKBOOK_PARTS = 2_000
# Tables of text pack to a tenth or so; a file of one repeated byte to a thousandth.
MOST_TIMES_PACKED = 250
# Small members may pack better than that without harm.
_SMALL_BYTES = 8 * 1024 * 1024

TABLE_SUFFIXES = (".csv", ".tsv", ".tab")
WORKBOOK_SUFFIX = ".xlsx"

LONGEST_NAME = 100
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_NOT_IN_A_NAME = re.compile(r"[^\w .()\[\]&+,=-]")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PASSWORD_MARK = "EncryptedPackage".encode("utf-16-le")
# What computers put into archives by themselves.
_BY_ITSELF = ("__macosx", "thumbs.db", "desktop.ini", ".ds_store")
_DTD = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)|<\x00!\x00(?:D\x00O\x00C|E\x00N\x00T)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """The last part of a file name, with what no file of ours is called taken out.

    >>> safe_name("../../etc/passwd.csv"), safe_name("C:\\\\data\\\\infusie 2020.csv")
    ('passwd.csv', 'infusie 2020.csv')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = _NOT_IN_A_NAME.sub("_", last).strip(" .")
    stem, dot, suffix = plain.rpartition(".")
    if not dot:
        stem, suffix = plain, ""
    stem = stem.strip(" ._#~") or "table"
    return f"{stem[: LONGEST_NAME - len(suffix) - 1]}{dot}{suffix[:10]}"


def unpack(archive: Path, into: Path) -> list[str]:
    """The tables of a zip, written into a folder under safe names; returns these.

    Refuses an archive that unpacks too far, has too many members, is damaged or encrypted, holds
    a link, a name that leads out of the folder, two tables of one name, or something else.
    """
    with _opened(archive) as opened:
        members = [m for m in opened.infolist() if not _made_by_itself(m)]
        _refuse_bomb(opened, MOST_MEMBERS)
        names: list[str] = []
        left = LARGEST_UNPACKED_BYTES
        for member in members:
            name = _member_name(member)
            if name.casefold() in (known.casefold() for known in names):
                raise UploadRefused(
                    "The archive holds two tables called %(name)r. Which one to read is not for "
                    "us to say. Leave one out, and upload it again.",
                    name=name,
                )
            left -= _extract(opened, member, into / name, left)
            names.append(name)
    if not names:
        raise UploadRefused(
            "The archive holds no table. There is nothing to import. Put CSV files into it, one "
            "for each kind of event, or upload a workbook."
        )
    return names


def look_over_workbook(path: Path) -> None:
    """Refuses a workbook with a password, macros, too much in it, or a document type of its own."""
    with path.open("rb") as stream:
        start = stream.read(8)
        if start == _OLE:
            raise _of_ole(start + stream.read(1 << 20))
    with _opened(path) as opened:
        _refuse_bomb(opened, MOST_WORKBOOK_PARTS)
        for part in opened.infolist():
            if part.filename.casefold().endswith("vbaproject.bin"):
                raise UploadRefused(
                    "The workbook holds macros. A table needs no program, and a program from "
                    "elsewhere is not let in. Save it as a workbook without macros (.xlsx)."
                )
            if part.filename.casefold().endswith((".xml", ".rels")):
                _refuse_document_type(opened, part)


def _of_ole(start: bytes) -> UploadRefused:
    if _PASSWORD_MARK in start:
        return UploadRefused(
            "The workbook is protected by a password. It cannot be read without it, and a "
            "password is not asked for. Open it in Excel, take the password off, and save it."
        )
    return UploadRefused(
        "The file is a workbook of the old .xls kind, or has a password. Only .xlsx is read. "
        "Open it in Excel or LibreOffice, and save it as .xlsx without a password."
    )


def _opened(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> UploadRefused:
    return UploadRefused(
        "The file cannot be unpacked (%(error)s). It is damaged, or no workbook and "
        "no zip archive, whatever its name says. Make it again, and upload that.",
        error=type(error).__name__,
    )


def _made_by_itself(member: zipfile.ZipInfo) -> bool:
    parts = [part.casefold() for part in member.filename.replace("\\", "/").split("/")]
    return member.is_dir() or any(part in _BY_ITSELF or part.startswith("._") for part in parts)


def _refuse_bomb(opened: zipfile.ZipFile, most_members: int) -> None:
    members = opened.infolist()
    if len(members) > most_members:
        raise UploadRefused(
            "The archive has %(count)s members; at most %(most)s are looked at. "
            "A programme has fewer tables than that. Leave the other files out.",
            count=len(members),
            most=most_members,
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > LARGEST_UNPACKED_BYTES:
        raise UploadRefused(
            "The archive unpacks to %(bytes)s bytes; at most %(most)s are "
            "unpacked. Check that these are tables; if so, divide them.",
            bytes=unpacked,
            most=LARGEST_UNPACKED_BYTES,
        )
    for member in members:
        packed = max(member.compress_size, 1)
        if member.file_size > _SMALL_BYTES and member.file_size > MOST_TIMES_PACKED * packed:
            raise UploadRefused(
                "%(name)r unpacks to %(times)s times "
                "its size; at most %(most)s times is believed. That is how archives "
                "are made to fill a disk. Upload the tables themselves.",
                name=safe_name(member.filename),
                times=member.file_size // packed,
                most=MOST_TIMES_PACKED,
            )


def _member_name(member: zipfile.ZipInfo) -> str:
    shown = safe_name(member.filename)
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", member.filename):
        raise UploadRefused(
            "The name of %(name)r in the archive leads out of its folder. No program makes such "
            "names by accident. Make the archive anew from the tables alone.",
            name=shown,
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UploadRefused(
            "%(name)r is a link and no table. Where it leads is not read. Put the table itself "
            "into the archive.",
            name=shown,
        )
    if member.flag_bits & _ENCRYPTED:
        raise UploadRefused(
            "%(name)r is protected by a password. It cannot be read without it, and a password "
            "is not asked for. Make the archive without one.",
            name=shown,
        )
    if not shown.casefold().endswith(TABLE_SUFFIXES):
        raise UploadRefused(
            "The archive holds %(name)r, which is no CSV file. A zip holds the tables of a "
            "programme as CSV. Leave it out; a workbook is uploaded by itself.",
            name=shown,
        )
    return shown


def _extract(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Write one member; what it truly unpacks to is counted, whatever it says of itself."""
    written = 0
    try:
        with opened.open(member) as source, target.open("xb") as file:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > left:
                    raise UploadRefused(
                        "The archive unpacks to more than %(most)s bytes, which "
                        "it does not say of itself. Upload the tables themselves.",
                        most=LARGEST_UNPACKED_BYTES,
                    )
                file.write(chunk)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise _damaged(error) from error
    except zlib.error as error:
        raise _damaged(error) from error
    return written


def _refuse_document_type(opened: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    try:
        with opened.open(part) as source:
            start = source.read(1 << 16)
    except Exception as error:
        raise _damaged(error) from error
    if _DTD.search(start):
        raise UploadRefused(
            "A part of the workbook declares a document type. Excel and LibreOffice never do, and "
            "it is how small files are made to unfold without end. Save it anew from Excel."
        )

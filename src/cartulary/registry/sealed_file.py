# SPDX-License-Identifier: Apache-2.0
"""A file encrypted under a passphrase, part by part, so that none can be altered, moved or cut."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from cartulary.course.errors import CartularyError

MAGIC = "cartulary backup 1"
PART_BYTES = 1 << 20
TAG_BYTES = 16
# Costs of the key derivation, as RFC 7914 writes them; kept in the file, so that they may grow.
SCRYPT = {"n": 1 << 15, "r": 8, "p": 1}
MOST_HEADER_BYTES = 1 << 16


class SealedFileError(CartularyError):
    """A backup that cannot be opened."""


@dataclass(frozen=True, slots=True)
class _Lock:
    """The key of one file, and what each part is bound to besides its place."""

    cipher: AESGCM
    header: bytes

    def nonce(self, number: int) -> bytes:
        return number.to_bytes(12, "big")

    def bound_to(self, is_last: bool) -> bytes:
        return self.header + (b"last" if is_last else b"more")


def seal(source: Path, target: Path, passphrase: str, said: dict[str, Any]) -> None:
    """Encrypt a file into a new one, whole or not at all; `said` stands in its header, readable.

    Each part of 1 MiB is sealed by AES-256-GCM with its number as nonce, under a key that scrypt
    makes of the passphrase and a salt that no other file has.
    """
    header = _header_bytes({"magic": MAGIC, "salt": secrets.token_hex(16), **SCRYPT, **said})
    lock = _lock(header, passphrase)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out, source.open("rb") as read:
            out.write(header)
            part = read.read(PART_BYTES)
            number = 0
            while True:
                following = read.read(PART_BYTES)
                bound = lock.bound_to(not following)
                out.write(lock.cipher.encrypt(lock.nonce(number), part, bound))
                if not following:
                    break
                part, number = following, number + 1
            out.flush()
            os.fsync(out.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def header_of(path: Path) -> dict[str, Any]:
    """What the header of a sealed file says; no passphrase is needed for it."""
    with path.open("rb") as read:
        return _said(read.readline(MOST_HEADER_BYTES), path)


def unsealed(path: Path, passphrase: str) -> Iterator[bytes]:
    """The contents, part by part; refused where the passphrase or a single bit is wrong."""
    with path.open("rb") as read:
        header = read.readline(MOST_HEADER_BYTES)
        _said(header, path)
        lock = _lock(header, passphrase)
        part = read.read(PART_BYTES + TAG_BYTES)
        number = 0
        while True:
            following = read.read(PART_BYTES + TAG_BYTES)
            try:
                bound = lock.bound_to(not following)
                yield lock.cipher.decrypt(lock.nonce(number), part, bound)
            except InvalidTag as fault:
                raise SealedFileError(
                    f"The backup {path.name} does not open, at part {number + 1}. The passphrase "
                    "is another one, or the file was altered or cut. Nothing was restored. Try "
                    "the passphrase of that day, or an older backup."
                ) from fault
            if not following:
                return
            part, number = following, number + 1


def _header_bytes(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _said(header: bytes, path: Path) -> dict[str, Any]:
    try:
        said = json.loads(header)
        fits = isinstance(said, dict) and said.get("magic") == MAGIC
    except (ValueError, UnicodeDecodeError):
        fits = False
    if not fits:
        raise SealedFileError(
            f"The file {path.name} is no backup of Cartulary. It does not begin as one. Choose a "
            "file that `cartulary backup` wrote."
        )
    return dict(said)


def _lock(header: bytes, passphrase: str) -> _Lock:
    said = json.loads(header)
    derive = Scrypt(
        salt=bytes.fromhex(said["salt"]), length=32, n=said["n"], r=said["r"], p=said["p"]
    )
    return _Lock(AESGCM(derive.derive(passphrase.encode())), header)

# SPDX-License-Identifier: Apache-2.0
"""The keys of a home folder: made once, kept in files that only their owner reads, never logged."""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings

from cartulary.course.errors import CartularyError

KEY_BYTES = 32
FOLDER_MODE = 0o700
FILE_MODE = 0o600

DJANGO_KEY = "django.key"
SEAL_KEY = "seal.key"
IDENTITY_KEYS = "identity.keys"
INDEX_KEY = "index.key"


class KeyFileError(CartularyError):
    """A key file that is missing, unreadable, or open to others."""


def key_folder(home: Path) -> Path:
    """The folder of keys in a home, made with mode 0700 if it is not there."""
    folder = home / "keys"
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return folder


def key_text(home: Path, name: str) -> str:
    """The key in this file of the home as text; made at random when the file is not there."""
    path = key_folder(home) / name
    if not path.exists():
        made = base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        write_new_key_file(path, made + "\n")
    return read_key_file(path).strip()


def read_key_file(path: Path) -> str:
    """The text of a key file; refused when others than its owner may read it."""
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(
            f"The key file {path.name} cannot be read ({type(error).__name__}). What it seals "
            "cannot be checked or opened without it. Restore it from the backup of the keys."
        ) from error
    if os.name == "posix" and mode & 0o077:
        raise KeyFileError(
            f"The key file {path.name} has mode {mode:03o}, so that others can read it. "
            f"A key that others know protects nothing. Run: chmod 600 {path.name}"
        )
    if not text.strip():
        raise KeyFileError(
            f"The key file {path.name} is empty. What it seals cannot be checked or opened "
            "without it. Restore it from the backup of the keys."
        )
    return text


def replace_key_file(path: Path, text: str) -> None:
    """Put a new text in a key file in one step: a crash leaves the old file or the new."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    write_new_key_file(beside, text)
    beside.replace(path)


def home() -> Path:
    """The home folder of this installation."""
    return Path(settings.CARTULARY_HOME)


def django_key(home_folder: Path) -> str:
    """Django's own secret key, for sessions and tokens."""
    return key_text(home_folder, DJANGO_KEY)


def seal_key() -> bytes:
    """The key that seals each entry, so that access to the database alone cannot forge one."""
    return _decoded(home(), SEAL_KEY)


def index_key() -> bytes:
    """The key of the index by which an exact hospital number is found."""
    return _decoded(home(), INDEX_KEY)


@cache
def _decoded(home_folder: Path, name: str) -> bytes:
    text = key_text(home_folder, name)
    try:
        key = base64.urlsafe_b64decode(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(
            f"The key file {name} does not hold a key of {KEY_BYTES} bytes. What it seals cannot "
            "be checked or opened with it. Restore it from the backup of the keys."
        )
    return key


def write_new_key_file(path: Path, text: str) -> None:
    """Write a file that must not exist yet; two processes that start together keep one key."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # Where another process was first, its key is the one that stays.
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)

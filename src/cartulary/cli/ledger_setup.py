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
    if tables.are_none:
        migrate()
        return
    refuse_unmendable_tables(tables)
    if tables.waiting and upgrade:
        migrate()
    else:
        refuse_older_tables(tables)


@dataclass(frozen=True, slots=True)
class Tables:
    """How the tables of a ledger stand to this version: what waits, and what it does not know."""

    are_none: bool
    waiting: tuple[str, ...]
    #: Those of `waiting` that something applied rests on; they cannot come after it.
    passed_over: tuple[str, ...]
    unknown: tuple[str, ...]


def tables_now() -> Tables:
    """The tables of the ledger beside those of this version."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    graph, applied = executor.loader.graph, executor.loader.applied_migrations
    # From an empty ledger, and then less what is applied: the plan from here begins behind the
    # last that is applied, and does not look before it.
    plan = executor.migration_plan(graph.leaf_nodes(), clean_start=True)
    waiting = [(one.app_label, one.name) for one, _ in plan]
    waiting = [key for key in waiting if key not in applied]
    rested_on = {key for one in applied if one in graph.nodes for key in graph.forwards_plan(one)}
    known = executor.loader.disk_migrations
    return Tables(
        are_none=not applied,
        waiting=tuple(".".join(key) for key in waiting),
        passed_over=tuple(".".join(key) for key in waiting if key in rested_on),
        unknown=tuple(".".join(one) for one in applied if one[0] == LABEL and one not in known),
    )


def migrate() -> None:
    """Bring the tables to this version, quietly."""
    from django.core.management import call_command

    from cartulary.registry import scope

    with scope.within("all"):
        call_command("migrate", verbosity=0, interactive=False)


def refuse_unmendable_tables(tables: Tables) -> None:
    """Refuses tables that this version cannot bring to its own."""
    if tables.unknown:
        raise HomeError(
            f"The ledger's tables are newer than this version: it does not know "
            f"{tables.unknown[0]}. An older version would not keep what the newer one writes. "
            "Nothing was touched. Install the version that made them, or a later one."
        )
    if tables.passed_over:
        raise HomeError(
            "The ledger's tables have a gap: later changes were made and not "
            f"{', '.join(tables.passed_over)}. What they should hold may be missing, and no "
            "version makes them so. Nothing was touched. Restore the last backup: cartulary "
            "restore. Then bring it to this version: cartulary serve --migrate"
        )


def refuse_older_tables(tables: Tables) -> None:
    """Refuses a ledger for which changes wait."""
    if tables.waiting:
        count = len(tables.waiting)
        raise HomeError(
            f"The ledger's tables are older than this version: {count} "
            f"{'change waits' if count == 1 else 'changes wait'}, "
            f"{', '.join(tables.waiting)}. Nothing was touched. Make a backup (cartulary "
            "backup, with the version that wrote it), then run: cartulary serve --migrate"
        )


def _no_ledger(home: Path) -> HomeError:
    return HomeError(
        f"There is no ledger in {home}. It holds no tables that were written. Name another with "
        "--home, or make one: cartulary serve makes it, and cartulary user add lets you in."
    )

# SPDX-License-Identifier: Apache-2.0
"""`cartulary demo`: the app with the example programme, accounts, and one-time codes, at once."""

from __future__ import annotations

import os
from pathlib import Path

import click

# The day that the demo pretends: the data cut of the example programme.
TODAY = "2020-10-01"


@click.command(name="demo")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/demo-home"),
    show_default=True,
    help="Folder for the demo's ledger. An older demo there is used again.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8090,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port to listen on.",
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 16),
    help="Processes that answer.",
)
@click.option("--no-serve", is_flag=True, help="Make the demo's ledger and stop.")
@click.option("--fresh", is_flag=True, help="Throw an older demo in that folder away first.")
def command(home: Path, host: str, port: int, workers: int, no_serve: bool, fresh: bool) -> None:
    """Open the app with invented children, on a date of their own.

    Nobody in it exists. Accounts and codes are printed; passwords are new at every start.
    """
    os.environ["CARTULARY_DEMO"] = "1"
    os.environ["CARTULARY_TODAY"] = TODAY
    # A demo is a file of its own; it never touches a database that a hospital has set.
    os.environ.pop("CARTULARY_DATABASE", None)
    from cartulary.cli.demo.home import prepared
    from cartulary.cli.ledger_setup import start_django

    prepared(home, fresh=fresh)
    start_django(home, new=True, upgrade=True)
    from cartulary.cli.demo.people import people, print_people
    from cartulary.cli.demo.programme import filled
    from cartulary.registry import scope

    with scope.within("all"):
        if filled(click.echo):
            click.echo(f"The demo's ledger is in {home}.")
        if no_serve:
            return
        print_people(people(), click.echo)
    from cartulary.cli.serve import run

    run(host, port, workers, accounts=1)

# SPDX-License-Identifier: Apache-2.0
"""`cartulary serve`: the web app, on a server made for production."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cartulary.cli.ledger_setup import home_option

LOCAL = ("127.0.0.1", "localhost", "::1")
APPLICATION = "cartulary.web.wsgi:application"
# A request under way may end; a worker that hangs must not keep the server from stopping.
STOP_SECONDS = 20


@click.command(name="serve")
@home_option
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
    type=click.IntRange(1, 64),
    help="Processes that answer; one a core is enough.",
)
@click.option("--migrate", is_flag=True, help="Bring an older ledger's tables to this version.")
def command(home: Path, host: str, port: int, workers: int, migrate: bool) -> None:
    """Serve the ledger in the home folder as a web app, until Ctrl+C.

    A new home gets its tables and keys. Put a proxy that ends TLS before it, and read
    docs/how-to/run_it_in_a_hospital.md before a child's name goes in.
    """
    from cartulary.cli.ledger_setup import start_django

    os.environ["CARTULARY_SERVING"] = "1"
    start_django(home, new=True, upgrade=migrate)
    _forget_old_sessions()
    run(host, port, workers, accounts=_accounts())


def run(host: str, port: int, workers: int, *, accounts: int) -> None:
    """Start the server and stay until it is stopped."""
    os.environ["CARTULARY_SERVING"] = "1"
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    click.echo(f"Cartulary answers at http://{_shown(host)}:{port}/ (Ctrl+C stops it).")
    if host not in LOCAL and os.environ.get("CARTULARY_TLS") != "1":
        click.echo(
            "It listens beyond this machine without TLS: passwords and children's records would "
            "travel in the clear. Put a proxy before it and set CARTULARY_TLS=1.",
            err=True,
        )
    if accounts == 0:
        click.echo("There is no account yet. In another window: cartulary user add NAME --help")
    click.echo("Research and quality-of-care software; not a medical device.")
    server = Granian(
        APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        websockets=False,
    )
    server.serve()


def _accounts() -> int:
    from cartulary.registry.models import Account

    return Account.objects.count()


def _forget_old_sessions() -> None:
    """Sessions that ended long ago are of no use to anybody."""
    from django.core.management import call_command

    call_command("clearsessions", verbosity=0)


def _shown(host: str) -> str:
    """The host as an address bar takes it."""
    return f"[{host}]" if ":" in host else host

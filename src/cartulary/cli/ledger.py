# SPDX-License-Identifier: Apache-2.0
"""`cartulary ledger`: verify the chain, rebuild what is read from it, anchor its head elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cartulary.cli.ledger_setup import home_option, start_django

if TYPE_CHECKING:
    from cartulary.registry.models import Centre

centre_option = click.option("--centre", default="", help="Code of one centre. Default: all.")
EVERY = 20_000


@click.group(name="ledger")
def command() -> None:
    """Look after the ledger itself: every centre has one chain of entries."""


@command.command()
@home_option
@centre_option
def verify(home: Path, centre: str) -> None:
    """Read every entry and name each that was altered, lost, moved or forged.

    Ends with status 1 when a chain is not intact.
    """
    broken = False
    with _centres(home, centre) as found:
        from cartulary.registry import clock
        from cartulary.registry.last_verification import remember
        from cartulary.registry.verifying import verify as verified

        for place in found:
            verdict = verified(place, _progress)
            _done()
            remember(place, verdict, "command", clock.now())
            if verdict.intact:
                said = f"intact, {verdict.entries} entries, head {verdict.head[:16] or 'none'}"
                click.echo(f"{place.code}: {said}")
                continue
            broken = True
            click.echo(f"{place.code}: NOT INTACT, {verdict.entries} entries read")
            for fault in verdict.faults:
                click.echo(f"  {fault}")
            if verdict.unnamed:
                click.echo(f"  and {verdict.unnamed} more")
    if broken:
        click.echo(
            "Stop writing. Keep this ledger as it is for whoever looks into it, and restore the "
            "last backup whose chain is intact: cartulary restore.",
            err=True,
        )
        sys.exit(1)


@command.command()
@home_option
@centre_option
def rebuild(home: Path, centre: str) -> None:
    """Work the tables that pages read out anew from the entries, and say what was mended."""
    with _centres(home, centre) as found:
        from cartulary.registry.current import rebuild as rebuilt

        for place in found:
            done = rebuilt(place, _progress)
            _done()
            click.echo(
                f"{place.code}: {done.children} children, {done.events} events, "
                f"{len(done.mended)} rows mended"
            )
            for difference in done.mended[:40]:
                event = difference.event or "the child itself"
                click.echo(f"  {difference.child}, {event}: {difference.what}")


@command.command()
@home_option
@centre_option
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to add the head to, best on another machine. Default: in the home.",
)
@click.option("--syslog", is_flag=True, help="Send the head to the system log instead.")
def anchor(home: Path, centre: str, to: Path | None, syslog: bool) -> None:
    """Keep the hash of the last entry elsewhere, so that no end can be cut off unseen."""
    with _centres(home, centre) as found:
        from cartulary.registry import clock
        from cartulary.registry.anchoring import anchor_to_file, anchor_to_syslog

        for place in found:
            now = clock.now()
            made = anchor_to_syslog(place, now) if syslog else anchor_to_file(place, now, to)
            click.echo(f"{place.code}: entry {made.number}, {made.hash}")


@contextmanager
def _centres(home: Path, code: str) -> Iterator[list[Centre]]:
    """The centres asked for, in the order of their codes."""
    from cartulary.course.errors import CartularyError

    start_django(home)
    from cartulary.registry import scope
    from cartulary.registry.models import Centre

    with scope.within("all"):
        found = list(Centre.objects.order_by("code"))
        if code:
            known = ", ".join(centre.code for centre in found) or "none"
            found = [centre for centre in found if centre.code == code]
            if not found:
                raise CartularyError(
                    f"There is no centre {code!r} in this ledger. Known: {known}. Check the code."
                )
        yield found


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty() and (done % EVERY == 0 or done == of):
        click.echo(f"\r{done} of {of}", nl=False, err=True)


def _done() -> None:
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)

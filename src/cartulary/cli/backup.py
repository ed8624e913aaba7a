# SPDX-License-Identifier: Apache-2.0
"""`cartulary backup`: the whole home, encrypted, while the app runs, and read back."""

from __future__ import annotations

from pathlib import Path

import click

from cartulary.cli.ledger_setup import home_option

FILE_HELP = (
    "File that holds the passphrase. Default: CARTULARY_BACKUP_PASSPHRASE, else it is asked."
)


@click.command(name="backup")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@home_option
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=FILE_HELP,
)
def command(target: Path, home: Path, passphrase_file: Path | None) -> None:
    """Write the ledger, its keys and its anchors to TARGET, encrypted under a passphrase.

    The app may go on running. Keep the passphrase apart from the file: without it nobody can
    open the backup, with both anybody can.
    """
    from cartulary.cli.ledger_setup import start_django

    start_django(home)
    from cartulary.registry import clock, scope
    from cartulary.registry.backup import back_up

    with scope.within("all"):
        held = back_up(target, passphrase(passphrase_file, twice=True), clock.now())
    for centre, (number, hash_text) in held.items():
        click.echo(f"{centre}: {number} entries, head {str(hash_text)[:16]}")
    click.echo(f"{target} was written and read back.")


def passphrase(file: Path | None, *, twice: bool) -> str:
    """The passphrase from a file, the environment, or the keyboard."""
    import os

    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    known = os.environ.get("CARTULARY_BACKUP_PASSPHRASE")
    if known:
        return known
    asked: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=twice)
    return asked
